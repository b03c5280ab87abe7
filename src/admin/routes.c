/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin routes: every route table, from which the documentation of
 * the endpoints and the check that each is tested are made.
 */
#include "admin/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "protocols/protocol.h"

struct routes {
	bool markdown;
	const char *protocol;
};

static const struct admin_option options[] = {
	OPTION(routes, protocol, "protocol", TEXT, "NAME", "Only this protocol"),
	OPTION(routes, markdown, "markdown", FLAG, NULL, "Print a table per protocol for a document"),
	OPTIONS_END
};

static const char *
need_name(enum need need)
{
	static const char *const names[] = {
		[NEED_PUBLIC] = "public",
		[NEED_OPTIONAL] = "optional",
		[NEED_TOKEN] = "token",
		[NEED_SCOPE] = "scope",
		[NEED_LATE] = "handler",
	};

	return need < ARRAY_LEN(names) && names[need] ? names[need] : "?";
}

/* "token", "scope yank", "handler publish-new": what a caller must prove. */
static const char *
credential(struct admin *a, const struct route *r)
{
	if (r->scope == SCOPE_NONE)
		return need_name(r->need);
	return arena_printf(a->work->arena, "%s %s", need_name(r->need), scope_name(r->scope));
}

static void
put_route(struct admin *a, struct doc *list, const struct protocol *p, const struct mount *m, const struct route *r)
{
	struct doc *row = doc_add_map(list, NULL);

	doc_text(row, "protocol", p->name);
	doc_text(row, "method", method_name(r->method));
	doc_printf(row, "path", "%s%s", m->prefix, r->pattern);
	doc_text(row, "credential", credential(a, r));
	doc_bool(row, "writes", (r->flags & ROUTE_WRITES) != 0);
	doc_text(row, "summary", r->summary);
}

static void
print_markdown(struct admin *a, const struct protocol *p)
{
	printf("## %s\n\n| method | path | credential | what it does |\n| --- | --- | --- | --- |\n", p->name);
	for (const struct mount *m = p->mounts; m->prefix; m++)
		for (const struct route *r = m->routes; r && r->pattern; r++)
			printf("| %s | `%s%s` | %s | %s |\n", method_name(r->method), m->prefix, r->pattern,
			       credential(a, r), r->summary);
	printf("\n");
}

static bool
routes(struct admin *a)
{
	const struct routes *o = a->options;
	struct doc *list = doc_list(a->work->arena);

	for (size_t i = 0; protocols[i]; i++) {
		if (o->protocol && strcmp(o->protocol, protocols[i]->name) != 0)
			continue;
		if (o->markdown) {
			print_markdown(a, protocols[i]);
			continue;
		}
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++)
			for (const struct route *r = m->routes; r && r->pattern; r++)
				put_route(a, list, protocols[i], m, r);
	}
	return o->markdown || admin_show(a, list);
}

const struct admin_verb routes_verb = {
	.name = "routes",
	.summary = "Print the endpoints of every protocol",
	.options = options,
	.options_size = sizeof(struct routes),
	.needs = NEEDS_NOTHING,
	.run = routes,
};
