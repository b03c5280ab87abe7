/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: one line per event, key=value or JSON, to standard error or a file,
 * with one write() per line unless lines are held. Values are quoted and
 * escaped; a line is at most 4 KiB. Secrets are never passed in.
 */
#ifndef ENTREPOT_BASE_LOG_H
#define ENTREPOT_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

enum log_level { LOG_DEBUG_LEVEL, LOG_INFO_LEVEL, LOG_WARN_LEVEL, LOG_ERROR_LEVEL };

/*
 * PATH NULL or "": standard error. Returns false with errno set when the file
 * cannot be opened; the old target stays.
 */
bool log_open(const char *path, bool json, enum log_level level) MUST_CHECK;

/* Open the same file again (after rotation). */
void log_reopen(void);

/*
 * Whether lines below LOG_WARN_LEVEL may wait in memory for others when the log
 * is a regular file; not at first. They leave in their order, with whole lines
 * in each write(): when 32 KiB are full, before a line that does not wait, with
 * log_flush(), and before the target changes. Whoever holds lines flushes them
 * soon, before a fork, and at the end.
 */
void log_hold(bool holding);
bool log_is_held(void);
void log_flush(void);

/* The id that every line carries from now on; NULL for none. Not copied. */
void log_set_request_id(const char *id);

/* A line whose only field is a printf message (`msg`); cut at 2 KiB. */
void log_message(enum log_level level, const char *format, ...) PRINTF(2, 3);
#define log_debug(...) log_message(LOG_DEBUG_LEVEL, __VA_ARGS__)
#define log_info(...) log_message(LOG_INFO_LEVEL, __VA_ARGS__)
#define log_warn(...) log_message(LOG_WARN_LEVEL, __VA_ARGS__)
#define log_error(...) log_message(LOG_ERROR_LEVEL, __VA_ARGS__)

/*
 * A line built from fields: log_begin(), any number of log_text()/log_int(),
 * log_end(). Fields with a NULL text are left out. Every line begins with time,
 * level, request (when an id is set) and msg, which is EVENT; keys are plain words.
 */
struct log_line {
	enum log_level level;
	unsigned len;
	char text[4096];
};
void log_begin(struct log_line *line, enum log_level level, const char *event);
void log_text(struct log_line *line, const char *key, const char *value);
void log_int(struct log_line *line, const char *key, int64_t value);
void log_end(struct log_line *line);

#endif
