/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of distribution files.
 */
#include "unit.h"

#include "formats/distribution.h"

static const char *
verdict(struct span filename, enum distribution_type type)
{
	fault_clear(fault);
	if (distribution_check_filename(fault, filename, type)) {
		assert_false(fault_is_set(fault));
		return "good";
	}
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	return fault->message;
}

static void
types_have_their_names(void **state)
{
	enum distribution_type type = DISTRIBUTION_SDIST;

	(void)state;
	assert_true(distribution_type_parse(SPAN("bdist_wheel"), &type));
	assert_int_equal(type, DISTRIBUTION_WHEEL);
	assert_true(distribution_type_parse(SPAN("sdist"), &type));
	assert_int_equal(type, DISTRIBUTION_SDIST);
	assert_false(distribution_type_parse(SPAN("bdist_egg"), &type));
	assert_false(distribution_type_parse(SPAN(""), &type));
	assert_string_equal(distribution_type_name(DISTRIBUTION_WHEEL), "bdist_wheel");
}

static void
an_extension_fits_its_type(void **state)
{
	(void)state;
	assert_string_equal(verdict(SPAN("a-1.tar.gz"), DISTRIBUTION_SDIST), "good");
	assert_string_equal(verdict(SPAN("a-1.zip"), DISTRIBUTION_SDIST), "good");
	assert_string_equal(verdict(SPAN("a-1-py3-none-any.whl"), DISTRIBUTION_WHEEL), "good");
	assert_string_equal(verdict(SPAN("a-1-py3-none-any.whl"), DISTRIBUTION_SDIST),
			    "Invalid file extension: Extension .whl is invalid for filetype sdist. "
			    "See https://www.python.org/dev/peps/pep-0527 for more information.");
	assert_string_equal(verdict(SPAN("a-1.ZIP"), DISTRIBUTION_SDIST),
			    "Invalid file extension: Extension .ZIP is invalid for filetype sdist. "
			    "See https://www.python.org/dev/peps/pep-0527 for more information.");
	assert_string_equal(verdict(SPAN("a-1.tar.gz"), DISTRIBUTION_WHEEL),
			    "Invalid file extension: Extension .tar.gz is invalid for filetype bdist_wheel. "
			    "See https://www.python.org/dev/peps/pep-0527 for more information.");
}

static void
other_extensions_are_refused(void **state)
{
	static const struct span names[] = {
		SPAN(""), SPAN("a"), SPAN("a-1.egg"), SPAN("a-1.exe"), SPAN("a-1.tar.bz2"), SPAN("a-1.tgz"),
		SPAN("a-1.tar.gz.asc"), SPAN("whl"), SPAN("a-1.tar"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(verdict(names[i], DISTRIBUTION_SDIST),
				    "Invalid file extension: Use .tar.gz, .whl or .zip extension. "
				    "See https://www.python.org/dev/peps/pep-0527 and "
				    "https://peps.python.org/pep-0715/ for more information");
}

static void
a_name_has_no_odd_characters(void **state)
{
	static const char control[] = "Cannot upload a file with non-printable characters (ordinals 0-31) "
				      "or the DEL character (ordinal 127) in the name.";
	static const char slash[] = "Cannot upload a file with '/' or '\\' in the name.";

	(void)state;
	assert_string_equal(verdict(SPAN("a\n-1.tar.gz"), DISTRIBUTION_SDIST), control);
	assert_string_equal(verdict(SPAN("a-1.tar.gz\0.tar.gz"), DISTRIBUTION_SDIST), control);
	assert_string_equal(verdict(SPAN("a\x7f-1.tar.gz"), DISTRIBUTION_SDIST), control);
	assert_string_equal(verdict(SPAN("../a-1.tar.gz"), DISTRIBUTION_SDIST), slash);
	assert_string_equal(verdict(SPAN("..\\a-1.tar.gz"), DISTRIBUTION_SDIST), slash);
}

TESTS(distribution,
	TEST(types_have_their_names),
	TEST(an_extension_fits_its_type),
	TEST(other_extensions_are_refused),
	TEST(a_name_has_no_odd_characters)
);
