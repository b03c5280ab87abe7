# SPDX-License-Identifier: Apache-2.0
"""The measures of the Python protocol."""

import http.client
import json
import random

import load
import measures
import pykit

# what pip asks for
SIMPLE = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
MEGABYTE = 1 << 20
HUGE = 100 * MEGABYTE


def token(bench):
    """Of the account that owns the projects."""
    if "pypi" not in bench.tokens:
        bench.tokens["pypi"] = json.loads(bench.house.admin(
            "pypi", "token", "add", "--user", "maker", "--name", "bench", "--json"))["token"]
    return bench.tokens["pypi"]


def projects(bench):
    count = bench.house.sizes["pypi"]
    return [f"made-{k}" for k in random.Random(1).sample(range(1, count + 1), count)]


def stored_pages(bench):
    """For the reference: each page whole, as the row that a target names."""
    site = bench.ours("nginx", "pypi")
    bench.house.sql("CREATE TABLE IF NOT EXISTS bench_page (target text PRIMARY KEY, etag text, "
                    "content_type text, body bytea); GRANT SELECT ON bench_page TO entrepot; "
                    "ALTER TABLE bench_page ALTER body SET STORAGE EXTERNAL", "pypi")
    if bench.house.sql("SELECT count(*) FROM bench_page", "pypi") != "0":
        return
    rows = []
    for target in [f"/simple/{n}/" for n in projects(bench)] + [f"/pypi/{n}/json" for n in projects(bench)]:
        status, headers, body = load.ask(site.port, target, {"Accept": SIMPLE + ", application/json"})
        assert status == 200, (target, status)
        rows.append(f"('{target}', '{headers['ETag']}', '{headers['Content-Type']}', '\\x{body.hex()}')")
    for at in range(0, len(rows), 20):
        with open(f"{bench.house.dir}/pages.sql", "w") as out:
            out.write("INSERT INTO bench_page VALUES " + ",".join(rows[at:at + 20]))
        bench.house.psql("pypi", "-f", f"{bench.house.dir}/pages.sql")


def pypi_index(bench):
    """simple page of 100 files and project JSON of 100 releases, 200 and 304, through lighttpd and nginx"""
    stored_pages(bench)
    kinds = (("simple page, 100 files", "/simple/{}/", SIMPLE), ("project JSON, 100 releases", "/pypi/{}/json", "*/*"))
    for web in ("lighttpd", "nginx"):
        ours, reference = bench.ours(web, "pypi"), bench.reference(web, database="pypi")
        for kind, path, accept in kinds:
            targets = [path.format(name) for name in projects(bench)]
            etags = [load.ask(ours.port, t, {"Accept": accept})[1]["ETag"] for t in targets]
            plain = bench.requests([load.get(t, ("Accept", accept)) for t in targets])
            known = bench.requests([load.get(t, ("Accept", accept), ("If-None-Match", e))
                                    for t, e in zip(targets, etags)])
            for site in (ours, reference):
                assert load.ask(site.port, targets[0], {"Accept": accept})[0] == 200
                assert load.ask(site.port, targets[0], {"Accept": accept, "If-None-Match": etags[0]})[0] == 304
            for status, file in ((200, plain), (304, known)):
                runs = bench.against(ours, reference, file)
                yield measures.compare(f"{kind}, {status}, {web}", *runs, 0.85)


# --- uploads ---

def upload_request(bench, package):
    upload = pykit.honest(package)
    headers = [("Authorization", pykit.authorization(token(bench))),
               ("Content-Type", f"multipart/form-data; boundary={pykit.BOUNDARY}")]
    return load.raw("POST", "/legacy/", headers, upload.body())


class Uploads:
    """New releases of the one large project, new files of the one wide release, or a release of each small project
    in turn."""

    def __init__(self, kind):
        self.kind, self.done = kind, 0

    def package(self, serial, small):
        if self.kind == "wide":
            return pykit.Package("wide", "0.1.1", build=str(5001 + serial))
        name = "large" if self.kind == "large" else f"small-{serial % small + 1}"
        return pykit.Package(name, f"1.{serial}")

    def __call__(self, bench, database, count):
        for serial in range(self.done, self.done + count):
            yield upload_request(bench, self.package(serial, bench.house.sizes[database]))
        self.done += count


def pypi_upload(bench):
    """latency of an upload into a project of 5,000 files, in as many releases or in one, against few files"""
    site = bench.ours("nginx", "pypi")
    large, wide, small = load.alternate(bench.times, *(
        measures.publish_run(bench, site, 1, Uploads(kind)) for kind in ("large", "wide", "small")))
    for what, run in (("5,000 files", large), ("5,000 files of one release", wide)):
        ratio = run.p50 / small.p50
        yield measures.Line(f"latency of upload, {what} to few", f"{run.p50 / 1000:.2f} ms",
                            f"{small.p50 / 1000:.2f} ms", ratio, "≤ 2", ratio <= 2,
                            f"CPU of all programs: {run.total / small.total:.2f}")


# --- memory ---

def peak(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def forget_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w") as file:
        file.write("5")


def upload(site, request):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=300)
    connection.request("POST", "/legacy/", request.body(), {
        "Authorization": request.authorization, "User-Agent": load.AGENT,
        "Content-Type": f"multipart/form-data; boundary={pykit.BOUNDARY}"})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (answer.status, body[:500])


def wheel_of(bench, serial, size):
    made = pykit.honest(pykit.Package("heavy", f"1.{serial}", pad=size))
    made.authorization = pykit.authorization(token(bench))
    return made


def pypi_memory(bench):
    """a worker's peak memory while wheels of 100 MB are uploaded and downloaded"""
    site = bench.site("pypi-memory", "pypi", "nginx", workers=1, pypi_max_file="200m", sendfile="none",
                      sendfile_prefix=None)
    worker, = site.workers()
    peaks, serial = [], 0
    for size, times in ((10000, 20), (HUGE, 3)):
        forget_peak(worker)
        for _ in range(times):
            upload(site, wheel_of(bench, serial, size))
            url = json.loads(load.ask(site.port, f"/pypi/heavy/1.{serial}/json")[2])["urls"][0]["url"]
            assert len(load.ask(site.port, "/" + url.split("/", 3)[3])[2]) > size
            serial += 1
        peaks.append(peak(worker))
    assert site.workers() == [worker]
    growth = peaks[1] - peaks[0]
    yield measures.Line("a worker's peak memory with wheels of 100 MB, to small ones", f"{peaks[1]:.1f} MB",
                        f"{peaks[0]:.1f} MB", None, "flat (≤ 1 MB)", growth <= 1)


MEASURES = [pypi_index, pypi_upload, pypi_memory]
for measure in MEASURES:
    measure.databases = ("pypi",)
