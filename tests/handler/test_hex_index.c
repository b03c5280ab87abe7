/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed objects of Hex repositories on a real database: what they show,
 * that they stay what a rendering from scratch would be, and who may change
 * them at once. Those that commit come last.
 */
#include "support.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/encode.h"
#include "domain/account.h"
#include "domain/hex_index.h"
#include "domain/hex_verify.h"
#include "domain/organization.h"
#include "domain/repository.h"
#include "hex.h"
#include "index/hexregistry.h"
#include "request.h"

#define HEXPM REPOSITORY_HEX

/* The payload of a stored object; its signature is right. */
static struct span
payload_of(int64_t repository_id, const char *path)
{
	const struct index_object *object = hex_index_get(w, repository_id, path);
	struct span payload, signature;

	if (!object)
		fail_msg("no %s", path);
	assert_string_equal(object->content_type, "application/octet-stream");
	assert_int_equal(object->modified, w->now);
	assert_true(hexregistry_open(w->arena, object->body, &payload, &signature));
	return payload;
}

static struct span
outer(const char *name, const char *version)
{
	const char *hex = sql_text("SELECT encode(sha256('outer %s-%s'), 'hex')", name, version);
	char *bytes_of = arena_alloc(w->arena, 32);

	assert_true(decode_hex(span_of(hex), bytes_of, 32));
	return span_make(bytes_of, 32);
}

static struct span
inner(const char *name, const char *version)
{
	const char *hex = sql_text("SELECT encode(sha256('inner %s-%s'), 'hex')", name, version);
	char *bytes_of = arena_alloc(w->arena, 32);

	assert_true(decode_hex(span_of(hex), bytes_of, 32));
	return span_make(bytes_of, 32);
}

static struct registry_release
release_of(const char *name, const char *version)
{
	return (struct registry_release){
		.version = version, .inner_checksum = inner(name, version), .outer_checksum = outer(name, version),
		.published_at = sql_int("SELECT (extract(epoch FROM published_at) * 1000000)::bigint FROM release r "
			"JOIN package p ON p.id = r.package_id WHERE p.name = '%s' AND version = '%s'", name, version),
	};
}

static void
assert_package(const char *repository, int64_t repository_id, const char *name,
	       const struct registry_release *releases, size_t count)
{
	struct registry_package p = { .name = name, .repository = repository, .releases = releases, .count = count };
	struct span payload = payload_of(repository_id, hex_index_path(w, name));

	assert_true(span_equal(payload, hexregistry_package(w->arena, &p)));
}

static void
put_names(struct buf *b, const char *name)
{
	hexregistry_names(b, name, sql_int("SELECT (extract(epoch FROM updated_at) * 1000000)::bigint "
					   "FROM package WHERE name = '%s'", name));
}

static void
assert_list(int64_t repository_id, const char *list, struct buf *entries, const char *repository)
{
	hexregistry_list_end(entries, repository);
	assert_true(span_equal(payload_of(repository_id, list), buf_span(entries)));
}

static void
assert_all_right(int64_t repository_id)
{
	const struct index_package *packages;
	const char *wrong;
	struct rows rows;

	assert_true(hex_verify_lists(w, repository_id, &wrong));
	if (wrong)
		fail_msg("%s", wrong);
	assert_true(index_packages(w, repository_id, 0, 1000, &rows));
	packages = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		assert_true(hex_verify_package(w, repository_id, &packages[i], &wrong));
		if (wrong)
			fail_msg("%s %s", packages[i].name, wrong);
	}
}

/* ---- what is shown ---- */

static void
a_release_is_in_all_three_objects(void **state)
{
	static const struct registry_version version = { "1.0.0", false };
	struct buf names = buf_on(w->arena), versions = buf_on(w->arena);
	struct registry_release release;

	(void)state;
	given_hex_key();
	published_hex(HEXPM, "plug", "1.0.0");
	release = release_of("plug", "1.0.0");
	assert_package("hexpm", HEXPM, "plug", &release, 1);
	put_names(&names, "plug");
	assert_list(HEXPM, "names", &names, "hexpm");
	hexregistry_versions(&versions, "plug", &version, 1);
	assert_list(HEXPM, "versions", &versions, "hexpm");
	assert_all_right(HEXPM);
}

