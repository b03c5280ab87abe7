#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes xid.def: the code points that may begin or continue an identifier.

Python's own str.isidentifier() is defined by XID_Start (and the underscore)
and XID_Continue, so it knows the tables of its Unicode version. Surrogates
are neither and are left out by it.
"""

import sys
import unicodedata


def ranges(wanted):
    first = last = None
    for c in range(0x110000):
        if wanted(chr(c)):
            first = c if first is None else first
            last = c
        elif first is not None:
            yield first, last
            first = None


def start(c):
    return c != "_" and c.isidentifier()


def further(c):
    return not start(c) and ("a" + c).isidentifier()


def table(macro, wanted):
    line = ""
    for first, last in ranges(wanted):
        entry = f"{macro}(0x{first:04X}, 0x{last:04X})"
        if len(line) + len(entry) > 98:
            print(line.rstrip())
            line = ""
        line += entry + " "
    print(line.rstrip())


print(f"""/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identifier characters of UAX 31, Unicode {unicodedata.unidata_version}: S(first, last) is a
 * range of XID_Start, C(first, last) one of XID_Continue without XID_Start.
 * Both are sorted. Written by: python3 src/base/xid.py >src/base/xid.def
 */""")
table("S", start)
table("C", further)
sys.stdout.flush()
