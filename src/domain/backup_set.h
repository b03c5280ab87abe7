/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a backup lies in its directory:
 *
 *	manifest.json		what is there; written last, so that without it there is no backup
 *	state.XXXXXX/		what every backup makes anew: database.dump (of pg_dump, custom format),
 *				blobs.list (digest and size of each blob), entrepot.conf, keys/
 *	blobs/aa/bb/SHA256	the blobs, shared by all backups into the directory
 *
 * A further backup makes a state of its own beside the old one, which goes when
 * the manifest names the new one: at every moment there is a whole backup.
 * Everything is for its owner only.
 */
#ifndef ENTREPOT_DOMAIN_BACKUP_SET_H
#define ENTREPOT_DOMAIN_BACKUP_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/filecopy.h"

struct work;

#define BACKUP_FORMAT 1
#define BACKUP_MAX_FILES 200

#define BACKUP_MANIFEST "manifest.json"
#define BACKUP_STATE_PREFIX "state."
#define BACKUP_DUMP "database.dump"
#define BACKUP_LIST "blobs.list"
#define BACKUP_CONFIGURATION "entrepot.conf"
#define BACKUP_KEYS "keys"

struct backup_file {
	const char *name;		/* below the state: "database.dump", "keys/hex.pem" */
	struct fingerprint is;
};

struct backup_set {
	const char *directory;
	const char *state;		/* "state.XXXXXX" */
	const char *base_url;
	const char *hex_key;		/* which of keys/ is the one to sign with: "keys/hex.pem"; NULL: none */
	int64_t schema;
	int64_t time;
	int64_t blobs;
	int64_t blob_bytes;
	struct backup_file files[BACKUP_MAX_FILES];
	size_t file_count;
};

/* "DIR/state.XXXXXX/NAME" on the arena. */
const char *backup_set_path(struct work *w, const struct backup_set *s, const char *name);

/* Write the manifest, durably: from here on the backup is this one. */
bool backup_set_write(struct work *w, const struct backup_set *s) MUST_CHECK;

/*
 * Read the manifest and see that it is one. NOT_FOUND when the directory holds
 * none (it is no backup, or one that did not come to its end), INVALID when it
 * cannot be understood or is of a later format.
 */
struct backup_set *backup_set_read(struct work *w, const char *directory) MUST_CHECK;

/* The file of that name, or NULL. */
const struct backup_file *backup_set_find(const struct backup_set *s, const char *name);

/* A line of blobs.list, and reading the next one: false at the end, or with INVALID raised. */
struct backup_blob {
	struct fingerprint is;
	char path[80];			/* "aa/bb/SHA256": below blobs/, and below the store */
};
const char *backup_set_line(struct work *w, const struct fingerprint *blob);
bool backup_set_next_blob(struct work *w, FILE *list, struct backup_blob *out) MUST_CHECK;

#endif
