/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request costs at the least: libfcgi in an epoll loop, libpq, and
 * nothing around them. Paths below /index/, /repo/, /simple/ and /pypi/ answer
 * one stored row; the targets of a plan run the statements that were noted when
 * entrepot answered the same target, and write as many bytes; everything else
 * is "hello".
 *
 * reference SOCKET CONNINFO WORKERS [PLAN]
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcgiapp.h>
#include <libpq-fe.h>

#define MAX_ARGUMENTS 32
#define MAX_STATEMENTS 64
#define INDEX_SQL \
	"SELECT body, etag, content_type, modified FROM index_object" \
	" WHERE repository_id = $2::bigint AND path = $1"
/* What the bench has stored whole (pypies.py). */
#define PAGE_SQL "SELECT body, etag, content_type FROM bench_page WHERE target = $1"

/* A text is prepared once, whoever uses it. */
struct prepared {
	const char *sql;
	char name[24];
	struct prepared *next;
};

struct statement {
	const struct prepared *prepared;
	int argument_count;
	const char *arguments[MAX_ARGUMENTS];
};

struct page {
	const char *target;
	int bytes;
	int count;
	struct statement *statements[MAX_STATEMENTS];
	struct page *next;
};

static struct page *pages;
static struct prepared *prepared;
static char *filler;
static PGconn *conn;

static void
die(const char *what)
{
	fprintf(stderr, "reference: %s: %s\n", what, errno ? strerror(errno) : "");
	exit(1);
}

/* ---- the plan: texts that end with NUL, as plan.py writes them ---- */

struct reader {
	char *at;
	char *end;
};

static const char *
next_text(struct reader *r)
{
	char *text = r->at, *nul = memchr(r->at, '\0', (size_t)(r->end - r->at));

	if (!nul)
		die("the plan is cut off");
	r->at = nul + 1;
	return text;
}

static int
next_number(struct reader *r, int max)
{
	long n = strtol(next_text(r), NULL, 10);

	if (n < 0 || n > max)
		die("the plan is malformed");
	return (int)n;
}

static void *
allocate(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		die("memory");
	return p;
}

static const struct prepared *
note_text(const char *sql)
{
	static int number;
	struct prepared *p = prepared;

	while (p && strcmp(p->sql, sql) != 0)
		p = p->next;
	if (p)
		return p;
	p = allocate(sizeof(*p));
	p->sql = sql;
	p->next = prepared;
	snprintf(p->name, sizeof(p->name), "s%d", number++);
	prepared = p;
	return p;
}

/* "n" is NULL, "v…" a value. */
static struct statement *
read_statement(struct reader *r)
{
	struct statement *s = allocate(sizeof(*s));

	s->prepared = note_text(next_text(r));
	s->argument_count = next_number(r, MAX_ARGUMENTS);
	for (int i = 0; i < s->argument_count; i++) {
		const char *text = next_text(r);

		s->arguments[i] = *text == 'v' ? text + 1 : NULL;
	}
	return s;
}

static void
read_plan(const char *path)
{
	struct reader r;
	struct stat st;
	int fd = open(path, O_RDONLY), largest = 0;
	char *text;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	text = allocate((size_t)st.st_size + 1);
	if (read(fd, text, (size_t)st.st_size) != st.st_size)
		die(path);
	close(fd);
	r = (struct reader){ text, text + st.st_size };
	while (r.at < r.end) {
		struct page *p = allocate(sizeof(*p));

		p->target = next_text(&r);
		p->bytes = next_number(&r, 1 << 30);
		p->count = next_number(&r, MAX_STATEMENTS);
		for (int i = 0; i < p->count; i++)
			p->statements[i] = read_statement(&r);
		if (p->bytes > largest)
			largest = p->bytes;
		p->next = pages;
		pages = p;
	}
	filler = allocate((size_t)largest + 1);
	memset(filler, 'x', (size_t)largest);
}

/* ---- the database ---- */

static void
check(PGresult *result, const char *what)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return;
	fprintf(stderr, "reference: %s: %s", what, PQerrorMessage(conn));
	_exit(1);
}

static void
connect_database(const char *conninfo)
{
	conn = PQconnectdb(conninfo);
	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "reference: %s", PQerrorMessage(conn));
		_exit(1);
	}
	PQclear(PQexec(conn, "SET TimeZone = 'UTC'"));
	PQclear(PQprepare(conn, "index", INDEX_SQL, 0, NULL));
	for (const struct prepared *p = prepared; p; p = p->next) {
		PGresult *result = PQprepare(conn, p->name, p->sql, 0, NULL);

		check(result, p->sql);
		PQclear(result);
	}
}

/* ---- answers ---- */

