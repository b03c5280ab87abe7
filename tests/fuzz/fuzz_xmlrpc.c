/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An XML-RPC call that is read keeps the limits, and its parameters written as
 * the result of a call are ASCII and well formed.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/text.h"
#include "wire/xmlrpc.h"

static size_t
check(const struct doc *d, int depth)
{
	size_t count = 1;

	REQUIRE(depth <= XMLRPC_DEPTH / 3);
	REQUIRE(d->kind == DOC_INT || d->kind == DOC_TEXT || d->kind == DOC_NULL || d->kind == DOC_LIST ||
		d->kind == DOC_MAP);
	if (d->kind == DOC_TEXT)
		REQUIRE(text_is_utf8(d->is.text) && span_find_nul(d->is.text) < 0);
	for (const struct doc *m = doc_first(d); m; m = m->next)
		count += check(m, depth + 1);
	return count;
}

/* The parameters of a call whose method is "m" and that has PARAM between <param> and </param>. */
static bool
read_again(struct arena *a, struct span param, struct xmlrpc_call *out)
{
	struct buf b = buf_on(a);

	buf_puts(&b, "<methodCall><methodName>m</methodName><params><param>");
	buf_put_span(&b, param);
	buf_puts(&b, "</param></params></methodCall>");
	return xmlrpc_read(a, buf_span(&b), out);
}

/* What stands between the tags of the only param. */
static struct span
param_of(struct span response)
{
	const char *from = memmem(response.at, response.len, "<param>\n", 8);
	const char *to = memmem(response.at, response.len, "</param>\n</params>", 18);

	REQUIRE(from && to);
	return span_make(from + 8, (size_t)(to - from) - 8);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct xmlrpc_call call, again;
	struct buf b = buf_on(a);

	(void)f;
	if (!xmlrpc_read(a, input, &call))
		return;
	REQUIRE(call.method && call.params->kind == DOC_LIST);
	REQUIRE(check(call.params, 0) <= XMLRPC_VALUES);
	xmlrpc_write(&b, call.params);
	for (size_t i = 0; i < b.len; i++)
		REQUIRE((unsigned char)b.at[i] < 0x80);
	/* One level deeper than it was. */
	if (!read_again(a, param_of(buf_span(&b)), &again))
		return;
	REQUIRE(again.params->count == 1 && check(doc_first(again.params), 0) == check(call.params, 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
