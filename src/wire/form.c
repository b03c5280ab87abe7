/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Form bodies into documents; see the header. A field's name is decoded first
 * and taken apart then, since most clients escape the brackets.
 */
#include "wire/form.h"

#include "base/arena.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/text.h"

struct form {
	struct arena *arena;
	struct fault *fault;
	unsigned field;			/* that is being read, from 1 */
};

static bool
refuse(struct form *form, const char *what)
{
	return fault_raise(form->fault, FAULT_BAD_REQUEST, "%s in field %u", what, form->field);
}

static bool
decode(struct form *form, struct span *s)
{
	if (s->len == 0) {
		*s = SPAN("");
		return true;
	}
	*s = decode_percent(form->arena, *s, true);
	if (!s->at)
		return refuse(form, "malformed escape");
	if (!text_is_utf8(*s))
		return refuse(form, "text that is not UTF-8");
	return span_find_nul(*s) < 0 || refuse(form, "NUL character");
}

/* The rest of a name is nothing but pairs of brackets without any inside. */
static bool
is_path(struct span rest)
{
	while (rest.len > 0) {
		struct span step = span_cut(&rest, ']');

		/* span_cut() leaves no REST when there was no bracket. */
		if (!rest.at || step.len == 0 || step.at[0] != '[' || memchr(step.at + 1, '[', step.len - 1))
			return false;
	}
	return true;
}

/* The steps of a name: "a[b][]" is a, b and the empty one; returns their number, 0 when there are too many. */
static size_t
split_name(struct span name, struct span steps[FORM_DEPTH + 1])
{
	struct span rest = name;
	size_t count = 1;

	steps[0] = span_cut(&rest, '[');
	if (!rest.at || steps[0].len == 0 || !is_path(span_skip(name, steps[0].len))) {
		steps[0] = name;
		return 1;
	}
	for (; rest.at; span_cut(&rest, '[')) {
		if (count > FORM_DEPTH)
			return 0;
		steps[count++] = span_cut(&rest, ']');
	}
	return count;
}

/* The member of that name, or a fresh one that is null. */
static struct doc *
member(struct form *form, struct doc *map, struct span name)
{
	struct doc *m;

	for (m = map->is.members.first; m; m = m->next)
		if (span_equal(span_make(m->key, m->key_len), name))
			return m;
	m = doc_scalar_null(form->arena);
	doc_put(map, arena_dup(form->arena, name.at, name.len), m);
	return m;
}

/* A null member becomes a map or list. */
static bool
become(struct form *form, struct doc *d, enum doc_kind kind)
{
	if (d->kind == DOC_NULL) {
		d->kind = kind;
		d->is.members.arena = form->arena;
	}
	return d->kind == kind || refuse(form, "a name with two meanings");
}

static bool
add(struct form *form, struct doc *root, struct span name, struct span value)
{
	struct span steps[FORM_DEPTH + 1];
	size_t count = split_name(name, steps);
	struct doc *at = root;

	if (count == 0)
		return refuse(form, "a name with too many brackets");
	for (size_t i = 0; i < count; i++) {
		if (steps[i].len > 0 || count == 1) {
			if (!become(form, at, DOC_MAP))
				return false;
			at = member(form, at, steps[i]);
		} else if (i == count - 1) {
			if (!become(form, at, DOC_LIST))
				return false;
			doc_span(at, NULL, value);
			return true;
		} else {
			return refuse(form, "a list of lists or maps");
		}
	}
	if (at->kind != DOC_NULL && at->kind != DOC_TEXT)
		return refuse(form, "a name with two meanings");
	at->kind = DOC_TEXT;
	at->is.text = value;
	return true;
}

const struct doc *
form_read(struct arena *a, struct fault *f, struct span text)
{
	struct form form = { .arena = a, .fault = f };
	struct doc *root = doc_map(a);

	while (text.at) {
		struct span value = span_cut(&text, '&');
		struct span name;

		if (value.len == 0)
			continue;
		if (form.field++ == FORM_FIELDS) {
			fault_raise(f, FAULT_BAD_REQUEST, "more than %d fields", FORM_FIELDS);
			return NULL;
		}
		name = span_cut(&value, '=');
		if (!decode(&form, &name) || !decode(&form, &value) || !add(&form, root, name, value))
			return NULL;
	}
	return root;
}
