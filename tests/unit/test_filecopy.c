/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies that are looked at while they are made.
 */
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/filecopy.h"

static char directory[64];

static const char *
in_directory(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name);
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(in_directory(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static const char *
read_file(const char *name)
{
	FILE *file = fopen(in_directory(name), "r");
	char *text = arena_zalloc(arena, 100, 1);

	assert_non_null(file);
	text[fread(text, 1, 99, file)] = '\0';
	fclose(file);
	return text;
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
	filecopy_remove_tree(directory);
	assert_int_equal(access(directory, F_OK), -1);
	return unit_teardown(state);
}

static struct filecopy
copying(const char *from, const char *to)
{
	return (struct filecopy){ .from = in_directory(from), .to = in_directory(to), .temporary = directory,
		.mode = 0600 };
}

/* SHA-256 of "abc". */
static const struct fingerprint abc = { 3, {
	0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
	0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad } };

static void
a_copy_has_the_bytes_and_the_mode(void **state)
{
	struct filecopy c = copying("from", "to");
	struct fingerprint found;
	struct stat st;

	(void)state;
	write_file("from", "abc");
	c.wanted = &abc;
	assert_true(filecopy(fault, &c, &found));
	assert_string_equal(read_file("to"), "abc");
	assert_int_equal(stat(c.to, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(found.size, 3);
	assert_memory_equal(found.sha256, abc.sha256, SHA256_SIZE);
}

static void
other_bytes_than_wanted_are_not_copied(void **state)
{
	struct filecopy c = copying("from", "to");

	(void)state;
	write_file("from", "abd");
	write_file("to", "before");
	c.wanted = &abc;
	assert_false(filecopy(fault, &c, NULL));
	assert_int_equal(fault->kind, FAULT_CONFLICT);
	assert_non_null(strstr(fault->message, "from is damaged: its bytes have another SHA-256"));
	assert_string_equal(read_file("to"), "before");
	fault_clear(fault);
	write_file("from", "abcd");
	assert_false(filecopy(fault, &c, NULL));
	assert_non_null(strstr(fault->message, "it has 4 bytes instead of 3"));
	assert_string_equal(read_file("to"), "before");
}

static void
what_is_no_file_is_not_copied(void **state)
{
	struct filecopy c = copying("from", "to");

	(void)state;
	assert_false(filecopy(fault, &c, NULL));
	assert_int_equal(fault->kind, FAULT_NOT_FOUND);
	fault_clear(fault);
	assert_int_equal(mkfifo(c.from, 0600), 0);
	assert_false(filecopy(fault, &c, NULL));
	assert_int_equal(fault->kind, FAULT_NOT_FOUND);
	assert_int_equal(access(c.to, F_OK), -1);
}

static void
a_file_is_checked_without_a_copy(void **state)
{
	struct fingerprint found;

	(void)state;
	write_file("from", "abc");
	assert_true(filecopy_check(fault, in_directory("from"), &abc, &found));
	assert_int_equal(found.size, 3);
	write_file("from", "ab");
	assert_false(filecopy_check(fault, in_directory("from"), &abc, NULL));
}

static void
a_directory_is_made_once(void **state)
{
	struct stat st;

	(void)state;
	assert_true(filecopy_make_directory(fault, in_directory("sub"), 0700));
	assert_true(filecopy_make_directory(fault, in_directory("sub"), 0700));
	assert_int_equal(stat(in_directory("sub"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	write_file("plain", "");
	assert_false(filecopy_make_directory(fault, in_directory("plain"), 0700));
}

static void
removing_a_tree_follows_no_link(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in_directory("kept"), 0700), 0);
	write_file("kept/file", "abc");
	assert_int_equal(mkdir(in_directory("gone"), 0700), 0);
	assert_int_equal(symlink("../kept", in_directory("gone/link")), 0);
	filecopy_remove_tree(in_directory("gone"));
	assert_int_equal(access(in_directory("gone"), F_OK), -1);
	assert_string_equal(read_file("kept/file"), "abc");
}

#define FILE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

TESTS(filecopy,
	FILE_TEST(a_copy_has_the_bytes_and_the_mode),
	FILE_TEST(other_bytes_than_wanted_are_not_copied),
	FILE_TEST(what_is_no_file_is_not_copied),
	FILE_TEST(a_file_is_checked_without_a_copy),
	FILE_TEST(a_directory_is_made_once),
	FILE_TEST(removing_a_tree_follows_no_link)
);
