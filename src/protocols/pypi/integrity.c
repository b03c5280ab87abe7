/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a distribution's origin (PEP 740), as it was proven when it
 * was uploaded.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/pypi_download.h"
#include "domain/repository.h"
#include "formats/pypi_name.h"
#include "http/accept.h"
#include "version/pep440.h"

/* In the order of preference; NULL: none of them is wanted. */
static const char *
choose_type(struct call *c)
{
	static const char *const types[] = { "application/vnd.pypi.integrity.v1+json", "application/json" };
	const char *accept = request_header(c->request, "accept"), *chosen = NULL;
	int best = 0;

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		int wanted = accept_weight(accept, types[i]);

		if (wanted > best) {
			best = wanted;
			chosen = types[i];
		}
	}
	return chosen;
}

static const struct pypi_provenance *
path_provenance(struct call *c, const struct repository *r)
{
	struct arena *a = c->work.arena;
	struct pep440 version;

	if (!pypi_name_is_valid(path_span(c, "name")) || !pep440_parse(a, path_span(c, "version"), &version))
		return NULL;
	return pypi_provenance_find(&c->work, r->id, span_of(pypi_name_normal(a, path_span(c, "name"))),
				    span_of(pep440_canonical(a, &version)), path_span(c, "file"));
}

static bool
show(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	const struct pypi_provenance *p = r ? path_provenance(c, r) : NULL;
	const char *type = choose_type(c);

	if (!p)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	if (!type)
		return fault_raise(&c->fault, FAULT_NOT_ACCEPTABLE, "Request not acceptable");
	call_header(c, "Vary", "Accept, Accept-Encoding");
	pypi_cache(c, "public, no-cache");
	if (p->body.at)
		return reply_bytes(c, 200, type, p->body);
	if (!*c->work.config->pypi_attestation_roots)
		return fault_raise(&c->fault, FAULT_FORBIDDEN, "Attestations temporarily disabled");
	return fault_raise(&c->fault, FAULT_NOT_FOUND, "No provenance available for %s", p->filename);
}

const struct route pypi_integrity_routes[] = {
	ROUTE(GET, "/:name/:version/:file/provenance", PUBLIC, show, "What is known of a distribution's origin",
	      .flags = ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT),
	ROUTE_END
};
