/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Garbage collection and verification. These tests commit: gc works in
 * transactions of its own, beside publishes on other connections.
 */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/tempfile.h"
#include "domain.h"
#include "domain/blob.h"
#include "domain/maintenance.h"

static const struct gc_options daily = { .blob_age = GC_BLOB_AGE, .spool_age = GC_SPOOL_AGE };

/* An empty store and no blob rows. */
static void
given_store(void)
{
	sql_do("DELETE FROM owner; DELETE FROM file; DELETE FROM blob; DELETE FROM package");
	sql_do("DELETE FROM account");
	assert_int_equal(system(arena_printf(w->arena, "rm -rf -- %s/blobs %s/tmp", test_directory, test_directory)), 0);
	given_config();
}

/* Put the text's bytes through WORK; the path below the blob directory. */
static const char *
put(struct work *work, const char *bytes_of)
{
	struct tempfile *t = tempfile_new(w->arena, work->fault, w->config->spool_dir);
	uint8_t sha256[SHA256_SIZE];

	assert_non_null(t);
	assert_true(tempfile_write(t, work->fault, bytes_of, strlen(bytes_of)));
	digest_sha256(span_of(bytes_of), sha256);
	assert_true(blob_put(work, t, sha256, (int64_t)strlen(bytes_of)));
	return arena_printf(w->arena, "%s/%s", w->config->blob_dir, blob_path(w, sha256));
}

static void
make_older(const char *path)
{
	struct timeval long_ago = { .tv_sec = w->now / CLOCK_SECOND - 3 * 86400 };
	struct timeval times[2] = { long_ago, long_ago };

	assert_int_equal(utimes(path, times), 0);
}

/* A package of another ecosystem with one release and one file of these bytes. */
static void
given_file(const char *bytes_of)
{
	put(w, bytes_of);
	sql_do("INSERT INTO account (name) VALUES ('ann')");
	sql_do("INSERT INTO package (repository_id, name, canonical_name, release_count) VALUES (4, 'demo', 'demo', 1)");
	sql_do("INSERT INTO owner (package_id, account_id) SELECT p.id, a.id FROM package p, account a");
	sql_do("INSERT INTO release (package_id, version, version_identity, version_key) "
	       "SELECT id, '1.0', '1.0', '\\x01' FROM package");
	sql_do("UPDATE package SET default_release_id = (SELECT id FROM release)");
	sql_do("INSERT INTO file (repository_id, release_id, path, filename, kind, size, sha256, md5) "
	       "SELECT 4, id, 'demo-1.0.tar.gz', 'demo-1.0.tar.gz', 'sdist', %zu, sha256('%s'), decode(md5('%s'), 'hex') "
	       "FROM release", strlen(bytes_of), bytes_of, bytes_of);
}

static struct gc_result
collect(const struct gc_options *options)
{
	struct gc_result result;

	assert_true(gc_run(w, options, &result));
	assert_no_fault(w->fault);
	return result;
}

/* ---- gc ---- */

static void
an_old_orphan_is_collected_with_its_row(void **state)
{
	const char *path;
	struct gc_result result;

	(void)state;
	given_store();
	path = put(w, "orphan");
	sql_do("UPDATE blob SET created_at = now() - interval '2 days'");

	result = collect(&daily);
	assert_int_equal(result.blobs, 1);
	assert_int_equal(result.bytes, 6);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(sql_int("SELECT count(*) FROM blob"), 0);
}

static void
a_young_orphan_is_spared(void **state)
{
	const char *path;

	(void)state;
	given_store();
	path = put(w, "young");

	assert_int_equal(collect(&daily).blobs, 0);
	assert_int_equal(access(path, F_OK), 0);
}

static void
what_a_file_refers_to_is_never_collected(void **state)
{
	struct gc_options all = { .blob_age = 0, .spool_age = 0 };

	(void)state;
	given_store();
	given_file("wanted");
	sql_do("UPDATE blob SET created_at = now() - interval '2 years'");

	assert_int_equal(collect(&all).blobs, 0);
	assert_int_equal(sql_int("SELECT count(*) FROM blob"), 1);
}

