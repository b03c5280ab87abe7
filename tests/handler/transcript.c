/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Playing a scenario: reading its lines, asking, comparing answers with what was
 * expected.
 */
#include "transcript.h"

#include "base/buf.h"
#include "base/text.h"
#include "hex.h"
#include "pypi.h"
#include "wire/etf.h"
#include "wire/json.h"

/* ---- lines ---- */

static bool
is_indented(struct span line)
{
	return line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
}

/* The next line without its break; at == NULL at the end. */
struct span
play_next_line(struct play *p)
{
	struct span line = span_make(NULL, 0);

	if (p->rest.at && p->rest.len > 0) {
		line = span_cut(&p->rest, '\n');
		p->line++;
	}
	return line;
}

static struct span
peek_line(const struct play *p)
{
	struct span rest = p->rest;

	return rest.at && rest.len > 0 ? span_cut(&rest, '\n') : span_make(NULL, 0);
}

/* ${name} becomes what was captured. */
static const char *
substitute(struct play *p, struct span s)
{
	struct buf b = buf_on(w->arena);

	while (s.len > 0) {
		struct span name = span_skip(s, 2);
		const char *value = NULL;

		if (span_starts(s, "${") && span_contains(name, "}")) {
			name = span_cut(&name, '}');
			for (size_t i = 0; i < p->capture_count; i++)
				if (span_is(name, p->captures[i].name))
					value = p->captures[i].value;
			if (!value)
				PLAY_FAIL(p, "nothing was captured as %.*s", (int)name.len, name.at);
			buf_puts(&b, value);
			s = span_skip(s, name.len + 3);
			continue;
		}
		buf_putc(&b, *s.at);
		s = span_skip(s, 1);
	}
	return buf_text(&b);
}

/* The next word; at == NULL at the end. */
struct span
play_span(struct span *rest)
{
	struct span w1;

	*rest = span_trim(*rest);
	if (rest->len == 0)
		return span_make(NULL, 0);
	w1 = span_cut(rest, ' ');
	if (!rest->at)
		*rest = span_make("", 0);
	return w1;
}

const char *
play_word(struct span *rest)
{
	struct span s = play_span(rest);

	return s.at ? arena_dup(w->arena, s.at, s.len) : NULL;
}

/* How far brackets outside of strings are open at the end. */
static int
open_brackets(const char *json)
{
	int depth = 0;
	bool quoted = false;

	for (; *json; json++) {
		if (quoted && *json == '\\' && json[1])
			json++;
		else if (*json == '"')
			quoted = !quoted;
		else if (!quoted && (*json == '{' || *json == '['))
			depth++;
		else if (!quoted && (*json == '}' || *json == ']'))
			depth--;
	}
	return depth;
}

/* JSON that begins in LINE and goes on in the lines that follow. */
const char *
play_json(struct play *p, const char *line)
{
	struct buf b = buf_on(w->arena);

	buf_puts(&b, line);
	while (open_brackets(buf_text(&b)) > 0 && peek_line(p).at) {
		buf_putc(&b, '\n');
		buf_puts(&b, substitute(p, play_next_line(p)));
	}
	return buf_text(&b);
}

static const struct doc *
read_json(struct play *p, const char *text)
{
	struct fault fault;
	const struct doc *d;

	fault_init(&fault, w->arena);
	d = json_read(w->arena, &fault, span_of(text));
	if (!d)
		PLAY_FAIL(p, "%s in: %s", fault.message, text);
	return d;
}

void
play_capture(struct play *p, const char *name, const char *value)
{
	if (p->capture_count == MAX_CAPTURES)
		PLAY_FAIL(p, "too many captures");
	p->captures[p->capture_count++] = (struct header){ name, value };
}

/* AS nobody | AS ACCOUNT | AS token NAME */
static void
play_as(struct play *p, struct span rest)
{
	const char *who = play_word(&rest);

	if (strcmp(who, "nobody") == 0)
		p->token = NULL;
	else if (strcmp(who, "token") == 0)
		p->token = substitute(p, span_of(arena_printf(w->arena, "${%s}", play_word(&rest))));
	else
		p->token = given_token(who);
}

