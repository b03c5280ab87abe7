#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every route is asked for by some test.

The routes come from the program, the requests from the transcripts and from
the other tests, where a method and a path stand together on a line. A request
counts for the most specific row it matches, as it does in the router.
"""

import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source

BUILD = os.environ.get("ENTREPOT_BUILD", ".")
METHODS = "GET|HEAD|PUT|POST|PATCH|DELETE|OPTIONS"
PATH = r"[\"']?(/[^\s\"'?#]*)"
REQUEST = re.compile(rf"\b({METHODS})\b[\"',]*\s+(?:\.target = )?{PATH}")
GET = re.compile(rf"(?:\bget\(|\$base_url){PATH}")
WILD = "\0"		# what a test fills in when it runs


def admin():
    for path in ("src/entrepot-admin", "entrepot-admin"):
        if os.access(os.path.join(BUILD, path), os.X_OK):
            return os.path.join(BUILD, path)
    return None


def routes():
    """(method, pattern) of every row."""
    answer = subprocess.run([admin(), "routes", "--json"], stdout=subprocess.PIPE, check=True,
                            env={**os.environ, "ENTREPOT_CONFIG": ""})
    rows = json.loads(answer.stdout)
    if isinstance(rows, dict):
        rows = rows["routes"]
    return [(row["method"], row["path"]) for row in rows]


def segments(path):
    return [part for part in path.split("/") if part]


def segment_rank(pattern, given):
    """None, or how specific the segment's match is: literal, partly, not at all."""
    names = re.split(r":\w+", pattern)
    if len(names) == 1:
        return 1000 if given == pattern or given == WILD else None
    wanted = "(.+)".join(re.escape(name) for name in names)
    if given == WILD or re.fullmatch(wanted, given):
        return sum(map(len, names))
    return None


def rank(pattern, path):
    """None, or a list that compares greater the more specific the match is."""
    ranks = []
    wanted, given = segments(pattern), segments(path)
    for at, part in enumerate(wanted):
        if part.startswith("*"):
            return ranks + [-1]
        if at >= len(given):
            return None
        ranks.append(segment_rank(part, given[at]))
        if ranks[-1] is None:
            return None
    return ranks if len(given) == len(wanted) else None


def requests():
    """(method, path) of everything the tests ask for."""
    for file in source.files(["tests/transcripts"], (".http",)) + \
            source.files(["tests/handler", "tests/e2e", "tests/support"], (".c", ".t", ".sh", ".py")):
        for line in file.lines:
            found = REQUEST.findall(line) + [("GET", path) for path in GET.findall(line)]
            for method, path in found:
                path = re.sub(r"\$\{\w+\}|\$\w+|%(?:\.\*s|s|d|lld|zu)", WILD, path)
                yield method, re.sub(r"[^/]*\0[^/]*", WILD, path)


def every_route_is_asked_for():
    """every route is asked for by a test."""
    rows = routes()
    missing = set(rows)
    for method, path in requests():
        method = "GET" if method == "HEAD" else method
        matches = [(found, row) for row in rows if row[0] == method
                   for found in [rank(row[1], path)] if found is not None]
        if matches:
            missing.discard(max(matches)[1])
    source.note(f"{len(rows) - len(missing)} of {len(rows)} routes")
    for method, pattern in sorted(missing):
        yield method, pattern


if not admin():
    print("1..0 # SKIP entrepot-admin has not been built")
    sys.exit(0)
source.run(every_route_is_asked_for)
