/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classifiers; see the header.
 */
#include "formats/classifier.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

static const char *const classifiers[] = {
#define CLASSIFIER(text) text,
#define DEPRECATED(text, replacement)
#include "formats/classifier.def"
#undef CLASSIFIER
#undef DEPRECATED
};

static const struct {
	const char *text;
	const char *replacement;
} deprecated[] = {
#define CLASSIFIER(text)
#define DEPRECATED(text, replacement) { text, replacement },
#include "formats/classifier.def"
#undef CLASSIFIER
#undef DEPRECATED
};

size_t
classifier_count(void)
{
	return ARRAY_LEN(classifiers);
}

const char *
classifier_at(size_t i)
{
	return classifiers[i];
}

/* Numbers count in the order that is shown ("2.0" before "10.0"), so a search needs one of its own. */
static size_t by_text[ARRAY_LEN(classifiers)];

static int
compare_places(const void *a, const void *b)
{
	return strcmp(classifiers[*(const size_t *)a], classifiers[*(const size_t *)b]);
}

static void
sort_once(void)
{
	static bool sorted;

	if (sorted)
		return;
	for (size_t i = 0; i < ARRAY_LEN(by_text); i++)
		by_text[i] = i;
	qsort(by_text, ARRAY_LEN(by_text), sizeof(by_text[0]), compare_places);
	sorted = true;
}

static int
compare(struct span a, const char *text)
{
	size_t len = strlen(text);
	int order = memcmp(a.at, text, a.len < len ? a.len : len);

	return order != 0 ? order : (a.len > len) - (a.len < len);
}

long
classifier_find(struct span text)
{
	size_t low = 0, high = ARRAY_LEN(by_text);

	sort_once();
	while (text.len > 0 && low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(text, classifiers[by_text[middle]]);

		if (order == 0)
			return (long)by_text[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

const char *
classifier_replacement(struct span text)
{
	for (size_t i = 0; i < ARRAY_LEN(deprecated); i++)
		if (span_is(text, deprecated[i].text))
			return deprecated[i].replacement;
	return NULL;
}
