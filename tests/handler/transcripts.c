/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/transcripts/ in process: each scenario is a test with a database
 * of its own. The format is described in tests/transcripts/README.md.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/download.h"
#include "request.h"
#include "support.h"
#include "wire/json.h"

#define MAX_SCENARIOS 1000
#define MAX_CAPTURES 32

struct scenario {
	const char *file;		/* below tests/transcripts */
	const char *name;
	int line;
	struct span text;
};

/* A scenario while it runs. */
struct play {
	const struct scenario *scenario;
	struct span rest;		/* unread lines */
	int line;
	const char *token;		/* who asks */
	const struct test_answer *answer;
	struct header captures[MAX_CAPTURES];
	size_t capture_count;
};

static struct arena files_arena;
static struct scenario scenarios[MAX_SCENARIOS];
static size_t scenario_count;

#define FAIL(p, ...) fail_msg("%s:%d: %s", (p)->scenario->file, (p)->line, arena_printf(w->arena, __VA_ARGS__))

/* ---- lines ---- */

static bool
is_indented(struct span line)
{
	return line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
}

/* The next line without its break; at == NULL at the end. */
static struct span
next_line(struct play *p)
{
	struct span line = span_make(NULL, 0);

	if (p->rest.at && p->rest.len > 0) {
		line = span_cut(&p->rest, '\n');
		p->line++;
	}
	return line;
}

static struct span
peek_line(const struct play *p)
{
	struct span rest = p->rest;

	return rest.at && rest.len > 0 ? span_cut(&rest, '\n') : span_make(NULL, 0);
}

/* ${name} becomes what was captured. */
static const char *
substitute(struct play *p, struct span s)
{
	struct buf b = buf_on(w->arena);

	while (s.len > 0) {
		struct span name = span_skip(s, 2);
		const char *value = NULL;

		if (span_starts(s, "${") && span_contains(name, "}")) {
			name = span_cut(&name, '}');
			for (size_t i = 0; i < p->capture_count; i++)
				if (span_is(name, p->captures[i].name))
					value = p->captures[i].value;
			if (!value)
				FAIL(p, "nothing was captured as %.*s", (int)name.len, name.at);
			buf_puts(&b, value);
			s = span_skip(s, name.len + 3);
			continue;
		}
		buf_putc(&b, *s.at);
		s = span_skip(s, 1);
	}
	return buf_text(&b);
}

/* The next word; at == NULL at the end. */
static struct span
word(struct span *rest)
{
	struct span w1;

	*rest = span_trim(*rest);
	if (rest->len == 0)
		return span_make(NULL, 0);
	w1 = span_cut(rest, ' ');
	if (!rest->at)
		*rest = span_make("", 0);
	return w1;
}

static const char *
text_word(struct span *rest)
{
	struct span s = word(rest);

	return s.at ? arena_dup(w->arena, s.at, s.len) : NULL;
}

/* How far brackets outside of strings are open at the end. */
static int
open_brackets(const char *json)
{
	int depth = 0;
	bool quoted = false;

	for (; *json; json++) {
		if (quoted && *json == '\\' && json[1])
			json++;
		else if (*json == '"')
			quoted = !quoted;
		else if (!quoted && (*json == '{' || *json == '['))
			depth++;
		else if (!quoted && (*json == '}' || *json == ']'))
			depth--;
	}
	return depth;
}

/* JSON that begins in LINE and goes on in the lines that follow. */
static const char *
whole_json(struct play *p, const char *line)
{
	struct buf b = buf_on(w->arena);

	buf_puts(&b, line);
	while (open_brackets(buf_text(&b)) > 0 && peek_line(p).at) {
		buf_putc(&b, '\n');
		buf_puts(&b, substitute(p, next_line(p)));
	}
	return buf_text(&b);
}

static const struct doc *
read_json(struct play *p, const char *text)
{
	struct fault fault;
	const struct doc *d;

	fault_init(&fault, w->arena);
	d = json_read(w->arena, &fault, span_of(text));
	if (!d)
		FAIL(p, "%s in: %s", fault.message, text);
	return d;
}

