/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The course of one command: find the verb, read its options and the
 * configuration, become the owner of the data when root, connect, check the
 * schema, run, report.
 */
#include "admin/admin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "admin/identity.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/settings.h"

#define EXIT_USAGE 2

static void
print_overview(const struct admin_verb *const *verbs)
{
	printf("Usage: entrepot-admin [--config FILE] VERB [ARGUMENT]... [OPTION]...\n\n"
	       "Administer a registry.\n\nVerbs:\n");
	for (size_t i = 0; verbs[i]; i++)
		printf("  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	printf("\nEvery verb explains itself with --help and answers in JSON with --json.\n");
}

static const struct admin_verb *
find_sub_verb(const struct admin_verb *verbs, const char *name)
{
	for (const struct admin_verb *v = verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

/* ---- before the verb ---- */

/* What may stand before the verb: --config FILE, --json, --help, --version. The index of the verb, 0 when done. */
static int
read_global(struct admin *a, int argc, char **argv, const char **config, const struct admin_verb *const *verbs)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
			*config = argv[++i];
		} else if (strncmp(argv[i], "--config=", 9) == 0) {
			*config = argv[i] + 9;
		} else if (strcmp(argv[i], "--json") == 0) {
			a->json = true;
		} else if (strcmp(argv[i], "--version") == 0) {
			printf("entrepot-admin %s\n", VERSION);
			return 0;
		} else if (strcmp(argv[i], "--help") == 0) {
			print_overview(verbs);
			return 0;
		} else {
			fault_raise(a->work->fault, FAULT_INVALID, "unknown option `%s`; see --help", argv[i]);
			return 0;
		}
	}
	if (i == argc) {
		fault_raise(a->work->fault, FAULT_INVALID, "which verb? See --help");
		return 0;
	}
	return i;
}

static const struct admin_verb *
find_verb(const struct admin_verb *const *verbs, const char *name)
{
	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

/* Descend through verbs of verbs; the index of the last one in ARGV, 0 when there is nothing to run. */
static int
resolve(struct admin *a, int argc, char **argv, int i, const struct admin_verb *const *verbs)
{
	struct arena *arena = a->work->arena;

	a->verb = find_verb(verbs, argv[i]);
	if (!a->verb) {
		fault_raise(a->work->fault, FAULT_INVALID, "unknown verb `%s`; see --help", argv[i]);
		return 0;
	}
	a->path = argv[i];
	while (!a->verb->run) {
		const struct admin_verb *parent = a->verb;

		if (++i == argc) {
			fault_raise(a->work->fault, FAULT_INVALID, "%s: which verb? See --help", a->path);
			return 0;
		}
		if (strcmp(argv[i], "--help") == 0) {
			admin_print_help(a);
			return 0;
		}
		a->verb = find_sub_verb(parent->verbs, argv[i]);
		if (!a->verb) {
			fault_raise(a->work->fault, FAULT_INVALID, "%s: unknown verb `%s`; see --help",
				    a->path, argv[i]);
			return 0;
		}
		a->path = arena_printf(arena, "%s %s", a->path, argv[i]);
	}
	return i;
}

/* ---- the verb ---- */

static void
close_database(void *arg)
{
	db_close(arg);
}

/* A runner of jobs tells the same log as the workers; where it may not write there, standard error. */
static void
open_log(const struct admin *a)
{
	const struct config *config = a->work->config;

	if (a->verb->logs &&
	    !log_open(config->log, config->log_format == LOG_FORMAT_JSON, (enum log_level)config->log_level))
		log_warn("log: %s: %s", config->log, strerror(errno));
}

static bool
become_owner(struct admin *a)
{
	if (a->verb->needs == NEEDS_NOTHING)
		return true;
	if (!identity_become_owner(a->work->fault, a->work->config, a->verb->needs == NEEDS_DATABASE))
		return false;
	open_log(a);
	return true;
}

static bool
open_database(struct admin *a)
{
	struct work *w = a->work;

	if (a->verb->needs == NEEDS_NOTHING)
		return true;
	/* No limit: checking everything takes as long as it takes. */
	w->db = db_new(w->config->database, 0);
	if (!w->config->prepared)
		db_forgo_session(w->db);
	arena_on_clear(w->arena, close_database, w->db);
	return db_connect(w->db, w->fault) && (a->verb->needs == NEEDS_DATABASE || db_check_schema(w));
}

static int
run_verb(struct admin *a, const char *config_file)
{
	struct work *w = a->work;

	/* What goes wrong is printed as the result; only a runner of jobs has more to tell. */
	if (!a->verb->logs && !log_open("/dev/null", false, LOG_ERROR_LEVEL))
		return 1;
	w->config = config_read(w->arena, w->fault, config_file);
	if (!w->config || !become_owner(a) || !open_database(a) || !a->verb->run(a) || fault_is_set(w->fault)) {
		if (fault_is_set(w->fault))
			admin_print_fault(w->fault);
		return 1;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("entrepot-admin: standard output");
		return 1;
	}
	return 0;
}

static int
command(struct admin *a, int argc, char **argv, const struct admin_verb *const *verbs)
{
	const char *config_file = NULL;
	int at = read_global(a, argc, argv, &config_file, verbs);

	if (at > 0)
		at = resolve(a, argc, argv, at, verbs);
	if (at > 0 && admin_parse(a, argc - at, argv + at, &config_file) && a->verb)
		return run_verb(a, config_file);
	if (!fault_is_set(a->work->fault))
		return 0;
	admin_print_fault(a->work->fault);
	return EXIT_USAGE;
}

int
admin_main(int argc, char **argv, const struct admin_verb *const *verbs)
{
	struct arena arena;
	struct fault fault;
	struct work work = { .arena = &arena, .fault = &fault, .now = clock_now() };
	struct admin admin = { .work = &work };
	int status;

	umask(027);
	arena_init(&arena);
	arena_hold_secret(&arena);
	fault_init(&fault, &arena);
	status = command(&admin, argc, argv, verbs);
	arena_free(&arena);
	return status;
}
