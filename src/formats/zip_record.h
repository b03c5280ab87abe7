/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a zip (PKWARE's APPNOTE.TXT 6.3.10, §4.3 and §4.5), each from
 * bytes that are in memory. The numbers of ZIP64 are already put in their
 * places; nothing is compared with other records.
 */
#ifndef ENTREPOT_FORMATS_ZIP_RECORD_H
#define ENTREPOT_FORMATS_ZIP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

/* Of the parts that always have the same length, signature included. */
#define ZIP_LOCAL_SIZE 30
#define ZIP_CENTRAL_SIZE 46
#define ZIP_END_SIZE 22
#define ZIP_END64_SIZE 56
#define ZIP_LOCATOR_SIZE 20

/* Comment of the archive, name, extra fields: each at most. */
#define ZIP_TEXT_MAX 65535

enum zip_kind {
	ZIP_OTHER,
	ZIP_LOCAL,
	ZIP_CENTRAL,
	ZIP_END,
	ZIP_END64,
	ZIP_LOCATOR
};

/* By the signature, of which at least four bytes are needed. */
enum zip_kind zip_record_kind(struct span bytes);

#define ZIP_FLAG_ENCRYPTED 0x0001
#define ZIP_FLAG_DESCRIPTOR 0x0008
#define ZIP_FLAG_PATCH 0x0020
#define ZIP_FLAG_STRONG 0x0040
#define ZIP_FLAG_UTF8 0x0800
#define ZIP_FLAG_MASKED 0x2000

#define ZIP_STORED 0
#define ZIP_DEFLATED 8

/* A local header, or an entry of the central directory. */
struct zip_header {
	uint16_t flags;
	uint16_t method;
	uint32_t crc32;
	uint64_t packed;
	uint64_t size;
	uint64_t offset;		/* central: of the local header; local: 0 */
	uint16_t disk;			/* central: where it begins; local: 0 */
	struct span name;		/* within the bytes given */
	struct span unicode;		/* the name of the Unicode path extra; at == NULL: there is none */
	size_t comment;			/* central: its length */
	size_t total;			/* length of the whole record */
};

/* How many bytes the record has that begins with the ZIP_LOCAL_SIZE bytes at AT. */
size_t zip_local_length(const char *at);

/* BYTES begin with the record. NULL, or what is wrong with it: a static text. */
const char *zip_local_parse(struct span bytes, struct zip_header *out) MUST_CHECK;
const char *zip_central_parse(struct span bytes, struct zip_header *out) MUST_CHECK;

/* The end of the central directory, in either form. */
struct zip_end {
	uint64_t disk;
	uint64_t directory_disk;
	uint64_t entries_here;
	uint64_t entries;
	uint64_t size;			/* of the directory */
	uint64_t offset;		/* of the directory */
	size_t comment;			/* its length */
	uint64_t rest;			/* of the ZIP64 form: bytes that follow its number of them */
};

/* AT has ZIP_END_SIZE, ZIP_END64_SIZE bytes. */
void zip_end_parse(const char *at, struct zip_end *out);
void zip_end64_parse(const char *at, struct zip_end *out);

/* AT has ZIP_LOCATOR_SIZE bytes: where the ZIP64 form of the end is, on the only disk; false when there are more. */
bool zip_locator_parse(const char *at, uint64_t *offset) MUST_CHECK;

#endif