static void
releases_and_packages_are_in_order(void **state)
{
	static const struct registry_version versions[] = { { "1.2.0-rc.1", false }, { "1.2.0", false }, { "1.10.0", false } };
	static const struct registry_version one = { "1.0.0", false };
	struct buf list = buf_on(w->arena), names = buf_on(w->arena);
	struct registry_release releases[3];

	(void)state;
	given_hex_key();
	published_hex(HEXPM, "plug", "1.10.0");
	published_hex(HEXPM, "plug", "1.2.0");
	published_hex(HEXPM, "plug", "1.2.0-rc.1");
	published_hex(HEXPM, "a_b", "1.0.0");
	published_hex(HEXPM, "zip", "1.0.0");
	for (int i = 0; i < 3; i++)
		releases[i] = release_of("plug", versions[i].version);
	assert_package("hexpm", HEXPM, "plug", releases, 3);
	hexregistry_versions(&list, "a_b", &one, 1);
	hexregistry_versions(&list, "plug", versions, 3);
	hexregistry_versions(&list, "zip", &one, 1);
	assert_list(HEXPM, "versions", &list, "hexpm");
	put_names(&names, "a_b");
	put_names(&names, "plug");
	put_names(&names, "zip");
	assert_list(HEXPM, "names", &names, "hexpm");
}

static void
dependencies_are_shown_by_name(void **state)
{
	static const struct registry_dependency needs[] = {
		{ .package = "ecto", .requirement = "~> 3.0", .app = "ecto_app" },
		{ .package = "jason", .requirement = ">= 0.0.0" },
		{ .package = "secret", .requirement = "1.0.0", .repository = "acme" },
	};
	struct registry_release releases[2];
	int64_t plug;

	(void)state;
	given_hex_key();
	given_hex_release(HEXPM, "plug", "0.9.0");
	plug = given_hex_release(HEXPM, "plug", "1.0.0");
	given_hex_dependency(plug, "1.0.0", &(struct registry_dependency){
		.package = "secret", .requirement = "1.0.0", .app = "secret", .repository = "acme" });
	given_hex_dependency(plug, "1.0.0", &(struct registry_dependency){
		.package = "jason", .requirement = "", .repository = "hexpm" });
	given_hex_dependency(plug, "1.0.0", &needs[0]);
	given_hex_dependency(plug, "0.9.0", &needs[0]);
	refresh_hex(HEXPM, plug);
	releases[0] = release_of("plug", "0.9.0");
	releases[0].dependencies = needs;
	releases[0].dependency_count = 1;
	releases[1] = release_of("plug", "1.0.0");
	releases[1].dependencies = needs;
	releases[1].dependency_count = 3;
	assert_package("hexpm", HEXPM, "plug", releases, 2);
}

static void
a_retirement_is_shown_until_it_is_taken_back(void **state)
{
	struct registry_version version = { "1.0.0", true };
	struct buf versions = buf_on(w->arena);
	struct registry_release release;
	int64_t plug;

	(void)state;
	given_hex_key();
	plug = given_hex_release(HEXPM, "plug", "1.0.0");
	sql_do("UPDATE release SET retirement_reason = 'security', yank_message = 'broken'");
	refresh_hex(HEXPM, plug);
	release = release_of("plug", "1.0.0");
	release.retired = "security";
	release.message = "broken";
	assert_package("hexpm", HEXPM, "plug", &release, 1);
	hexregistry_versions(&versions, "plug", &version, 1);
	assert_list(HEXPM, "versions", &versions, "hexpm");

	sql_do("UPDATE release SET retirement_reason = NULL, yank_message = NULL");
	refresh_hex(HEXPM, plug);
	release = release_of("plug", "1.0.0");
	assert_package("hexpm", HEXPM, "plug", &release, 1);
	version.retired = false;
	buf_truncate(&versions, 0);
	hexregistry_versions(&versions, "plug", &version, 1);
	assert_list(HEXPM, "versions", &versions, "hexpm");
}

static void
assert_nothing_is_left(void)
{
	struct buf empty = buf_on(w->arena);

	assert_null(hex_index_get(w, HEXPM, "packages/plug"));
	assert_list(HEXPM, "names", &empty, "hexpm");
	assert_list(HEXPM, "versions", &(struct buf){ .arena = w->arena }, "hexpm");
	assert_int_equal(sql_int("SELECT count(*) FROM hex_list_chunk"), 0);
	assert_all_right(HEXPM);
}

static void
a_package_without_releases_is_not_there(void **state)
{
	int64_t plug;

	(void)state;
	given_hex_key();
	plug = published_hex(HEXPM, "plug", "1.0.0");
	sql_do("DELETE FROM release");
	refresh_hex(HEXPM, plug);
	assert_nothing_is_left();
}

