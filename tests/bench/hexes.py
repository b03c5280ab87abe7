# SPDX-License-Identifier: Apache-2.0
"""The measures of the Hex protocol."""

import hextar
import load
import measures

ERLANG = "application/vnd.hex+erlang"


def hex_index(bench):
    """signed packages, 200 and 304, through lighttpd and nginx"""
    rows = bench.house.rows("SELECT name FROM package WHERE id % 7 = 1 "
                            "ORDER BY hashint8(id) LIMIT 2000", "hex")
    targets = [f"/repo/packages/{row[0]}" for row in rows]
    for web in ("lighttpd", "nginx"):
        ours, reference = bench.ours(web, "hex"), bench.reference(web, database="hex")
        etags = [load.ask(ours.port, t)[1]["ETag"] for t in targets[:200]]
        plain = bench.requests([load.get(t) for t in targets])
        known = bench.requests([load.get(t, ("If-None-Match", e)) for t, e in zip(targets, etags)])
        for site in (ours, reference):
            assert load.ask(site.port, targets[0])[0] == 200
            assert load.ask(site.port, targets[0], {"If-None-Match": etags[0]})[0] == 304
        for status, file in ((200, plain), (304, known)):
            runs = bench.against(ours, reference, file)
            yield measures.compare(f"signed package, {status}, {web}", *runs, 0.85)


def hex_formats(bench):
    """a package of the API in Erlang terms against the same in JSON"""
    site = bench.ours("nginx", "hex")
    rows = bench.house.rows("SELECT name FROM package WHERE id % 31 = 1 LIMIT 200", "hex")
    files = [bench.requests([load.get(f"/api/packages/{row[0]}", ("Accept", accept))
                             for row in rows]) for accept in (ERLANG, "application/json")]
    # the first requests of a worker prepare its statements
    bench.run(site, files[0], 8)()
    terms, json = load.alternate(bench.times, *(bench.run(site, file, 1) for file in files))
    ratio = terms.p50 / json.p50
    yield measures.Line("latency of a package in terms, to JSON", measures.of(terms),
                        measures.of(json), ratio, "≤ 1.1", ratio <= 1.1,
                        f"CPU of all programs: {terms.total / json.total:.2f}")


def publish_requests(bench, database, count):
    prefix = f"made_{bench.random.randrange(10 ** 9)}"
    for serial in range(count):
        turn = serial // (measures.TURNS * measures.VERSIONS) * measures.TURNS
        name = f"{prefix}_{turn + serial % measures.TURNS}"
        version = f"0.{serial // measures.TURNS % measures.VERSIONS + 1}.0"
        yield load.raw("POST", "/api/publish?replace=false",
                       [("Authorization", bench.token(database)), ("Accept", ERLANG)],
                       hextar.package(name, version))


def hex_publish(bench):
    """latency of a publish into a repository of 20,000 packages against an empty one"""
    sites = [bench.ours("nginx", database) for database in ("hex", "hex_empty")]
    yield measures.grown("Hex publish", load.alternate(bench.times, *(
        measures.publish_run(bench, site, 1, publish_requests) for site in sites)))


MEASURES = [hex_index, hex_formats, hex_publish]
for measure in MEASURES:
    measure.databases = ("hex", "hex_empty")
