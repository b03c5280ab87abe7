# SPDX-License-Identifier: Apache-2.0
"""The measures: each is a function that yields lines of the table."""

import dataclasses
import hashlib
import os
import random
import socket
import statistics
import struct
import subprocess
import sys
import time

import house as houses
import load
import plan

sys.path.insert(0, os.path.join(houses.SOURCE, "tests", "support"))
import cratekit

API = "/api/v1/crates"
FIFTY = f"{API}/bench-fifty"


@dataclasses.dataclass
class Line:
    measure: str
    ours: str
    reference: str
    ratio: float | None
    target: str
    met: bool
    note: str = ""


def of(run):
    """A run in words: requests, median and 99th percentile, CPU of the application."""
    text = f"{run.rate:,.0f}/s, {run.p50 / 1000:.2f} / {run.p99 / 1000:.2f} ms"
    return text + (f", {run.cpu:.0f} µs" if run.cpu else "")


class Bench:
    def __init__(self, house, seconds, times):
        self.house, self.seconds, self.times = house, seconds, times
        self.sites, self.tokens = {}, {}
        self.random = random.Random(1)
        self.files = 0

    # --- who serves ---

    def site(self, name, database, web, **settings):
        if name not in self.sites:
            site = houses.Site(self.house, name, database, web)
            self.sites[name] = site.configure(**settings).start()
        return self.sites[name]

    def ours(self, web, database="large"):
        return self.site(f"ours-{web}-{database}", database, web)

    def reference(self, web, targets=(), database="large"):
        """The reference, with TARGETS (and a word of each) as entrepot answers them."""
        name = f"reference-{web}-{len(self.sites)}" if targets else f"reference-{web}-{database}"
        if name not in self.sites:
            site = houses.Site(self.house, name, database, web)
            path = f"{site.dir}/plan"
            counts = plan.write(self.house, self.ours(web), targets, path) if targets else {}
            if counts:
                shown = sorted(set(counts.values()))
                print(f"  statements per request: {', '.join(map(str, shown))}", flush=True)
            self.sites[name] = site.start(
                f"{self.house.build}/tests/bench/reference", f"{site.dir}/run/entrepot.sock",
                self.house.conninfo(database), str(houses.WORKERS), *([path] if targets else []))
        return self.sites[name]

    def token(self, database):
        if database not in self.tokens:
            self.tokens[database] = self.house.token(database)
        return self.tokens[database]

    # --- runs ---

    def requests(self, requests):
        self.files += 1
        return load.write_requests(f"{self.house.dir}/requests-{self.files}", requests)

    def run(self, site, file, connections=32):
        return lambda: load.timed(site.workers(), lambda: load.wrk(
            site.port, file, self.seconds, connections), site.beside())

    def against(self, ours, reference, file, connections=32):
        contestants = [self.run(site, file, connections) for site in (ours, reference)]
        return load.alternate(self.times, *contestants)

    def names(self, database, count):
        rows = self.house.rows("SELECT name FROM package WHERE id % 7 = 1 "
                               f"ORDER BY hashint8(id) LIMIT {count}", database)
        return [row[0] for row in rows]

    def words(self, database, low, high, count):
        """Words that LOW to HIGH crates have."""
        rows = self.house.rows(
            "SELECT word FROM ts_stat('SELECT document FROM package_search WHERE package_id % 10 = 0') "
            f"WHERE ndoc * 10 BETWEEN {low} AND {high} AND word ~ '^[a-z]{{6}}$' "
            f"ORDER BY md5(word) LIMIT {count}", database)
        return [row[0] for row in rows]


def index_path(name):
    name = name.lower()
    if len(name) < 4:
        return f"{len(name)}/{name}" if len(name) < 3 else f"3/{name[0]}/{name}"
    return f"{name[:2]}/{name[2:4]}/{name}"


def search_target(text, extra=""):
    return f"{API}?q={text}&per_page=10{extra}"


