# SPDX-License-Identifier: Apache-2.0
"""Runs the measures and prints the table."""

import argparse
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house as houses
import measures
import hexes
import pypies

MEASURES = measures.MEASURES + hexes.MEASURES + pypies.MEASURES
HEAD = ("measure", "ours", "reference", "ratio", "target", "met")


def cells(line):
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    return (line.measure + (f" ({line.note})" if line.note else ""), line.ours, line.reference,
            ratio, line.target, "yes" if line.met else "NO")


def table(lines):
    rows = [HEAD, *map(cells, lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    for k, row in enumerate(rows):
        print("| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |")
        if k == 0:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|")


def known_measures(names):
    by_name = {m.__name__: m for m in MEASURES}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        sys.exit(f"no such measure: {' '.join(unknown)}; there are: {' '.join(by_name)}")
    return [by_name[name] for name in names] or MEASURES


def measure_all(chosen, house, seconds, times):
    bench = measures.Bench(house, seconds, times)
    lines = []
    for measure in chosen:
        print(f"{measure.__name__}: {measure.__doc__}", flush=True)
        begun = time.monotonic()
        for line in measure(bench):
            lines.append(line)
            print("  " + " | ".join(cells(line)), flush=True)
        print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
    return lines


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--dir", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--smoke", action="store_true", help="small, short, and no verdict")
    parser.add_argument("--seconds", type=int, default=3, help="of one run")
    parser.add_argument("--times", type=int, default=3, help="runs of which the median counts")
    parser.add_argument("measures", nargs="*", metavar="MEASURE")
    options = parser.parse_args()
    chosen = known_measures(options.measures)
    sizes = {"large": 100_000, "small": 1_000, "hex": 20_000, "hex_empty": 0, "pypi": 500}
    if options.smoke:
        sizes = {"large": 2_000, "small": 500, "hex": 500, "hex_empty": 0, "pypi": 20}
        options.seconds, options.times = 1, 1
    # ends the programs too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    needed = {name for measure in chosen for name in getattr(measure, "databases", ("large", "small"))}
    house = houses.House(options.dir, options.build,
                         {name: size for name, size in sizes.items() if name in needed})
    try:
        house.open()
        lines = measure_all(chosen, house, options.seconds, options.times)
    finally:
        house.close()
    print()
    table(lines)
    missed = sum(not line.met for line in lines)
    print(f"\n{len(lines) - missed} targets met, {missed} missed")
    sys.exit(1 if missed and not options.smoke else 0)


main()
