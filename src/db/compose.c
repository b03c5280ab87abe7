/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Composed statements. A worker meets few of the possible combinations, so the
 * prepared ones are a short list.
 */
#include "db/compose.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/work.h"
#include "db/query_table.h"
#include "db/session.h"

struct composed {
	struct composed *next;
	struct statement statement;
	char texts[];		/* the name and the SQL */
};

static NORETURN void
misused(const char *part, struct span name)
{
	log_error("part %s: {%.*s} has no value", part, (int)name.len, name.at);
	abort();
}

void
compose_begin(struct compose *c, struct work *w)
{
	*c = (struct compose){ .work = w, .name = buf_on(w->arena), .sql = buf_on(w->arena) };
	buf_putc(&c->name, 'c');
}

void
compose_set(struct compose *c, const char *name, struct arg value)
{
	if (c->param_count == COMPOSE_MAX_PARAMS)
		misused("compose_set", span_of(name));
	c->params[c->param_count].name = name;
	c->params[c->param_count].value = value;
	c->param_count++;
}

static int
number_of(struct compose *c, const char *part, struct span name)
{
	for (size_t i = 0; i < c->param_count; i++) {
		if (!span_is(name, c->params[i].name))
			continue;
		if (c->params[i].number == 0) {
			c->args[c->arg_count++] = c->params[i].value;
			c->params[i].number = (int)c->arg_count;
		}
		return c->params[i].number;
	}
	misused(part, name);
}

/* "'{}'" and the like have no lower-case letter behind the brace. */
static bool
begins_name(struct span rest)
{
	return rest.len > 1 && rest.at[0] == '{' && rest.at[1] >= 'a' && rest.at[1] <= 'z';
}

void
compose_add(struct compose *c, enum query_name part)
{
	struct span rest = span_of(query_table[part].sql);
	const char *brace;
	size_t len;

	buf_printf(&c->name, "_%d", (int)part);
	buf_putc(&c->sql, '\n');
	while (rest.len > 0) {
		if (begins_name(rest)) {
			rest = span_skip(rest, 1);
			buf_printf(&c->sql, "$%d", number_of(c, query_table[part].name, span_cut(&rest, '}')));
			continue;
		}
		brace = memchr(rest.at + 1, '{', rest.len - 1);
		len = brace ? (size_t)(brace - rest.at) : rest.len;
		buf_put(&c->sql, rest.at, len);
		rest = span_skip(rest, len);
	}
}

static struct composed *
composed_new(struct db *db, const struct compose *c)
{
	struct span name = buf_span(&c->name), sql = buf_span(&c->sql);
	struct composed *new = calloc(1, sizeof(*new) + name.len + sql.len + 2);

	if (!new)
		abort();
	memcpy(new->texts, name.at, name.len);
	memcpy(new->texts + name.len + 1, sql.at, sql.len);
	new->statement.name = new->texts;
	new->statement.sql = new->texts + name.len + 1;
	new->statement.params = (int)c->arg_count;
	new->next = db->composed;
	db->composed = new;
	return new;
}

static struct composed *
composed_find(struct db *db, const struct compose *c)
{
	for (struct composed *known = db->composed; known; known = known->next)
		if (strcmp(known->statement.name, buf_text(&c->name)) == 0)
			return known;
	return composed_new(db, c);
}

bool
compose_many(struct compose *c, const struct row_type *type, struct rows *out)
{
	struct composed *known = composed_find(c->work->db, c);

	return db_run_many(c->work, &known->statement, type, (struct args){ c->args, c->arg_count }, out);
}

void
compose_lose(struct db *db)
{
	for (struct composed *known = db->composed; known; known = known->next) {
		known->statement.prepared = false;
		known->statement.columns = NULL;
	}
}

void
compose_free(struct db *db)
{
	while (db->composed) {
		struct composed *known = db->composed;

		db->composed = known->next;
		free(known->statement.bindings);
		free(known);
	}
}
