/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex packages for tests; see the header.
 */
#include "hex.h"

#include <unistd.h>

#include "base/encode.h"
#include "base/settings.h"
#include "domain/hex_index.h"
#include "domain/hex_key.h"
#include "domain/package.h"
#include "request.h"
#include "support.h"
#include "version/semver.h"

void
given_hex_key(void)
{
	test_config->hex_key = arena_printf(w->arena, "%s/keys/hex.pem", test_directory);
	if (access(test_config->hex_key, F_OK) != 0)
		assert_true(hex_key_create(w, HEX_KEY_BITS));
}

/* The key that versions are sorted by, in hex. */
static const char *
version_key(const char *version)
{
	struct semver v;
	struct span key;

	assert_true(semver_parse(span_of(version), &v, NULL, 0));
	key = semver_key(w->arena, &v);
	return encode_hex(w->arena, key.at, key.len);
}

int64_t
given_hex_release(int64_t repository_id, const char *name, const char *version)
{
	int64_t package_id, release_id;

	sql_do("INSERT INTO package (repository_id, name, canonical_name) VALUES (%d, '%s', '%s') "
	       "ON CONFLICT ON CONSTRAINT package_canonical_name_key DO UPDATE SET updated_at = clock_timestamp()",
	       (int)repository_id, name, name);
	package_id = sql_int("SELECT id FROM package WHERE repository_id = %d AND name = '%s'", (int)repository_id, name);
	release_id = sql_int("INSERT INTO release (package_id, version, version_identity, version_key) "
			     "VALUES (%d, '%s', '%s', '\\x%s') RETURNING id",
			     (int)package_id, version, version, version_key(version));
	sql_do("INSERT INTO release_hex (release_id, app, inner_checksum) VALUES (%d, '%s', sha256('inner %s-%s'))",
	       (int)release_id, name, name, version);
	sql_do("INSERT INTO blob (sha256, size) VALUES (sha256('outer %s-%s'), 1) ON CONFLICT DO NOTHING", name, version);
	sql_do("INSERT INTO file (repository_id, release_id, path, filename, kind, size, sha256) "
	       "VALUES (%d, %d, 'tarballs/%s-%s.tar', '%s-%s.tar', 'tarball', 1, sha256('outer %s-%s'))",
	       (int)repository_id, (int)release_id, name, version, name, version, name, version);
	return package_id;
}

static const char *
quoted(const char *text)
{
	return text ? arena_printf(w->arena, "'%s'", text) : "NULL";
}

void
given_hex_dependency(int64_t package_id, const char *version, const struct registry_dependency *d)
{
	sql_do("INSERT INTO dependency (release_id, package_name, requirement, alias, meta) "
	       "SELECT id, '%s', '%s', %s, jsonb_strip_nulls(jsonb_build_object('repository', %s::text)) "
	       "FROM release WHERE package_id = %d AND version = '%s'",
	       d->package, d->requirement, quoted(d->app), quoted(d->repository), (int)package_id, version);
}

void
refresh_hex(int64_t repository_id, int64_t package_id)
{
	struct tx *tx = tx_begin(w);

	assert_true(package_lock(w, package_id));
	assert_true(hex_index_refresh_package(w, repository_id, package_id));
	assert_true(hex_index_refresh_lists(w, repository_id, package_id));
	assert_true(tx_commit(w, tx));
}

int64_t
published_hex(int64_t repository_id, const char *name, const char *version)
{
	int64_t package_id = given_hex_release(repository_id, name, version);

	refresh_hex(repository_id, package_id);
	return package_id;
}

int64_t
given_hex_repository(const char *name)
{
	sql_do("INSERT INTO account (kind, name) VALUES ('organization', '%s')", name);
	return sql_int("INSERT INTO repository (ecosystem, owner_id, name, private) "
		       "SELECT 'hex', id, '%s', true FROM account WHERE name = '%s' RETURNING id", name, name);
}
