/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of Hex repositories; see the header. What they show is read in
 * hex_render.c, how it is written is in index/hexregistry.c, and hex_list.c
 * keeps the lists.
 */
#include "domain/hex_index.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/hex_key.h"
#include "domain/hex_list.h"
#include "domain/hex_render.h"
#include "index/hexregistry.h"

/* Bytes of the SHA-256 that make an ETag. */
#define ETAG_BYTES 16

const char *
hex_index_path(struct work *w, const char *name)
{
	return arena_printf(w->arena, "packages/%s", name);
}

const struct index_object *
hex_index_get(struct work *w, int64_t repository_id, const char *path)
{
	return hex_index_get_changed(w, repository_id, path, NULL);
}

const struct index_object *
hex_index_get_changed(struct work *w, int64_t repository_id, const char *path, const char *etag)
{
	enum hex_list list = hex_list_find(path);

	return list < HEX_LIST__MAX ? hex_list_get(w, repository_id, list, etag)
		: index_get_changed(w, repository_id, path, etag);
}

/* ---- the object of a package ---- */

const char *
hex_index_etag(struct work *w, struct span file)
{
	uint8_t sha256[SHA256_SIZE];

	digest_sha256(file, sha256);
	return arena_printf(w->arena, "\"%s\"", encode_hex(w->arena, sha256, ETAG_BYTES));
}

static bool
delete_package(struct work *w, int64_t repository_id, const char *name)
{
	return db_exec(w, Q_INDEX_DELETE, ARGS(num(repository_id), text(hex_index_path(w, name))), NULL);
}

static struct span
sign(struct work *w, const struct private_key *key, struct span payload)
{
	struct digest *d = digest_new(w->arena, DIGEST_SHA512);
	struct digests digests;

	digest_update(d, payload.at, payload.len);
	digest_finish(d, &digests);
	return private_key_sign(w->arena, key, digests.sha512);
}

bool
hex_index_refresh_package(struct work *w, int64_t repository_id, int64_t package_id)
{
	const struct hex_shown *p = hex_render_get(w, repository_id, package_id);
	const struct private_key *key = hex_key(w);
	struct span payload, file;

	if (!key || !hex_render_package(w, p, &payload))
		return false;
	if (!payload.at)
		return delete_package(w, repository_id, p->name);
	file = hexregistry_file(w->arena, payload, sign(w, key, payload));
	return db_exec(w, Q_HEX_INDEX_PUT,
		       ARGS(num(repository_id), text(hex_index_path(w, p->name)), num(package_id),
			    text(HEXREGISTRY_CONTENT_TYPE), text(hex_index_etag(w, file)),
			    bytes(file.at, file.len), timestamp(w->now)), NULL);
}

/* ---- the lists ---- */

/* The lists are this transaction's; who will sign them. */
static bool
take_lists(struct work *w, int64_t repository_id, struct hex_signer *signer)
{
	if (!hex_list_lock(w, repository_id))
		return false;
	*signer = (struct hex_signer){ hex_list_repository(w, repository_id), hex_key(w) };
	return signer->repository && signer->key;
}

/* The entries of the name in the lists; empty ones take it out. */
static bool
put_entries(struct work *w, int64_t repository_id, const char *name, const struct hex_entries *entries)
{
	struct hex_signer signer;

	if (!take_lists(w, repository_id, &signer))
		return false;
	for (int i = 0; i < HEX_LIST__MAX; i++) {
		struct hex_entry e = { span_of(name), buf_span(&entries->of[i]) };

		if (!hex_list_put(w, repository_id, (enum hex_list)i, &e, &signer))
			return false;
	}
	return true;
}

static bool
sign_lists(struct work *w, int64_t repository_id)
{
	struct hex_signer signer;

	if (!take_lists(w, repository_id, &signer))
		return false;
	for (int i = 0; i < HEX_LIST__MAX; i++)
		if (!hex_list_sign(w, repository_id, (enum hex_list)i, &signer))
			return false;
	return true;
}

bool
hex_index_refresh_lists(struct work *w, int64_t repository_id, int64_t package_id)
{
	struct hex_entries entries = hex_entries_on(w->arena);
	const struct hex_shown *p;

	if (package_id == 0)
		return sign_lists(w, repository_id);
	p = hex_render_get(w, repository_id, package_id);
	return hex_render_entries(w, p, &entries) && put_entries(w, repository_id, p->name, &entries);
}

bool
hex_index_begin(struct work *w, int64_t repository_id)
{
	return !hex_key_exists(w) || hex_index_refresh_lists(w, repository_id, 0);
}

bool
hex_index_remove_package(struct work *w, int64_t repository_id, const char *name)
{
	struct hex_entries none = hex_entries_on(w->arena);

	return delete_package(w, repository_id, name) && put_entries(w, repository_id, name, &none);
}
