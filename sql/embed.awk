# SPDX-License-Identifier: Apache-2.0
#
# Turns SQL files into C. Every awk will do.
#
#   awk -v mode=queries.h    -f embed.awk queries/*.sql     the enum of query names
#   awk -v mode=queries.c    -f embed.awk queries/*.sql     the table of named queries
#   awk -v mode=migrations.c -f embed.awk migrations/*.sql seed/*.sql
#
# A query is ":name NAME :one|:many|:exec|:part" in a comment, at least one comment
# line that describes it, and one statement closed by a semicolon at the end of
# a line. A part is a piece of a statement that is composed at run time; its
# parameters have names in braces. A migration is a file NNNN_name.sql; their numbers run from 1 without
# a gap, in whatever order the files are given.

BEGIN {
	if (mode != "queries.h" && mode != "queries.c" && mode != "migrations.c")
		die("mode must be queries.h, queries.c or migrations.c")
}

mode == "migrations.c" {
	if (FNR == 1)
		begin_migration()
	sub(/\r$/, "")
	text[number] = text[number] literal($0)
	next
}

FNR == 1 && named != "" { die_at(where[named], "query " named " is not closed by a semicolon") }

/^-- :name / {
	if (named != "")
		die_at(where[named], "query " named " is not closed by a semicolon")
	begin_query()
	next
}

/^[ \t]*--/ { if (named != "" && body == "") described = 1; next }
/^[ \t]*$/ { next }

{
	if (named == "")
		die_at(FILENAME ":" FNR, "SQL outside of a named query")
	sub(/[ \t\r]+$/, "")
	sub(/[ \t]+--[ \t][^']*$/, "")
	last = sub(/;$/, "")
	count_parameters($0)
	body = body (body == "" ? "" : "\\n\"\n") "\t  \"" escape($0)
	if (last)
		end_query()
}

END {
	if (failed)
		exit 1
	if (named != "")
		die_at(where[named], "query " named " is not closed by a semicolon")
	if (mode == "queries.h")
		print_header()
	else if (mode == "queries.c")
		print_queries()
	else
		print_migrations()
}

function die(message)
{
	print "embed.awk: " message > "/dev/stderr"
	failed = 1
	exit 1
}

function die_at(place, message)
{
	print place ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

# Backslash and quote for C; a question mark too, lest two of them begin a trigraph.
function escape(s)
{
	gsub(/\\/, "&&", s)
	gsub(/"/, "\\\"", s)
	gsub(/\?/, "\\?", s)
	gsub(/\t/, "\\t", s)
	return s
}

function literal(s)
{
	return "\t  \"" escape(s) "\\n\"\n"
}

function begin_query(    parts, n)
{
	n = split($0, parts, /[ \t]+/)
	if (n != 4 || parts[3] !~ /^[a-z][a-z0-9_]*$/ || parts[4] !~ /^:(one|many|exec|part)$/)
		die_at(FILENAME ":" FNR, "expected \"-- :name NAME :one|:many|:exec|:part\"")
	if (parts[3] in where)
		die_at(FILENAME ":" FNR, "query " parts[3] " is already at " where[parts[3]])
	named = parts[3]
	where[named] = FILENAME ":" FNR
	cardinality[named] = toupper(substr(parts[4], 2))
	described = 0
	body = ""
	highest = 0
	split("", used)
}

# $1, $2, …; a dollar quote ($$, $tag$) never begins with a digit.
function count_parameters(line,    rest, n)
{
	rest = line
	while (match(rest, /\$[0-9]+/)) {
		n = substr(rest, RSTART + 1, RLENGTH - 1) + 0
		used[n] = 1
		if (n > highest)
			highest = n
		rest = substr(rest, RSTART + RLENGTH)
	}
}

function end_query(    i)
{
	if (!described)
		die_at(where[named], "query " named " has no line that describes it")
	for (i = 1; i <= highest; i++)
		if (!(i in used))
			die_at(where[named], "query " named " uses $" highest " but not $" i)
	order[++queries] = named
	params[named] = highest
	text[named] = body "\""
	named = ""
}

function begin_migration(    base)
{
	base = FILENAME
	sub(/.*\//, "", base)
	if (base !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+\.sql$/)
		die(FILENAME ": a migration is called NNNN_name.sql")
	number = substr(base, 1, 4) + 0
	if (number in file)
		die(FILENAME ": number " number " is taken by " file[number])
	file[number] = FILENAME
	title[number] = substr(base, 6, length(base) - 9)
	if (number > greatest)
		greatest = number
}

function print_top(what)
{
	print "/* SPDX-License-Identifier: Apache-2.0 */"
	print "/* " what " Made by sql/embed.awk: change the SQL, not this file. */"
	print ""
}

function print_header(    i)
{
	print_top("The names of all queries.")
	print "#ifndef ENTREPOT_QUERIES_H"
	print "#define ENTREPOT_QUERIES_H"
	print ""
	print "enum query_name {"
	for (i = 1; i <= queries; i++)
		print "\tQ_" toupper(order[i]) ","
	print "\tQUERY_COUNT"
	print "};"
	print ""
	print "#endif"
}

function print_queries(    i, q)
{
	print_top("The text of all queries.")
	print "#include \"db/query_table.h\""
	print ""
	print "const struct query_text query_table[QUERY_COUNT] = {"
	for (i = 1; i <= queries; i++) {
		q = order[i]
		print "\t[Q_" toupper(q) "] = {\n\t  \"" q "\", " params[q] ", QUERY_" cardinality[q] ","
		print text[q]
		print "\t},"
	}
	print "};"
}

function print_migrations(    i)
{
	for (i = 1; i <= greatest; i++)
		if (!(i in file))
			die("migration " i " is missing")
	print_top("The text of all migrations.")
	print "#include \"db/query_table.h\""
	print ""
	print "const struct migration_text migration_table[] = {"
	for (i = 1; i <= greatest; i++)
		printf "\t{ %d, \"%s\",\n%s\t},\n", i, title[i], text[i]
	print "};"
	print ""
	print "const int migration_count = sizeof(migration_table) / sizeof(migration_table[0]);"
}
