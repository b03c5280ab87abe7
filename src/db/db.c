/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection: opening it, noticing that it is gone, opening it again.
 */
#include "db/db.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "db/session.h"

#define OLDEST_SERVER 150000
#define FIRST_PAUSE (50 * CLOCK_SECOND / 1000)
#define LONGEST_PAUSE CLOCK_SECOND
/* How often the log hears of an outage that goes on. */
#define TELL_AGAIN CLOCK_MINUTE

static NORETURN void
out_of_memory(void)
{
	fputs("entrepot: out of memory\n", stderr);
	abort();
}

static char *
copy(const char *s)
{
	char *c = strdup(s);

	if (!c)
		out_of_memory();
	return c;
}

struct db *
db_new(const char *conninfo, int64_t statement_timeout)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db)
		out_of_memory();
	db->conninfo = copy(conninfo);
	db->statement_timeout = statement_timeout;
	for (int q = 0; q < QUERY_COUNT; q++)
		db->statements[q] = (struct statement){
			.name = query_table[q].name,
			.sql = query_table[q].sql,
			.params = query_table[q].params,
		};
	return db;
}

void
db_forgo_session(struct db *db)
{
	db->sessionless = true;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	db_lose(db);
	for (int q = 0; q < QUERY_COUNT; q++)
		free(db->statements[q].bindings);
	compose_free(db);
	free(db->refusal);
	free(db->conninfo);
	free(db);
}

void
db_lose(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->dying = false;
	db->tx_lost = db->tx != NULL;
	for (int q = 0; q < QUERY_COUNT; q++) {
		db->statements[q].prepared = false;
		db->statements[q].columns = NULL;
	}
	compose_lose(db);
	memset(db->facts, 0, sizeof(db->facts));
}

bool
db_knows(const struct db *db, enum db_fact fact)
{
	return db->facts[fact];
}

void
db_learn(struct db *db, enum db_fact fact)
{
	db->facts[fact] = true;
}

bool
db_is_connected(const struct db *db)
{
	return db->conn && PQstatus(db->conn) == CONNECTION_OK;
}

int
db_socket(const struct db *db)
{
	return db_is_connected(db) ? PQsocket(db->conn) : -1;
}

int64_t
db_take_time(struct db *db, int64_t *statements)
{
	int64_t spent = db->spent;

	if (statements)
		*statements = db->sent;
	db->spent = 0;
	db->sent = 0;
	return spent;
}

/* libpq ends its messages with a line break and may put several lines into one. */
static char *
one_line(const char *message)
{
	char *line = copy(message);
	size_t len = strlen(line);

	while (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	return line;
}

/* Give the attempt up and put the next one off. */
static bool
refuse(struct db *db, const char *why)
{
	char *line = one_line(why);

	if (!db->refusal || strcmp(db->refusal, line) != 0)
		db->tell_at = 0;
	free(db->refusal);
	db->refusal = line;
	db->pause = db->pause == 0 ? FIRST_PAUSE : 2 * db->pause;
	if (db->pause > LONGEST_PAUSE)
		db->pause = LONGEST_PAUSE;
	db->retry_at = clock_ticks() + db->pause;
	db_lose(db);
	return false;
}

static void
log_notice(void *arg, const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	struct db *db = arg;

	if (!severity || !message)
		return;
	/* The last words of a session that nothing was asked of; the end of the stream follows a little later. */
	if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0)
		db->dying = true;
	log_info("database %s: %s", severity, message);
}

void
db_limits(const struct db *db, const char *scope, char sql[DB_LIMITS_SIZE])
{
	snprintf(sql, DB_LIMITS_SIZE,
		"%s statement_timeout = %" PRId64 ";"
		"%s lock_timeout = '10s';"
		"%s idle_in_transaction_session_timeout = '30s';", scope, db->statement_timeout / 1000, scope, scope);
}

