/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and networks. An IPv4 address is the same as its form mapped
 * into IPv6 (::ffff:192.0.2.7), so both kinds compare by the same 16 bytes.
 */
#ifndef ENTREPOT_BASE_ADDRESS_H
#define ENTREPOT_BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct address {
	uint8_t bytes[16];
	bool v4;			/* written as IPv4 */
};

struct network {
	struct address address;
	unsigned bits;			/* of the prefix, 0 to 128 */
};

/* "192.0.2.7", "2001:db8::1"; no zones, no shortened IPv4. */
bool address_parse(struct span text, struct address *to) MUST_CHECK;

/* An address, alone or with /BITS (at most 32 for IPv4). Bits behind the prefix are not looked at. */
bool network_parse(struct span text, struct network *to) MUST_CHECK;

bool network_has(const struct network *n, const struct address *a);

#endif