def compare(measure, ours, reference, least):
    ratio = ours.rate / reference.rate
    note = f"CPU of all programs: {reference.total / ours.total:.2f}" if reference.total else ""
    return Line(measure, of(ours), of(reference), ratio, f"≥ {least}", ratio >= least, note)


# --- the index ---

def index(bench):
    """index file, 200 and 304, through lighttpd and nginx; CPU per read"""
    names = bench.names("large", 2000)
    for web in ("lighttpd", "nginx"):
        ours, reference = bench.ours(web), bench.reference(web)
        targets = [f"/index/{index_path(name)}" for name in names]
        plain = bench.requests([load.get(t) for t in targets])
        etags = [load.ask(ours.port, t)[1]["ETag"] for t in targets[:200]]
        known = bench.requests([load.get(t, ("If-None-Match", e)) for t, e in zip(targets, etags)])
        for site in (ours, reference):
            assert load.ask(site.port, targets[0])[0] == 200
            assert load.ask(site.port, targets[0], {"If-None-Match": etags[0]})[0] == 304
        for status, file in ((200, plain), (304, known)):
            runs = bench.against(ours, reference, file)
            yield compare(f"index file, {status}, {web}", *runs, 0.85)
            cpu = runs[0].cpu / 1000
            yield Line(f"CPU per index read, {status}, {web}", f"{cpu:.3f} ms",
                       f"{runs[1].cpu / 1000:.3f} ms", None, "≤ 0.05 ms", cpu <= 0.05)


# --- pages ---

def spread(measure, run):
    ratio = run.p99 / run.p50
    return Line(f"{measure}: p99 to p50", f"{run.p99 / 1000:.2f} ms", f"{run.p50 / 1000:.2f} ms",
                ratio, "≤ 5", ratio <= 5)


def page(bench, measure, targets):
    for web in ("lighttpd", "nginx"):
        ours, reference = bench.ours(web), bench.reference(web, targets)
        file = bench.requests([load.get(target) for target, _ in targets])
        runs = bench.against(ours, reference, file)
        yield compare(f"{measure}, {web}", *runs, 0.5)
        yield spread(f"{measure}, {web}", runs[0])


def crate(bench):
    """GET /api/v1/crates/:name with 50 versions"""
    yield from page(bench, "crate, 50 versions", [(FIFTY, "bench_fifty")])


def searches(bench, database):
    """What people look for: half of them a name, the rest a word that some or many crates have."""
    crates = bench.house.sizes[database]
    found = bench.names(database, 10) + bench.words(database, 10, crates / 500, 6)
    return found + bench.words(database, crates / 100, crates / 30, 4)


def search(bench):
    """a search page of 10 among all crates"""
    targets = [(search_target(text), text) for text in searches(bench, "large")]
    yield from page(bench, "search page of 10", targets)


# --- growth ---

def growth(bench):
    """latency of search, list and publish, large against small"""
    sites = [bench.ours("nginx", size) for size in ("large", "small")]
    kinds = {
        "search, a name": lambda db: [search_target(n) for n in bench.names(db, 50)],
        "search, a word of 10 to 40 crates":
            lambda db: [search_target(w) for w in bench.words(db, 10, 40, 50)],
        "search, a word of 1 to 3 % of the crates": lambda db: [
            search_target(w) for w in bench.words(db, bench.house.sizes[db] / 100,
                                                  bench.house.sizes[db] / 30, 8)],
        "list by name": lambda db: [f"{API}?per_page=10&page={p}" for p in range(1, 20)],
        "list by downloads": lambda db: [f"{API}?sort=downloads&per_page=10"],
        "list by recent updates": lambda db: [f"{API}?sort=recent-updates&per_page=10"],
        "list of a keyword": lambda db: [f"{API}?keyword=bench&per_page=10"],
    }
    for kind, targets in kinds.items():
        files = [bench.requests([load.get(t) for t in targets(site.database)]) for site in sites]
        yield grown(kind, load.alternate(bench.times, *(
            bench.run(site, file, 1) for site, file in zip(sites, files))))
    yield grown("publish", load.alternate(bench.times, *(
        publish_run(bench, site, 1) for site in sites)))


