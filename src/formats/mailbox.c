/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of mailboxes; see the header. Names and comments are left out as the
 * list is read, once from left to right.
 */
#include "formats/mailbox.h"

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"

/* ---- lists ---- */

/* An address as it is put together. */
struct address {
	struct buf text;
	unsigned ats;			/* "@" outside of quotes */
	bool blank;			/* before what comes next */
	bool angle;			/* it stands between < and > */
};

static void
begin(struct address *m, bool angle)
{
	buf_truncate(&m->text, 0);
	m->ats = 0;
	m->blank = false;
	m->angle = angle;
}

/* Behind a comment, which may hold others. */
static struct span
skip_comment(struct span rest)
{
	size_t depth = 0, i = 0;

	for (; i < rest.len; i++) {
		if (rest.at[i] == '\\')
			i++;
		else if (rest.at[i] == '(')
			depth++;
		else if (rest.at[i] == ')' && --depth == 0)
			return span_skip(rest, i + 1);
	}
	return span_skip(rest, i);
}

/* A quoted text with its marks. */
static struct span
cut_quoted(struct span *rest)
{
	struct span quoted = *rest;
	size_t i = 1;

	for (; i < rest->len && rest->at[i] != '"'; i++)
		if (rest->at[i] == '\\')
			i++;
	quoted.len = i < rest->len ? i + 1 : rest->len;
	*rest = span_skip(*rest, quoted.len);
	return quoted;
}

/* Blanks between words stay, as one; those beside "@" and dots, and within the host, do not. */
static void
put(struct address *m, struct span word)
{
	bool joins = word.at[0] == '@' || word.at[0] == '.';

	if (m->blank && m->text.len > 0 && m->ats == 0 && !joins && m->text.at[m->text.len - 1] != '.')
		buf_putc(&m->text, ' ');
	m->blank = false;
	m->ats += word.at[0] == '@';
	buf_put_span(&m->text, word);
}

/* What was put together: without an "@" the first word, unless it stood in < >. */
static struct span
end(const struct address *m)
{
	struct span text = buf_span(&m->text);
	const char *blank = text.len > 0 ? memchr(text.at, ' ', text.len) : NULL;

	if (m->ats > 1 || (m->ats == 1 && text.at[text.len - 1] == '@'))
		return SPAN("");
	if (m->ats == 0 && !m->angle && blank)
		text.len = (size_t)(blank - text.at);
	return text.len > 0 ? text : SPAN("");
}

static void
skip_to_next(struct span *rest)
{
	while (rest->len > 0 && rest->at[0] != ',' && rest->at[0] != ';') {
		if (rest->at[0] == '(')
			*rest = skip_comment(*rest);
		else if (rest->at[0] == '"')
			cut_quoted(rest);
		else
			*rest = span_skip(*rest, 1);
	}
	*rest = rest->len > 0 ? span_skip(*rest, 1) : (struct span){ NULL, 0 };
}

/* The next address of the list, as end() has it; REST is at == NULL behind the last. Valid until the next call. */
static struct span
next(struct address *m, struct span *rest)
{
	begin(m, false);
	while (rest->len > 0) {
		char c = rest->at[0];

		if (c == '(') {
			*rest = skip_comment(*rest);
			m->blank = true;
			continue;
		}
		if (c == '"') {
			put(m, cut_quoted(rest));
			continue;
		}
		if (m->angle ? c == '>' : c == ',' || c == ';' || (c == '<' && m->ats > 0))
			break;
		if (is_space(c))
			m->blank = true;
		else if (c == '<' && !m->angle)
			begin(m, true);
		else if (c == ':' && !m->angle)
			begin(m, false);	/* the name of a group */
		else
			put(m, span_make(rest->at, 1));
		*rest = span_skip(*rest, 1);
	}
	skip_to_next(rest);
	return end(m);
}

struct span
mailbox_first(struct arena *a, struct span list)
{
	struct address m = { .text = buf_on(a) };

	return next(&m, &list);
}

const char *
mailbox_join(struct arena *a, struct span list)
{
	struct address m = { .text = buf_on(a) };
	struct buf joined = buf_on(a);

	while (list.at) {
		struct span address = next(&m, &list);

		/* Nothing is behind the last separator. */
		if (!list.at && address.len == 0 && joined.len > 0)
			break;
		if (m.ats != 1 || address.len == 0)
			return NULL;
		if (joined.len > 0)
			buf_puts(&joined, ", ");
		buf_put_span(&joined, address);
	}
	return joined.len > 0 ? buf_text(&joined) : NULL;
}

/* ---- addresses ---- */

struct parts {
	struct arena *arena;
	struct span whole;
	struct span local;
	struct span host;
};

static bool
ends(struct span s, char c)
{
	return s.len > 0 && s.at[s.len - 1] == c;
}

static bool
begins(struct span s, char c)
{
	return s.len > 0 && s.at[0] == c;
}

static const char *
too_long(struct arena *a, const char *what, size_t len, size_t max)
{
	return arena_printf(a, "%s (%zu character%s too many).", what, len - max, len - max > 1 ? "s" : "");
}