/* Poolers remember the time zone of a client and give it to every session that it uses; nothing else of this. */
static bool
set_up_session(struct db *db)
{
	char limits[DB_LIMITS_SIZE] = "", sql[2 * DB_LIMITS_SIZE];
	PGresult *result;
	bool ok;

	if (!db->sessionless)
		db_limits(db, "SET", limits);
	snprintf(sql, sizeof(sql), "%s%sSET TimeZone = 'UTC'", limits,
		db->sessionless ? "" : "SET client_min_messages = 'warning';");
	result = PQexec(db->conn, sql);
	ok = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return ok;
}

static bool
open_connection(struct db *db)
{
	/* What stands behind dbname wins over the connection string, what stands before it yields. */
	const char *const keys[] = { "connect_timeout", "tcp_user_timeout", "fallback_application_name",
		"dbname", "client_encoding", NULL };
	const char *const values[] = { "5", "30000", "entrepot", db->conninfo, "UTF8", NULL };
	char why[128];

	db->conn = PQconnectdbParams(keys, values, 1);
	if (!db->conn)
		out_of_memory();
	if (PQstatus(db->conn) != CONNECTION_OK)
		return refuse(db, PQerrorMessage(db->conn));
	if (PQserverVersion(db->conn) < OLDEST_SERVER) {
		snprintf(why, sizeof(why), "PostgreSQL 15 or newer is needed, the server is %d.%d",
			PQserverVersion(db->conn) / 10000, PQserverVersion(db->conn) % 10000);
		return refuse(db, why);
	}
	PQsetNoticeReceiver(db->conn, log_notice, db);
	if (!set_up_session(db))
		return refuse(db, PQerrorMessage(db->conn));
	db->pause = 0;
	db->retry_at = 0;
	db->tell_at = 0;
	return true;
}

/* Each worker tries once a second; not each attempt is news. */
static void
tell(struct db *db)
{
	int64_t now = clock_ticks();

	if (now < db->tell_at)
		return;
	log_error("no connection to the database: %s", db->refusal);
	db->tell_at = now + TELL_AGAIN;
}

bool
db_connect(struct db *db, struct fault *f)
{
	int64_t start = clock_ticks();
	bool ok;

	if (db_is_connected(db))
		return true;
	if (start < db->retry_at)
		return fault_raise_internal(f, FAULT_UNAVAILABLE, "no database: %s", db->refusal);
	db_lose(db);
	ok = open_connection(db);
	db->spent += clock_ticks() - start;
	if (ok)
		return true;
	tell(db);
	return fault_raise_internal(f, FAULT_UNAVAILABLE, "no database: %s", db->refusal);
}

/*
 * Read what the server sent while nothing was asked: a farewell (it was shut
 * down, or the session ended), or notifications. Looking costs one system call
 * and saves the request that would otherwise find out.
 */
static void
listen_to_server(struct db *db)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };
	PGnotify *notify;

	if (poll(&fd, 1, 0) <= 0)
		return;
	if (!PQconsumeInput(db->conn) || PQstatus(db->conn) != CONNECTION_OK || PQisBusy(db->conn) || db->dying) {
		log_warn("the connection to the database was closed");
		db_lose(db);
		return;
	}
	while ((notify = PQnotifies(db->conn))) {
		db->notified = true;
		PQfreemem(notify);
	}
}

bool
db_take_notification(struct db *db)
{
	bool notified;

	if (db_is_connected(db) && !db->tx)
		listen_to_server(db);
	notified = db->notified;
	db->notified = false;
	return notified;
}

/*
 * So soon after an answer nobody looks for a farewell: a request that meets one
 * would not have found a new server either, and busy workers save the call.
 */
#define STILL_THERE (CLOCK_SECOND / 500)

bool
db_ready(struct db *db, struct fault *f)
{
	if (db->tx) {
		if (!db->tx_lost && db_is_connected(db))
			return true;
		db_lose(db);
		return fault_raise_internal(f, FAULT_UNAVAILABLE,
			"the connection to the database was lost during a transaction");
	}
	if (db_is_connected(db) && clock_ticks() - db->heard_at > STILL_THERE)
		listen_to_server(db);
	return db_connect(db, f);
}
