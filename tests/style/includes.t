#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the layers, and one module per library."""

import collections
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source

# A layer may include itself and these; what is not listed is a new edge.
LAYERS = {
    "base": [],
    "version": ["base"],
    "wire": ["base"],
    "db": ["base"],
    "http": ["base", "wire"],
    "formats": ["base", "wire", "version"],
    "index": ["base", "wire", "version"],
    "domain": ["base", "wire", "version", "db", "formats", "index"],
    "protocols": ["base", "wire", "version", "db", "formats", "index", "http", "domain"],
    "server": ["base", "wire", "version", "db", "formats", "index", "http", "domain",
               "protocols"],
    "admin": ["base", "wire", "version", "db", "formats", "index", "domain", "protocols"],
    "": ["base", "wire", "version", "db", "formats", "index", "http", "domain", "protocols",
         "server", "admin"],
}

# Health and metrics tell about the server, in the dress of a protocol.
EXCEPTIONS = {"src/protocols/operations/operations.c": ["server"]}

# Generated headers have no directory; only these files may name them.
GENERATED = {"queries.h": ["src/db/"], "hex_registry.pb-c.h": ["src/index/hexregistry.c"]}

# Libraries, and the one file that includes each of their headers.
LIBRARIES = {
    "archive.h": "src/formats/tar.c",
    "archive_entry.h": "src/formats/tar.c",
    "cmark-gfm.h": "src/formats/markdown.c",
    "cmark-gfm-core-extensions.h": "src/formats/markdown.c",
    "curl/curl.h": "src/base/transfer.c",
    "fcgiapp.h": "src/server/fcgi.c",
    "json-c/json.h": "src/wire/json_read.c",
    "libpq-fe.h": "src/db/session.h",
    "libxml/xmlreader.h": "src/wire/xmlrpc_read.c",
    "liboath/oath.h": "src/base/totp.c",
    "openssl/bn.h": "src/base/signature.c",
    "openssl/core_names.h": "src/base/signature.c",
    "openssl/err.h": "src/base/openssl.h",
    "openssl/evp.h": "src/base/openssl.h",
    "openssl/param_build.h": "src/base/signature.c",
    "openssl/pem.h": "src/base/signature.c",
    "openssl/rsa.h": "src/base/signature.c",
    "openssl/sha.h": "src/base/sha512.c",
    "openssl/x509.h": "src/base/certificate.c",
    "openssl/x509v3.h": "src/base/certificate.c",
    "sodium.h": "src/base/password.c",
    "sodium/crypto_generichash.h": "src/base/digest.c",
    "zlib.h": "src/base/gzip.c",
}

SYSTEM = re.compile(r"(sys|netinet|arpa|net|linux)/\w+\.h|"
                    r"(assert|ctype|dirent|dlfcn|errno|fcntl|fnmatch|ftw|getopt|grp|inttypes|"
                    r"limits|locale|math|netdb|poll|pthread|pwd|sched|setjmp|signal|spawn|"
                    r"stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|"
                    r"string|strings|syslog|termios|time|uchar|unistd|wchar)\.h")

SOURCES = source.files(["src"], (".c", ".h", ".def"))


def included(file, form):
    for number, line in enumerate(file.lines, 1):
        match = re.match(r"\s*#\s*include\s+" + form, line)
        if match:
            yield f"{file.path}:{number}", match.group(1)


def layers():
    """includes point to the layers below only."""
    for file in SOURCES:
        for place, name in included(file, r'"([^"]*)"'):
            layer = name.split("/")[0]
            if name in GENERATED:
                if not file.path.startswith(tuple(GENERATED[name])):
                    yield place, f"{name} belongs to {GENERATED[name][0]}"
            elif "/" not in name or layer not in LAYERS or ".." in name:
                yield place, f'"{name}" is not written as "directory/file.h"'
            elif file.layer not in LAYERS:
                yield place, f"src/{file.layer} is not in the table of layers"
            elif layer != file.layer and layer not in LAYERS[file.layer] \
                    and layer not in EXCEPTIONS.get(file.path, ()):
                yield place, f"{file.layer or 'a program'} may not include {name}"


def protocols():
    """no protocol includes another one."""
    for file in SOURCES:
        own = re.match(r"src/(protocols/\w+/)", file.path)
        for place, name in included(file, r'"(protocols/\w+/[^"]*)"'):
            inside = own and name.startswith(own.group(1))
            list_of_all = file.path in ("src/protocols/protocols.c", "src/protocols/protocol.c")
            if not inside and not list_of_all:
                yield place, f"{name} is private to its protocol"


def libraries():
    """each library is included by the one module that it belongs to."""
    for file in SOURCES:
        for place, name in included(file, "<([^>]*)>"):
            if SYSTEM.fullmatch(name):
                continue
            if name not in LIBRARIES:
                yield place, f"<{name}> is not in the table of libraries"
            elif LIBRARIES[name] != file.path:
                yield place, f"<{name}> belongs to {LIBRARIES[name]}"


def library_headers():
    """a header that includes a library stays within its own directory."""
    includers = collections.defaultdict(list)
    for file in SOURCES:
        for place, name in included(file, r'"([^"]*)"'):
            includers["src/" + name].append((place, file.path))
    wanted = [path for path in LIBRARIES.values() if path.endswith(".h")]
    for header in wanted:
        for place, path in includers[header]:
            if os.path.dirname(path) != os.path.dirname(header) or path.endswith(".h"):
                yield place, f"{header} is private, since it includes a library"


def own_header_first():
    """a module includes its own header first, which proves that it compiles alone."""
    known = {file.path for file in SOURCES}
    for file in SOURCES:
        own = file.path[:-2] + ".h"
        if not file.path.endswith(".c") or own not in known:
            continue
        first = next(included(file, r'["<]([^">]*)[">]'), (file.path, "nothing"))
        if "src/" + first[1] != own:
            yield first[0], f"{own} should come first, not {first[1]}"


def guards():
    """a header guards itself with its own name."""
    for file in SOURCES:
        if not file.path.endswith(".h"):
            continue
        guard = "ENTREPOT_" + re.sub(r"\W", "_", file.path[len("src/"):]).upper()
        if f"#ifndef {guard}\n#define {guard}\n" not in file.text:
            yield file.path, f"the guard is not {guard}"


def tests_apart():
    """nothing in src includes a test or a test library."""
    for file in SOURCES:
        for place, name in included(file, r'["<]([^">]*)[">]'):
            if name.startswith("tests/") or "cmocka" in name:
                yield place, name


source.run(layers, protocols, libraries, library_headers, own_header_first, guards, tests_apart)