static void
a_removed_package_is_not_there(void **state)
{
	(void)state;
	given_hex_key();
	published_hex(HEXPM, "plug", "1.0.0");
	sql_do("DELETE FROM package");
	assert_true(hex_index_remove_package(w, HEXPM, "plug"));
	assert_nothing_is_left();
	/* nor is it to be removed again */
	assert_true(hex_index_remove_package(w, HEXPM, "plug"));
}

static void
every_repository_has_objects_of_its_own(void **state)
{
	struct buf names = buf_on(w->arena);
	struct registry_release release;
	int64_t acme;

	(void)state;
	given_hex_key();
	acme = given_hex_repository("acme");
	published_hex(HEXPM, "plug", "1.0.0");
	published_hex(acme, "secret", "1.0.0");
	release = release_of("secret", "1.0.0");
	assert_package("acme", acme, "secret", &release, 1);
	put_names(&names, "secret");
	assert_list(acme, "names", &names, "acme");
	assert_null(hex_index_get(w, HEXPM, "packages/secret"));
	assert_null(hex_index_get(w, acme, "packages/plug"));
	assert_all_right(acme);
	assert_all_right(HEXPM);
}

static void
a_new_repository_gets_empty_lists(void **state)
{
	struct buf empty = buf_on(w->arena);
	int64_t acme;

	(void)state;
	given_hex_key();
	acme = given_hex_repository("acme");
	assert_null(hex_index_get(w, acme, "names"));
	assert_true(hex_index_refresh_lists(w, acme, 0));
	assert_list(acme, "names", &empty, "acme");
}

static void
unknown_paths_are_absent(void **state)
{
	(void)state;
	assert_null(hex_index_get(w, HEXPM, "packages/plug"));
	assert_null(hex_index_get(w, HEXPM, "names"));
	assert_null(hex_index_get(w, HEXPM, "name"));
	assert_no_fault(w->fault);
}

static void
the_etag_follows_the_content(void **state)
{
	const char *names, *package;
	int64_t plug;

	(void)state;
	given_hex_key();
	plug = published_hex(HEXPM, "plug", "1.0.0");
	names = hex_index_get(w, HEXPM, "names")->etag;
	package = hex_index_get(w, HEXPM, "packages/plug")->etag;
	assert_int_equal(names[0], '"');
	assert_int_equal(strlen(names), 34);
	refresh_hex(HEXPM, plug);
	assert_string_equal(hex_index_get(w, HEXPM, "names")->etag, names);
	assert_string_equal(hex_index_get(w, HEXPM, "packages/plug")->etag, package);
	sql_do("UPDATE package SET updated_at = updated_at + interval '1 second'");
	refresh_hex(HEXPM, plug);
	assert_string_not_equal(hex_index_get(w, HEXPM, "names")->etag, names);
	assert_string_equal(hex_index_get(w, HEXPM, "packages/plug")->etag, package);
}

/* ---- damage ---- */

static void
assert_repaired(const struct index_package *p, const char *statement, const char *expected)
{
	const char *wrong;
	bool changed, lists_changed;

	sql_do("%s", statement);
	assert_true(hex_verify_package(w, HEXPM, p, &wrong));
	if (!wrong)
		assert_true(hex_verify_lists(w, HEXPM, &wrong));
	if (!wrong || strcmp(wrong, expected) != 0)
		fail_msg("%s: %s", statement, wrong);
	assert_true(hex_verify_repair_package(w, HEXPM, p, false, &changed));
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &lists_changed));
	assert_true(changed || lists_changed);
	assert_all_right(HEXPM);
	assert_true(hex_verify_repair_package(w, HEXPM, p, false, &changed));
	assert_false(changed);
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	assert_false(changed);
}

static void
damage_is_found_and_repaired(void **state)
{
	static const struct {
		const char *statement, *expected;
	} cases[] = {
		{ "DELETE FROM index_object", "is missing" },
		{ "UPDATE index_object SET body = 'x'", "cannot be read" },
		{ "UPDATE index_object SET etag = '\"x\"'", "has the ETag of other bytes" },
		{ "UPDATE release SET retirement_reason = 'other'", "differs from what the releases say" },
		{ "DELETE FROM hex_list_chunk WHERE list = 'names'", "names cannot be read" },
		{ "UPDATE hex_list_chunk SET deflated = deflated || 'x' WHERE list = 'versions'", "versions cannot be read" },
		{ "UPDATE hex_list SET file_end = file_begin WHERE list = 'versions'", "versions cannot be read" },
		{ "DELETE FROM hex_list WHERE list = 'names'", "names is missing" },
		{ "UPDATE package SET updated_at = updated_at + interval '1 s'", "names differs from what the releases say" },
	};
	struct index_package p = { .name = "plug" };

	(void)state;
	given_hex_key();
	p.id = published_hex(HEXPM, "plug", "1.0.0");
	assert_all_right(HEXPM);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_repaired(&p, cases[i].statement, cases[i].expected);
}

