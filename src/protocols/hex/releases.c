/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases: one, taking it back, retiring it.
 */
#include "protocols/hex/hex.h"

#include <string.h>

#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/audit.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "protocols/hex/views.h"

#define MESSAGE_MIN 3
#define MESSAGE_MAX 140

/* The day that a parameter names, or MISSING when it names none. */
static int64_t
day_param(struct call *c, const char *name, int64_t missing)
{
	const char *text = hex_param(c, name);
	int64_t at;

	/* 0 is what PostgreSQL would be given as no time at all. */
	return text && clock_parse_date(span_of(text), &at) && at > 0 ? at : missing;
}

/* All of them, or with ?downloads=day or month as pairs of that and a number. */
static bool
put_downloads(struct call *c, struct doc *view, const struct hex_release *r)
{
	const char *by = hex_param(c, "downloads");
	struct hex_period period = {
		.months = by && strcmp(by, "month") == 0,
		.after = day_param(c, "downloads_after", CLOCK_DAY),
		.before = day_param(c, "downloads_before", c->work.now),
	};
	const struct hex_downloads *d;
	struct doc *list, *pair;
	struct rows rows;

	if (!period.months && (!by || strcmp(by, "day") != 0)) {
		doc_int(view, "downloads", r->downloads);
		return true;
	}
	if (!hex_release_downloads(&c->work, r->id, &period, &rows))
		return false;
	list = doc_add_list(view, "downloads");
	d = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		pair = doc_add_list(list, NULL);
		doc_text(pair, NULL, d[i].period);
		doc_int(pair, NULL, d[i].downloads);
	}
	return true;
}

static bool
show(struct call *c)
{
	const struct hex_release *r;
	struct hex_place at;
	struct doc *view;

	if (!hex_path_package(c, &at))
		return false;
	r = hex_path_release(c, at.package);
	view = r ? hex_release_view(c, at.repository, r) : NULL;
	if (!view || !put_downloads(c, view, r))
		return false;
	doc_add_list(view, "security_advisories");
	hex_modified(c, r->updated_at);
	return reply(c, 200, view);
}

/* ---- taking back ---- */

bool
hex_window_is_open(struct call *c, const struct repository *repository, const struct hex_package *p,
		   const struct hex_release *r)
{
	const struct config *config = c->work.config;

	return repository->private || c->actor.is_admin ||
	       c->work.now - r->published_at < config->hex_revert_window ||
	       c->work.now - p->created_at < config->hex_new_package_window;
}

static bool
revert(struct call *c)
{
	const struct hex_release *r;
	struct hex_place at;
	struct tx *tx;
	bool gone;

	if (!hex_path_package_for(c, SCOPE_DELETE, ACCESS_WRITE, &at))
		return false;
	tx = tx_begin(&c->work);
	if (!tx || !package_lock_to_delete(&c->work, at.repository->id, at.package->id))
		return false;
	r = hex_path_release(c, at.package);
	if (!r)
		return false;
	if (!hex_window_is_open(c, at.repository, at.package, r))
		return hex_refuse_field(c, "inserted_at", "can only delete a release up to one hour after publication");
	return hex_release_revert(&c->work, r, &gone) &&
	       (gone ? hex_objects_removed(c, at.repository, at.package) : hex_objects_changed(c, &at)) &&
	       change_add(&c->work, at.repository->id, gone ? 0 : at.package->id, 0, "revert") &&
	       tx_commit(&c->work, tx) && reply_empty(c, 204);
}

/* ---- retiring ---- */