static void
a_file_whose_publish_died_is_collected_when_old(void **state)
{
	const char *old;
	const char *young;

	(void)state;
	given_store();
	old = put(w, "old");
	young = put(w, "young");
	sql_do("DELETE FROM blob");
	make_older(old);

	assert_int_equal(collect(&daily).blobs, 1);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(young, F_OK), 0);
}

static void
an_orphan_that_a_publish_wants_again_is_spared(void **state)
{
	struct work *publisher = test_work_on(test_connection(NULL));
	const char *path;
	struct tx *tx;

	(void)state;
	given_store();
	publisher->config = w->config;
	path = put(w, "again");
	sql_do("UPDATE blob SET created_at = now() - interval '2 days'");

	tx = tx_begin(publisher);
	assert_string_equal(put(publisher, "again"), path);
	assert_int_equal(collect(&daily).blobs, 0);
	assert_true(tx_commit(publisher, tx));
	assert_int_equal(collect(&daily).blobs, 0);
	assert_string_equal(file_text(path), "again");
}

static void
a_file_that_a_publish_has_just_found_is_spared(void **state)
{
	struct work *publisher = test_work_on(test_connection(NULL));
	const char *path;
	struct tx *tx;

	(void)state;
	given_store();
	publisher->config = w->config;
	path = put(w, "found");
	sql_do("DELETE FROM blob");
	make_older(path);
	sql_do("SET lock_timeout = '100ms'");

	tx = tx_begin(publisher);
	assert_string_equal(put(publisher, "found"), path);
	assert_int_equal(collect(&daily).blobs, 0);
	assert_true(tx_commit(publisher, tx));
	sql_do("SET lock_timeout = '10s'");
	assert_int_equal(collect(&daily).blobs, 0);
	assert_string_equal(file_text(path), "found");
}

static void
a_dry_run_counts_and_removes_nothing(void **state)
{
	struct gc_options dry = daily;
	struct gc_result result;

	(void)state;
	given_store();
	put(w, "with row");
	sql_do("UPDATE blob SET created_at = now() - interval '2 days'");
	make_older(put(w, "without"));
	sql_do("DELETE FROM blob WHERE size = 7");
	dry.dry_run = true;

	result = collect(&dry);
	assert_int_equal(result.blobs, 2);
	assert_int_equal(result.bytes, 15);
	assert_int_equal(sql_int("SELECT count(*) FROM blob"), 1);
	assert_int_equal(collect(&daily).blobs, 2);
}

static void
left_over_spool_files_are_removed_when_old(void **state)
{
	const char *old;
	const char *other;
	FILE *f;

	(void)state;
	given_store();
	old = arena_printf(w->arena, "%s/spool.abcdef", w->config->spool_dir);
	other = arena_printf(w->arena, "%s/notes.txt", w->config->spool_dir);
	for (int i = 0; i < 2; i++) {
		f = fopen(i == 0 ? old : other, "w");
		assert_non_null(f);
		fclose(f);
		make_older(i == 0 ? old : other);
	}
	assert_non_null(tempfile_new(w->arena, w->fault, w->config->spool_dir));

	assert_int_equal(collect(&daily).spool_files, 1);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(other, F_OK), 0);
}

static void
more_orphans_than_a_batch_are_all_collected(void **state)
{
	(void)state;
	given_store();
	for (int i = 0; i < 250; i++)
		put(w, arena_printf(w->arena, "orphan %d", i));
	sql_do("UPDATE blob SET created_at = now() - interval '2 days'");

	assert_int_equal(collect(&daily).blobs, 250);
	assert_int_equal(sql_int("SELECT count(*) FROM blob"), 0);
}

/* ---- verify ---- */

static struct verify_result
verify(void)
{
	struct verify_options options = { 0 };
	struct verify_result result;

	assert_true(verify_run(w, &options, &result));
	assert_no_fault(w->fault);
	return result;
}

static void
assert_problem(const char *kind)
{
	struct verify_result result = verify();

	assert_int_equal(result.problems, 1);
	assert_string_equal(result.first->kind, kind);
}