static void
a_damaged_chunk_fails_and_does_not_spread(void **state)
{
	int64_t plug;

	(void)state;
	given_hex_key();
	plug = published_hex(HEXPM, "plug", "1.0.0");
	sql_do("UPDATE hex_list_chunk SET payload = '\\x0a05'");
	assert_false(hex_index_refresh_lists(w, HEXPM, plug));
	assert_fault(w->fault, FAULT_INTERNAL);
	assert_non_null(strstr(w->fault->detail, "reindex"));
	fault_clear(w->fault);
}

/* ---- many ---- */

#define MANY 5000
/* Those that come one by one, in no order, into lists that have all others. */
#define FIRST_SINGLE 2000
#define SINGLE 300

static const char *
name_of(int i)
{
	return arena_printf(w->arena, "package_%05d", i);
}

static const char *
single_name(int i)
{
	return name_of(FIRST_SINGLE + i * 7 % SINGLE);
}

/* All or none of the single ones, with two or three releases each. */
static void
given_packages(bool single)
{
	sql_do("INSERT INTO package (repository_id, name, canonical_name, updated_at) "
	       "SELECT 3, n, n, '2024-01-01Z'::timestamptz + i * interval '1 min' "
	       "FROM (SELECT 'package_' || to_char(i, 'FM00000') AS n, i FROM generate_series(0, %d) i) p "
	       "WHERE (i BETWEEN %d AND %d) = %s",
	       MANY - 1, FIRST_SINGLE, FIRST_SINGLE + SINGLE - 1, single ? "true" : "false");
	sql_do("INSERT INTO release (package_id, version, version_identity, version_key, retirement_reason) "
	       "SELECT p.id, v, v, v::bytea, CASE WHEN p.id %% 7 = 0 THEN 'other' END "
	       "FROM package p, unnest(ARRAY['1.0.0', '1.1.0', '2.0.0']) v WHERE (v < '2' OR p.id %% 3 = 0) "
	       "AND NOT EXISTS (SELECT FROM release r WHERE r.package_id = p.id)");
	sql_do("INSERT INTO blob (sha256, size) VALUES (sha256('x'), 1) ON CONFLICT DO NOTHING");
	sql_do("INSERT INTO release_hex (release_id, app, inner_checksum) "
	       "SELECT id, 'x', sha256('x') FROM release ON CONFLICT DO NOTHING");
	sql_do("INSERT INTO file (repository_id, release_id, path, filename, kind, size, sha256) "
	       "SELECT 3, id, id || '.tar', id || '.tar', 'tarball', 1, sha256('x') FROM release "
	       "ON CONFLICT DO NOTHING");
}

static int64_t
package_called(const char *name)
{
	return sql_int("SELECT id FROM package WHERE name = '%s'", name);
}

static void
assert_chunks_are_small(void)
{
	assert_true(sql_int("SELECT max(octet_length(payload)) FROM hex_list_chunk") <= 4096);
	assert_true(sql_int("SELECT count(*) FROM hex_list_chunk") > 20);
}

static void
chunks_are_what_a_rendering_from_scratch_is(void **state)
{
	struct span names, versions;
	int64_t chunks;
	bool changed;

	(void)state;
	given_hex_key();
	given_packages(false);
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	assert_true(changed);
	given_packages(true);
	chunks = sql_int("SELECT count(*) FROM hex_list_chunk");
	for (int i = 0; i < SINGLE; i++)
		assert_true(hex_index_refresh_lists(w, HEXPM, package_called(single_name(i))));
	assert_chunks_are_small();
	assert_true(sql_int("SELECT count(*) FROM hex_list_chunk") > chunks);
	names = payload_of(HEXPM, "names");
	versions = payload_of(HEXPM, "versions");
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	assert_false(changed);
	assert_true(hex_verify_repair_lists(w, HEXPM, true, &changed));
	assert_true(changed);
	assert_chunks_are_small();
	assert_true(span_equal(payload_of(HEXPM, "names"), names));
	assert_true(span_equal(payload_of(HEXPM, "versions"), versions));

	for (int i = 0; i < MANY; i += 50) {
		assert_true(hex_index_remove_package(w, HEXPM, name_of(i)));
		sql_do("DELETE FROM package WHERE name = '%s'", name_of(i));
	}
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	assert_false(changed);
}

