/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process is allowed to be: its user, its environment, its limits.
 */
#ifndef ENTREPOT_SERVER_PROCESS_H
#define ENTREPOT_SERVER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

struct config;
struct fault;

/* sysexits(3): nothing but another configuration or another schema will help. */
#define EXIT_CONFIG 78

/*
 * Leave nothing behind that whoever started us forgot: descriptors above 2
 * (but a passed socket), variables a request could have made (HTTP_PROXY).
 */
void process_clean(void);

/* Become the setting `user` when started as root; raises INVALID when we would stay root. */
bool process_become_user(struct fault *f, const struct config *config) MUST_CHECK;

/* No new privileges, no core files (they would hold secrets), nothing for others. */
void process_harden(void);

/* Write our process id into PATH; raises INVALID. */
bool process_write_pid(struct fault *f, const char *path) MUST_CHECK;

/* In a child: end with the parent, be seen as NAME (at most 15 characters) in ps -o comm. */
void process_begin_child(pid_t parent, const char *name);

#endif
