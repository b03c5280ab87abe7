/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON of a publish: whatever comes in, it is either refused with a fault
 * or holds only what the database and the index can take.
 */
#include "fuzz.h"

#include "base/settings.h"
#include "base/text.h"
#include "formats/crate.h"
#include "formats/crate_rules.h"
#include "formats/manifest.h"
#include "protocols/crates/metadata.h"
#include "protocols/call.h"
#include "wire/json.h"

#define MAX_FEATURES 20

extern const struct protocol crates_protocol;

static void
check_dependency(struct arena *a, struct fault *f, const struct publish_dependency *d)
{
	REQUIRE(crate_name_is_valid(d->package));
	REQUIRE(span_find_nul(d->requirement) < 0);
	REQUIRE(doc_is(json_read(a, f, d->features), DOC_LIST));
}

static void
check(struct arena *a, struct fault *f, const struct metadata *m, const struct config *config)
{
	REQUIRE(crate_name_is_valid(span_of(m->name)));
	REQUIRE(doc_is(m->features, DOC_MAP) && m->features->count <= MAX_FEATURES);
	REQUIRE(m->taxonomy.keyword_count <= 5 && m->taxonomy.category_count <= 5);
	REQUIRE(m->dependency_count <= (size_t)config->crates_max_dependencies);
	for (size_t i = 0; i < m->dependency_count; i++)
		check_dependency(a, f, &m->dependencies[i]);
	REQUIRE(!fault_is_set(f));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const struct manifest manifest = { .name = "x", .version = "1.0.0" };
	static const struct crate crate = { .manifest = &manifest };
	struct request request = { .method = METHOD_PUT };
	struct response response;
	struct call c = {
		.work = { .arena = a },
		.protocol = &crates_protocol,
		.serializer = crates_protocol.serializers,
		.request = &request,
		.response = &response,
	};
	struct metadata m;

	c.work.config = config_read(a, f, "/dev/null");
	REQUIRE(c.work.config);
	c.work.fault = &c.fault;
	fault_init(&c.fault, a);
	response_init(&response);
	if (metadata_read(&c, input, &m) && metadata_check(&c, &m, &crate, MAX_FEATURES))
		check(a, &c.fault, &m, c.work.config);
	else
		REQUIRE(c.fault.kind == FAULT_BAD_REQUEST);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
