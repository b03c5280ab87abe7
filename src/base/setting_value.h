/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of settings: reading and printing one value, and what a value of
 * a certain setting must fulfil beyond its kind. Used by settings.c only.
 */
#ifndef ENTREPOT_BASE_SETTING_VALUE_H
#define ENTREPOT_BASE_SETTING_VALUE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

enum setting_kind {
	SETTING_KIND_TEXT,
	SETTING_KIND_SECRET,
	SETTING_KIND_LIST,
	SETTING_KIND_FLAG,
	SETTING_KIND_COUNT,
	SETTING_KIND_SIZE,
	SETTING_KIND_DURATION,
	SETTING_KIND_CHOICE_LOG_FORMAT,
	SETTING_KIND_CHOICE_LOG_LEVEL,
	SETTING_KIND_CHOICE_SENDFILE,
	SETTING_KIND_CHOICE_SEVERITY
};

/*
 * Read the text into the member at TO (its type follows from the kind: see
 * SETTING_C_… in settings.h). NULL, or what is wrong, as a phrase that follows
 * the setting's name: "must be yes or no".
 */
const char *setting_parse(struct arena *a, enum setting_kind kind, struct span text, void *to) MUST_CHECK;

/* The member as text that setting_parse() reads back; secrets as they are. */
const char *setting_format(struct arena *a, enum setting_kind kind, const void *from);

/* What is wrong with the value of the setting NAME, phrased as above; NULL: nothing. */
const char *setting_check(const char *name, const char *text) MUST_CHECK;

#endif
