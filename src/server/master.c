/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefork. Every place (worker 1 … N, job runner) has one child; a reload
 * makes a new generation of places, and each new child that reports ready
 * sends one of the old away, so that there are never fewer than before.
 */
#include "server/master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "base/settings.h"
#include "server/listener.h"
#include "server/metrics.h"
#include "server/process.h"
#include "server/reload.h"
#include "server/signals.h"
#include "server/upgrade.h"
#include "server/worker.h"

/* A child that ends sooner counts as one that died at once: its place is filled ever more slowly. */
#define SHORT_LIFE (2 * CLOCK_SECOND)
#define FIRST_PAUSE (CLOCK_SECOND / 10)
#define LONGEST_PAUSE (30 * CLOCK_SECOND)
/* What a child is given to finish before it is killed: when we end, and when it was replaced. */
#define GRACE_AT_END (20 * CLOCK_SECOND)
#define GRACE_AT_RELOAD (120 * CLOCK_SECOND)

enum role { ROLE_WORKER, ROLE_JOBS };

/* A place; free when it is neither wanted nor has a process. Its number is the slot in the metrics. */
struct place {
	enum role role;
	bool wanted;			/* belongs to the current generation */
	pid_t pid;			/* 0: nobody */
	bool ready;
	bool sent_away;
	int64_t born;
	int64_t deadline;		/* when it is killed; 0: not */
	int64_t fill_at;
	int64_t pause;			/* back-off */
};

struct master {
	const struct master_options *options;
	const struct config *config;
	struct arena memory[2];		/* of the configuration; the other one for a reload */
	int current;
	bool ending;
	int status;
	pid_t pid;
	int lifeline[2];		/* nobody writes: the children's end becomes readable when we are gone */
	int ready[2];			/* children write their process id */
	struct place places[MASTER_SLOTS];
};

static int
worker_count(const struct config *config)
{
	int64_t n = config->workers;

	if (n == 0)
		n = 2 * sysconf(_SC_NPROCESSORS_ONLN);
	if (n < 1)
		n = 1;
	return (int)(n < MASTER_MAX_WORKERS ? n : MASTER_MAX_WORKERS);
}

static void
count_workers(struct master *m)
{
	int alive = 0;

	for (size_t i = 0; i < MASTER_SLOTS; i++)
		alive += m->places[i].role == ROLE_WORKER && m->places[i].pid > 0;
	metrics_set_workers(m->options->metrics, worker_count(m->config), alive);
}

/* ---- children ---- */

/* What the child does until its end. */
static int
live(struct master *m, const struct place *p)
{
	struct worker_options options = {
		.config = m->config,
		.metrics = m->options->metrics,
		.slot = (size_t)(p - m->places),
		.listener = m->options->listener->fd,
		.own_socket = m->options->listener->origin == LISTENER_OWN,
		.lifeline = m->lifeline[0],
		.ready = m->ready[1],
	};

	process_begin_child(m->pid, p->role == ROLE_JOBS ? "entrepot-jobs" : "entrepot-worker");
	close(m->lifeline[1]);
	close(m->ready[0]);
	return p->role == ROLE_JOBS ? worker_run_jobs(&options) : worker_run(&options);
}

static void
put_off(struct place *p)
{
	p->pause = p->pause == 0 ? FIRST_PAUSE : 2 * p->pause;
	if (p->pause > LONGEST_PAUSE)
		p->pause = LONGEST_PAUSE;
	p->fill_at = clock_ticks() + p->pause;
}

static void
fill(struct master *m, struct place *p)
{
	pid_t pid = fork();

	if (pid == 0)
		exit(live(m, p));
	if (pid < 0) {
		log_error("fork: %s", strerror(errno));
		put_off(p);
		return;
	}
	p->pid = pid;
	p->born = clock_ticks();
	p->ready = false;
}

