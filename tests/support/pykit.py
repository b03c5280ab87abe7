#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Builds wheels and sdists without any build tool, and uploads them.

  pykit.py wheel [OPTION]... NAME VERSION     writes the file into --out DIR
  pykit.py sdist [OPTION]... NAME VERSION     (default: here), prints its path
  pykit.py upload URL TOKEN [OPTION]... NAME VERSION
                        sends one: prints the status, then the message
  pykit.py race URL TOKEN --copies N [OPTION]... NAME VERSION
                        N identical uploads at once: prints "count status message"
  pykit.py storm URL TOKEN --count N --jobs N --log FILE PREFIX
                        N projects; FILE gets a line "filename sha256" each time
                        a success has been answered
  pykit.py check URL FILE
                        every line of such a FILE is on its project's page and
                        downloads intact, also as metadata

URL is the address of the Python repository, TOKEN goes as the password of
__token__. Options: --sdist (of uploads), --python SPECIFIERS, --require
REQUIREMENT, --extra NAME, --header "Name: value", --description TEXT,
--tag PYTHON-ABI-PLATFORM, --build NUMBER, --pad BYTES (of noise), --evil KIND
(see pyevil.py), --form NAME=VALUE (a field of the form instead of the honest
one; @FILE).

Standard library only.
"""

import argparse
import base64
import collections
import csv
import dataclasses
import hashlib
import html
import io
import json
import random
import re
import sys
import tarfile
import threading
import time
import urllib.parse
import zipfile

import cratekit

TIME = (2020, 2, 2, 0, 0, 0)
BOUNDARY = "pykit-7d3f0b1c"


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def escaped(name):
    return canonical(name).replace("-", "_")


@dataclasses.dataclass
class Package:
    """What a distribution says of itself; its module NAME has NAME and VERSION."""
    name: str
    version: str
    python: str = ""
    requires: tuple = ()
    extras: tuple = ()
    headers: tuple = ()             # further lines "Name: value"
    description: str = "Made by *pykit*, schön.\n"
    metadata_version: str = "2.1"
    tag: str = "py3-none-any"
    build: str = ""
    pad: int = 0                    # bytes of noise in the wheel

    @property
    def stem(self):
        return f"{escaped(self.name)}-{self.version}"

    def metadata(self):
        lines = [f"Metadata-Version: {self.metadata_version}", f"Name: {self.name}",
                 f"Version: {self.version}", "Summary: made by pykit",
                 "Author-email: Py Kit <pykit@registry.example>",
                 "Description-Content-Type: text/markdown", *self.headers]
        lines += [f"Requires-Python: {self.python}"] if self.python else []
        lines += [f"Provides-Extra: {extra}" for extra in self.extras]
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        return ("\n".join(lines) + "\n\n" + self.description).encode()

    def module(self):
        return f"NAME = {self.name!r}\nVERSION = {self.version!r}\n".encode()


# --- wheels -----------------------------------------------------------------

def record(members):
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    for path, data in members:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.writerow([path, f"sha256={digest}", len(data)])
    return out.getvalue()


def wheel_members(package):
    info = f"{package.stem}.dist-info"
    build = f"Build: {package.build}\n" if package.build else ""
    members = [
        (f"{escaped(package.name)}.py", package.module()),
        (f"{info}/METADATA", package.metadata()),
        (f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: pykit\nRoot-Is-Purelib: true\n{build}"
                          f"Tag: {package.tag}\n".encode()),
        (f"{info}/top_level.txt", escaped(package.name).encode() + b"\n"),
    ]
    if package.pad:
        members.append((f"{escaped(package.name)}.bin", random.Random(1).randbytes(package.pad)))
    listed = record(members) + f"{info}/RECORD,,\n"
    return members + [(f"{info}/RECORD", listed.encode())]


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members:
            info = zipfile.ZipInfo(path, TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def wheel_name(package):
    build = f"-{package.build}" if package.build else ""
    return f"{package.stem}{build}-{package.tag}.whl"


def wheel(package):
    return zipped(wheel_members(package))


# --- sdists -----------------------------------------------------------------

def setup(package):
    """What setuptools builds the same package from."""
    arguments = {"name": package.name, "version": package.version, "py_modules": [escaped(package.name)],
                 "install_requires": [r for r in package.requires if "extra ==" not in r]}
    if package.python:
        arguments["python_requires"] = package.python
    inside = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    return f"from setuptools import setup\nsetup({inside})\n".encode()


def sdist_members(package):
    return [
        ("PKG-INFO", package.metadata()),
        ("pyproject.toml", b'[build-system]\nrequires = ["setuptools"]\n'
                           b'build-backend = "setuptools.build_meta"\n'),
        ("setup.py", setup(package)),
        (f"{escaped(package.name)}.py", package.module()),
    ]


def tarred(prefix, members, *extra):
    """EXTRA are pairs of a TarInfo and its bytes."""
    made = [cratekit.member(prefix + path, data) for path, data in members]
    return cratekit.squeeze(cratekit.tar(made + list(extra), tarfile.PAX_FORMAT))


def sdist_name(package):
    return f"{package.stem}.tar.gz"


def sdist(package):
    return tarred(f"{package.stem}/", sdist_members(package))


# --- the form ---------------------------------------------------------------

@dataclasses.dataclass
class Upload:
    """One request, as uploaders make it: metadata first, the file last."""
    filename: str
    content: bytes
    fields: list                    # of (name, value)
    content_type: str = "application/octet-stream"
    raw: bytes = None               # instead of the form's bytes

    def change(self, name, *values):
        self.fields = [f for f in self.fields if f[0] != name] + [(name, value) for value in values]
        return self

    def digests(self):
        """Those of the content, as clients compute them."""
        self.change("md5_digest", hashlib.md5(self.content).hexdigest())
        self.change("sha256_digest", hashlib.sha256(self.content).hexdigest())
        return self.change("blake2_256_digest", hashlib.blake2b(self.content, digest_size=32).hexdigest())

    def body(self):
        if self.raw is not None:
            return self.raw
        parts = []
        for name, value in self.fields:
            value = value if isinstance(value, bytes) else value.encode()
            parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
                         + value + b"\r\n")
        filename = self.filename if isinstance(self.filename, bytes) else self.filename.encode()
        if filename:
            parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="'.encode()
                         + filename + f'"\r\nContent-Type: {self.content_type}\r\n\r\n'.encode()
                         + self.content + b"\r\n")
        return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


FORM = {"Summary": "summary", "Author-email": "author_email", "Classifier": "classifiers",
        "Project-URL": "project_urls", "License-Expression": "license_expression",
        "Dynamic": "dynamic", "Keywords": "keywords", "Home-page": "home_page"}


def honest(package, source=False):
    filename = sdist_name(package) if source else wheel_name(package)
    content = sdist(package) if source else wheel(package)
    fields = [("name", package.name), ("version", package.version),
              ("filetype", "sdist" if source else "bdist_wheel"),
              ("pyversion", "source" if source else package.tag.split("-")[0]),
              ("metadata_version", package.metadata_version), ("summary", "made by pykit"),
              ("author_email", "Py Kit <pykit@registry.example>"), ("description", package.description),
              ("description_content_type", "text/markdown")]
    fields += [(FORM[name], value) for name, value in
               (header.split(": ", 1) for header in package.headers) if name in FORM]
    fields += [("requires_python", package.python)] if package.python else []
    fields += [("requires_dist", requirement) for requirement in package.requires]
    fields += [("provides_extra", extra) for extra in package.extras]
    upload = Upload(filename, content, fields).digests()
    upload.fields += [(":action", "file_upload"), ("protocol_version", "1")]
    return upload


def authorization(token):
    return "Basic " + base64.b64encode(f"__token__:{token}".encode()).decode()


def send(url, token, upload):
    """(status, message)"""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
               "Accept": "application/json;q=0.9, text/plain;q=0.8", "User-Agent": "pykit"}
    if token:
        headers["Authorization"] = authorization(token)
    status, answer = cratekit.fetch(url, "/legacy/", "POST", upload.body(), headers)
    return status, message(answer)


def message(answer):
    try:
        return json.loads(answer)["code"].split(" ", 1)[1]
    except (ValueError, KeyError, IndexError, TypeError):
        return answer.decode(errors="replace")


# --- commands ---------------------------------------------------------------

def package_of(arguments):
    return Package(arguments.name, arguments.version, arguments.python, tuple(arguments.require),
                   tuple(arguments.extra), tuple(arguments.header), arguments.description,
                   arguments.metadata_version, arguments.tag, arguments.build, arguments.pad)


def upload_of(arguments):
    package = package_of(arguments)
    if arguments.evil:
        import pyevil
        upload = pyevil.EVIL[arguments.evil](package)
    else:
        upload = honest(package, arguments.sdist)
    changes = collections.defaultdict(list)
    for change in arguments.form:
        name, _, value = change.partition("=")
        if value.startswith("@"):
            with open(value[1:], "rb") as file:
                value = file.read()
        changes[name].append(value)
    for name, values in changes.items():
        upload.change(name, *values)
    return upload


def do_file(arguments):
    package = package_of(arguments)
    name, data = (sdist_name(package), sdist(package)) if arguments.verb == "sdist" \
        else (wheel_name(package), wheel(package))
    path = f"{arguments.out}/{name}"
    with open(path, "wb") as out:
        out.write(data)
    print(path)


def do_upload(arguments):
    status, text = send(arguments.url, arguments.token, upload_of(arguments))
    print(status)
    print(text)


def do_race(arguments):
    upload = upload_of(arguments)
    barrier = threading.Barrier(arguments.copies)
    seen = []

    def one(_):
        barrier.wait()
        seen.append(send(arguments.url, arguments.token, upload))

    cratekit.in_threads(arguments.copies, one)
    for (status, text), count in sorted(collections.Counter(seen).items()):
        print(count, status, text)


def do_storm(arguments):
    """Every other one is an sdist; each is tried until it is answered with a success, as clients do."""
    pending = collections.deque(range(arguments.count))
    lock = threading.Lock()
    failures = collections.Counter()
    log = open(arguments.log, "a", buffering=1)

    def one(_):
        while True:
            try:
                number = pending.popleft()
            except IndexError:
                return
            upload = honest(Package(f"{arguments.prefix}-{number}", "1.0"), number % 2 == 1)
            for _ in range(200):
                status, text = send(arguments.url, arguments.token, upload)
                if status == 200:
                    break
                with lock:
                    failures[status] += 1
                if 400 <= status < 500:
                    print(upload.filename, status, text, file=sys.stderr)
                    break
                time.sleep(0.1)
            if status == 200:
                with lock:
                    log.write(f"{upload.filename} {hashlib.sha256(upload.content).hexdigest()}\n")

    cratekit.in_threads(arguments.jobs, one)
    for status, count in sorted(failures.items()):
        print(count, status)


def page_links(page):
    """file name → (address, its digest, the metadata's digest or None)"""
    links = {}
    for attributes, name in re.findall(r"<a ([^>]*)>([^<]*)</a>", page.decode()):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        address, _, digest = html.unescape(found["href"]).partition("#sha256=")
        links[name] = address, digest, found.get("data-core-metadata", "").removeprefix("sha256=") or None
    return links


def digest_at(url, address):
    parts = urllib.parse.urlsplit(urllib.parse.urljoin(url + "/simple/x/", address))
    status, data = cratekit.fetch(f"{parts.scheme}://{parts.netloc}", parts.path)
    return hashlib.sha256(data).hexdigest() if status == 200 else f"status {status}"


def check_file(url, name, digest):
    project = canonical(name.rsplit("-", 1)[0] if name.endswith(".gz") else name.split("-")[0])
    status, page = cratekit.fetch(url, f"/simple/{project}/")
    if status != 200 or name not in page_links(page):
        return f"not on its page (status {status})"
    address, stated, metadata = page_links(page)[name]
    if stated != digest or digest_at(url, address) != digest:
        return "other bytes"
    if name.endswith(".whl") and digest_at(url, address + ".metadata") != metadata:
        return "other metadata"
    return None


def do_check(arguments):
    wrong = 0
    for line in open(arguments.log):
        name, digest = line.split()
        fault = check_file(arguments.url, name, digest)
        if fault:
            print(f"{name}: {fault}")
            wrong += 1
    print(f"{wrong} wrong")
    return wrong == 0


COMMANDS = {"wheel": do_file, "sdist": do_file, "upload": do_upload, "race": do_race,
            "storm": do_storm, "check": do_check}


def parse():
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in COMMANDS:
        sub = verbs.add_parser(verb)
        if verb in ("upload", "race", "storm", "check"):
            sub.add_argument("url")
        if verb in ("upload", "race", "storm"):
            sub.add_argument("token")
        if verb in ("wheel", "sdist", "upload", "race"):
            for option in ("python", "build"):
                sub.add_argument(f"--{option}", default="")
            sub.add_argument("--description", default=Package.description)
            for option in ("require", "extra", "header", "form"):
                sub.add_argument(f"--{option}", action="append", default=[])
            sub.add_argument("--metadata-version", default="2.1")
            sub.add_argument("--pad", type=int, default=0)
            sub.add_argument("--tag", default="py3-none-any")
            sub.add_argument("--sdist", action="store_true")
            sub.add_argument("--evil")
            sub.add_argument("--out", default=".")
            sub.add_argument("name")
            sub.add_argument("version")
    verbs.choices["race"].add_argument("--copies", type=int, default=16)
    verbs.choices["storm"].add_argument("--count", type=int, default=100)
    verbs.choices["storm"].add_argument("--jobs", type=int, default=8)
    verbs.choices["storm"].add_argument("--log", default="/dev/null")
    verbs.choices["storm"].add_argument("prefix")
    verbs.choices["check"].add_argument("log")
    return parser.parse_args()


def main():
    arguments = parse()
    sys.exit(COMMANDS[arguments.verb](arguments) is False)


if __name__ == "__main__":
    main()