static void
a_change_reads_the_lists_from_the_mark_before_it(void **state)
{
	const char *wrong;
	bool changed;

	(void)state;
	given_hex_key();
	given_packages(false);
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	/* this would be signed, if it were read */
	sql_do("UPDATE hex_list_chunk SET payload = payload || payload WHERE first_name < 'package_001'");
	sql_do("UPDATE package SET updated_at = now() WHERE name = '%s'", name_of(MANY - 1));
	assert_true(hex_index_refresh_lists(w, HEXPM, package_called(name_of(MANY - 1))));
	assert_true(hex_verify_lists(w, HEXPM, &wrong));
	assert_null(wrong);
	/* signing anew reads everything */
	assert_true(hex_index_refresh_lists(w, HEXPM, 0));
	assert_true(hex_verify_lists(w, HEXPM, &wrong));
	assert_string_equal(wrong, "names cannot be read");
}

static void
a_wrong_mark_is_found_and_repaired(void **state)
{
	const char *name, *wrong;
	bool changed;

	(void)state;
	given_hex_key();
	given_packages(false);
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	/* step, length of the name, name, digest */
	name = sql_text("SELECT convert_from(substring(marks FROM 17 FOR 13), 'UTF8') FROM hex_list WHERE list = 'names'");
	sql_do("UPDATE hex_list SET marks = set_byte(marks, 32, 255 - get_byte(marks, 32)) WHERE list = 'names'");
	sql_do("UPDATE package SET updated_at = now() WHERE name = '%s'", name);
	assert_true(hex_index_refresh_lists(w, HEXPM, package_called(name)));
	assert_true(hex_verify_lists(w, HEXPM, &wrong));
	assert_string_equal(wrong, "names is not signed with the key");
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	assert_true(hex_verify_lists(w, HEXPM, &wrong));
	assert_null(wrong);
}

/* Which statement of the transaction wrote the list. */
static int64_t
written_last(const char *list)
{
	return sql_int("SELECT cmin::text::bigint FROM hex_list WHERE list = '%s'", list);
}

static void
what_has_not_changed_is_not_signed_again(void **state)
{
	int64_t plug, names, versions;

	(void)state;
	given_hex_key();
	plug = published_hex(HEXPM, "plug", "1.0.0");
	names = written_last("names");
	versions = written_last("versions");
	sql_do("UPDATE package SET updated_at = updated_at + interval '1 second'");
	refresh_hex(HEXPM, plug);
	assert_int_not_equal(written_last("names"), names);
	assert_int_equal(written_last("versions"), versions);
}

static void
chunks_that_shrink_are_joined(void **state)
{
	bool changed;

	(void)state;
	given_hex_key();
	given_packages(false);
	sql_do("DELETE FROM package WHERE name >= '%s'", name_of(400));
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	assert_true(sql_int("SELECT min(n) FROM (SELECT count(*) n FROM hex_list_chunk GROUP BY list) c") >= 4);

	for (int i = 0; i < 400; i++) {
		if (i % 10 == 0)
			continue;
		assert_true(hex_index_remove_package(w, HEXPM, name_of(i)));
		sql_do("DELETE FROM package WHERE name = '%s'", name_of(i));
	}
	assert_true(hex_verify_repair_lists(w, HEXPM, false, &changed));
	assert_false(changed);
	assert_true(sql_int("SELECT max(n) FROM (SELECT count(*) n FROM hex_list_chunk GROUP BY list) c") <= 2);
	assert_true(sql_int("SELECT max(octet_length(payload)) FROM hex_list_chunk") <= 4096);
}

