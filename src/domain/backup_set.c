/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest of a backup and the list of its blobs. Both are read as if
 * somebody else had written them: no name leads out of the directory.
 */
#include "domain/backup_set.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/number.h"
#include "base/tempfile.h"
#include "base/work.h"
#include "wire/json.h"

#define MAX_MANIFEST ((size_t)1024 * 1024)
#define FILE_MODE 0600

const char *
backup_set_path(struct work *w, const struct backup_set *s, const char *name)
{
	return arena_printf(w->arena, "%s/%s/%s", s->directory, s->state, name);
}

static const char *
manifest_path(struct work *w, const char *directory)
{
	return arena_printf(w->arena, "%s/" BACKUP_MANIFEST, directory);
}

const struct backup_file *
backup_set_find(const struct backup_set *s, const char *name)
{
	for (size_t i = 0; i < s->file_count; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return &s->files[i];
	return NULL;
}

/* ---- writing ---- */

static struct span
manifest_text(struct work *w, const struct backup_set *s)
{
	struct doc *d = doc_map(w->arena);
	struct buf b = buf_on(w->arena);
	struct doc *list;

	doc_int(d, "format", BACKUP_FORMAT);
	doc_text(d, "program", VERSION);
	doc_int(d, "schema", s->schema);
	doc_time(d, "time", s->time);
	doc_text(d, "base_url", s->base_url);
	doc_text(d, "state", s->state);
	doc_int(d, "blobs", s->blobs);
	doc_int(d, "blob_bytes", s->blob_bytes);
	doc_text(d, "hex_key", s->hex_key);
	list = doc_add_list(d, "files");
	for (size_t i = 0; i < s->file_count; i++) {
		struct doc *file = doc_add_map(list, NULL);

		doc_text(file, "name", s->files[i].name);
		doc_int(file, "size", s->files[i].is.size);
		doc_text(file, "sha256", encode_hex(w->arena, s->files[i].is.sha256, SHA256_SIZE));
	}
	json_write(&b, d, NULL);
	buf_putc(&b, '\n');
	return buf_span(&b);
}

bool
backup_set_write(struct work *w, const struct backup_set *s)
{
	struct span text = manifest_text(w, s);
	struct tempfile *t = tempfile_new(w->arena, w->fault,
		arena_printf(w->arena, "%s/%s", s->directory, s->state));

	if (!t || !tempfile_write(t, w->fault, text.at, text.len))
		return false;
	if (fchmod(t->fd, FILE_MODE) != 0)
		return fault_raise_internal(w->fault, FAULT_INTERNAL, "chmod %s: %s", t->path, strerror(errno));
	return tempfile_keep(t, w->fault, manifest_path(w, s->directory));
}

/* ---- reading ---- */

static struct span
read_manifest(struct work *w, const char *path)
{
	char *text = arena_alloc(w->arena, MAX_MANIFEST);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0) {
		fault_raise(w->fault, FAULT_NOT_FOUND, "there is no whole backup: cannot open %s: %s", path,
			strerror(errno));
		return (struct span){ NULL, 0 };
	}
	while (n > 0 && len < MAX_MANIFEST) {
		n = read(fd, text + len, MAX_MANIFEST - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (n == 0)
		return span_make(text, len);
	fault_raise(w->fault, FAULT_INVALID, "cannot read %s", path);
	return (struct span){ NULL, 0 };
}

/* A plain name: no directory, nothing hidden. */
static bool
is_plain(const char *name)
{
	return name && *name && *name != '.' && !strchr(name, '/');
}

static bool
is_file_name(const char *name)
{
	if (!name)
		return false;
	if (strncmp(name, BACKUP_KEYS "/", sizeof(BACKUP_KEYS)) == 0)
		return is_plain(name + sizeof(BACKUP_KEYS));
	return strcmp(name, BACKUP_DUMP) == 0 || strcmp(name, BACKUP_LIST) == 0 ||
	       strcmp(name, BACKUP_CONFIGURATION) == 0;
}

static bool
read_count(const struct doc *d, const char *key, int64_t *out)
{
	const struct doc *n = doc_find(d, key);

	if (!doc_is(n, DOC_INT) || n->is.integer < 0)
		return false;
	*out = n->is.integer;
	return true;
}

static bool
read_files(const struct doc *list, struct backup_set *s)
{
	for (const struct doc *d = doc_first(list); d; d = d->next) {
		struct backup_file *file = &s->files[s->file_count];
		const char *hex = doc_find_text(d, "sha256");

		if (s->file_count == BACKUP_MAX_FILES)
			return false;
		file->name = doc_find_text(d, "name");
		if (!is_file_name(file->name) || !read_count(d, "size", &file->is.size) ||
		    !hex || !decode_hex(span_of(hex), file->is.sha256, SHA256_SIZE))
			return false;
		s->file_count++;
	}
	return backup_set_find(s, BACKUP_DUMP) && backup_set_find(s, BACKUP_LIST);
}

static bool
read_members(const struct doc *d, struct backup_set *s)
{
	const char *time = doc_find_text(d, "time");

	s->state = doc_find_text(d, "state");
	s->base_url = doc_find_text(d, "base_url");
	s->hex_key = doc_find_text(d, "hex_key");
	return time && clock_parse_rfc3339(span_of(time), &s->time) && s->base_url && is_plain(s->state) &&
	       strncmp(s->state, BACKUP_STATE_PREFIX, sizeof(BACKUP_STATE_PREFIX) - 1) == 0 &&
	       read_count(d, "schema", &s->schema) && read_count(d, "blobs", &s->blobs) &&
	       read_count(d, "blob_bytes", &s->blob_bytes) && read_files(doc_find(d, "files"), s) &&
	       (!s->hex_key || backup_set_find(s, s->hex_key));
}

struct backup_set *
backup_set_read(struct work *w, const char *directory)
{
	const char *path = manifest_path(w, directory);
	struct span text = read_manifest(w, path);
	struct backup_set *s = arena_new(w->arena, struct backup_set);
	const struct doc *d;
	struct fault of_json;
	int64_t format;

	if (!text.at)
		return NULL;
	fault_init(&of_json, w->arena);
	s->directory = directory;
	d = json_read(w->arena, &of_json, text);
	if (!d || !read_count(d, "format", &format)) {
		fault_raise(w->fault, FAULT_INVALID, "%s is damaged%s%s", path, d ? "" : ": ", d ? "" : of_json.message);
		return NULL;
	}
	if (format != BACKUP_FORMAT) {
		fault_raise(w->fault, FAULT_INVALID, "%s is of format %" PRId64 ", this program knows %d: update it",
			path, format, BACKUP_FORMAT);
		return NULL;
	}
	if (read_members(d, s))
		return s;
	fault_raise(w->fault, FAULT_INVALID, "%s is damaged: something is missing or not what it should be", path);
	return NULL;
}

/* ---- the list of blobs ---- */

const char *
backup_set_line(struct work *w, const struct fingerprint *blob)
{
	return arena_printf(w->arena, "%s %" PRId64 "\n", encode_hex(w->arena, blob->sha256, SHA256_SIZE), blob->size);
}

bool
backup_set_next_blob(struct work *w, FILE *list, struct backup_blob *out)
{
	char line[128];
	struct span size;
	size_t len;

	if (!fgets(line, sizeof(line), list))
		return !ferror(list) ? false :
			fault_raise(w->fault, FAULT_INVALID, "cannot read " BACKUP_LIST ": %s", strerror(errno));
	len = strcspn(line, "\n");
	size = span_skip(span_make(line, len), 2 * SHA256_SIZE + 1);
	if (len < 2 * SHA256_SIZE + 2 || line[2 * SHA256_SIZE] != ' ' ||
	    strspn(line, "0123456789abcdef") != 2 * SHA256_SIZE ||
	    !decode_hex(span_make(line, 2 * SHA256_SIZE), out->is.sha256, SHA256_SIZE) ||
	    !number_parse(size, 0, INT64_MAX, &out->is.size))
		return fault_raise(w->fault, FAULT_INVALID, BACKUP_LIST " is damaged");
	snprintf(out->path, sizeof(out->path), "%.2s/%.2s/%.64s", line, line + 2, line);
	return true;
}
