/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The databases, the running test, and SQL in tests.
 */
#include "support.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/session.h"

/* A word that the names of our databases begin with; the template is what the environment names. */
#define PROGRAM_DATABASE "program"

static struct arena program_arena;
static struct arena test_arena;
static struct fault test_fault;
static struct work test_work = { .arena = &test_arena, .fault = &test_fault };
static const char *template_conninfo;
static const char *template_name;
static struct db *program_db;

struct work *w = &test_work;
const char *test_directory;

static NORETURN void
bail(const char *why, const char *detail)
{
	printf("Bail out! %s%s%s\n", why, detail ? ": " : "", detail ? detail : "");
	fflush(stdout);
	_exit(99);
}

/* ---- databases ---- */

/* CONNINFO with another database; the later of two values wins in libpq. */
static const char *
with_dbname(struct arena *a, const char *dbname)
{
	return arena_printf(a, "%s dbname=%s", template_conninfo, dbname);
}

const char *
test_conninfo(const char *dbname)
{
	return with_dbname(w->arena, dbname);
}

/* One statement outside of every transaction, on a connection of its own. */
static void
run_alone(const char *conninfo, const char *sql)
{
	PGconn *conn = PQconnectdb(conninfo);
	PGresult *result;

	PQclear(PQexec(conn, "SET client_min_messages = 'warning'"));
	result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		bail(sql, PQerrorMessage(conn));
	PQclear(result);
	PQfinish(conn);
}

static void
create_database(const char *name, const char *template)
{
	struct arena *a = &program_arena;
	const char *postgres = with_dbname(a, "postgres");

	run_alone(postgres, arena_printf(a, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name));
	run_alone(postgres, arena_printf(a, "CREATE DATABASE %s TEMPLATE %s", name, template));
}

const char *
test_database(const char *dbname, bool migrated)
{
	create_database(dbname, migrated ? template_name : "template0");
	return test_conninfo(dbname);
}

void
test_drop_name_index(void)
{
	sql_do("DROP EXTENSION IF EXISTS pg_trgm CASCADE");
	memset(w->db->facts, 0, sizeof(w->db->facts));
}

static void
free_connection(void *db)
{
	db_close(db);
}

struct db *
test_connection(const char *conninfo)
{
	struct db *db = db_new(conninfo ? conninfo : with_dbname(w->arena, PROGRAM_DATABASE), 30 * CLOCK_SECOND);

	arena_on_clear(w->arena, free_connection, db);
	return db;
}

struct work *
test_work_on(struct db *db)
{
	struct work *other = arena_new(w->arena, struct work);

	*other = *w;
	other->db = db;
	other->fault = arena_new(w->arena, struct fault);
	fault_init(other->fault, w->arena);
	return other;
}

static void
migrate_template(void)
{
	struct fault fault;
	struct db *db = db_new(template_conninfo, 60 * CLOCK_SECOND);
	struct work work = { .arena = &program_arena, .fault = &fault, .db = db };
	PGresult *result;
	int applied;

	fault_init(&fault, &program_arena);
	if (!db_migrate(&work, &applied))
		bail(fault.message, fault.detail);
	if (!getenv("ENTREPOT_TEST_WITHOUT_EXTENSIONS"))
		PQclear(db_sql(db, &fault, "SELECT name_index_make()"));
	result = db_sql(db, &fault, "SELECT current_database()");
	if (!result)
		bail(fault.message, fault.detail);
	template_name = arena_strdup(&program_arena, PQgetvalue(result, 0, 0));
	PQclear(result);
	db_close(db);
}

/* ---- a registry that runs elsewhere ---- */

/* Statements that empty the database but for what the seeds put there; made before the first test. */
static const char *emptying;

const char *
test_url(void)
{
	return getenv("ENTREPOT_TEST_URL");
}

/*
 * As "postgres": without the triggers that keep the audit and count the crates.
 * The registry's jobs may have rendered something by now; no seed does.
 */
static void
prepare_emptying(void)
{
	PGconn *conn = PQconnectdb(arena_printf(&program_arena, "%s user=postgres", template_conninfo));
	PGresult *result = PQexec(conn,
		"SELECT string_agg(format('DELETE FROM %I', relname), ';') FROM pg_class"
		" WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
		" AND relname NOT IN ('repository', 'schema_migration')"
		" AND (relname = 'index_object' OR"
		"      query_to_xml(format('SELECT 1 FROM %I LIMIT 1', relname), true, false, '')::text NOT LIKE '%row%')");

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQgetisnull(result, 0, 0))
		bail("no list of tables", PQerrorMessage(conn));
	emptying = arena_printf(&program_arena, "SET session_replication_role = replica; %s;"
		"UPDATE category SET package_count = 0; UPDATE repository SET package_count = 0, download_count = 0;"
		"DELETE FROM repository WHERE owner_id IS NOT NULL", PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(conn);
}

