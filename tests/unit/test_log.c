/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One well-formed line per event.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define TIME "1994-11-06T08:49:37Z"

static char path[64];

static int
setup(void **state)
{
	if (!unit_make_file(path))
		return -1;
	clock_set(INT64_C(784111777000000));
	return unit_setup(state);
}

static int
teardown(void **state)
{
	log_set_request_id(NULL);
	log_hold(false);
	clock_set(0);
	unlink(path);
	return log_open(NULL, false, LOG_INFO_LEVEL) ? unit_teardown(state) : -1;
}

static const char *
logged(void)
{
	char *text = arena_zalloc(arena, 1, 20000);
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, 19999) >= 0);
	close(fd);
	return text;
}

static void
a_message_becomes_one_line_of_fields(void **state)
{
	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_info("worker %d started", 7);
	log_warn("short");

	assert_string_equal(logged(),
		"time=" TIME " level=info msg=\"worker 7 started\"\n"
		"time=" TIME " level=warn msg=short\n");
}

static void
every_line_has_its_own_time_forwards_and_backwards(void **state)
{
	static const int64_t offsets[] = { 1, 999999, 1000000, 2000050, -500000 };

	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		clock_set(INT64_C(784111777000000) + offsets[i]);
		log_info("x");
	}

	assert_string_equal(logged(),
		"time=1994-11-06T08:49:37.000001Z level=info msg=x\n"
		"time=1994-11-06T08:49:37.999999Z level=info msg=x\n"
		"time=1994-11-06T08:49:38Z level=info msg=x\n"
		"time=1994-11-06T08:49:39.000050Z level=info msg=x\n"
		"time=1994-11-06T08:49:36.500000Z level=info msg=x\n");
}

static void
the_request_id_stands_on_every_line(void **state)
{
	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_set_request_id("r1");
	log_error("a");
	log_set_request_id(NULL);
	log_error("b");

	assert_string_equal(logged(),
		"time=" TIME " level=error request=r1 msg=a\n"
		"time=" TIME " level=error msg=b\n");
}

static void
log_a_request(void)
{
	struct log_line line;

	log_begin(&line, LOG_INFO_LEVEL, "request");
	log_text(&line, "path", "/a b=\"c\"\\");
	log_text(&line, "agent", NULL);
	log_text(&line, "empty", "");
	log_int(&line, "bytes", INT64_MIN);
	log_end(&line);
}

static void
fields_are_quoted_where_they_need_it(void **state)
{
	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_a_request();

	assert_string_equal(logged(), "time=" TIME " level=info msg=request "
		"path=\"/a b=\\\"c\\\"\\\\\" empty=\"\" bytes=-9223372036854775808\n");
}

static void
json_lines_are_json(void **state)
{
	(void)state;
	assert_true(log_open(path, true, LOG_INFO_LEVEL));
	log_set_request_id("r1");
	log_a_request();

	assert_string_equal(logged(), "{\"time\":\"" TIME "\",\"level\":\"info\",\"request\":\"r1\","
		"\"msg\":\"request\",\"path\":\"/a b=\\\"c\\\"\\\\\",\"empty\":\"\","
		"\"bytes\":-9223372036854775808}\n");
}

static void
nothing_from_outside_can_begin_a_line_or_steer_a_terminal(void **state)
{
	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_info("%s", "a\nlevel=error\r\t\x1b[31m\x7f\xc2\x9b\xe2\x80\xa8\xff\xc3\xa4");

	assert_string_equal(logged(), "time=" TIME " level=info msg=\"a\\nlevel=error\\u000d\\t"
		"\\u001b[31m\\u007f\\u009b\\u2028\\ufffd\xc3\xa4\"\n");
}

static void
what_is_below_the_level_is_not_written(void **state)
{
	struct log_line line;

	(void)state;
	assert_true(log_open(path, false, LOG_WARN_LEVEL));
	log_info("no");
	log_debug("no");
	log_begin(&line, LOG_INFO_LEVEL, "no");
	log_text(&line, "a", "b");
	log_int(&line, "c", 1);
	log_end(&line);
	log_warn("yes");

	assert_string_equal(logged(), "time=" TIME " level=warn msg=yes\n");
}

/* One line with a value of LENGTH characters and fields behind it. */
static size_t
line_length(size_t length, const char *ch)
{
	struct log_line line;
	char *value = arena_alloc(arena, length * strlen(ch) + 1);
	const char *text;

	value[0] = '\0';
	for (size_t i = 0; i < length; i++)
		memcpy(value + i * strlen(ch), ch, strlen(ch) + 1);
	assert_int_equal(truncate(path, 0), 0);
	log_begin(&line, LOG_INFO_LEVEL, "long");
	log_text(&line, "value", value);
	log_text(&line, "more", value);
	log_int(&line, "number", INT64_MIN);
	log_text(&line, "last", "x");
	log_end(&line);
	text = logged();
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_int_equal(text[strlen(text) - 2], '}');
	return strlen(text);
}

