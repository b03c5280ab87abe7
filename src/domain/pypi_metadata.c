/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata of a Python release as JSON; see the header.
 */
#include "domain/pypi_metadata.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"
#include "formats/core_metadata.h"
#include "formats/core_values.h"
#include "wire/doc.h"
#include "wire/json.h"

/* Members that are stored as they were sent. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{ "author", offsetof(struct core_metadata, author) },
	{ "author_email", offsetof(struct core_metadata, author_email) },
	{ "download_url", offsetof(struct core_metadata, download_url) },
	{ "home_page", offsetof(struct core_metadata, home_page) },
	{ "license", offsetof(struct core_metadata, license) },
	{ "license_expression", offsetof(struct core_metadata, license_expression) },
	{ "maintainer", offsetof(struct core_metadata, maintainer) },
	{ "maintainer_email", offsetof(struct core_metadata, maintainer_email) },
};

static const struct {
	const char *key;
	size_t offset;
} lists[] = {
	{ "classifiers", offsetof(struct core_metadata, classifiers) },
	{ "dynamic", offsetof(struct core_metadata, dynamic) },
	{ "license_files", offsetof(struct core_metadata, license_files) },
	{ "provides_extra", offsetof(struct core_metadata, provides_extra) },
	{ "requires_dist", offsetof(struct core_metadata, requires_dist) },
};

static void
put_list(struct doc *to, const char *key, const struct core_list *list)
{
	struct doc *d = doc_add_list(to, key);

	for (size_t i = 0; i < list->count; i++)
		doc_span(d, NULL, list->at[i]);
}

static bool
is_known(const struct span *words, size_t count, struct span word)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(words[i], word))
			return true;
	return false;
}

const struct span *
pypi_metadata_keyword_list(struct arena *a, const struct core_metadata *m, size_t *count)
{
	struct span *words = arena_zalloc(a, PYPI_KEYWORDS_MAX, sizeof(*words));
	struct span rest = m->keywords;

	*count = 0;
	while (rest.at && *count < PYPI_KEYWORDS_MAX) {
		struct span word = span_trim(span_cut(&rest, ','));

		if (word.len > 0 && word.len <= PYPI_KEYWORD_MAX && !is_known(words, *count, word))
			words[(*count)++] = word;
	}
	return words;
}

struct span
pypi_metadata_keywords(struct arena *a, const struct core_metadata *m)
{
	struct buf b = buf_on(a);
	struct span rest = m->keywords;

	while (rest.at) {
		struct span word = span_trim(span_cut(&rest, ','));

		if (word.len == 0)
			continue;
		if (b.len > 0)
			buf_puts(&b, ", ");
		buf_put_span(&b, word);
	}
	return buf_span(&b);
}

/* ---- addresses ---- */

/* Whether LABEL without its blanks and punctuation is NAME, in lower case. */
static bool
label_is(struct span label, const char *name)
{
	for (size_t i = 0; i < label.len; i++) {
		char c = label.at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		/* Letters of other scripts count. */
		if ((unsigned char)c < 0x80 && !is_alnum(c))
			continue;
		if (*name == '\0' || c != *name++)
			return false;
	}
	return *name == '\0';
}

struct span
pypi_metadata_url(const struct core_metadata *m, const char *name)
{
	for (size_t i = 0; i < m->project_urls.count; i++) {
		struct span label, url;

		core_url_split(m->project_urls.at[i], &label, &url);
		if (label_is(label, name))
			return url;
	}
	return (struct span){ NULL, 0 };
}

static void
put_urls(struct doc *to, struct arena *a, const struct core_metadata *m)
{
	struct doc *urls = doc_add_map(to, "project_urls");

	if (m->home_page.at)
		doc_span(urls, "Homepage", m->home_page);
	if (m->download_url.at)
		doc_span(urls, "Download", m->download_url);
	for (size_t i = 0; i < m->project_urls.count; i++) {
		struct span label, url;

		core_url_split(m->project_urls.at[i], &label, &url);
		if ((m->home_page.at && label_is(label, "homepage") && span_equal(url, m->home_page)) ||
		    (m->download_url.at && label_is(label, "downloadurl") && span_equal(url, m->download_url)))
			continue;
		doc_span(urls, arena_dup(a, label.at, label.len), url);
	}
}

const char *
pypi_metadata_json(struct arena *a, const struct core_metadata *m)
{
	struct doc *d = doc_map(a);
	struct span keywords = pypi_metadata_keywords(a, m);
	struct buf b = buf_on(a);

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct span *s = (const struct span *)((const char *)m + texts[i].offset);

		if (s->at)
			doc_span(d, texts[i].key, *s);
	}
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const struct core_list *l = (const struct core_list *)((const char *)m + lists[i].offset);

		if (l->count > 0)
			put_list(d, lists[i].key, l);
	}
	if (keywords.at)
		doc_span(d, "keywords", keywords);
	if (m->platforms.count > 0)
		doc_span(d, "platform", m->platforms.at[0]);
	put_urls(d, a, m);
	json_write(&b, d, NULL);
	return buf_text(&b);
}
