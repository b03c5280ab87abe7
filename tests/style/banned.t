#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Calls and spellings that are refused, and how every file begins."""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source

LICENSE = "SPDX-License-Identifier: Apache-2.0"
COLUMNS = 120			# 80 is the aim and 100 the end; a table's row may pass it
OPENING = 12			# lines of an opening comment, at most

# name: what to use
CALLS = {
    "strcpy": "memcpy or a buf", "strcat": "a buf", "strncpy": "memcpy", "strncat": "a buf",
    "stpcpy": "a buf", "sprintf": "snprintf or arena_printf", "vsprintf": "vsnprintf",
    "gets": "fgets", "scanf": "base/number", "sscanf": "base/number", "fscanf": "base/number",
    "atoi": "base/number", "atol": "base/number", "atoll": "base/number", "atof": "strtod",
    "strtok": "span_cut", "strtok_r": "span_cut", "gmtime": "base/clock",
    "localtime": "base/clock", "ctime": "base/clock", "asctime": "base/clock",
    "strftime": "base/clock", "mktime": "base/clock", "alloca": "an arena",
    "rand": "base/random", "srand": "base/random", "random": "base/random",
    "tmpnam": "base/tempfile", "mktemp": "base/tempfile", "tempnam": "base/tempfile",
    "system": "posix_spawn", "popen": "posix_spawn", "putenv": "setenv", "longjmp": "a fault",
    "vfork": "fork",
}
# Tests may start programs and compare with the C library.
TEST_CALLS = {"system", "popen", "mktime", "strftime"}
# A library that cannot be stopped in any other way.
CALLS_ALLOWED = {("src/formats/markdown.c", "longjmp")}

C_FILES = source.files(["src", "tests"], (".c", ".h"))
TABLES = source.files(["src"], (".def",))
SCRIPTS = source.files(["src", "tests", "deploy", "sql"],
                       (".py", ".sh", ".t", ".awk", ".am"))


def lines_of(files, pattern):
    for file in files:
        for number, line in enumerate(file.code, 1):
            for match in re.finditer(pattern, line):
                yield file, f"{file.path}:{number}", match


def calls():
    """no function is called that cannot be used safely."""
    pattern = r"(?<![\w.>])(" + "|".join(CALLS) + r")\s*\("
    for file, place, match in lines_of(C_FILES, pattern):
        name = match.group(1)
        if (file.path, name) in CALLS_ALLOWED:
            continue
        if not (file.path.startswith("tests/") and name in TEST_CALLS):
            yield place, f"{name}(): use {CALLS[name]}"


def typedefs():
    """structs, unions and enums have no other name."""
    for _, place, match in lines_of(C_FILES, r"\btypedef\s+(struct|union|enum)\b"):
        yield place, match.group()


def labels():
    """a function has at most one label, and base, formats and db alone have any."""
    for file in C_FILES:
        for function in source.functions(file):
            found = [line for line in function.body if re.match(r"[a-z_]\w*:(?!:)", line)]
            allowed = file.layer in ("base", "formats", "db")
            if len(found) > 1 or (found and not allowed):
                yield function.place, ", ".join(found)


def allocation():
    """memory comes from the arena; a database session outlives every one."""
    allowed = re.compile(r"src/base/arena\.c|src/db/.*|tests/.*")
    for file, place, match in lines_of(
            C_FILES, r"(?<![\w.>])(malloc|calloc|realloc|strdup|strndup|asprintf)\s*\("):
        if not allowed.fullmatch(file.path):
            yield place, f"{match.group(1)}(): use arena_alloc, arena_dup or arena_printf"


def spelling():
    """lines are indented by tabs, end without white space, and fit the page."""
    for file in C_FILES + TABLES:
        if not file.text.endswith("\n"):
            yield file.path, "no newline at the end"
        for number, line in enumerate(file.lines, 1):
            place = f"{file.path}:{number}"
            if line != line.rstrip():
                yield place, "white space at the end"
            if re.match(r"\t* {8}", line) or re.match(r" {2,}\S", line):
                yield place, "indented by spaces"
            # Texts are not broken up: whoever reads one looks for it whole.
            columns = len(re.sub(r'"(\\.|[^"\\])*"', '""', line.expandtabs(8)))
            if file.path.endswith((".c", ".h")) and columns > COLUMNS:
                yield place, f"{columns} columns"


def comments():
    """comments are of the old kind and promise nothing."""
    for file in C_FILES + TABLES:
        for number, line in enumerate(file.lines, 1):
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                yield f"{file.path}:{number}", line.strip()
        for match in source.TOKEN.finditer(file.text):
            if match.group().startswith("//"):
                line = file.text.count("\n", 0, match.start()) + 1
                yield f"{file.path}:{line}", match.group()


def openings():
    """a source file begins with its license and says what it is."""
    for file in C_FILES + TABLES:
        if not file.text.startswith(f"/* {LICENSE} */\n/*\n * "):
            yield f"{file.path}:1", "no license line with a comment behind it"
            continue
        size = file.text.index("*/", len(LICENSE) + 8)
        count = file.text.count("\n", 0, size) - 2
        if count > OPENING:
            yield f"{file.path}:2", f"an opening comment of {count} lines"


def listed():
    """every file is known to the build, and so to the distribution."""
    lists = {os.path.dirname(file.path): file.text
             for file in source.files(["src", "tests"], ("files.am",))}
    everything = "".join(lists.values())
    for file in source.files(["src", "tests"], (".c", ".h", ".def", ".awk", ".py", ".sh", ".t",
                                                ".md", ".http", ".8")):
        directory, below = os.path.dirname(file.path), os.path.basename(file.path)
        while directory and directory not in lists:
            directory, last = os.path.split(directory)
            below = os.path.join(last, below)
        known = lists.get(directory, "") + lists.get(os.path.dirname(directory), "")
        if not re.search(r"(^|[\s/])" + re.escape(below) + r"(\s|$)", known) \
                and file.path not in everything:
            yield file.path, f"not in {directory}/files.am"


def licenses():
    """every script names its license at the top."""
    for file in SCRIPTS:
        if not any(LICENSE in line for line in file.lines[:3]):
            yield f"{file.path}:1", "no license line"


source.run(calls, typedefs, labels, allocation, spelling, comments, openings, licenses,
           listed)
