/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The application of a test program, and what it answers.
 */
#include "request.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/text.h"
#include "db/session.h"
#include "domain/blob.h"
#include "domain/hex_key.h"
#include "http/response.h"
#include "server/app.h"
#include "support.h"
#include "wire/etf.h"
#include "wire/json.h"

static struct arena app_arena;
static struct config current_config, initial_config;
static struct app *app;

struct config *test_config = &current_config;

/* ---- the application ---- */

static void
write_settings(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		fail_msg("cannot write %s", path);
	fprintf(file,
		"base_url = https://registry.example\n"
		"data_dir = %s/data\n"
		"mail_dir = %s/mail\n"
		"access_log = no\n"
		"crates_rate_limits = no\n", test_directory, test_directory);
	fclose(file);
}

static void
open_app(void)
{
	struct fault fault;
	const char *path = arena_printf(&app_arena, "%s/entrepot.conf", test_directory);
	const struct config *config;

	fault_init(&fault, &app_arena);
	write_settings(path);
	config = config_read(&app_arena, &fault, path);
	if (!config)
		fail_msg("%s", fault.message);
	current_config = initial_config = *config;
	if (!log_open(arena_printf(&app_arena, "%s/log", test_directory), false, LOG_INFO_LEVEL))
		fail_msg("no log");
	app = app_new(&app_arena, &current_config, NULL);
	db_close(app->db);
	app->db = NULL;
}

void
test_program_end(void)
{
	arena_free(&app_arena);
	remote_close();
}

void
test_app_setup(void)
{
	struct work init = *w;

	if (!app) {
		open_app();
		init.config = &current_config;
		if (!blob_store_init(&init) || !hex_key_create(&init, HEX_KEY_BITS))
			fail_msg("%s", init.fault->message);
	}
	current_config = initial_config;
	app->db = w->db;
	w->config = &current_config;
}

void
test_app_use(struct db *db)
{
	app->db = db;
}

/* ---- one request ---- */

static ssize_t
read_span(void *source, void *to, size_t size)
{
	struct span *rest = source;
	size_t n = rest->len < size ? rest->len : size;

	if (n > 0)
		memcpy(to, rest->at, n);
	*rest = span_skip(*rest, n);
	return (ssize_t)n;
}

static void
add_headers(struct arena *a, struct request *r, const struct test_request *asked)
{
	bool agent = false;

	for (const struct header *h = asked->headers; h->name; h++) {
		agent = agent || text_equal_nocase(h->name, "user-agent");
		if (*h->value)
			request_add_header(a, r, h->name, h->value);
	}
	if (!agent)
		request_add_header(a, r, "User-Agent", "entrepot-tests/1");
	if (asked->token)
		request_add_header(a, r, "Authorization", asked->token);
}

static struct span
read_file_body(const struct response *r)
{
	char *bytes = arena_alloc(w->arena, (size_t)r->length + 1);
	ssize_t n = pread(r->fd, bytes, (size_t)r->length, (off_t)r->offset);

	if (n != (ssize_t)r->length)
		fail_msg("the file has %zd bytes, %lld were announced", n, (long long)r->length);
	bytes[n] = '\0';
	return span_make(bytes, (size_t)n);
}

const struct doc *
answer_document(const struct test_answer *a)
{
	const char *type = answer_header(a, "content-type");
	struct fault ignored;

	if (a->body.len == 0)
		return NULL;
	fault_init(&ignored, w->arena);
	if (type && span_starts(span_of(type), "application/vnd.hex+erlang"))
		return etf_read(w->arena, &ignored, a->body);
	return json_read(w->arena, &ignored, a->body);
}

/* What must outlive the request's arena. */
static struct test_answer *
keep(const struct response *r)
{
	struct test_answer *answer = arena_new(w->arena, struct test_answer);

	answer->status = r->status;
	for (size_t i = 0; i < r->header_count; i++)
		answer->headers[answer->header_count++] = (struct header){
			arena_strdup(w->arena, r->headers[i].name), arena_strdup(w->arena, r->headers[i].value) };
	answer->body = span_make("", 0);
	answer->file = r->body == RESPONSE_FILE;
	if (r->body == RESPONSE_BYTES)
		answer->body = span_make(arena_dup(w->arena, r->bytes.at, r->bytes.len), r->bytes.len);
	else if (answer->file)
		answer->body = read_file_body(r);
	answer->json = answer_document(answer);
	return answer;
}

