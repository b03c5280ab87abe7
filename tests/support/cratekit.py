#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Builds crates and publish bodies, good and malicious, and sends them.

  cratekit.py crate NAME VERSION               the .crate on stdout
  cratekit.py body [--evil KIND] [--meta JSON] NAME VERSION
                                               a publish body on stdout
  (JSON changes the metadata; @FILE reads it from there)
  cratekit.py kinds                            every KIND, one per line
  cratekit.py publish URL TOKEN [--evil KIND] [--meta JSON] [--weight BYTES] NAME VERSION
                                               prints status, then the answer
  cratekit.py race URL TOKEN --copies N NAME VERSION
                                               N identical publishes at once:
                                               prints "count status detail"
  cratekit.py storm URL TOKEN --count N --jobs N [--log FILE] PREFIX
                                               N crates; FILE gets one line
                                               "name version sha256" each time
                                               a success has been answered
  cratekit.py check URL FILE                   every line of such a FILE is in
                                               the index and downloads intact
  cratekit.py load URL --seconds S --jobs N PATH...
                                               GETs; prints "requests failures"
  cratekit.py traffic URL TOKEN --until FILE [--retries N] [--log FILE] PREFIX PATH...
                                               16 clients GET and 4 publish until the
                                               file is there; prints "reads publishes
                                               retries failures"

