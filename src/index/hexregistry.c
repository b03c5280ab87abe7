/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed objects of a Hex repository by protobuf-c; see the header.
 */
#include "index/hexregistry.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/gzip.h"
#include "hex_registry.pb-c.h"

#define SECOND INT64_C(1000000)
#define ANY_VERSION ">= 0.0.0"
/* Most bytes of a payload that hexregistry_open() takes. */
#define PAYLOAD_MAX ((size_t)1 << 30)
/* Field 1 of a list, and of an entry: length-delimited. */
#define FIELD_1 0x0a
#define VARINT_MAX 10

/* Texts that are only read: the generated structs know no const. */
#define TEXT(s) ((char *)(uintptr_t)(s))

static void
put(struct buf *out, const ProtobufCMessage *m)
{
	size_t size = protobuf_c_message_get_packed_size(m);
	char *to = buf_reserve(out, size);

	protobuf_c_message_pack(m, (uint8_t *)to);
	out->len += size;
	out->at[out->len] = '\0';
}

static Hexpb__Timestamp
timestamp_of(int64_t microseconds)
{
	Hexpb__Timestamp t = HEXPB__TIMESTAMP__INIT;
	int64_t rest = microseconds % SECOND;

	/* Nanoseconds count forwards, before 1970 too. */
	if (rest < 0)
		rest += SECOND;
	t.seconds = (microseconds - rest) / SECOND;
	t.nanos = (int32_t)(rest * 1000);
	return t;
}

static ProtobufCBinaryData
bytes_of(struct span s)
{
	return (ProtobufCBinaryData){ s.len, (uint8_t *)TEXT(s.at) };
}

/* ---- a package ---- */

static Hexpb__Dependency *
dependency(struct arena *a, const struct registry_dependency *d, const char *own_repository)
{
	Hexpb__Dependency *m = arena_new(a, Hexpb__Dependency);

	hexpb__dependency__init(m);
	m->package = TEXT(d->package);
	m->requirement = TEXT(d->requirement && *d->requirement ? d->requirement : ANY_VERSION);
	m->has_optional = d->optional;
	m->optional = d->optional;
	if (d->app && strcmp(d->app, d->package) != 0)
		m->app = TEXT(d->app);
	if (d->repository && strcmp(d->repository, own_repository) != 0)
		m->repository = TEXT(d->repository);
	return m;
}

static Hexpb__RetirementStatus *
retirement(struct arena *a, const char *reason, const char *message)
{
	static const struct {
		const char *name;
		Hexpb__RetirementReason value;
	} reasons[] = {
		{ "invalid", HEXPB__RETIREMENT_REASON__RETIRED_INVALID },
		{ "security", HEXPB__RETIREMENT_REASON__RETIRED_SECURITY },
		{ "deprecated", HEXPB__RETIREMENT_REASON__RETIRED_DEPRECATED },
		{ "renamed", HEXPB__RETIREMENT_REASON__RETIRED_RENAMED },
	};
	Hexpb__RetirementStatus *m = arena_new(a, Hexpb__RetirementStatus);

	hexpb__retirement_status__init(m);
	m->reason = HEXPB__RETIREMENT_REASON__RETIRED_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (strcmp(reason, reasons[i].name) == 0)
			m->reason = reasons[i].value;
	m->message = TEXT(message);
	return m;
}

static Hexpb__Release *
release(struct arena *a, const struct registry_release *r, const char *own_repository)
{
	Hexpb__Release *m = arena_new(a, Hexpb__Release);

	hexpb__release__init(m);
	m->version = TEXT(r->version);
	m->inner_checksum = bytes_of(r->inner_checksum);
	m->has_outer_checksum = true;
	m->outer_checksum = bytes_of(r->outer_checksum);
	m->n_dependencies = r->dependency_count;
	m->dependencies = arena_zalloc(a, r->dependency_count, sizeof(*m->dependencies));
	for (size_t i = 0; i < r->dependency_count; i++)
		m->dependencies[i] = dependency(a, &r->dependencies[i], own_repository);
	if (r->retired)
		m->retired = retirement(a, r->retired, r->message);
	m->published_at = arena_new(a, Hexpb__Timestamp);
	*m->published_at = timestamp_of(r->published_at);
	return m;
}

struct span
hexregistry_package(struct arena *a, const struct registry_package *p)
{
	Hexpb__Package m = HEXPB__PACKAGE__INIT;
	struct buf out = buf_on(a);

	m.name = TEXT(p->name);
	m.repository = TEXT(p->repository);
	m.n_releases = p->count;
	m.releases = arena_zalloc(a, p->count, sizeof(*m.releases));
	for (size_t i = 0; i < p->count; i++)
		m.releases[i] = release(a, &p->releases[i], p->repository);
	put(&out, &m.base);
	return buf_span(&out);
}