/* The characters of TEXT that are neither letters, digits nor ALLOWED, behind WHAT; NULL when there are none. */
static const char *
bad_characters(struct arena *a, struct span text, const char *allowed, const char *what)
{
	bool bad[128] = { false };
	struct buf b = buf_on(a);

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if ((unsigned char)c < 0x80)
			bad[(unsigned char)c] = !is_alnum(c) && (c == '\0' || !strchr(allowed, c));
	}
	if (bad['\\'])
		buf_puts(&b, ", \"\\\"");
	for (int c = 0x21; c < 0x7f; c++)
		if (bad[c] && c != '\\')
			buf_printf(&b, c == '\'' ? ", \"%c\"" : ", '%c'", c);
	if (bad[' '])
		buf_puts(&b, ", SPACE");
	for (int c = 0; c < 0x80; c++)
		if (bad[c] && (c < 0x20 || c == 0x7f))
			buf_printf(&b, ", U+%08X", (unsigned)c);
	return b.len > 0 ? arena_printf(a, "%s: %s.", what, buf_text(&b) + 2) : NULL;
}

static const char *
check_form(const struct parts *p)
{
	if (!p->host.at)
		return "An email address must have an @-sign.";
	if (begins(p->local, '"'))
		return "Quoting the part before the @-sign is not allowed here.";
	if (begins(p->host, '['))
		return "A bracketed IP address after the @-sign is not allowed here.";
	if (p->local.len == 0)
		return "There must be something before the @-sign.";
	return p->host.len == 0 ? "There must be something after the @-sign." : NULL;
}

static const char *
check_local(const struct parts *p)
{
	const char *bad = bad_characters(p->arena, p->local, ".!#$%&'*+-/=?^_`{|}~",
		"The email address contains invalid characters before the @-sign");

	if (bad)
		return bad;
	if (ends(p->local, '.'))
		return "An email address cannot have a period immediately before the @-sign.";
	if (begins(p->local, '.'))
		return "An email address cannot start with a period.";
	return span_contains(p->local, "..") ? "An email address cannot have two periods in a row." : NULL;
}

static const char *
check_host_text(const struct parts *p)
{
	if (p->host.len > MAILBOX_HOST_MAX)
		return too_long(p->arena, "The email address is too long after the @-sign", p->host.len,
				MAILBOX_HOST_MAX);
	return bad_characters(p->arena, p->host, "-.", "The part after the @-sign contains invalid characters");
}

static const char *
check_host_ends(const struct parts *p)
{
	if (ends(p->host, '.'))
		return "An email address cannot end with a period.";
	if (begins(p->host, '.'))
		return "An email address cannot have a period immediately after the @-sign.";
	if (span_contains(p->host, ".."))
		return "An email address cannot have two periods in a row.";
	if (ends(p->host, '-'))
		return "An email address cannot end with a hyphen.";
	if (begins(p->host, '-'))
		return "An email address cannot have a hyphen immediately after the @-sign.";
	if (span_contains(p->host, ".-") || span_contains(p->host, "-."))
		return "An email address cannot have a period and a hyphen next to each other.";
	return NULL;
}

static const char *
check_labels(const struct parts *p)
{
	struct span rest = p->host;

	while (rest.at) {
		struct span label = span_cut(&rest, '.');

		if (label.len > MAILBOX_LABEL_MAX)
			return too_long(p->arena, "After the @-sign, periods cannot be separated by so many characters",
					label.len, MAILBOX_LABEL_MAX);
		if (label.len >= 4 && label.at[2] == '-' && label.at[3] == '-' &&
		    !span_equal_nocase(span_make(label.at, 2), SPAN("xn")))
			return "An email address cannot have two letters followed by two dashes immediately after the "
			       "@-sign or after a period, except Punycode.";
	}
	return NULL;
}

static const char *
check_top_level(const struct parts *p)
{
	char last = p->host.at[p->host.len - 1];

	if (!span_contains(p->host, "."))
		return "The part after the @-sign is not valid. It should have a period.";
	if ((unsigned char)last < 0x80 && !is_alpha(last))
		return "The part after the @-sign is not valid. It is not within a valid top-level domain.";
	return p->whole.len > MAILBOX_MAX
		? too_long(p->arena, "The email address is too long", p->whole.len, MAILBOX_MAX) : NULL;
}

const char *
mailbox_fault(struct arena *a, struct span address)
{
	static const char *(*const checks[])(const struct parts *) = {
		check_form, check_local, check_host_text, check_host_ends, check_labels, check_top_level,
	};
	struct parts p = { .arena = a, .whole = address, .host = address };
	const char *why = NULL;

	if (begins(address, '"')) {
		p.local = cut_quoted(&p.host);
		p.host = begins(p.host, '@') ? span_skip(p.host, 1) : (struct span){ NULL, 0 };
	} else {
		p.local = span_cut(&p.host, '@');
	}
	for (size_t i = 0; i < ARRAY_LEN(checks) && !why; i++)
		why = checks[i](&p);
	return why;
}
