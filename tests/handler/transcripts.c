/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/transcripts/ in process: each scenario is a test with a database
 * of its own.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "hex.h"
#include "transcript.h"

#define MAX_SCENARIOS 1000

static struct arena files_arena;
static struct scenario scenarios[MAX_SCENARIOS];
static size_t scenario_count;

static void
play_scenario(void **state)
{
	const struct scenario *s = *state;
	struct play p = { .scenario = s, .rest = s->text, .line = s->line };
	struct span line;

	/* Whoever publishes signs; elsewhere the server has its own key. */
	if (!test_url() && strncmp(s->file, "hex/", 4) == 0)
		given_hex_key();
	while ((line = play_next_line(&p)).at)
		play_line(&p, line);
}

/* cmocka hands the initial state to the setup and then to the test; ours must not replace it. */
static int
setup_scenario(void **state)
{
	void *scenario = *state;

	test_setup(state);
	*state = scenario;
	return 0;
}

static struct span
read_whole(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf b = buf_on(&files_arena);
	char chunk[8192];
	size_t n;

	while (file && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_put(&b, chunk, n);
	if (file)
		fclose(file);
	return buf_span(&b);
}

/* Scenarios begin with "=== what holds"; what stands before the first is commentary. */
static void
add_scenarios(const char *file, struct span text)
{
	struct scenario *s = NULL;
	int number = 0;

	while (text.at && text.len > 0) {
		struct span line = span_cut(&text, '\n');

		number++;
		if (span_starts(line, "=== ")) {
			if (scenario_count == MAX_SCENARIOS)
				abort();
			s = &scenarios[scenario_count++];
			s->file = file;
			s->line = number;
			s->name = arena_printf(&files_arena, "%s: %.*s", file, (int)line.len - 4, line.at + 4);
			s->text = span_make(line.at + line.len + 1, 0);
		} else if (s) {
			s->text.len = (size_t)(line.at + line.len - s->text.at);
		}
	}
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
find_transcripts(const char *root, const char *below)
{
	const char *path = arena_printf(&files_arena, "%s/%s", root, below);
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, by_name);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		size_t len = strlen(name);
		const char *file = arena_printf(&files_arena, "%s%s%s", below, *below ? "/" : "", name);
		const char *whole = arena_printf(&files_arena, "%s/%s", root, file);
		struct stat st;

		if (name[0] != '.' && stat(whole, &st) == 0 && S_ISDIR(st.st_mode))
			find_transcripts(root, file);
		else if (len > 5 && strcmp(name + len - 5, ".http") == 0)
			add_scenarios(file, read_whole(whole));
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* Clock and settings are the server's own when it runs elsewhere. */
static bool
is_playable(const struct scenario *s)
{
	static const char *const words[] = { "\nGIVEN time", "\nGIVEN setting", "\n# in process only" };
	const char *text = arena_printf(&files_arena, "\n%.*s", (int)s->text.len, s->text.at);

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (test_url() && strstr(text, words[i]))
			return false;
	return true;
}

/* With arguments, only scenarios whose name holds one of them. */
static bool
is_chosen(const struct scenario *s, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strstr(s->name, argv[i]))
			return true;
	return argc < 2;
}

int
main(int argc, char **argv)
{
	const char *source = getenv("ENTREPOT_SOURCE");
	struct CMUnitTest *tests;
	size_t count = 0;
	struct test_list list;
	int status;

	find_transcripts(arena_printf(&files_arena, "%s/tests/transcripts", source ? source : ".."), "");
	tests = calloc(scenario_count + 1, sizeof(*tests));
	if (!tests)
		return 99;
	for (size_t i = 0; i < scenario_count; i++)
		if (is_playable(&scenarios[i]) && is_chosen(&scenarios[i], argc, argv))
			tests[count++] = (struct CMUnitTest){ scenarios[i].name, play_scenario, setup_scenario,
				test_teardown, &scenarios[i] };
	list = (struct test_list){ tests, &count };
	status = test_run("transcripts", &list, 1);
	free(tests);
	arena_free(&files_arena);
	return status;
}