static void
a_sound_store_has_no_problems(void **state)
{
	struct verify_result result;

	(void)state;
	given_store();
	given_file("sound");
	put(w, "an orphan is no problem");

	result = verify();
	assert_int_equal(result.problems, 0);
	assert_int_equal(result.blobs, 2);
	assert_int_equal(result.orphans, 1);
	assert_int_equal(result.bytes, 5);
	assert_int_equal(result.files, 1);
	assert_int_equal(result.packages, 1);
}

/* The path of the only blob. */
static const char *
blob_file(void)
{
	uint8_t sha256[SHA256_SIZE];

	assert_true(decode_hex(span_of(sql_text("SELECT encode(sha256, 'hex') FROM blob")), sha256, sizeof(sha256)));
	return arena_printf(w->arena, "%s/%s", w->config->blob_dir, blob_path(w, sha256));
}

static void
a_flipped_bit_is_found(void **state)
{
	FILE *f;

	(void)state;
	given_store();
	given_file("sound");
	f = fopen(blob_file(), "r+");
	assert_non_null(f);
	fputc('S', f);
	fclose(f);

	assert_problem("blob-corrupt");
}

static void
a_truncated_blob_is_found(void **state)
{
	(void)state;
	given_store();
	given_file("sound");
	assert_int_equal(truncate(blob_file(), 2), 0);

	assert_problem("blob-corrupt");
}

static void
a_missing_blob_is_found(void **state)
{
	(void)state;
	given_store();
	given_file("sound");
	assert_int_equal(unlink(blob_file()), 0);

	assert_problem("blob-missing");
}

static void
a_wrong_digest_of_a_file_is_found(void **state)
{
	(void)state;
	given_store();
	given_file("sound");
	sql_do("UPDATE file SET md5 = decode(md5('other'), 'hex')");

	assert_problem("file-differs");
}

static void
a_wrong_counter_is_found(void **state)
{
	(void)state;
	given_store();
	given_file("sound");
	sql_do("UPDATE repository SET package_count = package_count + 1 WHERE id = 2");

	assert_problem("repository-count");
	sql_do("UPDATE repository SET package_count = package_count - 1 WHERE id = 2");
}

static void
a_wrong_default_release_is_found(void **state)
{
	(void)state;
	given_store();
	given_file("sound");
	sql_do("UPDATE package SET all_yanked = true, release_count = 2");

	assert_problem("package-differs");
}

static void
a_package_without_owner_is_found(void **state)
{
	(void)state;
	given_store();
	given_file("sound");
	sql_do("DELETE FROM owner");

	assert_problem("owner-missing");
}

static void
a_stray_file_is_found(void **state)
{
	FILE *f;

	(void)state;
	given_store();
	given_file("sound");
	f = fopen(arena_printf(w->arena, "%s~", blob_file()), "w");
	assert_non_null(f);
	fclose(f);

	assert_problem("blob-stray");
}

TESTS(maintenance,
	TEST_COMMITTING(an_old_orphan_is_collected_with_its_row),
	TEST_COMMITTING(a_young_orphan_is_spared),
	TEST_COMMITTING(what_a_file_refers_to_is_never_collected),
	TEST_COMMITTING(a_file_whose_publish_died_is_collected_when_old),
	TEST_COMMITTING(an_orphan_that_a_publish_wants_again_is_spared),
	TEST_COMMITTING(a_file_that_a_publish_has_just_found_is_spared),
	TEST_COMMITTING(a_dry_run_counts_and_removes_nothing),
	TEST_COMMITTING(left_over_spool_files_are_removed_when_old),
	TEST_COMMITTING(more_orphans_than_a_batch_are_all_collected),
	TEST_COMMITTING(a_sound_store_has_no_problems),
	TEST_COMMITTING(a_flipped_bit_is_found),
	TEST_COMMITTING(a_truncated_blob_is_found),
	TEST_COMMITTING(a_missing_blob_is_found),
	TEST_COMMITTING(a_wrong_digest_of_a_file_is_found),
	TEST_COMMITTING(a_wrong_counter_is_found),
	TEST_COMMITTING(a_wrong_default_release_is_found),
	TEST_COMMITTING(a_package_without_owner_is_found),
	TEST_COMMITTING(a_stray_file_is_found),
);
