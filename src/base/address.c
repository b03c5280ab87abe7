/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and networks; see the header.
 */
#include "base/address.h"

#include <arpa/inet.h>

#include "base/number.h"

bool
address_parse(struct span text, struct address *to)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char copy[INET6_ADDRSTRLEN] = "";

	if (text.len == 0 || text.len >= sizeof(copy) || memchr(text.at, '\0', text.len))
		return false;
	memcpy(copy, text.at, text.len);
	memcpy(to->bytes, mapped, sizeof(mapped));
	to->v4 = inet_pton(AF_INET, copy, to->bytes + sizeof(mapped)) == 1;
	return to->v4 || inet_pton(AF_INET6, copy, to->bytes) == 1;
}

bool
network_parse(struct span text, struct network *to)
{
	struct span address = span_cut(&text, '/');
	int64_t bits;

	if (!address_parse(address, &to->address))
		return false;
	bits = to->address.v4 ? 32 : 128;
	if (text.at && !number_parse(text, 0, bits, &bits))
		return false;
	to->bits = (unsigned)bits + (to->address.v4 ? 96 : 0);
	return true;
}

bool
network_has(const struct network *n, const struct address *a)
{
	unsigned whole = n->bits / 8;
	unsigned rest = n->bits % 8;

	if (memcmp(n->address.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || ((n->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest)) == 0;
}
