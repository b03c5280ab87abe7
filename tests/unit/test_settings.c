/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: defaults, file, environment.
 */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/settings.h"

static char path[64];

static int
setup(void **state)
{
	if (!unit_make_file(path))
		return -1;
	unsetenv("ENTREPOT_CONFIG");
	return unit_setup(state);
}

static int
teardown(void **state)
{
	unlink(path);
	return unit_teardown(state);
}

static void
write_file(struct span content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(content.at, 1, content.len, file), content.len);
	assert_int_equal(fclose(file), 0);
}

static const struct config *
read_text(const char *content)
{
	const struct config *c;

	write_file(span_of(content));
	c = config_read(arena, fault, path);
	if (!c)
		print_message("%s\n", fault->message);
	assert_non_null(c);
	return c;
}

/* The file is refused; what was said behind the file's name. */
static const char *
refusal(struct span content)
{
	write_file(content);
	fault_clear(fault);
	assert_null(config_read(arena, fault, path));
	assert_int_equal(fault->kind, FAULT_INVALID);
	assert_true(span_starts(span_of(fault->message), path));
	return fault->message + strlen(path);
}

static void
without_a_file_the_defaults_hold(void **state)
{
	const struct config *c = config_read(arena, fault, NULL);

	(void)state;
	assert_non_null(c);
	assert_null(c->file);
	assert_string_equal(c->base_url, "http://127.0.0.1:8080");
	assert_string_equal(c->mount, "");
	assert_string_equal(c->site_name, "127.0.0.1");
	assert_string_equal(c->blob_dir, "/var/lib/entrepot/blobs");
	assert_string_equal(c->spool_dir, "/var/lib/entrepot/tmp");
	assert_string_equal(c->mail_dir, "/var/lib/entrepot/mail");
	assert_string_equal(c->sendfile_prefix, "/var/lib/entrepot/blobs");
	assert_int_equal(c->max_body, 512 << 20);
	assert_true(c->statement_timeout == 30 * CLOCK_SECOND);
	assert_int_equal(c->crates_unknown_categories, SEVERITY_REFUSE);
}

static void
every_kind_of_value_is_read(void **state)
{
	const struct config *c = read_text(
		"# comment = ignored\n"
		"\n"
		"   # indented comment\n"
		"database = host=/run/pg dbname=x password='a=b'\n"
		"  max_body=5k  \r\n"
		"workers\t=\t3\n"
		"access_log = no\n"
		"job_interval = 250ms\n"
		"sendfile = x-accel-redirect\n"
		"log_format = json\n"
		"log_level = warn\n"
		"banner = red # not a comment\n"
		"trusted_proxies = 10.0.0.0/8  ::1\n"
		"crates_unknown_categories = warn");

	(void)state;
	assert_string_equal(c->file, path);
	assert_string_equal(c->database, "host=/run/pg dbname=x password='a=b'");
	assert_int_equal(c->max_body, 5120);
	assert_int_equal(c->workers, 3);
	assert_false(c->access_log);
	assert_int_equal(c->job_interval, 250000);
	assert_int_equal(c->sendfile, SENDFILE_X_ACCEL);
	assert_int_equal(c->log_format, LOG_FORMAT_JSON);
	assert_int_equal(c->log_level, 2);
	assert_string_equal(c->banner, "red # not a comment");
	assert_string_equal(c->trusted_proxies, "10.0.0.0/8  ::1");
	assert_int_equal(c->crates_unknown_categories, SEVERITY_WARN);
}

static void
a_value_may_be_empty(void **state)
{
	(void)state;
	assert_string_equal(read_text("metrics_from =\n")->metrics_from, "");
}

static void
unknown_and_repeated_keys_are_refused_with_their_line(void **state)
{
	(void)state;
	assert_string_equal(refusal(SPAN("\n# x\nmax_bodies = 3\n")), ":3: unknown setting max_bodies");
	assert_string_equal(refusal(SPAN("BASE_URL = http://a.example\n")),
		":1: unknown setting BASE_URL");
	assert_string_equal(refusal(SPAN("workers = 1\n\nworkers = 1\n")),
		":3: workers was set in line 1 already");
	assert_string_equal(refusal(SPAN("mount = /x\n")), ":1: unknown setting mount");
	assert_string_equal(refusal(SPAN("= x\n")), ":1: unknown setting ");
}

