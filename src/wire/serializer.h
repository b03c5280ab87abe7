/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serializer is a codec and a dialect under a media type.
 */
#ifndef ENTREPOT_WIRE_SERIALIZER_H
#define ENTREPOT_WIRE_SERIALIZER_H

#include "base/span.h"
#include "wire/dialect.h"
#include "wire/doc.h"

struct arena;
struct buf;
struct fault;

/*
 * Writing cannot fail: a document is valid by construction. Reading copies
 * what it keeps onto the arena, bounds depth and number of values, and raises
 * BAD_REQUEST. A codec of one direction has NULL for the other.
 */
struct codec {
	const char *name;		/* "json", "erlang", "form" */
	void (*write)(struct buf *, const struct doc *, const struct dialect *);
	const struct doc *(*read)(struct arena *, struct fault *, struct span);
};

struct serializer {
	const char *media_type;		/* what Accept is matched against */
	const char *content_type;	/* what goes out, with a charset where the protocol has one */
	const char *suffix;		/* ".json" in a path, or NULL */
	const struct codec *codec;
	struct dialect dialect;
};

extern const struct codec codec_json;
extern const struct codec codec_erlang;
extern const struct codec codec_form;	/* reads only */

#endif
