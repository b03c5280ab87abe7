/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log; see the header. A line is built in a fixed buffer and leaves with
 * one write(), alone or with others, so that lines of several processes do not
 * mix. What does not fit is cut off between characters; the line stays well-formed.
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"

/* Kept free for the end of a cut value: mark, quote, brace, newline. */
#define TAIL 8
#define CUT_MARK "..."

static struct {
	int fd;
	bool json;
	enum log_level level;
	char path[PATH_MAX];
	const char *request_id;
	bool holding;			/* lines may wait, if only for a file */
	bool to_file;
} target = { .fd = STDERR_FILENO, .level = LOG_INFO_LEVEL };

/* Lines that wait. */
static struct {
	size_t len;
	char text[32768];
} held;

static const char *const level_names[] = { "debug", "info", "warn", "error" };

static int
open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

static void
write_all(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t done = write(target.fd, text, len);

		if (done < 0 && errno == EINTR)
			continue;
		/* A log that cannot be written leaves nobody to tell. */
		if (done <= 0)
			return;
		text += done;
		len -= (size_t)done;
	}
}

void
log_hold(bool holding)
{
	target.holding = holding;
	log_flush();
}

bool
log_is_held(void)
{
	return held.len > 0;
}

void
log_flush(void)
{
	size_t len = held.len;

	held.len = 0;
	write_all(held.text, len);
}

/* Pipes tear what is longer than their buffer, and whoever reads one wants to see it now. */
static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static void
switch_to(int fd)
{
	log_flush();
	if (target.fd != STDERR_FILENO)
		close(target.fd);
	target.fd = fd;
	target.to_file = is_file(fd);
}

bool
log_open(const char *path, bool json, enum log_level level)
{
	size_t len = path ? strlen(path) : 0;
	int fd = STDERR_FILENO;

	if (len >= sizeof(target.path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (len > 0) {
		fd = open_file(path);
		if (fd < 0)
			return false;
		memcpy(target.path, path, len);
	}
	target.path[len] = '\0';
	switch_to(fd);
	target.json = json;
	target.level = level;
	return true;
}

void
log_reopen(void)
{
	int fd;

	if (!target.path[0])
		return;
	fd = open_file(target.path);
	if (fd < 0)
		log_error("log file %s cannot be reopened: %s", target.path, strerror(errno));
	else
		switch_to(fd);
}

void
log_set_request_id(const char *id)
{
	target.request_id = id;
}

static bool
put(struct log_line *line, const char *bytes, size_t len)
{
	if (line->len + len > sizeof(line->text) - TAIL)
		return false;
	memcpy(line->text + line->len, bytes, len);
	line->len += (unsigned)len;
	return true;
}

/* For what TAIL was kept free. */
static void
put_tail(struct log_line *line, const char *s)
{
	size_t len = strlen(s);

	memcpy(line->text + line->len, s, len);
	line->len += (unsigned)len;
}

/* How the character that C was decoded from (AT, LEN bytes) appears within quotes. */
static bool
put_char(struct log_line *line, uint32_t c, const char *at, size_t len)
{
	char escape[8];
	int n;

	switch (c) {
	case '"':
	case '\\':
		n = snprintf(escape, sizeof(escape), "\\%c", (char)c);
		break;
	case '\n':
		n = snprintf(escape, sizeof(escape), "\\n");
		break;
	case '\t':
		n = snprintf(escape, sizeof(escape), "\\t");
		break;
	case UINT32_MAX:
		n = snprintf(escape, sizeof(escape), "\\ufffd");
		break;
	default:
		/* C0, DEL and C1 control terminals, U+2028 and U+2029 end lines. */
		if (c >= 0x20 && (c < 0x7f || c > 0x9f) && c != 0x2028 && c != 0x2029)
			return put(line, at, len);
		n = snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)(c & 0xffff));
	}
	return put(line, escape, (size_t)n);
}

static void
put_quoted(struct log_line *line, const char *value)
{
	struct span rest = span_of(value);
	bool whole = true;

	while (whole && rest.len > 0) {
		const char *at = rest.at;
		uint32_t c = text_next_char(&rest);

		whole = put_char(line, c, at, (size_t)(rest.at - at));
	}
	put_tail(line, whole ? "\"" : CUT_MARK "\"");
}

