/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds Hex packages for tests; see the header.
 */
#include "hexpack.h"

#include "unit.h"

#include "base/digest.h"
#include "base/encode.h"
#include "base/text.h"
#include "tarball.h"

struct buf inner;

void
given_contents(void)
{
	inner = buf_on(arena);
	tar_put_file(&inner, "mix.exs", "x");
}

struct span
packed_contents(void)
{
	tar_put_end(&inner);
	return gzip_of(buf_span(&inner));
}

struct package
complete(struct package p)
{
	struct digest *digest = digest_new(arena, DIGEST_SHA256);
	struct digests sums;
	char *hex;

	p.version = p.version ? p.version : "3";
	p.metadata = p.metadata ? p.metadata : METADATA;
	if (!p.contents.at) {
		given_contents();
		p.contents = packed_contents();
	}
	if (p.checksum)
		return p;
	digest_update(digest, p.version, strlen(p.version));
	digest_update(digest, p.metadata, strlen(p.metadata));
	digest_update(digest, p.contents.at, p.contents.len);
	digest_finish(digest, &sums);
	hex = encode_hex(arena, sums.sha256, SHA256_SIZE);
	for (char *c = hex; *c; c++)
		*c = (char)(*c >= 'a' ? *c - 32 : *c);
	p.checksum = hex;
	return p;
}

static void
put_member(struct buf *tar, const struct package *p, char which)
{
	switch (which) {
	case 'V':
		tar_put_file(tar, "VERSION", p->version);
		break;
	case 'S':
		tar_put_file(tar, "CHECKSUM", p->checksum);
		break;
	case 'M':
		tar_put_file(tar, "metadata.config", p->metadata);
		break;
	case 'C':
		tar_put(tar, (struct tar_member){ .path = "contents.tar.gz", .data = p->contents });
		break;
	}
}

struct buf
open_package(struct package p, const char *order)
{
	struct buf tar = buf_on(arena);

	p = complete(p);
	for (; *order; order++)
		put_member(&tar, &p, *order);
	return tar;
}

struct span
package(struct package p, const char *order)
{
	struct buf tar = open_package(p, order);

	tar_put_end(&tar);
	return buf_span(&tar);
}

bool
read_package(int fd, uint64_t length, struct hex_limits limits, struct hex_tarball *t)
{
	fault_clear(fault);
	return hex_tarball_open(arena, fault, fd, length, t) && hex_tarball_check(arena, fault, t, &limits);
}

const char *
verdict_within(struct span bytes, struct hex_limits limits)
{
	int fd = file_of(bytes);
	struct hex_tarball t;

	if (read_package(fd, bytes.len, limits, &t)) {
		assert_false(fault_is_set(fault));
		return "ok";
	}
	assert_int_equal(fault->kind, FAULT_INVALID);
	assert_non_null(fault->fields);
	assert_null(fault->fields->next);
	assert_string_equal(fault->fields->name, "tar");
	assert_true(text_is_utf8(span_of(fault->fields->message)));
	return fault->fields->message;
}

const char *
verdict(struct span bytes)
{
	return verdict_within(bytes, LIMITS);
}

const char *
contents_verdict(void)
{
	return verdict(package((struct package){ .contents = packed_contents() }, "VSMC"));
}

const char *
blanks(size_t len)
{
	char *text = arena_zalloc(arena, len + 1, 1);

	memset(text, ' ', len);
	return text;
}
