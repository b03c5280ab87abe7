/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document tree.
 */
#include "unit.h"

#include "wire/doc.h"

static void
members_keep_the_order_in_which_they_were_added(void **state)
{
	struct doc *map = doc_map(arena);
	const struct doc *member;

	(void)state;
	doc_int(map, "b", 1);
	doc_bool(map, "a", true);
	doc_null(map, "c");

	assert_int_equal(map->count, 3);
	member = doc_first(map);
	assert_string_equal(member->key, "b");
	member = member->next;
	assert_string_equal(member->key, "a");
	member = member->next;
	assert_string_equal(member->key, "c");
	assert_null(member->next);
}

static void
of_members_with_the_same_name_the_last_one_is_found(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_int(map, "n", 1);
	doc_int(map, "nn", 2);
	doc_int(map, "n", 3);

	assert_int_equal(doc_find(map, "n")->is.integer, 3);
	assert_null(doc_find(map, ""));
	assert_null(doc_find(map, "nnn"));
}

static void
absent_text_is_added_as_null(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_text(map, "text", NULL);
	doc_span(map, "span", span_make(NULL, 0));
	doc_bytes(map, "bytes", span_make(NULL, 0));
	doc_raw(map, "raw", span_make(NULL, 0));
	doc_put(map, "sub", NULL);

	for (const struct doc *d = doc_first(map); d; d = d->next)
		assert_int_equal(d->kind, DOC_NULL);
	assert_int_equal(map->count, 5);
}

static void
empty_text_is_text(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_text(map, "text", "");

	assert_true(doc_is(doc_find(map, "text"), DOC_TEXT));
	assert_string_equal(doc_find_text(map, "text"), "");
}

static void
text_is_found_as_a_string_that_ends(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_span(map, "text", span_make("hello world", 5));

	assert_string_equal(doc_find_text(map, "text"), "hello");
}

static void
text_with_a_nul_counts_as_no_text(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_span(map, "text", span_make("a\0b", 3));
	doc_int(map, "number", 7);

	assert_null(doc_find_text(map, "text"));
	assert_null(doc_find_text(map, "number"));
	assert_null(doc_find_text(map, "nothing"));
}

static void
nothing_is_found_in_what_is_no_map(void **state)
{
	struct doc *list = doc_list(arena);

	(void)state;
	doc_text(list, NULL, "x");

	assert_null(doc_find(NULL, "x"));
	assert_null(doc_find(list, "x"));
	assert_null(doc_find_text(NULL, "x"));
	assert_null(doc_first(NULL));
	assert_null(doc_first(doc_scalar_int(arena, 1)));
	assert_false(doc_is(NULL, DOC_NULL));
	assert_ptr_equal(doc_first(list), list->is.members.last);
}

static void
a_small_unsigned_number_is_an_ordinary_one(void **state)
{
	struct doc *list = doc_list(arena);

	(void)state;
	doc_uint(list, NULL, INT64_MAX);
	doc_uint(list, NULL, (uint64_t)INT64_MAX + 1);

	assert_int_equal(doc_first(list)->kind, DOC_INT);
	assert_int_equal(doc_first(list)->next->kind, DOC_UINT);
}

static void
sub_documents_take_members_too(void **state)
{
	struct doc *map = doc_map(arena);
	struct doc *list = doc_add_list(map, "list");
	struct doc *ready = doc_map(arena);

	(void)state;
	doc_printf(doc_add_map(list, NULL), "id", "%s-%d", "x", 7);
	doc_put(map, "ready", ready);
	doc_time(ready, "at", 5);
	doc_date(ready, "on", 6);

	assert_string_equal(doc_find_text(doc_first(doc_find(map, "list")), "id"), "x-7");
	assert_int_equal(doc_find(doc_find(map, "ready"), "at")->kind, DOC_TIME);
	assert_int_equal(doc_find(doc_find(map, "ready"), "on")->kind, DOC_DATE);
}

static void
a_node_stays_small(void **state)
{
	(void)state;
	assert_true(sizeof(struct doc) <= 48);
}

TESTS(doc,
	TEST(members_keep_the_order_in_which_they_were_added),
	TEST(of_members_with_the_same_name_the_last_one_is_found),
	TEST(absent_text_is_added_as_null),
	TEST(empty_text_is_text),
	TEST(text_is_found_as_a_string_that_ends),
	TEST(text_with_a_nul_counts_as_no_text),
	TEST(nothing_is_found_in_what_is_no_map),
	TEST(a_small_unsigned_number_is_an_ordinary_one),
	TEST(sub_documents_take_members_too),
	TEST(a_node_stays_small)
);
