/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Multipart bodies; see the header. Between parts the reader goes by lines. In
 * data it looks for CR, the one byte of a delimiter that occurs in it only
 * once: after a mismatch the search goes on where it stopped, so every byte is
 * looked at once or twice whatever the data.
 */
#include "http/multipart.h"

#include "base/arena.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/text.h"
#include "http/accept.h"

enum state {
	IN_PREAMBLE,
	IN_DELIMITER,		/* behind the boundary, up to the line's end */
	IN_HEADERS,
	IN_DATA,
	IN_EPILOGUE
};

struct multipart {
	struct arena texts;	/* of the current part */
	struct fault *fault;
	enum state state;
	size_t parts_left;
	char delimiter[4 + MULTIPART_BOUNDARY];	/* CR LF - - boundary */
	size_t delimiter_len;
	size_t matched;		/* bytes of the delimiter that the input so far ends with */
	size_t borrowed;	/* of them, from the line before: no data even when no delimiter follows */
	size_t header_bytes;	/* of the current part */
	char line[MULTIPART_HEADERS];
	size_t line_len;
	struct multipart_part part;
	bool disposed;		/* Content-Disposition was there */
};

static bool
refuse(struct multipart *m, const char *what)
{
	return fault_raise(m->fault, FAULT_BAD_REQUEST, "Invalid multipart body: %s.", what);
}

/* ---- parameters ---- */

