# SPDX-License-Identifier: Apache-2.0
"""Uploads that nobody should send: each function makes one of an honest
package. Used by pykit.py (--evil KIND) and e2e/pypi_refusals.t."""

import io
import random
import struct
import tarfile
import warnings
import zipfile
import zlib

import cratekit
import pykit

EVIL = {}

# that a name is given twice is meant
warnings.filterwarnings("ignore", "Duplicate name")


def evil(build):
    EVIL[build.__name__.replace("_", "-")] = build
    return build


def with_content(package, content, source=False):
    upload = pykit.honest(package, source)
    upload.content = content
    return upload.digests()


def with_filename(package, filename, source=False):
    upload = pykit.honest(package, source)
    upload.filename = filename
    return upload


def with_field(package, name, *values):
    return pykit.honest(package).change(name, *values)


# --- the request ------------------------------------------------------------

def raw(package, body):
    upload = pykit.honest(package)
    upload.raw = body
    return upload


@evil
def body_empty(package):
    return raw(package, b"")


@evil
def body_urlencoded(package):
    return raw(package, b":action=file_upload&name=" + package.name.encode())


@evil
def body_unfinished(package):
    return raw(package, pykit.honest(package).body()[:-len(pykit.BOUNDARY) - 8])


@evil
def body_only_boundaries(package):
    return raw(package, f"--{pykit.BOUNDARY}\r\n".encode() * 100000)


@evil
def fields_many(package):
    upload = pykit.honest(package)
    upload.fields += [(f"field-{n}", "x") for n in range(100000)]
    return upload


@evil
def field_repeated(package):
    return with_field(package, "classifiers", *["Private :: x"] * 100000)


@evil
def fields_large(package):
    return with_field(package, "description", "x" * (64 << 20))


@evil
def part_headers_large(package):
    head = f"--{pykit.BOUNDARY}\r\n".encode() + b"X-Padding: " + b"x" * (1 << 20) + b"\r\n"
    return raw(package, head + pykit.honest(package).body())


@evil
def part_nested(package):
    inside = b'Content-Disposition: form-data; name="content"\r\nContent-Type: multipart/mixed; boundary=inside\r\n\r\n' \
             b'--inside\r\nContent-Disposition: file; filename="x.whl"\r\n\r\nx\r\n--inside--\r\n'
    return raw(package, f"--{pykit.BOUNDARY}\r\n".encode() + inside + f"--{pykit.BOUNDARY}--\r\n".encode())


@evil
def content_twice(package):
    body = pykit.honest(package).body()
    at = body.index(b'--' + pykit.BOUNDARY.encode() + b'\r\nContent-Disposition: form-data; name="content"')
    end = body.rindex(b"--" + pykit.BOUNDARY.encode())
    return raw(package, body[:end] + body[at:])


@evil
def content_missing(package):
    return with_filename(package, "")


@evil
def content_is_image(package):
    upload = pykit.honest(package)
    upload.content_type = "image/png"
    return upload


@evil
def name_as_file(package):
    body = pykit.honest(package).body()
    return raw(package, body.replace(b'name="name"', b'name="name"; filename="x"', 1))


# --- texts ------------------------------------------------------------------

@evil
def name_nul(package):
    return with_field(package, "name", package.name + "\0")


@evil
def name_twice(package):
    return with_field(package, "name", package.name, "other")


@evil
def version_nul(package):
    return with_field(package, "version", package.version + "\0")


@evil
def summary_latin1(package):
    return with_field(package, "summary", "schön".encode("latin-1"))


@evil
def summary_surrogate(package):
    return with_field(package, "summary", b"\xed\xa0\x80")


@evil
def description_latin1(package):
    return with_field(package, "description", "schön".encode("latin-1"))


@evil
def action_unknown(package):
    return with_field(package, ":action", "explode")


@evil
def protocol_unknown(package):
    return with_field(package, "protocol_version", "2")


# --- names of files ---------------------------------------------------------

@evil
def filename_slash(package):
    return with_filename(package, "../../" + pykit.wheel_name(package))


@evil
def filename_backslash(package):
    return with_filename(package, "..\\\\" + pykit.wheel_name(package))


@evil
def filename_absolute(package):
    return with_filename(package, "/etc/cron.d/" + pykit.wheel_name(package))


@evil
def filename_dots(package):
    return with_filename(package, "..")


@evil
def filename_nul(package):
    return with_filename(package, pykit.wheel_name(package).replace("-py3", "\0-py3"))


@evil
def filename_control(package):
    return with_filename(package, pykit.wheel_name(package).replace("-py3", "\x1b[2J-py3"))


@evil
def filename_latin1(package):
    return with_filename(package, pykit.wheel_name(package).replace("-py3", "ö-py3").encode("latin-1"))


