/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker's loop. A web server that keeps its connections open would block
 * a worker that waits inside libfcgi for the next request on one of them; so
 * idle connections wait here, and the library only ever sees one whose request
 * has arrived. One request at a time; signals are looked at between requests.
 */
#include "server/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "base/settings.h"
#include "db/db.h"
#include "http/request.h"
#include "http/response.h"
#include "server/app.h"
#include "server/connections.h"
#include "server/fcgi.h"
#include "server/metrics.h"
#include "server/process.h"
#include "server/reload.h"
#include "server/schema.h"
#include "server/signals.h"

#define IDLE_TIME (60 * CLOCK_SECOND)
/* For the first request to come. */
#define SILENCE_TIME (30 * CLOCK_SECOND)
/* For the peer to take note of an answer that came early. */
#define LINGER_TIME (5 * CLOCK_SECOND)
/* What a connection whose request has not come yet is given at the end. */
#define FAREWELL_TIME (2 * CLOCK_SECOND)
#define SWEEP_EVERY (CLOCK_SECOND / 4)
/* How long a line of the log waits for others: a write for each costs a twentieth of a short request. */
#define LOG_DELAY (CLOCK_SECOND / 10)
#define EVENTS 64

struct worker {
	const struct worker_options *options;
	const struct config *config;
	struct arena arena;		/* of the request */
	struct arena lasting;
	struct arena memory[2];		/* of the configuration and the application; the other one for a reload */
	int current;
	struct app *app;
	struct fcgi *fcgi;
	struct connections connections;
	enum { DATABASE_UNKNOWN, DATABASE_FITS, DATABASE_AWAY } database;
	bool ending;
	int status;			/* what the process will exit with */
	int64_t served;
	int64_t idle_at;		/* clock_ticks() of the next app_idle() */
	int64_t sweep_at;
	int64_t log_at;			/* when held lines are written; 0: none are */
};

/* What an epoll event points to when it is no connection. */
static char listener_event, lifeline_event, signal_event;

/* ---- the database ---- */

/*
 * Every new connection is looked at before it is used: the database may have
 * been away, and another one come back. False: we may not touch it.
 */
static bool
schema_fits(struct worker *w)
{
	const char *why = "";
	enum schema_state state;

	if (w->database == DATABASE_FITS && db_is_connected(w->app->db))
		return true;
	state = schema_check(w->app->db, w->config, &why);
	if (state == SCHEMA_REFUSED) {
		log_error("%s", why);
		/* Whoever started us reads standard error. */
		if (w->options->alone && *w->config->log != '\0')
			fprintf(stderr, "entrepot: %s\n", why);
		w->status = EXIT_CONFIG;
		return false;
	}
	if (state == SCHEMA_AWAY && w->database != DATABASE_AWAY)
		log_error("the database does not answer, serving 503 until it does: %s", why);
	if (state == SCHEMA_FITS && w->database == DATABASE_AWAY)
		log_info("the database answers again");
	if (state == SCHEMA_FITS && w->database == DATABASE_UNKNOWN && w->options->alone)
		schema_say_lacks(w->app->db, w->config);
	w->database = state == SCHEMA_FITS ? DATABASE_FITS : DATABASE_AWAY;
	return true;
}

/* ---- one request ---- */

static void
refuse(struct response *response, int status, const char *why)
{
	response_init(response);
	response_bytes(response, status, "text/plain; charset=utf-8", span_of(why));
}

static void
answer(struct worker *w, struct request *request, struct response *response)
{
	const char *objection = fcgi_objection(w->fcgi);

	if (objection) {
		log_warn("request refused: %s", objection);
		refuse(response, 400, objection);
	} else if (!schema_fits(w)) {
		refuse(response, 503, "the database has another schema than this program");
	} else {
		app_handle(w->app, &w->arena, request, response);
	}
}

/* Read, answer, send; the connection waits for the next request or is closed. */
static void
serve(struct worker *w, struct connection *c)
{
	struct request request;
	struct response response;
	enum fcgi_end end;

	metrics_set_busy(w->options->metrics, w->options->slot, true);
	if (!fcgi_receive(w->fcgi, c->fd, &w->arena, &request)) {
		connections_forget(&w->connections, c);
	} else {
		answer(w, &request, &response);
		if (!fcgi_send(w->fcgi, &w->arena, &response))
			log_debug("request %s: the web server did not take the answer", request.id);
		end = fcgi_finish(w->fcgi);
		if (end == FCGI_KEEP)
			connections_wait(&w->connections, c, CONNECTION_IDLE, IDLE_TIME);
		else if (end == FCGI_LINGER && shutdown(c->fd, SHUT_WR) == 0)
			connections_wait(&w->connections, c, CONNECTION_LINGERING, LINGER_TIME);
		else
			connections_close(&w->connections, c);
		w->served++;
	}
	arena_clear(&w->arena);
	metrics_set_busy(w->options->metrics, w->options->slot, false);
}

