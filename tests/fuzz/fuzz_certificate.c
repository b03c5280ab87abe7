/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates in DER: what is read from one is text that can be shown.
 */
#include "fuzz.h"

#include "base/certificate.h"
#include "base/text.h"

static void
check_text(const char *text)
{
	REQUIRE(!text || (*text && text_is_utf8(span_of(text)) && text[strcspn(text, "\n\r\t\x7f")] == '\0'));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const struct certificate *c = certificate_read(a, input);

	(void)f;
	if (!c)
		return;
	REQUIRE(input.len <= CERTIFICATE_MAX);
	check_text(certificate_identity(a, c));
	check_text(certificate_extension(a, c, "1.3.6.1.4.1.57264.1.8"));
	REQUIRE(!certificate_has_signed(c, SPAN("text"), SPAN("no signature")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
