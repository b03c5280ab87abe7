/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reserved names; see the header. A name may occur more than once.
 */
#include "protocols/reserved.h"

#include <string.h>

#include "base/arena.h"
#include "protocols/protocol.h"

struct names {
	struct arena *arena;
	const char **at;
	size_t count;
};

static size_t
count_routes(void)
{
	size_t n = 0;

	for (size_t i = 0; protocols[i]; i++) {
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++) {
			n++;
			for (const struct route *r = m->routes; r && r->pattern; r++)
				n++;
		}
	}
	return n;
}

/* "/api" and "/v1/crates" begin with "api". */
static void
add_first_segment(struct names *names, const char *prefix, const char *pattern)
{
	const char *path = *prefix ? prefix : pattern;
	size_t len;

	while (*path == '/')
		path++;
	len = strcspn(path, "/");
	if (len > 0 && *path != ':' && *path != '*')
		names->at[names->count++] = arena_dup(names->arena, path, len);
}

const char *const *
protocol_reserved_names(struct arena *a)
{
	struct names names = { .arena = a };

	names.at = arena_zalloc(a, count_routes() + 1, sizeof(*names.at));
	for (size_t i = 0; protocols[i]; i++) {
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++) {
			add_first_segment(&names, m->prefix, "");
			for (const struct route *r = m->routes; r && r->pattern; r++)
				add_first_segment(&names, m->prefix, r->pattern);
		}
	}
	return names.at;
}
