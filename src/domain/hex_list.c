/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of a Hex repository in chunks; see the header.
 */
#include "domain/hex_list.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/gzip.h"
#include "base/sha512.h"
#include "base/signature.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/hex_mark.h"
#include "domain/index.h"
#include "index/hexregistry.h"

/* A chunk that grows larger is split: with its deflated twin it must fit a page of PostgreSQL. */
#define CHUNK_MAX 4096
/* Written from scratch they have room to grow. */
#define CHUNK_FRESH 3072
/* One that shrinks below this joins a neighbour, if both have room in a fresh one. */
#define CHUNK_SMALL 1024
/* Bytes of the SHA-256 that make an ETag. */
#define ETAG_BYTES 16

static const char *const names[HEX_LIST__MAX] = {
	[HEX_LIST_NAMES] = "names",
	[HEX_LIST_VERSIONS] = "versions",
};

const char *
hex_list_name(enum hex_list list)
{
	return names[list];
}

enum hex_list
hex_list_find(const char *path)
{
	for (int i = 0; i < HEX_LIST__MAX; i++)
		if (strcmp(path, names[i]) == 0)
			return (enum hex_list)i;
	return HEX_LIST__MAX;
}

struct hex_repository {
	const char *name;
};
static const struct column repository_columns[] = {
	COLUMN(hex_repository, name), COLUMNS_END
};
static const struct row_type hex_repository_type = ROW_TYPE(hex_repository, repository_columns);

const char *
hex_list_repository(struct work *w, int64_t repository_id)
{
	const struct hex_repository *r = db_one(w, Q_HEX_LIST_REPOSITORY, &hex_repository_type,
						ARGS(num(repository_id)));

	if (!r)
		fault_raise_plain(w->fault, FAULT_NOT_FOUND);
	return r ? r->name : NULL;
}

bool
hex_list_lock(struct work *w, int64_t repository_id)
{
	return db_exec(w, Q_HEX_LIST_LOCK, ARGS(num(repository_id)), NULL);
}

/* ---- chunks ---- */

struct hex_chunk {
	struct span first_name;
	struct span payload;
};
static const struct column chunk_columns[] = {
	COLUMN(hex_chunk, first_name), COLUMN(hex_chunk, payload), COLUMNS_END
};
static const struct row_type chunk_type = ROW_TYPE(hex_chunk, chunk_columns);

/* Which list of which repository. */
struct place {
	int64_t repository_id;
	const char *list;
};

static bool
store_chunk(struct work *w, const struct place *p, struct span first_name, struct span payload)
{
	struct buf deflated = buf_on(w->arena);
	struct gzip_sum sum;

	if (payload.len == 0)
		return db_exec(w, Q_HEX_LIST_CHUNK_DELETE,
			       ARGS(num(p->repository_id), text(p->list), text_span(first_name)), NULL);
	gzip_piece(&deflated, payload, &sum);
	return db_exec(w, Q_HEX_LIST_CHUNK_PUT,
		       ARGS(num(p->repository_id), text(p->list), text_span(first_name),
			    bytes(payload.at, payload.len), bytes(deflated.at, deflated.len), num(sum.crc32)), NULL);
}

static bool
damaged(struct work *w, const struct place *p)
{
	return fault_raise_internal(w->fault, FAULT_INTERNAL,
		"a chunk of the list %s of repository %" PRId64 " is damaged; `entrepot-admin reindex` writes it anew",
		p->list, p->repository_id);
}

