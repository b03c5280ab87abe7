/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an upload form must be like, in the public index's words.
 */
#include "unit.h"

#include "base/encode.h"
#include "protocols/pypi/form.h"

#define SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define BLAKE2 "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
#define MD5 "900150983cd24fb0d6963f7d28e17f72"
#define SEE " See https://packaging.python.org/specifications/core-metadata for more information."
#define BAD_NAME " is an invalid value for Name. Error: Start and end with a letter or numeral containing only " \
	"ASCII numeric and '.', '_' and '-'." SEE

/* A good form with some fields replaced; "-" takes one away. */
struct given {
	const char *protocol_version;
	const char *name;
	const char *filetype;
	const char *pyversion;
	const char *sha256;
	const char *blake2;
	const char *md5;
	const char *invalid;
	const char *message;		/* NULL: it is good */
};

static const struct given givens[] = {
	{ .message = NULL },
	{ .protocol_version = "1" },
	{ .protocol_version = "2", .name = "-", .message = "Unknown protocol version." },
	/* Names. */
	{ .name = "a" },
	{ .name = "A.b_c-9" },
	{ .name = "-", .filetype = "-",
	  .message = "'' is an invalid value for Name. Error: This field is required." SEE },
	{ .name = "foo-", .message = "'foo-'" BAD_NAME },
	{ .name = "_foo", .message = "'_foo'" BAD_NAME },
	{ .name = "foo\n", .message = "'foo\\n'" BAD_NAME },
	{ .name = "it's", .message = "\"it's\"" BAD_NAME },
	{ .name = "d\xc3\xa9", .message = "'d\xc3\xa9'" BAD_NAME },
	{ .name = "-23456789012345678901234567890123456789012345678901234567890",
	  .message = "'-23456789012345678901234567890123456789012345678901234567890'" BAD_NAME },
	{ .name = "-2345678901234567890123456789\xc3\xa9" "1234567890123456789012345678\xc3\xa9" "901",
	  .message = "'-2345678901234567890123456789\xc3\xa9...34567890123456789012345678\xc3\xa9" "901'" BAD_NAME },
	/* File types. */
	{ .filetype = "-", .sha256 = "x", .message = "Invalid value for filetype. Error: This field is required." },
	{ .filetype = "bdist_egg", .message = "Invalid value for filetype. Error: Use a known file type." },
	{ .filetype = "SDIST", .message = "Invalid value for filetype. Error: Use a known file type." },
	/* Python versions. */
	{ .filetype = "bdist_wheel", .pyversion = "py2.py3" },
	{ .filetype = "bdist_wheel", .pyversion = "-",
	  .message = "Invalid value for pyversion. Error: Python version is required for binary distribution uploads." },
	{ .pyversion = "-" },
	{ .pyversion = "3.8", .message = "Invalid value for pyversion. Error: Use 'source' as Python version for an sdist." },
	/* Digests. */
	{ .sha256 = "-", .blake2 = "-", .md5 = "not checked here" },
	{ .sha256 = "-" },
	{ .sha256 = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD" },
	{ .sha256 = "-", .blake2 = "-", .md5 = "-", .message = "Error: Include at least one message digest." },
	{ .sha256 = "x",
	  .message = "Invalid value for sha256_digest. Error: Use a valid, hex-encoded, SHA256 message digest." },
	{ .sha256 = SHA256 "00",
	  .message = "Invalid value for sha256_digest. Error: Use a valid, hex-encoded, SHA256 message digest." },
	{ .blake2 = SHA256 "0", .sha256 = "x", .filetype = "-",
	  .message = "Invalid value for blake2_256_digest. Error: Use a valid, hex-encoded, BLAKE2 message digest." },
	/* Repetition comes last, and among the rules for metadata first. */
	{ .invalid = "project_urls", .message = "'project_urls' has invalid data." SEE },
	{ .invalid = "name", .pyversion = "x",
	  .message = "Invalid value for pyversion. Error: Use 'source' as Python version for an sdist." },
};

static struct span
value_of(const char *given, const char *usual)
{
	if (!given)
		given = usual;
	return given && strcmp(given, "-") != 0 ? span_of(given) : span_make(NULL, 0);
}

static struct pypi_form
form_of(const struct given *g)
{
	return (struct pypi_form){
		.metadata.name = value_of(g->name, "demo"),
		.protocol_version = value_of(g->protocol_version, NULL),
		.filetype = value_of(g->filetype, "sdist"),
		.pyversion = value_of(g->pyversion, "source"),
		.sha256_digest = value_of(g->sha256, SHA256),
		.blake2_256_digest = value_of(g->blake2, BLAKE2),
		.md5_digest = value_of(g->md5, NULL),
		.invalid = g->invalid,
	};
}

static void
a_form_is_refused_in_the_words_of_the_public_index(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(givens); i++) {
		struct pypi_form form = form_of(&givens[i]);
		bool good;

		fault_clear(fault);
		good = pypi_form_check(fault, &form);
		if (good != !givens[i].message)
			fail_msg("case %zu: %s", i, good ? "is taken" : fault->message);
		if (good)
			continue;
		assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
		assert_string_equal(fault->message, givens[i].message);
	}
}

static void
an_sdist_has_source_as_its_python_version(void **state)
{
	struct pypi_form sdist = form_of(&(struct given){ .pyversion = "-" });
	struct pypi_form wheel = form_of(&(struct given){ .filetype = "bdist_wheel", .pyversion = "py3" });

	(void)state;
	assert_true(pypi_form_check(fault, &sdist));
	assert_true(span_is(sdist.pyversion, "source"));
	assert_true(pypi_form_check(fault, &wheel));
	assert_true(span_is(wheel.pyversion, "py3"));
}

static bool
digests_match(const struct given *g)
{
	struct pypi_form form = form_of(g);
	struct digest *digest = digest_new(arena, PYPI_FORM_DIGESTS);

	digest_update(digest, "abc", 3);
	digest_finish(digest, &form.content.digests);
	fault_clear(fault);
	if (pypi_form_check_digests(fault, &form))
		return true;
	assert_string_equal(fault->message,
			    "The digest supplied does not match a digest calculated from the uploaded file.");
	return false;
}

static void
every_digest_that_is_given_is_compared(void **state)
{
	(void)state;
	assert_true(digests_match(&(struct given){ .md5 = MD5 }));
	assert_true(digests_match(&(struct given){ .md5 = "900150983CD24FB0D6963F7D28E17F72" }));
	assert_true(digests_match(&(struct given){ .sha256 = "-", .blake2 = "-", .md5 = "-" }));
	assert_false(digests_match(&(struct given){ .md5 = "900150983cd24fb0d6963f7d28e17f73" }));
	assert_false(digests_match(&(struct given){ .md5 = "kAFQmDzST7DWlj99KOF_cg" }));
	assert_false(digests_match(&(struct given){ .md5 = MD5 MD5 }));
	assert_false(digests_match(&(struct given){ .sha256 = BLAKE2 }));
	assert_false(digests_match(&(struct given){ .blake2 = SHA256 }));
}

TESTS(pypi_form_check,
	TEST(a_form_is_refused_in_the_words_of_the_public_index),
	TEST(an_sdist_has_source_as_its_python_version),
	TEST(every_digest_that_is_given_is_compared),
);
