/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a request, one function per step: target, route, protocol,
 * credentials, body, handler, fault, answer, log. Nothing is sent before the
 * answer is complete, so a late failure can still become a clean error.
 */
#include "server/app.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/settings.h"
#include "base/text.h"
#include "db/db.h"
#include "domain/download.h"
#include "domain/job.h"
#include "http/accept.h"
#include "protocols/body.h"
#include "protocols/call.h"
#include "server/metrics.h"

/* Body bytes behind a failed request that are read and thrown away so that the web server sees our answer. */
#define DRAIN_LIMIT (INT64_C(64) * 1024 * 1024)

static void
add_routes(struct router *router, const struct protocol *p)
{
	for (const struct mount *m = p->mounts; m->prefix; m++) {
		router_own(router, m->prefix, p);
		for (const struct route *r = m->routes; r && r->pattern; r++)
			router_add(router, &(struct router_row){ r->method, m->prefix, r->pattern, r, p });
	}
}

struct app *
app_new(struct arena *a, const struct config *config, struct metrics *metrics)
{
	struct app *app = arena_new(a, struct app);

	app->arena = a;
	app->config = config;
	app->metrics = metrics;
	app->router = router_new(a);
	for (size_t i = 0; protocols[i]; i++)
		add_routes(app->router, protocols[i]);
	app->db = db_new(config->database, config->statement_timeout);
	if (!config->prepared)
		db_forgo_session(app->db);
	return app;
}

void
app_close(struct app *app)
{
	app_flush(app);
	db_close(app->db);
	app->db = NULL;
}

/* The client's address: the last one in X-Forwarded-For that is not a trusted proxy itself. */
static const char *
client_address(struct call *c)
{
	const char *trusted = c->work.config->trusted_proxies;
	const char *address = c->request->remote_addr;
	const char *list = request_header(c->request, "x-forwarded-for");
	struct span rest = span_of(list);

	while (list && rest.len > 0 && config_address_in(trusted, address)) {
		struct address parsed;
		struct span next;
		size_t at = rest.len;

		while (at > 0 && rest.at[at - 1] != ',')
			at--;
		next = span_trim(span_skip(rest, at));
		/* What is no address was not written by a proxy. */
		if (!address_parse(next, &parsed))
			break;
		address = arena_dup(c->work.arena, next.at, next.len);
		rest.len = at > 0 ? at - 1 : 0;
	}
	return address;
}

#define MAX_USER_AGENT 128

