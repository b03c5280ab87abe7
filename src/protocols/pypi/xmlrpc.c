/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML-RPC, which mirrors follow the registry by. Whatever goes wrong within a
 * call is a fault in a response with status 200.
 */
#include "protocols/pypi/pypi.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/limit.h"
#include "domain/pypi_index.h"
#include "domain/pypi_list.h"
#include "domain/pypi_mirror.h"
#include "domain/repository.h"
#include "http/accept.h"
#include "protocols/body.h"
#include "wire/xmlrpc.h"

#define MAX_BODY 65536

enum {
	PARSE_ERROR = -32700,
	UNKNOWN_METHOD = -32601,
	WRONG_PARAMETER = -32602,
	REFUSED = -32500
};

struct answer {
	struct call *call;
	const struct repository *repository;
	const struct doc *param;	/* the only one, of the kind that the method wants; NULL: it wants none */
	struct buf out;
};

static bool
answer_fault(struct answer *a, int code, const char *text)
{
	xmlrpc_write_fault(&a->out, code, text);
	return true;
}

static bool
answer_doc(struct answer *a, const struct doc *d)
{
	xmlrpc_write(&a->out, d);
	return true;
}

/* ---- methods ---- */

static bool
last_serial(struct answer *a)
{
	struct work *w = &a->call->work;
	int64_t serial;

	if (!pypi_index_serial(w, a->repository->id, &serial))
		return false;
	return answer_doc(a, serial == 0 ? doc_scalar_null(w->arena) : doc_scalar_int(w->arena, serial));
}

static bool
changes_since(struct answer *a)
{
	struct work *w = &a->call->work;
	struct doc *list = doc_list(w->arena);
	const struct pypi_log_entry *entries;
	struct rows rows;

	if (!pypi_mirror_changes(w, a->repository->id, a->param->is.integer, &rows))
		return false;
	entries = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *entry = doc_add_list(list, NULL);

		doc_text(entry, NULL, entries[i].name);
		doc_text(entry, NULL, entries[i].version);
		doc_int(entry, NULL, entries[i].at / CLOCK_SECOND);
		doc_text(entry, NULL, entries[i].action);
		doc_int(entry, NULL, entries[i].serial);
	}
	return answer_doc(a, list);
}

static void
put_entries(void *arg, const struct pypi_entry *entries, size_t count)
{
	struct answer *a = arg;

	for (size_t i = 0; i < count; i++) {
		struct doc serial = { .kind = DOC_INT, .is.integer = entries[i].last_serial };

		xmlrpc_write_member(&a->out, span_of(entries[i].name), &serial);
	}
}

static bool
list_packages(struct answer *a)
{
	xmlrpc_write_struct_head(&a->out);
	if (!pypi_list_walk(&a->call->work, a->repository->id, put_entries, a))
		return false;
	xmlrpc_write_struct_tail(&a->out);
	return true;
}

/* [role, name] */
static void
add_role(struct doc *list, const char *role, const char *name)
{
	struct doc *pair = doc_add_list(list, NULL);

	doc_text(pair, NULL, strcmp(role, "owner") == 0 ? "Owner" : "Maintainer");
	doc_text(pair, NULL, name);
}

static bool
package_roles(struct answer *a)
{
	struct work *w = &a->call->work;
	const struct pypi_project *p = pypi_project_find(w, a->repository->id, a->param->is.text);
	struct doc *list = doc_list(w->arena);
	const struct pypi_role *roles;
	struct rows rows = { NULL, 0 };

	if (fault_is_set(w->fault) || (p && !pypi_roles(w, p->id, &rows)))
		return false;
	roles = rows.at;
	for (size_t i = 0; i < rows.count && strcmp(p->status, "quarantined") != 0; i++)
		add_role(list, roles[i].role, roles[i].name);
	return answer_doc(a, list);
}

static bool
user_packages(struct answer *a)
{
	struct work *w = &a->call->work;
	struct doc *list = doc_list(w->arena);
	const struct pypi_mention *mentions;
	struct rows rows;

	if (!pypi_mirror_user(w, a->repository->id, a->param->is.text, &rows))
		return false;
	mentions = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		add_role(list, mentions[i].role, mentions[i].name);
	return answer_doc(a, list);
}

static bool
browse(struct answer *a)
{
	struct work *w = &a->call->work;
	struct span *classifiers = arena_zalloc(w->arena, a->param->count, sizeof(*classifiers));
	struct doc *list = doc_list(w->arena);
	const struct pypi_mention *mentions;
	struct rows rows;
	size_t count = 0;

	for (const struct doc *d = doc_first(a->param); d; d = d->next) {
		if (!doc_is(d, DOC_TEXT))
			return answer_fault(a, WRONG_PARAMETER, "client error; classifiers: Input should be a valid string");
		classifiers[count++] = d->is.text;
	}
	if (!pypi_mirror_browse(w, a->repository->id, classifiers, count, &rows))
		return false;
	mentions = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *pair = doc_add_list(list, NULL);

		doc_text(pair, NULL, mentions[i].name);
		doc_text(pair, NULL, mentions[i].version);
	}
	return answer_doc(a, list);
}

/* ---- which there are ---- */

