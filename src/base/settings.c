/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration; see the header. Values are taken in the order defaults,
 * file, environment; each one is checked where it is taken, so that the
 * message can say where it stands.
 */
#include "base/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/setting_value.h"
#include "base/text.h"

#define FILE_MAX ((size_t)1024 * 1024)

const struct setting_info setting_table[] = {
#define SETTING(member, kind, initial, when, meaning) \
	{ #member, #kind, initial, #when, meaning, SETTING_KIND_##kind == SETTING_KIND_SECRET },
#include "base/settings.def"
#undef SETTING
};
const size_t setting_count = ARRAY_LEN(setting_table);

/* Where the members stand, in the order of setting_table. */
static const struct {
	enum setting_kind kind;
	size_t offset;
} members[] = {
#define SETTING(member, kind, initial, when, meaning) \
	{ SETTING_KIND_##kind, offsetof(struct config, member) },
#include "base/settings.def"
#undef SETTING
};

struct reading {
	struct arena *arena;
	struct fault *fault;
	struct config *config;
	unsigned char *sources;
	unsigned *lines;		/* where each setting stood in the file; 0: nowhere */
};

static void *
member_of(const struct config *c, size_t i)
{
	return (char *)c + members[i].offset;
}

static bool
find(struct span name, size_t *index)
{
	for (size_t i = 0; i < setting_count; i++) {
		if (span_is(name, setting_table[i].name)) {
			*index = i;
			return true;
		}
	}
	return false;
}

/* Take one value; WHERE is what the message begins with: "FILE:LINE" or the variable. */
static bool
take(struct reading *r, size_t i, struct span value, const char *where)
{
	const char *name = setting_table[i].name;
	const char *wrong = setting_parse(r->arena, members[i].kind, value, member_of(r->config, i));

	if (!wrong)
		wrong = setting_check(name, arena_dup(r->arena, value.at, value.len));
	if (wrong)
		return fault_raise(r->fault, FAULT_INVALID, "%s: %s %s", where, name, wrong);
	return true;
}

static bool
take_defaults(struct reading *r)
{
	for (size_t i = 0; i < setting_count; i++)
		if (!take(r, i, span_of(setting_table[i].initial), "default"))
			return false;
	return true;
}

static bool
take_line(struct reading *r, struct span line, const char *file, unsigned number)
{
	const char *where = arena_printf(r->arena, "%s:%u", file, number);
	struct span name, value = span_trim(line);
	size_t i;

	if (span_find_nul(line) >= 0)
		return fault_raise(r->fault, FAULT_INVALID, "%s: a NUL byte", where);
	if (value.len == 0 || value.at[0] == '#')
		return true;
	name = span_trim(span_cut(&value, '='));
	if (!value.at)
		return fault_raise(r->fault, FAULT_INVALID, "%s: not of the form key = value", where);
	if (!find(name, &i))
		return fault_raise(r->fault, FAULT_INVALID, "%s: unknown setting %.*s", where,
			(int)(name.len < 64 ? name.len : 64), name.at);
	if (r->lines[i] > 0)
		return fault_raise(r->fault, FAULT_INVALID, "%s: %s was set in line %u already",
			where, setting_table[i].name, r->lines[i]);
	r->lines[i] = number;
	r->sources[i] = SETTING_FILE;
	return take(r, i, span_trim(value), where);
}

/* Everything in the file, or at == NULL with the fault raised. */
static struct span
read_file(struct arena *a, struct fault *f, const char *path)
{
	struct span content = { NULL, 0 };
	char *bytes = arena_alloc(a, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = 0;
	size_t len = 0;

	while (fd >= 0 && len <= FILE_MAX && (got = read(fd, bytes + len, FILE_MAX + 1 - len)) != 0) {
		if (got < 0 && errno != EINTR)
			break;
		len += got > 0 ? (size_t)got : 0;
	}
	if (fd < 0 || got < 0)
		fault_raise(f, FAULT_INVALID, "%s: %s", path, strerror(errno));
	else if (len > FILE_MAX)
		fault_raise(f, FAULT_INVALID, "%s: longer than 1 MiB", path);
	else
		content = span_make(bytes, len);
	if (fd >= 0)
		close(fd);
	return content;
}

static bool
take_file(struct reading *r, const char *file)
{
	struct span content = read_file(r->arena, r->fault, file);
	unsigned number = 0;

	if (!content.at)
		return false;
	r->config->file = arena_strdup(r->arena, file);
	while (content.at)
		if (!take_line(r, span_cut(&content, '\n'), file, ++number))
			return false;
	return true;
}

static bool
take_environment(struct reading *r)
{
	for (size_t i = 0; i < setting_count; i++) {
		char *name = arena_printf(r->arena, "ENTREPOT_%s", setting_table[i].name);
		const char *value;

		for (char *p = name; *p; p++)
			*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
		value = getenv(name);
		if (!value)
			continue;
		r->sources[i] = SETTING_ENVIRONMENT;
		if (!take(r, i, span_trim(span_of(value)), name))
			return false;
	}
	return true;
}

/* What follows from other settings. */
static void
derive(struct arena *a, struct config *c)
{
	struct span rest = span_of(strstr(c->base_url, "://") + 3);
	struct span host = span_cut(&rest, '/');
	const char *port = NULL;

	for (size_t i = 0; i < host.len; i++)
		if (host.at[i] == ':')
			port = host.at + i;
	if (port && !memchr(port, ']', (size_t)(host.at + host.len - port)))
		host.len = (size_t)(port - host.at);
	c->mount = rest.at ? arena_printf(a, "/%s", rest.at) : "";
	c->host = arena_dup(a, host.at, host.len);
	if (!c->site_name[0])
		c->site_name = c->host;
	c->blob_dir = arena_printf(a, "%s/blobs", c->data_dir);
	c->spool_dir = arena_printf(a, "%s/tmp", c->data_dir);
	if (!c->mail_dir[0])
		c->mail_dir = arena_printf(a, "%s/mail", c->data_dir);
	if (!c->hex_key[0])
		c->hex_key = arena_printf(a, "%s/keys/hex.pem", c->data_dir);
	if (!c->sendfile_prefix[0])
		c->sendfile_prefix = c->blob_dir;
}

const struct config *
config_read(struct arena *a, struct fault *f, const char *file)
{
	struct reading r = {
		.arena = a,
		.fault = f,
		.config = arena_new(a, struct config),
		.sources = arena_zalloc(a, setting_count, sizeof(*r.sources)),
		.lines = arena_zalloc(a, setting_count, sizeof(*r.lines)),
	};

	if (!file)
		file = getenv("ENTREPOT_CONFIG");
	r.config->sources = r.sources;
	if (!take_defaults(&r) || (file && file[0] && !take_file(&r, file)) || !take_environment(&r))
		return NULL;
	derive(a, r.config);
	return r.config;
}

const char *
config_value(struct arena *a, const struct config *c, const char *name, enum setting_source *source)
{
	const char *text;
	size_t i;

	if (!find(span_of(name), &i))
		return NULL;
	*source = c->sources ? (enum setting_source)c->sources[i] : SETTING_DEFAULT;
	text = setting_format(a, members[i].kind, member_of(c, i));
	return setting_table[i].secret && text[0] ? "***" : text;
}

struct span
config_next_word(struct span *rest)
{
	struct span word;

	while (rest->len > 0 && is_space(rest->at[0]))
		*rest = span_skip(*rest, 1);
	if (rest->len == 0)
		return span_make(NULL, 0);
	word = span_make(rest->at, 0);
	while (word.len < rest->len && !is_space(rest->at[word.len]))
		word.len++;
	*rest = span_skip(*rest, word.len);
	return word;
}

bool
config_address_in(const char *list, const char *address)
{
	struct span rest = span_of(list);
	struct network network;
	struct address peer;
	struct span word;

	if (!address || !address_parse(span_of(address), &peer))
		return false;
	while ((word = config_next_word(&rest)).at)
		if (network_parse(word, &network) && network_has(&network, &peer))
			return true;
	return false;
}

bool
config_has_word(const char *list, const char *word)
{
	struct span rest = span_of(list), next;

	for (next = config_next_word(&rest); next.at; next = config_next_word(&rest))
		if (span_is(next, word))
			return true;
	return false;
}