/* ---- arranging ---- */

/* crate NAME VERSION… [owned by ACCOUNT] [with {metadata}] */
static void
given_crate_line(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *owner = "alice", *metadata = NULL, *next;
	const char *versions[32];
	size_t count = 0;

	while ((next = text_word(&rest))) {
		if (strcmp(next, "owned") == 0) {
			text_word(&rest);
			owner = text_word(&rest);
		} else if (strcmp(next, "with") == 0) {
			metadata = whole_json(p, arena_dup(w->arena, rest.at, rest.len));
			break;
		} else if (count < ARRAY_LEN(versions)) {
			versions[count++] = next;
		}
	}
	for (size_t i = 0; i < count; i++)
		given_crate(owner, name, versions[i], metadata);
}

/* account NAME [admin] [unverified] [id ID] */
static void
given_account_line(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *next;
	int64_t id = given_account(name);

	while ((next = text_word(&rest))) {
		if (strcmp(next, "admin") == 0)
			sql_do("UPDATE account SET is_admin = true WHERE id = %lld", (long long)id);
		else if (strcmp(next, "unverified") == 0)
			sql_do("UPDATE email SET verified_at = NULL WHERE account_id = %lld", (long long)id);
		else
			FAIL(p, "an account is admin or unverified, not %s", next);
	}
}

static void
capture(struct play *p, const char *name, const char *value)
{
	if (p->capture_count == MAX_CAPTURES)
		FAIL(p, "too many captures");
	p->captures[p->capture_count++] = (struct header){ name, value };
}

/* token NAME of ACCOUNT [scopes A,B] [crates PATTERN,PATTERN]: captured as NAME */
static void
given_token_line(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *scopes = NULL, *crates = NULL, *account = NULL, *next;

	while ((next = text_word(&rest))) {
		if (strcmp(next, "of") == 0)
			account = text_word(&rest);
		else if (strcmp(next, "scopes") == 0)
			scopes = text_word(&rest);
		else if (strcmp(next, "crates") == 0)
			crates = text_word(&rest);
	}
	if (!account)
		FAIL(p, "a token needs \"of ACCOUNT\"");
	capture(p, name, given_scoped_token(account, scopes, crates));
}

/* yanked CRATE VERSION */
static void
given_yanked_line(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *version = text_word(&rest);
	const char *target = arena_printf(w->arena, "/api/v1/crates/%s/%s/yank", name, version);
	const char *owner = sql_text("SELECT a.name FROM account a JOIN owner o ON o.account_id = a.id"
		" JOIN package p ON p.id = o.package_id WHERE p.name = '%s' LIMIT 1", name);
	const struct test_answer *answer = ask(given_token(owner), "DELETE", target, NULL);

	if (answer->status != 200)
		FAIL(p, "yanking: %s", answer->body.at);
}

