/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scenario is given: accounts, crates, settings, the time.
 */
#include "transcript.h"

#include "base/clock.h"
#include "base/setting_value.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/organization.h"
#include "domain/download.h"
#include "domain/job.h"
#include "domain/repository.h"
#include "hex.h"
#include "pypi.h"

/* crate NAME VERSION… [owned by ACCOUNT] [with {metadata}] */
static void
given_crate_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *owner = "alice", *metadata = NULL, *next;
	const char *versions[32];
	size_t count = 0;

	while ((next = play_word(&rest))) {
		if (strcmp(next, "owned") == 0) {
			play_word(&rest);
			owner = play_word(&rest);
		} else if (strcmp(next, "with") == 0) {
			metadata = play_json(p, arena_dup(w->arena, rest.at, rest.len));
			break;
		} else if (count < ARRAY_LEN(versions)) {
			versions[count++] = next;
		}
	}
	for (size_t i = 0; i < count; i++)
		given_crate(owner, name, versions[i], metadata);
}

/* hex package|docs NAME VERSION… [owned by ACCOUNT] [in REPOSITORY] [with {metadata or pages}] */
static void
given_hex_line(struct play *p, struct span rest)
{
	const char *what = play_word(&rest), *name = play_word(&rest), *owner = "alice", *repository = NULL;
	const char *with = NULL, *versions[32], *next;
	size_t count = 0;

	while (!with && (next = play_word(&rest))) {
		if (strcmp(next, "owned") == 0) {
			play_word(&rest);
			owner = play_word(&rest);
		} else if (strcmp(next, "in") == 0) {
			repository = play_word(&rest);
		} else if (strcmp(next, "with") == 0) {
			with = play_json(p, arena_dup(w->arena, rest.at, rest.len));
		} else if (count < ARRAY_LEN(versions)) {
			versions[count++] = next;
		}
	}
	if (count == 0 || (strcmp(what, "package") != 0 && strcmp(what, "docs") != 0))
		PLAY_FAIL(p, "hex package|docs NAME VERSION…");
	for (size_t i = 0; i < count; i++)
		(strcmp(what, "docs") == 0 ? given_hex_docs : given_hex)(owner, repository, name, versions[i], with);
}

/* project NAME VERSION… [owned by ACCOUNT] [with {fields}] */
static void
given_project_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *owner = "alice", *fields = NULL, *next;
	const char *versions[32];
	size_t count = 0;

	while (!fields && (next = play_word(&rest))) {
		if (strcmp(next, "owned") == 0) {
			play_word(&rest);
			owner = play_word(&rest);
		} else if (strcmp(next, "with") == 0) {
			fields = play_json(p, arena_dup(w->arena, rest.at, rest.len));
		} else if (count < ARRAY_LEN(versions)) {
			versions[count++] = next;
		}
	}
	for (size_t i = 0; i < count; i++)
		given_project(owner, name, versions[i], fields);
}

/* repository OWNER/NAME of ECOSYSTEM [private] */
static void
given_repository_line(struct play *p, struct span rest)
{
	struct span name = span_of(play_word(&rest)), owner = span_cut(&name, '/');
	const char *of = play_word(&rest), *ecosystem = play_word(&rest), *private = play_word(&rest);
	const struct account *account = account_find(w, owner);
	struct repository_new n = { .ecosystem = ecosystem, .private = private != NULL };

	if (!account || !name.at || !of || !ecosystem)
		PLAY_FAIL(p, "repository OWNER/NAME of ECOSYSTEM, and there is such an owner");
	n.owner_id = account->id;
	n.name = arena_dup(w->arena, name.at, name.len);
	if (!repository_create(w, &n))
		PLAY_FAIL(p, "%s", w->fault->message);
}

