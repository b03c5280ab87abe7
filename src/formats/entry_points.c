/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of entry_points.txt; see the header.
 */
#include "formats/entry_points.h"

#include "base/text.h"

struct reader {
	bool in_section;
	bool in_scripts;		/* the section's names become files */
	bool in_option;
	size_t indent;			/* of the option: lines further to the right continue it */
};

/* Word characters, dots and hyphens. */
static bool
is_script_name(struct span name)
{
	while (name.len > 0) {
		uint32_t c = text_next_char(&name);

		if (c != '.' && c != '-' && !char_is_xid_continue(c))
			return false;
	}
	return true;
}

/* "[NAME]", with anything behind it. */
static bool
read_section(struct reader *r, struct span line)
{
	size_t end = line.len;

	if (line.at[0] != '[')
		return false;
	while (end > 0 && line.at[end - 1] != ']')
		end--;
	if (end < 3)
		return false;
	line = span_make(line.at + 1, end - 2);
	r->in_section = true;
	r->in_scripts = span_is(line, "console_scripts") || span_is(line, "gui_scripts");
	r->in_option = false;
	return true;
}

static bool
read_option(struct reader *r, struct span line)
{
	struct span name = span_trim(span_cut(&line, '='));

	r->in_option = true;
	return line.at && name.len > 0 && (!r->in_scripts || is_script_name(name));
}

static bool
read_line(struct reader *r, struct span line)
{
	struct span text = span_trim(line);
	size_t indent;

	if (text.len == 0 || text.at[0] == '#' || text.at[0] == ';')
		return true;
	indent = (size_t)(text.at - line.at);
	if (r->in_option && indent > r->indent)
		return true;
	r->indent = indent;
	return read_section(r, text) || (r->in_section && read_option(r, text));
}

bool
entry_points_are_valid(struct span text)
{
	struct reader r = { .in_section = false };

	if (!text_is_utf8(text))
		return false;
	while (text.at)
		if (!read_line(&r, span_cut(&text, '\n')))
			return false;
	return true;
}