static void
malformed_lines_are_refused(void **state)
{
	(void)state;
	assert_string_equal(refusal(SPAN("workers 3\n")), ":1: not of the form key = value");
	assert_string_equal(refusal(SPAN("[main]\n")), ":1: not of the form key = value");
	assert_string_equal(refusal(SPAN("banner = a\0b\n")), ":1: a NUL byte");
	assert_string_equal(refusal(SPAN("banner = a\x1b[1m\n")), ":1: banner contains a control character");
	assert_string_equal(refusal(SPAN("banner = \xc0\xaf\n")), ":1: banner is not valid UTF-8");
}

static void
values_of_another_kind_are_refused(void **state)
{
	static const char *const bad[] = {
		"workers = -1", "workers = many", "workers = 1025", "workers =", "workers = 1.5",
		"access_log = true", "access_log = YES", "max_body = 9223372036854775808",
		"max_body = 9007199254740993k", "max_body = 1t", "job_interval = soon",
		"log_level = loud", "sendfile = on", "socket_mode = 0999", "socket_mode = 660x",
		"socket_mode = 4755", "data_dir = var", "data_dir =", "trusted_proxies = 10.0.0.0/8,::1",
		"trusted_proxies = localhost", "mail_from = Registry <a@b.example>", "mail_from = a",
		"smtp_url = mail.example", "log = entrepot.log", "database =", "workers = 1 2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_true(span_starts(span_of(refusal(span_of(bad[i]))), ":1: "));
	assert_string_equal(refusal(SPAN("access_log = true")), ":1: access_log must be yes or no");
}

static void
the_base_url_gives_mount_and_name(void **state)
{
	static const struct {
		const char *url, *mount, *name;
	} good[] = {
		{ "https://crates.example", "", "crates.example" },
		{ "http://crates.example:8080/registry", "/registry", "crates.example" },
		{ "https://h/~user/a.b_c-d", "/~user/a.b_c-d", "h" },
		{ "http://[::1]:80/x", "/x", "[::1]" },
		{ "http://[2001:db8::1]", "", "[2001:db8::1]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const struct config *c = read_text(arena_printf(arena, "base_url = %s\n", good[i].url));

		assert_string_equal(c->base_url, good[i].url);
		assert_string_equal(c->mount, good[i].mount);
		assert_string_equal(c->site_name, good[i].name);
	}
}

static void
a_base_url_that_would_not_work_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "crates.example", "ftp://crates.example", "HTTP://crates.example", "http://", "http:///x",
		"http://h/", "http://h/a/", "http://h//a", "http://h/a/../b", "http://h/.", "http://h/a?b",
		"http://h/a#b", "http://h?x", "http://user@h", "http://user:pw@h", "http://h:0", "http://h:65536",
		"http://h:", "http://h:80:80", "http://h:x", "http://a b", "http://h/a b", "http://h/%61",
		"http://h\"", "http://::1", "http://[::1", "http://[::g]", "http://[]", "http://h\\a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_true(span_starts(span_of(refusal(span_of(
			arena_printf(arena, "base_url = %s", bad[i])))), ":1: base_url "));
}

static void
the_environment_wins_over_the_file(void **state)
{
	enum setting_source source;
	const struct config *c;

	(void)state;
	setenv("ENTREPOT_WORKERS", " 5 ", 1);
	c = read_text("workers = 3\nmax_body = 1m\n");
	unsetenv("ENTREPOT_WORKERS");

	assert_int_equal(c->workers, 5);
	assert_string_equal(config_value(arena, c, "workers", &source), "5");
	assert_int_equal(source, SETTING_ENVIRONMENT);
	assert_string_equal(config_value(arena, c, "max_body", &source), "1m");
	assert_int_equal(source, SETTING_FILE);
	assert_string_equal(config_value(arena, c, "read_only", &source), "no");
	assert_int_equal(source, SETTING_DEFAULT);
}

static void
a_bad_variable_is_named(void **state)
{
	(void)state;
	write_file(SPAN(""));
	setenv("ENTREPOT_LOG_LEVEL", "loud", 1);
	assert_null(config_read(arena, fault, path));
	unsetenv("ENTREPOT_LOG_LEVEL");

	assert_string_equal(fault->message,
		"ENTREPOT_LOG_LEVEL: log_level must be debug, info, warn or error");
}

