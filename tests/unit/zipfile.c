/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds zips for tests; see the header. (APPNOTE.TXT §4.3)
 */
#include "zipfile.h"

#include <zlib.h>

#include "unit.h"

struct span
deflate_of(struct span plain)
{
	z_stream z = { 0 };
	size_t room = plain.len + plain.len / 1000 + 1024;
	char *out = arena_alloc(arena, room);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)plain.at;
	z.avail_in = (uInt)plain.len;
	z.next_out = (unsigned char *)out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	room = z.total_out;
	deflateEnd(&z);
	return span_make(out, room);
}

static void
put(struct buf *b, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(b, (char)(number >> (8 * i) & 255));
}

static struct span
or(struct span lie, struct span truth)
{
	return lie.at ? lie : truth;
}

/* What both headers begin with behind their signatures, up to the lengths. */
struct common {
	uint16_t flags;
	uint16_t method;
	uint64_t crc32;
	uint64_t packed;
	uint64_t size;
	int version;			/* 0: what is needed */
};

static void
put_common(struct buf *b, const struct common *c, bool zip64)
{
	put(b, c->version > 0 ? (uint64_t)c->version : zip64 ? 45 : 20, 2);
	put(b, c->flags, 2);
	put(b, c->method, 2);
	put(b, 0x5c21, 2);
	put(b, 0x4a21, 2);
	put(b, c->crc32, 4);
	put(b, zip64 ? UINT32_MAX : c->packed, 4);
	put(b, zip64 ? UINT32_MAX : c->size, 4);
}

static struct span
extra64(const struct common *c)
{
	struct buf b = buf_on(arena);

	put(&b, 1, 2);
	put(&b, 16, 2);
	put(&b, c->size, 8);
	put(&b, c->packed, 8);
	return buf_span(&b);
}

static void
put_local(struct buf *b, const struct zip_entry *e, struct common c)
{
	struct span name = or(e->local_name, span_of(e->name));
	struct span extra = e->local_extra;

	c.version = e->local_version;
	c.flags = e->flags | e->local_flags;
	c.method = e->local_method ? e->local_method : c.method;
	c.crc32 += (uint64_t)e->local_crc;
	c.packed += (uint64_t)e->local_packed;
	c.size += (uint64_t)e->local_size;
	if (e->zip64)
		extra = extra64(&c);
	buf_put(b, "PK\3\4", 4);
	put_common(b, &c, e->zip64);
	put(b, name.len, 2);
	put(b, extra.len, 2);
	buf_put_span(b, name);
	buf_put_span(b, extra);
}

static void
put_central(struct buf *b, const struct zip_entry *e, struct common c, size_t offset)
{
	struct span name = or(e->central_name, span_of(e->name));
	struct span extra = e->central_extra;

	c.version = e->central_version;
	c.flags = e->flags | e->central_flags;
	c.packed += (uint64_t)e->central_packed;
	c.size += (uint64_t)e->central_size;
	if (e->zip64)
		extra = extra64(&c);
	buf_put(b, "PK\1\2", 4);
	put(b, 0x0314, 2);
	put_common(b, &c, e->zip64);
	put(b, name.len, 2);
	put(b, extra.len, 2);
	put(b, e->central_comment.len, 2);
	put(b, (uint64_t)e->central_disk, 2);
	put(b, 0, 2);
	put(b, 0x81a40000, 4);
	put(b, offset + (uint64_t)e->central_offset, 4);
	buf_put_span(b, name);
	buf_put_span(b, extra);
	buf_put_span(b, e->central_comment);
}

struct sizes {
	uint64_t entries, size, offset;
};

static void
put_end64(struct buf *b, const struct sizes *s, const struct zip_tail *t)
{
	size_t at = b->len;

	buf_put(b, "PK\6\6", 4);
	put(b, 44 + (uint64_t)t->rest, 8);
	put(b, 45, 2);
	put(b, 45, 2);
	put(b, 0, 4);
	put(b, 0, 4);
	put(b, s->entries, 8);
	put(b, s->entries, 8);
	put(b, s->size, 8);
	put(b, s->offset, 8);
	buf_put(b, "PK\6\7", 4);
	put(b, 0, 4);
	put(b, at + (uint64_t)t->locator, 8);
	put(b, 1, 4);
}

static void
put_end(struct buf *b, struct sizes s, const struct zip_tail *t)
{
	s.entries += (uint64_t)t->entries;
	s.size += (uint64_t)t->size;
	s.offset += (uint64_t)t->offset;
	if (t->zip64)
		put_end64(b, &s, t);
	if (t->zip64 && !t->plain)
		s = (struct sizes){ UINT16_MAX, UINT32_MAX, UINT32_MAX };
	buf_put(b, "PK\5\6", 4);
	put(b, (uint64_t)t->disk, 2);
	put(b, 0, 2);
	put(b, s.entries + (uint64_t)t->entries_here, 2);
	put(b, s.entries, 2);
	put(b, s.size, 4);
	put(b, s.offset, 4);
	put(b, t->comment.len + (uint64_t)t->comment_size, 2);
	buf_put_span(b, t->comment);
	buf_put_span(b, t->behind);
}

struct span
zip_of(const struct zip_entry *members, struct zip_tail tail)
{
	struct buf zip = buf_on(arena), central = buf_on(arena);
	struct sizes s = { 0, 0, 0 };

	for (const struct zip_entry *e = members; e->name; e++) {
		struct span data = e->deflated ? deflate_of(e->data) : e->data;
		struct common c = {
			.method = e->method ? e->method : e->deflated ? 8 : 0,
			.crc32 = crc32(0, (const unsigned char *)(e->data.len > 0 ? e->data.at : ""),
				       (uInt)e->data.len),
			.packed = data.len,
			.size = e->data.len + (uint64_t)e->both_sizes,
		};
		size_t offset;

		c.crc32 += (uint64_t)e->both_crcs;
		buf_put_span(&zip, e->before);
		offset = zip.len;
		if (!e->no_local) {
			put_local(&zip, e, c);
			buf_put_span(&zip, data);
		}
		if (!e->no_central) {
			put_central(&central, e, c, offset);
			s.entries++;
		}
	}
	s.size = central.len;
	s.offset = zip.len;
	buf_put_span(&zip, buf_span(&central));
	buf_put_span(&zip, tail.before);
	put_end(&zip, s, &tail);
	return buf_span(&zip);
}