/* What the client calls itself, as it may be kept: others than visible characters are spoilt. */
static const char *
user_agent(struct call *c)
{
	const char *given = request_header(c->request, "user-agent");
	size_t len = given ? strlen(given) : 0;
	char *kept;

	if (len == 0)
		return NULL;
	kept = arena_dup(c->work.arena, given, len < MAX_USER_AGENT ? len : MAX_USER_AGENT);
	for (char *s = kept; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
	return kept;
}

static void
begin_call(struct call *c, struct app *app, struct arena *arena, struct request *request, struct response *response)
{
	*c = (struct call){
		.app = app,
		.request = request,
		.response = response,
		.work = {
			.arena = arena,
			.config = app->config,
			.db = app->db,
			.now = clock_now(),
		},
	};
	c->work.fault = &c->fault;
	fault_init(&c->fault, arena);
	response_init(response);
	request->remote_addr = client_address(c);
	c->work.remote_addr = request->remote_addr;
	c->work.user_agent = user_agent(c);
}

/*
 * What the answer is written in. Before everything else that can fail, so that
 * failures are written in it, too; one to a caller who wants none of ours is
 * in the first.
 */
static bool
choose_serializer(struct call *c)
{
	const char *accept;
	int best = 0;

	if (!c->serializer[1].media_type)
		return true;
	accept = request_header(c->request, "accept");
	for (const struct serializer *s = c->protocol->serializers; s->media_type; s++) {
		int wanted = s->codec->write ? accept_weight(accept, s->media_type) : 0;

		if (wanted > best) {
			c->serializer = s;
			best = wanted;
		}
	}
	if (best > 0 || (c->route && c->route->flags & ROUTE_ANY_ACCEPT))
		return true;
	return fault_raise_plain(&c->fault, FAULT_NOT_ACCEPTABLE);
}

static bool
find_route(struct call *c, struct route_match *match)
{
	if (!request_set_target(c->work.arena, &c->fault, c->request, c->request->target, c->work.config->mount))
		return false;
	router_match(c->app->router, c->request, match);
	if (match->owner)
		c->protocol = match->owner;
	c->serializer = c->protocol->serializers;
	c->route = match->route;
	c->match = match;
	if (!choose_serializer(c))
		return false;
	if (c->route)
		return true;
	return fault_raise_plain(&c->fault, match->path_exists ? FAULT_METHOD : FAULT_NOT_FOUND);
}

static bool
read_query(struct call *c)
{
	const struct config *config = c->work.config;

	if (!c->request->query.at)
		return true;
	c->query = query_parse(c->work.arena, &c->fault, c->request->query,
			       (size_t)config->max_query, (size_t)config->max_query_fields);
	return c->query != NULL;
}

static bool
check_writable(struct call *c)
{
	const struct config *config = c->work.config;

	if (!(c->route->flags & ROUTE_WRITES) || !config->read_only)
		return true;
	return fault_raise(&c->fault, FAULT_UNAVAILABLE, "%s is currently in read-only mode. Please try again later.",
			   config->site_name);
}

static bool
check_need(struct call *c)
{
	switch (c->route->need) {
	case NEED_PUBLIC:
	case NEED_LATE:
		return true;
	case NEED_OPTIONAL:
		return call_authenticate(c) &&
		       (actor_is_nobody(&c->actor) || c->route->scope == SCOPE_NONE ||
			call_authorize(c, c->route->scope, NULL, NULL));
	case NEED_TOKEN:
		return call_authorize(c, SCOPE_NONE, NULL, NULL);
	case NEED_SCOPE:
		return call_authorize(c, c->route->scope, NULL, NULL);
	case NEED__INVALID:
		break;
	}
	return fault_raise_internal(&c->fault, FAULT_INTERNAL, "route %s declares no credential", c->route->pattern);
}

/* A LATE route that says yes to a caller it never checked is a bug; the caller must not profit from it. */
static bool
check_authorized(struct call *c)
{
	if (c->route->need != NEED_LATE || c->authorized || c->response->status >= 300)
		return true;
	response_init(c->response);
	return fault_raise_internal(&c->fault, FAULT_INTERNAL, "handler of %s did not authorize", c->route->pattern);
}

static bool
serve(struct call *c, struct route_match *match)
{
	if (!find_route(c, match))
		return false;
	if (!read_query(c))
		return false;
	if (c->protocol->before && !c->protocol->before(c))
		return false;
	if (!check_writable(c) || !check_need(c) || !body_read(c))
		return false;
	if (!c->route->handler(c) || fault_is_set(&c->fault))
		return false;
	return check_authorized(c);
}

static void
allow_header(struct call *c)
{
	char list[64] = "";
	size_t used = 0;

	for (int m = METHOD_GET; m < METHOD__MAX; m++)
		if (c->match->methods & (1u << m))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used > 0 ? ", " : "", method_name((enum method)m));
	call_header(c, "Allow", arena_strdup(c->work.arena, list));
}

static void
reply_fault(struct call *c)
{
	int status = fault_kind_status(c->fault.kind);
	const struct doc *view;

	db_abort(c->work.db);
	response_init(c->response);
	if (c->fault.kind == FAULT_METHOD)
		allow_header(c);
	view = c->protocol->fault_view(c, &c->fault, &status);
	if (view)
		reply(c, status, view);
	else if (c->response->body == RESPONSE_EMPTY)
		reply_empty(c, status);
}

static void
finish_response(struct call *c)
{
	struct response *r = c->response;
	bool has_body = r->status != 204 && r->status != 304 && r->body != RESPONSE_ELSEWHERE;
	int64_t length = r->body == RESPONSE_FILE ? r->length : (int64_t)r->bytes.len;
	char *digits;

	if (c->protocol->after)
		c->protocol->after(c);
	response_set(r, "X-Request-Id", c->request->id);
	if (has_body && !response_get(r, "Content-Length")) {
		digits = arena_alloc(c->work.arena, NUMBER_TEXT_SIZE);
		number_format(digits, length);
		response_add(r, "Content-Length", digits);
	}
	if (!has_body || c->request->method == METHOD_HEAD) {
		r->body = RESPONSE_EMPTY;
		r->bytes = span_make(NULL, 0);
	}
}

/* The route, or one of the same path when only the method was wrong. */
static const struct route *
route_of_path(const struct call *c)
{
	struct request other;
	struct route_match match = { 0 };

	if (c->route)
		return c->route;
	other = *c->request;
	for (int m = METHOD_GET; !match.route && m < METHOD__MAX; m++) {
		other.method = (enum method)m;
		if (c->match->methods & (1u << m))
			router_match(c->app->router, &other, &match);
	}
	return match.route;
}