static void
the_environment_may_name_the_file(void **state)
{
	const struct config *c;

	(void)state;
	write_file(SPAN("site_name = here\n"));
	setenv("ENTREPOT_CONFIG", path, 1);
	c = config_read(arena, fault, NULL);
	unsetenv("ENTREPOT_CONFIG");

	assert_non_null(c);
	assert_string_equal(c->site_name, "here");
	assert_string_equal(c->file, path);
}

static void
a_file_that_cannot_be_read_is_refused(void **state)
{
	char *huge = arena_alloc(arena, 2000000);

	(void)state;
	assert_null(config_read(arena, fault, "/nonexistent/entrepot.conf"));
	assert_string_equal(fault->message, "/nonexistent/entrepot.conf: No such file or directory");
	fault_clear(fault);
	assert_null(config_read(arena, fault, "/tmp"));
	assert_string_equal(fault->message, "/tmp: Is a directory");
	memset(huge, '\n', 2000000);
	assert_string_equal(refusal(span_make(huge, 2000000)), ": longer than 1 MiB");
}

static void
secrets_are_not_shown(void **state)
{
	const struct config *c = read_text("smtp_password = hunter2\n");
	enum setting_source source;

	(void)state;
	assert_string_equal(c->smtp_password, "hunter2");
	assert_string_equal(config_value(arena, c, "smtp_password", &source), "***");
	assert_string_equal(config_value(arena, c, "metrics_token", &source), "");
	assert_null(config_value(arena, c, "no_such_setting", &source));
}

static void
effective_values_read_back_as_themselves(void **state)
{
	const struct config *first = config_read(arena, fault, NULL), *second;
	enum setting_source source;
	const char *text = "";

	(void)state;
	assert_non_null(first);
	for (size_t i = 0; i < setting_count; i++)
		text = arena_printf(arena, "%s%s = %s\n", text, setting_table[i].name,
			config_value(arena, first, setting_table[i].name, &source));
	second = read_text(text);
	for (size_t i = 0; i < setting_count; i++)
		assert_string_equal(config_value(arena, first, setting_table[i].name, &source),
			config_value(arena, second, setting_table[i].name, &source));
}

static void
an_address_is_looked_up_in_a_list(void **state)
{
	(void)state;
	assert_true(config_address_in("192.0.2.1 10.0.0.0/8", "10.2.3.4"));
	assert_true(config_address_in("\t::1 ", "::1"));
	assert_true(config_address_in("127.0.0.0/8", "::ffff:127.0.0.1"));
	assert_false(config_address_in("10.0.0.0/8", "11.0.0.1"));
	assert_false(config_address_in("", "127.0.0.1"));
	assert_false(config_address_in("0.0.0.0/0 ::/0", "unix:"));
	assert_false(config_address_in("0.0.0.0/0", ""));
	assert_false(config_address_in("0.0.0.0/0", NULL));
}

static void
the_words_of_a_list_come_one_by_one(void **state)
{
	struct span rest = SPAN("  a bc\t\nd ");

	(void)state;
	assert_true(span_is(config_next_word(&rest), "a"));
	assert_true(span_is(config_next_word(&rest), "bc"));
	assert_true(span_is(config_next_word(&rest), "d"));
	assert_null(config_next_word(&rest).at);
	assert_null(config_next_word(&rest).at);
}

#define FILE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

TESTS(settings,
	FILE_TEST(without_a_file_the_defaults_hold),
	FILE_TEST(every_kind_of_value_is_read),
	FILE_TEST(a_value_may_be_empty),
	FILE_TEST(unknown_and_repeated_keys_are_refused_with_their_line),
	FILE_TEST(malformed_lines_are_refused),
	FILE_TEST(values_of_another_kind_are_refused),
	FILE_TEST(the_base_url_gives_mount_and_name),
	FILE_TEST(a_base_url_that_would_not_work_is_refused),
	FILE_TEST(the_environment_wins_over_the_file),
	FILE_TEST(a_bad_variable_is_named),
	FILE_TEST(the_environment_may_name_the_file),
	FILE_TEST(a_file_that_cannot_be_read_is_refused),
	FILE_TEST(secrets_are_not_shown),
	FILE_TEST(effective_values_read_back_as_themselves),
	FILE_TEST(an_address_is_looked_up_in_a_list),
	FILE_TEST(the_words_of_a_list_come_one_by_one)
);