/* ---- requests ---- */

/* publish NAME VERSION [{metadata}] */
static struct span
publish_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *version = play_word(&rest);

	rest = span_trim(rest);
	return publish_body(name, version, rest.len > 0 ? play_json(p, arena_dup(w->arena, rest.at, rest.len)) : NULL);
}

/* hex NAME VERSION [{metadata}] */
static struct span
hex_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *version = play_word(&rest), *metadata = NULL;

	rest = span_trim(rest);
	if (rest.len > 0)
		metadata = play_json(p, arena_dup(w->arena, rest.at, rest.len));
	return hex_tarball_of(name, version, metadata);
}

/* hex-docs [{pages}] */
static struct span
hex_docs_line(struct play *p, struct span rest)
{
	rest = span_trim(rest);
	return hex_docs_of(rest.len > 0 ? play_json(p, arena_dup(w->arena, rest.at, rest.len)) : NULL);
}

/* upload NAME VERSION [{fields}] */
static struct span
upload_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *version = play_word(&rest);

	rest = span_trim(rest);
	return pypi_form_of(name, version, rest.len > 0 ? play_json(p, arena_dup(w->arena, rest.at, rest.len)) : NULL);
}

/* The bodies that are built of what a line says, and their types if that has to be told. */
static const struct {
	const char *word;
	struct span (*build)(struct play *, struct span);
	const char *type;
} built[] = {
	{ "publish ", publish_line, NULL },
	{ "hex ", hex_line, NULL },
	{ "hex-docs", hex_docs_line, NULL },
	{ "upload ", upload_line, PYPI_FORM_TYPE },
};

static bool
read_built_body(struct play *p, struct test_request *r, size_t *headers, struct span line)
{
	for (size_t i = 0; i < ARRAY_LEN(built); i++) {
		if (!span_starts(line, built[i].word))
			continue;
		if (built[i].type)
			r->headers[(*headers)++] = (struct header){ "content-type", built[i].type };
		r->body = built[i].build(p, span_skip(line, strlen(built[i].word)));
		return true;
	}
	return false;
}

static struct span
etf_of(const struct doc *d)
{
	struct buf b = buf_on(w->arena);

	etf_write(&b, d, NULL);
	return buf_span(&b);
}

/* A header, or the beginning of a body. */
static void
read_request_line(struct play *p, struct test_request *r, size_t *headers)
{
	const char *line = substitute(p, span_trim(play_next_line(p)));
	struct span rest = span_of(line), name;

	if (*line == '{' || *line == '[' || span_starts(rest, "json ")) {
		r->body = span_of(play_json(p, span_starts(rest, "json ") ? line + 5 : line));
		if (*headers == 0)
			r->headers[(*headers)++] = (struct header){ "content-type", "application/json" };
		return;
	}
	if (span_starts(rest, "etf ")) {
		r->body = etf_of(read_json(p, play_json(p, line + 4)));
		if (*headers == 0)
			r->headers[(*headers)++] = (struct header){ "content-type", "application/vnd.hex+erlang" };
		return;
	}
	if (read_built_body(p, r, headers, rest))
		return;
	if (span_starts(rest, "body ")) {
		r->body = span_skip(rest, 5);
		return;
	}
	name = span_cut(&rest, ':');
	if (!rest.at || *headers == ARRAY_LEN(r->headers) - 1)
		PLAY_FAIL(p, "neither header nor body: %s", line);
	rest = span_trim(rest);
	r->headers[(*headers)++] = (struct header){ arena_dup(w->arena, name.at, name.len),
		arena_dup(w->arena, rest.at, rest.len) };
}

static void
play_request(struct play *p, struct span line)
{
	struct test_request r = { .method = play_word(&line), .token = p->token };
	size_t headers = 0;

	r.target = substitute(p, span_trim(line));
	while (is_indented(peek_line(p)))
		read_request_line(p, &r, &headers);
	p->answer = test_send(&r);
}

/* ---- expectations ---- */

