/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the database and the disk take crates: the transaction and the blob
 * of a publish, without HTTP, without reading or checking the upload.
 *
 * publisher CONFIG ACCOUNT CONNECTIONS SECONDS PREFIX
 *
 * Prints the microseconds of each publish, one per line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/work.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/blob.h"
#include "domain/crate.h"
#include "domain/index.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/publish.h"
#include "domain/repository.h"
#include "formats/crate_rules.h"
#include "version/semver.h"
#include "wire/doc.h"

#define MAX_RUNS 50000
#define MAX_CONNECTIONS 64
/* Names that take turns, so that one is not locked by the publish before. */
#define TURNS 8
#define VERSIONS 4
#define CRATE_SIZE 700

/* Shared with the parent, which prints it. */
struct result {
	int count;
	int64_t spent[MAX_RUNS];
};

struct bench {
	struct work work;
	struct arena arena;
	struct fault fault;
	struct actor actor;
	const char *prefix;
	int connection;
	int serial;
	struct result *result;
};

static NORETURN void
die(const struct fault *f)
{
	fprintf(stderr, "publisher: %s (%s)\n", f->message, f->detail ? f->detail : "");
	_exit(1);
}

/* ---- what is published; the crates that run sends over HTTP are alike ---- */

static struct tempfile *
spool(struct work *w, uint8_t sha256[SHA256_SIZE])
{
	static char bytes[CRATE_SIZE];
	struct tempfile *t = tempfile_new(w->arena, w->fault, w->config->spool_dir);

	random_bytes(bytes, sizeof(bytes));
	digest_sha256(span_make(bytes, sizeof(bytes)), sha256);
	return t && tempfile_write(t, w->fault, bytes, sizeof(bytes)) ? t : NULL;
}

static void
fill(struct bench *b, struct publish *p, uint8_t sha256[SHA256_SIZE])
{
	static struct publish_dependency dependency;
	static struct span keywords[2], category;
	struct arena *a = &b->arena;
	int turn = b->serial % TURNS, version = b->serial / TURNS % VERSIONS, block = b->serial / (TURNS * VERSIONS);
	int number = block * TURNS + turn;
	const char *name = arena_printf(a, "%s-%d-%d", b->prefix, b->connection, number);
	const char *text = arena_printf(a, "0.%d.0", version + 1);
	struct semver v;

	if (!semver_parse(span_of(text), &v, NULL, 0))
		abort();
	dependency = (struct publish_dependency){ .package = SPAN("bench-fifty"), .kind = "normal",
		.requirement = SPAN("^0.1"), .features = SPAN("[]"), .default_features = true };
	keywords[0] = span_of(arena_printf(a, "speed-%d", number % 97));
	keywords[1] = span_of(arena_printf(a, "size-%d", number % 89));
	category = SPAN("algorithms");
	*p = (struct publish){
		.repository_id = REPOSITORY_CRATES,
		.name = name,
		.canonical_name = crate_name_canonical(a, span_of(name)),
		.version = text,
		.version_identity = text,
		.version_key = semver_key(a, &v),
		.description = "made to measure how fast crates are published",
		.license = "MIT",
		.readme = "# A crate\n\nMade to measure how *fast* crates are published.\n",
		.readme_html = "<h1>A crate</h1>\n<p>Made to measure how <em>fast</em> crates are published.</p>\n",
		.taxonomy = { .keywords = keywords, .keyword_count = 2, .categories = &category, .category_count = 1 },
		.dependencies = &dependency,
		.dependency_count = 1,
		.path = arena_printf(a, "%s/%s-%s.crate", name, name, text),
		.filename = arena_printf(a, "%s-%s.crate", name, text),
		.kind = "crate",
		.content_type = "application/gzip",
		.spool = spool(&b->work, sha256),
		.sha256 = sha256,
		.size = CRATE_SIZE,
	};
}

/* ---- the steps of a publish, as protocols/crates/publish.c takes them ---- */

