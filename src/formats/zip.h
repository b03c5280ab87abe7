/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zip, read so strictly that all readers see the same in it: those that go by
 * the central directory and those that read it from its front. Members lie one
 * behind the other from the first byte on, the directory names each of them
 * once and says the same of it, and nothing lies behind. Names are plain
 * relative paths; a backslash counts as a slash.
 */
#ifndef ENTREPOT_FORMATS_ZIP_H
#define ENTREPOT_FORMATS_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

/* Largest central directory, in bytes: it is held in memory. */
#define ZIP_MAX_DIRECTORY ((uint64_t)16 << 20)

/* Longest name, in bytes. */
#define ZIP_NAME_MAX 65535

/* More than this is refused when it is also more than ZIP_MAX_RATIO times the file. */
#define ZIP_BOMB_SIZE ((uint64_t)64 << 20)
#define ZIP_MAX_RATIO 50

enum zip_status {
	ZIP_GOOD,
	ZIP_ABSENT,			/* not a zip */
	ZIP_REFUSED,			/* see zip.why */
	ZIP_LARGE,			/* more than the limit of the call */
	ZIP_FAILED			/* the file cannot be read: errno */
};

struct zip_member {
	struct span name;		/* as stored; ends in a slash when it is a directory */
	uint64_t packed;		/* bytes in the file */
	uint64_t size;			/* plain bytes, as stated */
	uint64_t offset;		/* of the local header */
	uint64_t data;			/* offset of the packed bytes; known once checked */
	uint32_t crc32;
	uint16_t flags;
	uint16_t method;
};

struct zip {
	int fd;				/* read with pread(), position untouched */
	uint64_t length;		/* of the file */
	size_t count;
	struct zip_member *members;	/* in order of their names once checked */
	uint64_t unpacked;		/* all sizes as stated; UINT64_MAX when they overflow */
	uint64_t directory;		/* where the central directory begins */
	uint64_t stated_directory;	/* where it says so itself */
	const char *why;		/* a static text when a call said ZIP_REFUSED */
};

/* Whether a reader that looks for the end of a zip would find one. ZIP_GOOD, ZIP_ABSENT or ZIP_FAILED. */
enum zip_status zip_look(struct arena *a, int fd, uint64_t length) MUST_CHECK;

/*
 * Read the central directory of at most MAX_MEMBERS entries (more: ZIP_LARGE),
 * on the arena. What the members' headers say is not compared yet.
 */
enum zip_status zip_open(struct arena *a, struct zip *z, size_t max_members) MUST_CHECK;

/* Whether the sizes are those of a bomb; whether every member is stored or deflated. */
bool zip_is_bomb(const struct zip *z);
bool zip_is_readable(const struct zip *z);

/* Compare everything with everything. Afterwards members can be found and read. */
enum zip_status zip_check(struct arena *a, struct zip *z) MUST_CHECK;

/* The member of that name; NULL: there is none. */
const struct zip_member *zip_find(const struct zip *z, struct span name);

/*
 * Hand the member's plain bytes to SINK, a block at a time, and compare length
 * and checksum with what was stated; SINK returns false to stop early, which
 * gives ZIP_GOOD. What SINK saw counts only after ZIP_GOOD.
 */
typedef bool zip_sink_fn(void *arg, struct span block);
struct zip_output {
	zip_sink_fn *sink;
	void *arg;
};
enum zip_status zip_stream(struct arena *a, struct zip *z, const struct zip_member *m,
	const struct zip_output *to) MUST_CHECK;

/* All plain bytes, on the arena with a NUL behind them; ZIP_LARGE when there are more than LIMIT. */
struct zip_wanted {
	const struct zip_member *member;
	uint64_t limit;
	struct span bytes;		/* the answer */
};
enum zip_status zip_read(struct arena *a, struct zip *z, struct zip_wanted *w) MUST_CHECK;

#endif
