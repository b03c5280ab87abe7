/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of messages, and their delivery to a directory and to a mail server
 * (a small one in a child process).
 */
#include "support.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "domain.h"
#include "base/transfer.h"
#include "domain/job.h"
#include "domain/mail.h"

/* 2026-01-06 10:11:12 UTC */
#define CREATED INT64_C(1767694272000000)

static const char *
formatted(const char *subject, const char *body)
{
	struct mail m = { .id = 7, .recipient = "ann@example.org", .subject = subject, .body = body, .created_at = CREATED };

	return mail_format(w, &m).at;
}

static void
a_plain_message_goes_out_as_it_is(void **state)
{
	(void)state;
	given_config()->mail_from = "Registry <registry@example.org>";

	assert_string_equal(formatted("Hello", "One.\nTwo."),
		"Date: Tue, 06 Jan 2026 10:11:12 +0000\r\n"
		"From: =?UTF-8?B?UmVnaXN0cnk=?=\r\n"
		" <registry@example.org>\r\n"
		"To: <ann@example.org>\r\n"
		"Subject: Hello\r\n"
		"Message-ID: <entrepot.7.1767694272000000@example.org>\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 7bit\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"\r\n"
		"One.\r\n"
		"Two.\r\n");
}

static void
a_subject_cannot_add_a_header(void **state)
{
	const char *message;

	(void)state;
	given_config();
	message = formatted("Hello\r\nBcc: all@example.org\r\n\r\nbody", "x");

	assert_non_null(strstr(message, "\r\nSubject: Hello  Bcc: all@example.org    body\r\n"));
	assert_null(strstr(message, "\nBcc:"));
}

static void
a_subject_beyond_ascii_becomes_folded_encoded_words(void **state)
{
	const char *message;

	(void)state;
	given_config();
	message = formatted("\xc3\x84rger mit dem Paket \xe2\x80\x9eserde\xe2\x80\x9c, das nicht gebaut werden kann", "x");

	assert_non_null(strstr(message, "\r\nSubject: =?UTF-8?B?w4RyZ2VyIG1pdCBkZW0gUGFrZXQg4oCec2VyZGXigJwsIGRhcyBuaWNodCBn?=\r\n"
		" =?UTF-8?B?ZWJhdXQgd2VyZGVuIGthbm4=?=\r\n"));
}

static void
a_body_beyond_ascii_is_quoted_in_short_lines(void **state)
{
	const char *message;
	char line[200];

	(void)state;
	given_config();
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	message = formatted("x", arena_printf(w->arena, "gr\xc3\xbc\xc3\x9f = e \n%s\n.", line));

	assert_non_null(strstr(message, "Content-Transfer-Encoding: quoted-printable\r\n"));
	assert_non_null(strstr(message, "\r\n\r\ngr=C3=BC=C3=9F =3D e=20\r\naaaa"));
	assert_non_null(strstr(message, "aaa=\r\naaa"));
	for (const char *at = message; *at; at = strchr(at, '\n') + 1)
		assert_true(strcspn(at, "\n") <= 77);
}

static void
a_mail_to_something_else_than_an_address_is_refused(void **state)
{
	(void)state;
	given_config();
	assert_false(mail_queue(w, "ann@example.org>\r\nRCPT TO:<all@example.org", "x", "y"));
	assert_fault(w->fault, FAULT_INVALID);
}

static void
a_mail_ends_with_the_transaction_that_queued_it(void **state)
{
	struct tx *tx;

	(void)state;
	given_config();
	tx = tx_begin(w);
	assert_true(mail_queue(w, "ann@example.org", "x", "y"));
	tx_rollback(tx);

	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 0);
	assert_int_equal(sql_int("SELECT count(*) FROM job"), 0);
}

static const struct job *
queued_job(void)
{
	struct job *job = arena_new(w->arena, struct job);

	job->kind = "mail";
	job->payload = sql_text("SELECT payload FROM job");
	return job;
}

static void
a_mail_is_a_file_that_others_cannot_read(void **state)
{
	struct config *config = given_config();
	const char *file;
	struct stat st;

	(void)state;
	config->mail_dir = arena_printf(w->arena, "%s/box", test_directory);
	assert_true(mail_queue(w, "ann@example.org", "Hello", "A link.\n"));
	assert_true(mail_deliver(w, queued_job()));

	file = only_file(config->mail_dir, ".eml");
	assert_non_null(file);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_non_null(strstr(file_text(file), "\r\n\r\nA link.\r\n"));
	assert_null(only_file(config->mail_dir, "spool."));
	/* Delivered again, it is the same file. */
	sql_do("UPDATE mail SET sent_at = NULL");
	assert_true(mail_deliver(w, queued_job()));
	assert_non_null(only_file(config->mail_dir, ".eml"));
}

