/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mail queue and the form of a message (RFC 5322, RFC 2045, RFC 2047).
 * Nothing that a user chose reaches a header with a line break in it.
 */
#include "domain/mail.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/text.h"
#include "base/transfer.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/email.h"
#include "domain/job.h"
#include "wire/doc.h"

#define MAX_SUBJECT 900
#define MAX_BODY (1024 * 1024)
/* Longest header text that is written without folding. */
#define PLAIN_HEADER 66
/* Bytes whose encoded word stays within 75 characters. */
#define WORD_BYTES 45
/* RFC 5322 §2.1.1. */
#define LONGEST_LINE 998
#define QUOTED_LINE 73

static const struct column mail_columns[] = {
	COLUMN(mail, id),
	COLUMN(mail, recipient),
	COLUMN(mail, subject),
	COLUMN(mail, body),
	COLUMN(mail, created_at),
	COLUMN(mail, sent_at),
	COLUMNS_END
};
static const struct row_type mail_row = ROW_TYPE(mail, mail_columns);

/* ---- queueing ---- */

/* The first MAX bytes, cut between characters, without control characters. */
static const char *
one_line(struct work *w, const char *s, size_t max)
{
	size_t len = strlen(s);
	char *line;

	if (len > max) {
		len = max;
		while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
			len--;
	}
	line = arena_dup(w->arena, s, len);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	return line;
}

bool
mail_queue(struct work *w, const char *to, const char *subject, const char *body)
{
	int64_t id;

	if (!email_is_valid(span_of(to)))
		return fault_raise(w->fault, FAULT_INVALID, "invalid email address");
	if (strlen(body) > MAX_BODY)
		return fault_raise_internal(w->fault, FAULT_INTERNAL, "a mail of more than %d bytes", MAX_BODY);
	if (!db_int(w, Q_MAIL_INSERT, ARGS(text(to), text(one_line(w, subject, MAX_SUBJECT)), text(body)), &id))
		return false;
	return job_add(w, "mail", arena_printf(w->arena, "{\"mail\": %" PRId64 "}", id), NULL, 0);
}

/* ---- the message ---- */

static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < ' ' || s.at[i] > '~')
			return false;
	return true;
}