static void
expect_at(struct play *p, const struct doc *d, const char *path, const char *expected)
{
	const struct doc *found = doc_at(d, path);
	const char *difference;

	if (strcmp(expected, "absent") == 0) {
		if (found)
			PLAY_FAIL(p, "%s is there", path);
		return;
	}
	if (!found)
		PLAY_FAIL(p, "%s is absent in: %s", path, p->answer->body.at);
	if (strncmp(expected, "count ", 6) == 0) {
		if ((long)found->count != strtol(expected + 6, NULL, 10))
			PLAY_FAIL(p, "%s has %u members: %s", path, found->count, p->answer->body.at);
		return;
	}
	difference = doc_difference(read_json(p, expected), found);
	if (difference)
		PLAY_FAIL(p, "%s: %s", path, difference);
}

static struct span
line_of(struct span body, long number)
{
	struct span line = span_make(NULL, 0);

	for (long i = 0; i < number; i++)
		line = body.at && body.len > 0 ? span_cut(&body, '\n') : span_make(NULL, 0);
	return line;
}

/* lines N */
static void
expect_lines(struct play *p, struct span rest)
{
	struct span body = p->answer->body;
	long count = 0;

	for (size_t i = 0; i < body.len; i++)
		count += body.at[i] == '\n';
	if (count != strtol(play_word(&rest), NULL, 10) || (body.len > 0 && body.at[body.len - 1] != '\n'))
		PLAY_FAIL(p, "%ld lines in: %s", count, body.at);
}

/* json LINE .PATH VALUE */
static void
expect_json_line(struct play *p, struct span rest)
{
	long number = strtol(play_word(&rest), NULL, 10);
	struct span line = line_of(p->answer->body, number);
	const char *path = play_word(&rest);

	if (!line.at)
		PLAY_FAIL(p, "there is no line %ld", number);
	expect_at(p, read_json(p, arena_dup(w->arena, line.at, line.len)), path,
		play_json(p, arena_dup(w->arena, rest.at, rest.len)));
}

static void
expect_document(struct play *p, const char *line)
{
	const struct doc *expected = read_json(p, play_json(p, line));
	const char *difference;

	if (!p->answer->json)
		PLAY_FAIL(p, "not JSON: %s", p->answer->body.at);
	difference = doc_difference(expected, p->answer->json);
	if (difference)
		PLAY_FAIL(p, "%s; the answer is: %s", difference, p->answer->body.at);
}

/* name: value; name: absent; name: has TEXT */
/* Web servers that add to a list write it anew, without blanks. */
static bool
same_list(struct span wanted, struct span found)
{
	while (wanted.at && found.at)
		if (!span_equal(span_trim(span_cut(&wanted, ',')), span_trim(span_cut(&found, ','))))
			return false;
	return wanted.at == found.at;
}

static void
expect_header(struct play *p, struct span line)
{
	struct span name = span_cut(&line, ':');
	const char *key = arena_dup(w->arena, name.at, name.len);
	const char *found = answer_header(p->answer, key);

	if (!line.at)
		PLAY_FAIL(p, "cannot be expected: %s", key);
	line = span_trim(line);
	if (span_is(line, "absent")) {
		if (found)
			PLAY_FAIL(p, "%s is %s", key, found);
		return;
	}
	/* Apache would take it for a redirection, and does not get it. */
	if (!found && test_url() && p->answer->status == 200 && strcmp(key, "location") == 0)
		return;
	if (!found)
		PLAY_FAIL(p, "no header %s", key);
	if (span_starts(line, "has ") && strstr(found, arena_dup(w->arena, line.at + 4, line.len - 4)))
		return;
	if (!span_is(line, found) && !(test_url() && same_list(line, span_of(found))))
		PLAY_FAIL(p, "%s is %s", key, found);
}

/* TEXT with a line break for each MARK. */
static const char *
broken_at(const char *text, const char *mark)
{
	struct buf b = buf_on(w->arena);
	const char *hit;

	for (; (hit = strstr(text, mark)); text = hit + strlen(mark)) {
		buf_put(&b, text, (size_t)(hit - text));
		buf_putc(&b, '\n');
	}
	buf_puts(&b, text);
	return buf_text(&b);
}

