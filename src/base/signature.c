/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures by OpenSSL's EVP; see the header.
 */
#include "base/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/openssl.h"

#define RSA_MIN_BYTES (RSA_MIN_BITS / 8)
#define RSA_MAX_BYTES (RSA_MAX_BITS / 8)
/* A key of 8192 bits has less than half of it. */
#define PEM_FILE_MAX 16384
/* Larger ones are unheard of and slow. */
#define RSA_MAX_EXPONENT_BYTES 4
#define P256_BYTES 32
/* Two DER integers of at most 33 bytes each with two bytes of head, and the sequence's head. */
#define P256_DER_MAX (2 + 2 * (2 + P256_BYTES + 1))

struct public_key {
	EVP_PKEY *key;
	bool is_p256;
};

static void
release(void *arg)
{
	struct public_key *k = arg;

	EVP_PKEY_free(k->key);
}

/* The key behind the parameters, which are taken over; NULL when OpenSSL refuses them. */
static struct public_key *
import(struct arena *a, const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	struct public_key *k = NULL;
	EVP_PKEY *key = NULL;

	if (params && context && EVP_PKEY_fromdata_init(context) > 0 &&
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) > 0) {
		k = arena_new(a, struct public_key);
		k->key = key;
		arena_on_clear(a, release, k);
	}
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	ERR_clear_error();
	return k;
}

static struct span
without_zeros(struct span number)
{
	while (number.len > 0 && number.at[0] == '\0')
		number = span_skip(number, 1);
	return number;
}

static BIGNUM *
bignum(struct span number)
{
	return BN_bin2bn((const unsigned char *)number.at, (int)number.len, NULL);
}

struct public_key *
public_key_rsa(struct arena *a, struct span modulus, struct span exponent)
{
	OSSL_PARAM *params = NULL;
	OSSL_PARAM_BLD *builder;
	BIGNUM *n, *e;

	modulus = without_zeros(modulus);
	exponent = without_zeros(exponent);
	if (modulus.len < RSA_MIN_BYTES || modulus.len > RSA_MAX_BYTES || exponent.len > RSA_MAX_EXPONENT_BYTES)
		return NULL;
	builder = OSSL_PARAM_BLD_new();
	n = bignum(modulus);
	e = bignum(exponent);
	/* The exponent 1 would accept everything, an even one belongs to no key. */
	if (builder && n && e && BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(builder);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return import(a, "RSA", params);
}

struct public_key *
public_key_p256(struct arena *a, struct span x, struct span y)
{
	unsigned char point[1 + 2 * P256_BYTES] = { 0x04 };
	OSSL_PARAM_BLD *builder;
	OSSL_PARAM *params = NULL;
	struct public_key *k;

	if (x.len != P256_BYTES || y.len != P256_BYTES)
		return NULL;
	memcpy(point + 1, x.at, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, y.at, P256_BYTES);
	builder = OSSL_PARAM_BLD_new();
	if (builder && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)))
		params = OSSL_PARAM_BLD_to_param(builder);
	OSSL_PARAM_BLD_free(builder);
	k = import(a, "EC", params);
	if (k)
		k->is_p256 = true;
	return k;
}

/* A positive DER integer; returns the place behind it. */
static unsigned char *
put_integer(unsigned char *to, struct span number)
{
	bool pad;

	number = without_zeros(number);
	pad = number.len == 0 || (unsigned char)number.at[0] >= 0x80;
	*to++ = 0x02;
	*to++ = (unsigned char)(number.len + pad);
	if (pad)
		*to++ = 0;
	if (number.len > 0)
		memcpy(to, number.at, number.len);
	return to + number.len;
}

/* r and s side by side (RFC 7518 §3.4) as the sequence that OpenSSL reads. */
static size_t
ecdsa_sequence(unsigned char der[P256_DER_MAX], struct span signature)
{
	unsigned char *end = put_integer(der + 2, span_make(signature.at, P256_BYTES));

	end = put_integer(end, span_skip(signature, P256_BYTES));
	der[0] = 0x30;
	der[1] = (unsigned char)(end - der - 2);
	return (size_t)(end - der);
}