@evil
def filename_long(package):
    return with_filename(package, pykit.wheel_name(package).replace("-py3", "-1" + "0" * 300 + "-py3"))


def wholly_other(package, other):
    """The form of one, name and content of another."""
    upload = with_content(package, pykit.wheel(other))
    upload.filename = pykit.wheel_name(other)
    return upload


@evil
def filename_other_project(package):
    return wholly_other(package, pykit.Package("elsewhere", package.version))


@evil
def filename_other_version(package):
    return wholly_other(package, pykit.Package(package.name, "6.6.6"))


@evil
def filename_egg(package):
    return with_filename(package, f"{package.stem}-py3.11.egg")


@evil
def filename_sdist_of_wheel(package):
    return with_filename(package, pykit.sdist_name(package))


# --- digests ----------------------------------------------------------------

@evil
def md5_lies(package):
    return with_field(package, "md5_digest", "0" * 32)


@evil
def sha256_lies(package):
    return with_field(package, "sha256_digest", "0" * 64)


@evil
def blake2_lies(package):
    return with_field(package, "blake2_256_digest", "0" * 64)


@evil
def sha256_short(package):
    return with_field(package, "sha256_digest", "00")


@evil
def digests_missing(package):
    return with_field(package, "md5_digest").change("sha256_digest").change("blake2_256_digest")


# --- wheels -----------------------------------------------------------------

def with_members(package, *extra, without=()):
    """WITHOUT are ends of paths."""
    members = [m for m in pykit.wheel_members(package) if not m[0].endswith(tuple(without) or "\0")]
    return with_content(package, pykit.zipped(members + list(extra)))


def info_path(package, name):
    return f"{package.stem}.dist-info/{name}"


@evil
def wheel_empty(package):
    return with_content(package, b"")


@evil
def wheel_random(package):
    return with_content(package, random.Random(1).randbytes(4096))


@evil
def wheel_is_sdist(package):
    return with_content(package, pykit.sdist(package))


@evil
def wheel_and_tar(package):
    """Read from the front a tar, from the end a zip."""
    return with_content(package, cratekit.tar([cratekit.member("x", b"x")]) + pykit.wheel(package))


@evil
def wheel_in_front(package):
    return with_content(package, b"#!/bin/sh\n" + pykit.wheel(package))


@evil
def wheel_trailing(package):
    return with_content(package, pykit.wheel(package) + b"trailing")


@evil
def wheel_truncated(package):
    return with_content(package, pykit.wheel(package)[:-30])


@evil
def wheel_two_wheels(package):
    return with_content(package, pykit.wheel(package) * 2)


@evil
def wheel_two_metadata(package):
    other = pykit.Package("elsewhere", package.version).metadata()
    return with_members(package, (info_path(package, "METADATA"), other))


@evil
def wheel_hidden_member(package):
    """Its directory does not name the last member."""
    content = pykit.wheel(package)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries, at = archive.infolist(), archive.start_dir
    sizes = [46 + len(e.filename.encode()) for e in entries]
    end = struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, len(entries) - 1, len(entries) - 1,
                      sum(sizes[:-1]), at, 0)
    return with_content(package, content[:at + sum(sizes[:-1])] + end)


@evil
def wheel_other_local_name(package):
    """What reads from the front sees another name than the directory has."""
    content = pykit.wheel(package)
    name = info_path(package, "METADATA").encode()
    return with_content(package, content.replace(name, name[:-8] + b"METADAT_", 1))


@evil
def wheel_other_local_size(package):
    content = bytearray(pykit.wheel(package))
    content[22:26] = struct.pack("<I", 1 << 30)
    return with_content(package, bytes(content))


@evil
def wheel_wrong_checksum(package):
    content = pykit.wheel(package)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(info_path(package, "METADATA"))
    wrong = struct.pack("<I", entry.CRC ^ 1)
    return with_content(package, content.replace(struct.pack("<I", entry.CRC), wrong))


@evil
def wheel_dotdot(package):
    return with_members(package, ("../../etc/passwd", b"root::0:0::/:/bin/sh\n"))


@evil
def wheel_absolute(package):
    return with_members(package, ("/etc/passwd", b"root::0:0::/:/bin/sh\n"))


@evil
def wheel_compressed_otherwise(package):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        for path, data in pykit.wheel_members(package):
            archive.writestr(path, data)
    return with_content(package, out.getvalue())


@evil
def wheel_bomb(package):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in pykit.wheel_members(package):
            archive.writestr(path, data)
        archive.writestr("zeros", b"\0" * (80 << 20))
    return with_content(package, out.getvalue())


@evil
def wheel_without_metadata(package):
    return with_members(package, without=["METADATA"])


@evil
def wheel_without_wheel(package):
    return with_members(package, without=["WHEEL"])