static int
compare(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* The entries of CHUNK with that of NAME replaced, put in or, when ENTRY is empty, taken out. */
static bool
splice(struct buf *out, struct span chunk, struct span name, struct span entry)
{
	struct span rest = chunk;
	bool done = false;

	for (;;) {
		struct span next, next_name;
		int order;

		if (!hexregistry_next(&rest, &next, &next_name))
			return false;
		order = next.at ? compare(next_name, name) : 1;
		if (order >= 0 && !done) {
			buf_put_span(out, entry);
			done = true;
		}
		if (!next.at)
			return true;
		if (order != 0)
			buf_put_span(out, next);
	}
}

/* Where the entries are cut: the first one of them that begins behind SIZE bytes, but never the first. */
static bool
cut(struct span *entries, size_t size, struct span *head, struct span *next_name)
{
	struct span rest = *entries;
	struct span entry;

	*head = *entries;
	while (rest.len > 0) {
		struct span before = rest;

		if (!hexregistry_next(&rest, &entry, next_name))
			return false;
		if (before.at == entries->at || (size_t)(before.at - entries->at) < size)
			continue;
		head->len = (size_t)(before.at - entries->at);
		*entries = before;
		return true;
	}
	*entries = (struct span){ NULL, 0 };
	return true;
}

/* Store entries as chunks of about SIZE bytes, the first under FIRST_NAME, the others under their own. */
static bool
store_entries(struct work *w, const struct place *p, struct span first_name, struct span entries, size_t size)
{
	do {
		struct span head, next_name;

		if (!cut(&entries, size, &head, &next_name))
			return damaged(w, p);
		if (!store_chunk(w, p, first_name, head))
			return false;
		first_name = next_name;
	} while (entries.len > 0);
	return true;
}

/* Whether the chunk is joined to the entries, which are a neighbour of it. */
static bool
has_room(const struct hex_chunk *c, struct span entries)
{
	return c && c->payload.len + entries.len <= CHUNK_FRESH;
}

static bool
store_joined(struct work *w, const struct place *p, const struct hex_chunk *first, const struct hex_chunk *second)
{
	struct buf both = buf_on(w->arena);

	buf_put_span(&both, first->payload);
	buf_put_span(&both, second->payload);
	return store_chunk(w, p, second->first_name, SPAN("")) &&
	       store_chunk(w, p, first->first_name, buf_span(&both));
}

/* A chunk that has become small, by itself or with a neighbour; *CHANGED is the first chunk that changes. */
static bool
store_small(struct work *w, const struct place *p, const struct hex_chunk *chunk, struct span *changed)
{
	const struct hex_chunk *other = db_one(w, Q_HEX_LIST_CHUNK_BEFORE, &chunk_type,
		ARGS(num(p->repository_id), text(p->list), text_span(chunk->first_name)));

	if (has_room(other, chunk->payload)) {
		*changed = other->first_name;
		return store_joined(w, p, other, chunk);
	}
	if (fault_is_set(w->fault))
		return false;
	other = db_one(w, Q_HEX_LIST_CHUNK_BEHIND, &chunk_type,
		ARGS(num(p->repository_id), text(p->list), text_span(chunk->first_name)));
	if (has_room(other, chunk->payload))
		return store_joined(w, p, chunk, other);
	return !fault_is_set(w->fault) && store_chunk(w, p, chunk->first_name, chunk->payload);
}

/* *CHANGED is the first name of the first chunk that is not what it was; at == NULL when all are. */
static bool
put_entry(struct work *w, const struct place *p, const struct hex_entry *e, struct span *changed)
{
	struct buf entries = buf_on(w->arena);
	const struct hex_chunk *old = db_one(w, Q_HEX_LIST_CHUNK_OF, &chunk_type,
					 ARGS(num(p->repository_id), text(p->list), text_span(e->name)));
	struct span first_name = old ? old->first_name : SPAN("");
	struct span before = old ? old->payload : SPAN("");

	*changed = (struct span){ NULL, 0 };
	if (fault_is_set(w->fault))
		return false;
	if (!splice(&entries, before, e->name, e->bytes))
		return damaged(w, p);
	if (span_equal(buf_span(&entries), before))
		return true;
	*changed = first_name;
	if (entries.len > CHUNK_MAX)
		return store_entries(w, p, first_name, buf_span(&entries), entries.len / 2);
	if (entries.len > 0 && entries.len < before.len && entries.len < CHUNK_SMALL)
		return store_small(w, p, &(struct hex_chunk){ first_name, buf_span(&entries) }, changed);
	return store_chunk(w, p, first_name, buf_span(&entries));
}

bool
hex_list_write(struct work *w, int64_t repository_id, enum hex_list list, struct span entries)
{
	struct place p = { repository_id, names[list] };

	return db_exec(w, Q_HEX_LIST_CLEAR, ARGS(num(repository_id), text(p.list)), NULL) &&
	       store_entries(w, &p, SPAN(""), entries, CHUNK_FRESH);
}

/* ---- the whole ---- */

/* Rows of hex_list_tail. */
#define TAIL_PAGE 64

struct hex_tail {
	struct span first_name;
	struct span payload;
	int64_t crc32;
};
static const struct column tail_columns[] = {
	COLUMN(hex_tail, first_name), COLUMN(hex_tail, payload), COLUMN(hex_tail, crc32), COLUMNS_END
};
static const struct row_type tail_type = ROW_TYPE(hex_tail, tail_columns);

/* A list that is read from one of its marks on. */
struct reading {
	struct hex_tally tally;
	struct hex_marks marks;
	struct span first_name;		/* of the chunk that was read last; at first, where to begin */
	bool begun;
};

/* A page of chunks on W's arena, which is not that of the marks; *MORE unless they were the last. */
static bool
read_page(struct work *w, const struct place *p, struct reading *r, bool *more)
{
	const struct hex_tail *chunks;
	struct rows rows;

	if (!db_many(w, Q_HEX_LIST_TAIL, &tail_type,
		     ARGS(num(p->repository_id), text(p->list), text_span(r->first_name)), &rows))
		return false;
	chunks = rows.at;
	/* A further page begins with what the one before ended with. */
	for (size_t i = r->begun; i < rows.count; i++) {
		hex_marks_pass(&r->marks, chunks[i].first_name, &r->tally);
		hex_tally_add(&r->tally, chunks[i].payload, (uint32_t)chunks[i].crc32);
		r->first_name = chunks[i].first_name;
	}
	r->first_name.at = arena_dup(r->marks.arena, r->first_name.at, r->first_name.len);
	r->begun = true;
	*more = rows.count == TAIL_PAGE;
	return true;
}

static bool
read_tail(struct work *w, const struct place *p, struct reading *r)
{
	bool more = true, ok = true;

	while (ok && more) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = read_page(&own, p, r, &more);
		arena_free(&arena);
	}
	return ok;
}