bool
signature_is_valid(const struct public_key *key, struct span text, struct span signature)
{
	const unsigned char *bytes = (const unsigned char *)signature.at;
	unsigned char der[P256_DER_MAX];
	size_t len = signature.len;
	EVP_MD_CTX *context;
	bool valid;

	if (len == 0 || (key->is_p256 && len != 2 * P256_BYTES))
		return false;
	if (key->is_p256) {
		len = ecdsa_sequence(der, signature);
		bytes = der;
	}
	context = EVP_MD_CTX_new();
	valid = context && EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key->key, NULL) > 0 &&
		EVP_DigestVerify(context, bytes, len, (const unsigned char *)text.at, text.len) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return valid;
}

/* ---- our own ---- */

struct private_key {
	EVP_PKEY *key;
};

static void
release_private(void *arg)
{
	struct private_key *k = arg;

	EVP_PKEY_free(k->key);
}

static struct private_key *
private_key_on(struct arena *a, EVP_PKEY *key)
{
	struct private_key *k = arena_new(a, struct private_key);

	k->key = key;
	arena_on_clear(a, release_private, k);
	return k;
}

struct private_key *
private_key_generate(struct arena *a, struct fault *f, int bits)
{
	EVP_PKEY *key = EVP_RSA_gen((unsigned)bits);

	ERR_clear_error();
	if (!key) {
		fault_raise_internal(f, FAULT_INTERNAL, "cannot generate an RSA key of %d bits", bits);
		return NULL;
	}
	return private_key_on(a, key);
}

static EVP_PKEY_CTX *
pkcs1_sha512(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);

	if (!context || init(context) != 1 || EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(context, EVP_sha512()) != 1)
		abort();
	return context;
}

static bool
sign(EVP_PKEY *key, const uint8_t sha512[SHA512_SIZE], unsigned char signature[RSA_MAX_BYTES], size_t *len)
{
	EVP_PKEY_CTX *context = pkcs1_sha512(key, EVP_PKEY_sign_init);
	bool ok;

	*len = RSA_MAX_BYTES;
	ok = EVP_PKEY_sign(context, signature, len, sha512, SHA512_SIZE) == 1;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return ok;
}

static bool
has_signed(EVP_PKEY *key, const uint8_t sha512[SHA512_SIZE], struct span signature)
{
	EVP_PKEY_CTX *context = pkcs1_sha512(key, EVP_PKEY_verify_init);
	bool valid = EVP_PKEY_verify(context, (const unsigned char *)signature.at, signature.len,
				     sha512, SHA512_SIZE) == 1;

	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return valid;
}

/* Whether the two halves of the key belong together: a damaged file may read well. */
static bool
is_a_pair(EVP_PKEY *key)
{
	static const uint8_t sha512[SHA512_SIZE];
	unsigned char signature[RSA_MAX_BYTES];
	size_t len;

	return sign(key, sha512, signature, &len) &&
	       has_signed(key, sha512, span_make((const char *)signature, len));
}

/* What speaks against the file; NULL when nothing does. */
static const char *
wrong_with_file(struct arena *a, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a file";
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return arena_printf(a, "its mode is %04o, so others than its owner can use it; make that 0600",
				    (unsigned)(st.st_mode & 07777));
	return NULL;
}

static const char *
wrong_with_key(struct arena *a, EVP_PKEY *key)
{
	int bits;

	if (!key)
		return "not a private key in PEM form, or one with a passphrase";
	if (!EVP_PKEY_is_a(key, "RSA"))
		return "not an RSA key";
	bits = EVP_PKEY_get_bits(key);
	if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS)
		return arena_printf(a, "an RSA key of %d bits; %d to %d are allowed", bits,
				    RSA_MIN_BITS, RSA_MAX_BITS);
	return is_a_pair(key) ? NULL : "damaged: its two halves do not belong together";
}

