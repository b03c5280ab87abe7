/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of Python distributions; see the header.
 */
#include "domain/pypi_download.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/work.h"
#include "db/db.h"
#include "formats/pypi_name.h"

static const struct column download_columns[] = {
	COLUMN(pypi_download, id), COLUMN(pypi_download, distribution), COLUMN(pypi_download, content_type),
	COLUMN(pypi_download, size), COLUMN(pypi_download, sha256), COLUMN(pypi_download, created_at), COLUMNS_END
};
static const struct row_type download_row = ROW_TYPE(pypi_download, download_columns);

struct path_row {
	const char *path;
};
static const struct column path_columns[] = { COLUMN(path_row, path), COLUMNS_END };
static const struct row_type path_type = ROW_TYPE(path_row, path_columns);

static const struct column provenance_columns[] = {
	COLUMN(pypi_provenance, filename), COLUMN(pypi_provenance, body), COLUMNS_END
};
static const struct row_type provenance_row = ROW_TYPE(pypi_provenance, provenance_columns);

const struct pypi_download *
pypi_download_find(struct work *w, int64_t repository_id, const char *path)
{
	return db_one(w, Q_PYPI_DOWNLOAD_FIND, &download_row, ARGS(num(repository_id), text(path)));
}

/* The name with PROJECT at its front as it stands in file names now; the name itself when it is not there. */
static struct span
renamed(struct arena *a, struct span project, struct span filename)
{
	struct buf b = buf_on(a);

	if (filename.len <= project.len || filename.at[project.len] != '-' ||
	    !span_equal_nocase(span_make(filename.at, project.len), project))
		return filename;
	buf_puts(&b, pypi_name_in_file(a, project));
	buf_put_span(&b, span_skip(filename, project.len));
	return span_make(buf_text(&b), b.len);
}

const char *
pypi_download_path(struct work *w, int64_t repository_id, struct span project, struct span filename)
{
	const struct path_row *row;
	struct span names[2] = { filename };

	if (!pypi_name_is_valid(project) || span_find_nul(filename) >= 0)
		return NULL;
	names[1] = renamed(w->arena, project, filename);
	row = db_one(w, Q_PYPI_DOWNLOAD_PATH, &path_type,
		     ARGS(num(repository_id), text(pypi_name_normal(w->arena, project)),
			  text_array(names, ARRAY_LEN(names))));
	return row ? row->path : NULL;
}

const struct pypi_provenance *
pypi_provenance_find(struct work *w, int64_t repository_id, struct span canonical, struct span identity,
	struct span filename)
{
	if (span_find_nul(canonical) >= 0 || span_find_nul(filename) >= 0)
		return NULL;
	return db_one(w, Q_PYPI_PROVENANCE_FIND, &provenance_row,
		      ARGS(num(repository_id), text_span(canonical), text_span(identity), text_span(filename)));
}