static bool
read_retirement(struct call *c, const char **reason, const char **message)
{
	static const char *const reasons[] = { "other", "invalid", "security", "deprecated", "renamed" };
	bool known = false;
	size_t length;

	*reason = hex_param(c, "reason");
	*message = hex_param(c, "message");
	for (size_t i = 0; *reason && i < ARRAY_LEN(reasons); i++)
		known = known || strcmp(*reason, reasons[i]) == 0;
	if (!*reason)
		hex_refuse_field(c, "retirement.reason", "can't be blank");
	else if (!known)
		hex_refuse_field(c, "retirement.reason", "is invalid");
	length = *message ? text_char_count(span_of(*message)) : MESSAGE_MIN;
	if (length < MESSAGE_MIN)
		hex_refuse_field(c, "retirement.message", "should be at least %d character(s)", MESSAGE_MIN);
	if (length > MESSAGE_MAX)
		hex_refuse_field(c, "retirement.message", "should be at most %d character(s)", MESSAGE_MAX);
	return !fault_is_set(&c->fault);
}

static bool
change_retirement(struct call *c, const char *reason, const char *message)
{
	const struct hex_release *r;
	struct hex_place at;
	struct tx *tx;
	bool changed;

	if (!hex_path_package_for(c, SCOPE_YANK, ACCESS_WRITE, &at))
		return false;
	tx = tx_begin(&c->work);
	if (!tx || !package_lock(&c->work, at.package->id))
		return false;
	r = hex_path_release(c, at.package);
	if (!r || !hex_release_retire(&c->work, r, reason, message, &changed))
		return false;
	if (changed && (!hex_objects_changed(c, &at) ||
			!change_add(&c->work, at.repository->id, at.package->id, r->id, reason ? "retire" : "unretire")))
		return false;
	return tx_commit(&c->work, tx) && reply_empty(c, 204);
}

static bool
retire(struct call *c)
{
	const char *reason, *message;

	/* Who may not is told so before what is wrong with the reason. */
	return hex_path_package_for(c, SCOPE_YANK, ACCESS_WRITE, &(struct hex_place){ 0 }) &&
	       read_retirement(c, &reason, &message) && change_retirement(c, reason, message);
}

static bool
unretire(struct call *c)
{
	return change_retirement(c, NULL, NULL);
}

static bool
retire_each(struct call *c, const struct rows *releases, const char *reason, const char *message)
{
	const struct hex_release *r = releases->at;
	bool replace = hex_param_flag(c, "replace", false), changed;

	for (size_t i = 0; i < releases->count; i++)
		if ((replace || !r[i].retirement_reason) &&
		    !hex_release_retire(&c->work, &r[i], reason, message, &changed))
			return false;
	return true;
}

static bool
retire_all(struct call *c)
{
	const char *reason, *message;
	struct hex_place at;
	struct rows releases;
	struct tx *tx;

	if (!hex_path_package_for(c, SCOPE_YANK, ACCESS_WRITE, &at) || !read_retirement(c, &reason, &message))
		return false;
	tx = tx_begin(&c->work);
	return tx && package_lock(&c->work, at.package->id) &&
	       hex_release_list(&c->work, &at.package->id, 1, &releases) &&
	       retire_each(c, &releases, reason, message) && hex_objects_changed(c, &at) &&
	       change_add(&c->work, at.repository->id, at.package->id, 0, "retire") &&
	       tx_commit(&c->work, tx) && reply_empty(c, 204);
}

const struct route hex_release_routes[] = {
	ROUTE(GET, "/packages/:package/releases/:version", OPTIONAL, show, "A release", .scope = SCOPE_READ),
	ROUTE(DELETE, "/packages/:package/releases/:version", LATE, revert, "Take a release back",
	      .scope = SCOPE_DELETE, .flags = ROUTE_WRITES),
	ROUTE(POST, "/packages/:package/releases/:version/retire", LATE, retire, "Retire a release",
	      .scope = SCOPE_YANK, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/packages/:package/releases/:version/retire", LATE, unretire, "Take a retirement back",
	      .scope = SCOPE_YANK, .flags = ROUTE_WRITES),
	ROUTE(POST, "/packages/:package/retire", LATE, retire_all, "Retire all releases",
	      .scope = SCOPE_YANK, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE_END
};
