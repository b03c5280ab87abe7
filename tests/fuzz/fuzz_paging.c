/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paging parameters with their opaque seek value: what is accepted is within
 * limits, and a seek value is a list.
 */
#include "fuzz.h"

#include "http/query.h"
#include "protocols/crates/crates.h"

extern const struct protocol crates_protocol;

static void
check(struct call *c, const struct paging *p)
{
	const char *text;
	int64_t n;

	REQUIRE(p->per_page >= 1 && p->per_page <= 100);
	REQUIRE(p->page >= 0 && p->page <= UINT32_MAX);
	REQUIRE(!(p->page > 0 && p->seek));
	if (!p->seek)
		return;
	REQUIRE(doc_is(p->seek, DOC_LIST));
	REQUIRE(crates_seek_int(c, p->seek, 0, &n) != fault_is_set(&c->fault));
	fault_clear(&c->fault);
	REQUIRE(crates_seek_text(c, p->seek, 0, &text) != fault_is_set(&c->fault));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct request request = { .method = METHOD_GET };
	struct response response;
	struct call c = {
		.work = { .arena = a },
		.protocol = &crates_protocol,
		.serializer = crates_protocol.serializers,
		.request = &request,
		.response = &response,
	};
	struct paging paging;

	c.query = query_parse(a, f, input, 65536, 100);
	if (!c.query)
		return;
	c.work.fault = &c.fault;
	fault_init(&c.fault, a);
	response_init(&response);
	if (crates_paging(&c, PAGING_PAGE | PAGING_SEEK, &paging))
		check(&c, &paging);
	else
		REQUIRE(c.fault.kind == FAULT_BAD_REQUEST);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