struct parameter {
	struct span name;	/* at == NULL: there was none any more */
	struct span value;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span
skip_blanks(struct span s)
{
	while (s.len > 0 && is_blank(s.at[0]))
		s = span_skip(s, 1);
	return s;
}

static bool
is_token_char(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool
is_escape(struct span s, size_t at)
{
	return s.at[at] == '\\' && at + 1 < s.len && (s.at[at + 1] == '"' || s.at[at + 1] == '\\');
}

/* REST stands behind the opening quote and is moved behind the closing one. */
static bool
read_quoted(struct arena *a, struct span *rest, struct span *out)
{
	size_t end = 0, len = 0;
	char *text;

	while (end < rest->len && rest->at[end] != '"')
		end += is_escape(*rest, end) ? 2 : 1;
	if (end == rest->len)
		return false;
	text = arena_alloc(a, end + 1);
	for (size_t i = 0; i < end; i++) {
		if (is_escape(*rest, i))
			i++;
		text[len++] = rest->at[i];
	}
	*rest = span_skip(*rest, end + 1);
	*out = span_make(text, len);
	return true;
}

/* Not only tokens: boundaries with '=' or '/' come unquoted from some clients. */
static bool
read_bare(struct arena *a, struct span *rest, struct span *out)
{
	size_t len = 0;

	while (len < rest->len && rest->at[len] > ' ' && rest->at[len] < 127 && !strchr("\";\\", rest->at[len]))
		len++;
	*out = span_make(arena_dup(a, rest->at, len), len);
	*rest = span_skip(*rest, len);
	return len > 0;
}

/* Take one ";name=value" off REST, the value copied onto the arena; false when it is malformed. */
static bool
next_parameter(struct arena *a, struct span *rest, struct parameter *out)
{
	size_t len = 0;

	*out = (struct parameter){ { NULL, 0 }, { NULL, 0 } };
	do {
		*rest = skip_blanks(*rest);
		if (rest->len == 0)
			return true;
		if (rest->at[0] != ';')
			return false;
		*rest = skip_blanks(span_skip(*rest, 1));
	} while (rest->len == 0 || rest->at[0] == ';');
	while (len < rest->len && is_token_char(rest->at[len]))
		len++;
	if (len == 0 || len == rest->len || rest->at[len] != '=')
		return false;
	out->name = span_make(rest->at, len);
	*rest = span_skip(*rest, len + 1);
	if (rest->len > 0 && rest->at[0] == '"') {
		*rest = span_skip(*rest, 1);
		return read_quoted(a, rest, &out->value);
	}
	return read_bare(a, rest, &out->value);
}

/* What stands before the first parameter; REST is left with the parameters. */
static struct span
cut_value(struct span *rest)
{
	struct span parameters = *rest, value = span_cut(&parameters, ';');

	*rest = span_skip(*rest, value.len);
	return span_trim(value);
}

/* ---- the boundary ---- */

static bool
is_boundary(struct span s)
{
	if (s.len == 0 || s.len > MULTIPART_BOUNDARY || s.at[s.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.at[i]) && (s.at[i] == '\0' || !strchr("'()+_,-./:=? ", s.at[i])))
			return false;
	return true;
}

static bool
read_boundary(struct arena *a, const char *content_type, struct span *out)
{
	struct span rest = span_of(content_type);
	struct parameter p;

	*out = span_make(NULL, 0);
	cut_value(&rest);
	do {
		if (!next_parameter(a, &rest, &p))
			return false;
		if (!span_equal_nocase(p.name, SPAN("boundary")))
			continue;
		if (out->at)
			return false;
		*out = p.value;
	} while (p.name.at);
	return is_boundary(*out);
}

static void
free_texts(void *arg)
{
	arena_free(arg);
}

struct multipart *
multipart_new(struct arena *a, struct fault *f, const char *content_type, size_t max_parts)
{
	struct multipart *m;
	struct span boundary;

	if (!media_type_is(content_type, "multipart/form-data")) {
		fault_raise(f, FAULT_MEDIA_TYPE, "The request body must be multipart/form-data.");
		return NULL;
	}
	m = arena_new(a, struct multipart);
	m->fault = f;
	m->parts_left = max_parts;
	arena_init(&m->texts);
	arena_on_clear(a, free_texts, &m->texts);
	if (!read_boundary(a, content_type, &boundary)) {
		refuse(m, "the Content-Type has no valid boundary");
		return NULL;
	}
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary.at, boundary.len);
	m->delimiter_len = 4 + boundary.len;
	/* The first delimiter may begin the body. */
	m->matched = m->borrowed = 2;
	return m;
}

/* ---- headers of a part ---- */

/* charset'language'percent-encoded (RFC 8187 §3.2); no client uses any other charset. */
static bool
decode_extended(struct arena *a, struct span *value)
{
	struct span rest = *value;

	if (!span_equal_nocase(span_cut(&rest, '\''), SPAN("utf-8")) || !rest.at)
		return false;
	span_cut(&rest, '\'');
	if (!rest.at)
		return false;
	*value = decode_percent(a, rest, false);
	return value->at != NULL;
}

struct disposition {
	struct span name;
	struct span name_extended;
	struct span filename;
	struct span filename_extended;
};

static const struct {
	const char *name;
	size_t offset;
	bool extended;
} parameters[] = {
	{ "name", offsetof(struct disposition, name), false },
	{ "name*", offsetof(struct disposition, name_extended), true },
	{ "filename", offsetof(struct disposition, filename), false },
	{ "filename*", offsetof(struct disposition, filename_extended), true },
};

static bool
take_parameter(struct multipart *m, struct disposition *d, const struct parameter *p)
{
	for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
		struct span *to = (struct span *)(void *)((char *)d + parameters[i].offset);

		if (!span_equal_nocase(p->name, span_of(parameters[i].name)))
			continue;
		if (to->at)
			return refuse(m, "a parameter of Content-Disposition is given twice");
		*to = p->value;
		if (parameters[i].extended && !decode_extended(&m->texts, to))
			return refuse(m, "a parameter of Content-Disposition is malformed");
		return text_is_utf8(*to) || refuse(m, "text that is not UTF-8");
	}
	if (memchr(p->name.at, '*', p->name.len))
		return refuse(m, "a parameter of Content-Disposition in parts");
	return true;
}

static bool
is_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 127)
			return false;
	return true;
}

static bool
take_disposition(struct multipart *m, struct span value)
{
	struct disposition d = { 0 };
	struct parameter p;

	if (m->disposed)
		return refuse(m, "a part with two Content-Dispositions");
	m->disposed = true;
	if (!span_equal_nocase(cut_value(&value), SPAN("form-data")))
		return refuse(m, "a part that is not form-data");
	do {
		if (!next_parameter(&m->texts, &value, &p))
			return refuse(m, "a malformed Content-Disposition");
		if (p.name.at && !take_parameter(m, &d, &p))
			return false;
	} while (p.name.at);
	m->part.name = d.name_extended.at ? d.name_extended : d.name;
	m->part.filename = d.filename_extended.at ? d.filename_extended : d.filename;
	if (!m->part.name.at)
		return refuse(m, "a part without a name");
	return is_printable(m->part.name) || refuse(m, "control characters in the name of a part");
}