static void
answer_row(FCGX_Request *r, PGresult *result)
{
	const char *condition = FCGX_GetParam("HTTP_IF_NONE_MATCH", r->envp);

	check(result, "a stored row");
	if (PQntuples(result) != 1)
		FCGX_PutS("Status: 404 Not Found\r\n\r\n", r->out);
	else if (condition && strcmp(condition, PQgetvalue(result, 0, 1)) == 0)
		FCGX_FPrintF(r->out, "Status: 304 Not Modified\r\nETag: %s\r\n\r\n", PQgetvalue(result, 0, 1));
	else {
		FCGX_FPrintF(r->out, "Status: 200 OK\r\nContent-Type: %s\r\nETag: %s\r\nContent-Length: %d\r\n\r\n",
			     PQgetvalue(result, 0, 2), PQgetvalue(result, 0, 1), PQgetlength(result, 0, 0));
		FCGX_PutStr(PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0), r->out);
	}
	PQclear(result);
}

static void
answer_index(FCGX_Request *r, const char *repository, const char *path)
{
	const char *arguments[] = { path, repository };

	answer_row(r, PQexecPrepared(conn, "index", 2, arguments, NULL, NULL, 1));
}

/* Not every database has such pages. */
static void
answer_stored(FCGX_Request *r, const char *target)
{
	static bool known;

	if (!known)
		PQclear(PQprepare(conn, "page", PAGE_SQL, 0, NULL));
	known = true;
	answer_row(r, PQexecPrepared(conn, "page", 1, &target, NULL, NULL, 1));
}

static void
answer_page(FCGX_Request *r, const struct page *p)
{
	for (int i = 0; i < p->count; i++) {
		const struct statement *s = p->statements[i];
		PGresult *result = PQexecPrepared(conn, s->prepared->name, s->argument_count, s->arguments,
						  NULL, NULL, 1);

		check(result, s->prepared->sql);
		PQclear(result);
	}
	FCGX_FPrintF(r->out, "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", p->bytes);
	FCGX_PutStr(filler, p->bytes, r->out);
}

static void
answer(FCGX_Request *r)
{
	const char *target = FCGX_GetParam("REQUEST_URI", r->envp);
	const struct page *p = pages;

	if (target && strncmp(target, "/index/", 7) == 0) {
		answer_index(r, "1", target + 7);
		return;
	}
	if (target && strncmp(target, "/repo/", 6) == 0) {
		answer_index(r, "3", target + 6);
		return;
	}
	if (target && (strncmp(target, "/simple/", 8) == 0 || strncmp(target, "/pypi/", 6) == 0)) {
		answer_stored(r, target);
		return;
	}
	while (p && target && strcmp(p->target, target) != 0)
		p = p->next;
	if (p)
		answer_page(r, p);
	else
		FCGX_PutS("Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n", r->out);
}

/* ---- the loop ---- */

static void
watch(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = { .fd = fd } };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 && errno != EEXIST)
		close(fd);
}

/* One request; the connection stays when the web server wants it to. */
static void
serve(int epoll, int fd)
{
	FCGX_Request r;
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (n <= 0) {
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			watch(epoll, fd, EPOLLIN);
		else
			close(fd);
		return;
	}
	FCGX_InitRequest(&r, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	r.ipcFd = fd;
	r.keepConnection = 1;
	if (FCGX_Accept_r(&r) != 0)
		return;
	answer(&r);
	while (FCGX_GetChar(r.in) != EOF)
		;
	FCGX_Finish_r(&r);
	if (r.ipcFd >= 0)
		watch(epoll, fd, EPOLLIN);
}

static void
work(int listener, const char *conninfo)
{
	struct epoll_event events[64];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	/* Not SIGTERM: libfcgi has a handler for it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	connect_database(conninfo);
	watch(epoll, listener, EPOLLIN | EPOLLEXCLUSIVE);
	for (;;) {
		int n = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			if (fd == listener)
				fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			if (fd >= 0)
				serve(epoll, fd);
		}
	}
}

static int
open_listener(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		die("the path of the socket is too long");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1024) < 0)
		die(path);
	return fd;
}

int
main(int argc, char **argv)
{
	int listener, workers;

	if (argc < 4)
		die("usage: reference SOCKET CONNINFO WORKERS [PLAN]");
	if (argc > 4)
		read_plan(argv[4]);
	/* As entrepot does: the library would wait for the peer when it closes a connection. */
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
	setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "0", 1);
	FCGX_Init();
	listener = open_listener(argv[1]);
	workers = (int)strtol(argv[3], NULL, 10);
	for (int i = 0; i < workers; i++)
		if (fork() == 0)
			work(listener, argv[2]);
	while (wait(NULL) > 0)
		;
	return 0;
}
