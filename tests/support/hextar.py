#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Builds Hex packages without Erlang, shaped as clients shape them.

  hextar.py [--shape SHAPE] [--require NAME=REQUIREMENT]... NAME VERSION
                        the package on stdout; SHAPE is how requirements are
                        written: rebar3 (a key/value list, the default), mix
                        (a list of lists, with the repository) or map

Standard library only.
"""

import argparse
import gzip
import hashlib
import io
import sys
import tarfile


def binary(text):
    """As mix prints it: what is not plain ASCII is a list of bytes."""
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'<<"{escaped}">>'
    return "<<" + ",".join(str(byte) for byte in text.encode()) + ">>"


def pairs(items):
    return "[" + ",".join(f"{{{binary(key)},{value}}}" for key, value in items) + "]"


def requirement_rebar3(name, requirement):
    return f"{{{binary(name)}," + pairs([("app", binary(name)), ("optional", "false"),
                                        ("requirement", binary(requirement))]) + "}"


def requirement_mix(name, requirement):
    return pairs([("name", binary(name)), ("app", binary(name)), ("optional", "false"),
                  ("requirement", binary(requirement)), ("repository", binary("hexpm"))])


def requirement_map(name, requirement):
    return f"{binary(name)} => #{{{binary('app')} => {binary(name)}," \
           f"{binary('requirement')} => {binary(requirement)}}}"


SHAPES = {
    "rebar3": (requirement_rebar3, "[", "]"),
    "mix": (requirement_mix, "[", "]"),
    "map": (requirement_map, "#{", "}"),
}


def requirements(shape, wanted):
    write, before, behind = SHAPES[shape]
    return before + ",".join(write(*pair) for pair in wanted) + behind


def metadata(name, version, wanted=(), shape="rebar3", description="made by hextar"):
    fields = [
        ("app", binary(name)),
        ("build_tools", f"[{binary('mix' if shape == 'mix' else 'rebar3')}]"),
        ("description", binary(description)),
        ("files", f"[{binary('lib')},{binary(f'lib/{name}.ex')}]"),
        ("licenses", f"[{binary('MIT')}]"),
        ("links", pairs([("Home", binary("https://registry.example/"))])),
        ("name", binary(name)),
        ("requirements", requirements(shape, wanted)),
        ("version", binary(version)),
    ]
    return "".join(f"{{{binary(key)},{value}}}.\n" for key, value in fields).encode()


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, data in members:
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.mtime = len(data), 0o644, 946684800
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def package(name, version, wanted=(), **options):
    """The bytes of a package that requires WANTED, pairs of name and requirement."""
    text = metadata(name, version, wanted, **options)
    source = f"defmodule Made do\n  def name, do: {name!r}\nend\n".encode()
    contents = gzip.compress(tar([(f"lib/{name}.ex", source)]), 6, mtime=0)
    checksum = hashlib.sha256(b"3" + text + contents).hexdigest().upper().encode()
    return tar([("VERSION", b"3"), ("CHECKSUM", checksum), ("metadata.config", text),
                ("contents.tar.gz", contents)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, default="rebar3")
    parser.add_argument("--require", action="append", default=[])
    parser.add_argument("--description", default="made by hextar, schön")
    parser.add_argument("name")
    parser.add_argument("version")
    options = parser.parse_args()
    wanted = [pair.split("=", 1) for pair in options.require]
    sys.stdout.buffer.write(package(options.name, options.version, wanted,
                                    shape=options.shape, description=options.description))


if __name__ == "__main__":
    main()
