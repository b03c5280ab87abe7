# SPDX-License-Identifier: Apache-2.0
"""The project's source as the style tests see it, and their TAP output.

A checker is a function that yields (place, complaint) pairs; run() prints one
test per checker and its complaints as diagnostics.
"""

import os
import re
import sys

ROOT = os.environ.get("ENTREPOT_SOURCE") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class File:
    """One file: its path below the root, its text, its text as code only."""

    def __init__(self, path):
        self.path = path
        with open(os.path.join(ROOT, path), encoding="utf-8") as stream:
            self.text = stream.read()
        self.lines = self.text.split("\n")[:-1]
        self._code = None

    @property
    def code(self):
        """The lines with comments and the insides of literals blanked out."""
        if self._code is None:
            self._code = TOKEN.sub(blank, self.text).split("\n")
        return self._code

    @property
    def layer(self):
        """The directory below src; "" for the programs themselves."""
        parts = self.path.split("/")
        return parts[1] if len(parts) > 2 else ""


TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def blank(match):
    token = match.group()
    if token[0] in "\"'":
        return token[0] + " " * (len(token) - 2) + token[-1]
    return re.sub(r"[^\n]", " ", token)


def files(tops, suffixes):
    """Every file below the directories with one of the suffixes, sorted."""
    found = []
    for top in tops:
        for directory, below, names in os.walk(os.path.join(ROOT, top)):
            below[:] = [name for name in below
                        if name != "__pycache__" and not name.startswith(".")]
            found += [os.path.relpath(os.path.join(directory, name), ROOT)
                      for name in names
                      if name.endswith(suffixes) and not name.startswith(".")]
    return [File(path) for path in sorted(found)]


class Function:
    """A function definition: name at column 0, braces at column 0."""

    def __init__(self, file, first, last, parameters, static):
        self.file, self.first, self.last = file, first, last
        self.name = re.match(r"\w+", file.code[first]).group()
        self.parameters, self.static = parameters, static

    @property
    def body(self):
        return self.file.code[self.first:self.last + 1]

    @property
    def place(self):
        return f"{self.file.path}:{self.first + 1} {self.name}"


def functions(file):
    """The functions of a C file, by the house's spelling."""
    code = file.code
    at = 0
    while at < len(code):
        if not re.match(r"[A-Za-z_]\w*\(", code[at]):
            at += 1
            continue
        opening = at
        while opening < len(code) and code[opening] != "{" \
                and not code[opening].rstrip().endswith(";"):
            opening += 1
        if opening >= len(code) or code[opening] != "{":
            at += 1
            continue
        closing = opening
        while closing < len(code) - 1 and code[closing] != "}":
            closing += 1
        signature = " ".join(code[at:opening])
        yield Function(file, at, closing, parameters(signature),
                       at > 0 and code[at - 1].startswith("static"))
        at = closing


def parameters(signature):
    inside = signature[signature.index("(") + 1:signature.rindex(")")].strip()
    depth, count = 0, 1
    for character in inside:
        depth += {"(": 1, ")": -1}.get(character, 0)
        count += character == "," and depth == 0
    return 0 if inside in ("", "void") else count


def run(*checkers):
    """One test per checker, named by the first line of its docstring."""
    failed = 0
    print(f"1..{len(checkers)}")
    for number, checker in enumerate(checkers, 1):
        complaints = list(checker())
        verdict = "not ok" if complaints else "ok"
        print(f"{verdict} {number} - {checker.__doc__.splitlines()[0].rstrip('.')}")
        for place, complaint in complaints:
            print(f"# {place}: {complaint}")
        failed += bool(complaints)
    sys.exit(failed > 0)


def note(text):
    print(f"# {text}")
