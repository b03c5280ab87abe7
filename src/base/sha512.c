/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-512 in steps; see the header.
 */
/* EVP, which replaces these functions, does not let its state be looked at. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/sha512.h"

#include <stdlib.h>

#include <openssl/sha.h>

#include "base/buf.h"
#include "base/number.h"

#define WORD 8

static void
to_openssl(const struct sha512 *s, SHA512_CTX *context)
{
	if (!SHA512_Init(context))
		abort();
	memcpy(context->h, s->h, sizeof(s->h));
	/* It counts bits, in two words. */
	context->Nl = s->length << 3;
	context->Nh = s->length >> 61;
	context->num = (unsigned)(s->length % SHA512_BLOCK);
	memcpy(context->u.p, s->rest, context->num);
}

void
sha512_begin(struct sha512 *s)
{
	SHA512_CTX context;

	*s = (struct sha512){ .length = 0 };
	if (!SHA512_Init(&context))
		abort();
	memcpy(s->h, context.h, sizeof(s->h));
}

void
sha512_update(struct sha512 *s, struct span bytes)
{
	SHA512_CTX context;

	to_openssl(s, &context);
	if (bytes.len > 0 && !SHA512_Update(&context, bytes.at, bytes.len))
		abort();
	memcpy(s->h, context.h, sizeof(s->h));
	s->length += bytes.len;
	memcpy(s->rest, context.u.p, context.num);
}

void
sha512_finish(const struct sha512 *s, uint8_t out[SHA512_SIZE])
{
	SHA512_CTX context;

	to_openssl(s, &context);
	if (!SHA512_Final(out, &context))
		abort();
}

void
sha512_save(const struct sha512 *s, struct buf *out)
{
	for (size_t i = 0; i < sizeof(s->h) / sizeof(*s->h); i++)
		buf_put_big_endian(out, s->h[i], WORD);
	buf_put_big_endian(out, s->length, WORD);
	buf_put(out, s->rest, (size_t)(s->length % SHA512_BLOCK));
}

bool
sha512_load(struct sha512 *s, struct span *from)
{
	size_t words = sizeof(s->h) / sizeof(*s->h), rest;

	*s = (struct sha512){ .length = 0 };
	if (from->len < WORD * (words + 1))
		return false;
	for (size_t i = 0; i < words; i++)
		s->h[i] = number_big_endian(from->at + WORD * i, WORD);
	s->length = number_big_endian(from->at + WORD * words, WORD);
	*from = span_skip(*from, WORD * (words + 1));
	rest = (size_t)(s->length % SHA512_BLOCK);
	if (from->len < rest)
		return false;
	memcpy(s->rest, from->at, rest);
	*from = span_skip(*from, rest);
	return true;
}
