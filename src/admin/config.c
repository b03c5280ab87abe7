/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin config: the effective settings, where each value comes from
 * and what it means.
 */
#include "admin/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/settings.h"

static const char *const source_names[] = {
	[SETTING_DEFAULT] = "default",
	[SETTING_FILE] = "file",
	[SETTING_ENVIRONMENT] = "environment",
};

static struct doc *
setting_document(struct admin *a, const struct setting_info *s)
{
	enum setting_source source = SETTING_DEFAULT;
	const char *value = config_value(a->work->arena, a->work->config, s->name, &source);
	struct doc *d = doc_map(a->work->arena);

	doc_text(d, "name", s->name);
	doc_text(d, "value", value);
	doc_text(d, "source", source_names[source]);
	doc_text(d, "default", s->initial);
	doc_text(d, "takes_effect", strcmp(s->when, "RELOAD") == 0 ? "reload" : "restart");
	doc_text(d, "meaning", s->meaning);
	return d;
}

/* As a configuration file: what was set stands there, a default as a comment. */
static void
print_setting(const struct doc *d)
{
	const char *source = doc_find_text(d, "source");
	const char *value = doc_find_text(d, "value");
	bool is_default = strcmp(source, source_names[SETTING_DEFAULT]) == 0;

	printf("# %s\n", doc_find_text(d, "meaning"));
	if (is_default)
		printf("#%s = %s\n\n", doc_find_text(d, "name"), value ? value : "");
	else
		printf("# (from the %s)\n%s = %s\n\n", source, doc_find_text(d, "name"), value ? value : "");
}

static bool
config(struct admin *a)
{
	struct doc *list = doc_list(a->work->arena);
	const char *only = a->arguments[0];
	bool found = false;

	for (size_t i = 0; i < setting_count; i++) {
		struct doc *d;

		if (only && strcmp(only, setting_table[i].name) != 0)
			continue;
		found = true;
		d = setting_document(a, &setting_table[i]);
		if (!a->json)
			print_setting(d);
		doc_put(list, NULL, d);
	}
	if (!found)
		return fault_raise(a->work->fault, FAULT_NOT_FOUND, "there is no setting `%s`", only);
	return !a->json || admin_show(a, list);
}

const struct admin_verb config_verb = {
	.name = "config",
	.arguments = "[NAME]",
	.most = 1,
	.summary = "Print the effective settings, their sources and meanings",
	.needs = NEEDS_NOTHING,
	.run = config,
};
