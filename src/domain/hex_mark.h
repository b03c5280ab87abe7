/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks in a list of a Hex repository: at some of its chunks, what is known of
 * all before, so that who signs the list reads only what is behind the first
 * change. Of hex_list.c, which keeps them beside the signature.
 */
#ifndef ENTREPOT_DOMAIN_HEX_MARK_H
#define ENTREPOT_DOMAIN_HEX_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "base/gzip.h"
#include "base/sha512.h"
#include "base/span.h"

struct arena;
struct buf;

/* What is known of the chunks so far. */
struct hex_tally {
	struct sha512 sha512;		/* of their payload */
	struct gzip_sum sum;		/* of the same */
	uint64_t cuts;			/* tells apart where they are cut */
};
void hex_tally_begin(struct hex_tally *t);
void hex_tally_add(struct hex_tally *t, struct span payload, uint32_t crc32);

/* More would not pay: they are all written at each change. */
#define HEX_MARKS_MAX 16

struct hex_marks {
	struct arena *arena;
	uint64_t step;			/* bytes from one to the next, at least */
	size_t count;
	struct hex_mark {
		struct span first_name;	/* of the chunk behind */
		struct hex_tally before;
	} at[HEX_MARKS_MAX];
};

/* None yet; names will be copied to A. */
void hex_marks_begin(struct hex_marks *m, struct arena *a);

/* The chunk FIRST_NAME follows what is in T: mark that when the last mark is far enough away. */
void hex_marks_pass(struct hex_marks *m, struct span first_name, const struct hex_tally *t);

/* Forget those behind the chunk; what the last one left knows, or nothing, goes into T. *FIRST_NAME is where it is. */
void hex_marks_resume(struct hex_marks *m, struct span changed, struct hex_tally *t, struct span *first_name);

void hex_marks_save(const struct hex_marks *m, struct buf *out);
/* From what was saved, whose bytes stay in use; none when that is nothing of ours. */
void hex_marks_load(struct hex_marks *m, struct arena *a, struct span saved);

#endif