static const struct procedure {
	const char *name;
	bool (*run)(struct answer *a);
	const char *param;		/* NULL: there is none */
	enum doc_kind kind;
} methods[] = {
	{ "changelog_last_serial", last_serial, NULL, DOC_NULL },
	{ "changelog_since_serial", changes_since, "serial", DOC_INT },
	{ "list_packages_with_serial", list_packages, NULL, DOC_NULL },
	{ "package_roles", package_roles, "package_name", DOC_TEXT },
	{ "user_packages", user_packages, "username", DOC_TEXT },
	{ "browse", browse, "classifiers", DOC_LIST },
};

/* What there was. */
static const struct {
	const char *name;
	const char *text;
} gone[] = {
	{ "changelog", "ValueError: The changelog method has been deprecated, use changelog_since_serial instead." },
	{ "system.multicall", "ValueError: MultiCall requests have been deprecated, use individual requests instead." },
	{ "search", NULL },
	{ "list_packages", NULL },
	{ "package_releases", NULL },
	{ "release_urls", NULL },
	{ "release_data", NULL },
	{ "package_data", NULL },
	{ "package_urls", NULL },
	{ "top_packages", NULL },
};

static const char *
kind_name(enum doc_kind kind)
{
	return kind == DOC_INT ? "integer" : kind == DOC_LIST ? "list" : "string";
}

/* Why the parameters do not fit, or NULL. */
static const char *
wrong_params(struct arena *arena, const struct procedure *m, const struct doc *params)
{
	size_t wanted = m->param ? 1 : 0;

	if (params->count < wanted)
		return arena_printf(arena, "client error; %s: Missing required argument", m->param);
	if (params->count > wanted)
		return arena_printf(arena, "client error; %zu: Unexpected positional argument", wanted);
	if (m->param && !doc_is(doc_first(params), m->kind))
		return arena_printf(arena, "client error; %s: Input should be a valid %s", m->param, kind_name(m->kind));
	return NULL;
}

static bool
refuse_unknown(struct answer *a, const char *name)
{
	struct call *c = a->call;

	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		if (strcmp(gone[i].name, name) == 0)
			return answer_fault(a, REFUSED, gone[i].text ? gone[i].text : arena_printf(c->work.arena,
				"RuntimeError: PyPI no longer supports the XMLRPC %s method. Use JSON or Simple API "
				"instead. See %s for more information.", name, call_url(c, "/")));
	return answer_fault(a, UNKNOWN_METHOD, "server error; requested method not found");
}

static bool
dispatch(struct answer *a, const struct xmlrpc_call *asked)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		const struct procedure *m = &methods[i];
		const char *wrong;

		if (strcmp(m->name, asked->method) != 0)
			continue;
		wrong = wrong_params(a->call->work.arena, m, asked->params);
		if (wrong)
			return answer_fault(a, WRONG_PARAMETER, wrong);
		a->param = doc_first(asked->params);
		return m->run(a);
	}
	return refuse_unknown(a, asked->method);
}

/* ---- requests ---- */

/* *ALLOWED is false once an answer says that there were too many. */
static bool
check_limit(struct answer *a, bool *allowed)
{
	struct work *w = &a->call->work;
	const struct limit_window window = {
		.key = arena_printf(w->arena, "xmlrpc %.64s", w->remote_addr ? w->remote_addr : "local"),
		.length = CLOCK_HOUR,
	};
	int64_t limit = w->config->pypi_xmlrpc_limit, count, ends_at;

	*allowed = true;
	if (limit == 0)
		return true;
	if (!limit_window_add(w, &window, 1, &count, &ends_at))
		return false;
	*allowed = count <= limit;
	if (!*allowed)
		answer_fault(a, REFUSED, arena_printf(w->arena, "HTTPTooManyRequests: The action could not be performed "
			"because there were too many requests by the client. Limit may reset in %lld seconds.",
			(long long)((ends_at - w->now) / CLOCK_SECOND)));
	return true;
}

static bool
read_call(struct answer *a)
{
	struct call *c = a->call;
	struct xmlrpc_call asked;
	char *body = arena_alloc(c->work.arena, MAX_BODY + 1);
	size_t len;

	if (!body_read_bytes(c, body, MAX_BODY + 1, &len))
		return false;
	if (len > MAX_BODY)
		return fault_raise_plain(&c->fault, FAULT_TOO_LARGE);
	if (!xmlrpc_read(c->work.arena, span_make(body, len), &asked))
		return answer_fault(a, PARSE_ERROR, "parse error; not well formed");
	return dispatch(a, &asked);
}

static bool
answer(struct call *c)
{
	struct answer a = { .call = c, .out = buf_on(c->work.arena) };
	const char *type = request_header(c->request, "content-type");
	bool allowed;

	if (!media_type_is(type, "text/xml") && !media_type_is(type, "application/xml"))
		return pypi_refuse_moved(c);
	a.repository = pypi_path_repository(c);
	if (!a.repository || !check_limit(&a, &allowed) || (allowed && !read_call(&a)))
		return false;
	return reply_bytes(c, 200, "text/xml; charset=UTF-8", buf_span(&a.out));
}

const struct route pypi_xmlrpc_routes[] = {
	ROUTE(POST, "/", PUBLIC, answer, "XML-RPC for mirrors", .body = BODY_STREAM,
	      .flags = ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT),
	ROUTE_END
};
