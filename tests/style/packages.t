#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the project wants installed is written down twice, for two readers."""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source

PACKAGES = "deploy/packages"
CONTROL = "deploy/debian/control"
# Debian takes these for granted when it builds; it wants its own tool beside them.
ESSENTIAL = {"gcc", "libc6-dev", "make"}
OWN = {"debhelper-compat"}


def text(path):
    with open(os.path.join(source.ROOT, path), encoding="utf-8") as file:
        return file.read()


def section(name):
    """The first choice of each line of deploy/packages."""
    lines = text(PACKAGES).split(f"[{name}]\n")[1].split("\n[")[0].split("\n")
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


def build_depends():
    field = re.search(r"^Build-Depends:(.*(?:\n[ \t].*)*)", text(CONTROL), re.M).group(1)
    return {item.split()[0] for item in field.split(",")}


def same():
    """a Debian package is built with what the build section of deploy/packages has."""
    wanted, given = section("build") - ESSENTIAL, build_depends() - OWN
    for name in sorted(wanted - given):
        yield CONTROL, f"{name} is not in Build-Depends"
    for name in sorted(given - wanted):
        yield PACKAGES, f"{name} is not in [build]"


source.run(same)