def grown(kind, runs):
    large, small = runs
    ratio = large.p50 / small.p50
    return Line(f"latency of {kind}, large to small", f"{large.p50 / 1000:.2f} ms",
                f"{small.p50 / 1000:.2f} ms", ratio, "≤ 1.5", ratio <= 1.5,
                f"CPU of all programs: {large.total / small.total:.2f}")


# --- publishing ---

README = "# A crate\n\nMade to measure how *fast* crates are published.\n"
MANIFEST = """[package]
edition = "2021"
name = "{name}"
version = "{version}"
description = "made to measure how fast crates are published"
license = "MIT"
keywords = ["speed-{a}", "size-{b}"]
categories = ["algorithms"]
readme = "README.md"

[dependencies.bench-fifty]
version = "^0.1"
"""


def publish_request(token, name, version, number):
    keywords = [f"speed-{number % 97}", f"size-{number % 89}"]
    manifest = MANIFEST.format(name=name, version=version, a=number % 97, b=number % 89).encode()
    prefix = f"{name}-{version}/"
    blob = cratekit.squeeze(cratekit.tar([
        cratekit.member(prefix + "Cargo.toml", manifest),
        cratekit.member(prefix + "Cargo.toml.orig", manifest),
        cratekit.member(prefix + "README.md", README.encode()),
        cratekit.member(prefix + "src/lib.rs", b"pub fn name() -> &'static str { \"%s\" }\n" % name.encode()),
    ]))
    meta = cratekit.metadata(
        name, version, description="made to measure how fast crates are published",
        readme=README, readme_file="README.md", keywords=keywords, categories=["algorithms"],
        deps=[{"name": "bench-fifty", "version_req": "^0.1", "features": [], "optional": False,
               "default_features": True, "target": None, "kind": "normal"}])
    return load.raw("PUT", f"{API}/new", [("Authorization", token)], cratekit.frame(meta, blob))


TURNS, VERSIONS = 64, 4         # names take turns; four versions of each


def publish_requests(bench, database, count):
    prefix = f"made-{bench.random.randrange(10 ** 9)}"
    for serial in range(count):
        number = serial // (TURNS * VERSIONS) * TURNS + serial % TURNS
        yield publish_request(bench.token(database), f"{prefix}-{number}",
                              f"0.{serial // TURNS % VERSIONS + 1}.0", number)


def publish_run(bench, site, connections, requests=publish_requests):
    """A run of fresh crates each time, as many as the one before suggests."""
    rate = [600.0]

    def run():
        count = int(rate[0] * 1.6 * (bench.seconds + 1)) + 100
        file = bench.requests(requests(bench, site.database, count))
        result = load.timed(site.workers(), lambda: load.wrk(
            site.port, file, bench.seconds, connections), site.beside())
        os.unlink(file)
        rate[0] = result.rate
        return result
    return run


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def publisher_run(bench, site, connections):
    def run():
        prefix = f"bare-{bench.random.randrange(10 ** 9)}"
        command = bench.house.as_user(
            f"{bench.house.build}/tests/bench/publisher", site.conf, "bench", str(connections),
            str(bench.seconds), prefix)
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        spent = [int(n) for n in out.split()]
        return load.Run(len(spent) / bench.seconds, statistics.median(spent),
                        percentile(spent, 0.99), 0, 0, len(spent))
    return run


def publish(bench):
    """publishes per second of small crates, 8 clients"""
    bench.token("large")
    for web in ("lighttpd", "nginx"):
        site = bench.site(f"publish-{web}", "large", web, workers=8)
        runs = load.alternate(bench.times, publish_run(bench, site, 8),
                              publisher_run(bench, site, 8))
        yield compare(f"publishes, 8 clients, {web}", *runs, 0.5)