static void
send_away(struct place *p, int signal_number, int64_t grace)
{
	if (p->pid <= 0)
		return;
	kill(p->pid, signal_number);
	p->sent_away = true;
	p->deadline = clock_ticks() + grace;
}

/* A child of the new generation can serve: one of the old may go. */
static void
replace_one(struct master *m, enum role role)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++) {
		struct place *p = &m->places[i];

		if (p->pid > 0 && !p->wanted && !p->sent_away && p->role == role) {
			send_away(p, SIGHUP, GRACE_AT_RELOAD);
			return;
		}
	}
}

/* When the new generation is complete, whoever is left of the old goes (there were more of them). */
static void
replace_rest(struct master *m)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++)
		if (m->places[i].wanted && !m->places[i].ready)
			return;
	for (size_t i = 0; i < MASTER_SLOTS; i++)
		if (!m->places[i].wanted && !m->places[i].sent_away)
			send_away(&m->places[i], SIGHUP, GRACE_AT_RELOAD);
}

static void
note_ready(struct master *m, pid_t pid)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++) {
		struct place *p = &m->places[i];

		if (p->pid != pid || p->ready)
			continue;
		p->ready = true;
		if (p->wanted && !m->ending)
			replace_one(m, p->role);
	}
	if (!m->ending)
		replace_rest(m);
}

static void
read_ready(struct master *m)
{
	pid_t pids[64];
	ssize_t n = read(m->ready[0], pids, sizeof(pids));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(pids[0]); i++)
		note_ready(m, pids[i]);
}

static void
log_end_of(const struct place *p, int status, bool expected)
{
	const char *what = p->role == ROLE_JOBS ? "job runner" : "worker";

	if (WIFSIGNALED(status))
		log_error("%s %ld was killed by signal %d", what, (long)p->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_error("%s %ld ended with status %d", what, (long)p->pid, WEXITSTATUS(status));
	else if (!expected)
		log_info("%s %ld ended", what, (long)p->pid);
	else
		log_debug("%s %ld ended", what, (long)p->pid);
}

static void
stop(struct master *m, int status)
{
	if (m->ending)
		return;
	m->ending = true;
	m->status = status;
	listener_close(m->options->listener);
	for (size_t i = 0; i < MASTER_SLOTS; i++) {
		m->places[i].wanted = false;
		send_away(&m->places[i], SIGTERM, GRACE_AT_END);
	}
}

/* Whether a reload is under way, and the generation before still serves. */
static bool
has_old_ones(const struct master *m)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++)
		if (m->places[i].pid > 0 && !m->places[i].wanted && !m->places[i].sent_away)
			return true;
	return false;
}

/* The child of this place has ended. */
static void
vacate(struct master *m, struct place *p, int status)
{
	bool abnormal = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	bool at_once = clock_ticks() - p->born < SHORT_LIFE;

	log_end_of(p, status, p->sent_away);
	if (p->role == ROLE_WORKER)
		metrics_count_worker_exit(m->options->metrics, abnormal);
	metrics_set_busy(m->options->metrics, (size_t)(p - m->places), false);
	p->pid = 0;
	p->ready = false;
	p->deadline = 0;
	p->fill_at = 0;
	if (!p->wanted) {
		*p = (struct place){ 0 };
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG && !has_old_ones(m)) {
		log_error("ending: no worker can serve this database");
		stop(m, EXIT_CONFIG);
	} else if (at_once && abnormal) {
		put_off(p);
		log_warn("it lived for less than %d s; the next one is started in %lld ms",
			 (int)(SHORT_LIFE / CLOCK_SECOND), (long long)(p->pause / 1000));
	} else {
		p->pause = 0;
	}
}

static void
reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < MASTER_SLOTS; i++) {
			if (m->places[i].pid == pid) {
				vacate(m, &m->places[i], status);
				break;
			}
		}
	}
}

/* ---- generations ---- */

