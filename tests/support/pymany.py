#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Python projects with a great many files.

  pymany.py upload URL TOKEN NAME KIND FROM TO    uploads them one after the other, prints "count status message"
  pymany.py rows STORE NAME KIND FROM TO          writes their bytes into the blob store in STORE, as uploads do, and
                                                  prints rows: version, file name, size, and the digests SHA-256, MD5,
                                                  BLAKE2b in hex; then size and SHA-256 of the metadata

KIND: "releases" are wheels 0.FROM.1 to 0.TO.1, "builds" are wheels FROM to TO of version 2.0.

Standard library only.
"""

import collections
import hashlib
import os
import sys

import pykit


def package(name, kind, number):
    if kind == "releases":
        return pykit.Package(name, f"0.{number}.1", python=">=3.8")
    return pykit.Package(name, "2.0", python=">=3.8", build=str(number))


def packages(name, kind, first, last):
    return (package(name, kind, number) for number in range(int(first), int(last) + 1))


def do_upload(url, token, *what):
    seen = collections.Counter(pykit.send(url, token, pykit.honest(p)) for p in packages(*what))
    for (status, text), count in sorted(seen.items()):
        print(count, status, text)


def put(store, data):
    digest = hashlib.sha256(data).hexdigest()
    directory = f"{store}/{digest[:2]}/{digest[2:4]}"
    os.makedirs(directory, exist_ok=True)
    with open(f"{directory}/{digest}", "wb") as out:
        out.write(data)
    return digest


def do_rows(store, *what):
    for p in packages(*what):
        wheel, metadata = pykit.wheel(p), p.metadata()
        print(p.version, pykit.wheel_name(p), len(wheel), put(store, wheel), hashlib.md5(wheel).hexdigest(),
              hashlib.blake2b(wheel, digest_size=32).hexdigest(), len(metadata), put(store, metadata), sep="\t")


{"upload": do_upload, "rows": do_rows}[sys.argv[1]](*sys.argv[2:])
