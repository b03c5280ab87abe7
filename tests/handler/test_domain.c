/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that tests accounts, tokens, mail, jobs and the blob store on a
 * real database, without requests.
 */
#include "support.h"

#include <dirent.h>
#include <stdio.h>

#include "domain.h"
#include "domain/blob.h"

DECLARE_TESTS(account);
DECLARE_TESTS(blob);
DECLARE_TESTS(email);
DECLARE_TESTS(identity);
DECLARE_TESTS(job);
DECLARE_TESTS(mail);
DECLARE_TESTS(maintenance);
DECLARE_TESTS(oauth);
DECLARE_TESTS(search);
DECLARE_TESTS(second_factor);
DECLARE_TESTS(token);

struct config *
given_config(void)
{
	struct config *config = arena_new(w->arena, struct config);
	const char *file = arena_printf(w->arena, "%s/entrepot.conf", test_directory);
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fprintf(f, "data_dir = %s\nbase_url = http://registry.example\n", test_directory);
	fclose(f);
	*config = *config_read(w->arena, w->fault, file);
	w->config = config;
	assert_true(blob_store_init(w));
	return config;
}

const char *
file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = arena_zalloc(w->arena, 1, 65536);

	if (!f)
		return NULL;
	text[fread(text, 1, 65535, f)] = '\0';
	fclose(f);
	return text;
}

const char *
only_file(const char *directory, const char *ending)
{
	DIR *dir = opendir(directory);
	const char *found = NULL;
	struct dirent *e;

	if (!dir)
		return NULL;
	while ((e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len < strlen(ending) || strcmp(e->d_name + len - strlen(ending), ending) != 0)
			continue;
		assert_null(found);
		found = arena_printf(w->arena, "%s/%s", directory, e->d_name);
	}
	closedir(dir);
	return found;
}

/* Those that commit come last: what they write stays. */
TEST_MAIN("domain", TEST_LIST(account), TEST_LIST(blob), TEST_LIST(email), TEST_LIST(identity),
	TEST_LIST(mail), TEST_LIST(oauth), TEST_LIST(search), TEST_LIST(second_factor), TEST_LIST(token),
	TEST_LIST(job), TEST_LIST(maintenance))
