/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed objects of a Hex repository (protobuf, hex_registry.proto): what a
 * signature is made over, and the file that clients fetch. Equal contents make
 * equal bytes. Only user of protobuf-c.
 *
 * A payload is RSASSA-PKCS1-v1_5 signed with SHA-512; payload and signature
 * are a Signed message, that gzipped is the file. The two lists of a
 * repository are written in parts, see hexregistry_names() and below.
 */
#ifndef ENTREPOT_INDEX_HEXREGISTRY_H
#define ENTREPOT_INDEX_HEXREGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct buf;

#define HEXREGISTRY_CONTENT_TYPE "application/octet-stream"

/* ---- a package ---- */

struct registry_dependency {
	const char *package;
	const char *requirement;	/* NULL or "": any version */
	bool optional;
	const char *app;		/* written only when it is not PACKAGE; may be NULL */
	const char *repository;		/* written only when it is not the package's own; may be NULL */
};

struct registry_release {
	const char *version;
	struct span inner_checksum;	/* 32 bytes */
	struct span outer_checksum;	/* 32 bytes */
	const struct registry_dependency *dependencies;	/* by name */
	size_t dependency_count;
	const char *retired;		/* "other", "invalid", "security", "deprecated", "renamed"; NULL: it is not */
	const char *message;		/* of the retirement; may be NULL */
	int64_t published_at;		/* µs since 1970 */
};

struct registry_package {
	const char *name;
	const char *repository;
	const struct registry_release *releases;	/* ascending */
	size_t count;
};

/* The payload, on the arena. */
struct span hexregistry_package(struct arena *a, const struct registry_package *p);

/* ---- the lists ---- */

/*
 * The payload of a list is the entries of all packages by name, in any number
 * of parts, and hexregistry_list_end(). An entry says which package it is of,
 * so that one can be replaced where it stands.
 */
void hexregistry_names(struct buf *part, const char *name, int64_t updated_at);

struct registry_version {
	const char *version;
	bool retired;
};
void hexregistry_versions(struct buf *part, const char *name, const struct registry_version *versions, size_t count);

void hexregistry_list_end(struct buf *payload, const char *repository);

/*
 * Cut the first entry off the entries in *REST, until nothing is left
 * (*ENTRY.at == NULL). False when that is no entry: the bytes are damaged.
 */
bool hexregistry_next(struct span *rest, struct span *entry, struct span *name) MUST_CHECK;

/* ---- the file ---- */

/* The file of a payload, on the arena. */
struct span hexregistry_file(struct arena *a, struct span payload, struct span signature);

/* The same in parts: what stands before a payload of that length, and behind it, before compression. */
void hexregistry_before(struct buf *out, uint64_t payload_length);
void hexregistry_behind(struct buf *out, struct span signature);

/* Payload and signature of a file, on the arena; false when it is none. */
bool hexregistry_open(struct arena *a, struct span file, struct span *payload, struct span *signature) MUST_CHECK;

#endif
