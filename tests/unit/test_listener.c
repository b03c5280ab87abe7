/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listening socket: what is opened, what is refused.
 */
#include "unit.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/settings.h"
#include "server/listener.h"

static struct config config;
static struct listener listener;

static const char *
given_path(void)
{
	char directory[] = "/tmp/listener.XXXXXX";

	assert_non_null(mkdtemp(directory));
	return arena_printf(arena, "%s/sock", directory);
}

static void
remove_path(const char *path)
{
	char *directory = arena_strdup(arena, path);

	unlink(path);
	*strrchr(directory, '/') = '\0';
	rmdir(directory);
}

static bool
find(const char *listen_at, const char *mode)
{
	config = (struct config){ .listen = listen_at, .socket_mode = mode, .socket_group = "", .user = "" };
	return listener_find(arena, fault, &config, true, &listener);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
an_own_socket_has_the_mode_asked_for(void **state)
{
	const char *path = given_path();
	struct stat st;

	(void)state;
	assert_true(find(path, "0620"));

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0620);
	assert_int_equal(listener.origin, LISTENER_OWN);
	listener_close(&listener);
	assert_int_not_equal(access(path, F_OK), 0);
	remove_path(path);
}

static void
a_mode_open_to_everybody_is_refused(void **state)
{
	const char *path = given_path();

	(void)state;
	assert_false(find(path, "0666"));
	assert_non_null(strstr(fault->message, "socket_mode"));
	fault_clear(fault);
	assert_false(find(path, "rw"));
	fault_clear(fault);
	assert_false(find(path, "99"));
	assert_int_not_equal(access(path, F_OK), 0);
	remove_path(path);
}

static void
a_socket_left_over_is_replaced_and_one_in_use_is_not(void **state)
{
	const char *path = given_path();
	struct listener first;

	(void)state;
	assert_true(find(path, "0600"));
	first = listener;
	assert_false(find(path, "0600"));
	assert_non_null(strstr(fault->message, "another process"));
	fault_clear(fault);
	close(first.fd);

	assert_true(find(path, "0600"));
	listener_close(&listener);
	remove_path(path);
}

static void
a_file_that_is_no_socket_is_left_alone(void **state)
{
	const char *path = given_path();
	FILE *file = fopen(path, "w");

	(void)state;
	fclose(file);
	assert_false(find(path, "0600"));

	assert_int_equal(access(path, F_OK), 0);
	remove_path(path);
}

static void
what_was_connected_before_the_end_can_still_be_accepted(void **state)
{
	const char *path = given_path();
	int kept, peer, fd;

	(void)state;
	assert_true(find(path, "0600"));
	kept = dup(listener.fd);
	peer = connect_to(path);
	assert_true(peer >= 0);
	listener_close(&listener);

	assert_int_equal(connect_to(path), -1);
	fd = accept(kept, NULL, NULL);
	assert_true(fd >= 0);
	close(fd);
	close(peer);
	assert_true(accept(kept, NULL, NULL) < 0);
	close(kept);
	remove_path(path);
}

static void
tcp_is_for_loopback_only(void **state)
{
	static const char *const refused[] = {
		"0.0.0.0:9000", "192.0.2.1:9000", ":9000", "[::]:9000", "127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:x"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_false(find(refused[i], "0600"));
		assert_int_equal(fault->kind, FAULT_INVALID);
		fault_clear(fault);
	}
}

static bool
check(const char *listen_at, const char *mode, const char *group)
{
	bool fits;

	config = (struct config){ .listen = listen_at, .socket_mode = mode, .socket_group = group, .user = "" };
	fits = listener_check(fault, &config);
	assert_true(fits == !fault_is_set(fault));
	fault_clear(fault);
	return fits;
}

static void
what_could_not_be_opened_is_known_before(void **state)
{
	const char *path = given_path();

	(void)state;
	assert_true(check("", "0600", ""));
	assert_true(check("127.0.0.1:9000", "0600", ""));
	assert_true(check(path, "0600", ""));
	assert_false(check("0.0.0.0:9000", "0600", ""));
	assert_false(check(path, "0666", ""));
	assert_false(check(path, "0600", "no such group"));
	assert_false(check(arena_printf(arena, "/%0200d", 0), "0600", ""));
	assert_int_not_equal(access(path, F_OK), 0);
	remove_path(path);
}

static void
a_passed_socket_is_taken_only_when_it_is_meant_for_us(void **state)
{
	(void)state;
	config = (struct config){ .listen = "", .socket_mode = "0600", .socket_group = "", .user = "" };
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);

	assert_false(listener_find(arena, fault, &config, false, &listener));
	assert_non_null(strstr(fault->message, "no socket"));
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_PID"));
}

TESTS(listener,
	TEST(an_own_socket_has_the_mode_asked_for),
	TEST(a_mode_open_to_everybody_is_refused),
	TEST(a_socket_left_over_is_replaced_and_one_in_use_is_not),
	TEST(a_file_that_is_no_socket_is_left_alone),
	TEST(what_was_connected_before_the_end_can_still_be_accepted),
	TEST(tcp_is_for_loopback_only),
	TEST(what_could_not_be_opened_is_known_before),
	TEST(a_passed_socket_is_taken_only_when_it_is_meant_for_us)
);
