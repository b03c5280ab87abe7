/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Hex part of verify: signed objects against releases, dependencies and
 * the key. A difference may be a publish that came between two reads, so it is
 * looked at again with the package, or the lists, locked.
 */
#include "domain/verify.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/hex_key.h"
#include "domain/hex_list.h"
#include "domain/hex_verify.h"
#include "domain/package.h"
#include "domain/repository.h"

struct hex_check {
	struct verify *verify;
	const char *no_key;		/* why there is none; NULL: there is one */
	bool said;
};

/* Without a key nothing can be checked; that is said once, if there is anything to check. */
static bool
lacks_key(struct work *w, struct hex_check *c)
{
	if (c->no_key && !c->said)
		verify_report(c->verify, "hex-key", w->config->hex_key, "%s", c->no_key);
	c->said = c->no_key != NULL;
	return c->said;
}

/* A package deleted meanwhile is fine. */
static bool
is_gone(struct work *w, const char **wrong)
{
	if (w->fault->kind != FAULT_NOT_FOUND)
		return false;
	fault_clear(w->fault);
	*wrong = NULL;
	return true;
}

static bool
check_locked(struct work *w, int64_t repository_id, const struct index_package *p, const char **wrong)
{
	struct tx *tx = tx_begin(w);

	if (tx && package_lock(w, p->id) && hex_verify_package(w, repository_id, p, wrong) && tx_commit(w, tx))
		return true;
	tx_rollback(tx);
	return is_gone(w, wrong);
}

static bool
check_package(struct work *w, int64_t repository_id, const struct index_package *p, void *arg)
{
	struct hex_check *c = arg;
	const char *wrong;

	if (lacks_key(w, c))
		return true;
	if (!hex_verify_package(w, repository_id, p, &wrong) && !is_gone(w, &wrong))
		return false;
	if (wrong && !check_locked(w, repository_id, p, &wrong))
		return false;
	if (wrong)
		verify_report(c->verify, "index-differs", p->name, "its signed object %s", wrong);
	c->verify->result->index_objects++;
	return true;
}

static bool
check_lists_locked(struct work *w, int64_t repository_id, const char **wrong)
{
	struct tx *tx = tx_begin(w);

	if (tx && hex_list_lock(w, repository_id) && hex_verify_lists(w, repository_id, wrong) && tx_commit(w, tx))
		return true;
	tx_rollback(tx);
	return false;
}

static bool
check_lists(struct work *w, const struct repository *r, void *arg)
{
	struct hex_check *c = arg;
	const struct verify_options *options = c->verify->options;
	const char *wrong = NULL;

	if (c->no_key)
		return true;
	if (!hex_verify_lists(w, r->id, &wrong) || (wrong && !check_lists_locked(w, r->id, &wrong)))
		return false;
	if (wrong)
		verify_report(c->verify, "index-differs", r->name, "of the signed lists, %s", wrong);
	if (options->progress)
		options->progress(options->arg, "index objects", c->verify->result->index_objects);
	return true;
}

bool
verify_hex(struct work *w, struct verify *v)
{
	struct hex_check c = { .verify = v };
	struct hex_walk walk = { .package = check_package, .lists = check_lists, .arg = &c };

	if (!hex_key(w)) {
		c.no_key = w->fault->detail;
		fault_clear(w->fault);
	}
	return hex_walk(w, &walk);
}
