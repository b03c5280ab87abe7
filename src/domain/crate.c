/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The satellite row of a crate's release.
 */
#include "domain/crate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/publish.h"
#include "index/sparse.h"
#include "wire/dialect.h"
#include "wire/json.h"

static const struct dialect plain = { .fraction_digits = 6, .zone = "Z" };

static bool
fill_dependency(struct work *w, struct sparse_dependency *to, const struct publish_dependency *d)
{
	*to = (struct sparse_dependency){
		.name = d->alias.at ? d->alias.at : d->package.at,
		.package = d->alias.at ? d->package.at : NULL,
		.req = d->requirement.at,
		.target = d->platform.at,
		.registry = d->registry.at,
		.features = json_read(w->arena, w->fault, d->features),
		.kind = sparse_kind_parse(d->kind),
		.optional = d->optional,
		.default_features = d->default_features,
	};
	return to->features != NULL;
}

static bool
index_line(struct work *w, const struct crate_details *d, struct span *line)
{
	struct sparse_dependency *deps = arena_zalloc(w->arena, d->dependency_count, sizeof(*deps));
	struct sparse_version v = {
		.name = d->name,
		.vers = d->version,
		.deps = deps,
		.dep_count = d->dependency_count,
		.cksum = encode_hex(w->arena, d->sha256, SHA256_SIZE),
		.features = d->features,
		.links = d->links,
		.rust_version = d->rust_version,
		.published = w->now,
	};

	for (size_t i = 0; i < d->dependency_count; i++)
		if (!fill_dependency(w, &deps[i], &d->dependencies[i]))
			return false;
	*line = sparse_line_head(w->arena, &v);
	return true;
}

bool
crate_add(struct work *w, int64_t release_id, const struct crate_details *d)
{
	struct span *bins = arena_zalloc(w->arena, d->bin_count, sizeof(*bins));
	struct buf features = buf_on(w->arena);
	struct span line;

	if (!index_line(w, d, &line))
		return false;
	for (size_t i = 0; i < d->bin_count; i++)
		bins[i] = span_of(d->bin_names[i]);
	json_write(&features, d->features, &plain);
	return db_exec(w, Q_PUBLISH_CRATE_ADD,
		       ARGS(num(release_id), text_span(buf_span(&features)), text(d->links), text(d->rust_version),
			    text(d->edition), flag(d->has_lib), text_array(bins, d->bin_count),
			    text_array(d->authors, d->author_count), text_span(line)), NULL);
}