/* Something happened on the connection. */
static void
attend(struct worker *w, struct connection *c)
{
	if (c->state == CONNECTION_UNUSED)
		return;
	if (c->state == CONNECTION_LINGERING) {
		connections_discard(&w->connections, c);
		return;
	}
	switch (fcgi_peek(c->fd)) {
	case FCGI_WAIT:
		if (!c->watched)
			connections_wait(&w->connections, c, CONNECTION_FRESH, SILENCE_TIME);
		break;
	case FCGI_READY:
		fcgi_limit_silence(c->fd);
		/* fall through */
	case FCGI_WHOLE:
		serve(w, c);
		break;
	case FCGI_FOREIGN:
		log_warn("connection closed: what came on it was no request");
		/* fall through */
	case FCGI_GONE:
		connections_close(&w->connections, c);
		break;
	}
}

static bool
watch(struct worker *w, int fd, uint32_t events, void *what)
{
	struct epoll_event event = { .events = events, .data = { .ptr = what } };

	if (fd < 0 || epoll_ctl(w->connections.epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return true;
	log_error("epoll: %m");
	return false;
}

/*
 * The kernel wakes the worker that has watched the socket for longest. Whoever
 * has just got a connection to keep goes to the end of the queue, or one would
 * keep them all and do all the work.
 */
static void
let_others_accept(struct worker *w)
{
	epoll_ctl(w->connections.epoll, EPOLL_CTL_DEL, w->options->listener, NULL);
	if (!watch(w, w->options->listener, EPOLLIN | EPOLLEXCLUSIVE, &listener_event))
		w->status = EXIT_FAILURE;
}

/* False when there is nothing (more) to accept. */
static bool
accept_one(struct worker *w)
{
	int fd = accept4(w->options->listener, NULL, NULL, SOCK_CLOEXEC);
	struct connection *c;

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_error("a connection could not be accepted: out of descriptors or memory");
			usleep(10000);
		}
		return false;
	}
	c = connections_add(&w->connections, fd);
	attend(w, c);
	if (c->state != CONNECTION_UNUSED && !w->ending)
		let_others_accept(w);
	return true;
}

/* ---- the end ---- */

/* Close an idle connection without losing a request that is just being sent. */
static void
part_from(struct worker *w, struct connection *c)
{
	bool told = false;

	while (c->state == CONNECTION_IDLE) {
		enum fcgi_waiting waiting = fcgi_peek(c->fd);

		if (waiting == FCGI_READY || waiting == FCGI_WHOLE) {
			fcgi_limit_silence(c->fd);
			serve(w, c);
		} else if (waiting == FCGI_WAIT && !told) {
			/* From here on the peer cannot send; what came before can still be read. */
			shutdown(c->fd, SHUT_RD);
			told = true;
		} else {
			connections_close(&w->connections, c);
		}
	}
}

/* No new connections; WAITING ones are still taken when nobody else would. */
static void
begin_ending(struct worker *w, bool take_waiting)
{
	int64_t limit = clock_ticks() + FAREWELL_TIME;

	if (w->ending)
		return;
	w->ending = true;
	epoll_ctl(w->connections.epoll, EPOLL_CTL_DEL, w->options->listener, NULL);
	while (take_waiting && accept_one(w))
		;
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *c = &w->connections.table[i];

		if (c->state == CONNECTION_IDLE)
			part_from(w, c);
		else if (c->state != CONNECTION_UNUSED && c->deadline > limit)
			c->deadline = limit;
	}
}

/* In a process of its own there is nobody to make a new one. */
static void
reload(struct worker *w)
{
	struct arena *fresh = &w->memory[!w->current];
	const struct config *config = reload_config(fresh, w->config);

	if (!config) {
		arena_free(fresh);
		return;
	}
	app_close(w->app);
	arena_free(&w->memory[w->current]);
	w->current = !w->current;
	w->config = config;
	w->app = app_new(fresh, config, w->options->metrics);
	w->database = DATABASE_UNKNOWN;
}

static void
look_at_signals(struct worker *w)
{
	signals_read();
	if (signals_take(SIGNAL_REOPEN))
		log_reopen();
	if (signals_take(SIGNAL_STOP))
		begin_ending(w, w->options->own_socket);
	if (!signals_take(SIGNAL_RELOAD))
		return;
	if (w->options->alone)
		reload(w);
	else
		begin_ending(w, false);
}

/* ---- the loop ---- */

