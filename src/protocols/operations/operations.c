/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /-/health, /-/ready, /-/metrics and /-/openapi.json. The first two are for
 * everybody and tell names of checks, no reasons: these are in the log. Part of the server
 * rather than of a registry, so this protocol alone knows the server's headers.
 */
#include "protocols/protocol.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/log.h"
#include "base/password.h"
#include "base/settings.h"
#include "db/db.h"
#include "domain/blob.h"
#include "domain/job.h"
#include "domain/name_index.h"
#include "http/credentials.h"
#include "protocols/call.h"
#include "protocols/openapi.h"
#include "server/app.h"
#include "server/metrics.h"

static bool
health(struct call *c)
{
	struct doc *d = doc_map(c->work.arena);

	doc_text(d, "status", "ok");
	return reply(c, 200, d);
}

/* ---- ready ---- */

static bool
check_database(struct work *w)
{
	int64_t one;

	return db_int(w, Q_OPERATIONS_PING, NO_ARGS, &one);
}

static const struct check {
	const char *name;
	bool (*works)(struct work *);
} checks[] = {
	{ "database", check_database },
	{ "schema", db_check_schema },
	{ "blob_store", blob_store_ready },
};

/* Each check has a fault of its own: one that fails says nothing of the others. */
static bool
run_check(struct call *c, const struct check *check)
{
	struct work work = c->work;
	struct fault fault;

	fault_init(&fault, c->work.arena);
	work.fault = &fault;
	if (check->works(&work))
		return true;
	log_warn("not ready: %s: %s", check->name, fault.detail ? fault.detail : fault.message);
	return false;
}

static bool
ready(struct call *c)
{
	struct doc *d = doc_map(c->work.arena), *list = doc_map(c->work.arena);
	bool all = true;

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		bool works = run_check(c, &checks[i]);

		doc_text(list, checks[i].name, works ? "ok" : "failed");
		all = all && works;
	}
	doc_text(d, "status", all ? "ok" : "unavailable");
	doc_put(d, "checks", list);
	return reply(c, all ? 200 : 503, d);
}

/* ---- metrics ---- */

static bool
holds_token(struct call *c, const char *token)
{
	struct credentials given = credentials_read(c->work.arena, c->request);
	size_t len = strlen(token);

	return given.scheme == CREDENTIAL_BEARER && strlen(given.secret) == len
		&& secret_equal(given.secret, token, len);
}

/* A token, when one is set, is asked of everybody: behind a proxy all come from the same address. */
static bool
may_read_metrics(struct call *c)
{
	const struct config *config = c->work.config;

	if (*config->metrics_token != '\0') {
		if (holds_token(c, config->metrics_token))
			return true;
		return fault_raise_plain(&c->fault, FAULT_UNAUTHENTICATED);
	}
	if (config_address_in(config->metrics_from, c->request->remote_addr))
		return true;
	return fault_raise_plain(&c->fault, FAULT_FORBIDDEN);
}

static size_t
count_routes(void)
{
	size_t count = 0;

	for (size_t i = 0; protocols[i]; i++)
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++)
			for (const struct route *r = m->routes; r && r->pattern; r++)
				count++;
	return count;
}

/* The label values of every route, in the order in which the application registers them. */
static const struct metrics_route *
name_routes(struct arena *a, size_t count)
{
	struct metrics_route *names = arena_zalloc(a, count, sizeof(*names));
	struct metrics_route *next = names;

	for (size_t i = 0; protocols[i]; i++)
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++)
			for (const struct route *r = m->routes; r && r->pattern; r++)
				*next++ = (struct metrics_route){
					protocols[i]->name, method_name(r->method), m->prefix, r->pattern };
	return names;
}

static void
put_gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
	metrics_describe(out, name, "gauge", help);
	buf_printf(out, "%s %" PRId64 "\n", name, value);
}

struct blob_totals {
	int64_t count;
	int64_t bytes;
};

static const struct column blob_totals_columns[] = {
	COLUMN(blob_totals, count),
	COLUMN(blob_totals, bytes),
	COLUMNS_END
};
static const struct row_type blob_totals_row = ROW_TYPE(blob_totals, blob_totals_columns);

