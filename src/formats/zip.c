/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a zip, its central directory, and the bytes of members; see the
 * header. (APPNOTE.TXT 6.3.10 §4.3)
 */
#include "formats/zip.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/gzip.h"
#include "formats/zip_record.h"
#include "formats/zip_walk.h"

#define BLOCK_SIZE 65536

static const char malformed[] = "Malformed zip file";
static const char records[] = "Mismatched central directory records";

enum zip_status
zip_refuse(struct zip *z, const char *why)
{
	z->why = why;
	return ZIP_REFUSED;
}

enum zip_status
zip_get(const struct zip *z, uint64_t at, char *to, size_t len)
{
	while (len > 0) {
		ssize_t got = pread(z->fd, to, len, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			/* The file is shorter than it was said to be. */
			if (got == 0)
				errno = EIO;
			return ZIP_FAILED;
		}
		to += got;
		at += (uint64_t)got;
		len -= (size_t)got;
	}
	return ZIP_GOOD;
}

/* ---- the end ---- */

struct ending {
	struct zip_end end;
	uint64_t at;			/* where the end record is */
	uint64_t directory_end;		/* the first byte behind the directory */
};

/* The last one in TAIL, where common readers look for it. */
static bool
find_signature(struct span tail, size_t *at)
{
	for (size_t i = tail.len - ZIP_END_SIZE + 1; i-- > 0;) {
		if (tail.at[i] == 'P' && zip_record_kind(span_skip(tail, i)) == ZIP_END) {
			*at = i;
			return true;
		}
	}
	return false;
}

static enum zip_status
find_end(struct arena *a, struct zip *z, struct ending *e)
{
	size_t len = z->length < ZIP_END_SIZE + ZIP_TEXT_MAX ? (size_t)z->length : ZIP_END_SIZE + ZIP_TEXT_MAX;
	char *tail;
	size_t at;

	if (z->length < ZIP_END_SIZE)
		return ZIP_ABSENT;
	tail = arena_alloc(a, len);
	if (zip_get(z, z->length - len, tail, len) != ZIP_GOOD)
		return ZIP_FAILED;
	if (!find_signature(span_make(tail, len), &at))
		return ZIP_ABSENT;
	e->at = z->length - len + at;
	e->directory_end = e->at;
	zip_end_parse(tail + at, &e->end);
	if (e->end.comment > len - at - ZIP_END_SIZE)
		return zip_refuse(z, malformed);
	if (e->end.comment < len - at - ZIP_END_SIZE)
		return zip_refuse(z, "Trailing data");
	return ZIP_GOOD;
}

/* A number of the old form stands aside for that of ZIP64, or says the same. */
static bool
agree(uint64_t old, uint64_t aside, uint64_t new)
{
	return old == aside || old == new;
}

static const char *
compare_ends(const struct zip_end *old, const struct zip_end *new)
{
	if (new->rest != ZIP_END64_SIZE - 12)
		return "ZIP64 extensible data not allowed";
	if (!agree(old->entries, UINT16_MAX, new->entries) || !agree(old->entries_here, UINT16_MAX, new->entries_here))
		return records;
	if (!agree(old->size, UINT32_MAX, new->size))
		return "Mismatched central directory size";
	if (!agree(old->offset, UINT32_MAX, new->offset))
		return "Mismatched central directory offset";
	return agree(old->disk, UINT16_MAX, 0) && agree(old->directory_disk, UINT16_MAX, 0) ? NULL : malformed;
}

/* A locator right before the end says that the numbers are in a ZIP64 end right before itself. */
static enum zip_status
find_end64(struct zip *z, struct ending *e)
{
	char bytes[ZIP_END64_SIZE + ZIP_LOCATOR_SIZE];
	struct zip_end old = e->end;
	uint64_t stated;
	const char *wrong;

	if (e->at < sizeof(bytes))
		return ZIP_GOOD;
	if (zip_get(z, e->at - sizeof(bytes), bytes, sizeof(bytes)) != ZIP_GOOD)
		return ZIP_FAILED;
	if (zip_record_kind(span_make(bytes + ZIP_END64_SIZE, ZIP_LOCATOR_SIZE)) != ZIP_LOCATOR)
		return ZIP_GOOD;
	e->directory_end = e->at - sizeof(bytes);
	if (!zip_locator_parse(bytes + ZIP_END64_SIZE, &stated) || stated != e->directory_end ||
	    zip_record_kind(span_make(bytes, ZIP_END64_SIZE)) != ZIP_END64)
		return zip_refuse(z, malformed);
	zip_end64_parse(bytes, &e->end);
	wrong = compare_ends(&old, &e->end);
	return wrong ? zip_refuse(z, wrong) : ZIP_GOOD;
}

