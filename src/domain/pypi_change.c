/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of Python projects; see the header.
 */
#include "domain/pypi_change.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

static const struct {
	const char *kind;
	const char *action;
} changes[PYPI_CHANGE__MAX] = {
#define CHANGE(symbol, kind, action) [PYPI_CHANGE_##symbol] = { kind, action },
#include "domain/pypi_change.def"
#undef CHANGE
};

const char *
pypi_change_kind_name(enum pypi_change_kind kind)
{
	return changes[kind].kind;
}

static const char *
fill(struct arena *a, const char *action, const char *subject)
{
	const char *blank = subject ? strrchr(subject, ' ') : NULL;
	struct span first = blank ? span_make(subject, (size_t)(blank - subject)) : SPAN("");
	struct span second = span_of(blank ? blank + 1 : subject);
	struct buf b = buf_on(a);

	for (const char *s = action; *s; s++) {
		if (*s != '%')
			buf_putc(&b, *s);
		else
			buf_put_span(&b, *++s == '1' ? first : second);
	}
	return buf_text(&b);
}

const char *
pypi_change_action(struct arena *a, const char *kind, const char *subject)
{
	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		if (strcmp(changes[i].kind, kind) == 0)
			return fill(a, changes[i].action, subject);
	return kind;
}
