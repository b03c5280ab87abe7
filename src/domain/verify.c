/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proving that what is stored is right: every blob hashed again, every row
 * with its bytes, every counter and derived row recomputed and compared.
 * Nothing is repaired.
 */
#include "domain/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/blob.h"

#define PAGE 200
#define CHUNK (64 * 1024)

void
verify_report(struct verify *v, const char *kind, const char *subject, const char *format, ...)
{
	struct problem *p;
	va_list args;

	if (++v->result->problems > VERIFY_MAX_PROBLEMS)
		return;
	p = arena_new(v->arena, struct problem);
	p->kind = arena_strdup(v->arena, kind);
	p->subject = arena_strdup(v->arena, subject);
	va_start(args, format);
	p->text = arena_vprintf(v->arena, format, args);
	va_end(args);
	if (v->last)
		v->last->next = p;
	else
		v->result->first = p;
	v->last = p;
}

static void
progress(struct verify *v, const char *what, int64_t done)
{
	if (v->options->progress)
		v->options->progress(v->options->arg, what, done);
}

/* ---- blobs ---- */

struct stored {
	struct span sha256;
	int64_t size;
	bool used;
	struct span md5;		/* at == NULL: no file claims one; so are the next three */
	struct span sha1;
	struct span sha512;
	struct span blake2b256;
};
static const struct column stored_columns[] = {
	COLUMN(stored, sha256),
	COLUMN(stored, size),
	COLUMN(stored, used),
	COLUMN(stored, md5),
	COLUMN(stored, sha1),
	COLUMN(stored, sha512),
	COLUMN(stored, blake2b256),
	COLUMNS_END
};
static const struct row_type stored_row = ROW_TYPE(stored, stored_columns);

static bool
agrees(struct span claimed, const uint8_t *computed, size_t len)
{
	return !claimed.at || (claimed.len == len && memcmp(claimed.at, computed, len) == 0);
}

static void
compare_digests(struct verify *v, const char *hex, const struct stored *b, const struct digests *d)
{
	if (!agrees(b->sha256, d->sha256, sizeof(d->sha256)))
		verify_report(v, "blob-corrupt", hex, "its bytes have another SHA-256");
	else if (!agrees(b->md5, d->md5, sizeof(d->md5)) || !agrees(b->sha1, d->sha1, sizeof(d->sha1)) ||
		 !agrees(b->sha512, d->sha512, sizeof(d->sha512)) ||
		 !agrees(b->blake2b256, d->blake2b_256, sizeof(d->blake2b_256)))
		verify_report(v, "file-differs", hex, "a file of these bytes claims another MD5, SHA-1, SHA-512 or BLAKE2b");
}

/* Hash the bytes; they were there a moment ago. */
static bool
hash_blob(struct work *w, struct verify *v, const char *hex, const struct stored *b)
{
	bool more = b->md5.at || b->sha1.at || b->sha512.at || b->blake2b256.at;
	struct digest *digest = digest_new(w->arena, more ? DIGEST_ALL : DIGEST_SHA256);
	char *chunk = arena_alloc(w->arena, CHUNK);
	int fd = blob_open(w, (const uint8_t *)b->sha256.at);
	struct digests digests;
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read(fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			verify_report(v, "blob-unreadable", hex, "%s", strerror(errno));
			return true;
		}
		digest_update(digest, chunk, (size_t)n);
		v->result->bytes += n;
	}
	digest_finish(digest, &digests);
	compare_digests(v, hex, b, &digests);
	return true;
}

/* A deleted package's blob may be collected while we look. */
static bool
is_gone(struct work *w, const struct stored *b, bool *gone)
{
	int64_t known;

	if (!db_int(w, Q_BLOB_KNOWN, ARGS(bytes(b->sha256.at, SHA256_SIZE)), &known))
		return false;
	*gone = known == 0;
	return true;
}

