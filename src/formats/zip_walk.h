/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the zip reader share.
 */
#ifndef ENTREPOT_FORMATS_ZIP_WALK_H
#define ENTREPOT_FORMATS_ZIP_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "formats/zip.h"

/* Note why; always ZIP_REFUSED. WHY is a static text. */
enum zip_status zip_refuse(struct zip *z, const char *why);

/* Exactly LEN bytes of the file; ZIP_GOOD or ZIP_FAILED. */
enum zip_status zip_get(const struct zip *z, uint64_t at, char *to, size_t len) MUST_CHECK;

#endif