Standard library only.
"""

import argparse
import collections
import gzip
import hashlib
import http.client
import io
import json
import os
import struct
import sys
import tarfile
import threading
import time
import urllib.parse
import zlib

MANIFEST = """[package]
edition = "2021"
name = "{name}"
version = "{version}"
description = "made by cratekit"
license = "MIT"
"""


# --- crates -----------------------------------------------------------------

def manifest(name, version):
    return MANIFEST.format(name=name, version=version).encode()


def sources(name, version):
    """The members of an honest crate: path below the prefix → bytes."""
    return {
        "Cargo.toml": manifest(name, version),
        "Cargo.toml.orig": manifest(name, version),
        "src/lib.rs": b"pub fn name() -> &'static str { \"%s\" }\n" % name.encode(),
    }


def member(path, data=b"", kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(path)
    info.type = kind
    info.mode = 0o644
    info.mtime = 1153704088
    info.linkname = target
    info.size = len(data)
    return info, data


def tar(members, form=tarfile.GNU_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form,
                      encoding="utf-8", errors="surrogateescape") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def squeeze(data):
    return gzip.compress(data, 6, mtime=0)


def honest_members(name, version):
    prefix = f"{name}-{version}/"
    return [member(prefix + path, data)
            for path, data in sources(name, version).items()]


def crate(name, version, weight=0):
    """WEIGHT bytes of it cannot be compressed."""
    noise = [member(f"{name}-{version}/noise.bin", os.urandom(weight))] if weight else []
    return squeeze(tar(honest_members(name, version) + noise))


def metadata(name, version, **changes):
    meta = {
        "name": name, "vers": version, "deps": [], "features": {},
        "authors": [], "description": "made by cratekit",
        "documentation": None, "homepage": None, "readme": None,
        "readme_file": None, "keywords": [], "categories": [],
        "license": "MIT", "license_file": None, "repository": None,
        "badges": {}, "links": None, "rust_version": None,
    }
    meta.update(changes)
    return meta


def frame(meta, blob):
    if not isinstance(meta, bytes):
        meta = json.dumps(meta).encode()
    return struct.pack("<I", len(meta)) + meta + struct.pack("<I", len(blob)) + blob


# --- malice -----------------------------------------------------------------

EVIL = {}


def evil(build):
    EVIL[build.__name__.replace("_", "-")] = build
    return build


def with_members(name, version, *extra, without=()):
    prefix = f"{name}-{version}/"
    honest = [(info, data) for info, data in honest_members(name, version)
              if info.name[len(prefix):] not in without]
    return frame(metadata(name, version), squeeze(tar(honest + list(extra))))


def with_manifest(name, version, text):
    return with_members(name, version,
                        member(f"{name}-{version}/Cargo.toml", text),
                        without=["Cargo.toml"])


@evil
def empty_body(name, version):
    return b""


@evil
def short_length(name, version):
    return b"\x05\x00"


@evil
def metadata_length_lies(name, version):
    return struct.pack("<I", 5000) + b'{"name":"x"}'


@evil
def metadata_length_huge(name, version):
    return struct.pack("<I", 0xFFFFFFFF) + b"{}"


@evil
def metadata_too_large(name, version):
    meta = json.dumps(metadata(name, version, readme="x" * (1 << 20))).encode()
    return frame(meta, crate(name, version))


@evil
def metadata_not_json(name, version):
    return frame(b"name=x&vers=1", crate(name, version))


@evil
def metadata_trailing_garbage(name, version):
    meta = json.dumps(metadata(name, version)).encode() + b" x"
    return frame(meta, crate(name, version))


@evil
def metadata_array(name, version):
    return frame(b"[]", crate(name, version))


@evil
def metadata_deep(name, version):
    return frame(b'{"name":' + b"[" * 100000 + b"]" * 100000 + b"}",
                 crate(name, version))


@evil
def metadata_without_name(name, version):
    return frame({"vers": version}, crate(name, version))


@evil
def metadata_invalid_utf8(name, version):
    meta = json.dumps(metadata(name, version, description="D")).encode()
    return frame(meta.replace(b'"D"', b'"\xff\xfe\xc3\x28"'), crate(name, version))


@evil
def metadata_name_nul(name, version):
    return frame(metadata(name + "\0x", version), crate(name, version))


@evil
def metadata_readme_nul(name, version):
    return frame(metadata(name, version, readme="a\0b", readme_file="README.md"),
                 crate(name, version))


@evil
def tarball_length_missing(name, version):
    meta = json.dumps(metadata(name, version)).encode()
    return struct.pack("<I", len(meta)) + meta + b"\x01"


@evil
def tarball_length_lies(name, version):
    body = frame(metadata(name, version), crate(name, version))
    return body[:-10]


@evil
def tarball_too_large(name, version):
    meta = json.dumps(metadata(name, version)).encode()
    size = 10 * 1024 * 1024 + 1
    return struct.pack("<I", len(meta)) + meta + struct.pack("<I", size) + bytes(size)


@evil
def tarball_empty(name, version):
    return frame(metadata(name, version), b"")


@evil
def tarball_not_gzip(name, version):
    return frame(metadata(name, version), tar(honest_members(name, version)))


@evil
def tarball_random(name, version):
    return frame(metadata(name, version), b"\x1f\x8b\x08" + bytes(range(256)) * 4)


@evil
def tarball_gzip_truncated(name, version):
    return frame(metadata(name, version), crate(name, version)[:-20])


@evil
def tarball_tar_truncated(name, version):
    data = tar(honest_members(name, version))
    return frame(metadata(name, version), squeeze(data[:700]))


@evil
def tarball_bomb(name, version):
    """600 MiB of zeros in about 600 KB."""
    prefix = f"{name}-{version}/"
    size = 600 << 20
    info, _ = member(prefix + "zeros")
    info.size = size
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = [packer.compress(info.tobuf(tarfile.GNU_FORMAT))]
    chunk = bytes(1 << 20)
    for _ in range(size >> 20):
        out.append(packer.compress(chunk))
    out.append(packer.compress(tar(honest_members(name, version))))
    out.append(packer.flush())
    return frame(metadata(name, version), b"".join(out))


@evil
def tarball_symlink(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/link", kind=tarfile.SYMTYPE, target="/etc/passwd"))


@evil
def tarball_hardlink(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/link", kind=tarfile.LNKTYPE,
        target=f"{name}-{version}/Cargo.toml"))


@evil
def tarball_fifo(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/pipe", kind=tarfile.FIFOTYPE))


@evil
def tarball_device(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/null", kind=tarfile.CHRTYPE))


@evil
def tarball_absolute_path(name, version):
    return with_members(name, version, member("/etc/cron.d/x", b"x"))


@evil
def tarball_dotdot_path(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/../../x", b"x"))


@evil
def tarball_wrong_prefix(name, version):
    return with_members(name, version, member("other-1.0.0/x", b"x"))


@evil
def tarball_longer_prefix(name, version):
    return with_members(name, version, member(f"{name}-{version}x/y", b"x"))


@evil
def tarball_path_invalid_utf8(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/\udcff\udcfe", b"x"))


@evil
def tarball_two_manifests(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/cargo.toml", manifest(name, version)))


@evil
def tarball_same_manifest_twice(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/Cargo.toml", manifest("other", version)))


@evil
def tarball_wrong_case_manifest(name, version):
    return with_members(name, version, member(
        f"{name}-{version}/CARGO.TOML", manifest(name, version)),
        without=["Cargo.toml"])


@evil
def tarball_without_manifest(name, version):
    return with_members(name, version, without=["Cargo.toml"])


@evil
def tarball_pax_size_lies(name, version):
    info, data = member(f"{name}-{version}/big", b"x" * 2000)
    info.pax_headers = {"size": "1"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for honest, content in honest_members(name, version):
            archive.addfile(honest, io.BytesIO(content))
        archive.addfile(info, io.BytesIO(data))
    return frame(metadata(name, version), squeeze(out.getvalue()))


@evil
def manifest_not_toml(name, version):
    return with_manifest(name, version, b"[package\nname = ")


@evil
def manifest_invalid_utf8(name, version):
    return with_manifest(name, version,
                         manifest(name, version) + b'x = "\xff\xfe"\n')


@evil
def manifest_nul(name, version):
    return with_manifest(name, version, manifest(name, version) + b"\0\n")


@evil
def manifest_deep(name, version):
    return with_manifest(name, version, manifest(name, version)
                         + b"x = " + b"[" * 50000 + b"]" * 50000 + b"\n")


@evil
def manifest_without_package(name, version):
    return with_manifest(name, version, b"[dependencies]\n")


@evil
def manifest_other_name(name, version):
    return with_manifest(name, version, manifest("other", version))


@evil
def manifest_other_version(name, version):
    return with_manifest(name, version, manifest(name, "9.9.9"))


@evil
def manifest_patch(name, version):
    return with_manifest(name, version, manifest(name, version)
                         + b'[patch.crates-io]\nx = { path = "x" }\n')


# --- HTTP -------------------------------------------------------------------

def connect(url, timeout=120):
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname, parts.port, timeout=timeout)


def fetch(url, path, method="GET", body=None, headers=None):
    """(status, body) behind redirects; status 0 when there was no answer at all."""
    connection = connect(url)
    try:
        connection.request(method, urllib.parse.urlsplit(url).path + path, body=body,
                           headers={"User-Agent": "cratekit", **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        location = answer.getheader("Location")
        if answer.status == 302 and location:
            return fetch(urllib.parse.urljoin(location, "/")[:-1],
                         urllib.parse.urlsplit(location).path)
        return answer.status, content
    except (OSError, http.client.HTTPException) as reason:
        return 0, repr(reason).encode()
    finally:
        connection.close()


def publish(url, token, body):
    return fetch(url, "/api/v1/crates/new", "PUT", body, {
        "Authorization": token, "Accept": "application/json"})


def detail(answer):
    try:
        return json.loads(answer)["errors"][0]["detail"]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def index_path(name):
    name = name.lower()
    if len(name) < 3:
        return f"{len(name)}/{name}"
    if len(name) == 3:
        return f"3/{name[0]}/{name}"
    return f"{name[:2]}/{name[2:4]}/{name}"


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- commands ---------------------------------------------------------------

def build(arguments):
    if arguments.evil:
        return EVIL[arguments.evil](arguments.name, arguments.version)
    changes = arguments.meta
    if changes.startswith("@"):
        with open(changes[1:], encoding="utf-8") as file:
            changes = file.read()
    changes = json.loads(changes)
    return frame(metadata(arguments.name, arguments.version, **changes),
                 crate(arguments.name, arguments.version, arguments.weight))


def do_publish(arguments):
    status, answer = publish(arguments.url, arguments.token, build(arguments))
    print(status)
    print(answer.decode(errors="replace"))


def do_race(arguments):
    body = build(arguments)
    barrier = threading.Barrier(arguments.copies)
    seen = []

    def one(_):
        barrier.wait()
        status, answer = publish(arguments.url, arguments.token, body)
        seen.append((status, detail(answer)))

    in_threads(arguments.copies, one)
    for (status, text), count in sorted(collections.Counter(seen).items()):
        print(count, status, text)


def do_storm(arguments):
    pending = list(range(arguments.count))
    lock = threading.Lock()
    results = collections.Counter()
    log = open(arguments.log, "a", buffering=1)

    def one(_):
        while True:
            with lock:
                if not pending:
                    return
                number = pending.pop(0)
            name = f"{arguments.name}-{number}"
            blob = crate(name, "1.0.0")
            status, answer = publish(arguments.url, arguments.token,
                                     frame(metadata(name, "1.0.0"), blob))
            with lock:
                results[status] += 1
                if status == 200:
                    digest = hashlib.sha256(blob).hexdigest()
                    log.write(f"{name} 1.0.0 {digest}\n")
                elif arguments.verbose:
                    print(status, answer[:200], file=sys.stderr)
            # else all would be refused before a slow database is back
            if status == 503:
                time.sleep(0.5)

    in_threads(arguments.jobs, one)
    for status, count in sorted(results.items()):
        print(count, status)


def do_check(arguments):
    wrong = 0
    for line in open(arguments.log):
        name, version, digest = line.split()
        status, text = fetch(arguments.url, "/index/" + index_path(name))
        entries = []
        if status == 200:
            entries = [json.loads(entry) for entry in text.splitlines()]
        if not any(entry["vers"] == version and entry["cksum"] == digest
                   for entry in entries):
            print(f"{name} {version}: not in the index (status {status})")
            wrong += 1
        status, blob = fetch(arguments.url,
                             f"/api/v1/crates/{name}/{version}/download")
        if status != 200 or hashlib.sha256(blob).hexdigest() != digest:
            print(f"{name} {version}: download gives {status}, other bytes")
            wrong += 1
    print(f"{wrong} wrong")
    return wrong == 0


def do_load(arguments):
    end = time.monotonic() + arguments.seconds
    totals = [0, 0]
    lock = threading.Lock()

    def one(number):
        good = bad = 0
        while time.monotonic() < end:
            path = arguments.paths[(number + good) % len(arguments.paths)]
            status, answer = fetch(arguments.url, path)
            if status in (200, 304):
                good += 1
            else:
                bad += 1
                print(status, path, answer[:200], file=sys.stderr)
        with lock:
            totals[0] += good
            totals[1] += bad

    in_threads(arguments.jobs, one)
    print(*totals)


RETRIED = (0, 500, 502, 503, 504)
READERS, WRITERS = 16, 4


def do_traffic(arguments):
    totals = collections.Counter()
    lock = threading.Lock()
    log = open(arguments.log, "a", buffering=1)

    def persist(ask):
        """As clients do: again after a pause, when the registry is in trouble."""
        status, answer = ask()
        for _ in range(arguments.retries):
            if status not in RETRIED:
                break
            with lock:
                totals["retries"] += 1
            time.sleep(0.3)
            status, answer = ask()
            # the first try may have been done without an answer
            if b"is already uploaded" in answer:
                status = 200
        return status, answer

    def read(number):
        path = arguments.paths[number % len(arguments.paths)]
        return "reads", *persist(lambda: fetch(arguments.url, path))

    def write(number):
        name = f"{arguments.name}-{number}"
        blob = crate(name, "1.0.0")
        body = frame(metadata(name, "1.0.0"), blob)
        status, answer = persist(lambda: publish(arguments.url, arguments.token, body))
        if status == 200:
            with lock:
                log.write(f"{name} 1.0.0 {hashlib.sha256(blob).hexdigest()}\n")
        return "publishes", status, answer

    def one(client):
        number = client * 100000
        while not os.path.exists(arguments.until):
            kind, status, answer = (read if client < READERS else write)(number)
            number += 1
            # busy, not more than a small machine can do
            time.sleep(0.05 if client < READERS else 0.1)
            with lock:
                totals[kind if status in (200, 304) else "failures"] += 1
            if status not in (200, 304):
                print(kind, status, answer[:200], file=sys.stderr)

    in_threads(READERS + WRITERS, one)
    print(*(totals[kind] for kind in ("reads", "publishes", "retries", "failures")))


def parse():
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("crate", "body", "publish", "race", "storm", "check", "load", "traffic", "kinds"):
        sub = verbs.add_parser(verb)
        if verb in ("publish", "race", "storm", "check", "load", "traffic"):
            sub.add_argument("url")
        if verb in ("publish", "race", "storm", "traffic"):
            sub.add_argument("token")
        if verb in ("crate", "body", "publish", "race", "storm", "traffic"):
            sub.add_argument("name")
        if verb in ("crate", "body", "publish", "race"):
            sub.add_argument("version")
            sub.add_argument("--evil", choices=sorted(EVIL))
            sub.add_argument("--meta", default="{}")
            sub.add_argument("--weight", type=int, default=0)
        if verb == "race":
            sub.add_argument("--copies", type=int, default=32)
        if verb in ("storm", "load"):
            sub.add_argument("--jobs", type=int, default=8)
        if verb == "storm":
            sub.add_argument("--count", type=int, default=200)
            sub.add_argument("--verbose", action="store_true")
        if verb in ("storm", "traffic"):
            sub.add_argument("--log", default="/dev/null")
        if verb == "traffic":
            sub.add_argument("--until", required=True)
            sub.add_argument("--retries", type=int, default=0)
            sub.add_argument("paths", nargs="+")
        if verb == "check":
            sub.add_argument("log")
        if verb == "load":
            sub.add_argument("--seconds", type=float, default=3)
            sub.add_argument("paths", nargs="+")
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.verb == "kinds":
        print("\n".join(EVIL))
    elif arguments.verb == "crate":
        sys.stdout.buffer.write(crate(arguments.name, arguments.version))
    elif arguments.verb == "body":
        sys.stdout.buffer.write(build(arguments))
    else:
        commands = {"publish": do_publish, "race": do_race, "storm": do_storm,
                    "check": do_check, "load": do_load, "traffic": do_traffic}
        return 1 if commands[arguments.verb](arguments) is False else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