enum zip_status
zip_look(struct arena *a, int fd, uint64_t length)
{
	struct zip z = { .fd = fd, .length = length };
	struct ending e;
	enum zip_status status = find_end(a, &z, &e);
	char signature[4];

	/* Something behind the end does not keep others from reading. */
	if (status == ZIP_GOOD || status == ZIP_REFUSED)
		status = find_end64(&z, &e);
	if (status != ZIP_GOOD)
		return status == ZIP_REFUSED ? ZIP_GOOD : status;
	if (e.end.entries == 0 && e.end.size == 0)
		return ZIP_GOOD;
	/* The four bytes of an end may stand anywhere by chance, but not where they point to a directory. */
	if (e.end.size < sizeof(signature) || e.end.size > e.directory_end)
		return ZIP_ABSENT;
	if (zip_get(&z, e.directory_end - e.end.size, signature, sizeof(signature)) != ZIP_GOOD)
		return ZIP_FAILED;
	return zip_record_kind(span_make(signature, sizeof(signature))) == ZIP_CENTRAL ? ZIP_GOOD : ZIP_ABSENT;
}

/* ---- the central directory ---- */

static const char *
read_entry(struct span bytes, struct zip_member *m, size_t *taken)
{
	struct zip_header h;
	const char *wrong = zip_central_parse(bytes, &h);

	if (wrong)
		return wrong;
	if (h.comment > 0)
		return "Comment in central directory";
	if (h.disk != 0)
		return malformed;
	*m = (struct zip_member){
		.name = h.name, .packed = h.packed, .size = h.size, .offset = h.offset,
		.crc32 = h.crc32, .flags = h.flags, .method = h.method,
	};
	*taken = h.total;
	return NULL;
}

static enum zip_status
read_entries(struct zip *z, struct span directory)
{
	for (size_t i = 0; i < z->count && directory.len > 0; i++) {
		struct zip_member *m = &z->members[i];
		const char *wrong;
		size_t taken;

		wrong = read_entry(directory, m, &taken);
		if (wrong)
			return zip_refuse(z, wrong);
		z->unpacked = m->size > UINT64_MAX - z->unpacked ? UINT64_MAX : z->unpacked + m->size;
		directory = span_skip(directory, taken);
		if (directory.len == 0 && i + 1 < z->count)
			return zip_refuse(z, records);
	}
	return directory.len == 0 ? ZIP_GOOD : zip_refuse(z, records);
}

static enum zip_status
read_directory(struct arena *a, struct zip *z, const struct ending *e, size_t max_members)
{
	const struct zip_end *end = &e->end;
	char *bytes;

	if (end->entries != end->entries_here || end->disk != 0 || end->directory_disk != 0)
		return zip_refuse(z, malformed);
	if (end->size > e->directory_end)
		return zip_refuse(z, "Mismatched central directory size");
	if (end->size > ZIP_MAX_DIRECTORY || end->entries > max_members)
		return ZIP_LARGE;
	if (end->entries > end->size / ZIP_CENTRAL_SIZE || (end->entries == 0 && end->size > 0))
		return zip_refuse(z, records);
	z->directory = e->directory_end - end->size;
	z->stated_directory = end->offset;
	z->count = (size_t)end->entries;
	z->members = arena_zalloc(a, z->count + 1, sizeof(*z->members));
	bytes = arena_alloc(a, (size_t)end->size + 1);
	if (zip_get(z, z->directory, bytes, (size_t)end->size) != ZIP_GOOD)
		return ZIP_FAILED;
	return read_entries(z, span_make(bytes, (size_t)end->size));
}

enum zip_status
zip_open(struct arena *a, struct zip *z, size_t max_members)
{
	struct ending e;
	enum zip_status status;

	*z = (struct zip){ .fd = z->fd, .length = z->length };
	status = find_end(a, z, &e);
	if (status == ZIP_GOOD)
		status = find_end64(z, &e);
	return status == ZIP_GOOD ? read_directory(a, z, &e, max_members) : status;
}

bool
zip_is_bomb(const struct zip *z)
{
	return z->unpacked > ZIP_BOMB_SIZE && z->length < UINT64_MAX / ZIP_MAX_RATIO &&
	       z->unpacked > z->length * ZIP_MAX_RATIO;
}

