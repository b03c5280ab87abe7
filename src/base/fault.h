/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error type. A function that can fail returns false or NULL and has
 * raised a fault; the first raise wins, later ones are ignored, so a chain of
 * calls is checked once, at its end. Each protocol turns the fault into its
 * own shape in exactly one function.
 */
#ifndef ENTREPOT_BASE_FAULT_H
#define ENTREPOT_BASE_FAULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct arena;

enum fault_kind {
	FAULT_NONE,
#define FAULT(name, status, text) FAULT_##name,
#include "base/faults.def"
#undef FAULT
	FAULT__MAX
};

struct fault_field {
	struct fault_field *next;
	const char *name;
	const char *message;
};

struct fault {
	struct arena *arena;
	enum fault_kind kind;		/* FAULT_NONE: nothing went wrong */
	const char *message;		/* for the client */
	const char *detail;		/* for the log only; may be NULL */
	const char *constraint;		/* name of the violated database constraint, or NULL */
	struct fault_field *fields;	/* per-field messages, in order of raising */
	int64_t retry_at;		/* µs since 1970 when trying again makes sense; 0: unknown */
};

/* No fault; texts will live on A. */
void fault_init(struct fault *f, struct arena *a);

/* Forget what was raised (a caller that can go on after a failure). */
void fault_clear(struct fault *f);

/* Raise KIND with a message for the client, unless something was raised before. Always false. */
bool fault_raise(struct fault *f, enum fault_kind kind, const char *format, ...) PRINTF(3, 4);

/* fault_raise() with the kind's own text. Always false. */
bool fault_raise_plain(struct fault *f, enum fault_kind kind);

/*
 * An INTERNAL (or UNAVAILABLE) fault: the client sees the kind's own text, the
 * formatted detail goes to the log. Always false.
 */
bool fault_raise_internal(struct fault *f, enum fault_kind kind, const char *format, ...) PRINTF(3, 4);

/* Note what is wrong with one field; the fault is raised as KIND if none was. Always false. */
bool fault_raise_field(struct fault *f, enum fault_kind kind, const char *field, const char *format, ...) PRINTF(4, 5);

static inline bool
fault_is_set(const struct fault *f)
{
	return f->kind != FAULT_NONE;
}

int fault_kind_status(enum fault_kind kind);
const char *fault_kind_name(enum fault_kind kind);	/* "NOT_FOUND" */
const char *fault_kind_text(enum fault_kind kind);	/* "Not Found" */

#endif
