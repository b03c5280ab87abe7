/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's EVP for the modules of this directory that need it: digests,
 * signatures and certificates. Nobody else includes this.
 */
#ifndef ENTREPOT_BASE_OPENSSL_H
#define ENTREPOT_BASE_OPENSSL_H

#include <openssl/err.h>
#include <openssl/evp.h>

#endif
