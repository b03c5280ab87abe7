/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs of entrepot-admin share: a verb is a row with its options, and
 * both the parsing and the help come from that row. A verb answers with one
 * document, printed as JSON or as text.
 */
#ifndef ENTREPOT_ADMIN_ADMIN_H
#define ENTREPOT_ADMIN_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/work.h"
#include "db/db.h"
#include "wire/doc.h"

struct account;
struct repository;

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_TEXT,		/* const char *; NULL: not given */
	OPTION_LIST,		/* struct texts; may be given again and again; items NULL: not given */
	OPTION_COUNT,		/* int64_t, from 0 */
	OPTION_DURATION,	/* const int64_t *, µs; "30s", "2h", "7d"; NULL: not given */
	OPTION_TIME,		/* int64_t µs since 1970: a date, a time, a duration from now; "never": INT64_MAX */
	OPTION_CHOICE		/* const bool *; yes or no; NULL: not given */
};

struct admin_option {
	const char *name;	/* without its dashes */
	enum option_kind kind;
	size_t offset;		/* in the verb's own struct */
	const char *argument;	/* what the help calls it; NULL for flags */
	const char *meaning;
	bool needed;		/* OPTION_TEXT only */
};
#define OPTION(type, member, name_, kind_, argument_, meaning_) \
	{ .name = (name_), .kind = OPTION_##kind_, .offset = offsetof(struct type, member), \
	  .argument = (argument_), .meaning = (meaning_) }
/* A text without which the verb cannot do anything. */
#define NEEDED(type, member, name_, argument_, meaning_) \
	{ .name = (name_), .kind = OPTION_TEXT, .offset = offsetof(struct type, member), \
	  .argument = (argument_), .meaning = (meaning_), .needed = true }
#define OPTIONS_END { .name = NULL }

struct admin {
	struct work *work;
	const struct admin_verb *verb;
	const char *path;		/* "user add" */
	const char *const *arguments;	/* what is not an option, ended by NULL */
	size_t argument_count;
	const void *options;		/* the verb's struct */
	bool json;
};

typedef bool (*verb_fn)(struct admin *a);

enum verb_needs {
	NEEDS_NOTHING,		/* works without a database */
	NEEDS_DATABASE,		/* of any schema */
	NEEDS_SCHEMA		/* of exactly the schema this program knows */
};

struct admin_verb {
	const char *name;
	const char *arguments;		/* "NAME" for the help; NULL: none */
	size_t least, most;		/* how many of them */
	const char *summary;
	const struct admin_option *options;	/* NULL: none; ended by OPTIONS_END */
	size_t options_size;
	enum verb_needs needs;
	bool logs;			/* warnings of the modules below go to standard error */
	verb_fn run;			/* NULL: has verbs of its own */
	const struct admin_verb *verbs;	/* ended by VERBS_END */
};
#define VERBS_END { .name = NULL }

/* ---- the verbs, one file each ---- */

extern const struct admin_verb migrate_verb;
extern const struct admin_verb user_verb;
extern const struct admin_verb org_verb;
extern const struct admin_verb oauth_verb;
extern const struct admin_verb publisher_verb;
extern const struct admin_verb user_totp_verbs[];	/* below user_verb */
extern const struct admin_verb token_verb;
extern const struct admin_verb repo_verb;
extern const struct admin_verb jobs_verb;
extern const struct admin_verb keys_verb;
extern const struct admin_verb pypi_verb;
extern const struct admin_verb reindex_verb;
extern const struct admin_verb gc_verb;
extern const struct admin_verb verify_verb;
extern const struct admin_verb backup_verb;
extern const struct admin_verb restore_verb;
extern const struct admin_verb routes_verb;
extern const struct admin_verb config_verb;

/* ---- main.c ---- */

/* Parse the command line and do what it says. The result is main's: 0, 1 (it failed), 2 (it was called wrongly). */
int admin_main(int argc, char **argv, const struct admin_verb *const *verbs);

/* ---- options.c ---- */

/*
 * Read the verb's options and arguments from ARGV (its first element is the
 * verb). *CONFIG is set by --config. False with INVALID raised on a wrong
 * call; a->verb is NULL when help was asked for and printed.
 */
bool admin_parse(struct admin *a, int argc, char **argv, const char **config) MUST_CHECK;

void admin_print_help(const struct admin *a);

/* ---- output.c ---- */

/* Print the document as JSON, or else FORMAT as a line. Always true. */
bool admin_say(struct admin *a, const struct doc *d, const char *format, ...) PRINTF(3, 4);

/* Print the document: as JSON; a list of maps as a table, a map as lines "name: value". Always true. */
bool admin_show(struct admin *a, const struct doc *d);

/*
 * What name_index_advice() says: members of D, and *LINE for a person, a line break before it; "" when there is
 * nothing to advise.
 */
bool admin_advise(struct admin *a, struct doc *d, const char *obstacle, const char **line) MUST_CHECK;

/* Print what was raised, for an operator: the message, and what else is known. */
void admin_print_fault(const struct fault *f);

/* ---- input.c ---- */

/* One line of standard input without its line break, as a password; INVALID when there is none. */
const char *admin_read_password(struct admin *a) MUST_CHECK;

/* The account of that name; NOT_FOUND. */
const struct account *admin_account(struct admin *a, const char *name) MUST_CHECK;

/* The repository by "OWNER/NAME", or by "NAME" when it is the registry's own; NOT_FOUND. */
const struct repository *admin_repository(struct admin *a, const char *ecosystem, const char *path) MUST_CHECK;

/* An id on the command line; INVALID. */
bool admin_id(struct admin *a, const char *text, int64_t *id) MUST_CHECK;

#endif
