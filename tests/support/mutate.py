#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sends mutated requests to every route.

  mutate.py URL ROUTES --count N [--seed N] [--crate NAME]... [--token T]...

ROUTES is what "entrepot-admin routes --json" printed. Each request takes a
route, a well-formed request for it, and spoils some of it: method, path,
query, headers, body. Half of the time it carries one of the tokens.
Prints requests that were answered with 5xx or not at all, as Python that
repeats them, then one line "N requests, N wrong, STATUS: N …"; exits 1 when
something was wrong.

Standard library only.
"""

import argparse
import collections
import http.client
import json
import random
import socket
import sys
import urllib.parse

import cratekit

NASTY = [
    "", "%", "%00", "%0a", "%0d%0aX-Evil:1", "%ff%fe", "%c3%28", "%25", "%2e%2e", "..", "%2f", "%5c", "'", "\"", "`", "<", "{", "}",
    "*", "%f0%9f%a6%80", "\u0000", "-1", "0", "1", "2147483647", "2147483648", "9223372036854775807",
    "9223372036854775808", "-9223372036854775809", "1e9", "NaN", "null", "true", "1.0.0", "1.0.0-a+b", "01.0.0",
    "1.0.0+" + "b" * 300, "a" * 64, "a" * 65, "a" * 3000, "_", "A-B_c", "new", "config.json", "1970-01-01", "9999-12-31",
    "0000-00-00", "+infinity", "org:x", "org:", "WzFd", "W10", "eyJhIjoxfQ", "1" * 400, "%e2%80%ae", "%ed%a0%80",
]
FIELDS = [
    "q", "sort", "page", "per_page", "seek", "category", "keyword", "keywords", "all_keywords", "letter", "user_id", "team_id",
    "following", "ids[]", "ids", "include_yanked", "include", "nums[]", "before_date", "crate_name", "invitee_id", "expired_days",
    "message", "release_tracks", "",
]
WORDS = [
    "relevance", "downloads", "recent-downloads", "recent-updates", "new", "alpha", "date", "semver", "crates", "full", "versions",
    "release_tracks", "yes", "no", "foo", "a", "1", "2", "10", "100", "2026-01-01", "encoding", "web-programming", "default_version",
]
BODIES = [
    {"owners": ["bob"]}, {"users": ["bob", "org:house"]}, {"version": {"yanked": True, "yank_message": "why"}},
    {"crate": {"trustpub_only": True}}, {"user": {"email": "x@example.org", "publish_notifications": False}},
    {"api_token": {"name": "n", "crate_scopes": ["foo*"], "endpoint_scopes": ["yank"], "expired_at": "2099-01-01T00:00:00Z"}},
    {"crate_owner_invite": {"crate_id": 1, "accepted": True}}, [{"id": 1, "email_notifications": True}], {}, [],
    {"github_config": {"crate": "foo", "repository_owner": "a", "repository_name": "b", "workflow_filename": "c.yml", "environment": None}},
    {"gitlab_config": {"crate": "foo", "namespace": "a", "project": "b", "workflow_filepath": "c.yml", "environment": None}},
    {"jwt": "e30.e30.e30"},
]
VALUES = [
    None, True, False, 0, -1, 1, 2 ** 31, 2 ** 63 - 1, 2 ** 63, 2 ** 64, 10 ** 30, 1.5, -0.0, 1e308, "", "\0", "a\0b", "\ud800", "\u202e",
    "\x1b[31m", "x" * 5000, "é" * 2000, [], {}, [[]], [{}], {"": ""}, ["\0"], "1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z", "292277-01-01T00:00:00Z", "a@b", "a@b\r\nBcc: c@d", "*", "foo*", "**", "org:a:b", "'; --",
]
HEADERS = [
    ("Accept", "application/json"), ("Accept", "text/html;q=0.1, */*"), ("Accept", "\xff"), ("If-None-Match", "*"),
    ("If-None-Match", "W/\"x\", \"y"), ("If-None-Match", "\"" * 900), ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("If-Modified-Since", "9" * 500), ("Range", "bytes=0-"), ("Range", "bytes=-1"), ("Range", "bytes=5-2"),
    ("Range", "bytes=0-0,2-3"), ("Range", "bytes=99999999999999999999-"), ("If-Range", "\"x\""), ("Origin", "null"),
    ("X-Forwarded-For", "1.2.3.4, \xff\xfe, ::1"), ("X-Forwarded-For", "," * 500), ("User-Agent", ""), ("User-Agent", "\x01\xff'"),
    ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=\xff"), ("Content-Type", "application/"),
    ("Authorization", ""), ("Authorization", "Bearer"), ("Authorization", "Basic !!!"), ("Authorization", "Basic AAAA"),
    ("Authorization", "\xff"), ("Authorization", "cio" + "x" * 32), ("Authorization", "Bearer cio\x7f"), ("Proxy", "http://evil"),
    ("Expect", "100-continue"), ("Cookie", "a=b"), ("X-Request-Id", "a\tb"), ("Content-Encoding", "gzip"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW", "get", "PROPFIND"]


class Mutator:
    def __init__(self, routes, crates, tokens, seed):
        self.random = random.Random(seed)
        self.routes = routes
        self.crates = crates
        self.tokens = tokens
        self.made = 0

    def chance(self, part):
        return self.random.random() < part

    def pick(self, items):
        return self.random.choice(items)

    def parameter(self, name):
        if self.chance(0.3):
            return self.pick(NASTY)
        if name in ("crate", "name"):
            return self.pick(self.crates)
        if name == "file":
            return f"{self.pick(self.crates)}-1.0.{self.random.randrange(3)}{self.pick(['.crate', '.html', ''])}"
        if name == "version":
            return self.pick(["1.0.0", "1.0.1", "9.9.9", "1.0.0%2Bb"])
        return self.pick(["1", "2", "3", "alice", "bob", "house", "encoding", "foo", "org:house", "latest"])

    def path(self, pattern):
        parts = [self.parameter(part.lstrip(":*").split(".")[0]) if part[:1] in (":", "*") else part
                 for part in pattern.split("/")]
        if self.chance(0.05):
            parts.insert(self.random.randrange(len(parts) + 1), self.pick(NASTY))
        return "/".join(parts) or "/"

    def query(self):
        fields = []
        for _ in range(self.pick([0, 1, 1, 2, 3, 8])):
            value = self.pick(WORDS) if self.chance(0.6) else self.pick(NASTY)
            fields.append(self.pick(FIELDS) + (self.pick(["=", "=", "=", ""]) + value))
        return "?" + "&".join(fields) if fields or self.chance(0.1) else ""

    def spoil(self, value):
        """The same JSON with one of its values, or one of its keys, replaced."""
        if self.chance(0.2) or not isinstance(value, (dict, list)) or not value:
            return self.pick(VALUES)
        if isinstance(value, list):
            at = self.random.randrange(len(value))
            return value[:at] + [self.spoil(value[at])] * self.pick([0, 1, 1, 2, 400]) + value[at + 1:]
        key = self.pick(list(value))
        changed = dict(value)
        changed[key] = self.spoil(changed[key])
        if self.chance(0.1):
            changed[str(self.pick(VALUES))[:2000]] = changed.pop(key)
        return changed

    def bytes_of(self, data):
        """Some bytes changed, cut, doubled or put in."""
        data = bytearray(data)
        for _ in range(self.pick([1, 1, 2, 5])):
            at = self.random.randrange(len(data) + 1)
            how = self.random.randrange(4)
            if how == 0 and at < len(data):
                data[at] = self.random.randrange(256)
            elif how == 1:
                del data[at:at + self.random.randrange(20)]
            elif how == 2:
                data[at:at] = self.random.randbytes(self.random.randrange(1, 12))
            else:
                data[at:at] = data[at:at + self.random.randrange(200)]
        return bytes(data)

    def json(self, value):
        text = json.dumps(value).encode()
        return self.bytes_of(text) if self.chance(0.25) else text

    def upload(self):
        self.made += 1
        name = self.pick(self.crates) if self.chance(0.4) else f"fuzz{self.made}-{self.random.randrange(10 ** 9)}"
        version = f"2.0.{self.random.randrange(10 ** 6)}"
        if self.chance(0.2):
            return self.pick(list(cratekit.EVIL.values()))(name, version) if self.chance(0.5) else b""
        meta = cratekit.metadata(name, version, readme="# x\n", readme_file="README.md", keywords=["a"], categories=["encoding"],
                                 features={"f": ["g"], "g": []}, deps=[{
                                     "name": self.pick(self.crates), "version_req": "^1", "features": ["x"], "optional": False,
                                     "default_features": True, "target": None, "kind": "normal", "registry": None,
                                     "explicit_name_in_toml": None}])
        if self.chance(0.6):
            meta = self.spoil(meta)
        archive = cratekit.crate(name, version)
        if self.chance(0.15):
            archive = self.bytes_of(archive)
        elif self.chance(0.15):
            archive = cratekit.squeeze(self.bytes_of(cratekit.tar(cratekit.honest_members(name, version))))
        elif self.chance(0.15):
            text = self.bytes_of(cratekit.manifest(name, version))
            return cratekit.with_manifest(name, version, text)
        body = cratekit.frame(self.json(meta), archive)
        return self.bytes_of(body) if self.chance(0.05) else body

    def body(self, route):
        if self.chance(0.1):
            return self.random.randbytes(self.random.randrange(300))
        if route["path"].endswith("/crates/new"):
            return self.upload()
        value = self.pick(BODIES)
        return self.json(self.spoil(value) if self.chance(0.7) else value)

    def request(self):
        route = self.pick(self.routes)
        method = route["method"] if self.chance(0.93) else self.pick(METHODS)
        headers = [("User-Agent", "mutate")] if self.chance(0.97) else []
        if self.tokens and self.chance(0.5):
            headers.append(("Authorization", self.pick(["", "", "Bearer "]) + self.pick(self.tokens)))
        if self.chance(0.2):
            headers += [self.pick(HEADERS) for _ in range(self.pick([1, 2, 5]))]
        body = None
        if method not in ("GET", "HEAD") or self.chance(0.02):
            body = self.body(route)
            if self.chance(0.9):
                headers.append(("Content-Type", "application/json"))
        return method, self.path(route["path"]) + self.query(), headers, body


class Client:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.address = parts.hostname, parts.port
        self.mount = parts.path
        self.socket = None

    def bytes_of(self, method, target, headers, body):
        lines = [f"{method} {self.mount}{target} HTTP/1.1", "Host: x"] + [f"{name}: {value}" for name, value in headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        text = "\r\n".join(lines) + "\r\n\r\n"
        return text.encode("latin-1" if all(ord(c) < 256 for c in text) else "utf-8", "replace") + (body or b"")

    def once(self, request):
        if not self.socket:
            self.socket = socket.create_connection(self.address, timeout=60)
        self.socket.sendall(self.bytes_of(*request))
        answer = http.client.HTTPResponse(self.socket, method=request[0])
        answer.begin()
        content = answer.read()
        if answer.will_close:
            self.close()
        return answer.status, content

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def ask(self, request):
        """Once more on a new connection, since the server may have closed the old one."""
        for _ in range(2):
            try:
                return self.once(request)
            except (OSError, http.client.HTTPException) as reason:
                self.close()
                problem = repr(reason).encode()
        return 0, problem


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("routes")
    parser.add_argument("--token", action="append", default=[], dest="tokens")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crate", action="append", default=[])
    arguments = parser.parse_args()
    with open(arguments.routes) as file:
        routes = json.load(file)
    # One of them would end the tokens that the other requests carry.
    routes = [route for route in routes if not route["path"].endswith("/tokens/current")]
    mutator = Mutator(routes, arguments.crate or ["foo"], arguments.tokens, arguments.seed)
    client = Client(arguments.url)
    seen = collections.Counter()
    wrong = 0
    for _ in range(arguments.count):
        request = mutator.request()
        status, content = client.ask(request)
        seen[status] += 1
        # What the web server itself finds no words for is its own affair.
        if status == 0 or (status >= 500 and not (status == 501 and request[0] not in METHODS[:7])):
            wrong += 1
            print(status, repr(request)[:2000], content[:300])
    print(f"{arguments.count} requests, {wrong} wrong,",
          ", ".join(f"{status}: {count}" for status, count in sorted(seen.items())))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
