/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a configuration into force; see the header.
 */
#include "server/reload.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/settings.h"

bool
reload_log(const struct config *config)
{
	if (log_open(config->log, config->log_format == LOG_FORMAT_JSON, (enum log_level)config->log_level))
		return true;
	log_error("log: %s: %s", config->log, strerror(errno));
	return false;
}

/* Some settings were used up when the master started. */
static void
warn_of_restart(struct arena *a, const struct config *old, const struct config *new)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting_info *s = &setting_table[i];
		enum setting_source source;

		if (strcmp(s->when, "RESTART") != 0)
			continue;
		if (strcmp(config_value(a, old, s->name, &source), config_value(a, new, s->name, &source)) != 0)
			log_warn("reload: %s takes effect only after a restart", s->name);
	}
}

const struct config *
reload_config(struct arena *a, const struct config *current)
{
	const struct config *config;
	struct fault fault;

	fault_init(&fault, a);
	config = config_read(a, &fault, NULL);
	if (!config) {
		log_error("reload: %s; the old configuration stays in force", fault.message);
		return NULL;
	}
	if (!reload_log(config))
		log_error("reload: the log stays where it was");
	warn_of_restart(a, current, config);
	log_info("configuration read again");
	return config;
}