static void
open_remote(void)
{
	run_alone(arena_printf(&program_arena, "%s user=postgres", template_conninfo), emptying);
	program_db = db_new(template_conninfo, 30 * CLOCK_SECOND);
}

static void
open_local(void)
{
	migrate_template();
	create_database(PROGRAM_DATABASE, template_name);
	program_db = db_new(with_dbname(&program_arena, PROGRAM_DATABASE), 30 * CLOCK_SECOND);
}

/* ---- the running test ---- */

int
test_setup_committing(void **state)
{
	(void)state;
	if (test_url())
		open_remote();
	arena_init(&test_arena);
	fault_init(&test_fault, &test_arena);
	test_work.db = program_db;
	test_work.actor = NULL;
	test_work.config = NULL;
	test_work.now = clock_now();
	if (test_app_setup)
		test_app_setup();
	return 0;
}

int
test_setup(void **state)
{
	test_setup_committing(state);
	if (test_url())
		return 0;
	program_db->floor = tx_begin(w);
	if (!program_db->floor)
		bail(test_fault.message, test_fault.detail);
	return 0;
}

int
test_teardown(void **state)
{
	(void)state;
	program_db->floor = NULL;
	db_abort(program_db);
	memset(program_db->facts, 0, sizeof(program_db->facts));
	arena_free(&test_arena);
	clock_set(0);
	if (test_url()) {
		db_close(program_db);
		program_db = NULL;
	}
	return 0;
}

static void
open_directory(void)
{
	static char path[] = "/tmp/entrepot-test.XXXXXX";

	test_directory = mkdtemp(path);
	if (!test_directory)
		bail("no temporary directory", NULL);
}

static void
remove_directory(void)
{
	const char *command = arena_printf(&program_arena, "rm -rf -- %s", test_directory);

	if (system(command) != 0)
		fprintf(stderr, "could not remove %s\n", test_directory);
}

int
test_run(const char *name, const struct test_list *lists, size_t count)
{
	struct CMUnitTest *all;
	size_t total = 0;
	int failed;

	template_conninfo = getenv("ENTREPOT_TEST_DATABASE");
	if (!template_conninfo)
		bail("ENTREPOT_TEST_DATABASE is not set: run it through tests/support/run-program", NULL);
	if (test_url())
		prepare_emptying();
	else
		open_local();
	open_directory();
	for (size_t i = 0; i < count; i++)
		total += *lists[i].count;
	all = calloc(total, sizeof(*all));
	if (!all)
		bail("out of memory", NULL);
	total = 0;
	for (size_t i = 0; i < count; i++) {
		memcpy(all + total, lists[i].tests, *lists[i].count * sizeof(*all));
		total += *lists[i].count;
	}
	failed = _cmocka_run_group_tests(name, all, total, NULL, NULL);
	free(all);
	if (test_program_end)
		test_program_end();
	db_close(program_db);
	remove_directory();
	arena_free(&program_arena);
	return failed > 0;
}

/* ---- SQL ---- */

static PGresult *run_formatted(const char *format, va_list args) PRINTF(1, 0);
static const char *first_value(const char *format, va_list args) PRINTF(1, 0);

static PGresult *
run_formatted(const char *format, va_list args)
{
	struct fault fault;
	PGresult *result;

	fault_init(&fault, w->arena);
	result = db_sql(w->db, &fault, arena_vprintf(w->arena, format, args));
	if (!result)
		fail_msg("%s: %s", fault.message, fault.detail);
	return result;
}

void
sql_do(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	PQclear(run_formatted(format, args));
	va_end(args);
}

static const char *
first_value(const char *format, va_list args)
{
	PGresult *result = run_formatted(format, args);
	const char *value = NULL;

	if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
		value = arena_strdup(w->arena, PQgetvalue(result, 0, 0));
	PQclear(result);
	return value;
}

const char *
sql_text(const char *format, ...)
{
	va_list args;
	const char *value;

	va_start(args, format);
	value = first_value(format, args);
	va_end(args);
	return value;
}

int64_t
sql_int(const char *format, ...)
{
	va_list args;
	const char *value;

	va_start(args, format);
	value = first_value(format, args);
	va_end(args);
	if (!value)
		fail_msg("no value: %s", format);
	return strtoll(value, NULL, 10);
}

void
assert_fault(const struct fault *f, enum fault_kind kind)
{
	if (f->kind != kind)
		fail_msg("fault %s (%s; %s), wanted %s", fault_kind_name(f->kind), f->message ? f->message : "",
			f->detail ? f->detail : "", fault_kind_name(kind));
}

void
assert_no_fault(const struct fault *f)
{
	assert_fault(f, FAULT_NONE);
}
