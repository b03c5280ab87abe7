/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a protocol spells what its encoding leaves open.
 */
#ifndef ENTREPOT_WIRE_DIALECT_H
#define ENTREPOT_WIRE_DIALECT_H

#include <stdbool.h>

struct dialect {
	int fraction_digits;		/* of times: 0 never, 3 or 6 */
	bool fraction_always;		/* write the fraction even when it is zero */
	const char *zone;		/* "Z" or "+00:00" */
	bool escape_html;		/* <, > and & as \u003C … */
};

#endif
