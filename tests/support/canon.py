#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""JSON documents as terms.escript spells terms, to compare the two.

  canon.py [--seconds] <DOCUMENTS    a line per document; lines that begin with
                                     # are left out; --seconds: times without
                                     their fractions

Standard library only.
"""

import json
import re
import struct
import sys

TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


def canon(value, seconds):
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "real:" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        found = TIME.fullmatch(value) if seconds else None
        return "text:" + (found.group(1) + "Z" if found else value).encode().hex()
    if isinstance(value, list):
        return "[" + ",".join(canon(element, seconds) for element in value) + "]"
    pairs = sorted((key.encode().hex(), member) for key, member in value.items())
    return "{" + ",".join(key + ":" + canon(member, seconds) for key, member in pairs) + "}"


for line in sys.stdin.buffer:
    if not line.startswith(b"#"):
        print(canon(json.loads(line), "--seconds" in sys.argv[1:]))