/* A mailed link is a credential: who reads the log must not be able to follow it. */
static const char *
loggable_target(const struct call *c)
{
	const struct route *route = route_of_path(c);

	return route && route->flags & ROUTE_BY_SECRET ? route->pattern : c->request->target;
}

static void
log_call(const struct call *c, int64_t duration, int64_t db_time)
{
	struct log_line line;
	bool broken = c->response->status >= 500;

	if (c->fault.detail)
		log_error("%s: %s", fault_kind_name(c->fault.kind), c->fault.detail);
	if (!c->work.config->access_log)
		return;
	log_begin(&line, broken ? LOG_ERROR_LEVEL : LOG_INFO_LEVEL, "request");
	log_text(&line, "method", c->request->method_text);
	log_text(&line, "target", loggable_target(c));
	log_int(&line, "status", c->response->status);
	log_text(&line, "route", c->route ? c->route->pattern : NULL);
	log_int(&line, "us", duration);
	log_int(&line, "db_us", db_time);
	log_text(&line, "remote", c->request->remote_addr);
	if (c->actor.account_id != 0)
		log_int(&line, "account", c->actor.account_id);
	log_text(&line, "agent", request_header(c->request, "user-agent"));
	log_end(&line);
}

void
app_handle(struct app *app, struct arena *arena, struct request *request, struct response *response)
{
	int64_t begun = clock_ticks(), statements = 0, db_time, duration;
	struct route_match match = { 0 };
	struct call call;

	log_set_request_id(request->id);
	begin_call(&call, app, arena, request, response);
	call.protocol = protocols[0];
	call.serializer = call.protocol->serializers;
	call.match = &match;
	if (!serve(&call, &match)) {
		body_drain(&call, DRAIN_LIMIT);
		reply_fault(&call);
	}
	finish_response(&call);
	duration = clock_ticks() - begun;
	db_time = db_take_time(app->db, &statements);
	log_call(&call, duration, db_time);
	if (app->metrics)
		metrics_count(app->metrics, call.route ? match.index : SIZE_MAX, &(struct metrics_cost){
			.status = response->status, .duration = duration,
			.db_time = db_time, .statements = statements });
	log_set_request_id(NULL);
}

/* Something to do between requests; failures are logged, never fatal. */
static bool
in_background(struct app *app, bool (*fn)(struct work *, int64_t *), int64_t *wait)
{
	struct arena arena;
	struct fault fault;
	struct work work = {
		.arena = &arena, .fault = &fault, .config = app->config, .db = app->db, .now = clock_now(),
	};
	int64_t next = *wait, ignored;
	bool ok;

	arena_init(&arena);
	fault_init(&fault, &arena);
	ok = fn(&work, &next);
	if (!ok) {
		log_warn("background: %s: %s", fault.message, fault.detail ? fault.detail : "");
		db_abort(app->db);
	}
	if (next < *wait)
		*wait = next;
	db_take_time(app->db, &ignored);
	arena_free(&arena);
	return ok;
}

/* A job that is due and yet cannot be claimed (its kind is another release's) must not keep us spinning. */
#define SHORTEST_PAUSE (CLOCK_SECOND / 10)

/* One due job, if there is one; the next call is wanted when another is due. */
static bool
run_one_job(struct work *w, int64_t *wait)
{
	int64_t next;
	int ran;

	if (!job_run_due(w, 1, &ran, NULL))
		return false;
	if (ran > 0) {
		*wait = 0;
		return true;
	}
	if (!job_next_due(w, &next))
		return false;
	if (next != 0 && next - w->now < *wait)
		*wait = next - w->now > SHORTEST_PAUSE ? next - w->now : SHORTEST_PAUSE;
	return true;
}

static bool
schedule_jobs(struct work *w, int64_t *wait)
{
	(void)wait;
	return job_schedule(w);
}

int64_t
app_idle(struct app *app, bool jobs)
{
	int64_t wait = app->config->job_interval;

	if (app->config->download_flush < wait)
		wait = app->config->download_flush;
	in_background(app, download_flush_due, &wait);
	if (jobs && !app->scheduled)
		app->scheduled = in_background(app, schedule_jobs, &wait);
	if (jobs)
		in_background(app, run_one_job, &wait);
	return wait;
}

void
app_flush(struct app *app)
{
	int64_t wait = INT64_MAX;

	in_background(app, download_flush_all, &wait);
}