/* Equal for equal files: a signature is of one payload only. */
static const char *
etag_of(struct work *w, struct span begin, uint64_t cuts, struct span end)
{
	struct buf b = buf_on(w->arena);
	uint8_t sha256[SHA256_SIZE];

	buf_put_span(&b, begin);
	buf_put_big_endian(&b, cuts, sizeof(cuts));
	buf_put_span(&b, end);
	digest_sha256(buf_span(&b), sha256);
	return arena_printf(w->arena, "\"%s\"", encode_hex(w->arena, sha256, ETAG_BYTES));
}

/* What stands around the chunks of a file. */
static void
frame(struct gzip_sum chunks, struct span list_end, struct span signature, struct buf *begin, struct buf *end)
{
	struct buf before = buf_on(begin->arena), behind = buf_on(end->arena);
	struct gzip_sum sum, last;

	hexregistry_before(&before, chunks.length + list_end.len);
	gzip_head(begin);
	gzip_piece(begin, buf_span(&before), &sum);
	buf_put_span(&behind, list_end);
	hexregistry_behind(&behind, signature);
	gzip_piece(end, buf_span(&behind), &last);
	gzip_sum_add(&sum, chunks);
	gzip_sum_add(&sum, last);
	gzip_end(end, sum);
}

static bool
sign(struct work *w, const struct place *p, const struct reading *r, const struct hex_signer *signer)
{
	struct buf list_end = buf_on(w->arena), begin = buf_on(w->arena), end = buf_on(w->arena);
	struct buf marks = buf_on(w->arena);
	struct sha512 whole = r->tally.sha512;
	uint8_t digest[SHA512_SIZE];

	hexregistry_list_end(&list_end, signer->repository);
	sha512_update(&whole, buf_span(&list_end));
	sha512_finish(&whole, digest);
	frame(r->tally.sum, buf_span(&list_end), private_key_sign(w->arena, signer->key, digest), &begin, &end);
	hex_marks_save(&r->marks, &marks);
	return db_exec(w, Q_HEX_LIST_PUT,
		       ARGS(num(p->repository_id), text(p->list), bytes(begin.at, begin.len), bytes(end.at, end.len),
			    text(etag_of(w, buf_span(&begin), r->tally.cuts, buf_span(&end))), timestamp(w->now),
			    bytes(marks.at, marks.len)), NULL);
}

struct hex_signed {
	struct span marks;
};
static const struct column signed_columns[] = {
	COLUMN(hex_signed, marks), COLUMNS_END
};
static const struct row_type signed_type = ROW_TYPE(hex_signed, signed_columns);

/* Sign a list as it is, read as far as it can have changed; at == NULL: it has not, if it is signed at all. */
static bool
sign_changed(struct work *w, const struct place *p, const struct hex_signer *signer, struct span changed)
{
	const struct hex_signed *before = db_one(w, Q_HEX_LIST_SIGNED, &signed_type,
						 ARGS(num(p->repository_id), text(p->list)));
	struct reading r = { .begun = false };

	if (fault_is_set(w->fault))
		return false;
	if (before && !changed.at)
		return true;
	hex_marks_load(&r.marks, w->arena, before ? before->marks : SPAN(""));
	hex_marks_resume(&r.marks, changed.at ? changed : SPAN(""), &r.tally, &r.first_name);
	return read_tail(w, p, &r) && sign(w, p, &r, signer);
}

bool
hex_list_put(struct work *w, int64_t repository_id, enum hex_list list, const struct hex_entry *e,
	     const struct hex_signer *signer)
{
	struct place p = { repository_id, names[list] };
	struct span changed;

	return put_entry(w, &p, e, &changed) && sign_changed(w, &p, signer, changed);
}

bool
hex_list_sign(struct work *w, int64_t repository_id, enum hex_list list, const struct hex_signer *signer)
{
	struct place p = { repository_id, names[list] };

	return sign_changed(w, &p, signer, SPAN(""));
}

const struct index_object *
hex_list_get(struct work *w, int64_t repository_id, enum hex_list list, const char *etag)
{
	return db_one(w, Q_HEX_LIST_GET, &index_object_type, ARGS(num(repository_id), text(names[list]), text(etag)));
}
