/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error type; see the header.
 */
#include "base/fault.h"

#include <stddef.h>

#include "base/arena.h"

static const struct {
	const char *name;
	int status;
	const char *text;
} kinds[FAULT__MAX] = {
	[FAULT_NONE] = { "NONE", 200, "OK" },
#define FAULT(name, status, text) [FAULT_##name] = { #name, status, text },
#include "base/faults.def"
#undef FAULT
};

void
fault_init(struct fault *f, struct arena *a)
{
	*f = (struct fault){ .arena = a };
}

void
fault_clear(struct fault *f)
{
	fault_init(f, f->arena);
}

bool
fault_raise(struct fault *f, enum fault_kind kind, const char *format, ...)
{
	va_list args;

	if (fault_is_set(f))
		return false;
	f->kind = kind;
	va_start(args, format);
	f->message = arena_vprintf(f->arena, format, args);
	va_end(args);
	return false;
}

bool
fault_raise_plain(struct fault *f, enum fault_kind kind)
{
	return fault_raise(f, kind, "%s", kinds[kind].text);
}

bool
fault_raise_internal(struct fault *f, enum fault_kind kind, const char *format, ...)
{
	va_list args;

	if (fault_is_set(f))
		return false;
	f->kind = kind;
	f->message = kinds[kind].text;
	va_start(args, format);
	f->detail = arena_vprintf(f->arena, format, args);
	va_end(args);
	return false;
}

bool
fault_raise_field(struct fault *f, enum fault_kind kind, const char *name, const char *format, ...)
{
	struct fault_field **last = &f->fields;
	struct fault_field *field = arena_new(f->arena, struct fault_field);
	va_list args;

	field->name = arena_strdup(f->arena, name);
	va_start(args, format);
	field->message = arena_vprintf(f->arena, format, args);
	va_end(args);
	while (*last)
		last = &(*last)->next;
	*last = field;
	return fault_raise(f, kind, "%s: %s", field->name, field->message);
}

int
fault_kind_status(enum fault_kind kind)
{
	return kinds[kind].status;
}

const char *
fault_kind_name(enum fault_kind kind)
{
	return kinds[kind].name;
}

const char *
fault_kind_text(enum fault_kind kind)
{
	return kinds[kind].text;
}
