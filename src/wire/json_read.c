/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text into a document. json-c parses; a scan before it refuses what its
 * strict mode lets through (NaN, "1.", leading zeros, numbers beyond 64 bits,
 * control characters in strings, NUL in a key, which it would cut there) and
 * bounds depth and number of values before anything is allocated for them.
 *
 * The messages are those of serde_json, whose users know them: the column
 * counts bytes and names the offending one, at the end of the text the last.
 */
#include "wire/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

struct scan {
	struct arena *arena;
	struct span text;
	size_t at;
	const char *wrong;		/* NULL as long as nothing is */
	size_t values;
	size_t containers;
	int depth;
	char open[DOC_READ_DEPTH];		/* '[' or '{' */
	char last;			/* first byte of the last token; '\0' before any */
	bool nul;			/* the last string had a \u0000 in it */
	bool in_string;			/* it did not end */
};

static bool
scan_wrong(struct scan *s, const char *what)
{
	s->wrong = what;
	return false;
}

static char
scan_peek(const struct scan *s)
{
	return s->at < s->text.len ? s->text.at[s->at] : '\0';
}

/* A string from its opening quote on; whether the escapes are known ones is left to json-c. */
static bool
scan_string(struct scan *s)
{
	s->nul = false;
	for (s->at++; s->at < s->text.len; s->at++) {
		char c = s->text.at[s->at];

		if (c == '"') {
			s->at++;
			return true;
		}
		if ((unsigned char)c < 0x20)
			return scan_wrong(s, "control character (\\u0000-\\u001F) found while parsing a string");
		if (c != '\\')
			continue;
		if (span_starts(span_skip(s->text, s->at), "\\u0000"))
			s->nul = true;
		if (s->at + 1 < s->text.len && (unsigned char)s->text.at[s->at + 1] >= 0x20)
			s->at++;
	}
	s->in_string = true;
	return true;
}

static bool
scan_digits(struct scan *s)
{
	size_t begin = s->at;

	while (is_digit(scan_peek(s)))
		s->at++;
	if (s->at > begin)
		return true;
	return scan_wrong(s, s->at < s->text.len ? "invalid number" : "EOF while parsing a value");
}

/* An integer of that many digits fits into 64 bits. */
static bool
integer_fits(struct span digits, bool negative)
{
	static const char most[] = "18446744073709551615", least[] = "9223372036854775808";
	const char *limit = negative ? least : most;
	size_t limit_len = strlen(limit);

	return digits.len < limit_len || (digits.len == limit_len && memcmp(digits.at, limit, limit_len) <= 0);
}

static bool
is_finite(const struct scan *s, size_t begin)
{
	return isfinite(strtod(arena_dup(s->arena, s->text.at + begin, s->at - begin), NULL));
}

