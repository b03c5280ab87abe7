/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz entry without a fuzzer: "make check" feeds it its seeds, the
 * files in tests/fuzz/corpus/NAME where NAME is the program's, and variations
 * of each seed (cut short, one byte changed), always the same ones. A seed is
 * one TAP test. With arguments, these files are run as they are, which shows
 * what a fuzzer found. How to add an entry stands in tests/fuzz/README.md.
 */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#define SIZE_LIMIT ((size_t)16 * 1024 * 1024)
#define VARIATIONS 256

/* What is being run, for the last words. */
static char current[512];

/* From the sanitizers' common interface; absent in an ordinary build. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void
say_last_words(void)
{
	ssize_t ignored = write(STDOUT_FILENO, current, strlen(current));

	(void)ignored;
}

static void
on_abort(int number)
{
	say_last_words();
	signal(number, SIG_DFL);
	raise(number);
}

/* The entry gets a block of exactly the input's size, so that reading past it is noticed. */
static void
run(const char *bytes, size_t size, const char *what, size_t at)
{
	uint8_t *copy = malloc(size);

	if (!copy && size > 0)
		exit(99);
	if (size > 0)
		memcpy(copy, bytes, size);
	snprintf(current + strcspn(current, ";"), 64, "; %s %zu\n", what, at);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
run_variations(char *bytes, size_t size)
{
	static const unsigned char masks[] = { 0x01, 0x20, 0x80, 0xff };
	size_t step = size / VARIATIONS + 1;

	for (size_t at = 0; at < size; at += step)
		run(bytes, at, "cut to", at);
	for (size_t at = 0; at < size; at += step) {
		char saved = bytes[at];

		bytes[at] = (char)(bytes[at] ^ masks[at / step % sizeof(masks)]);
		run(bytes, size, "changed at", at);
		bytes[at] = saved;
	}
}

static char *
read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(SIZE_LIMIT);

	if (!bytes || !file) {
		perror(path);
		exit(99);
	}
	*size = fread(bytes, 1, SIZE_LIMIT, file);
	fclose(file);
	return bytes;
}

static void
run_file(const char *path, bool with_variations)
{
	size_t size;
	char *bytes = read_file(path, &size);

	snprintf(current, sizeof(current), "# died in %.400s;", path);
	run(bytes, size, "whole,", size);
	if (with_variations)
		run_variations(bytes, size);
	free(bytes);
}

static int
is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
run_corpus(const char *directory)
{
	struct dirent **seeds;
	int count = scandir(directory, &seeds, is_seed, alphasort);

	if (count <= 0) {
		printf("Bail out! no seeds in %s\n", directory);
		return 99;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", directory, seeds[i]->d_name);
		run_file(path, true);
		printf("ok %d - survives %s and its variations\n", i + 1, seeds[i]->d_name);
		free(seeds[i]);
	}
	free(seeds);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *source = getenv("ENTREPOT_SOURCE");
	const char *slash = strrchr(argv[0], '/');
	char directory[2048];

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGABRT, on_abort);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(say_last_words);
	for (int i = 1; i < argc; i++)
		run_file(argv[i], false);
	if (argc > 1)
		return 0;
	snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s",
		source ? source : ".", slash ? slash + 1 : argv[0]);
	return run_corpus(directory);
}