static void
add_place(struct master *m, enum role role)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++) {
		struct place *p = &m->places[i];

		if (p->wanted || p->pid > 0)
			continue;
		*p = (struct place){ .role = role, .wanted = true };
		return;
	}
	/* Only when reloads follow each other faster than workers end. */
	log_error("no room for another worker");
}

static void
begin_generation(struct master *m)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++)
		m->places[i].wanted = false;
	for (int i = 0; i < worker_count(m->config); i++)
		add_place(m, ROLE_WORKER);
	add_place(m, ROLE_JOBS);
}

static void
reload(struct master *m)
{
	struct arena *fresh = &m->memory[!m->current];
	const struct config *config = reload_config(fresh, m->config);

	if (!config) {
		arena_free(fresh);
		return;
	}
	arena_free(&m->memory[m->current]);
	m->current = !m->current;
	m->config = config;
	begin_generation(m);
}

/* ---- the loop ---- */

static void
signal_all(const struct master *m, int signal_number)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++)
		if (m->places[i].pid > 0)
			kill(m->places[i].pid, signal_number);
}

static void
look_at_signals(struct master *m)
{
	signals_read();
	if (signals_take(SIGNAL_STOP)) {
		/* Whoever asks twice does not want to wait. */
		if (m->ending)
			signal_all(m, SIGKILL);
		stop(m, EXIT_SUCCESS);
	}
	if (signals_take(SIGNAL_REOPEN)) {
		log_reopen();
		signal_all(m, SIGUSR1);
	}
	if (signals_take(SIGNAL_RELOAD) && !m->ending)
		reload(m);
	if (signals_take(SIGNAL_UPGRADE) && !m->ending)
		upgrade_run(m->options->listener);
	if (signals_take(SIGNAL_CHILD))
		reap(m);
}

/* Fill what is due, kill what is overdue; returns when the next of these comes. */
static int64_t
see_to_places(struct master *m)
{
	int64_t now = clock_ticks(), next = now + 60 * CLOCK_SECOND;

	for (size_t i = 0; i < MASTER_SLOTS; i++) {
		struct place *p = &m->places[i];

		if (p->wanted && p->pid == 0 && p->fill_at <= now)
			fill(m, p);
		if (p->wanted && p->pid == 0 && p->fill_at < next)
			next = p->fill_at;
		if (p->pid > 0 && p->deadline != 0 && p->deadline <= now) {
			log_error("process %ld does not end by itself, killing it", (long)p->pid);
			kill(p->pid, SIGKILL);
			p->deadline = now + CLOCK_SECOND;
		}
		if (p->deadline != 0 && p->deadline < next)
			next = p->deadline;
	}
	count_workers(m);
	return next;
}

static bool
has_children(const struct master *m)
{
	for (size_t i = 0; i < MASTER_SLOTS; i++)
		if (m->places[i].pid > 0)
			return true;
	return false;
}

static void
wait_until(struct master *m, int64_t due)
{
	struct pollfd waiting[] = {
		{ .fd = m->ready[0], .events = POLLIN },
		{ .fd = signals_fd(), .events = POLLIN },
	};
	int64_t wait = due - clock_ticks();

	poll(waiting, ARRAY_LEN(waiting), wait > 0 ? (int)(wait / 1000 + 1) : 0);
	if (waiting[0].revents != 0)
		read_ready(m);
	if (waiting[1].revents != 0)
		look_at_signals(m);
}

int
master_run(const struct master_options *options)
{
	static struct master m;

	m.options = options;
	m.config = options->config;
	m.pid = getpid();
	if (pipe2(m.lifeline, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(m.ready, O_CLOEXEC | O_NONBLOCK) < 0) {
		log_error("pipe: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	begin_generation(&m);
	log_info("started with %d workers", worker_count(m.config));
	while (!m.ending || has_children(&m)) {
		wait_until(&m, see_to_places(&m));
	}
	log_info("ended");
	arena_free(&m.memory[0]);
	arena_free(&m.memory[1]);
	return m.status;
}
