/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a zip; see the header.
 */
#include "formats/zip_record.h"

#include "base/gzip.h"
#include "base/text.h"

/* Stands for a number that the ZIP64 extra field has. */
#define ELSEWHERE32 UINT32_MAX

/* Of the specification, in tenths: readers give up at what is above. */
#define VERSION_MAX 63

#define EXTRA_ZIP64 0x0001
#define EXTRA_UNICODE_PATH 0x7075
#define EXTRA_HEAD 4
/* Of a Unicode path: version and checksum of the name that it stands for. */
#define UNICODE_HEAD 5

static const char malformed[] = "Malformed zip file";

static uint64_t
number_at(const char *at, size_t bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | (unsigned char)at[bytes];
	return n;
}

static uint16_t
u16(const char *at)
{
	return (uint16_t)number_at(at, 2);
}

static uint32_t
u32(const char *at)
{
	return (uint32_t)number_at(at, 4);
}

enum zip_kind
zip_record_kind(struct span bytes)
{
	static const struct {
		char signature[4];
		enum zip_kind kind;
	} kinds[] = {
		{ { 'P', 'K', 1, 2 }, ZIP_CENTRAL },
		{ { 'P', 'K', 3, 4 }, ZIP_LOCAL },
		{ { 'P', 'K', 5, 6 }, ZIP_END },
		{ { 'P', 'K', 6, 6 }, ZIP_END64 },
		{ { 'P', 'K', 6, 7 }, ZIP_LOCATOR },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (bytes.len >= 4 && memcmp(bytes.at, kinds[i].signature, 4) == 0)
			return kinds[i].kind;
	return ZIP_OTHER;
}

/* ---- extra fields ---- */

struct extras {
	struct span zip64;		/* at == NULL: none */
	struct span unicode;		/* the whole field; at == NULL: none */
};

/* The two that matter; others are somebody's own. */
static const char *
find_extras(struct span bytes, const char *duplicate, struct extras *out)
{
	*out = (struct extras){ { NULL, 0 }, { NULL, 0 } };
	while (bytes.len > 0) {
		struct span *slot = NULL;
		size_t len;

		if (bytes.len < EXTRA_HEAD)
			return malformed;
		len = u16(bytes.at + 2);
		if (len > bytes.len - EXTRA_HEAD)
			return malformed;
		if (u16(bytes.at) == EXTRA_ZIP64)
			slot = &out->zip64;
		else if (u16(bytes.at) == EXTRA_UNICODE_PATH)
			slot = &out->unicode;
		if (slot && slot->at)
			return duplicate;
		if (slot)
			*slot = span_make(bytes.at + EXTRA_HEAD, len);
		bytes = span_skip(bytes, EXTRA_HEAD + len);
	}
	return NULL;
}

/*
 * The name once more. Readers take it for the name when its checksum is that of
 * the name, or always, or never: so it has to say the same.
 */
static const char *
read_unicode(const struct extras *extras, struct zip_header *h)
{
	struct span field = extras->unicode;

	if (!field.at)
		return NULL;
	if (field.len < UNICODE_HEAD)
		return malformed;
	h->unicode = span_skip(field, UNICODE_HEAD);
	if (!text_is_utf8(h->unicode))
		return "Filename not valid UTF-8";
	return span_equal(h->unicode, h->name) ? NULL : "Mis-matched Unicode path";
}

/* Take the next eight bytes of the field if the header's number points to them. */
static bool
resolve(struct span *field, uint64_t *number)
{
	if (*number != ELSEWHERE32)
		return true;
	if (field->len < 8)
		return false;
	*number = number_at(field->at, 8);
	*field = span_skip(*field, 8);
	return true;
}

/* APPNOTE §4.5.3: the numbers that are elsewhere, and only those, in this order. */
static const char *
read_central64(struct span field, struct zip_header *h)
{
	if (!field.at)
		return NULL;
	if (!resolve(&field, &h->size) || !resolve(&field, &h->packed) || !resolve(&field, &h->offset))
		return malformed;
	if (h->disk == UINT16_MAX && field.len >= 4)
		h->disk = u32(field.at) == 0 ? 0 : UINT16_MAX;
	return NULL;
}

/* One place of the field against the header's number, which may point to it. */
static bool
settle(struct span field, size_t at, uint64_t *number)
{
	uint64_t stated = number_at(field.at + at, 8);

	if (*number != ELSEWHERE32 && *number != stated)
		return false;
	*number = stated;
	return true;
}

/* APPNOTE §4.5.3: in a local header both sizes; writers are known that leave some out. */
static const char *
read_local64(struct span field, struct zip_header *h)
{
	if (!field.at)
		return NULL;
	switch (field.len) {
	case 0:
		return h->size == ELSEWHERE32 || h->packed == ELSEWHERE32 ? malformed : NULL;
	case 8:
		if (h->method != ZIP_STORED)
			return malformed;
		return settle(field, 0, &h->size) && settle(field, 0, &h->packed) ? NULL : "Mis-matched data size";
	case 16:
	case 24:
	case 28:
		if (!settle(field, 0, &h->size))
			return "Mis-matched file size";
		return settle(field, 8, &h->packed) ? NULL : "Mis-matched data size";
	default:
		return malformed;
	}
}

/* ---- headers ---- */

size_t
zip_local_length(const char *at)
{
	return (size_t)ZIP_LOCAL_SIZE + u16(at + 26) + u16(at + 28);
}

/* From the version on that is needed, local headers and central entries agree for a while. */
static const char *
read_common(const char *at, struct zip_header *h)
{
	/* The upper byte is a system, for some. */
	if ((unsigned char)at[0] > VERSION_MAX)
		return "Unknown version of the format";
	h->flags = u16(at + 2);
	h->method = u16(at + 4);
	h->crc32 = u32(at + 10);
	h->packed = u32(at + 14);
	h->size = u32(at + 18);
	return NULL;
}

const char *
zip_local_parse(struct span bytes, struct zip_header *out)
{
	struct extras extras;
	const char *wrong;
	size_t name;

	*out = (struct zip_header){ .offset = 0 };
	if (zip_record_kind(bytes) != ZIP_LOCAL)
		return "Unknown record signature";
	if (bytes.len < ZIP_LOCAL_SIZE || bytes.len < zip_local_length(bytes.at))
		return malformed;
	wrong = read_common(bytes.at + 4, out);
	if (wrong)
		return wrong;
	name = u16(bytes.at + 26);
	out->name = span_make(bytes.at + ZIP_LOCAL_SIZE, name);
	out->total = zip_local_length(bytes.at);
	wrong = find_extras(span_make(bytes.at + ZIP_LOCAL_SIZE + name, u16(bytes.at + 28)),
			    "Invalid duplicate extra in local file", &extras);
	if (!wrong)
		wrong = read_unicode(&extras, out);
	return wrong ? wrong : read_local64(extras.zip64, out);
}

const char *
zip_central_parse(struct span bytes, struct zip_header *out)
{
	struct extras extras;
	const char *wrong;
	size_t name, extra;

	*out = (struct zip_header){ .offset = 0 };
	if (zip_record_kind(bytes) != ZIP_CENTRAL || bytes.len < ZIP_CENTRAL_SIZE)
		return malformed;
	wrong = read_common(bytes.at + 6, out);
	if (wrong)
		return wrong;
	name = u16(bytes.at + 28);
	extra = u16(bytes.at + 30);
	out->comment = u16(bytes.at + 32);
	out->disk = u16(bytes.at + 34);
	out->offset = u32(bytes.at + 42);
	out->total = ZIP_CENTRAL_SIZE + name + extra + out->comment;
	if (bytes.len < out->total)
		return malformed;
	out->name = span_make(bytes.at + ZIP_CENTRAL_SIZE, name);
	wrong = find_extras(span_make(bytes.at + ZIP_CENTRAL_SIZE + name, extra),
			    "Invalid duplicate extra in central directory", &extras);
	if (!wrong)
		wrong = read_unicode(&extras, out);
	return wrong ? wrong : read_central64(extras.zip64, out);
}

/* ---- the end ---- */

void
zip_end_parse(const char *at, struct zip_end *out)
{
	*out = (struct zip_end){
		.disk = u16(at + 4),
		.directory_disk = u16(at + 6),
		.entries_here = u16(at + 8),
		.entries = u16(at + 10),
		.size = u32(at + 12),
		.offset = u32(at + 16),
		.comment = u16(at + 20),
	};
}

void
zip_end64_parse(const char *at, struct zip_end *out)
{
	*out = (struct zip_end){
		.rest = number_at(at + 4, 8),
		.disk = u32(at + 16),
		.directory_disk = u32(at + 20),
		.entries_here = number_at(at + 24, 8),
		.entries = number_at(at + 32, 8),
		.size = number_at(at + 40, 8),
		.offset = number_at(at + 48, 8),
	};
}

bool
zip_locator_parse(const char *at, uint64_t *offset)
{
	*offset = number_at(at + 8, 8);
	return u32(at + 4) == 0 && u32(at + 16) <= 1;
}
