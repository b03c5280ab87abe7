/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own signatures: keys in files, what is refused of them, and what others
 * (openssl, ssh-keygen) make of the same key.
 */
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/encode.h"
#include "base/signature.h"

/* Made for this test. */
static const char key_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCrySD+nOG3nWnP\n"
	"osNUN50S0w/uFW1YzgjQGon3d58xMDoNOlqH8hPSNILpf2MRe5maizbNvdcWo7D9\n"
	"4rbdx0klBaG+FtjTLsa4/0rPAnyJHgKdyLBfcDjjy1hfQQTx4WvOiEvMPa0krWmA\n"
	"t5eLqmbWAezMBMLPvFTxPzrT/xUX/dQz6MCGtCpVT23ewXGuiunTI7uI8a+Y0whH\n"
	"KyTx2fshzVIYxY1X31zax1OFEx8IjK7/zOWh8nATxtpiCVV6gPve3GxzJUi4XjEy\n"
	"j/R7emrKDqAqK86GM6iITnG1ARsUU3qjVL271H3HRxf5+RMLXu68Meh40MQ1hS4g\n"
	"AeFz0aI1AgMBAAECggEABXJCzCLxlETp9hd+wkYutUpHYGpoS7JHwz+w87PK/0Zv\n"
	"jYkCr8a0BcXjOwxUrSXSPX0ZoRvaT7E9SxjyAhJvnKKseX6RJBKA+5whPtjt7w1d\n"
	"hd63M/9p1+1tgTxqSYTp4+PPi2UoZSSxijXH5Z/i0ywlpssL2VKeQTVnY951e779\n"
	"UKZEOAxxKFIYTGw8p4p93woABz9tl4ikwjGSGxRbuw7rWaaa3bDelkyxiOSDdLWP\n"
	"8o8ZG2SUyeZ/2D908TQbi+syySeAYBe/ICq2nKAu8TwPlwr8psdDhhU8x3U+1aQR\n"
	"0glGK6Je575wNWLSWUMOez+YKc0rG1x8MMXo4MbSrQKBgQDdj100oLhHQgmcFpp1\n"
	"w8dyYyb7bgJwvYg60pErwnem0nluIoc58RRiKrH3BTuG4pYxNFO3hSokSI7/2mqt\n"
	"FOI209odAzXl692PqD8IhCpOWlFoSGjVR5Q7fTV46I+W51rZXAPaETZ8FtI+Ww7L\n"
	"hY9TOJvvjb0dE6jwi7GN5uddqwKBgQDGfRJgRNJEUKXrMoNBup7r+bMWvRfM61RT\n"
	"0hmN9sZZA6wbFqcJnPzFHwJiGD5bApNTxCY0SUYkaB/C1MjFcRjTLxdEbahHhX7U\n"
	"dc9C1a2OLd9FDWE7521XibXISuArbmGk7+avEXpVTuhsoO6ZhOYJxYRaLbc1nicb\n"
	"cZs0lxRfnwKBgQC3b58Hl5l6xd4W8U/o+LMErbr0qFw043cK3JN824EdCV2oJcY3\n"
	"3rW1oQu/LQHf53HaQyyc4Q/HApwCkN+JdaTlJ/mJ08KoHeROsEmfz20Hehe0c174\n"
	"Vk8QAdZnyIQ5uEqrc1dtEJs/mdVv8wwIzQehK1lPuNY+YKyam83hYq9kCQKBgG4b\n"
	"RY1XwBibcF73Z26X2r7mhl0vyjsntGDHJNvmsAMDEX75YvHnPyUOXaES98w+soF+\n"
	"Rv8sQpfBlxTaOwGkCnRkJBEWj4oVWNT9AVt+80by1W8VzAGSEMrFnqycNJyDH/GC\n"
	"D0LAfE9EdZSE9bb9zSpQgmoQABjjQahsrf9Pa8LbAoGAMNj/hiLdlXXddMmlPvcL\n"
	"cuMo1fxJ8ox7oSG+d0tKd0cmsq1PdGaLB7UfRjZccYha3Vc/voUi3EaMCpNqLnAQ\n"
	"Hx1AzEerhWdDHa0IA02ZagSNpMWKLRMyN+wEtgDcb61yHunpDfVUH8EKZ3/a/LBB\n"
	"V33bfS0gDIAcceWHkimWxmo=\n"
	"-----END PRIVATE KEY-----\n";