/* account NAME [admin] [unverified] [public] [password PASSWORD] */
static void
given_account_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *next;
	int64_t id = given_account(name);

	while ((next = play_word(&rest))) {
		if (strcmp(next, "admin") == 0)
			sql_do("UPDATE account SET is_admin = true WHERE id = %lld", (long long)id);
		else if (strcmp(next, "unverified") == 0)
			sql_do("UPDATE email SET verified_at = NULL WHERE account_id = %lld", (long long)id);
		else if (strcmp(next, "public") == 0)
			sql_do("UPDATE email SET is_public = true WHERE account_id = %lld", (long long)id);
		else if (strcmp(next, "password") != 0 || !account_set_password(w, id, play_word(&rest)))
			PLAY_FAIL(p, "an account is admin, unverified, public or has a password, not %s", next);
	}
}

/* token NAME of ACCOUNT [scopes A,B] [crates PATTERN,PATTERN]: captured as NAME */
static void
given_token_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *scopes = NULL, *crates = NULL, *account = NULL, *next;

	while ((next = play_word(&rest))) {
		if (strcmp(next, "of") == 0)
			account = play_word(&rest);
		else if (strcmp(next, "scopes") == 0)
			scopes = play_word(&rest);
		else if (strcmp(next, "crates") == 0)
			crates = play_word(&rest);
	}
	if (!account)
		PLAY_FAIL(p, "a token needs \"of ACCOUNT\"");
	play_capture(p, name, given_scoped_token(account, scopes, crates));
}

/* yanked CRATE VERSION */
static void
given_yanked_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *version = play_word(&rest);
	const char *target = arena_printf(w->arena, "/api/v1/crates/%s/%s/yank", name, version);
	const char *owner = sql_text("SELECT a.name FROM account a JOIN owner o ON o.account_id = a.id"
		" JOIN package p ON p.id = o.package_id WHERE p.name = '%s' LIMIT 1", name);
	const struct test_answer *answer = ask(given_token(owner), "DELETE", target, NULL);

	if (answer->status != 200)
		PLAY_FAIL(p, "yanking: %s", answer->body.at);
}

/* What config_read() derives of base_url. */
static void
derive_mount(void)
{
	const char *host = strstr(test_config->base_url, "//");
	const char *path = host ? strchr(host + 2, '/') : NULL;

	test_config->mount = path ? path : "";
}