/* ---- the lists ---- */

void
hexregistry_names(struct buf *part, const char *name, int64_t updated_at)
{
	Hexpb__NamesPart m = HEXPB__NAMES_PART__INIT;
	Hexpb__NamesPackage package = HEXPB__NAMES_PACKAGE__INIT;
	Hexpb__NamesPackage *packages[] = { &package };
	Hexpb__Timestamp updated = timestamp_of(updated_at);

	package.name = TEXT(name);
	package.updated_at = &updated;
	m.n_packages = 1;
	m.packages = packages;
	put(part, &m.base);
}

void
hexregistry_versions(struct buf *part, const char *name, const struct registry_version *versions, size_t count)
{
	Hexpb__VersionsPart m = HEXPB__VERSIONS_PART__INIT;
	Hexpb__VersionsPackage package = HEXPB__VERSIONS_PACKAGE__INIT;
	Hexpb__VersionsPackage *packages[] = { &package };

	package.name = TEXT(name);
	package.n_versions = count;
	package.versions = arena_zalloc(part->arena, count, sizeof(*package.versions));
	package.retired = arena_zalloc(part->arena, count, sizeof(*package.retired));
	for (size_t i = 0; i < count; i++) {
		package.versions[i] = TEXT(versions[i].version);
		if (versions[i].retired)
			package.retired[package.n_retired++] = (int32_t)i;
	}
	m.n_packages = 1;
	m.packages = packages;
	put(part, &m.base);
}

void
hexregistry_list_end(struct buf *payload, const char *repository)
{
	Hexpb__ListEnd m = HEXPB__LIST_END__INIT;

	m.repository = TEXT(repository);
	put(payload, &m.base);
}

/* Cut field 1 off REST: *CONTENT is what is in it. */
static bool
cut_field_1(struct span *rest, struct span *content)
{
	struct span s = *rest;
	uint64_t length = 0;
	unsigned shift = 0;
	unsigned char byte;

	if (s.len == 0 || s.at[0] != FIELD_1)
		return false;
	s = span_skip(s, 1);
	do {
		if (s.len == 0 || shift == 7 * VARINT_MAX)
			return false;
		byte = (unsigned char)s.at[0];
		length |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		s = span_skip(s, 1);
	} while (byte & 0x80);
	if (length > s.len)
		return false;
	*content = span_make(s.at, (size_t)length);
	*rest = span_skip(s, (size_t)length);
	return true;
}

bool
hexregistry_next(struct span *rest, struct span *entry, struct span *name)
{
	struct span start = *rest;
	struct span content;

	*entry = (struct span){ NULL, 0 };
	if (start.len == 0)
		return true;
	if (!cut_field_1(rest, &content) || !cut_field_1(&content, name))
		return false;
	*entry = span_make(start.at, start.len - rest->len);
	return true;
}

/* ---- the file ---- */

void
hexregistry_before(struct buf *out, uint64_t payload_length)
{
	buf_putc(out, FIELD_1);
	for (; payload_length >= 0x80; payload_length >>= 7)
		buf_putc(out, (char)(0x80 | (payload_length & 0x7f)));
	buf_putc(out, (char)payload_length);
}

void
hexregistry_behind(struct buf *out, struct span signature)
{
	Hexpb__SignedEnd m = HEXPB__SIGNED_END__INIT;

	m.has_signature = true;
	m.signature = bytes_of(signature);
	put(out, &m.base);
}

struct span
hexregistry_file(struct arena *a, struct span payload, struct span signature)
{
	Hexpb__Signed m = HEXPB__SIGNED__INIT;
	struct buf plain = buf_on(a);
	struct buf file = buf_on(a);

	m.payload = bytes_of(payload);
	m.has_signature = true;
	m.signature = bytes_of(signature);
	put(&plain, &m.base);
	gzip_write(&file, buf_span(&plain));
	return buf_span(&file);
}

static void *
on_arena(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void
with_arena(void *arena, void *at)
{
	(void)arena;
	(void)at;
}

bool
hexregistry_open(struct arena *a, struct span file, struct span *payload, struct span *signature)
{
	ProtobufCAllocator allocator = { on_arena, with_arena, a };
	const Hexpb__Signed *m;
	struct span plain;

	if (!gzip_read(a, file, PAYLOAD_MAX, &plain))
		return false;
	m = hexpb__signed__unpack(&allocator, plain.len, (const uint8_t *)plain.at);
	if (!m || !m->has_signature)
		return false;
	*payload = span_make((const char *)m->payload.data, m->payload.len);
	*signature = span_make((const char *)m->signature.data, m->signature.len);
	return true;
}