static const char public_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq8kg/pzht51pz6LDVDed\n"
	"EtMP7hVtWM4I0BqJ93efMTA6DTpah/IT0jSC6X9jEXuZmos2zb3XFqOw/eK23cdJ\n"
	"JQWhvhbY0y7GuP9KzwJ8iR4CnciwX3A448tYX0EE8eFrzohLzD2tJK1pgLeXi6pm\n"
	"1gHszATCz7xU8T860/8VF/3UM+jAhrQqVU9t3sFxrorp0yO7iPGvmNMIRysk8dn7\n"
	"Ic1SGMWNV99c2sdThRMfCIyu/8zlofJwE8baYglVeoD73txscyVIuF4xMo/0e3pq\n"
	"yg6gKivOhjOoiE5xtQEbFFN6o1S9u9R9x0cX+fkTC17uvDHoeNDENYUuIAHhc9Gi\n"
	"NQIDAQAB\n"
	"-----END PUBLIC KEY-----\n";
static const char small_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIICdQIBADANBgkqhkiG9w0BAQEFAASCAl8wggJbAgEAAoGBAN05arJdkx1UQv7x\n"
	"o9MyR9huJMNoVQ2MM9mIz4r2yLa5QVeQm0nIAsp/zyIpY85fmlR/LlDQNoKP9M6E\n"
	"iyjGEes/A/cRUk89qm4dwYzNb624BBfEeVpPNiYvGMc1f0mHyD/zW1bwXvFQEsOm\n"
	"JVsOVeNWdC/yQrauEI/Zdb1rKxzBAgMBAAECgYBWPuI38389OfJ8jhw+ZCXaXOZ8\n"
	"QBqYk4ZLUqkHFjsd8Y9l4fyIgS+FXtqUCOreNCtoscSOwP3fXNwl/0p5dO7au/LS\n"
	"LPWbfWGJRpWQ0FRxEfkETtiKw05EsjQ9iWBnX0eDI6Es1g5DSwS6Hugmv2PKdRhW\n"
	"GYP0ZsqBJURFuQWImQJBAPwc03y9mLMScsh4ywOMYxjHmEyV9v2nLZtbBYEY7q2K\n"
	"QglmlyncC00wVhJQUr28tOKGqtZhTODLZ/FDNqc5iCsCQQDgoqn8L3iHxyW293G2\n"
	"mP4MXlx7Oeu/H0XX4o0V83FmU7CmzT9P7cDyMRH7c6pvojNagp6FICL53kFrTJuD\n"
	"UyzDAkAgOK7u6mxxtpHk/Us1EOQ5bokQgLoogQ1bJa72aPFYTKtT+ECpoO3w15So\n"
	"kouApHWZ3gxHifgBYv3N4AFELh4xAkBasPGF8jhsQPe2DeKoAM6YecRGr9TA3cRZ\n"
	"64pgcV+4G1O3lCfagjei0DLdXQ5TcZ3gDdooDxhv3s50noIum/b3AkA0QLR9GeTX\n"
	"Lru+ysAsTUn76/Hpi+rFMXw0FJzno40b3LqQ1wSNwKnLzChQE6C81R9SJi0qp9Gp\n"
	"AP05i+DmE5eH\n"
	"-----END PRIVATE KEY-----\n";
