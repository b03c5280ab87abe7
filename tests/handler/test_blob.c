/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting blobs into the store and getting them back.
 */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/encode.h"
#include "base/tempfile.h"
#include "domain.h"
#include "domain/blob.h"

struct given {
	struct tempfile *spool;
	uint8_t sha256[SHA256_SIZE];
	const char *path;
};

static struct given
given_spool(const char *text)
{
	struct given g;

	g.spool = tempfile_new(w->arena, w->fault, w->config->spool_dir);
	assert_non_null(g.spool);
	assert_true(tempfile_write(g.spool, w->fault, text, strlen(text)));
	digest_sha256(span_of(text), g.sha256);
	g.path = arena_printf(w->arena, "%s/%s", w->config->blob_dir, blob_path(w, g.sha256));
	unlink(g.path);
	return g;
}

static void
a_blob_lies_under_its_digest(void **state)
{
	struct given g;
	char bytes[16];
	int fd;

	(void)state;
	given_config();
	g = given_spool("hello");
	assert_true(blob_put(w, g.spool, g.sha256, 5));

	assert_string_equal(blob_path(w, g.sha256),
		"2c/f2/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	assert_string_equal(file_text(g.path), "hello");
	assert_int_equal(sql_int("SELECT size FROM blob WHERE sha256 = sha256('hello')"), 5);
	fd = blob_open(w, g.sha256);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 5);
	assert_int_equal(access(g.spool->path, F_OK), -1);
}

static void
the_same_bytes_again_leave_the_blob_alone(void **state)
{
	struct given first;
	struct given second;
	struct stat before;
	struct stat after;

	(void)state;
	given_config();
	first = given_spool("same");
	assert_true(blob_put(w, first.spool, first.sha256, 4));
	assert_int_equal(stat(first.path, &before), 0);
	sql_do("UPDATE blob SET created_at = now() - interval '3 days'");

	second.spool = tempfile_new(w->arena, w->fault, w->config->spool_dir);
	assert_true(tempfile_write(second.spool, w->fault, "same", 4));
	assert_true(blob_put(w, second.spool, first.sha256, 4));
	assert_int_equal(stat(first.path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(sql_int("SELECT count(*) FROM blob WHERE created_at > now() - interval '1 day'"), 1);
}

static void
a_damaged_blob_is_replaced(void **state)
{
	struct given g;

	(void)state;
	given_config();
	g = given_spool("whole");
	assert_true(blob_put(w, g.spool, g.sha256, 5));
	assert_int_equal(truncate(g.path, 2), 0);

	g.spool = tempfile_new(w->arena, w->fault, w->config->spool_dir);
	assert_true(tempfile_write(g.spool, w->fault, "whole", 5));
	assert_true(blob_put(w, g.spool, g.sha256, 5));
	assert_string_equal(file_text(g.path), "whole");
}

static void
an_absent_blob_is_an_internal_fault(void **state)
{
	uint8_t sha256[SHA256_SIZE] = { 1 };

	(void)state;
	given_config();
	assert_int_equal(blob_stored_size(w, sha256), -1);
	assert_int_equal(blob_open(w, sha256), -1);
	assert_fault(w->fault, FAULT_INTERNAL);
}

static void
a_store_that_cannot_be_written_to_is_not_ready(void **state)
{
	struct config *config;

	(void)state;
	config = given_config();
	assert_true(blob_store_ready(w));
	config->blob_dir = "/proc/nowhere";
	assert_false(blob_store_ready(w));
	assert_fault(w->fault, FAULT_INTERNAL);
}

static bool
count_files(struct work *work, void *arg, const struct blob_file *files, size_t count)
{
	int *counts = arg;

	(void)work;
	for (size_t i = 0; i < count; i++)
		counts[files[i].stray]++;
	return true;
}

static void
a_walk_tells_blobs_from_strays(void **state)
{
	int counts[2] = { 0, 0 };
	struct given g;
	FILE *stray;

	(void)state;
	given_config();
	g = given_spool("walked");
	assert_true(blob_put(w, g.spool, g.sha256, 6));
	stray = fopen(arena_printf(w->arena, "%s.old", g.path), "w");
	assert_non_null(stray);
	fclose(stray);
	assert_true(blob_walk(w, count_files, counts));
	assert_true(counts[false] >= 1);
	assert_int_equal(counts[true], 1);
	assert_int_equal(unlink(arena_printf(w->arena, "%s.old", g.path)), 0);
}

TESTS(blob,
	TEST(a_blob_lies_under_its_digest),
	TEST(the_same_bytes_again_leave_the_blob_alone),
	TEST(a_damaged_blob_is_replaced),
	TEST(an_absent_blob_is_an_internal_fault),
	TEST(a_store_that_cannot_be_written_to_is_not_ready),
	TEST(a_walk_tells_blobs_from_strays),
);
