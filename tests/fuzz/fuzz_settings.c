/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file. An accepted one has every derived value, and its
 * effective values can be printed.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/settings.h"

/* A file that exists in memory only, with the input as its content; its path. */
static const char *
as_file(struct arena *a, struct span input)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("entrepot.conf", MFD_CLOEXEC);
	REQUIRE(fd >= 0 && ftruncate(fd, 0) == 0);
	REQUIRE(pwrite(fd, input.at, input.len, 0) == (ssize_t)input.len);
	return arena_printf(a, "/proc/self/fd/%d", fd);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const struct config *c = config_read(a, f, as_file(a, input));
	enum setting_source source;

	REQUIRE(fault_is_set(f) == !c);
	if (!c)
		return;
	REQUIRE(c->mount[0] == '\0' || c->mount[0] == '/');
	REQUIRE(c->base_url[strlen(c->base_url) - 1] != '/');
	REQUIRE(c->data_dir[0] == '/' && c->blob_dir && c->spool_dir && c->mail_dir[0]);
	for (size_t i = 0; i < setting_count; i++)
		REQUIRE(config_value(a, c, setting_table[i].name, &source));
	config_address_in(c->trusted_proxies, "192.0.2.7");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
