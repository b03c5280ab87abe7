/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of releases; see the header.
 */
#include "domain/file.h"

#include "base/digest.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/auth.h"
#include "domain/blob.h"

static const struct column file_columns[] = {
	COLUMN(file, id), COLUMN(file, release_id), COLUMN(file, content_type), COLUMN(file, size),
	COLUMN(file, sha256), COLUMN(file, created_at), COLUMNS_END
};
static const struct row_type file_row = ROW_TYPE(file, file_columns);

const struct file *
file_find(struct work *w, int64_t repository_id, const char *path)
{
	return db_one(w, Q_FILE_BY_PATH, &file_row, ARGS(num(repository_id), text(path)));
}

bool
file_put(struct work *w, const struct file_new *n, int64_t *id)
{
	const struct digests *d = n->digests;
	int64_t ignored;

	return blob_put(w, n->spool, n->sha256, n->size) &&
	       db_int(w, Q_FILE_ADD,
		      ARGS(num(n->repository_id), num(n->release_id), text(n->path), text(n->filename), text(n->kind),
			   text(n->content_type), num(n->size), bytes(n->sha256, SHA256_SIZE),
			   ref(w->actor ? w->actor->account_id : 0), timestamp(w->now),
			   bytes(d ? d->md5 : NULL, sizeof(d->md5)),
			   bytes(d ? d->blake2b_256 : NULL, sizeof(d->blake2b_256)), ref(n->parent_id),
			   text(n->meta)), id ? id : &ignored);
}

bool
file_delete(struct work *w, int64_t repository_id, const char *path, bool *found)
{
	int64_t affected;

	if (!db_exec(w, Q_FILE_DELETE, ARGS(num(repository_id), text(path)), &affected))
		return false;
	*found = affected > 0;
	return true;
}
