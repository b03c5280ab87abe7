/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: settings.def, a file and the environment.
 *
 * Read once at start and again on reload; after that it is constant. (Named
 * settings.h, because config.h is what configure writes.)
 */
#ifndef ENTREPOT_BASE_SETTINGS_H
#define ENTREPOT_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };
enum sendfile_kind { SENDFILE_NONE, SENDFILE_X_SENDFILE, SENDFILE_X_ACCEL };
enum severity { SEVERITY_REFUSE, SEVERITY_WARN };

#define SETTING_C_TEXT const char *
#define SETTING_C_SECRET const char *
#define SETTING_C_LIST const char *
#define SETTING_C_FLAG bool
#define SETTING_C_COUNT int64_t
#define SETTING_C_SIZE int64_t
#define SETTING_C_DURATION int64_t
#define SETTING_C_CHOICE_LOG_FORMAT int
#define SETTING_C_CHOICE_LOG_LEVEL int
#define SETTING_C_CHOICE_SENDFILE int
#define SETTING_C_CHOICE_SEVERITY int

struct config {
#define SETTING(member, kind, initial, when, meaning) SETTING_C_##kind member;
#include "base/settings.def"
#undef SETTING
	/* Derived once from the above. */
	const char *mount;		/* path of base_url without a slash at the end: "" or "/registry" */
	const char *host;		/* of base_url, without port: whom tokens of issuers are made out to */
	const char *blob_dir;		/* data_dir/blobs */
	const char *spool_dir;		/* data_dir/tmp */
	const char *file;		/* the file that was read, or NULL */
	const unsigned char *sources;	/* enum setting_source of each row of setting_table; NULL: defaults */
};

enum setting_source { SETTING_DEFAULT, SETTING_FILE, SETTING_ENVIRONMENT };

/* What is known of one setting, for `entrepot-admin config` and the manual. */
struct setting_info {
	const char *name;
	const char *kind;		/* "TEXT", "FLAG" … */
	const char *initial;
	const char *when;		/* "RELOAD" or "RESTART" */
	const char *meaning;
	bool secret;
};
extern const struct setting_info setting_table[];
extern const size_t setting_count;

/*
 * Read FILE (NULL: the environment variable ENTREPOT_CONFIG, else no file),
 * then the environment. The result and its texts live on the arena. An unknown
 * key, a bad value or an unreadable file raises INVALID with file and line in
 * the message and returns NULL.
 */
const struct config *config_read(struct arena *a, struct fault *f, const char *file) MUST_CHECK;

/*
 * The effective value as text on the arena, and where it came from (secrets
 * show as "***"). NULL when there is no such setting.
 */
const char *config_value(struct arena *a, const struct config *c, const char *name, enum setting_source *source);

/* Whether the address ("192.0.2.7", "::1") lies in one of the LIST's addresses and CIDR networks. */
bool config_address_in(const char *list, const char *address);

/* Whether WORD is one of the LIST. */
bool config_has_word(const char *list, const char *word);

/* Next word of a LIST; at == NULL at the end. */
struct span config_next_word(struct span *rest);

#endif
