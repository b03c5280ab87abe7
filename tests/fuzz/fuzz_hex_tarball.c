/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Hex package from its bytes to its metadata. So that changes get past the
 * checksums, headers of the tar are given the right sum, CHECKSUM what the
 * members add up to, and contents that are no gzip are put into one.
 */
#include "stored.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/text.h"
#include "formats/hex_metadata.h"
#include "formats/hex_tarball.h"
#include "wire/doc.h"

#define BLOCK 512

/* Of the members where they stand in the mended tar. */
struct parts {
	struct span version;
	char *checksum;
	struct span metadata;
	struct span contents;
};

static void
set_octal(char *field, size_t digits, size_t number)
{
	for (; digits > 0; number >>= 3)
		field[--digits] = (char)('0' + (number & 7));
}

static size_t
octal(const char *field, size_t digits)
{
	size_t number = 0;

	for (size_t i = 0; i < digits && field[i] >= '0' && field[i] <= '7'; i++)
		number = number << 3 | (size_t)(field[i] - '0');
	return number;
}

static void
mend_sum(char *header)
{
	size_t sum = 0;

	memset(header + 148, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	set_octal(header + 148, 6, sum);
	header[154] = '\0';
}

/* Give the headers of the tar inside their sums. */
static struct span
mend_contents(struct arena *a, struct span tar)
{
	char *copy = arena_dup(a, tar.at, tar.len);

	for (size_t at = 0; at + BLOCK <= tar.len;) {
		size_t size = octal(copy + at + 124, 11);

		if (copy[at] == '\0' || size > tar.len)
			break;
		mend_sum(copy + at);
		at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
	}
	return stored_gzip(a, span_make(copy, tar.len));
}

static void
put_member(struct buf *out, char *header, struct span data)
{
	static const char zeros[BLOCK];

	set_octal(header + 124, 11, data.len);
	mend_sum(header);
	buf_put(out, header, BLOCK);
	buf_put_span(out, data);
	buf_put(out, zeros, (BLOCK - data.len % BLOCK) % BLOCK);
}

static char *
checksum_of(struct arena *a, const struct parts *p)
{
	struct digest *digest = digest_new(a, DIGEST_SHA256);
	struct digests sums;

	digest_update(digest, p->version.at, p->version.len);
	digest_update(digest, p->metadata.at, p->metadata.len);
	digest_update(digest, p->contents.at, p->contents.len);
	digest_finish(digest, &sums);
	return encode_hex(a, sums.sha256, SHA256_SIZE);
}

/* Which of the parts a header names, and what goes there. */
static struct span
mend_member(struct arena *a, struct parts *p, const char *name, struct span data)
{
	if (strcmp(name, "VERSION") == 0)
		p->version = data;
	else if (strcmp(name, "metadata.config") == 0)
		p->metadata = data;
	else if (strcmp(name, "contents.tar.gz") == 0)
		p->contents = data = span_starts(data, "\x1f\x8b") ? data : mend_contents(a, data);
	else if (strcmp(name, "CHECKSUM") == 0 && data.len == 2 * SHA256_SIZE)
		return span_make(p->checksum, data.len);
	return data;
}

/* One walk over the members: the last three parts, then with CHECKSUM as it must be. */
static struct span
mend(struct arena *a, struct span tar, struct parts *p)
{
	struct buf out = buf_on(a);

	for (size_t at = 0; at < tar.len;) {
		char header[BLOCK];
		size_t left = tar.len - at, size;

		if (left < BLOCK || tar.at[at] == '\0') {
			buf_put(&out, tar.at + at, left);
			break;
		}
		memcpy(header, tar.at + at, BLOCK);
		header[99] = '\0';
		size = octal(header + 124, 11);
		if (size > left - BLOCK)
			size = left - BLOCK;
		put_member(&out, header, mend_member(a, p, header, span_make(tar.at + at + BLOCK, size)));
		at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
	}
	return buf_span(&out);
}

static void
require_refusal(const struct fault *f)
{
	REQUIRE(f->kind == FAULT_INVALID);
	REQUIRE(f->fields && strcmp(f->fields->name, "tar") == 0);
	REQUIRE(text_is_utf8(span_of(f->fields->message)));
}

static void
read_package(struct arena *a, struct fault *f, struct span bytes, int fd)
{
	const struct hex_limits limits = { .unpacked = 1 << 20, .entries = 1000 };
	const struct hex_rules rules = { .spdx = true };
	struct hex_metadata m;
	struct hex_tarball t;

	if (!hex_tarball_open(a, f, fd, bytes.len, &t)) {
		require_refusal(f);
		return;
	}
	REQUIRE(!fault_is_set(f) && doc_is(t.metadata, DOC_MAP));
	REQUIRE(t.contents_length <= bytes.len && t.contents_offset <= bytes.len - t.contents_length);
	REQUIRE(span_is(t.version, "3"));
	if (!hex_tarball_check(a, f, &t, &limits)) {
		require_refusal(f);
		return;
	}
	REQUIRE(!fault_is_set(f));
	(void)!hex_metadata_read(a, f, t.metadata, &m);
	(void)!hex_metadata_check(f, &m, &rules);
}

static void
run(struct arena *a, struct span bytes)
{
	int fd = memfd_create("package", 0);
	struct fault fault;

	fault_init(&fault, a);
	REQUIRE(fd >= 0);
	REQUIRE(write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len);
	read_package(a, &fault, bytes, fd);
	close(fd);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct parts p = { .checksum = arena_zalloc(a, 2 * SHA256_SIZE, 1) };

	(void)f;
	run(a, input);
	mend(a, input, &p);
	p.checksum = checksum_of(a, &p);
	run(a, mend(a, input, &p));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