static void
dispatch(struct worker *w, void *what)
{
	if (what == &signal_event) {
		look_at_signals(w);
	} else if (what == &lifeline_event) {
		epoll_ctl(w->connections.epoll, EPOLL_CTL_DEL, w->options->lifeline, NULL);
		begin_ending(w, w->options->own_socket);
	} else if (what == &listener_event) {
		if (!w->ending)
			accept_one(w);
	} else {
		attend(w, what);
		/* What came or began while we ended goes the way of the others. */
		if (w->ending && ((struct connection *)what)->state == CONNECTION_IDLE)
			part_from(w, what);
	}
}

/* What is due between requests; QUIET: nobody waits for us. */
static void
tidy(struct worker *w, bool quiet)
{
	int64_t now = clock_ticks();

	if (w->log_at != 0 && now >= w->log_at)
		log_flush();
	w->log_at = !log_is_held() ? 0 : w->log_at != 0 ? w->log_at : now + LOG_DELAY;
	if (now >= w->sweep_at) {
		connections_expire(&w->connections);
		w->sweep_at = now + SWEEP_EVERY;
	}
	if (now >= w->idle_at) {
		w->idle_at = now + CLOCK_SECOND;
		if (schema_fits(w) && w->database == DATABASE_FITS)
			w->idle_at = now + app_idle(w->app, w->options->alone && quiet && !w->ending);
	}
	if (!w->options->alone && w->config->worker_requests > 0 && w->served >= w->config->worker_requests)
		begin_ending(w, false);
	if (w->status != 0)
		begin_ending(w, false);
}

/* Milliseconds until something is due. */
static int
patience(const struct worker *w)
{
	int64_t due = w->idle_at, wait;

	if (w->connections.count > 0 && w->sweep_at < due)
		due = w->sweep_at;
	if (w->log_at != 0 && w->log_at < due)
		due = w->log_at;
	wait = due - clock_ticks();
	return wait <= 0 ? 0 : (int)(wait / 1000 + 1);
}

static void
loop(struct worker *w)
{
	struct epoll_event events[EVENTS];

	while (!w->ending || w->connections.count > 0) {
		int n = epoll_wait(w->connections.epoll, events, EVENTS, patience(w));

		for (int i = 0; i < n; i++)
			dispatch(w, events[i].data.ptr);
		tidy(w, n <= 0);
	}
}

static void
begin(struct worker *w, const struct worker_options *options)
{
	w->options = options;
	w->config = options->config;
	w->app = app_new(&w->memory[0], options->config, options->metrics);
	w->fcgi = fcgi_new(&w->lasting);
	w->idle_at = clock_ticks() + CLOCK_SECOND;
}

/* Every worker says when it can serve; an unread pipe is no reason to wait. */
static void
report_ready(const struct worker_options *options)
{
	pid_t pid = getpid();

	if (options->ready >= 0 && write(options->ready, &pid, sizeof(pid)) < 0)
		log_debug("the master does not listen");
}

static void
end(struct worker *w)
{
	app_close(w->app);
	arena_free(&w->arena);
	arena_free(&w->lasting);
	arena_free(&w->memory[0]);
	arena_free(&w->memory[1]);
}

int
worker_run(const struct worker_options *options)
{
	static struct worker w;

	begin(&w, options);
	w.connections.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w.connections.epoll < 0
	    || !watch(&w, options->listener, EPOLLIN | EPOLLEXCLUSIVE, &listener_event)
	    || !watch(&w, options->lifeline, EPOLLIN, &lifeline_event)
	    || !watch(&w, signals_fd(), EPOLLIN, &signal_event))
		return EXIT_FAILURE;
	/* Connecting now rather than with the first request; it is no condition for serving. */
	if (schema_fits(&w)) {
		report_ready(options);
		log_hold(true);
		loop(&w);
	}
	end(&w);
	log_hold(false);
	return w.status;
}

/* Wait for MICROS, or less when something happens. False when it is time to end. */
static bool
pause_jobs(const struct worker *w, int64_t micros)
{
	struct pollfd waiting[] = {
		{ .fd = w->options->lifeline, .events = POLLIN },
		{ .fd = signals_fd(), .events = POLLIN },
	};

	poll(waiting, ARRAY_LEN(waiting), (int)((micros + 999) / 1000));
	signals_read();
	if (signals_take(SIGNAL_REOPEN))
		log_reopen();
	/* In a child of a master, a reload is a replacement. */
	return waiting[0].revents == 0 && !signals_take(SIGNAL_STOP) && !signals_take(SIGNAL_RELOAD);
}

int
worker_run_jobs(const struct worker_options *options)
{
	static struct worker w;
	int64_t wait;

	begin(&w, options);
	report_ready(options);
	do {
		wait = CLOCK_SECOND;
		if (schema_fits(&w) && w.database == DATABASE_FITS)
			wait = app_idle(w.app, true);
	} while (w.status == 0 && pause_jobs(&w, wait));
	end(&w);
	return w.status;
}