static bool
take_content_type(struct multipart *m, struct span value)
{
	if (m->part.content_type.at)
		return refuse(m, "a part with two Content-Types");
	if (!is_printable(value))
		return refuse(m, "control characters in a Content-Type");
	m->part.content_type = span_make(arena_dup(&m->texts, value.at, value.len), value.len);
	return true;
}

/* Senders do not encode parts (RFC 7578 §4.7); whoever says so means other data than what is sent. */
static bool
take_encoding(struct multipart *m, struct span value)
{
	static const char *const plain[] = { "binary", "8bit", "7bit" };

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (span_equal_nocase(value, span_of(plain[i])))
			return true;
	return refuse(m, "a Content-Transfer-Encoding");
}

static const struct {
	const char *name;
	bool (*take)(struct multipart *m, struct span value);
} headers[] = {
	{ "content-disposition", take_disposition },
	{ "content-type", take_content_type },
	{ "content-transfer-encoding", take_encoding },
};

static bool
take_header(struct multipart *m, struct span line)
{
	struct span value = line, name = span_cut(&value, ':');

	if (!value.at || name.len == 0 || memchr(line.at, '\0', line.len))
		return refuse(m, "a malformed header");
	for (size_t i = 0; i < name.len; i++)
		if (!is_token_char(name.at[i]))
			return refuse(m, "a malformed header");
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		if (span_equal_nocase(name, span_of(headers[i].name)))
			return headers[i].take(m, span_trim(value));
	return true;
}

/* ---- lines ---- */

/* A whole line without its CRLF; at == NULL when the input ends before it does, or a fault is set. */
static struct span
read_line(struct multipart *m, struct span *in)
{
	const char *lf = in->len > 0 ? memchr(in->at, '\n', in->len) : NULL;
	size_t n = lf ? (size_t)(lf - in->at) + 1 : in->len;
	struct span line;

	if (n > MULTIPART_HEADERS - m->header_bytes) {
		refuse(m, "the headers of a part are too long");
		return span_make(NULL, 0);
	}
	if (n > 0)
		memcpy(m->line + m->line_len, in->at, n);
	m->line_len += n;
	m->header_bytes += n;
	*in = span_skip(*in, n);
	if (!lf)
		return span_make(NULL, 0);
	line = span_make(m->line, m->line_len);
	m->line_len = 0;
	if (line.len < 2 || line.at[line.len - 2] != '\r' || memchr(line.at, '\r', line.len - 2)) {
		refuse(m, "a line that does not end in CRLF");
		return span_make(NULL, 0);
	}
	line.len -= 2;
	return line;
}

/* What may follow a boundary: blanks, behind two hyphens when it closes the body. */
static bool
is_delimiter_end(struct span line, bool *closing)
{
	*closing = span_starts(line, "--");
	return skip_blanks(span_skip(line, *closing ? 2 : 0)).len == 0;
}