/* Visible ASCII but what quotes, escapes or separates: a bit per byte. */
#define BIT(c) (UINT64_C(1) << ((c) & 63))
static const uint64_t bare[4] = {
	~(BIT('!') - 1) & ~BIT('"') & ~BIT('='), ~BIT('\\') & ~BIT(0x7f)
};

static bool
is_bare(const char *value)
{
	const unsigned char *c = (const unsigned char *)value;

	while (bare[*c >> 6] & BIT(*c))
		c++;
	return *c == '\0' && *value;
}

/* The most that stands around a key and within an empty value: separator, colon, four quotes. */
#define AROUND_KEY 6

/* The key and what stands around it. Without room for it and an empty value nothing is put. */
static bool
put_key(struct log_line *line, const char *key)
{
	size_t len = strlen(key);
	char *to = line->text + line->len;

	if (line->len + len + AROUND_KEY > sizeof(line->text) - TAIL)
		return false;
	if (line->len > (target.json ? 1 : 0))
		*to++ = target.json ? ',' : ' ';
	if (target.json)
		*to++ = '"';
	memcpy(to, key, len);
	to += len;
	if (target.json)
		*to++ = '"';
	*to++ = target.json ? ':' : '=';
	line->len = (unsigned)(to - line->text);
	return true;
}

void
log_text(struct log_line *line, const char *key, const char *value)
{
	if (!value || line->len == 0 || !put_key(line, key))
		return;
	if (!target.json && is_bare(value) && put(line, value, strlen(value)))
		return;
	put(line, "\"", 1);
	put_quoted(line, value);
}

void
log_int(struct log_line *line, const char *key, int64_t value)
{
	char digits[NUMBER_TEXT_SIZE];
	unsigned before = line->len;
	size_t len = number_format(digits, value);

	if (line->len == 0 || !put_key(line, key))
		return;
	if (!put(line, digits, len))
		line->len = before;
}

/* As clock_format_rfc3339() has it; a second has many lines. */
static void
put_time(struct log_line *line, int64_t now)
{
	static char second[CLOCK_TEXT_SIZE];
	static int64_t begun = -1;
	char micros[] = ".000000";

	if (now < begun || now - begun >= CLOCK_SECOND || begun < 0) {
		begun = now - now % CLOCK_SECOND;
		clock_format_rfc3339(second, begun, 0);
		second[strlen(second) - 1] = '\0';
	}
	number_put_digits(micros + 1, (unsigned)(now - begun), 6);
	put(line, second, strlen(second));
	put(line, micros, now == begun ? 0 : 7);
	put(line, "Z", 1);
}

void
log_begin(struct log_line *line, enum log_level level, const char *event)
{
	line->level = level;
	line->len = 0;
	/* A line that nobody wants stays empty, and its fields cost nothing. */
	if (level < target.level)
		return;
	if (target.json)
		put(line, "{", 1);
	put_key(line, "time");
	if (target.json)
		put(line, "\"", 1);
	put_time(line, clock_now());
	if (target.json)
		put(line, "\"", 1);
	log_text(line, "level", level_names[level]);
	log_text(line, "request", target.request_id);
	log_text(line, "msg", event);
}

/* A warning is written at once, behind what went before it. */
static bool
may_wait(const struct log_line *line)
{
	return target.holding && target.to_file && line->level < LOG_WARN_LEVEL;
}

void
log_end(struct log_line *line)
{
	if (line->len == 0)
		return;
	put_tail(line, target.json ? "}\n" : "\n");
	if (held.len + line->len > sizeof(held.text))
		log_flush();
	memcpy(held.text + held.len, line->text, line->len);
	held.len += line->len;
	if (!may_wait(line))
		log_flush();
	line->len = 0;
}

void
log_message(enum log_level level, const char *format, ...)
{
	struct log_line line;
	char message[2048];
	va_list args;

	if (level < target.level)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	log_begin(&line, level, message);
	log_end(&line);
}
