/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of job there is. A new kind is one row here.
 */
#include "domain/job.h"

#include "base/clock.h"
#include "domain/download.h"
#include "domain/mail.h"
#include "domain/maintenance.h"
#include "domain/pypi_upkeep.h"

const struct job_kind job_kinds[] = {
	{ .name = "mail", .run = mail_deliver, .lease = 5 * CLOCK_MINUTE, .attempts = 16 },
	{ .name = "download-rollup", .run = download_rollup, .lease = 5 * CLOCK_MINUTE, .every = 10 * CLOCK_SECOND },
	{ .name = "download-recent", .run = download_refresh_recent, .lease = CLOCK_HOUR, .every = CLOCK_DAY },
	{ .name = "cleanup", .run = job_cleanup, .lease = 10 * CLOCK_MINUTE, .every = CLOCK_HOUR },
	{ .name = "gc", .run = gc_job, .lease = 6 * CLOCK_HOUR, .every = CLOCK_DAY },
	{ .name = "pypi-stats", .run = pypi_upkeep_stats, .lease = 5 * CLOCK_MINUTE, .every = 10 * CLOCK_SECOND },
	{ .name = "pypi-lists", .run = pypi_upkeep_lists, .lease = CLOCK_HOUR, .every = CLOCK_HOUR },
	{ .name = NULL },
};
