/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scenario of a transcript and the state it is played in. The format is
 * described in tests/transcripts/README.md.
 */
#ifndef ENTREPOT_TESTS_TRANSCRIPT_H
#define ENTREPOT_TESTS_TRANSCRIPT_H

#include <stddef.h>

#include "base/span.h"
#include "request.h"
#include "support.h"

#define MAX_CAPTURES 32

struct scenario {
	const char *file;		/* below tests/transcripts */
	const char *name;
	int line;
	struct span text;
};

/* A scenario while it runs. */
struct play {
	const struct scenario *scenario;
	struct span rest;		/* unread lines */
	int line;
	const char *token;		/* who asks */
	const struct test_answer *answer;
	struct header captures[MAX_CAPTURES];
	size_t capture_count;
};

#define PLAY_FAIL(p, ...) \
	fail_msg("%s:%d: %s", (p)->scenario->file, (p)->line, arena_printf(w->arena, __VA_ARGS__))

/* Carry one line out, with the indented ones that belong to it. */
void play_line(struct play *p, struct span line);
/* "GIVEN …", without that word (transcript_given.c). */
void play_given(struct play *p, struct span rest);

/* "GIVEN python …", without these words (transcript_python.c). */
void play_given_python(struct play *p, struct span rest);

/* The next line without its break; at == NULL at the end. */
struct span play_next_line(struct play *p);
/* The next word; NULL (at == NULL) at the end. */
struct span play_span(struct span *rest);
const char *play_word(struct span *rest);
/* JSON that begins in LINE and goes on in the lines that follow. */
const char *play_json(struct play *p, const char *line);
/* ${NAME} stands for VALUE from now on. */
void play_capture(struct play *p, const char *name, const char *value);

#endif
