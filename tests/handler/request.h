/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests in process: the application's own function is called, as the
 * server's loop does, on the connection of the running test. And the words in
 * which tests arrange accounts, tokens and crates.
 */
#ifndef ENTREPOT_TESTS_REQUEST_H
#define ENTREPOT_TESTS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/settings.h"
#include "base/span.h"
#include "http/request.h"
#include "wire/doc.h"

/* What the application runs with; a test may change it, it is restored for the next one. */
extern struct config *test_config;

/* Let the application use this connection until the end of the test. */
struct db;
void test_app_use(struct db *db);

struct test_request {
	const char *method;
	const char *target;
	const char *token;		/* NULL: no credentials */
	struct header headers[16];	/* ended by a NULL name; "user-agent" is set unless given, an empty value leaves it out */
	struct span body;		/* at == NULL: none */
};

struct test_answer {
	int status;
	struct header headers[32];
	size_t header_count;
	struct span body;		/* ended by NUL as well; a file's bytes are read */
	bool file;			/* it was a file */
	const struct doc *json;		/* of JSON or an Erlang term; NULL when the body is neither */
};

/* The answer lives as long as the test. */
const struct test_answer *test_send(const struct test_request *request);

/* What the body of an answer says, by its content type; NULL when it is no document. */
const struct doc *answer_document(const struct test_answer *a);

/* The same over HTTP (remote.c); test_send() calls it when test_url() says so. */
const struct test_answer *remote_send(const struct test_request *request, const char *url);
void remote_close(void);

/* The two everyday forms; BODY is JSON, NULL for none. */
const struct test_answer *get(const char *target);
const struct test_answer *ask(const char *token, const char *method, const char *target, const char *body);

/* The header's value, NULL when absent; any case. */
const char *answer_header(const struct test_answer *a, const char *name);

/*
 * Something inside of a document: "crate.name", "versions[0].num",
 * "versions[-1]" (the last), "tracks['0.1']". NULL when there is no such thing.
 */
const struct doc *doc_at(const struct doc *d, const char *path);
/* The same as text; numbers and booleans are spelled out, null is "null", absent is "absent". */
const char *answer_text(const struct test_answer *a, const char *path);

/*
 * NULL when ACTUAL is as EXPECTED, else where and how it differs. In EXPECTED
 * the texts "<any>", "<time>", "<int>", "<id>", "<text>", "<sha256>", "<seek>"
 * stand for values of that form, a last member "..." of a map or list allows more.
 */
const char *doc_difference(const struct doc *expected, const struct doc *actual);

/* status and, unless NULL, the whole body as doc_difference() reads it; fails the test. */
void assert_answer(const struct test_answer *a, int status, const char *expected);
void assert_error(const struct test_answer *a, int status, const char *detail);

/* ---- arranging ---- */

/* The id of the account, created with a confirmed e-mail address when it is new. */
int64_t given_account(const char *name);
/* Its unrestricted token. */
const char *given_token(const char *account);
/* A token with scopes and package patterns, words separated by commas; NULL: all. */
const char *given_scoped_token(const char *account, const char *scopes, const char *crates);

/*
 * Publish through the protocol, as OWNER. METADATA: a JSON object whose
 * members replace the usual ones (NULL: none); dependencies may leave out what
 * is usual. Fails the test unless it succeeds.
 */
void given_crate(const char *owner, const char *name, const char *version, const char *metadata);
/* The body of a publish: metadata as above, and a matching .crate. */
struct span publish_body(const char *name, const char *version, const char *metadata);
/* The same around any bytes in the place of the .crate. */
struct span publish_body_with(const char *name, const char *version, const char *metadata, struct span tarball);
/* A body of two length-prefixed parts. */
struct span publish_frame(struct span json, struct span tarball);
const struct test_answer *publish(const char *token, const char *name, const char *version, const char *metadata);

/* ---- .crate files ---- */

struct tar_entry {
	const char *path;
	struct span content;
	char type;			/* 0: a regular file; else the type flag of the header */
	const char *link;
};
/* gzip(tar) of the entries, ended by one without a path. */
struct span crate_of(const struct tar_entry *entries);
/* The same without gzip. */
struct span tar_of(const struct tar_entry *entries);
/* An ordinary crate: Cargo.toml made of METADATA, and src/lib.rs. */
struct span crate_tarball(const char *name, const char *version, const struct doc *metadata);

#endif