static bool
check(struct work *w, const struct publish *p, const struct publish_package *taken)
{
	enum package_reserved reserved;
	enum owner_rights rights;
	struct rows unknown;
	const char *name;
	bool yes;

	if (taken->is_new ? !package_name_reserved(w, "crates", p->name, &reserved)
			  : !owner_rights(w, taken->id, w->actor->account_id, &rights))
		return false;
	return publish_has_version(w, taken->id, p->version_identity, &yes) && publish_was_deleted(w, p, &yes) &&
	       publish_unknown_dependency(w, p, &name) &&
	       category_unknown(w, REPOSITORY_CRATES, p->taxonomy.categories, p->taxonomy.category_count, &unknown);
}

static bool
store(struct work *w, const struct publish *p, const struct publish_package *taken)
{
	struct crate_details details = {
		.name = p->name,
		.version = p->version,
		.dependencies = p->dependencies,
		.dependency_count = p->dependency_count,
		.sha256 = p->sha256,
		.features = doc_map(w->arena),
		.edition = "2021",
		.has_lib = true,
	};
	int64_t release_id;

	return publish_release(w, p, taken->id, &release_id) && crate_add(w, release_id, &details) &&
	       (!taken->is_new || owner_add(w, taken->id, w->actor->account_id)) &&
	       publish_finish(w, p, taken, release_id) && index_refresh_crate(w, taken->id, p->name) &&
	       owner_notify(w, taken->id, "Successfully published", "A new version was published.\n") &&
	       change_add(w, REPOSITORY_CRATES, taken->id, release_id, "publish");
}

static void
publish(struct bench *b)
{
	struct work *w = &b->work;
	struct publish_package taken;
	uint8_t sha256[SHA256_SIZE];
	struct publish p;
	struct tx *tx;

	w->now = clock_now();
	fill(b, &p, sha256);
	tx = p.spool ? tx_begin(w) : NULL;
	if (!tx || !publish_take_name(w, p.repository_id, p.name, p.canonical_name, &taken) || !check(w, &p, &taken) ||
	    !store(w, &p, &taken) || !tx_commit(w, tx))
		die(w->fault);
	b->serial++;
	arena_clear(&b->arena);
}

/* ---- one connection ---- */

static void
run(struct bench *b, const struct config *config, const char *account, int64_t until)
{
	const struct account *owner;
	int64_t begun;

	arena_init(&b->arena);
	fault_init(&b->fault, &b->arena);
	b->work = (struct work){ .arena = &b->arena, .fault = &b->fault, .config = config,
				 .db = db_new(config->database, config->statement_timeout), .now = clock_now() };
	owner = account_find(&b->work, span_of(account));
	if (!owner || !blob_store_init(&b->work))
		die(&b->fault);
	b->actor = (struct actor){ .account_id = owner->id, .scopes = UINT64_MAX };
	b->work.actor = &b->actor;
	/* Statements are prepared with the first. */
	publish(b);
	while ((begun = clock_ticks()) < until && b->result->count < MAX_RUNS) {
		publish(b);
		b->result->spent[b->result->count++] = clock_ticks() - begun;
	}
}

static int
work_together(char **argv, const struct config *config, struct result *results, int connections)
{
	int64_t until = clock_ticks() + (int64_t)(strtod(argv[4], NULL) * CLOCK_SECOND);
	int status, failed = 0;

	for (int i = 0; i < connections; i++)
		if (fork() == 0) {
			struct bench b = { .prefix = argv[5], .connection = i, .result = &results[i] };

			run(&b, config, argv[2], until);
			_exit(0);
		}
	while (wait(&status) > 0)
		failed |= status;
	return failed;
}

int
main(int argc, char **argv)
{
	struct arena arena;
	struct fault fault;
	const struct config *config;
	struct result *results;
	int connections;

	if (argc != 6) {
		fprintf(stderr, "usage: publisher CONFIG ACCOUNT CONNECTIONS SECONDS PREFIX\n");
		return 2;
	}
	arena_init(&arena);
	fault_init(&fault, &arena);
	config = config_read(&arena, &fault, argv[1]);
	if (!config)
		die(&fault);
	connections = (int)strtol(argv[3], NULL, 10);
	results = mmap(NULL, MAX_CONNECTIONS * sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (results == MAP_FAILED || connections > MAX_CONNECTIONS ||
	    work_together(argv, config, results, connections) != 0)
		return 1;
	for (int i = 0; i < connections; i++)
		for (int k = 0; k < results[i].count; k++)
			printf("%" PRId64 "\n", results[i].spent[k]);
	return 0;
}
