/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classifiers of Python projects.
 */
#include "unit.h"

#include "formats/classifier.h"

static void
every_classifier_is_found_where_it_stands(void **state)
{
	(void)state;
	assert_true(classifier_count() > 800);
	for (size_t i = 0; i < classifier_count(); i++) {
		if (classifier_find(span_of(classifier_at(i))) != (long)i)
			fail_msg("%s is out of order", classifier_at(i));
		assert_null(classifier_replacement(span_of(classifier_at(i))));
	}
}

static void
what_is_no_classifier_is_not_found(void **state)
{
	static const char *const cases[] = {
		"", "Topic", "Topic :: utilities", "Topic :: Utilities ", "Private :: Do Not Upload", "zzz", "A",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(classifier_find(span_of(cases[i])), -1);
	assert_int_equal(classifier_find(SPAN("Topic :: Utilities\0")), -1);
}

static void
deprecated_classifiers_name_what_replaces_them(void **state)
{
	(void)state;
	assert_string_equal(classifier_replacement(SPAN("Natural Language :: Ukranian")), "Natural Language :: Ukrainian");
	assert_string_equal(classifier_replacement(SPAN("License :: OSI Approved :: X.Net License")), "");
	assert_int_equal(classifier_find(SPAN("Natural Language :: Ukranian")), -1);
}

TESTS(classifier,
	TEST(every_classifier_is_found_where_it_stands),
	TEST(what_is_no_classifier_is_not_found),
	TEST(deprecated_classifiers_name_what_replaces_them)
);
