/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict reading of tar headers (POSIX.1-2017 pax, "ustar Interchange
 * Format" and "pax Extended Header"; GNU long names); see the header.
 */
#include "formats/tarcheck.h"

#include "base/arena.h"
#include "base/number.h"
#include "base/span.h"
#include "base/text.h"

#define BLOCK TARCHECK_BLOCK
/* Largest long name or pax header. */
#define EXTENSION_MAX ((size_t)64 * 1024)

/* Fields of a header: offset and length. */
#define NAME 0, 100
#define SIZE 124, 12
#define CHECKSUM 148, 8
#define CHECKSUM_AT 148
#define TYPE_AT 156
#define MAGIC 257, 8
#define LINKNAME 157, 100
#define PREFIX 345, 155

enum phase { PHASE_HEADER, PHASE_EXTENSION, PHASE_DATA, PHASE_END };

/* What extension headers say about the entry that follows them. */
struct pending {
	bool has_long_name;
	bool has_pax;
	bool has_path;
	bool has_size;
	bool has_link;
	uint64_t size;
};

struct tarcheck {
	struct arena *arena;
	enum tarcheck_verdict verdict;
	enum phase phase;
	bool global;			/* pax headers for all entries are let through */
	char block[BLOCK];
	size_t filled;			/* of the block */
	uint64_t position;		/* bytes fed, those of the block being read included */
	uint64_t left;			/* of the data, with its padding */
	char extension_type;
	size_t extension_size;
	size_t extension_filled;
	char extension[EXTENSION_MAX + BLOCK];
	struct pending pending;
	char pending_path[TAR_PATH_MAX + 1];	/* valid when has_path */
	char pending_target[TAR_PATH_MAX + 1];	/* valid when has_link */
	struct tarcheck_entry *first;
	struct tarcheck_entry *last;
	struct tarcheck_entry *taken;
	struct tarcheck_entry *unused;
};

struct tarcheck *
tarcheck_new(struct arena *a)
{
	struct tarcheck *t = arena_new(a, struct tarcheck);

	t->arena = a;
	return t;
}

void
tarcheck_allow_global(struct tarcheck *t)
{
	t->global = true;
}

static struct span
field(const char *block, size_t offset, size_t len)
{
	return span_make(block + offset, len);
}

/* The field up to its first NUL. */
static struct span
text_field(const char *block, size_t offset, size_t len)
{
	return span_make(block + offset, strnlen(block + offset, len));
}

/* Octal digits, with blanks before and blanks or NULs behind; or GNU's base 256. */
static bool
parse_number(struct span s, uint64_t *out)
{
	uint64_t value = 0;
	size_t digits = 0;

	if ((unsigned char)s.at[0] == 0x80) {
		for (size_t i = 1; i < s.len; i++) {
			if (value >> 48)
				return false;
			value = value << 8 | (unsigned char)s.at[i];
		}
		*out = value;
		return true;
	}
	while (s.len > 0 && s.at[0] == ' ')
		s = span_skip(s, 1);
	for (; s.len > 0 && s.at[0] >= '0' && s.at[0] <= '7'; s = span_skip(s, 1), digits++)
		value = value << 3 | (uint64_t)(s.at[0] - '0');
	for (; s.len > 0; s = span_skip(s, 1))
		if (s.at[0] != ' ' && s.at[0] != '\0')
			return false;
	*out = value;
	return digits > 0;
}

bool
tarcheck_is_header(const char *block)
{
	uint64_t stated, sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? ' ' : (unsigned char)block[i];
	return parse_number(field(block, CHECKSUM), &stated) && stated == sum;
}

static bool
is_zeros(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != '\0')
			return false;
	return true;
}

static bool
set_path(char path[TAR_PATH_MAX + 1], struct span a, struct span b)
{
	if (a.len > TAR_PATH_MAX || b.len > TAR_PATH_MAX - a.len)
		return false;
	memcpy(path, a.at, a.len);
	if (b.len > 0)
		memcpy(path + a.len, b.at, b.len);
	path[a.len + b.len] = '\0';
	return true;
}

/* One path from one kind of extension: two would be two opinions. */
static bool
set_pending_path(struct tarcheck *t, struct span path)
{
	struct pending *p = &t->pending;

	if (p->has_path || path.len == 0 || memchr(path.at, '\0', path.len))
		return false;
	p->has_path = true;
	return set_path(t->pending_path, path, span_make(NULL, 0));
}

