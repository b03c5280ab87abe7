/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of Python projects; see the header.
 */
#include "formats/pypi_name.h"

#include "base/arena.h"
#include "base/text.h"

static bool
is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

bool
pypi_name_is_valid(struct span name)
{
	if (name.len == 0 || name.len > PYPI_NAME_MAX || !is_alnum(name.at[0]) || !is_alnum(name.at[name.len - 1]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_alnum(name.at[i]) && !is_separator(name.at[i]))
			return false;
	return true;
}

static const char *
normal_with(struct arena *a, struct span name, char separator)
{
	char *out = arena_alloc(a, name.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < name.len; i++)
		if (!is_separator(name.at[i]))
			out[len++] = to_lower(name.at[i]);
		else if (i == 0 || !is_separator(name.at[i - 1]))
			out[len++] = separator;
	out[len] = '\0';
	return out;
}

const char *
pypi_name_normal(struct arena *a, struct span name)
{
	return normal_with(a, name, '-');
}

const char *
pypi_name_in_file(struct arena *a, struct span name)
{
	return normal_with(a, name, '_');
}

bool
pypi_name_is_normal(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] == '\0' || to_lower(name.at[i]) != name.at[i] || name.at[i] == '.' ||
		    name.at[i] == '_' || (i > 0 && name.at[i] == '-' && name.at[i - 1] == '-'))
			return false;
	return true;
}

const char *
pypi_name_similar(struct arena *a, struct span name)
{
	char *out = arena_alloc(a, name.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < name.len; i++) {
		char c = to_lower(name.at[i]);

		if (!is_separator(c))
			out[len++] = c == 'l' || c == 'i' ? '1' : c == 'o' ? '0' : c;
	}
	out[len] = '\0';
	return out;
}