/*
 * A failing statement outside of the application's own transactions would
 * spoil the test's outer one: each request runs inside a savepoint.
 */
static struct tx *
guard(struct work *guarded)
{
	struct tx *tx = NULL;

	if (w->db->floor) {
		tx = tx_begin(guarded);
		if (!tx)
			fail_msg("no savepoint: %s", guarded->fault->detail);
		w->db->floor = tx;
	}
	return tx;
}

static void
unguard(struct work *guarded, struct tx *tx, struct tx *floor)
{
	w->db->floor = floor;
	if (!tx)
		return;
	if (PQtransactionStatus(w->db->conn) == PQTRANS_INERROR)
		tx_rollback(tx);
	else if (!tx_commit(guarded, tx))
		fail_msg("the savepoint did not end: %s", guarded->fault->detail);
}

const struct test_answer *
test_send(const struct test_request *asked)
{
	struct arena arena;
	struct fault fault;
	struct work guarded = *w;
	struct request request = { .method = method_parse(span_of(asked->method)), .method_text = asked->method,
		.target = asked->target, .remote_addr = "192.0.2.1", .id = "0123456789abcdef" };
	struct response response;
	struct span body = asked->body;
	struct tx *floor = w->db->floor, *tx;
	const struct test_answer *answer;

	if (test_url())
		return remote_send(asked, test_url());
	fault_init(&fault, w->arena);
	guarded.fault = &fault;
	arena_init(&arena);
	add_headers(&arena, &request, asked);
	request.body = (struct body_source){ read_span, &body, (int64_t)body.len };
	tx = guard(&guarded);
	app_handle(app, &arena, &request, &response);
	answer = keep(&response);
	arena_free(&arena);
	unguard(&guarded, tx, floor);
	return answer;
}

const struct test_answer *
ask(const char *token, const char *method, const char *target, const char *body)
{
	struct test_request request = { .method = method, .target = target, .token = token, .body = span_of(body) };

	if (body)
		request.headers[0] = (struct header){ "content-type", "application/json" };
	return test_send(&request);
}

const struct test_answer *
get(const char *target)
{
	return ask(NULL, "GET", target, NULL);
}

const char *
answer_header(const struct test_answer *a, const char *name)
{
	for (size_t i = 0; i < a->header_count; i++)
		if (text_equal_nocase(a->headers[i].name, name))
			return a->headers[i].value;
	return NULL;
}

const char *
answer_text(const struct test_answer *a, const char *path)
{
	const struct doc *d = doc_at(a->json, path);
	struct buf b = buf_on(w->arena);

	if (!d)
		return "absent";
	if (doc_is(d, DOC_TEXT))
		return arena_dup(w->arena, d->is.text.at, d->is.text.len);
	json_write(&b, d, NULL);
	return buf_text(&b);
}

void
assert_answer(const struct test_answer *a, int status, const char *expected)
{
	struct fault fault;
	const struct doc *wanted;
	const char *difference;

	if (a->status != status)
		fail_msg("status %d, wanted %d; the answer is: %s", a->status, status, a->body.at);
	if (!expected)
		return;
	fault_init(&fault, w->arena);
	wanted = json_read(w->arena, &fault, span_of(expected));
	if (!wanted)
		fail_msg("the expected document: %s", fault.message);
	if (!a->json)
		fail_msg("not JSON: %s", a->body.at);
	difference = doc_difference(wanted, a->json);
	if (difference)
		fail_msg("%s; the answer is: %s", difference, a->body.at);
}

void
assert_error(const struct test_answer *a, int status, const char *detail)
{
	if (a->status != status)
		fail_msg("status %d, wanted %d; the answer is: %s", a->status, status, a->body.at);
	assert_string_equal(answer_text(a, "errors[0].detail"), detail);
	assert_string_equal(answer_text(a, "errors[1]"), "absent");
}