static bool
set_pending_target(struct tarcheck *t, struct span target)
{
	struct pending *p = &t->pending;

	if (p->has_link || target.len == 0 || memchr(target.at, '\0', target.len))
		return false;
	p->has_link = true;
	return set_path(t->pending_target, target, span_make(NULL, 0));
}

/* These change what a name or the data mean. */
static bool
is_harmless(struct tarcheck *t, struct span key)
{
	if (span_starts(key, "GNU.sparse.")) {
		t->verdict = TARCHECK_SPARSE;
		return false;
	}
	return !span_is(key, "hdrcharset");
}

static bool
read_record(struct tarcheck *t, struct span key, struct span value)
{
	struct pending *p = &t->pending;

	if (t->extension_type == 'g')
		return !span_is(key, "path") && !span_is(key, "linkpath") && !span_is(key, "size") &&
		       is_harmless(t, key);
	if (span_is(key, "path"))
		return set_pending_path(t, value);
	if (span_is(key, "linkpath"))
		return set_pending_target(t, value);
	if (span_is(key, "size")) {
		if (p->has_size || !number_parse_unsigned(value, UINT64_MAX, &p->size)) {
			t->verdict = TARCHECK_SIZE_LIES;
			return false;
		}
		p->has_size = true;
	}
	return is_harmless(t, key);
}

/* "LENGTH KEY=VALUE\n" …, LENGTH counting all of it. */
static bool
read_pax(struct tarcheck *t, struct span records)
{
	while (records.len > 0) {
		struct span rest = records;
		struct span digits = span_cut(&rest, ' ');
		struct span key;
		uint64_t len;

		if (!rest.at || !number_parse_unsigned(digits, records.len, &len)
		    || len < digits.len + 2 || records.at[len - 1] != '\n')
			return false;
		rest = span_make(rest.at, (size_t)len - digits.len - 2);
		key = span_cut(&rest, '=');
		if (!rest.at || !read_record(t, key, rest))
			return false;
		records = span_skip(records, (size_t)len);
	}
	return true;
}

static bool
read_extension(struct tarcheck *t)
{
	struct span text = span_make(t->extension, t->extension_size);

	if (t->extension_type == 'g')
		return read_pax(t, text);
	if (t->extension_type == 'x') {
		if (t->pending.has_pax)
			return false;
		t->pending.has_pax = true;
		return read_pax(t, text);
	}
	if (text.len > 0 && text.at[text.len - 1] == '\0')
		text.len--;
	if (t->extension_type == 'K')
		return set_pending_target(t, text);
	if (t->pending.has_long_name)
		return false;
	t->pending.has_long_name = true;
	return set_pending_path(t, text);
}

static struct tarcheck_entry *
new_entry(struct tarcheck *t)
{
	struct tarcheck_entry *e = t->unused;

	if (e)
		t->unused = e->next;
	else
		e = arena_alloc(t->arena, sizeof(*e));
	e->next = NULL;
	if (t->last)
		t->last->next = e;
	else
		t->first = e;
	t->last = e;
	return e;
}

static bool
entry_path(const struct tarcheck *t, char path[TAR_PATH_MAX + 1])
{
	struct span prefix = text_field(t->block, PREFIX);
	struct span name = text_field(t->block, NAME);

	if (t->pending.has_path)
		return set_path(path, span_of(t->pending_path), span_make(NULL, 0));
	/* GNU's headers keep other things where the prefix was. */
	if (prefix.len == 0 || !span_equal(field(t->block, MAGIC), SPAN("ustar\0" "00")))
		return set_path(path, name, span_make(NULL, 0));
	return set_path(path, prefix, SPAN("/"))
		&& set_path(path, span_of(path), name);
}

static bool
entry_target(const struct tarcheck *t, struct tarcheck_entry *e)
{
	struct span target = t->pending.has_link ? span_of(t->pending_target) : text_field(t->block, LINKNAME);

	if (e->type != '1' && e->type != '2')
		target.len = 0;
	return set_path(e->target, target, span_make(NULL, 0));
}

