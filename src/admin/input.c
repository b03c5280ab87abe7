/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verbs are given besides options.
 */
#include "admin/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/number.h"
#include "domain/account.h"
#include "domain/repository.h"

const char *
admin_read_password(struct admin *a)
{
	struct arena *arena = a->work->arena;
	/* Room for one character more than is allowed, the line break and the NUL. */
	char *line = arena_alloc(arena, ACCOUNT_MAX_PASSWORD + 3);

	/* stdio must not keep a copy. */
	setvbuf(stdin, NULL, _IONBF, 0);
	if (!fgets(line, ACCOUNT_MAX_PASSWORD + 3, stdin)) {
		fault_raise(a->work->fault, FAULT_INVALID, "no password on standard input");
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

const struct account *
admin_account(struct admin *a, const char *name)
{
	const struct account *account = account_find(a->work, span_of(name));

	if (!account)
		fault_raise(a->work->fault, FAULT_NOT_FOUND, "there is no account `%s`", name);
	return account;
}

const struct repository *
admin_repository(struct admin *a, const char *ecosystem, const char *path)
{
	struct span name = span_of(path);
	struct span owner = SPAN("");
	const struct repository *r;

	if (strchr(path, '/'))
		owner = span_cut(&name, '/');
	r = repository_find(a->work, ecosystem, owner, name);
	if (!r)
		fault_raise(a->work->fault, FAULT_NOT_FOUND, "there is no %s repository `%s`", ecosystem, path);
	return r;
}

bool
admin_id(struct admin *a, const char *text, int64_t *id)
{
	return number_parse(span_of(text), 1, INT64_MAX, id) ||
	       fault_raise(a->work->fault, FAULT_INVALID, "`%s` is not an id", text);
}
