# SPDX-License-Identifier: Apache-2.0
"""Sending requests: raw ones for wrk, single ones from here, and what a run
of wrk tells."""

import dataclasses
import http.client
import os
import re
import resource
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
AGENT = "entrepot-bench"


def raw(method, target, headers=(), body=b""):
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", f"User-Agent: {AGENT}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(target, *headers):
    return raw("GET", target, headers)


def write_requests(path, requests):
    with open(path, "wb") as out:
        for request in requests:
            out.write(b"%d\n" % len(request) + request)
    return path


def ask(port, target, headers=None):
    """One request: status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", target, headers={"User-Agent": AGENT, **(headers or {})})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


@dataclasses.dataclass
class Run:
    """What one run of wrk, or the median of several, came to; times in µs."""
    rate: float
    p50: float
    p99: float
    bandwidth: float
    cpu: float                  # of the application, per request
    requests: int
    total: float = 0            # of all programs, per request


def wrk(port, file, seconds, connections, allow_errors=False):
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s",
         "-s", f"{HERE}/replay.lua", f"http://127.0.0.1:{port}/", "--", file],
        check=True, capture_output=True, text=True).stdout
    numbers = [int(n) for n in re.search(r"^RESULT (.*)$", out, re.M).group(1).split()]
    requests, duration, p50, p99, size, refused, broken = numbers
    if requests == 0 or broken or (refused and not allow_errors):
        raise RuntimeError(f"wrk: {requests} requests, {refused} refused, {broken} broken\n{out}")
    return Run(requests / duration * 1e6, p50, p99, size / duration * 1e6, 0, requests)


def cpu_time(pids):
    """Seconds that the processes have run."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def children_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(pids, run, others=()):
    """Adds what the application (PIDS) and all programs (OTHERS and wrk too) used."""
    own, rest, client = cpu_time(pids), cpu_time(others), children_time()
    result = run()
    own, rest = cpu_time(pids) - own, cpu_time(others) - rest
    result.cpu = own / result.requests * 1e6
    result.total = (own + rest + children_time() - client) / result.requests * 1e6
    return result


def median(runs):
    def of(field):
        return statistics.median(getattr(r, field) for r in runs)
    return Run(of("rate"), of("p50"), of("p99"), of("bandwidth"), of("cpu"),
               sum(r.requests for r in runs), of("total"))


def alternate(times, *contestants):
    """Runs A B A B …; the median of each."""
    results = [[] for _ in contestants]
    for _ in range(times):
        for contestant, got in zip(contestants, results):
            got.append(contestant())
    return [median(r) for r in results]