/* setting NAME VALUE, as in the configuration */
static void
given_setting_line(struct play *p, struct span rest)
{
	struct span name = play_span(&rest), value = span_trim(rest);
	const char *wrong = NULL;

#define SETTING(member, kind, initial, when, meaning) \
	if (span_is(name, #member)) { \
		wrong = setting_parse(w->arena, SETTING_KIND_##kind, value, &test_config->member); \
		derive_mount(); \
		if (wrong) \
			PLAY_FAIL(p, "%s %s", #member, wrong); \
		return; \
	}
#include "base/settings.def"
#undef SETTING
	PLAY_FAIL(p, "no setting %.*s", (int)name.len, name.at);
}

/* downloads CRATE VERSION COUNT [DAYS-AGO] */
static void
given_downloads_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *version = play_word(&rest), *count = play_word(&rest);
	const char *days = play_word(&rest);

	if (!count)
		PLAY_FAIL(p, "downloads CRATE VERSION COUNT [DAYS-AGO]");
	sql_do("INSERT INTO download_day (file_id, release_id, day, count, counted)"
		" SELECT f.id, r.id, (to_timestamp(%lld) AT TIME ZONE 'UTC')::date - %s, %s, 0"
		" FROM package p JOIN release r ON r.package_id = p.id JOIN file f ON f.release_id = r.id"
		" WHERE p.name = '%s' AND r.version = '%s'",
		(long long)(clock_now() / CLOCK_SECOND), days ? days : "0", count, name, version);
	if (!download_rollup(w, NULL) || !download_refresh_recent(w, NULL))
		PLAY_FAIL(p, "%s", w->fault->message);
}

/* organization NAME of ACCOUNT[:ROLE]…: the first account is its administrator, the others may write */
static void
given_organization_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *member;
	enum member_role usual = ROLE_ADMIN;
	struct account_new new = { .name = name };
	const struct account *organization = organization_create(w, &new, 0);

	if (!organization)
		PLAY_FAIL(p, "%s", w->fault->message);
	play_word(&rest);
	while ((member = play_word(&rest))) {
		struct span role = span_of(member), account = span_cut(&role, ':');

		const char *who = arena_dup(w->arena, account.at, account.len);

		if (!organization_set_member(w, organization->id, given_account(who),
					     role.at ? member_role_parse(role) : usual))
			PLAY_FAIL(p, "%s", w->fault->message);
		usual = ROLE_WRITE;
	}
}

/* team NAME owns CRATE */
static void
given_team_line(struct play *p, struct span rest)
{
	const char *team = play_word(&rest), *owns = play_word(&rest), *crate = play_word(&rest);

	if (!owns || !crate)
		PLAY_FAIL(p, "team NAME owns CRATE");
	sql_do("INSERT INTO owner (package_id, account_id, role) SELECT p.id, a.id, 'owner'"
		" FROM package p, account a WHERE p.name = '%s' AND a.name = '%s'", crate, team);
}

/* oauth client ID ADDRESS */
static void
given_oauth_line(struct play *p, struct span rest)
{
	const char *client = play_word(&rest), *id = play_word(&rest), *uri = play_word(&rest);

	if (!client || strcmp(client, "client") != 0 || !uri)
		PLAY_FAIL(p, "oauth client ID ADDRESS");
	sql_do("INSERT INTO oauth_client (id, name, redirect_uris) VALUES ('%s', '%s', ARRAY['%s'])"
		" ON CONFLICT ON CONSTRAINT oauth_client_pkey DO NOTHING", id, id, uri);
}

/* locked ACCOUNT forever|UNTIL [REASON] */
static void
given_locked_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *until = play_word(&rest);
	int64_t t = ACCOUNT_LOCKED_FOREVER;

	if (!until || (strcmp(until, "forever") != 0 && !clock_parse_rfc3339(span_of(until), &t)))
		PLAY_FAIL(p, "locked ACCOUNT forever|TIME [REASON]");
	rest = span_trim(rest);
	if (!account_lock(w, given_account(name), t, rest.len > 0 ? arena_dup(w->arena, rest.at, rest.len) : NULL))
		PLAY_FAIL(p, "%s", w->fault->message);
}

/* time YYYY-MM-DDThh:mm:ssZ: what the clock shows from now on */
static void
given_time_line(struct play *p, struct span rest)
{
	int64_t t;

	if (!clock_parse_rfc3339(span_trim(rest), &t))
		PLAY_FAIL(p, "not a time");
	clock_set(t);
	w->now = t;
}

/* job NAME: it has run */
static void
given_job_line(struct play *p, struct span rest)
{
	const char *name = play_word(&rest);
	const struct job_kind *kind = name ? job_kind_find(name) : NULL;
	struct job job = { .kind = name, .payload = "{}" };

	if (!kind || !kind->run(w, &job))
		PLAY_FAIL(p, "%s", kind ? w->fault->message : "no such kind of job");
}

static const struct {
	const char *word;
	void (*run)(struct play *, struct span);
} givens[] = {
	{ "account", given_account_line },
	{ "crate", given_crate_line },
	{ "downloads", given_downloads_line },
	{ "hex", given_hex_line },
	{ "job", given_job_line },
	{ "project", given_project_line },
	{ "repository", given_repository_line },
	{ "locked", given_locked_line },
	{ "oauth", given_oauth_line },
	{ "organization", given_organization_line },
	{ "python", play_given_python },
	{ "setting", given_setting_line },
	{ "team", given_team_line },
	{ "time", given_time_line },
	{ "token", given_token_line },
	{ "yanked", given_yanked_line },
};

void
play_given(struct play *p, struct span rest)
{
	struct span what = play_span(&rest);

	for (size_t i = 0; i < ARRAY_LEN(givens); i++) {
		if (span_is(what, givens[i].word)) {
			givens[i].run(p, rest);
			return;
		}
	}
	PLAY_FAIL(p, "cannot be given: %.*s", (int)what.len, what.at);
}