static void
a_line_is_cut_at_four_kibibytes_and_stays_well_formed(void **state)
{
	(void)state;
	assert_true(log_open(path, true, LOG_INFO_LEVEL));
	for (size_t length = 3900; length < 4110; length++) {
		assert_true(line_length(length, "x") <= 4096);
		assert_true(line_length(length / 2, "\xc3\xa4") <= 4096);
		assert_true(line_length(length / 6, "\x01") <= 4096);
	}
	assert_true(line_length(8000, "x") > 4000);
	assert_non_null(strstr(logged(), "xxx...\""));
}

static void
a_file_that_was_moved_away_is_opened_again(void **state)
{
	const char *moved = arena_printf(arena, "%s.1", path);

	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_info("before");
	assert_int_equal(rename(path, moved), 0);
	log_info("between");
	log_reopen();
	log_info("after");
	unlink(moved);

	assert_string_equal(logged(), "time=" TIME " level=info msg=after\n");
}

static void
held_lines_are_written_together_and_in_their_order(void **state)
{
	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_hold(true);
	log_info("one");
	log_info("two");

	assert_true(log_is_held());
	assert_string_equal(logged(), "");
	log_flush();
	assert_false(log_is_held());
	assert_string_equal(logged(), "time=" TIME " level=info msg=one\ntime=" TIME " level=info msg=two\n");
}

static void
a_warning_takes_the_held_lines_with_it(void **state)
{
	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_hold(true);
	log_info("before");
	log_warn("look");

	assert_string_equal(logged(), "time=" TIME " level=info msg=before\ntime=" TIME " level=warn msg=look\n");
}

static void
held_lines_go_where_they_belong_when_the_target_changes(void **state)
{
	const char *moved = arena_printf(arena, "%s.1", path);

	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_hold(true);
	log_info("old");
	assert_int_equal(rename(path, moved), 0);
	log_reopen();
	log_info("new");
	log_hold(false);

	assert_string_equal(logged(), "time=" TIME " level=info msg=new\n");
	assert_int_equal(rename(moved, path), 0);
	assert_string_equal(logged(), "time=" TIME " level=info msg=old\n");
}

static void
held_lines_are_whole_when_their_room_is_full(void **state)
{
	char text[1001], last = '\0';
	int fd;

	(void)state;
	memset(text, 'x', 1000);
	text[1000] = '\0';
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	log_hold(true);
	for (int i = 0; i < 18; i++)
		log_info("%s", text);
	assert_string_equal(logged(), "");
	for (int i = 0; i < 18; i++)
		log_info("%s", text);

	assert_true(log_is_held());
	fd = open(path, O_RDONLY);
	assert_in_range(lseek(fd, -1, SEEK_END), 16384, 32767);
	assert_int_equal(read(fd, &last, 1), 1);
	assert_int_equal(last, '\n');
	close(fd);
}

static void
a_pipe_gets_every_line_at_once(void **state)
{
	char text[256] = "";
	int ends[2], saved = dup(STDERR_FILENO);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	assert_true(log_open(NULL, false, LOG_INFO_LEVEL));
	log_hold(true);
	log_info("now");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);

	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "time=" TIME " level=info msg=now\n");
	close(ends[0]);
}

static void
a_file_that_cannot_be_opened_leaves_the_old_one(void **state)
{
	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	assert_false(log_open("/nonexistent/directory/log", true, LOG_ERROR_LEVEL));
	assert_int_equal(errno, ENOENT);
	log_info("still");

	assert_string_equal(logged(), "time=" TIME " level=info msg=still\n");
}

#define LOG_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

TESTS(log,
	LOG_TEST(a_message_becomes_one_line_of_fields),
	LOG_TEST(every_line_has_its_own_time_forwards_and_backwards),
	LOG_TEST(the_request_id_stands_on_every_line),
	LOG_TEST(fields_are_quoted_where_they_need_it),
	LOG_TEST(json_lines_are_json),
	LOG_TEST(nothing_from_outside_can_begin_a_line_or_steer_a_terminal),
	LOG_TEST(what_is_below_the_level_is_not_written),
	LOG_TEST(a_line_is_cut_at_four_kibibytes_and_stays_well_formed),
	LOG_TEST(a_file_that_was_moved_away_is_opened_again),
	LOG_TEST(held_lines_are_written_together_and_in_their_order),
	LOG_TEST(a_warning_takes_the_held_lines_with_it),
	LOG_TEST(held_lines_go_where_they_belong_when_the_target_changes),
	LOG_TEST(held_lines_are_whole_when_their_room_is_full),
	LOG_TEST(a_pipe_gets_every_line_at_once),
	LOG_TEST(a_file_that_cannot_be_opened_leaves_the_old_one)
);
