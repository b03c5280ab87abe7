/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running another program to its end. No shell, no descriptor but the three
 * standard ones, and an environment that the caller composes: what a program
 * shall keep secret goes there and never among the arguments, which everybody
 * on the machine can read.
 */
#ifndef ENTREPOT_BASE_COMMAND_H
#define ENTREPOT_BASE_COMMAND_H

#include <stdbool.h>

#include "base/compiler.h"

struct arena;
struct fault;

/*
 * Find ARGUMENTS[0] along PATH, run it with the environment (both ended by
 * NULL) and an empty standard input, and wait. What it prints goes to its end: the first
 * kilobytes stand in the message when it fails. UNAVAILABLE when there is no
 * such program or it did not end with 0.
 */
bool command_run(struct arena *a, struct fault *f, const char *const *arguments,
	const char *const *environment) MUST_CHECK;

/*
 * The environment of this process with CHANGES ("NAME=value", ended by NULL)
 * in the place of variables of the same names; on the arena.
 */
const char *const *command_environment(struct arena *a, const char *const *changes);

#endif
