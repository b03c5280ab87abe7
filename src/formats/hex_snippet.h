/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user writes into the build tool's file to depend on a Hex package.
 */
#ifndef ENTREPOT_FORMATS_HEX_SNIPPET_H
#define ENTREPOT_FORMATS_HEX_SNIPPET_H

struct arena;

struct hex_snippet {
	const char *app;		/* name of the application; NULL: the package's */
	const char *name;
	const char *version;		/* a valid version */
	const char *organization;	/* NULL: the public repository */
};

/* {:plug, "~> 1.16"}: on the arena, as are the others. */
const char *hex_snippet_mix(struct arena *a, const struct hex_snippet *s);
/* {plug, "1.16.1"} */
const char *hex_snippet_rebar(struct arena *a, const struct hex_snippet *s);
/* dep_plug = hex 1.16.1 */
const char *hex_snippet_erlang_mk(struct arena *a, const struct hex_snippet *s);

#endif
