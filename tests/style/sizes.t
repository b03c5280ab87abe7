#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The budgets: sizes of files and functions, parameters, nesting."""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source

FILE_LIMITS = {".c": 700, ".h": 300}
FUNCTION_LIMIT = 90
SWITCH_LIMIT = 120		# a state machine's switch is read row by row
HANDLER_LIMIT = 60
PARAMETER_LIMIT = 5
NESTING_LIMIT = 4
LARGEST = 10

SOURCES = source.files(["src", "tests"], (".c", ".h"))
FUNCTIONS = [function for file in SOURCES if file.path.endswith(".c")
             for function in source.functions(file)]


def largest(what, sized):
    source.note(f"largest {what}:")
    for size, place in sorted(sized, reverse=True)[:LARGEST]:
        source.note(f"  {size:5} {place}")


def length(function):
    return function.last - function.first + 1


def is_handler(function):
    signature = function.file.code[function.first]
    return function.file.path.startswith("src/protocols/") and function.static \
        and re.fullmatch(r"\w+\(struct call \*\w+\)", signature)


def limit_of(function):
    if is_handler(function):
        return HANDLER_LIMIT
    if any(re.match(r"\tswitch \(", line) for line in function.body):
        return SWITCH_LIMIT
    return FUNCTION_LIMIT


def nesting(function):
    """How deep control structures stand in each other; kernel indentation."""
    depths = [len(match.group(1)) for match in
              (re.match(r"(\t+)(?:\} )?(if|for|while|switch|do|else)\b", line)
               for line in function.body) if match]
    return max(depths, default=0)


def files():
    """no file is longer than its budget."""
    for suffix in FILE_LIMITS:
        largest(f"{suffix} files", [(len(file.lines), file.path) for file in SOURCES
                                    if file.path.endswith(suffix)])
    for file in SOURCES:
        limit = FILE_LIMITS[os.path.splitext(file.path)[1]]
        if len(file.lines) > limit:
            yield file.path, f"{len(file.lines)} lines, {limit} at most"


def function_lengths():
    """no function is longer than its budget."""
    largest("functions", [(length(function), function.place) for function in FUNCTIONS])
    for function in FUNCTIONS:
        if length(function) > limit_of(function):
            yield function.place, f"{length(function)} lines, {limit_of(function)} at most"


def parameters():
    """no function takes more than five parameters."""
    for function in FUNCTIONS:
        if function.parameters > PARAMETER_LIMIT:
            yield function.place, f"{function.parameters} parameters"


def depths():
    """control structures stand at most four deep."""
    largest("nesting", [(nesting(function), function.place) for function in FUNCTIONS])
    for function in FUNCTIONS:
        if nesting(function) > NESTING_LIMIT:
            yield function.place, f"{nesting(function)} levels"


def all_functions_seen():
    """every block at column 0 is a function, a type or a table."""
    for file in SOURCES:
        known = {function.last for function in FUNCTIONS if function.file is file}
        for number, line in enumerate(file.code):
            if line == "}" and file.path.endswith(".c") and number not in known:
                yield f"{file.path}:{number + 1}", "the end of a function in another spelling"


source.run(files, function_lengths, parameters, depths, all_functions_seen)
