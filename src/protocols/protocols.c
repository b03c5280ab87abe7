/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocols of this program. The first one gives its shape to answers
 * about addresses that belong to nobody.
 */
#include "protocols/protocol.h"

extern const struct protocol crates_protocol;
extern const struct protocol hex_protocol;
extern const struct protocol operations_protocol;
extern const struct protocol pypi_protocol;

const struct protocol *const protocols[] = {
	&crates_protocol,
	&hex_protocol,
	&pypi_protocol,
	&operations_protocol,
	NULL
};
