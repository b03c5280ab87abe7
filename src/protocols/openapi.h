/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoints of every protocol as an OpenAPI 3.1 document, derived from
 * the route tables.
 */
#ifndef ENTREPOT_PROTOCOLS_OPENAPI_H
#define ENTREPOT_PROTOCOLS_OPENAPI_H

#include "base/span.h"

struct config;

/*
 * The document as JSON. Made once per process and configuration; good until
 * it is asked for with another one.
 */
struct span openapi_document(const struct config *config);

#endif