/* A header that is an entry of its own. */
static bool
read_entry(struct tarcheck *t, char type, uint64_t size)
{
	const struct pending *p = &t->pending;
	struct tarcheck_entry *e;
	size_t len;

	if (p->has_size && p->size != size) {
		t->verdict = TARCHECK_SIZE_LIES;
		return false;
	}
	e = new_entry(t);
	e->type = type == '\0' ? '0' : type;
	e->size = size;
	e->offset = t->position;
	if (!entry_path(t, e->path) || !entry_target(t, e))
		return false;
	len = strlen(e->path);
	if (e->type == '0' && (p->has_link || (len > 0 && e->path[len - 1] == '/')))
		return false;
	if (e->type == '5' && (p->has_link || size > 0))
		return false;
	t->pending = (struct pending){ 0 };
	t->left = (size + BLOCK - 1) / BLOCK * BLOCK;
	/* A link has no data, whatever its size says; it will be refused anyway. */
	if (e->type == '1' || e->type == '2')
		t->left = 0;
	t->phase = t->left > 0 ? PHASE_DATA : PHASE_HEADER;
	return true;
}

static bool
read_header(struct tarcheck *t)
{
	struct span magic = field(t->block, MAGIC);
	const struct pending *p = &t->pending;
	char type = t->block[TYPE_AT];
	uint64_t size;

	if (is_zeros(t->block, BLOCK)) {
		t->phase = PHASE_END;
		return !p->has_path && !p->has_pax && !p->has_link;
	}
	if (!tarcheck_is_header(t->block) || !parse_number(field(t->block, SIZE), &size)
	    || size > INT64_MAX / 2)
		return false;
	if (!span_equal(magic, SPAN("ustar\0" "00")) && !span_equal(magic, SPAN("ustar  \0")))
		return false;
	if (type != 'x' && type != 'L' && type != 'K' && !(type == 'g' && t->global))
		return read_entry(t, type, size);
	if (size == 0 || size > EXTENSION_MAX)
		return false;
	/* What stands between headers for one entry and that entry is whose? */
	if (type == 'g' && (p->has_pax || p->has_path || p->has_link))
		return false;
	t->phase = PHASE_EXTENSION;
	t->extension_type = type;
	t->extension_size = (size_t)size;
	t->extension_filled = 0;
	return true;
}

static bool
read_block(struct tarcheck *t)
{
	switch (t->phase) {
	case PHASE_HEADER:
		return read_header(t);
	case PHASE_EXTENSION:
		memcpy(t->extension + t->extension_filled, t->block, BLOCK);
		t->extension_filled += BLOCK;
		if (t->extension_filled < t->extension_size)
			return true;
		t->phase = PHASE_HEADER;
		return read_extension(t);
	case PHASE_DATA:
		break;
	case PHASE_END:
		return is_zeros(t->block, BLOCK);
	}
	return false;
}

enum tarcheck_verdict
tarcheck_feed(struct tarcheck *t, const char *bytes, size_t len)
{
	while (len > 0 && t->verdict == TARCHECK_GOOD) {
		size_t step;

		if (t->phase == PHASE_DATA) {
			step = t->left < len ? (size_t)t->left : len;
			t->left -= step;
			t->position += step;
			if (t->left == 0)
				t->phase = PHASE_HEADER;
		} else {
			step = BLOCK - t->filled < len ? BLOCK - t->filled : len;
			memcpy(t->block + t->filled, bytes, step);
			t->filled += step;
			t->position += step;
			if (t->filled == BLOCK) {
				t->filled = 0;
				if (!read_block(t) && t->verdict == TARCHECK_GOOD)
					t->verdict = TARCHECK_MALFORMED;
			}
		}
		bytes += step;
		len -= step;
	}
	return t->verdict;
}

enum tarcheck_verdict
tarcheck_finish(struct tarcheck *t)
{
	bool between = t->phase == PHASE_END || t->phase == PHASE_HEADER;

	if (t->verdict == TARCHECK_GOOD && (!between || t->filled > 0))
		t->verdict = TARCHECK_MALFORMED;
	return t->verdict;
}

const struct tarcheck_entry *
tarcheck_take(struct tarcheck *t)
{
	struct tarcheck_entry *e = t->first;

	if (t->taken) {
		t->taken->next = t->unused;
		t->unused = t->taken;
	}
	t->taken = e;
	if (e) {
		t->first = e->next;
		if (!t->first)
			t->last = NULL;
	}
	return e;
}
