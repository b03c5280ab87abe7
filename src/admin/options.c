/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a verb's table of options: what getopt_long(3) wants, and the help.
 */
#include "admin/admin.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/number.h"

#define MAX_OPTIONS 24
#define FIRST_OPTION 256
#define HELP_WIDTH 26

/* Understood by every verb. */
enum { OPT_CONFIG = 1, OPT_HELP, OPT_JSON };
static const struct option common[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "json", no_argument, NULL, OPT_JSON },
};

/* ---- help ---- */

static void
print_option(const char *name, const char *argument, const char *meaning)
{
	int width = printf("  --%s%s%s", name, argument ? " " : "", argument ? argument : "");

	if (width > HELP_WIDTH)
		printf("\n%*s", HELP_WIDTH, "");
	else
		printf("%*s", HELP_WIDTH - width, "");
	printf("  %s\n", meaning);
}

static void
print_verbs(const struct admin_verb *verbs, const char *path)
{
	for (const struct admin_verb *v = verbs; v->name; v++) {
		if (v->run)
			printf("  entrepot-admin %s %s%s%s\n      %s\n", path, v->name, v->arguments ? " " : "",
			       v->arguments ? v->arguments : "", v->summary);
		else
			printf("  entrepot-admin %s %s VERB\n      %s\n", path, v->name, v->summary);
	}
}

void
admin_print_help(const struct admin *a)
{
	const struct admin_verb *v = a->verb;

	if (!v->run) {
		printf("%s.\n\nUsage:\n", v->summary);
		print_verbs(v->verbs, a->path);
		printf("\nEvery verb explains itself with --help.\n");
		return;
	}
	printf("Usage: entrepot-admin %s%s%s", a->path, v->arguments ? " " : "", v->arguments ? v->arguments : "");
	for (const struct admin_option *o = v->options; o && o->name; o++)
		if (o->needed)
			printf(" --%s %s", o->name, o->argument);
	printf(" [OPTION]...\n\n%s.\n\nOptions:\n", v->summary);
	for (const struct admin_option *o = v->options; o && o->name; o++)
		print_option(o->name, o->argument, o->meaning);
	print_option("json", NULL, "Print the result as JSON");
	print_option("config", "FILE", "Configuration; default: the environment variable ENTREPOT_CONFIG");
	print_option("help", NULL, "Print this");
}

/* ---- values ---- */

static bool
wrong(struct admin *a, const struct admin_option *o, const char *text, const char *expected)
{
	return fault_raise(a->work->fault, FAULT_INVALID, "--%s: `%s` is not %s", o->name, text, expected);
}

static void
append(struct admin *a, struct texts *list, const char *text)
{
	const char **items = arena_zalloc(a->work->arena, list->count + 2, sizeof(*items));

	for (size_t i = 0; i < list->count; i++)
		items[i] = list->items[i];
	items[list->count] = text;
	list->items = items;
	list->count++;
}

static bool
parse_time(struct admin *a, const char *text, int64_t *t)
{
	struct span s = span_of(text);
	int64_t duration;

	if (strcmp(text, "never") == 0) {
		*t = INT64_MAX;
		return true;
	}
	if (clock_parse_date(s, t) || clock_parse_rfc3339(s, t))
		return true;
	if (!number_parse_duration(s, &duration))
		return false;
	*t = a->work->now + duration;
	return true;
}

static bool
parse_duration(struct admin *a, const char *text, const int64_t **to)
{
	int64_t *value = arena_new(a->work->arena, int64_t);

	*to = value;
	return number_parse_duration(span_of(text), value);
}

static bool
parse_choice(struct admin *a, const char *text, const bool **to)
{
	bool *value = arena_new(a->work->arena, bool);

	*value = strcmp(text, "yes") == 0;
	*to = value;
	return *value || strcmp(text, "no") == 0;
}

static bool
set_option(struct admin *a, void *options, const struct admin_option *o, const char *text)
{
	void *to = (char *)options + o->offset;

	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)to = true;
		return true;
	case OPTION_TEXT:
		*(const char **)to = text;
		return true;
	case OPTION_LIST:
		append(a, to, text);
		return true;
	case OPTION_COUNT:
		return number_parse(span_of(text), 0, INT64_MAX, to) || wrong(a, o, text, "a number");
	case OPTION_DURATION:
		return parse_duration(a, text, to) ||
		       wrong(a, o, text, "a duration such as 90s, 12h or 30d");
	case OPTION_TIME:
		return parse_time(a, text, to) ||
		       wrong(a, o, text, "a date, a time, `never` or a duration such as 30d");
	case OPTION_CHOICE:
		return parse_choice(a, text, to) || wrong(a, o, text, "yes or no");
	}
	return false;
}

/* ---- the command line ---- */

/* The verb's options behind the common ones. */
static void
list_options(const struct admin_verb *v, struct option *list)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		list[n++] = common[i];
	for (const struct admin_option *o = v->options; o && o->name && n < MAX_OPTIONS; o++) {
		list[n] = (struct option){ o->name, o->kind == OPTION_FLAG ? no_argument : required_argument,
					   NULL, FIRST_OPTION + (int)(o - v->options) };
		n++;
	}
	list[n] = (struct option){ NULL, 0, NULL, 0 };
}

static bool
check_options(struct admin *a)
{
	for (const struct admin_option *o = a->verb->options; o && o->name; o++)
		if (o->needed && !*(const char *const *)((const char *)a->options + o->offset))
			return fault_raise(a->work->fault, FAULT_INVALID, "%s: --%s is needed", a->path, o->name);
	return true;
}

static bool
check_arguments(struct admin *a)
{
	const struct admin_verb *v = a->verb;

	if (a->argument_count < v->least)
		return fault_raise(a->work->fault, FAULT_INVALID, "%s %s: an argument is missing",
				   a->path, v->arguments);
	if (a->argument_count > v->most)
		return fault_raise(a->work->fault, FAULT_INVALID, "%s: `%s` is too much",
				   a->path, a->arguments[v->most]);
	return true;
}

bool
admin_parse(struct admin *a, int argc, char **argv, const char **config)
{
	const struct admin_verb *v = a->verb;
	struct option list[MAX_OPTIONS + 1];
	void *options = arena_zalloc(a->work->arena, 1, v->options_size + 1);
	int c;

	list_options(v, list);
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", list, NULL)) != -1) {
		if (c == '?' || c == ':')
			return fault_raise(a->work->fault, FAULT_INVALID, "%s: %s `%s`", a->path,
				c == '?' ? "unknown option" : "an argument is missing behind", argv[optind - 1]);
		if (c == OPT_HELP) {
			admin_print_help(a);
			a->verb = NULL;
			return true;
		}
		if (c == OPT_CONFIG)
			*config = optarg;
		else if (c == OPT_JSON)
			a->json = true;
		else if (!set_option(a, options, &v->options[c - FIRST_OPTION], optarg))
			return false;
	}
	a->options = options;
	a->arguments = (const char *const *)&argv[optind];
	a->argument_count = (size_t)(argc - optind);
	return check_arguments(a) && check_options(a);
}
