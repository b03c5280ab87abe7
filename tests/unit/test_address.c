/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and networks.
 */
#include "unit.h"

#include "base/address.h"
#include "base/compiler.h"

static bool
has(const char *network, const char *address)
{
	struct network n;
	struct address a;

	assert_true(network_parse(span_of(network), &n));
	assert_true(address_parse(span_of(address), &a));
	return network_has(&n, &a);
}

static void
a_network_has_the_addresses_of_its_prefix(void **state)
{
	(void)state;
	assert_true(has("10.0.0.0/8", "10.255.0.1"));
	assert_false(has("10.0.0.0/8", "11.0.0.1"));
	assert_true(has("192.0.2.128/25", "192.0.2.255"));
	assert_false(has("192.0.2.128/25", "192.0.2.127"));
	assert_true(has("192.0.2.77/25", "192.0.2.1"));
	assert_true(has("192.0.2.7", "192.0.2.7"));
	assert_false(has("192.0.2.7", "192.0.2.6"));
	assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(has("::1", "0:0:0:0:0:0:0:1"));
}

static void
an_empty_prefix_has_everything_of_its_kind(void **state)
{
	(void)state;
	assert_true(has("0.0.0.0/0", "255.255.255.255"));
	assert_false(has("0.0.0.0/0", "2001:db8::1"));
	assert_true(has("::/0", "2001:db8::1"));
	assert_true(has("::/0", "192.0.2.7"));
}

static void
a_mapped_address_is_the_ipv4_address(void **state)
{
	(void)state;
	assert_true(has("127.0.0.0/8", "::ffff:127.0.0.1"));
	assert_true(has("::ffff:10.0.0.0/104", "10.1.2.3"));
	assert_false(has("::1", "127.0.0.1"));
}

static void
malformed_addresses_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN(""), SPAN("10"), SPAN("10.1"), SPAN("256.0.0.1"), SPAN("1.2.3.4.5"), SPAN(" 1.2.3.4"),
		SPAN("1.2.3.4 "), SPAN("1.2.3.4\0"), SPAN("01.2.3.4"), SPAN("0x7f.0.0.1"), SPAN(":"),
		SPAN(":::"), SPAN("fe80::1%eth0"), SPAN("[::1]"), SPAN("1::2::3"), SPAN("localhost"),
		SPAN("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd"),
	};
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(address_parse(bad[i], &a));
}

static void
malformed_prefixes_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN("10.0.0.0/"), SPAN("10.0.0.0/33"), SPAN("10.0.0.0/-1"), SPAN("10.0.0.0/8/8"),
		SPAN("::/129"), SPAN("/8"), SPAN("10.0.0.0/8 "), SPAN("10.0.0.0/255.0.0.0"),
	};
	struct network n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(network_parse(bad[i], &n));
}

TESTS(address,
	TEST(a_network_has_the_addresses_of_its_prefix),
	TEST(an_empty_prefix_has_everything_of_its_kind),
	TEST(a_mapped_address_is_the_ipv4_address),
	TEST(malformed_addresses_are_refused),
	TEST(malformed_prefixes_are_refused)
);