/* Nobody is there to type one. */
static int
no_passphrase(char *passphrase, int size, int writing, void *arg)
{
	(void)passphrase;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *
parse_pem(const char *at, size_t len)
{
	BIO *pem = BIO_new_mem_buf(at, (int)len);
	EVP_PKEY *key = pem ? PEM_read_bio_PrivateKey(pem, NULL, no_passphrase, NULL) : NULL;

	BIO_free(pem);
	ERR_clear_error();
	return key;
}

static const char *
read_pem(struct arena *a, int fd, EVP_PKEY **key)
{
	const char *wrong = wrong_with_file(a, fd);
	char text[PEM_FILE_MAX];
	ssize_t len;

	if (wrong)
		return wrong;
	len = read(fd, text, sizeof(text));
	if (len < 0)
		return strerror(errno);
	*key = parse_pem(text, (size_t)len);
	OPENSSL_cleanse(text, sizeof(text));
	return wrong_with_key(a, *key);
}

struct private_key *
private_key_read(struct arena *a, struct fault *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	EVP_PKEY *key = NULL;
	const char *wrong = fd < 0 ? strerror(errno) : read_pem(a, fd, &key);

	if (fd >= 0)
		close(fd);
	if (!wrong)
		return private_key_on(a, key);
	EVP_PKEY_free(key);
	fault_raise_internal(f, FAULT_UNAVAILABLE, "the signing key %s cannot be used: %s", path, wrong);
	return NULL;
}

/* What was written to the BIO, which is released. */
static struct span
taken(struct arena *a, BIO *from, int written)
{
	char *at;
	long len;
	struct span s;

	/* Nothing but memory can be missing. */
	if (written != 1)
		abort();
	len = BIO_get_mem_data(from, &at);
	s = span_make(arena_dup(a, at, (size_t)len), (size_t)len);
	BIO_free(from);
	return s;
}

struct span
private_key_pem(struct arena *a, const struct private_key *key)
{
	BIO *pem = BIO_new(BIO_s_secmem());

	return taken(a, pem, PEM_write_bio_PKCS8PrivateKey(pem, key->key, NULL, NULL, 0, NULL, NULL));
}

struct span
private_key_public_pem(struct arena *a, const struct private_key *key)
{
	BIO *pem = BIO_new(BIO_s_mem());

	return taken(a, pem, PEM_write_bio_PUBKEY(pem, key->key));
}

int
private_key_bits(const struct private_key *key)
{
	return EVP_PKEY_get_bits(key->key);
}

/* An mpint of RFC 4251 §5: big-endian, with a zero before a set highest bit. */
static void
put_mpint(struct buf *b, const EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	unsigned char bytes[RSA_MAX_BYTES];
	size_t len;
	bool pad;

	if (EVP_PKEY_get_bn_param(key, name, &n) != 1 || BN_num_bytes(n) > RSA_MAX_BYTES)
		abort();
	len = (size_t)BN_bn2bin(n, bytes);
	pad = len > 0 && bytes[0] >= 0x80;
	buf_put_big_endian(b, len + pad, 4);
	if (pad)
		buf_putc(b, '\0');
	buf_put(b, bytes, len);
	BN_free(n);
}

const char *
private_key_fingerprint(struct arena *a, const struct private_key *key)
{
	struct buf wire = buf_on(a);
	uint8_t sha256[SHA256_SIZE];
	char *text;

	buf_put_big_endian(&wire, strlen("ssh-rsa"), 4);
	buf_puts(&wire, "ssh-rsa");
	put_mpint(&wire, key->key, OSSL_PKEY_PARAM_RSA_E);
	put_mpint(&wire, key->key, OSSL_PKEY_PARAM_RSA_N);
	digest_sha256(buf_span(&wire), sha256);
	text = arena_printf(a, "SHA256:%s", encode_base64(a, sha256, sizeof(sha256)));
	/* 32 bytes leave one sign of padding. */
	text[strlen(text) - 1] = '\0';
	return text;
}

struct span
private_key_sign(struct arena *a, const struct private_key *key, const uint8_t sha512[SHA512_SIZE])
{
	unsigned char signature[RSA_MAX_BYTES];
	size_t len;

	/* The key was tried when it was read. */
	if (!sign(key->key, sha512, signature, &len))
		abort();
	return span_make(arena_dup(a, signature, len), len);
}

bool
private_key_has_signed(const struct private_key *key, const uint8_t sha512[SHA512_SIZE], struct span signature)
{
	return has_signed(key->key, sha512, signature);
}
