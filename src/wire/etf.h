/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The external term format of Erlang (erts, "External Term Format") to and
 * from documents: the part of it that is data. Nothing is read that would need
 * a virtual machine (functions, processes, references), and no atom is written
 * that a client who decodes in safe mode could not know.
 */
#ifndef ENTREPOT_WIRE_ETF_H
#define ENTREPOT_WIRE_ETF_H

#include "base/compiler.h"
#include "base/span.h"
#include "wire/doc.h"

struct arena;
struct buf;
struct dialect;
struct fault;

/* The byte before the term, and those that begin what we read or write. */
enum etf_tag {
	ETF_VERSION = 131,
	ETF_NEW_FLOAT = 70,
	ETF_SMALL_INTEGER = 97,
	ETF_INTEGER = 98,
	ETF_FLOAT = 99,			/* decimal text, of old nodes */
	ETF_ATOM = 100,			/* Latin-1 */
	ETF_SMALL_TUPLE = 104,
	ETF_LARGE_TUPLE = 105,
	ETF_NIL = 106,			/* the empty list */
	ETF_STRING = 107,		/* a list of bytes, not a text */
	ETF_LIST = 108,
	ETF_BINARY = 109,
	ETF_SMALL_BIG = 110,
	ETF_SMALL_ATOM = 115,		/* Latin-1 */
	ETF_MAP = 116,
	ETF_ATOM_UTF8 = 118,
	ETF_SMALL_ATOM_UTF8 = 119
};

/*
 * Append the document as one term with its version byte. Cannot fail: a doc is
 * valid by construction, which here includes that no map has two members of
 * one name. Text, bytes, keys, times and dates become binaries, null the atom
 * nil; so does what terms have no form for: a number that is not finite, and
 * stored JSON beyond what json_read() takes. DIALECT NULL: times with Z and
 * without fraction.
 */
void etf_write(struct buf *b, const struct doc *d, const struct dialect *dialect);

/*
 * Read exactly one term: within the limits of DOC_READ_…, numbers within 64
 * bits or finite, keys binaries or atoms that are UTF-8 without NUL. NULL and
 * BAD_REQUEST raised otherwise; the message is "<what> at byte N". A binary
 * that is not UTF-8 becomes bytes; the atoms nil, null and undefined become
 * null, true and false booleans, any other one the text of its name; a tuple
 * becomes a list. Of members with the same name the last one stays. Texts and
 * keys are copied.
 */
const struct doc *etf_read(struct arena *a, struct fault *f, struct span term) MUST_CHECK;

#endif
