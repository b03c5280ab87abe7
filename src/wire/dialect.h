/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a protocol spells what its encoding leaves open.
 */
#ifndef ENTREPOT_WIRE_DIALECT_H
#define ENTREPOT_WIRE_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct dialect {
	int fraction_digits;		/* of times: 0 never, 3 or 6 */
	bool fraction_always;		/* write the fraction even when it is zero */
	const char *zone;		/* "Z" or "+00:00"; NULL: "Z" */
	bool escape_html;		/* <, > and & as \u003C … */
};

/* Write the time (µs since 1970) as the dialect spells it; returns its length. */
size_t dialect_format_time(const struct dialect *d, char text[CLOCK_TEXT_SIZE], int64_t micros);

#endif