static void
put_blobs(struct work *w, struct buf *out)
{
	const struct blob_totals *totals = db_one(w, Q_OPERATIONS_BLOBS, &blob_totals_row, NO_ARGS);

	if (!totals)
		return;
	put_gauge(out, "entrepot_blobs", "Blobs in the store (estimated when there are many).", totals->count);
	put_gauge(out, "entrepot_blob_bytes", "Bytes of all blobs (estimated when there are many).", totals->bytes);
}

static void
put_jobs(struct work *w, struct buf *out)
{
	const struct job_counts *jobs = job_count(w);

	if (!jobs)
		return;
	put_gauge(out, "entrepot_jobs_waiting", "Jobs that are not done yet, whether due or not.", jobs->waiting);
	put_gauge(out, "entrepot_jobs_due", "Jobs that should be running.", jobs->due);
	put_gauge(out, "entrepot_jobs_running", "Jobs that are running.", jobs->running);
	put_gauge(out, "entrepot_jobs_failed", "Jobs that were given up.", jobs->failed);
	put_gauge(out, "entrepot_jobs_oldest_due_seconds", "How long the oldest due job has waited.",
		  jobs->oldest_due == 0 ? 0 : (w->now - jobs->oldest_due) / 1000000);
}

static void
put_name_index(struct work *w, struct buf *out)
{
	bool made;

	if (name_index_use(w, &made))
		put_gauge(out, "entrepot_name_index", "Whether an index finds parts of names (needs pg_trgm).", made);
}

/* Without a database there still are the counters; that it is away is one of the things they tell. */
static void
put_database(struct call *c, struct buf *out)
{
	struct work work = c->work;
	struct fault fault;

	fault_init(&fault, c->work.arena);
	work.fault = &fault;
	put_jobs(&work, out);
	put_blobs(&work, out);
	put_name_index(&work, out);
	if (fault_is_set(&fault))
		log_warn("metrics: %s", fault.detail ? fault.detail : fault.message);
	put_gauge(out, "entrepot_database_up", "Whether the database answered.", !fault_is_set(&fault));
}

static bool
metrics(struct call *c)
{
	struct buf out = buf_on(c->work.arena);
	size_t count = count_routes();

	if (!may_read_metrics(c))
		return false;
	if (c->app->metrics)
		metrics_write(c->app->metrics, &out, name_routes(c->work.arena, count), count);
	put_database(c, &out);
	return reply_bytes(c, 200, "text/plain; version=0.0.4; charset=utf-8", buf_span(&out));
}

/* ---- what there is ---- */

static bool
openapi(struct call *c)
{
	return reply_bytes(c, 200, "application/json", openapi_document(c->work.config));
}

/* ---- the protocol ---- */

static const struct route operations_routes[] = {
	ROUTE(GET, "/health", PUBLIC, health, "The process answers", .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/ready", PUBLIC, ready, "Database, schema and blob store can be used", .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/metrics", PUBLIC, metrics, "Counters for Prometheus", .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/openapi.json", PUBLIC, openapi, "The endpoints of every protocol", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};

static const struct mount operations_mounts[] = {
	{ "/-", operations_routes },
	{ NULL, NULL }
};

static const struct serializer operations_serializers[] = {
	{ .media_type = "application/json", .content_type = "application/json", .codec = &codec_json,
	  .dialect = { .zone = "Z" } },
	{ .media_type = NULL }
};

static const struct doc *
operations_fault_view(struct call *c, const struct fault *f, int *status)
{
	struct doc *d = doc_map(c->work.arena);

	(void)status;
	if (f->kind == FAULT_UNAUTHENTICATED)
		call_header(c, "WWW-Authenticate", "Bearer");
	doc_text(d, "error", f->message);
	return d;
}

static void
forbid_caching(struct call *c)
{
	call_header(c, "Cache-Control", "no-store");
	call_header(c, "X-Content-Type-Options", "nosniff");
}

const struct protocol operations_protocol = {
	.name = "operations",
	.mounts = operations_mounts,
	.serializers = operations_serializers,
	.anonymous_fault = FAULT_UNAUTHENTICATED,
	.after = forbid_caching,
	.fault_view = operations_fault_view,
};