static void
a_new_organization_has_empty_lists_once_there_is_a_key(void **state)
{
	struct buf empty = buf_on(w->arena);
	const struct account_new lemons = { .name = "lemons" }, limes = { .name = "limes" };
	const char *key;
	int64_t id;

	(void)state;
	given_hex_key();
	w->config = test_config;
	assert_non_null(organization_create(w, &lemons, 0));
	id = sql_int("SELECT id FROM repository WHERE name = 'lemons'");
	assert_list(id, "names", &empty, "lemons");
	assert_list(id, "versions", &(struct buf){ .arena = w->arena }, "lemons");
	assert_all_right(id);

	key = test_config->hex_key;
	test_config->hex_key = "/nonexistent/hex.pem";
	assert_non_null(organization_create(w, &limes, 0));
	test_config->hex_key = key;
	assert_null(hex_index_get(w, sql_int("SELECT id FROM repository WHERE name = 'limes'"), "names"));
	assert_no_fault(w->fault);
}

static void
a_package_of_many_versions_has_a_chunk_of_its_own(void **state)
{
	const char *wrong;
	int64_t plug;

	(void)state;
	given_hex_key();
	published_hex(HEXPM, "aaa", "1.0.0");
	published_hex(HEXPM, "zzz", "1.0.0");
	plug = given_hex_release(HEXPM, "plug", "1.0.0");
	sql_do("INSERT INTO release (package_id, version, version_identity, version_key) "
	       "SELECT %d, v, v, v::bytea FROM (SELECT '2.0.' || i AS v FROM generate_series(1, 1500) i) s", (int)plug);
	sql_do("INSERT INTO release_hex (release_id, app, inner_checksum) "
	       "SELECT id, 'x', sha256('x') FROM release WHERE version ~ '^2'");
	sql_do("INSERT INTO file (repository_id, release_id, path, filename, kind, size, sha256) "
	       "SELECT 3, id, id || '.tar', id || '.tar', 'tarball', 1, (SELECT sha256 FROM blob LIMIT 1) "
	       "FROM release WHERE version ~ '^2'");
	refresh_hex(HEXPM, plug);
	published_hex(HEXPM, "plum", "1.0.0");
	published_hex(HEXPM, "plu", "1.0.0");
	assert_true(hex_verify_lists(w, HEXPM, &wrong));
	assert_null(wrong);
	assert_true(sql_int("SELECT count(*) FROM hex_list_chunk WHERE list = 'versions'") > 1);
}

/* ---- at once ---- */

#define CHILDREN 6
#define EACH 15

static void
publish_in_child(int child)
{
	w = test_work_on(test_connection(NULL));
	for (int i = 0; i < EACH; i++)
		published_hex(HEXPM, arena_printf(w->arena, "parallel_%02d_%d", i, child), "1.0.0");
	_exit(0);
}

static void
parallel_changes_lose_nothing(void **state)
{
	pid_t children[CHILDREN];
	const char *wrong;

	(void)state;
	given_hex_key();
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		if (children[i] == 0)
			publish_in_child(i);
	}
	for (int i = 0; i < CHILDREN; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_true(hex_verify_lists(w, HEXPM, &wrong));
	assert_null(wrong);
	assert_int_equal(sql_int("SELECT count(*) FROM index_object"), CHILDREN * EACH);
}

TESTS(hex_index,
	TEST(a_release_is_in_all_three_objects),
	TEST(releases_and_packages_are_in_order),
	TEST(dependencies_are_shown_by_name),
	TEST(a_retirement_is_shown_until_it_is_taken_back),
	TEST(a_package_without_releases_is_not_there),
	TEST(a_removed_package_is_not_there),
	TEST(every_repository_has_objects_of_its_own),
	TEST(a_new_repository_gets_empty_lists),
	TEST(unknown_paths_are_absent),
	TEST(the_etag_follows_the_content),
	TEST(damage_is_found_and_repaired),
	TEST(a_damaged_chunk_fails_and_does_not_spread),
	TEST(chunks_are_what_a_rendering_from_scratch_is),
	TEST(a_change_reads_the_lists_from_the_mark_before_it),
	TEST(a_wrong_mark_is_found_and_repaired),
	TEST(what_has_not_changed_is_not_signed_again),
	TEST(chunks_that_shrink_are_joined),
	TEST(a_new_organization_has_empty_lists_once_there_is_a_key),
	TEST(a_package_of_many_versions_has_a_chunk_of_its_own),
	TEST_COMMITTING(parallel_changes_lose_nothing)
);

DECLARE_TESTS(hex_key);
DECLARE_TESTS(hex_mark);
DECLARE_TESTS(hex_protocol);
DECLARE_TESTS(hex_search);

TEST_MAIN("hex", TEST_LIST(hex_key), TEST_LIST(hex_mark), TEST_LIST(hex_index), TEST_LIST(hex_protocol),
	  TEST_LIST(hex_search))
