/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Python project with a file; see the header.
 */
#include "pypifile.h"

/* 2026-03-02T10:00:00.05Z */
#define UPLOADED INT64_C(1772445600050000)

const struct pypi_site given_site = {
	.base = "https://registry.example/there",
	.path = "/there",
	.files = "https://registry.example/there/files/pypi",
};

static const char md5[] = "\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11";

#define EIGHT(c) c c c c c c c c
static const char sha256[] = EIGHT("\x22\x22\x22\x22");
static const char blake2[] = EIGHT("\x33\x33\x33\x33");
static const char metadata[] = EIGHT("\x44\x44\x44\x44");

struct pypi_project
given_project(void)
{
	return (struct pypi_project){
		.id = 1, .repository_id = 2, .name = "Foo_Bar", .canonical_name = "foo-bar", .status = "active",
	};
}

struct pypi_file
given_sdist(void)
{
	return (struct pypi_file){
		.id = 7, .release_id = 5, .project = "foo-bar", .version = "1.0", .filename = "foo_bar-1.0.tar.gz",
		.path = GIVEN_PATH "foo_bar-1.0.tar.gz", .kind = "sdist", .size = 4096,
		.md5 = span_make(md5, 16), .sha256 = span_make(sha256, 32), .blake2b256 = span_make(blake2, 32),
		.python_version = "source", .uploaded_at = UPLOADED,
	};
}

struct pypi_file
given_wheel(void)
{
	struct pypi_file f = given_sdist();

	f.filename = "foo_bar-1.0-py3-none-any.whl";
	f.path = GIVEN_PATH "foo_bar-1.0-py3-none-any.whl";
	f.kind = "wheel";
	f.python_version = "py3";
	f.metadata_sha256 = span_make(metadata, 32);
	return f;
}
