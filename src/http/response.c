/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer's headers and body; see the header.
 */
#include "http/response.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"

static const struct {
	int status;
	const char *reason;
} statuses[] = {
#define STATUS(status, reason) { status, reason },
#include "http/status.def"
#undef STATUS
};

const char *
status_reason(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].reason;
	return "Unknown";
}

void
response_init(struct response *r)
{
	*r = (struct response){ .status = 200, .fd = -1 };
}

static struct header *
find(struct response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (text_equal_nocase(r->headers[i].name, name))
			return &r->headers[i];
	return NULL;
}

/* A line break would let whoever chose the value write headers of his own. */
static void
check(const char *text)
{
	if (strpbrk(text, "\r\n"))
		abort();
}

void
response_add(struct response *r, const char *name, const char *value)
{
	check(name);
	check(value);
	if (r->header_count == RESPONSE_MAX_HEADERS)
		abort();
	r->headers[r->header_count++] = (struct header){ name, value };
}

void
response_set(struct response *r, const char *name, const char *value)
{
	struct header *old = find(r, name);

	if (!old) {
		response_add(r, name, value);
		return;
	}
	check(value);
	old->value = value;
}

const char *
response_get(const struct response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (text_equal_nocase(r->headers[i].name, name))
			return r->headers[i].value;
	return NULL;
}

void
response_bytes(struct response *r, int status, const char *content_type, struct span bytes)
{
	r->status = status;
	r->body = RESPONSE_BYTES;
	r->bytes = bytes;
	response_set(r, "Content-Type", content_type);
}