/* RFC 8259 §6. */
static bool
scan_number(struct scan *s)
{
	bool negative = scan_peek(s) == '-';
	bool integer = true;
	size_t begin = s->at;
	struct span digits;

	if (negative)
		s->at++;
	digits.at = s->text.at + s->at;
	if (scan_peek(s) == '0' && is_digit(s->at + 1 < s->text.len ? s->text.at[s->at + 1] : '\0')) {
		s->at++;
		return scan_wrong(s, "invalid number");
	}
	if (!scan_digits(s))
		return false;
	digits.len = (size_t)(s->text.at + s->at - digits.at);
	if (scan_peek(s) == '.') {
		integer = false;
		s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (scan_peek(s) == 'e' || scan_peek(s) == 'E') {
		integer = false;
		s->at++;
		if (scan_peek(s) == '+' || scan_peek(s) == '-')
			s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (integer ? !integer_fits(digits, negative) : !is_finite(s, begin))
		return scan_wrong(s, "number out of range");
	return true;
}

static bool
scan_open(struct scan *s, char c)
{
	if (s->depth == DOC_READ_DEPTH)
		return scan_wrong(s, "recursion limit exceeded");
	if (++s->containers > DOC_READ_CONTAINERS)
		return scan_wrong(s, "too many values");
	s->open[s->depth++] = c;
	s->at++;
	return true;
}

/* One token or byte of white space. What may stand where is left to json-c. */
static bool
scan_token(struct scan *s)
{
	char c = s->text.at[s->at];
	char before = s->last;

	if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
		s->last = c;
	switch (c) {
	case '"':
		return scan_string(s);
	case '[':
	case '{':
		return scan_open(s, c);
	case ']':
	case '}':
		s->depth -= s->depth > 0;
		break;
	case ',':
		if (++s->values > DOC_READ_VALUES)
			return scan_wrong(s, "too many values");
		break;
	case ':':
		if (s->nul)
			return scan_wrong(s, "NUL character in a key");
		break;
	case 'N':	/* json-c would take NaN */
	case 'I':	/* and Infinity, */
	case '\0':	/* and end at a NUL */
		return scan_wrong(s, s->depth == 0 && before ? "trailing characters" : "expected value");
	default:
		if (c == '-' || is_digit(c))
			return scan_number(s);
	}
	s->at++;
	return true;
}

static struct scan
scan_text(struct arena *a, struct span text)
{
	struct scan s = { .arena = a, .text = text };

	while (s.at < text.len && scan_token(&s))
		;
	return s;
}

/* Raise WHAT at the byte with index AT; at the end of the text at the last one. Always false. */
static bool
refuse(struct fault *f, struct span text, size_t at, const char *what)
{
	size_t line = 1, column = 0;

	for (size_t i = 0; i < text.len && i <= at; i++) {
		column++;
		if (text.at[i] == '\n' && i < at) {
			line++;
			column = 0;
		}
	}
	return fault_raise(f, FAULT_BAD_REQUEST, "%s at line %zu column %zu", what, line, column);
}

static const char *
eof_text(const struct scan *s)
{
	if (s->in_string)
		return "EOF while parsing a string";
	if (s->depth == 0 || s->last == ':' || (s->last == ',' && s->open[s->depth - 1] == '['))
		return "EOF while parsing a value";
	return s->open[s->depth - 1] == '{' ? "EOF while parsing an object" : "EOF while parsing a list";
}

/* What is wrong with the byte NEXT behind what was scanned, when json-c expected something else there. */
static const char *
unexpected_text(const struct scan *s, char next)
{
	if (s->depth == 0)
		return s->last ? "trailing characters" : "expected value";
	if (s->last == ',' && (next == ']' || next == '}'))
		return "trailing comma";
	return "expected value";
}

static bool
ends_in_word(struct span s)
{
	return s.len > 0 && is_alpha(s.at[s.len - 1]);
}

static const char *
parse_error_text(enum json_tokener_error e, const struct scan *s, char next)
{
	switch (e) {
	case json_tokener_error_parse_null:
	case json_tokener_error_parse_boolean:
		return ends_in_word(s->text) ? "expected ident" : "expected value";
	case json_tokener_error_parse_number:
		return "invalid number";
	case json_tokener_error_parse_array:
		return "expected `,` or `]`";
	case json_tokener_error_parse_object_key_name:
		return "key must be a string";
	case json_tokener_error_parse_object_key_sep:
		return "expected `:`";
	case json_tokener_error_parse_object_value_sep:
		return "expected `,` or `}`";
	case json_tokener_error_parse_string:
		return "invalid escape";
	default:
		return unexpected_text(s, next);
	}
}

static struct doc *
convert_number(struct arena *a, struct json_object *from)
{
	struct doc *d = doc_scalar_int(a, json_object_get_int64(from));

	if (json_object_get_type(from) == json_type_double) {
		d->kind = DOC_REAL;
		d->is.real = json_object_get_double(from);
	} else if (json_object_get_uint64(from) > INT64_MAX) {
		d->kind = DOC_UINT;
		d->is.unsigned_integer = json_object_get_uint64(from);
	}
	return d;
}

static struct span
copy_text(struct arena *a, struct json_object *from)
{
	size_t len = (size_t)json_object_get_string_len(from);

	return span_make(arena_dup(a, json_object_get_string(from), len), len);
}

static struct doc *
convert(struct arena *a, struct json_object *from)
{
	struct doc *d;

	switch (json_object_get_type(from)) {
	case json_type_boolean:
		d = doc_scalar_null(a);
		d->kind = DOC_BOOL;
		d->is.boolean = json_object_get_boolean(from);
		return d;
	case json_type_int:
	case json_type_double:
		return convert_number(a, from);
	case json_type_string:
		return doc_scalar_text(a, copy_text(a, from));
	case json_type_array:
		d = doc_list(a);
		for (size_t i = 0; i < json_object_array_length(from); i++)
			doc_put(d, NULL, convert(a, json_object_array_get_idx(from, i)));
		return d;
	case json_type_object:
		d = doc_map(a);
		json_object_object_foreach(from, key, value)
			doc_put(d, arena_strdup(a, key), convert(a, value));
		return d;
	default:
		return doc_scalar_null(a);
	}
}

/*
 * Parse what the scan found nothing wrong with. The first thing wrong counts:
 * what json-c finds in there, else what ended the scan.
 */
static bool
parse(struct json_tokener *tokener, struct fault *f, const struct scan *all, struct json_object **out)
{
	struct span text = all->text;
	enum json_tokener_error e;

	*out = json_tokener_parse_ex(tokener, text.at, (int)all->at);
	e = json_tokener_get_error(tokener);
	if (e != json_tokener_success && e != json_tokener_continue) {
		size_t at = json_tokener_get_parse_end(tokener);
		struct scan before = scan_text(all->arena, span_make(text.at, at));

		return refuse(f, text, at, parse_error_text(e, &before, at < text.len ? text.at[at] : '\0'));
	}
	if (all->wrong)
		return refuse(f, text, all->at, all->wrong);
	if (e == json_tokener_success)
		return true;
	/* A NUL tells that nothing follows: it ends a number, a literal, and whatever is incomplete. */
	*out = json_tokener_parse_ex(tokener, "", 1);
	if (json_tokener_get_error(tokener) == json_tokener_success)
		return true;
	return refuse(f, text, text.len, eof_text(all));
}

static bool
is_readable(struct fault *f, struct span text)
{
	struct span rest = text;
	struct span before = rest;

	if (text.len > INT32_MAX)
		return fault_raise(f, FAULT_TOO_LARGE, "JSON text too large");
	if (text_is_utf8(text))
		return true;
	while (rest.len > 0 && text_next_char(&rest) != UINT32_MAX)
		before = rest;
	return refuse(f, text, text.len - before.len, "invalid unicode code point");
}

const struct doc *
json_read(struct arena *a, struct fault *f, struct span text)
{
	struct json_tokener *tokener;
	struct json_object *tree = NULL;
	const struct doc *result = NULL;
	struct scan all;

	if (!text.at)
		text = SPAN("");
	if (!is_readable(f, text))
		return NULL;
	all = scan_text(a, text);
	/* One more than the scan lets through, so that json-c never has to complain about it. */
	tokener = json_tokener_new_ex(DOC_READ_DEPTH + 2);
	if (!tokener)
		abort();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (parse(tokener, f, &all, &tree))
		result = convert(a, tree);
	json_object_put(tree);
	json_tokener_free(tokener);
	return result;
}
