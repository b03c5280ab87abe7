/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key that Hex objects are signed with: its file, its copies, and that
 * what it signs verifies.
 */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/settings.h"
#include "domain/hex_index.h"
#include "domain/hex_key.h"
#include "domain/hex_verify.h"
#include "domain/repository.h"
#include "hex.h"
#include "request.h"

static const char *
write_file(const char *name, struct span content)
{
	const char *path = arena_printf(w->arena, "%s/%s", test_directory, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fwrite(content.at, 1, content.len, f);
	fclose(f);
	return path;
}

static void
assert_openssl_verifies(const char *path)
{
	const struct index_object *object = hex_index_get(w, REPOSITORY_HEX, path);
	struct span payload, signature;
	const char *key;

	assert_true(hexregistry_open(w->arena, object->body, &payload, &signature));
	key = write_file("public.pem", hex_key_public(w));
	assert_int_equal(system(arena_printf(w->arena, "openssl dgst -sha512 -verify %s -signature %s %s >%s/out 2>&1",
		key, write_file("signature", signature), write_file("payload", payload), test_directory)), 0);
}

static void
the_signatures_verify_with_the_public_key(void **state)
{
	(void)state;
	given_hex_key();
	published_hex(REPOSITORY_HEX, "plug", "1.0.0");
	published_hex(REPOSITORY_HEX, "zip", "1.0.0");
	assert_openssl_verifies("packages/plug");
	assert_openssl_verifies("names");
	assert_openssl_verifies("versions");
}

static void
without_a_key_nothing_is_stored(void **state)
{
	int64_t plug = given_hex_release(REPOSITORY_HEX, "plug", "1.0.0");

	(void)state;
	test_config->hex_key = arena_printf(w->arena, "%s/none.pem", test_directory);
	assert_false(hex_index_refresh_package(w, REPOSITORY_HEX, plug));
	assert_fault(w->fault, FAULT_UNAVAILABLE);
	assert_non_null(strstr(w->fault->detail, "entrepot-admin keys create"));
	assert_null(strstr(w->fault->message, "none.pem"));
	fault_clear(w->fault);
	assert_false(hex_index_refresh_lists(w, REPOSITORY_HEX, plug));
	assert_fault(w->fault, FAULT_UNAVAILABLE);
	fault_clear(w->fault);
	assert_null(hex_index_get(w, REPOSITORY_HEX, "packages/plug"));
}

static void
use_key(const char *name)
{
	given_hex_key();
	test_config->hex_key = arena_printf(w->arena, "%s/keys/%s", test_directory, name);
}

static void
a_key_is_not_made_twice_nor_readable_by_others(void **state)
{
	struct stat st;

	(void)state;
	use_key("once.pem");
	assert_true(hex_key_create(w, HEX_KEY_BITS));
	assert_int_equal(stat(w->config->hex_key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_false(hex_key_create(w, HEX_KEY_BITS));
	assert_fault(w->fault, FAULT_CONFLICT);
	fault_clear(w->fault);
	assert_int_equal(chmod(w->config->hex_key, 0640), 0);
	assert_null(hex_key(w));
	assert_fault(w->fault, FAULT_UNAVAILABLE);
	fault_clear(w->fault);
	assert_int_equal(chmod(w->config->hex_key, 0600), 0);
	assert_non_null(hex_key(w));
}

static void
a_rotated_key_is_used_at_once(void **state)
{
	const char *kept, *before, *wrong;
	struct index_package p = { .name = "plug" };
	bool changed;

	(void)state;
	use_key("rotated.pem");
	assert_true(hex_key_create(w, HEX_KEY_BITS));
	p.id = published_hex(REPOSITORY_HEX, "plug", "1.0.0");
	before = private_key_fingerprint(w->arena, hex_key(w));
	assert_true(hex_key_rotate(w, HEX_KEY_BITS, &kept));
	assert_string_not_equal(private_key_fingerprint(w->arena, hex_key(w)), before);
	assert_true(hex_verify_package(w, REPOSITORY_HEX, &p, &wrong));
	assert_string_equal(wrong, "is not signed with the key");
	assert_true(hex_verify_lists(w, REPOSITORY_HEX, &wrong));
	assert_string_equal(wrong, "names is not signed with the key");
	assert_true(hex_verify_repair_package(w, REPOSITORY_HEX, &p, false, &changed));
	assert_true(hex_verify_repair_lists(w, REPOSITORY_HEX, false, &changed));
	assert_true(hex_verify_package(w, REPOSITORY_HEX, &p, &wrong));
	assert_null(wrong);
	assert_true(hex_verify_lists(w, REPOSITORY_HEX, &wrong));
	assert_null(wrong);
	/* the old one is still there */
	test_config->hex_key = kept;
	assert_string_equal(private_key_fingerprint(w->arena, hex_key(w)), before);
}

static void
a_backup_is_a_copy_and_replaces_nothing(void **state)
{
	const char *copy, *fingerprint;

	(void)state;
	given_hex_key();
	copy = arena_printf(w->arena, "%s/keys/copy.pem", test_directory);
	fingerprint = private_key_fingerprint(w->arena, hex_key(w));
	assert_true(hex_key_backup(w, copy));
	assert_false(hex_key_backup(w, copy));
	assert_fault(w->fault, FAULT_CONFLICT);
	fault_clear(w->fault);
	use_key("copy.pem");
	assert_string_equal(private_key_fingerprint(w->arena, hex_key(w)), fingerprint);
}

TESTS(hex_key,
	TEST(the_signatures_verify_with_the_public_key),
	TEST(without_a_key_nothing_is_stored),
	TEST(a_key_is_not_made_twice_nor_readable_by_others),
	TEST(a_rotated_key_is_used_at_once),
	TEST(a_backup_is_a_copy_and_replaces_nothing)
);