static bool
check_blob(struct work *w, struct verify *v, const struct stored *b)
{
	const char *hex = encode_hex(w->arena, b->sha256.at, b->sha256.len);
	int64_t size = blob_stored_size(w, (const uint8_t *)b->sha256.at);
	bool gone = false;

	v->result->blobs++;
	if (!b->used) {
		v->result->orphans++;
		return true;
	}
	if (size < 0) {
		if (!is_gone(w, b, &gone))
			return false;
		if (!gone)
			verify_report(v, "blob-missing", hex, "a file refers to it, the store does not have it");
		return true;
	}
	if (size != b->size) {
		verify_report(v, "blob-corrupt", hex, "has %" PRId64 " bytes instead of %" PRId64, size, b->size);
		return true;
	}
	if (v->options->skip_hashes || hash_blob(w, v, hex, b))
		return true;
	fault_clear(w->fault);
	if (!is_gone(w, b, &gone))
		return false;
	if (!gone)
		verify_report(v, "blob-unreadable", hex, "cannot be opened");
	return true;
}

static bool
check_blob_page(struct work *w, struct verify *v, uint8_t after[SHA256_SIZE], size_t *count)
{
	struct rows rows;
	const struct stored *blobs;

	if (!db_many(w, Q_BLOB_PAGE, &stored_row, ARGS(bytes(after, SHA256_SIZE), num(PAGE)), &rows))
		return false;
	blobs = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct arena arena;
		struct work own = *w;
		bool ok;

		arena_init(&arena);
		own.arena = &arena;
		ok = check_blob(&own, v, &blobs[i]);
		arena_free(&arena);
		if (!ok)
			return false;
		memcpy(after, blobs[i].sha256.at, SHA256_SIZE);
	}
	*count = rows.count;
	return true;
}

static bool
check_blobs(struct work *w, struct verify *v)
{
	uint8_t after[SHA256_SIZE] = { 0 };
	size_t count = PAGE;
	bool ok = true;

	while (ok && count == PAGE) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = check_blob_page(&own, v, after, &count);
		arena_free(&arena);
		progress(v, "blobs", v->result->blobs);
	}
	return ok;
}

static bool
check_store_files(struct work *w, void *arg, const struct blob_file *files, size_t count)
{
	struct verify *v = arg;

	(void)w;
	for (size_t i = 0; i < count; i++) {
		if (files[i].stray)
			verify_report(v, "blob-stray", files[i].path, "does not belong into the store");
		else if (!files[i].known)
			v->result->orphans++;
	}
	return true;
}

/* ---- rows ---- */

struct finding {
	const char *kind;
	const char *subject;
	const char *text;
};
static const struct column finding_columns[] = {
	COLUMN(finding, kind),
	COLUMN(finding, subject),
	COLUMN(finding, text),
	COLUMNS_END
};
static const struct row_type finding_row = ROW_TYPE(finding, finding_columns);

static const enum query_name checks[] = {
	Q_VERIFY_FILES, Q_VERIFY_CRATES, Q_VERIFY_PACKAGES, Q_VERIFY_COUNTS, Q_VERIFY_DOWNLOADS,
	Q_VERIFY_REVERSE, Q_VERIFY_OWNERS, Q_VERIFY_PROJECTS, Q_VERIFY_DISTRIBUTIONS, Q_VERIFY_PARTS,
};

static bool
check_rows(struct work *w, struct verify *v)
{
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct rows rows;
		const struct finding *findings;

		if (!db_many(w, checks[i], &finding_row, NO_ARGS, &rows))
			return false;
		findings = rows.at;
		for (size_t k = 0; k < rows.count; k++)
			verify_report(v, findings[k].kind, findings[k].subject, "%s", findings[k].text);
		progress(v, "checks", (int64_t)i + 1);
	}
	return true;
}

struct totals {
	int64_t files;
	int64_t packages;
};
static const struct column totals_columns[] = {
	COLUMN(totals, files),
	COLUMN(totals, packages),
	COLUMNS_END
};
static const struct row_type totals_row = ROW_TYPE(totals, totals_columns);

static bool
count_all(struct work *w, struct verify_result *out)
{
	const struct totals *t = db_one(w, Q_VERIFY_TOTALS, &totals_row, NO_ARGS);

	if (!t)
		return false;
	out->files = t->files;
	out->packages = t->packages;
	return true;
}

/* ---- all of it ---- */

bool
verify_run(struct work *w, const struct verify_options *options, struct verify_result *out)
{
	struct verify v = { .options = options, .result = out, .arena = w->arena };

	*out = (struct verify_result){ 0 };
	return count_all(w, out) && check_rows(w, &v) && verify_index(w, &v) && verify_hex(w, &v) &&
	       verify_pypi(w, &v) && check_blobs(w, &v) && blob_walk(w, check_store_files, &v);
}