static void
expect_line(struct play *p)
{
	const char *line = substitute(p, span_trim(play_next_line(p)));
	struct span rest = span_of(line);

	if (*line == '{' || *line == '[') {
		expect_document(p, line);
	} else if (*line == '.') {
		const char *path = play_word(&rest);

		expect_at(p, p->answer->json, path, play_json(p, arena_dup(w->arena, rest.at, rest.len)));
	} else if (span_starts(rest, "lines ")) {
		expect_lines(p, span_skip(rest, 6));
	} else if (span_starts(rest, "json ")) {
		expect_json_line(p, span_skip(rest, 5));
	} else if (span_starts(rest, "error ")) {
		assert_string_equal(answer_text(p->answer, "errors[0].detail"), line + 6);
		assert_string_equal(answer_text(p->answer, "errors[1]"), "absent");
	} else if (span_starts(rest, "body ")) {
		if (strcmp(p->answer->body.at, line + 5) != 0)
			PLAY_FAIL(p, "the body is: %s", p->answer->body.at);
	} else if (span_starts(rest, "has ")) {
		if (!strstr(p->answer->body.at, line + 4) && !strstr(p->answer->body.at, broken_at(line + 4, "\\n")))
			PLAY_FAIL(p, "the body is: %s", p->answer->body.at);
	} else if (span_is(rest, "empty")) {
		if (p->answer->body.len != 0)
			PLAY_FAIL(p, "the body is: %s", p->answer->body.at);
	} else {
		expect_header(p, rest);
	}
}

static void
play_expectation(struct play *p, struct span rest)
{
	long status = strtol(play_word(&rest), NULL, 10);

	if (!p->answer)
		PLAY_FAIL(p, "nothing was asked");
	if (p->answer->status != status)
		PLAY_FAIL(p, "status %d, wanted %ld: %s", p->answer->status, status, p->answer->body.at);
	while (is_indented(peek_line(p)))
		expect_line(p);
}

/* What follows PREFIX in the text, as far as letters and digits go. */
static const char *
behind(const char *text, const char *prefix)
{
	const char *at = text ? strstr(text, prefix) : NULL;
	size_t len = 0;

	if (!at)
		return NULL;
	at += strlen(prefix);
	while (is_alnum(at[len]))
		len++;
	return arena_dup(w->arena, at, len);
}

/* CAPTURE NAME .PATH | CAPTURE NAME header HEADER | CAPTURE NAME mail|body PREFIX */
static void
play_capture_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *path = play_word(&rest), *value;

	if (strcmp(path, "header") == 0)
		value = answer_header(p->answer, play_word(&rest));
	else if (strcmp(path, "mail") == 0)
		value = behind(sql_text("SELECT body FROM mail ORDER BY id DESC LIMIT 1"), play_word(&rest));
	else if (strcmp(path, "body") == 0)
		value = behind(p->answer->body.at, arena_dup(w->arena, span_trim(rest).at, span_trim(rest).len));
	else
		value = answer_text(p->answer, path);
	if (!value)
		PLAY_FAIL(p, "nothing to capture");
	play_capture(p, name, value);
}

/* ---- one line ---- */

void
play_line(struct play *p, struct span line)
{
	struct span first = line;

	if (span_trim(line).len == 0 || line.at[0] == '#')
		return;
	first = span_cut(&first, ' ');
	if (span_is(first, "GIVEN"))
		play_given(p, span_skip(line, 6));
	else if (span_is(first, "AS"))
		play_as(p, span_skip(line, 3));
	else if (span_is(first, "CAPTURE"))
		play_capture_line(p, span_skip(line, 8));
	else if (span_is(first, "->"))
		play_expectation(p, span_skip(line, 3));
	else if (method_parse(first) != METHOD_UNKNOWN || span_is(first, "BREW"))
		play_request(p, line);
	else
		PLAY_FAIL(p, "not understood: %.*s", (int)line.len, line.at);
}
