/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of attestations that comes with a distribution: what is accepted
 * becomes a provenance object of it, and says which file it is about.
 */
#include "fuzz.h"

#include <unistd.h>

#include "base/certificate.h"
#include "base/digest.h"
#include "formats/attestation.h"
#include "wire/doc.h"
#include "wire/json.h"

/* The authority of the seeds; its key is gone. */
static const char authority[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBfjCCASWgAwIBAgIUKkIjS6vK2blJ5mi4LLdHBMOCezYwCgYIKoZIzj0EAwIw\n"
	"FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyOTExMjMyM1oYDzIxMjYxMTA1\n"
	"MTEyMzIzWjAUMRIwEAYDVQQDDAlhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjO\n"
	"PQMBBwNCAARrt7ZO5ety77kpB1wAMWSX98mDoFoQBvIFMHHOzLyoI33HMwczx/+9\n"
	"sEEA0cpW7NTLybGBsroKlasrKyKpVqS2o1MwUTAdBgNVHQ4EFgQU6yK64EFUXKzg\n"
	"fLf8hdFwy/qJT7EwHwYDVR0jBBgwFoAU6yK64EFUXKzgfLf8hdFwy/qJT7EwDwYD\n"
	"VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAc0hUkRqtzG3wYa9A5ou0M\n"
	"DP2SYzgsXeDG/Mhpr7MrIwIgChcHZaY0i+KlS/zJW2C8xw97zma9gUp1D8N2JfRZ\n"
	"Wow=\n"
	"-----END CERTIFICATE-----\n";

/* It can only be read from a file. */
static const struct certificate_roots *
read_roots(struct arena *a, struct fault *f)
{
	char path[] = "/tmp/entrepot-fuzz-XXXXXX";
	const struct certificate_roots *roots;
	int fd = mkstemp(path);

	REQUIRE(fd >= 0 && write(fd, authority, sizeof(authority) - 1) == (ssize_t)sizeof(authority) - 1);
	roots = certificate_roots_read(a, f, path);
	close(fd);
	unlink(path);
	REQUIRE(roots);
	return roots;
}

static const struct certificate_roots *
roots(void)
{
	static const struct certificate_roots *once;
	static struct arena arena;
	static struct fault fault;

	if (!once) {
		arena_init(&arena);
		fault_init(&fault, &arena);
		once = read_roots(&arena, &fault);
	}
	return once;
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	uint8_t sha256[SHA256_SIZE];
	const struct attested_file file = {
		.filename = "sample-1.0-py3-none-any.whl", .sha256 = sha256, .roots = roots(), .now = INT64_MAX,
	};
	struct span provenance = span_make(NULL, 0);
	bool accepted;

	memset(sha256, 0xab, sizeof(sha256));
	accepted = attestations_check(a, f, input, &file, &provenance);
	REQUIRE(accepted == !fault_is_set(f));
	REQUIRE(accepted == (provenance.at != NULL));
	if (accepted)
		REQUIRE(doc_is(json_read(a, f, provenance), DOC_MAP) && !fault_is_set(f));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