# --- memory ---

def mixed_requests(bench):
    names = bench.names("large", 600)
    words = bench.words("large", 10, 200, 100)
    for k, name in enumerate(names):
        yield load.get(f"/index/{index_path(name)}")
        yield load.get(f"{API}/{name}")
        yield load.get(f"/index/{index_path(name)}", ("If-None-Match", '"other"'))
        yield load.get(f"{API}/{name}/versions")
        yield load.get("/index/no/su/nosuchcrate")
        yield load.get(f"{API}/{name}/0.5.0/dependencies")
        yield load.get(f"{API}/{name}/owners")
        yield load.get(f"{API}/{name}/reverse_dependencies")
        yield load.get("/index/config.json")
        yield load.get(f"{API}?page=1000000000")
        yield load.get(f"{API}/{name}/downloads")
        if k % 4 == 0:
            yield load.get(search_target(words[k // 4 % len(words)]))
            yield load.get(FIFTY)
            yield load.get(f"{API}/{name}/0.3.0/download")
    yield from publish_requests(bench, "large", 40)


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def memory(bench):
    """resident memory of a worker after 10,000 and 100,000 mixed requests"""
    site = bench.site("memory", "large", "nginx", workers=1)
    worker = site.workers()
    assert len(worker) == 1
    file = bench.requests(mixed_requests(bench))
    first, last = (10_000, 100_000) if bench.times > 1 else (1_000, 2_000)
    sizes, done = [], 0
    for goal in (first, last):
        while done < goal:
            done += load.wrk(site.port, file, bench.seconds, 16, allow_errors=True).requests
        sizes.append(resident(worker[0]))
    assert site.workers() == worker
    yield Line(f"resident memory after {last:,} mixed requests", f"{sizes[1]:.1f} MB",
               f"{sizes[0]:.1f} MB after {first:,}", None, "≤ 15 MB",
               sizes[1] <= 15, f"{done:,} requests in all")
    growth_ = sizes[1] - sizes[0]
    yield Line(f"its growth from {first:,} to {last:,}", f"{growth_:.1f} MB", "", None,
               "flat (≤ 0.5 MB)", growth_ <= 0.5)


# --- start ---

def fcgi_request(target):
    def pair(name, value):
        return bytes([len(name), len(value)]) + name.encode() + value.encode()

    params = b"".join(pair(*p) for p in (
        ("REQUEST_METHOD", "GET"), ("REQUEST_URI", target), ("REMOTE_ADDR", "127.0.0.1"),
        ("SERVER_PROTOCOL", "HTTP/1.1"), ("HTTP_USER_AGENT", load.AGENT)))

    def record(kind, content):
        return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content
    return record(1, b"\0\1\0\0\0\0\0\0") + record(4, params) + record(4, b"") + record(5, b"")


def start_once(bench, conf, target):
    """Milliseconds from starting the program to the end of its first answer."""
    path = f"{bench.house.dir}/run/start.sock"
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        listener.bind(path)
        listener.listen(16)
        begun = time.perf_counter()
        process = subprocess.Popen(
            bench.house.as_user(f"{bench.house.build}/entrepot", "--config", conf), stdin=listener)
        client.connect(path)
        client.sendall(fcgi_request(target))
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        spent = time.perf_counter() - begun
        process.terminate()
        process.wait()
    os.unlink(path)
    if b"Status: 200" not in answer:
        raise RuntimeError(answer[:500])
    return spent * 1000


def start(bench):
    """process start to first answer, single mode"""
    site = houses.Site(bench.house, "start", "large", "lighttpd")
    site.configure(listen=None, user=None)
    target = f"/index/{index_path('bench-fifty')}"
    spent = [start_once(bench, site.conf, target) for _ in range(5 + 5 * bench.times)]
    middle, worst = statistics.median(spent), max(spent)
    yield Line("process start to first answer, single mode", f"{middle:.1f} ms",
               f"{worst:.1f} ms at worst of {len(spent)}", None, "≤ 50 ms", middle <= 50)


# --- downloads ---

BIG = 50 * 1000 * 1000


def add_large_file(bench):
    """A crate file of 50 MB, as if it had been published."""
    content = bench.random.randbytes(BIG)
    digest = hashlib.sha256(content).hexdigest()
    blobs = f"{bench.house.dir}/data/blobs"
    directory = f"{blobs}/{digest[:2]}/{digest[2:4]}"
    for path in (blobs, f"{blobs}/{digest[:2]}", directory):
        bench.house.make_directory(path)
    with open(f"{directory}/{digest}", "wb") as out:
        out.write(content)
    os.chmod(f"{directory}/{digest}", 0o644)
    bench.house.sql(
        f"INSERT INTO blob (sha256, size) VALUES ('\\x{digest}', {BIG}) ON CONFLICT DO NOTHING;"
        f"UPDATE file SET sha256 = '\\x{digest}', size = {BIG} "
        " WHERE path = 'bench-fifty/bench-fifty-0.7.0.crate'", "large")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


STATIC = {
    "lighttpd": """server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{blobs}"
server.errorlog = "{dir}/log/static.log"
""",
    "nginx": """worker_processes 2;
daemon off;
pid {dir}/run/nginx.conf.pid;
error_log {dir}/log/static.log warn;
events {{ worker_connections 1024; }}
http {{
	access_log off;
	client_body_temp_path {dir}/tmp/body; fastcgi_temp_path {dir}/tmp/fastcgi;
	proxy_temp_path {dir}/tmp/proxy; uwsgi_temp_path {dir}/tmp/uwsgi; scgi_temp_path {dir}/tmp/scgi;
	server {{ listen 127.0.0.1:{port}; root {blobs}; }}
}}
""",
}


def static_site(bench, web):
    site = houses.Site(bench.house, f"static-{web}", "large", web)
    conf = f"{site.dir}/{web}.conf"
    with open(conf, "w") as out:
        out.write(STATIC[web].format(port=site.port, dir=site.dir,
                                     blobs=f"{bench.house.dir}/data/blobs"))
    words = houses.shell("webserver_command $1 $2", web, site.dir).splitlines()
    site.pid = bench.house.daemon(f"static-{web}/log/web", *words)
    houses.wait_for(site.answers)
    return site


def download(bench):
    """a 50 MB download by the web server and streamed"""
    blob = add_large_file(bench)
    target = "/files/crates/bench-fifty/bench-fifty-0.7.0.crate"
    for web in ("lighttpd", "nginx"):
        sites = [bench.ours(web), bench.site(f"stream-{web}", "large", web, sendfile="none"),
                 static_site(bench, web)]
        targets = [target, target, f"/{blob}"]
        for site, t in zip(sites, targets):
            status, _, body = load.ask(site.port, t)
            assert (status, len(body)) == (200, BIG), (site.name, status, len(body))
        runs = load.alternate(bench.times, *(
            lambda site=site, t=t: load.timed(
                site.workers() if site.name.startswith(("ours", "stream")) else [],
                lambda: load.wrk(site.port, bench.requests([load.get(t)]), bench.seconds, 4))
            for site, t in zip(sites, targets)))
        for name, run, least in (("X-Sendfile", runs[0], 0.9), ("streamed", runs[1], 0.5)):
            ratio = run.bandwidth / runs[2].bandwidth
            yield Line(f"50 MB, {name}, {web}",
                       f"{run.bandwidth / 1e9:.2f} GB/s, {run.cpu / 1000:.2f} ms CPU",
                       f"{runs[2].bandwidth / 1e9:.2f} GB/s", ratio, f"≥ {least}", ratio >= least)


MEASURES = [index, crate, search, growth, publish, memory, start, download]
