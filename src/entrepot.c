/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The FastCGI program: finds out how it was started, becomes what it may be,
 * and serves, alone or as the master of workers.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/settings.h"
#include "db/db.h"
#include "server/fcgi.h"
#include "server/listener.h"
#include "server/master.h"
#include "server/metrics.h"
#include "server/process.h"
#include "server/reload.h"
#include "server/schema.h"
#include "server/signals.h"
#include "server/upgrade.h"
#include "server/worker.h"

#define EXIT_USAGE 64

static const char usage[] =
	"Usage: entrepot [OPTION]...\n"
	"Serve a package registry over FastCGI, on descriptor 0 when that is a listening\n"
	"socket, on a socket passed by systemd, or on one of its own.\n"
	"\n"
	"  -c, --config FILE    read the configuration from FILE (default: $ENTREPOT_CONFIG)\n"
	"  -l, --listen ADDR    open a socket: a path, or 127.0.0.1:PORT\n"
	"  -w, --workers N      prefork N workers\n"
	"      --check          check the configuration and exit\n"
	"      --check-database the same, and that the database has this program's schema\n"
	"      --version        print the version and exit\n"
	"      --help           print this and exit\n"
	"\n"
	"Signals: TERM finishes what is under way and ends, HUP reads the configuration\n"
	"again, USR1 opens the log file again, USR2 changes to a program that was updated. See entrepot(8) and entrepot.conf(5).\n";

struct choices {
	bool insisted;			/* --listen: wins over a socket that is there */
	bool check;
	bool check_database;
};

/* An option is kept as an environment variable: it wins over the file, and is there again on a reload. */
static void
keep(const char *variable, const char *value)
{
	if (setenv(variable, value, 1) != 0) {
		perror("entrepot");
		exit(EXIT_FAILURE);
	}
}

static void
parse_options(int argc, char **argv, struct choices *out)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "listen", required_argument, NULL, 'l' },
		{ "workers", required_argument, NULL, 'w' },
		{ "check", no_argument, NULL, 'k' },
		{ "check-database", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};

	for (int c; (c = getopt_long(argc, argv, "c:l:w:", options, NULL)) != -1; ) {
		switch (c) {
		case 'c':
			keep("ENTREPOT_CONFIG", optarg);
			break;
		case 'l':
			keep("ENTREPOT_LISTEN", optarg);
			out->insisted = true;
			break;
		case 'w':
			keep("ENTREPOT_WORKERS", optarg);
			break;
		case 'k':
			out->check = true;
			break;
		case 'd':
			out->check_database = true;
			break;
		case 'v':
			puts(PACKAGE_STRING);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			fputs("Try entrepot --help.\n", stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "entrepot: unexpected argument \"%s\"\nTry entrepot --help.\n", argv[optind]);
		exit(EXIT_USAGE);
	}
}

/* The reason goes to standard error, whoever started us reads that, and to the log when it is a file. */
static int
refuse(const struct config *config, const char *why)
{
	fprintf(stderr, "entrepot: %s\n", why);
	if (config && *config->log != '\0')
		log_error("%s", why);
	return EXIT_CONFIG;
}

static enum schema_state
look_at_schema(const struct config *config, const char **why)
{
	struct db *db = db_new(config->database, config->statement_timeout);
	enum schema_state state;

	if (!config->prepared)
		db_forgo_session(db);
	state = schema_check(db, config, why);
	if (state == SCHEMA_FITS)
		schema_say_lacks(db, config);
	db_close(db);
	return state;
}

/* A database that is away is no objection: it may come back, and entrepot answers 503 until then. */
static int
check_database(const struct config *config)
{
	const char *why = "";

	return look_at_schema(config, &why) == SCHEMA_REFUSED ? refuse(NULL, why) : EXIT_SUCCESS;
}

static int
serve_alone(const struct config *config, const struct listener *listener, struct metrics *metrics)
{
	struct worker_options options = {
		.config = config,
		.metrics = metrics,
		.listener = listener->fd,
		.own_socket = listener->origin == LISTENER_OWN,
		.alone = true,
		.lifeline = -1,
		.ready = -1,
	};

	metrics_set_workers(metrics, 1, 1);
	return worker_run(&options);
}

static int
serve_with_workers(const struct config *config, struct listener *listener, struct metrics *metrics)
{
	struct master_options options = { .config = config, .listener = listener, .metrics = metrics };
	const char *why = "";

	switch (look_at_schema(config, &why)) {
	case SCHEMA_REFUSED:
		listener_close(listener);
		return refuse(config, why);
	case SCHEMA_AWAY:
		log_error("the database does not answer, serving 503 until it does: %s", why);
		break;
	case SCHEMA_FITS:
		break;
	}
	return master_run(&options);
}

static bool
prepare(struct arena *a, struct fault *f, const struct config *config, bool insisted, struct listener *listener)
{
	if (!listener_find(a, f, config, insisted, listener))
		return false;
	if (!process_become_user(f, config)) {
		listener_close(listener);
		return false;
	}
	process_harden();
	if (!reload_log(config))
		return fault_raise(f, FAULT_INVALID, "log: %s cannot be opened", config->log);
	return true;
}

static int
run(struct arena *a, const struct choices *choices)
{
	struct fault fault;
	struct listener listener;
	const struct config *config;
	struct metrics *metrics;
	int status;

	fault_init(&fault, a);
	config = config_read(a, &fault, NULL);
	if (!config)
		return refuse(NULL, fault.message);
	if ((choices->check || choices->check_database) && !listener_check(&fault, config))
		return refuse(NULL, fault.message);
	if (choices->check_database)
		return check_database(config);
	if (choices->check)
		return EXIT_SUCCESS;
	if (!prepare(a, &fault, config, choices->insisted, &listener))
		return refuse(NULL, fault.message);
	fcgi_init();
	if (!signals_init()) {
		listener_close(&listener);
		return refuse(config, strerror(errno));
	}
	metrics = metrics_new(METRICS_MAX_ROUTES, MASTER_SLOTS);
	if (listener.origin == LISTENER_DESCRIPTOR_0 && config->workers == 0)
		return serve_alone(config, &listener, metrics);
	if (*config->pid_file != '\0' && !process_write_pid(&fault, config->pid_file)) {
		listener_close(&listener);
		return refuse(config, fault.message);
	}
	status = serve_with_workers(config, &listener, metrics);
	if (*config->pid_file != '\0')
		unlink(config->pid_file);
	return status;
}

int
main(int argc, char **argv)
{
	struct choices choices = { 0 };
	struct arena arena;
	int status;

	upgrade_remember(argv);
	process_clean();
	parse_options(argc, argv, &choices);
	arena_init(&arena);
	status = run(&arena, &choices);
	arena_free(&arena);
	return status;
}