/* ---- a mail server ---- */

/* Answer one session; the dialogue goes to FILE. */
static void
serve(int listener, const char *file, bool refuse)
{
	int fd = accept(listener, NULL, NULL);
	FILE *in = fdopen(fd, "r");
	FILE *out = fdopen(dup(fd), "w");
	FILE *log = fopen(file, "w");
	char line[4096];
	bool data = false;

	alarm(20);
	fprintf(out, "220 test ESMTP\r\n");
	while (fflush(out) == 0 && fgets(line, sizeof(line), in)) {
		fputs(line, log);
		if (data) {
			data = strcmp(line, ".\r\n") != 0;
			if (!data)
				fprintf(out, "250 taken\r\n");
		} else if (strncmp(line, "EHLO", 4) == 0) {
			fprintf(out, "250-test\r\n250 8BITMIME\r\n");
		} else if (strncmp(line, "RCPT", 4) == 0 && refuse) {
			fprintf(out, "550 no such mailbox\r\n");
		} else if (strncmp(line, "DATA", 4) == 0) {
			data = true;
			fprintf(out, "354 go on\r\n");
		} else if (strncmp(line, "QUIT", 4) == 0) {
			fprintf(out, "221 bye\r\n");
		} else {
			fprintf(out, "250 ok\r\n");
		}
	}
	fclose(log);
}

/* Start it; sets smtp_url. */
static pid_t
given_mail_server(struct config *config, const char *file, bool refuse)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	config->smtp_url = arena_printf(w->arena, "smtp://127.0.0.1:%d", ntohs(at.sin_port));
	pid = fork();
	if (pid == 0) {
		serve(listener, file, refuse);
		_exit(0);
	}
	close(listener);
	return pid;
}

static void
a_mail_server_gets_the_message_with_its_dots(void **state)
{
	struct config *config = given_config();
	const char *file = arena_printf(w->arena, "%s/smtp.log", test_directory);
	pid_t server = given_mail_server(config, file, false);
	const char *dialogue;

	(void)state;
	config->mail_from = "Registry <registry@example.org>";
	assert_true(mail_queue(w, "ann@example.org", "Hello", "before\n.\nafter\n"));
	assert_true(mail_deliver(w, queued_job()));
	assert_int_equal(waitpid(server, NULL, 0), server);

	dialogue = file_text(file);
	assert_non_null(strstr(dialogue, "MAIL FROM:<registry@example.org>"));
	assert_non_null(strstr(dialogue, "RCPT TO:<ann@example.org>"));
	assert_non_null(strstr(dialogue, "before\r\n..\r\nafter\r\n.\r\n"));
	assert_int_equal(sql_int("SELECT count(*) FROM mail WHERE sent_at IS NOT NULL"), 1);
}

static void
what_a_mail_server_refuses_is_noted_and_stays(void **state)
{
	struct config *config = given_config();
	const char *file = arena_printf(w->arena, "%s/smtp.log", test_directory);
	pid_t server = given_mail_server(config, file, true);

	(void)state;
	assert_true(mail_queue(w, "ann@example.org", "Hello", "x"));
	assert_false(mail_deliver(w, queued_job()));
	assert_fault(w->fault, FAULT_UNAVAILABLE);
	fault_clear(w->fault);
	assert_int_equal(waitpid(server, NULL, 0), server);

	assert_int_equal(sql_int("SELECT count(*) FROM mail WHERE sent_at IS NULL AND attempts = 1 "
				 "AND last_error LIKE '%%550%%'"), 1);
}

static void
only_mail_protocols_are_spoken(void **state)
{
	struct config *config = given_config();
	struct smtp_message m = { .from = "a@example.org", .to = "b@example.org", .text = SPAN("x\r\n") };

	(void)state;
	config->smtp_url = arena_printf(w->arena, "file://%s/x", test_directory);
	assert_false(smtp_send(w, &m));
	assert_fault(w->fault, FAULT_UNAVAILABLE);
}

TESTS(mail,
	TEST(a_plain_message_goes_out_as_it_is),
	TEST(a_subject_cannot_add_a_header),
	TEST(a_subject_beyond_ascii_becomes_folded_encoded_words),
	TEST(a_body_beyond_ascii_is_quoted_in_short_lines),
	TEST(a_mail_to_something_else_than_an_address_is_refused),
	TEST(a_mail_ends_with_the_transaction_that_queued_it),
	TEST(a_mail_is_a_file_that_others_cannot_read),
	TEST(a_mail_server_gets_the_message_with_its_dots),
	TEST(what_a_mail_server_refuses_is_noted_and_stays),
	TEST(only_mail_protocols_are_spoken),
);