static const char p256_pem[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHcCAQEEIPLjgAPRPHbTFfx4a6rYJOiMyF8Bo8EVZQS8worARuVkoAoGCCqGSM49\n"
	"AwEHoUQDQgAEUUX+AluW/xLs8pBFGXlO4jDlz6+LBz00BfrVBKZLTP1i1s10w1A3\n"
	"3RdiKiPLuLtGmEj9EwjZBf6M6aJ5QAVwHA==\n"
	"-----END EC PRIVATE KEY-----\n";
static const char encrypted_pem[] =
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	"MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQI42CCKkSoC5oCAggA\n"
	"MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCfTSqCUtfn1y0Mk7KiGJChBIIE\n"
	"0Il4IG9xGm7g+QqS6c+ydVuXm0lGAqchXxI+FlWAbO7EeG0e+bQaWJGMnkNqkQTa\n"
	"hNKeIryt1nIBl2uq7UDgcYLRhc87wsU7QCkC1Z7Y87GVdgnRPNGj5P2S9CzOYuTh\n"
	"36CBecr1i58LfDgqOeaz+hvnn7P5+QCYDorg+QfoyJqp7VLkeZ87BSgbJ3zEuInJ\n"
	"Vm/VPpdNprosK20mMCjr6szQa9vC9MbE1J3ES1+M0fnLVeHsgvlhutUs3jNDRyz2\n"
	"pNBdfsezXZgmUfCos2VaOAcRtrDzNxH0NDQXujbGPRdDGBYwsgpxtD3dmGc7wJQM\n"
	"4h8ctnRNjRfXmUhdT54W4WEEtJjV6Djh+CUIUjrkdu4oPYVzV5MZ3FALa6+bKAHB\n"
	"8LwLL5UYDApgNmkk83YsA+E7312fCCGHysNQZ9tHkxkpodC05lCGsXKlut5ruiBX\n"
	"sCfHI1+uXPSKCVFoz8nyRtzx4338gRoj+nPEteQfiEUgNaxK48eEUE67ncEvmECU\n"
	"peFeqJU5S5ivVUDzXecUPEgIL0vhog/IEgiHuaxLbBnUyp8XXn/lhXKTgTqS7X+5\n"
	"KgCTnKPIPJv66gbhUVNRgPIIp6KOEvXjmw2B2S3lEBYq71yRZogkNFaVd4M6vrmp\n"
	"M9VNfs2C9L2QkelgvgGjQj9L67sILoRudPrAnVye6gnEu8cksEgcVXY3EsyeGERx\n"
	"vWfz2X6GBz1lc1vIQ+/mbk0HZyyxmP59cJkuvoAYJWoJ3Vi9L/gPrT5eCJ8J5Awb\n"
	"kVlqrF2Lft6N+zcJXOq/bcX58uLbDOnUOJgh5qhtlmpU1p+Nsi1ki4INwDb+POBk\n"
	"uHYX2Bz/rU1GEbTkX4eVYkg2zjSq7aE/zgY/QnBksWcB6HFDN193bZwe257gHi7O\n"
	"JY90/EKldRm8CnDFCN8yDH6airhvx0V7Lmi8qcHHIlkLtRn8AvdByQmtGkp051Vu\n"
	"nkaYpFWGmjL50DABZuZTEc5T5OvHGrVK0Kt6YO16cMNePOCs8jqaMoBDqiH9HqwK\n"
	"w8+1yOjBS8uTk2hjJfELKlWMeTQ+VXAMf9O4BA79j9P/r6MKzTnmYtCjlTSarC7r\n"
	"HcwnYG1khrUsWwd5Bs2TXrqGQPNGf8CNy5lK8aCkiyK2+/HORAC+OO2exYqp1xnL\n"
	"igIPqQSnAtibb4HJvNpSZolr5LrNlko6YmWcsEiro637hHdr/d9yLq2cbVu2onIU\n"
	"Uq+JEFG2ys3j96sYnPaK8V7Nz9G6ScVjQVVIiaace3YveokqUY4xCJU78pYM5tTT\n"
	"vrB4HIrTtGRg4YuDTw2trwBKnJhpUuvw1aFeUXrur4cFLadQPmPneFoZSdPd8Cco\n"
	"95HNa1LPoB7S7T7cHf+/86mjpBYbkU37liXi5MyxwtkDnexjDQzgxm/x2kX9ZIH8\n"
	"OG7Z0s7SZWLB+z89xaFKQ5YY7fiIOsBFZWDBH4JHNN79echVuvFLX6PX3+MK6zce\n"
	"LRAt7E1SKcB+ADCRwHHouRxtFib1erIq95SnPrzVe+fd03emEpmJLTBJ9BxpVf41\n"
	"roVZL1bgohITj2vk+CkFsOfyBi28ouvWF9brwCc8uh1YPFSbIivkB1xPmYUVRQnA\n"
	"K1Qnn0l7bibu02gb2DuzXByMhh7pJj8SWOKBP0O8AbN+\n"
	"-----END ENCRYPTED PRIVATE KEY-----\n";

#define FINGERPRINT "SHA256:YZHFCJHL/dK2wm+oCanZM67QficGqxlCcZg/XfcIUmA"
/* openssl dgst -sha512 -sign of "hello" */
#define SIGNATURE_HEX \
	"1105d81199da6ce735d0671d26e44d1b27529b6b3fdb6dff257c0d45795eff9e" \
	"674be8acd3d95d6d71d0d8c9f8e130afad3e00c969a601772527253335921ccf" \
	"14599aa6a26beb068df76ef1036631fb37dd74dd7d0b27552c73cdd3d1e1b23f" \
	"80abf121ec2a544262d8fa71ceef255e224e29bdddeb6ce6174abc860de10899" \
	"8fd2fd875c6480c610fee68d93adad41d371ffb446c2e3d94fb1dfb9c1b6d507" \
	"42c735b0ce6331c9d398b072838b104b73c28f8b80349f3ad9e9006e4c404352" \
	"2f55f0d5bc3e76ffa5098e0028967b896bd7c07cda12518ca7ca27f2caaee73a" \
	"2784d73b4d63b1f2ea613be54e0dfc58875d3200af2bc5c6a7ec4b6b7d6b1f41"

static char path[64];

static int
setup(void **state)
{
	if (!unit_make_file(path))
		return -1;
	return unit_setup(state);
}

static int
teardown(void **state)
{
	unlink(path);
	return unit_teardown(state);
}

static struct private_key *
read_key(const char *pem, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(pem, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
	return private_key_read(arena, fault, path);
}

static void
sha512_of(const char *text, uint8_t out[SHA512_SIZE])
{
	struct digest *d = digest_new(arena, DIGEST_SHA512);
	struct digests digests;

	digest_update(d, text, strlen(text));
	digest_finish(d, &digests);
	memcpy(out, digests.sha512, SHA512_SIZE);
}

static void
a_key_signs_as_openssl_does(void **state)
{
	struct private_key *key = read_key(key_pem, 0600);
	uint8_t sha512[SHA512_SIZE];
	struct span signature;

	(void)state;
	assert_non_null(key);
	sha512_of("hello", sha512);
	signature = private_key_sign(arena, key, sha512);
	assert_string_equal(encode_hex(arena, signature.at, signature.len), SIGNATURE_HEX);
}

static void
a_signature_is_of_one_text_and_one_key(void **state)
{
	struct private_key *key = read_key(key_pem, 0600);
	struct private_key *other = private_key_generate(arena, fault, RSA_MIN_BITS);
	uint8_t sha512[SHA512_SIZE];
	struct span signature;

	(void)state;
	sha512_of("hello", sha512);
	signature = private_key_sign(arena, key, sha512);
	assert_true(private_key_has_signed(key, sha512, signature));
	assert_false(private_key_has_signed(other, sha512, signature));
	assert_false(private_key_has_signed(key, sha512, span_skip(signature, 1)));
	sha512_of("hallo", sha512);
	assert_false(private_key_has_signed(key, sha512, signature));
}

static void
what_is_shown_of_a_key_is_what_others_show(void **state)
{
	struct private_key *key = read_key(key_pem, 0600);

	(void)state;
	assert_int_equal(private_key_bits(key), 2048);
	assert_string_equal(private_key_fingerprint(arena, key), FINGERPRINT);
	assert_true(span_is(private_key_public_pem(arena, key), public_pem));
	assert_true(span_is(private_key_pem(arena, key), key_pem));
}

static void
a_generated_key_can_be_read_again(void **state)
{
	struct private_key *key = private_key_generate(arena, fault, 3072);
	const char *pem = arena_dup(arena, private_key_pem(arena, key).at, private_key_pem(arena, key).len);
	struct private_key *again = read_key(pem, 0600);

	(void)state;
	assert_non_null(again);
	assert_int_equal(private_key_bits(again), 3072);
	assert_string_equal(private_key_fingerprint(arena, key), private_key_fingerprint(arena, again));
}

static void
assert_refused(const char *pem, mode_t mode, const char *why)
{
	assert_null(read_key(pem, mode));
	assert_int_equal(fault->kind, FAULT_UNAVAILABLE);
	if (!strstr(fault->detail, why))
		fail_msg("\"%s\" does not say \"%s\"", fault->detail, why);
	assert_null(strstr(fault->message, path));
	fault_clear(fault);
}

static void
a_file_that_others_can_use_is_refused(void **state)
{
	(void)state;
	assert_refused(key_pem, 0640, "mode is 0640");
	assert_refused(key_pem, 0604, "mode is 0604");
	assert_refused(key_pem, 0620, "mode is 0620");
	assert_non_null(read_key(key_pem, 0400));
}

static void
another_kind_of_key_is_refused(void **state)
{
	(void)state;
	assert_refused(small_pem, 0600, "an RSA key of 1024 bits");
	assert_refused(p256_pem, 0600, "not an RSA key");
	assert_refused(encrypted_pem, 0600, "passphrase");
	assert_refused(public_pem, 0600, "not a private key");
	assert_refused("", 0600, "not a private key");
}

static void
what_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_null(private_key_read(arena, fault, "/tmp"));
	assert_non_null(strstr(fault->detail, "not a file"));
	fault_clear(fault);
	assert_null(private_key_read(arena, fault, "/nonexistent/key.pem"));
	assert_int_equal(fault->kind, FAULT_UNAVAILABLE);
}

#define KEY_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

TESTS(signature,
	KEY_TEST(a_key_signs_as_openssl_does),
	KEY_TEST(a_signature_is_of_one_text_and_one_key),
	KEY_TEST(what_is_shown_of_a_key_is_what_others_show),
	KEY_TEST(a_generated_key_can_be_read_again),
	KEY_TEST(a_file_that_others_can_use_is_refused),
	KEY_TEST(another_kind_of_key_is_refused),
	KEY_TEST(what_is_no_file_is_refused)
);
