/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin keys: create, show, rotate, backup the key that Hex
 * repositories are signed with. A new key signs everything there is, one
 * transaction per object, while the registry serves.
 */
#include "admin/admin.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/settings.h"
#include "domain/hex_key.h"
#include "domain/hex_verify.h"

static struct doc *
key_document(struct admin *a, const struct private_key *key, struct span public)
{
	struct arena *arena = a->work->arena;
	struct doc *d = doc_map(arena);

	doc_text(d, "path", a->work->config->hex_key);
	doc_int(d, "bits", private_key_bits(key));
	doc_text(d, "fingerprint", private_key_fingerprint(arena, key));
	doc_span(d, "public_key", span_make(arena_dup(arena, public.at, public.len), public.len));
	return d;
}

/* ---- create, rotate ---- */

struct make {
	int64_t bits;
};

static const struct admin_option make_options[] = {
	OPTION(make, bits, "bits", COUNT, "N", "Size of the key; default: 2048"),
	OPTIONS_END
};

static bool
bits(struct admin *a, int *out)
{
	const struct make *o = a->options;

	*out = HEX_KEY_BITS;
	if (o->bits == 0)
		return true;
	if (o->bits < RSA_MIN_BITS || o->bits > RSA_MAX_BITS || o->bits % 8 != 0)
		return fault_raise(a->work->fault, FAULT_INVALID, "--bits must be a multiple of 8 from %d to %d",
				   RSA_MIN_BITS, RSA_MAX_BITS);
	*out = (int)o->bits;
	return true;
}

/* Sign everything with the key that is there now; NULL on failure. */
static struct doc *
sign_all(struct admin *a)
{
	struct hex_repaired done;
	const struct private_key *key = hex_key(a->work);
	struct doc *d;

	if (!key)
		return NULL;
	d = key_document(a, key, hex_key_public(a->work));
	if (!hex_verify_repair(a->work, true, &done))
		return NULL;
	doc_int(d, "signed", done.changed);
	return d;
}

static bool
create(struct admin *a)
{
	struct doc *d;
	int size;

	if (!bits(a, &size) || !hex_key_create(a->work, size))
		return false;
	d = sign_all(a);
	return d && admin_say(a, d, "Created the key %s in %s and signed %" PRId64 " objects with it.",
			      doc_find_text(d, "fingerprint"), a->work->config->hex_key,
			      doc_find(d, "signed")->is.integer);
}

static bool
rotate(struct admin *a)
{
	const char *kept;
	struct doc *d;
	int size;

	if (!bits(a, &size) || !hex_key_rotate(a->work, size, &kept))
		return false;
	d = sign_all(a);
	if (!d)
		return false;
	doc_text(d, "kept", kept);
	return admin_say(a, d,
		"Signed %" PRId64 " objects with the new key %s; the old one is kept as %s.\n"
		"Clients refuse packages until they have the new public key: see `entrepot-admin keys show`.",
		doc_find(d, "signed")->is.integer, doc_find_text(d, "fingerprint"), kept);
}

/* ---- show, backup ---- */

static bool
show(struct admin *a)
{
	const struct private_key *key = hex_key(a->work);
	struct span public;

	if (!key)
		return false;
	public = hex_key_public(a->work);
	return admin_say(a, key_document(a, key, public), "path: %s\nbits: %d\nfingerprint: %s\n%.*s",
			 a->work->config->hex_key, private_key_bits(key),
			 private_key_fingerprint(a->work->arena, key), (int)public.len - 1, public.at);
}

static bool
backup(struct admin *a)
{
	const char *file = a->arguments[0];
	struct doc *d = doc_map(a->work->arena);

	if (!hex_key_backup(a->work, file))
		return false;
	doc_text(d, "file", file);
	return admin_say(a, d, "Copied the key to %s. Whoever has it can sign packages for this registry.", file);
}

static const struct admin_verb verbs[] = {
	{ .name = "create", .summary = "Make the signing key and sign what there is", .options = make_options,
	  .options_size = sizeof(struct make), .needs = NEEDS_SCHEMA, .run = create },
	{ .name = "show", .summary = "Show the public key and its fingerprint", .needs = NEEDS_NOTHING, .run = show },
	{ .name = "rotate", .summary = "Replace the signing key and sign everything anew", .options = make_options,
	  .options_size = sizeof(struct make), .needs = NEEDS_SCHEMA, .run = rotate },
	{ .name = "backup", .arguments = "FILE", .least = 1, .most = 1, .summary = "Copy the signing key to a new file",
	  .needs = NEEDS_NOTHING, .run = backup },
	VERBS_END
};

const struct admin_verb keys_verb = {
	.name = "keys",
	.summary = "Make, show, replace and save the key of the Hex repositories",
	.verbs = verbs,
};
