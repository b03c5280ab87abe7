/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classifiers of a distribution; see the header.
 */
#include "formats/core_classifiers.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "formats/classifier.h"
#include "formats/core_values.h"

struct classified {
	struct span text;
	long place;			/* in the order in which they are shown; LONG_MAX: behind all */
};

static int
compare_texts(const void *a, const void *b)
{
	const struct span *x = &((const struct classified *)a)->text, *y = &((const struct classified *)b)->text;
	int order = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static int
compare_places(const void *a, const void *b)
{
	const struct classified *x = a, *y = b;
	int order = (x->place > y->place) - (x->place < y->place);

	return order != 0 ? order : compare_texts(a, b);
}

/* The classifiers sorted by text, none twice. */
static size_t
classify(const struct core_list *list, struct classified *out)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		long place = classifier_find(list->at[i]);

		out[i] = (struct classified){ list->at[i], place < 0 ? LONG_MAX : place };
	}
	qsort(out, list->count, sizeof(*out), compare_texts);
	for (size_t i = 0; i < list->count; i++)
		if (i == 0 || !span_equal(out[i].text, out[count - 1].text))
			out[count++] = out[i];
	return count;
}

static const char *
find_unknown(struct arena *a, const struct classified *found, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (found[i].place == LONG_MAX && !span_starts(found[i].text, CLASSIFIER_PRIVATE) &&
		    !classifier_replacement(found[i].text))
			return arena_printf(a, "%s is not a valid classifier.", core_quoted(a, found[i].text));
	return NULL;
}

static const char *
tell_deprecated(struct arena *a, struct span text, const char *replacement)
{
	struct span rest = span_of(replacement);
	struct buf b = buf_on(a);

	buf_printf(&b, "The classifier %s has been deprecated", core_quoted(a, text));
	if (*replacement == '\0') {
		buf_putc(&b, '.');
		return buf_text(&b);
	}
	for (const char *before = ", use one of ["; rest.at; before = ", ") {
		buf_puts(&b, before);
		buf_puts(&b, core_quoted(a, span_cut(&rest, '|')));
	}
	buf_puts(&b, "] instead.");
	return buf_text(&b);
}

static const char *
find_deprecated(struct arena *a, const struct classified *found, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *replacement = classifier_replacement(found[i].text);

		if (replacement)
			return tell_deprecated(a, found[i].text, replacement);
	}
	return NULL;
}

const char *
core_classifiers_fault(struct arena *a, const struct core_classifier_policy *policy, const struct core_list *in,
		       struct core_list *out)
{
	struct classified *found = arena_zalloc(a, in->count, sizeof(*found));
	struct span *texts = arena_zalloc(a, in->count, sizeof(*texts));
	size_t count = classify(in, found);
	const char *why = policy->any ? NULL : find_unknown(a, found, count);

	if (!why && !policy->deprecated)
		why = find_deprecated(a, found, count);
	qsort(found, count, sizeof(*found), compare_places);
	for (size_t i = 0; i < count; i++)
		texts[i] = found[i].text;
	*out = (struct core_list){ texts, count };
	return why;
}