@evil
def wheel_without_record(package):
    return with_members(package, without=["RECORD"])


@evil
def wheel_of_other_name(package):
    other = pykit.Package("elsewhere", package.version).metadata()
    return with_members(package, (info_path(package, "METADATA"), other), without=["METADATA"])


@evil
def wheel_of_other_version(package):
    other = pykit.Package(package.name, "6.6.6").metadata()
    return with_members(package, (info_path(package, "METADATA"), other), without=["METADATA"])


@evil
def wheel_metadata_latin1(package):
    text = package.metadata().decode().replace("made by pykit", "schön").encode("latin-1")
    return with_members(package, (info_path(package, "METADATA"), text), without=["METADATA"])


@evil
def wheel_metadata_nul(package):
    text = package.metadata().replace(b"made by", b"made\0by")
    return with_members(package, (info_path(package, "METADATA"), text), without=["METADATA"])


@evil
def wheel_metadata_large(package):
    text = package.metadata() + random.Random(1).randbytes(24 << 20).hex().encode()
    return with_members(package, (info_path(package, "METADATA"), text), without=["METADATA"])


@evil
def wheel_entry_points(package):
    return with_members(package, (info_path(package, "entry_points.txt"), b"[console_scripts]\n../x = a:b\n"))


# --- sdists -----------------------------------------------------------------

def with_tar(package, *extra, without=()):
    """EXTRA are pairs of a TarInfo and its bytes."""
    members = [m for m in pykit.sdist_members(package) if m[0] not in without]
    return with_content(package, pykit.tarred(f"{package.stem}/", members, *extra), True)


def tar_member(package, path, *more, **options):
    return cratekit.member(f"{package.stem}/{path}", *more, **options)


@evil
def sdist_empty(package):
    return with_content(package, b"", True)


@evil
def sdist_is_wheel(package):
    return with_content(package, pykit.wheel(package), True)


@evil
def sdist_not_gzip(package):
    return with_content(package, cratekit.tar([tar_member(package, "PKG-INFO", package.metadata())]), True)


@evil
def sdist_and_zip(package):
    return with_content(package, pykit.sdist(package) + pykit.wheel(package), True)


@evil
def sdist_truncated(package):
    return with_content(package, pykit.sdist(package)[:-20], True)


@evil
def sdist_bomb(package):
    """A member of 640 MiB."""
    head = tarfile.TarInfo(f"{package.stem}/zeros")
    head.size = 640 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = [packer.compress(head.tobuf())]
    out += [packer.compress(bytes(1 << 20)) for _ in range(640)]
    members = [tar_member(package, path, data) for path, data in pykit.sdist_members(package)]
    out += [packer.compress(cratekit.tar(members)), packer.flush()]
    return with_content(package, b"".join(out), True)


@evil
def sdist_without_metadata(package):
    return with_tar(package, without=["PKG-INFO"])


@evil
def sdist_two_metadata(package):
    other = pykit.Package("elsewhere", package.version).metadata()
    return with_tar(package, tar_member(package, "PKG-INFO", other))


@evil
def sdist_two_directories(package):
    return with_tar(package, cratekit.member("elsewhere/x", b"x"))


@evil
def sdist_dotdot(package):
    return with_tar(package, tar_member(package, "../../x", b"x"))


@evil
def sdist_absolute(package):
    return with_tar(package, cratekit.member("/etc/passwd", b"x"))


@evil
def sdist_symlink(package):
    return with_tar(package, tar_member(package, "x", kind=tarfile.SYMTYPE, target="../../../etc/passwd"))


@evil
def sdist_hardlink(package):
    return with_tar(package, tar_member(package, "x", kind=tarfile.LNKTYPE, target="/etc/passwd"))


@evil
def sdist_metadata_is_link(package):
    return with_tar(package, tar_member(package, "PKG-INFO", kind=tarfile.SYMTYPE, target="setup.py"),
                    without=["PKG-INFO"])


@evil
def sdist_device(package):
    return with_tar(package, tar_member(package, "x", kind=tarfile.CHRTYPE))


@evil
def sdist_sparse(package):
    info, _ = tar_member(package, "x")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x",
                        "GNU.sparse.realsize": "1000000000000"}
    data = b"0\n".ljust(512, b"\0")
    info.size = len(data)
    return with_tar(package, (info, data))


@evil
def sdist_of_other_name(package):
    other = pykit.Package("elsewhere", package.version).metadata()
    return with_tar(package, tar_member(package, "PKG-INFO", other), without=["PKG-INFO"])


@evil
def sdist_as_zip(package):
    members = [(f"{package.stem}/{path}", data) for path, data in pykit.sdist_members(package)]
    upload = with_content(package, pykit.zipped(members), True)
    upload.filename = f"{package.stem}.zip"
    return upload