/* setting NAME yes|no|NUMBER|TEXT */
static void
given_setting_line(struct play *p, struct span rest)
{
	struct span name = word(&rest), value = span_trim(rest);
	int64_t n = 0;

#define SETTING_IS_TEXT(member, v) test_config->member = arena_dup(w->arena, (v).at, (v).len)
#define SETTING(member, kind, initial, when, meaning) \
	if (span_is(name, #member)) { \
		SETTING_SET_##kind(member); \
		return; \
	}
#define SETTING_SET_TEXT(member) SETTING_IS_TEXT(member, value)
#define SETTING_SET_SECRET(member) SETTING_IS_TEXT(member, value)
#define SETTING_SET_LIST(member) SETTING_IS_TEXT(member, value)
#define SETTING_SET_FLAG(member) test_config->member = span_is(value, "yes")
#define SETTING_SET_NUMBER(member, parse) \
	if (!(parse)) \
		FAIL(p, "not a number: %.*s", (int)value.len, value.at); \
	test_config->member = n
#define SETTING_SET_COUNT(member) SETTING_SET_NUMBER(member, number_parse(value, 0, INT64_MAX, &n))
#define SETTING_SET_SIZE(member) SETTING_SET_NUMBER(member, number_parse_size(value, INT64_MAX, &n))
#define SETTING_SET_DURATION(member) SETTING_SET_NUMBER(member, number_parse_duration(value, &n))
#define SETTING_CHOOSE(member) \
	if (!number_parse(value, 0, 9, &n)) \
		FAIL(p, "a choice is given as its number"); \
	test_config->member = (int)n
#define SETTING_SET_CHOICE_LOG_FORMAT(member) SETTING_CHOOSE(member)
#define SETTING_SET_CHOICE_LOG_LEVEL(member) SETTING_CHOOSE(member)
#define SETTING_SET_CHOICE_SENDFILE(member) SETTING_CHOOSE(member)
#define SETTING_SET_CHOICE_SEVERITY(member) SETTING_CHOOSE(member)
#include "base/settings.def"
#undef SETTING
	FAIL(p, "no setting %.*s", (int)name.len, name.at);
}

/* downloads CRATE VERSION COUNT [DAYS-AGO] */
static void
given_downloads_line(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *version = text_word(&rest), *count = text_word(&rest);
	const char *days = text_word(&rest);

	if (!count)
		FAIL(p, "downloads CRATE VERSION COUNT [DAYS-AGO]");
	sql_do("INSERT INTO download_day (file_id, release_id, day, count, counted)"
		" SELECT f.id, r.id, (to_timestamp(%lld) AT TIME ZONE 'UTC')::date - %s, %s, %s"
		" FROM package p JOIN release r ON r.package_id = p.id JOIN file f ON f.release_id = r.id"
		" WHERE p.name = '%s' AND r.version = '%s'",
		(long long)(clock_now() / CLOCK_SECOND), days ? days : "0", count, count, name, version);
	if (!download_rollup(w, NULL) || !download_refresh_recent(w, NULL))
		FAIL(p, "%s", w->fault->message);
}

/* organization NAME of ACCOUNT…: the first account is its administrator */
static void
given_organization_line(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *member, *role = "admin";
	struct account_new new = { .kind = "organization", .name = name };
	const struct account *organization = account_create(w, &new);

	if (!organization)
		FAIL(p, "%s", w->fault->message);
	text_word(&rest);
	while ((member = text_word(&rest))) {
		sql_do("INSERT INTO membership (organization_id, account_id, role) VALUES (%lld, %lld, '%s')",
			(long long)organization->id, (long long)given_account(member), role);
		role = "write";
	}
}

/* team NAME owns CRATE */
static void
given_team_line(struct play *p, struct span rest)
{
	const char *team = text_word(&rest), *owns = text_word(&rest), *crate = text_word(&rest);

	if (!owns || !crate)
		FAIL(p, "team NAME owns CRATE");
	sql_do("INSERT INTO owner (package_id, account_id, role) SELECT p.id, a.id, 'owner'"
		" FROM package p, account a WHERE p.name = '%s' AND a.name = '%s'", crate, team);
}

/* time YYYY-MM-DDThh:mm:ssZ: what the clock shows from now on */
static void
given_time_line(struct play *p, struct span rest)
{
	int64_t t;

	if (!clock_parse_rfc3339(span_trim(rest), &t))
		FAIL(p, "not a time");
	clock_set(t);
	w->now = t;
}

static const struct {
	const char *word;
	void (*run)(struct play *, struct span);
} givens[] = {
	{ "account", given_account_line },
	{ "crate", given_crate_line },
	{ "downloads", given_downloads_line },
	{ "organization", given_organization_line },
	{ "setting", given_setting_line },
	{ "team", given_team_line },
	{ "time", given_time_line },
	{ "token", given_token_line },
	{ "yanked", given_yanked_line },
};

static void
play_given(struct play *p, struct span rest)
{
	struct span what = word(&rest);

	for (size_t i = 0; i < ARRAY_LEN(givens); i++) {
		if (span_is(what, givens[i].word)) {
			givens[i].run(p, rest);
			return;
		}
	}
	FAIL(p, "cannot be given: %.*s", (int)what.len, what.at);
}

/* AS nobody | AS ACCOUNT | AS token NAME */
static void
play_as(struct play *p, struct span rest)
{
	const char *who = text_word(&rest);

	if (strcmp(who, "nobody") == 0)
		p->token = NULL;
	else if (strcmp(who, "token") == 0)
		p->token = substitute(p, span_of(arena_printf(w->arena, "${%s}", text_word(&rest))));
	else
		p->token = given_token(who);
}

/* ---- requests ---- */

/* publish NAME VERSION [{metadata}] */
static struct span
publish_line(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *version = text_word(&rest);

	rest = span_trim(rest);
	return publish_body(name, version, rest.len > 0 ? whole_json(p, arena_dup(w->arena, rest.at, rest.len)) : NULL);
}

/* A header, or the beginning of a body. */
static void
read_request_line(struct play *p, struct test_request *r, size_t *headers)
{
	const char *line = substitute(p, span_trim(next_line(p)));
	struct span rest = span_of(line), name;

	if (*line == '{' || *line == '[' || span_starts(rest, "json ")) {
		r->body = span_of(whole_json(p, span_starts(rest, "json ") ? line + 5 : line));
		if (*headers == 0)
			r->headers[(*headers)++] = (struct header){ "content-type", "application/json" };
		return;
	}
	if (span_starts(rest, "publish ")) {
		r->body = publish_line(p, span_skip(rest, 8));
		return;
	}
	if (span_starts(rest, "body ")) {
		r->body = span_skip(rest, 5);
		return;
	}
	name = span_cut(&rest, ':');
	if (!rest.at || *headers == ARRAY_LEN(r->headers) - 1)
		FAIL(p, "neither header nor body: %s", line);
	rest = span_trim(rest);
	r->headers[(*headers)++] = (struct header){ arena_dup(w->arena, name.at, name.len),
		arena_dup(w->arena, rest.at, rest.len) };
}

static void
play_request(struct play *p, struct span line)
{
	struct test_request r = { .method = text_word(&line), .token = p->token };
	size_t headers = 0;

	r.target = substitute(p, span_trim(line));
	while (is_indented(peek_line(p)))
		read_request_line(p, &r, &headers);
	p->answer = test_send(&r);
}

/* ---- expectations ---- */

static void
expect_at(struct play *p, const struct doc *d, const char *path, const char *expected)
{
	const struct doc *found = doc_at(d, path);
	const char *difference;

	if (strcmp(expected, "absent") == 0) {
		if (found)
			FAIL(p, "%s is there", path);
		return;
	}
	if (!found)
		FAIL(p, "%s is absent in: %s", path, p->answer->body.at);
	if (strncmp(expected, "count ", 6) == 0) {
		if ((long)found->count != strtol(expected + 6, NULL, 10))
			FAIL(p, "%s has %u members: %s", path, found->count, p->answer->body.at);
		return;
	}
	difference = doc_difference(read_json(p, expected), found);
	if (difference)
		FAIL(p, "%s: %s", path, difference);
}

static struct span
line_of(struct span body, long number)
{
	struct span line = span_make(NULL, 0);

	for (long i = 0; i < number; i++)
		line = body.at && body.len > 0 ? span_cut(&body, '\n') : span_make(NULL, 0);
	return line;
}

/* lines N */
static void
expect_lines(struct play *p, struct span rest)
{
	struct span body = p->answer->body;
	long count = 0;

	for (size_t i = 0; i < body.len; i++)
		count += body.at[i] == '\n';
	if (count != strtol(text_word(&rest), NULL, 10) || (body.len > 0 && body.at[body.len - 1] != '\n'))
		FAIL(p, "%ld lines in: %s", count, body.at);
}

/* json LINE .PATH VALUE */
static void
expect_json_line(struct play *p, struct span rest)
{
	long number = strtol(text_word(&rest), NULL, 10);
	struct span line = line_of(p->answer->body, number);
	const char *path = text_word(&rest);

	if (!line.at)
		FAIL(p, "there is no line %ld", number);
	expect_at(p, read_json(p, arena_dup(w->arena, line.at, line.len)), path,
		whole_json(p, arena_dup(w->arena, rest.at, rest.len)));
}

static void
expect_document(struct play *p, const char *line)
{
	const struct doc *expected = read_json(p, whole_json(p, line));
	const char *difference;

	if (!p->answer->json)
		FAIL(p, "not JSON: %s", p->answer->body.at);
	difference = doc_difference(expected, p->answer->json);
	if (difference)
		FAIL(p, "%s; the answer is: %s", difference, p->answer->body.at);
}

/* name: value; name: absent; name: has TEXT */
static void
expect_header(struct play *p, struct span line)
{
	struct span name = span_cut(&line, ':');
	const char *key = arena_dup(w->arena, name.at, name.len);
	const char *found = answer_header(p->answer, key);

	if (!line.at)
		FAIL(p, "cannot be expected: %s", key);
	line = span_trim(line);
	if (span_is(line, "absent")) {
		if (found)
			FAIL(p, "%s is %s", key, found);
		return;
	}
	if (!found)
		FAIL(p, "no header %s", key);
	if (span_starts(line, "has ") && strstr(found, arena_dup(w->arena, line.at + 4, line.len - 4)))
		return;
	if (!span_is(line, found))
		FAIL(p, "%s is %s", key, found);
}

static void
expect_line(struct play *p)
{
	const char *line = substitute(p, span_trim(next_line(p)));
	struct span rest = span_of(line);

	if (*line == '{' || *line == '[') {
		expect_document(p, line);
	} else if (*line == '.') {
		const char *path = text_word(&rest);

		expect_at(p, p->answer->json, path, whole_json(p, arena_dup(w->arena, rest.at, rest.len)));
	} else if (span_starts(rest, "lines ")) {
		expect_lines(p, span_skip(rest, 6));
	} else if (span_starts(rest, "json ")) {
		expect_json_line(p, span_skip(rest, 5));
	} else if (span_starts(rest, "error ")) {
		assert_string_equal(answer_text(p->answer, "errors[0].detail"), line + 6);
		assert_string_equal(answer_text(p->answer, "errors[1]"), "absent");
	} else if (span_starts(rest, "body ")) {
		if (strcmp(p->answer->body.at, line + 5) != 0)
			FAIL(p, "the body is: %s", p->answer->body.at);
	} else if (span_starts(rest, "has ")) {
		if (!strstr(p->answer->body.at, line + 4))
			FAIL(p, "the body is: %s", p->answer->body.at);
	} else if (span_is(rest, "empty")) {
		if (p->answer->body.len != 0)
			FAIL(p, "the body is: %s", p->answer->body.at);
	} else {
		expect_header(p, rest);
	}
}

static void
play_expectation(struct play *p, struct span rest)
{
	long status = strtol(text_word(&rest), NULL, 10);

	if (!p->answer)
		FAIL(p, "nothing was asked");
	if (p->answer->status != status)
		FAIL(p, "status %d, wanted %ld: %s", p->answer->status, status, p->answer->body.at);
	while (is_indented(peek_line(p)))
		expect_line(p);
}

/* CAPTURE NAME .PATH | CAPTURE NAME header HEADER */
static void
play_capture(struct play *p, struct span rest)
{
	const char *name = text_word(&rest), *path = text_word(&rest), *value;

	if (strcmp(path, "header") == 0)
		value = answer_header(p->answer, text_word(&rest));
	else
		value = answer_text(p->answer, path);
	if (!value)
		FAIL(p, "nothing to capture");
	capture(p, name, value);
}

/* ---- scenarios ---- */

static void
play_line(struct play *p, struct span line)
{
	struct span first = line;

	if (span_trim(line).len == 0 || line.at[0] == '#')
		return;
	first = span_cut(&first, ' ');
	if (span_is(first, "GIVEN"))
		play_given(p, span_skip(line, 6));
	else if (span_is(first, "AS"))
		play_as(p, span_skip(line, 3));
	else if (span_is(first, "CAPTURE"))
		play_capture(p, span_skip(line, 8));
	else if (span_is(first, "->"))
		play_expectation(p, span_skip(line, 3));
	else if (method_parse(first) != METHOD_UNKNOWN || span_is(first, "BREW"))
		play_request(p, line);
	else
		FAIL(p, "not understood: %.*s", (int)line.len, line.at);
}

static void
play_scenario(void **state)
{
	const struct scenario *s = *state;
	struct play p = { .scenario = s, .rest = s->text, .line = s->line };
	struct span line;

	while ((line = next_line(&p)).at)
		play_line(&p, line);
}

/* cmocka hands the initial state to the setup and then to the test; ours must not replace it. */
static int
setup_scenario(void **state)
{
	void *scenario = *state;

	test_setup(state);
	*state = scenario;
	return 0;
}

static struct span
read_whole(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf b = buf_on(&files_arena);
	char chunk[8192];
	size_t n;

	while (file && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_put(&b, chunk, n);
	if (file)
		fclose(file);
	return buf_span(&b);
}

/* Scenarios begin with "=== what holds"; what stands before the first is commentary. */
static void
add_scenarios(const char *file, struct span text)
{
	struct scenario *s = NULL;
	int number = 0;

	while (text.at && text.len > 0) {
		struct span line = span_cut(&text, '\n');

		number++;
		if (span_starts(line, "=== ")) {
			if (scenario_count == MAX_SCENARIOS)
				abort();
			s = &scenarios[scenario_count++];
			s->file = file;
			s->line = number;
			s->name = arena_printf(&files_arena, "%s: %.*s", file, (int)line.len - 4, line.at + 4);
			s->text = span_make(line.at + line.len + 1, 0);
		} else if (s) {
			s->text.len = (size_t)(line.at + line.len - s->text.at);
		}
	}
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
find_transcripts(const char *root, const char *below)
{
	const char *path = arena_printf(&files_arena, "%s/%s", root, below);
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, by_name);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		size_t len = strlen(name);
		const char *file = arena_printf(&files_arena, "%s%s%s", below, *below ? "/" : "", name);
		const char *whole = arena_printf(&files_arena, "%s/%s", root, file);
		struct stat st;

		if (name[0] != '.' && stat(whole, &st) == 0 && S_ISDIR(st.st_mode))
			find_transcripts(root, file);
		else if (len > 5 && strcmp(name + len - 5, ".http") == 0)
			add_scenarios(file, read_whole(whole));
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* With arguments, only scenarios whose name holds one of them. */
static bool
is_chosen(const struct scenario *s, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strstr(s->name, argv[i]))
			return true;
	return argc < 2;
}

int
main(int argc, char **argv)
{
	const char *source = getenv("ENTREPOT_SOURCE");
	struct CMUnitTest *tests;
	size_t count = 0;
	struct test_list list;
	int status;

	find_transcripts(arena_printf(&files_arena, "%s/tests/transcripts", source ? source : ".."), "");
	tests = calloc(scenario_count + 1, sizeof(*tests));
	if (!tests)
		return 99;
	for (size_t i = 0; i < scenario_count; i++)
		if (is_chosen(&scenarios[i], argc, argv))
			tests[count++] = (struct CMUnitTest){ scenarios[i].name, play_scenario, setup_scenario,
				test_teardown, &scenarios[i] };
	list = (struct test_list){ tests, &count };
	status = test_run("transcripts", &list, 1);
	free(tests);
	arena_free(&files_arena);
	return status;
}