/* Encoded words (RFC 2047 §2), each of whole characters, folded. */
static void
put_encoded_words(struct buf *b, struct span s)
{
	for (bool first = true; s.len > 0; first = false) {
		size_t n = s.len > WORD_BYTES ? WORD_BYTES : s.len;

		while (n < s.len && n > 1 && ((unsigned char)s.at[n] & 0xc0) == 0x80)
			n--;
		buf_puts(b, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		buf_puts(b, encode_base64(b->arena, s.at, n));
		buf_puts(b, "?=");
		s = span_skip(s, n);
	}
}

static void
put_subject(struct buf *b, struct span s)
{
	buf_puts(b, "Subject: ");
	if (is_plain(s) && s.len <= PLAIN_HEADER && !span_contains(s, "=?"))
		buf_put_span(b, s);
	else
		put_encoded_words(b, s);
	buf_puts(b, "\r\n");
}

/* The address inside "Name <address>", or all of it. */
static const char *
bare_address(struct work *w, const char *mailbox)
{
	const char *open = strrchr(mailbox, '<');
	const char *close = open ? strchr(open, '>') : NULL;

	if (!close)
		return one_line(w, mailbox, strlen(mailbox));
	return one_line(w, arena_dup(w->arena, open + 1, (size_t)(close - open - 1)), (size_t)(close - open));
}

static void
put_from(struct work *w, struct buf *b)
{
	const char *mailbox = w->config->mail_from;
	const char *open = strrchr(mailbox, '<');
	struct span name = open ? span_trim(span_make(mailbox, (size_t)(open - mailbox))) : SPAN("");

	if (name.len >= 2 && name.at[0] == '"' && name.at[name.len - 1] == '"')
		name = span_make(name.at + 1, name.len - 2);
	buf_puts(b, "From: ");
	if (name.len > 0) {
		/* Always encoded: no character of a name then means anything to the reader. */
		put_encoded_words(b, name);
		buf_puts(b, "\r\n ");
	}
	buf_printf(b, "<%s>\r\n", bare_address(w, mailbox));
}

/* Whether the text may go out as it is: ASCII in short lines. */
static bool
is_seven_bit(const char *body)
{
	size_t line = 0;

	for (; *body; body++) {
		line = *body == '\n' ? 0 : line + 1;
		if ((*body < ' ' && !strchr("\n\t\r", *body)) || *body > '~' || line > LONGEST_LINE)
			return false;
	}
	return true;
}

static void
put_seven_bit(struct buf *b, const char *body)
{
	for (; *body; body++) {
		if (*body == '\r')
			continue;
		if (*body == '\n')
			buf_putc(b, '\r');
		buf_putc(b, *body);
	}
}

/* White space at the end of a line would get lost on the way. */
static bool
is_literal(const char *at)
{
	if (*at == ' ' || *at == '\t')
		return at[1] != '\0' && at[1] != '\n' && at[1] != '\r';
	return *at >= '!' && *at <= '~' && *at != '=';
}

/* Quoted-printable, RFC 2045 §6.7. */
static void
put_quoted(struct buf *b, const char *body)
{
	size_t column = 0;

	for (; *body; body++) {
		unsigned char c = (unsigned char)*body;
		bool literal = is_literal(body);

		if (c == '\r')
			continue;
		if (c == '\n') {
			buf_puts(b, "\r\n");
			column = 0;
			continue;
		}
		if (column + (literal ? 1 : 3) > QUOTED_LINE) {
			buf_puts(b, "=\r\n");
			column = 0;
		}
		if (literal)
			buf_putc(b, (char)c);
		else
			buf_printf(b, "=%02X", c);
		column += literal ? 1 : 3;
	}
}

static void
put_date(struct buf *b, int64_t t)
{
	char date[CLOCK_TEXT_SIZE];
	struct span s = span_of(clock_format_http(date, t));

	/* An HTTP date is one of RFC 5322 but for the name of its zone. */
	buf_puts(b, "Date: ");
	buf_put(b, s.at, s.len - 3);
	buf_puts(b, "+0000\r\n");
}

struct span
mail_format(struct work *w, const struct mail *m)
{
	struct buf b = buf_on(w->arena);
	const char *from = bare_address(w, w->config->mail_from);
	const char *at = strrchr(from, '@');
	bool plain = is_seven_bit(m->body);

	put_date(&b, m->created_at);
	put_from(w, &b);
	buf_printf(&b, "To: <%s>\r\n", one_line(w, m->recipient, strlen(m->recipient)));
	put_subject(&b, span_of(one_line(w, m->subject, MAX_SUBJECT)));
	/* The same at every attempt, so that a mail sent twice can be told. */
	buf_printf(&b, "Message-ID: <entrepot.%" PRId64 ".%" PRId64 "@%s>\r\n", m->id, m->created_at,
		   at ? at + 1 : "localhost");
	buf_puts(&b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n");
	buf_printf(&b, "Content-Transfer-Encoding: %s\r\n", plain ? "7bit" : "quoted-printable");
	buf_puts(&b, "Auto-Submitted: auto-generated\r\n\r\n");
	if (plain)
		put_seven_bit(&b, m->body);
	else
		put_quoted(&b, m->body);
	if (b.len < 2 || memcmp(b.at + b.len - 2, "\r\n", 2) != 0)
		buf_puts(&b, "\r\n");
	return buf_span(&b);
}

/* ---- delivery ---- */

/* A file per mail; delivered twice it is the same file. */
static bool
write_file(struct work *w, const struct mail *m)
{
	const char *directory = w->config->mail_dir;
	struct span message = mail_format(w, m);
	struct tempfile *t;

	if (mkdir(directory, 0750) != 0 && errno != EEXIST)
		return fault_raise_internal(w->fault, FAULT_UNAVAILABLE, "cannot make %s: %s",
					    directory, strerror(errno));
	t = tempfile_new(w->arena, w->fault, directory);
	if (!t || !tempfile_write(t, w->fault, message.at, message.len))
		return false;
	return tempfile_keep(t, w->fault,
		arena_printf(w->arena, "%s/%" PRId64 "-%06" PRId64 ".eml", directory,
			     m->created_at / CLOCK_SECOND, m->id));
}

static bool
hand_over(struct work *w, const struct mail *m)
{
	struct smtp_message message = {
		.from = bare_address(w, w->config->mail_from),
		.to = m->recipient,
	};

	if (*w->config->smtp_url == '\0')
		return write_file(w, m);
	message.text = mail_format(w, m);
	return smtp_send(w, &message);
}

/* Write the failure down beside the mail; the fault stays. */
static bool
note_failure(struct work *w, const struct mail *m)
{
	struct fault failure = *w->fault;
	/* Mail servers answer in whatever encoding they like. */
	struct span why = text_make_utf8(w->arena, span_of(failure.detail ? failure.detail : failure.message));

	fault_clear(w->fault);
	if (db_exec(w, Q_MAIL_FAILED, ARGS(num(m->id), text_span(why)), NULL))
		*w->fault = failure;
	return false;
}

bool
mail_deliver(struct work *w, const struct job *job)
{
	const struct doc *payload = job_payload(w, job);
	const struct doc *id = doc_find(payload, "mail");
	const struct mail *m;

	if (!doc_is(id, DOC_INT))
		return fault_raise_internal(w->fault, FAULT_INTERNAL, "job %" PRId64 " names no mail", job->id);
	m = db_one(w, Q_MAIL_FIND, &mail_row, ARGS(num(id->is.integer)));
	if (!m || m->sent_at != 0)
		return !fault_is_set(w->fault);
	if (!hand_over(w, m))
		return note_failure(w, m);
	return db_exec(w, Q_MAIL_SENT, ARGS(num(m->id)), NULL);
}
