/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wheels, sdists and the metadata beside them, under addresses that name their
 * bytes and may be kept for ever; and the older addresses that lead there,
 * which distributions' recipes are full of. What is uploaded is never shown by
 * a browser: it is attached, and its type is not to be guessed.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "domain/download.h"
#include "domain/pypi_download.h"
#include "domain/repository.h"

static bool
not_found(struct call *c)
{
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

static bool
send_file(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	const char *first = path_text(c, "first"), *second = path_text(c, "second");
	const char *rest = path_text(c, "rest"), *name = path_text(c, "file");
	const struct pypi_download *f;

	if (!r)
		return false;
	if (!first || !second || !rest || !name)
		return not_found(c);
	f = pypi_download_find(&c->work, r->id,
			       arena_printf(c->work.arena, "packages/%s/%s/%s/%s", first, second, rest, name));
	if (!f)
		return not_found(c);
	call_header(c, "Cache-Control", pypi_state(c)->private ? "max-age=365000000, immutable, private"
							       : "max-age=365000000, immutable, public");
	call_header(c, "Content-Disposition", "attachment");
	if (!reply_blob(c, f->content_type, (const uint8_t *)f->sha256.at, f->size, f->created_at))
		return false;
	if (f->distribution && call_is_download(c, f->size, f->created_at))
		download_count(&c->work, f->id);
	return true;
}

/* ---- older addresses ---- */

/* "packages/aa/bb/<60 hex digits>/NAME" is on the host of the files. */
static bool
is_file_path(struct span first, struct span second, struct span rest)
{
	const struct span parts[] = { first, second, rest };
	static const size_t lengths[] = { 2, 2, 60 };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i].len != lengths[i])
			return false;
		for (size_t n = 0; n < parts[i].len; n++)
			if (!is_digit(parts[i].at[n]) && !(parts[i].at[n] >= 'a' && parts[i].at[n] <= 'f'))
				return false;
	}
	return true;
}

static bool
redirect_to_file(struct call *c, const struct repository *r, int status, const char *path)
{
	struct pypi_site site = pypi_site_of(&c->work, r);
	struct buf url = buf_on(c->work.arena);

	buf_puts(&url, site.files);
	pypi_put_url(&url, "/", path);
	return redirect(c, status, buf_text(&url));
}

/* Either of both kinds: by digest, or "/packages/{source or python tag}/{letter}/{project}/{file}". */
static bool
find_file(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	struct span first = path_span(c, "first"), second = path_span(c, "second");
	struct span third = path_span(c, "third"), name = path_span(c, "file");
	const char *path;

	if (!r)
		return false;
	if (is_file_path(first, second, third) && path_text(c, "file"))
		return redirect_to_file(c, r, 301, arena_printf(c->work.arena, "packages/%s/%s/%s/%s", first.at, second.at,
								third.at, name.at));
	path = pypi_download_path(&c->work, r->id, third, name);
	if (!path)
		return not_found(c);
	return redirect_to_file(c, r, 302, path);
}

#define ANY (ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT)

const struct route pypi_file_routes[] = {
	ROUTE(GET, "/packages/:first/:second/:rest/:file", PUBLIC, send_file, "A wheel, an sdist, or its metadata",
	      .flags = ANY),
	ROUTE_END
};

const struct route pypi_package_routes[] = {
	ROUTE(GET, "/:first/:second/:third/:file", PUBLIC, find_file, "Where a wheel or an sdist is", .flags = ANY),
	ROUTE_END
};