bool
zip_is_readable(const struct zip *z)
{
	for (size_t i = 0; i < z->count; i++)
		if (z->members[i].method != ZIP_STORED && z->members[i].method != ZIP_DEFLATED)
			return false;
	return true;
}

/* ---- the bytes of a member ---- */

struct unpacker {
	struct zip *zip;
	const struct zip_member *member;
	struct inflater *inflater;	/* NULL: stored */
	uint64_t at;			/* of what has not been read from the file */
	uint64_t left;			/* bytes of it */
	uint64_t made;
	uint32_t crc32;
	struct span pending;		/* read, not inflated yet */
	char input[BLOCK_SIZE];
	char output[BLOCK_SIZE];
};

static const char damaged[] = "Damaged member";

static enum zip_status
fill(struct unpacker *u)
{
	size_t len = u->left < BLOCK_SIZE ? (size_t)u->left : BLOCK_SIZE;

	if (zip_get(u->zip, u->at, u->input, len) != ZIP_GOOD)
		return ZIP_FAILED;
	u->at += len;
	u->left -= len;
	u->pending = span_make(u->input, len);
	return ZIP_GOOD;
}

/* The next plain bytes; *END when they are the last. */
static enum zip_status
unpack(struct unpacker *u, struct span *block, bool *end)
{
	size_t made;
	enum inflate_state state;

	if (u->pending.len == 0 && u->left > 0 && fill(u) != ZIP_GOOD)
		return ZIP_FAILED;
	if (!u->inflater) {
		*block = u->pending;
		u->pending = span_make(NULL, 0);
		*end = u->left == 0;
		return ZIP_GOOD;
	}
	state = inflater_run(u->inflater, &u->pending, u->output, BLOCK_SIZE, &made);
	if (state == INFLATE_NO_MEMORY) {
		errno = ENOMEM;
		return ZIP_FAILED;
	}
	*block = span_make(u->output, made);
	*end = state == INFLATE_END;
	/* The stream has to end where the member does. */
	if (state == INFLATE_BAD || (*end && (u->pending.len > 0 || u->left > 0)) ||
	    (!*end && made == 0 && u->pending.len == 0 && u->left == 0))
		return zip_refuse(u->zip, damaged);
	return ZIP_GOOD;
}

static enum zip_status
stream_blocks(struct unpacker *u, const struct zip_output *to)
{
	const struct zip_member *m = u->member;
	bool end = false;

	while (!end) {
		struct span block;
		enum zip_status status = unpack(u, &block, &end);

		if (status != ZIP_GOOD)
			return status;
		u->made += block.len;
		if (u->made > m->size)
			return zip_refuse(u->zip, "Mis-matched file size");
		u->crc32 = gzip_crc32(u->crc32, block);
		if (block.len > 0 && !to->sink(to->arg, block))
			return ZIP_GOOD;
	}
	if (u->made != m->size)
		return zip_refuse(u->zip, "Mis-matched file size");
	return u->crc32 == m->crc32 ? ZIP_GOOD : zip_refuse(u->zip, damaged);
}

enum zip_status
zip_stream(struct arena *a, struct zip *z, const struct zip_member *m, const struct zip_output *to)
{
	struct unpacker *u = arena_alloc(a, sizeof(*u));

	u->zip = z;
	u->member = m;
	u->inflater = NULL;
	u->at = m->data;
	u->left = m->packed;
	u->made = 0;
	u->crc32 = 0;
	u->pending = span_make(NULL, 0);
	if (m->method == ZIP_DEFLATED) {
		u->inflater = inflater_new_raw(a);
		if (!u->inflater) {
			errno = ENOMEM;
			return ZIP_FAILED;
		}
	}
	return stream_blocks(u, to);
}

struct gatherer {
	char *to;
	size_t have;
};

/* zip_stream() stops at the member's size, which is how much room there is. */
static bool
gather(void *arg, struct span block)
{
	struct gatherer *g = arg;

	memcpy(g->to + g->have, block.at, block.len);
	g->have += block.len;
	return true;
}

enum zip_status
zip_read(struct arena *a, struct zip *z, struct zip_wanted *w)
{
	struct gatherer g = { .have = 0 };
	const struct zip_output to = { gather, &g };
	enum zip_status status;

	if (w->member->size > w->limit)
		return ZIP_LARGE;
	g.to = arena_alloc(a, (size_t)w->member->size + 1);
	status = zip_stream(a, z, w->member, &to);
	g.to[g.have] = '\0';
	w->bytes = span_make(g.to, g.have);
	return status;
}
