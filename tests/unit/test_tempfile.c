/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that vanish with the arena.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tempfile.h"

static char directory[64];

/* How many files there are. */
static int
files(void)
{
	DIR *dir = opendir(directory);
	int count = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static const char *
in_directory(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name);
}

static int
setup(void **state)
{
	snprintf(directory, sizeof(directory), "/tmp/entrepot-unit.XXXXXX");
	return mkdtemp(directory) ? unit_setup(state) : -1;
}

static int
teardown(void **state)
{
	unlink(in_directory("kept"));
	unit_teardown(state);
	return rmdir(directory);
}

static void
what_is_not_kept_vanishes_with_the_arena(void **state)
{
	struct tempfile *t = tempfile_new(arena, fault, directory);
	int fd;

	(void)state;
	assert_non_null(t);
	fd = t->fd;
	assert_int_equal(files(), 1);
	assert_true(tempfile_write(t, fault, "abc", 3));
	arena_clear(arena);

	assert_int_equal(files(), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void
what_is_kept_stays_with_all_its_bytes(void **state)
{
	struct tempfile *t = tempfile_new(arena, fault, directory);
	char bytes[8] = "";
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(t);
	assert_true(tempfile_write(t, fault, "abc", 3));
	assert_true(tempfile_write(t, fault, "", 0));
	assert_true(tempfile_write(t, fault, "de", 2));
	assert_true(tempfile_keep(t, fault, in_directory("kept")));
	arena_clear(arena);

	fd = open(in_directory("kept"), O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 5);
	assert_string_equal(bytes, "abcde");
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(files(), 1);
	close(fd);
}

static void
keeping_anew_leaves_what_was_there(void **state)
{
	struct tempfile *first = tempfile_new(arena, fault, directory);
	struct tempfile *second = tempfile_new(arena, fault, directory);
	struct stat before, after;

	(void)state;
	assert_true(tempfile_write(first, fault, "first", 5));
	assert_true(tempfile_keep_new(first, fault, in_directory("kept")));
	assert_int_equal(stat(in_directory("kept"), &before), 0);
	assert_false(tempfile_keep_new(second, fault, in_directory("kept")));
	assert_int_equal(fault->kind, FAULT_CONFLICT);
	arena_clear(arena);

	assert_int_equal(stat(in_directory("kept"), &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_size, 5);
	assert_int_equal(after.st_nlink, 1);
	assert_int_equal(files(), 1);
}

static void
keeping_replaces_what_was_there(void **state)
{
	struct tempfile *first = tempfile_new(arena, fault, directory);
	struct tempfile *second = tempfile_new(arena, fault, directory);
	struct stat st;

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	assert_true(tempfile_write(second, fault, "xy", 2));
	assert_true(tempfile_keep(first, fault, in_directory("kept")));
	assert_true(tempfile_keep(second, fault, in_directory("kept")));

	assert_int_equal(stat(in_directory("kept"), &st), 0);
	assert_int_equal(st.st_size, 2);
	assert_int_equal(files(), 1);
}

static void
a_missing_directory_is_an_internal_fault(void **state)
{
	(void)state;
	assert_null(tempfile_new(arena, fault, in_directory("missing")));
	assert_int_equal(fault->kind, FAULT_INTERNAL);
	assert_non_null(strstr(fault->detail, "No such file"));
	assert_null(strstr(fault->message, directory));
}

static void
a_move_that_fails_leaves_nothing_behind(void **state)
{
	struct tempfile *t = tempfile_new(arena, fault, directory);

	(void)state;
	assert_non_null(t);
	assert_false(tempfile_keep(t, fault, in_directory("missing/kept")));
	assert_int_equal(fault->kind, FAULT_INTERNAL);
	arena_clear(arena);

	assert_int_equal(files(), 0);
}

static void
a_full_disk_is_told_as_unavailable(void **state)
{
	struct tempfile *t = tempfile_new(arena, fault, directory);
	int full = open("/dev/full", O_WRONLY);

	(void)state;
	assert_non_null(t);
	if (full < 0)
		skip();
	dup2(full, t->fd);
	close(full);
	assert_false(tempfile_write(t, fault, "abc", 3));
	assert_int_equal(fault->kind, FAULT_UNAVAILABLE);
}

static void
a_file_is_not_inherited_by_programs(void **state)
{
	struct tempfile *t = tempfile_new(arena, fault, directory);

	(void)state;
	assert_non_null(t);
	assert_true(fcntl(t->fd, F_GETFD) & FD_CLOEXEC);
}

#define FILE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

TESTS(tempfile,
	FILE_TEST(what_is_not_kept_vanishes_with_the_arena),
	FILE_TEST(what_is_kept_stays_with_all_its_bytes),
	FILE_TEST(keeping_replaces_what_was_there),
	FILE_TEST(keeping_anew_leaves_what_was_there),
	FILE_TEST(a_missing_directory_is_an_internal_fault),
	FILE_TEST(a_move_that_fails_leaves_nothing_behind),
	FILE_TEST(a_full_disk_is_told_as_unavailable),
	FILE_TEST(a_file_is_not_inherited_by_programs)
);
