/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arena and the fault of the running test.
 */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

static struct arena the_arena;
static struct fault the_fault;

struct arena *arena = &the_arena;
struct fault *fault = &the_fault;

int
unit_setup(void **state)
{
	(void)state;
	arena_init(arena);
	fault_init(fault, arena);
	return 0;
}

int
unit_teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

bool
unit_make_file(char path[64])
{
	int fd;

	snprintf(path, 64, "/tmp/entrepot-unit.XXXXXX");
	fd = mkstemp(path);
	return fd >= 0 && close(fd) == 0;
}

int
unit_run(const char *name, const struct test_list *lists, size_t count)
{
	struct CMUnitTest *all;
	size_t total = 0;
	int failed;

	for (size_t i = 0; i < count; i++)
		total += *lists[i].count;
	all = calloc(total, sizeof(*all));
	if (!all)
		return 99;
	total = 0;
	for (size_t i = 0; i < count; i++) {
		memcpy(all + total, lists[i].tests, *lists[i].count * sizeof(*all));
		total += *lists[i].count;
	}
	failed = _cmocka_run_group_tests(name, all, total, NULL, NULL);
	free(all);
	return failed > 0;
}
