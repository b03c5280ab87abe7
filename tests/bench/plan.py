# SPDX-License-Identifier: Apache-2.0
"""What entrepot asks of PostgreSQL to answer a target, from the server's log,
in the form that reference.c reads."""

import json
import re
import time

import load

ARGUMENT = re.compile(r"\$\d+ = (?:NULL|'((?:[^']|'')*)')")


def statements_of(entries):
    for entry in entries:
        found = re.match(r"execute [^:]*: (.*)", entry["message"], re.S)
        if not found:
            raise RuntimeError(f"unexpected statement: {entry['message']}")
        arguments = []
        for match in ARGUMENT.finditer(entry.get("detail", "")):
            text = match.group(1)
            arguments.append(None if text is None else text.replace("''", "'"))
        yield found.group(1), tuple(arguments)


def read_entries(log, database):
    for line in log.read().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("dbname") == database and \
                entry.get("message", "").startswith(("execute ", "statement: ")):
            yield entry


def capture(house, site, target, word):
    """The statements of the process that saw WORD while TARGET was answered."""
    with open(house.statement_log()) as log:
        log.seek(0, 2)
        status, _, body = load.ask(site.port, target)
        time.sleep(0.2)
        entries = list(read_entries(log, site.database))
    if status != 200:
        raise RuntimeError(f"{target}: {status}")
    pids = {e["pid"] for e in entries if word in e.get("detail", "")}
    if len(pids) != 1:
        raise RuntimeError(f"{target}: asked by {len(pids)} processes")
    return list(statements_of(e for e in entries if e["pid"] in pids)), len(body)


def settled(house, site, target, word):
    """The same twice in a row: nothing that happened to run beside it."""
    last = None
    for _ in range(10):
        seen = capture(house, site, target, word)
        if seen == last:
            return seen
        last = seen
    raise RuntimeError(f"{target}: other statements each time")


def texts(target, size, statements):
    yield target
    yield str(size)
    yield str(len(statements))
    for sql, arguments in statements:
        yield sql
        yield str(len(arguments))
        for argument in arguments:
            yield "n" if argument is None else "v" + argument


def write(house, site, targets, path):
    """TARGETS: pairs of a target and a word among its statements' arguments."""
    house.log_statements(True)
    try:
        pages = [(target, *reversed(settled(house, site, target, word)))
                 for target, word in targets]
    finally:
        house.log_statements(False)
    with open(path, "wb") as out:
        for page in pages:
            for text in texts(*page):
                out.write(text.encode() + b"\0")
    return {target: len(statements) for target, _, statements in pages}