static bool
end_delimiter(struct multipart *m, struct span line)
{
	bool closing;

	if (!is_delimiter_end(line, &closing))
		return refuse(m, "a delimiter with something behind it");
	if (closing) {
		m->state = IN_EPILOGUE;
		return true;
	}
	if (m->parts_left == 0)
		return refuse(m, "too many parts");
	m->parts_left--;
	arena_clear(&m->texts);
	m->part = (struct multipart_part){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	m->disposed = false;
	m->header_bytes = 0;
	m->state = IN_HEADERS;
	return true;
}

static enum multipart_event
read_delimiter(struct multipart *m, struct span *in)
{
	struct span line = read_line(m, in);

	if (line.at)
		(void)end_delimiter(m, line);
	return MULTIPART_MORE;
}

static enum multipart_event
read_header(struct multipart *m, struct span *in)
{
	struct span line = read_line(m, in);

	if (!line.at)
		return MULTIPART_MORE;
	if (line.len > 0 && is_blank(line.at[0])) {
		refuse(m, "a folded header");
	} else if (line.len > 0) {
		(void)!take_header(m, line);
	} else if (!m->disposed) {
		refuse(m, "a part without Content-Disposition");
	} else {
		/* The empty line belongs to the delimiter of a part without data (RFC 2046 §5.1.1). */
		m->matched = m->borrowed = 2;
		m->state = IN_DATA;
		return MULTIPART_BEGIN;
	}
	return MULTIPART_MORE;
}

/* ---- data ---- */

static size_t
common_length(const char *a, const char *b, size_t len)
{
	size_t n = 0;

	while (n < len && a[n] == b[n])
		n++;
	return n;
}

/* Where in S the delimiter begins, or as much of it as S ends with; MATCHED is set to that much. */
static size_t
find_delimiter(struct multipart *m, struct span s)
{
	size_t at = 0;

	m->matched = m->borrowed = 0;
	while (at < s.len) {
		const char *cr = memchr(s.at + at, '\r', s.len - at);
		size_t left, n;

		if (!cr)
			break;
		at = (size_t)(cr - s.at);
		left = s.len - at;
		n = common_length(cr, m->delimiter, left < m->delimiter_len ? left : m->delimiter_len);
		if (n == left || n == m->delimiter_len) {
			m->matched = n;
			return at;
		}
		at += n;
	}
	return s.len;
}

static enum multipart_event
read_data(struct multipart *m, struct span *in, struct span *data)
{
	size_t left = m->delimiter_len - m->matched, n;

	if (m->matched > 0) {
		n = common_length(m->delimiter + m->matched, in->at, in->len < left ? in->len : left);
		m->matched += n;
		*in = span_skip(*in, n);
		if (m->matched < m->delimiter_len && in->len > 0) {
			*data = span_make(m->delimiter + m->borrowed, m->matched - m->borrowed);
			m->matched = m->borrowed = 0;
			if (data->len > 0)
				return MULTIPART_DATA;
		}
	}
	if (m->matched == 0) {
		n = find_delimiter(m, *in);
		*data = span_make(in->at, n);
		*in = span_skip(*in, n + m->matched);
		if (n > 0)
			return MULTIPART_DATA;
	}
	if (m->matched < m->delimiter_len)
		return MULTIPART_MORE;
	m->matched = m->borrowed = 0;
	m->header_bytes = 0;
	m->state = IN_DELIMITER;
	return MULTIPART_END;
}

/* One step; MULTIPART_MORE may also mean that there was nothing to tell. */
static enum multipart_event
step(struct multipart *m, struct span *in, struct span *data)
{
	switch (m->state) {
	case IN_PREAMBLE:
		(void)read_data(m, in, data);
		break;
	case IN_DELIMITER:
		return read_delimiter(m, in);
	case IN_HEADERS:
		return read_header(m, in);
	case IN_DATA:
		return read_data(m, in, data);
	case IN_EPILOGUE:
		*in = span_skip(*in, in->len);
		break;
	}
	return MULTIPART_MORE;
}

enum multipart_event
multipart_next(struct multipart *m, struct span *input, struct span *data)
{
	enum multipart_event event = MULTIPART_MORE;

	/* A delimiter that was found at the end of the input is told before more is asked for. */
	do {
		if (fault_is_set(m->fault))
			return MULTIPART_FAILED;
		event = step(m, input, data);
	} while (event == MULTIPART_MORE && (input->len > 0 || m->matched == m->delimiter_len));
	return fault_is_set(m->fault) ? MULTIPART_FAILED : event;
}

const struct multipart_part *
multipart_part(const struct multipart *m)
{
	return &m->part;
}

bool
multipart_finish(struct multipart *m)
{
	struct span line = span_make(m->line, m->line_len);
	bool closing;

	/* The closing delimiter's line may lack its end. */
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	if (m->state == IN_DELIMITER && is_delimiter_end(line, &closing) && closing)
		m->state = IN_EPILOGUE;
	return (m->state == IN_EPILOGUE && !fault_is_set(m->fault)) || refuse(m, "it ends early");
}
