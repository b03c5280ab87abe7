/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds tarballs for tests; see the header.
 */
#include "tarball.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <zlib.h>

#include "unit.h"

#define BLOCK 512

static void
put_number(char *header, size_t offset, size_t width, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%0*" PRIo64, (int)width - 1, number);
	memcpy(header + offset, text, width);
}

static void
put_text(char *header, size_t offset, size_t width, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	assert_true(len <= width);
	if (len > 0)
		memcpy(header + offset, text, len);
}

static void
put_size(char *header, struct tar_member m)
{
	uint64_t size = m.size > 0 ? m.size : m.data.len;

	if (!m.binary_size) {
		put_number(header, 124, 12, size);
		return;
	}
	header[124] = (char)0x80;
	for (int i = 0; i < 8; i++)
		header[135 - i] = (char)(size >> (8 * i) & 255);
}

void
tar_put(struct buf *tar, struct tar_member m)
{
	char header[BLOCK] = "";
	unsigned sum = 0;
	size_t padding = (BLOCK - m.data.len % BLOCK) % BLOCK;

	put_text(header, 0, 100, m.path);
	put_number(header, 100, 8, 0644);
	put_size(header, m);
	put_number(header, 136, 12, 1153704088);
	memset(header + 148, ' ', 8);
	header[156] = m.type ? m.type : '0';
	put_text(header, 157, 100, m.target);
	memcpy(header + 257, m.gnu ? "ustar  " : "ustar\0" "00", 8);
	put_text(header, 345, 155, m.prefix);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	put_number(header, 148, 7, sum + m.wrong_checksum);
	buf_put(tar, header, BLOCK);
	buf_put_span(tar, m.data);
	memset(header, 0, BLOCK);
	buf_put(tar, header, padding);
}

void
tar_put_file(struct buf *tar, const char *path, const char *text)
{
	tar_put(tar, (struct tar_member){ .path = path, .data = span_of(text) });
}

void
tar_put_pax(struct buf *tar, const char *record)
{
	size_t len = strlen(record) + 2;
	const char *text = arena_printf(arena, "%zu %s\n", len, record);

	/* The length counts its own digits. */
	while (strlen(text) != len) {
		len = strlen(text);
		text = arena_printf(arena, "%zu %s\n", len, record);
	}
	tar_put(tar, (struct tar_member){ .path = "pax", .type = 'x', .data = span_of(text) });
}

void
tar_put_end(struct buf *tar)
{
	static const char zeros[2 * BLOCK];

	buf_put(tar, zeros, sizeof(zeros));
}

struct span
gzip_of(struct span plain)
{
	z_stream z = { 0 };
	size_t room = plain.len + plain.len / 1000 + 1024;
	char *out = arena_alloc(arena, room);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
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
close_file(void *file)
{
	fclose(file);
}

int
file_of(struct span bytes)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	arena_on_clear(arena, close_file, file);
	assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
	assert_int_equal(fflush(file), 0);
	return fileno(file);
}
