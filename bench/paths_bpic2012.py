"""From XES to graph, waits and variants: Candor against pm4py, on the loan applications of the BPI Challenge 2012.

    CANDOR_DATA=FOLDER python bench/paths_bpic2012.py [--rounds 3] [--environment FOLDER]

pm4py is AGPL and no dependency: it lives in an environment of its own, made on demand in the cache folder. Each side reads the file and
discovers in a process of its own, one after the other, the rounds interleaved; printed are the best of each side, and the ratios.
Candor reads case, activity and time, which is what paths need; pm4py makes a table of every attribute, and can't be told not to. What
Candor's reader of every attribute takes stands beside. Both have to find the same edges, median waits and variants.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PM4PY = "pm4py==2.7.23"
KNOWN = {
    "cases": 13_087,
    "events": 262_200,
    "edges": 125,
    "transitions": 249_113,
    "variants": 4_366,
    "top": [3429, 1872, 271, 209, 160],
}
PARTS = ("read", "discover")
THEIRS = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
import pm4py

def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, [time.perf_counter() - wall, time.process_time() - cpu]

def discover():
    return pm4py.discover_dfg(log)[0], pm4py.discover_performance_dfg(log)[0], pm4py.get_variants(log)

log, read = timed(lambda: pm4py.read_xes(sys.argv[1]))
(graph, waits, variants), discovery = timed(discover)
cases = log["case:concept:name"].nunique()
count = lambda found: found if isinstance(found, int) else len(found)
print("\\n" + json.dumps({
    "read": read, "discover": discovery, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "cases": int(cases), "events": len(log),
    "edges": sorted([*pair, int(n), float(waits[pair]["median"])] for pair, n in graph.items()),
    "variants": sorted([list(path), count(n)] for path, n in variants.items()),
}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--environment", type=Path, default=_cache() / "candor-bench" / PM4PY.replace("==", "-")
    )
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ours:
        print("\n" + json.dumps(ours(arguments.ours)))
        return
    if not os.environ.get("CANDOR_DATA"):
        print("skipped: set CANDOR_DATA to the folder with the real data")
        return
    file = Path(os.environ["CANDOR_DATA"]) / "bpic2012" / "bpic2012.xes.gz"
    peer = environment(arguments.environment)
    runs: dict[str, list[dict[str, Any]]] = {"candor": [], "pm4py": []}
    for number in range(arguments.rounds):
        runs["candor"].append(answer([sys.executable, __file__, "--ours", str(file)]))
        runs["pm4py"].append(answer([str(peer), "-c", THEIRS, str(file)]))
        print(f"round {number + 1} of {arguments.rounds}: load {os.getloadavg()[0]:.1f}", flush=True)
    check(runs["candor"][0], runs["pm4py"][0])
    report(runs)


def report(runs: dict[str, list[dict[str, Any]]]) -> None:
    best = {
        side: {part: [min(run[part][clock] for run in found) for clock in (0, 1)] for part in PARTS} | {"peak": max(run["peak"] for run in found)}
        for side, found in runs.items()
    }  # fmt: skip
    mine, theirs = best["candor"], best["pm4py"]
    print(f"\n{'':34}{'Candor':>10}{'pm4py':>10}{'ratio':>9}")
    for part, words in zip(PARTS, ("XES to events", "graph + median waits + variants"), strict=True):
        for clock, unit in enumerate(("s", "CPU s")):
            a, b = mine[part][clock], theirs[part][clock]
            print(f"{words + ', ' + unit:34}{a:10.3f}{b:10.3f}{b / a:8.1f}×")
    print(
        f"{'peak memory, MB':34}{mine['peak']:10.0f}{theirs['peak']:10.0f}{mine['peak'] / theirs['peak']:9.2f}"
    )
    full = min(run["every"][1] for run in runs["candor"])
    print(
        f"\nCandor's reader of every attribute: {full:.2f} CPU s, {theirs['read'][1] / full:.1f} times as fast as pm4py."
    )


def check(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Both found the same, and what is known of the log."""
    for name in ("cases", "events", "variants"):
        assert mine[name] == theirs[name], f"{name} differ"
    for edge, other in zip(mine["edges"], theirs["edges"], strict=True):
        assert edge[:3] == other[:3], (edge, other)
        assert abs(edge[3] - other[3]) < 1e-6, (edge, other)
    counts = sorted((n for _, n in mine["variants"]), reverse=True)
    found = {
        "cases": mine["cases"], "events": mine["events"], "edges": len(mine["edges"]),
        "transitions": sum(edge[2] for edge in mine["edges"]), "variants": len(counts), "top": counts[:5],
    }  # fmt: skip
    assert found == KNOWN, found
    print("identical: cases, events, edges with counts and median waits, variants with counts")


def ours(file: Path) -> dict[str, Any]:
    """Read and discover; the reader of every attribute only after the peak was taken."""
    import numpy as np

    from candor.intake import EventBatch, event_batches, open_events
    from candor.warehouse.columns import EventColumns, column_cases

    def read() -> EventColumns:
        (batch,) = event_batches(open_events(file), at_most=10_000_000)
        assert isinstance(batch, EventBatch)
        columns = (
            np.frombuffer(part, kind)
            for part, kind in (
                (batch.cases, np.int32),
                (batch.activities, np.int32),
                (batch.micros, np.int64),
            )
        )
        return EventColumns(*columns, list(batch.activity_names))

    columns, reading = timed(read)
    summary, discovery = timed(lambda: column_cases(columns, top=10_000_000))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _, every = timed(lambda: sum(1 for _ in open_events(file)))
    return {
        "read": reading, "discover": discovery, "every": every, "peak": peak, "cases": summary.cases, "events": summary.events,
        "edges": sorted([edge.before, edge.after, edge.n, edge.median_wait] for edge in summary.edges),
        "variants": sorted([list(one.activities), one.cases] for one in summary.top_variants),
    }  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[Any, list[float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, [time.perf_counter() - wall, time.process_time() - cpu]


def answer(command: list[str]) -> dict[str, Any]:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.stderr[-2000:])
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def environment(folder: Path) -> Path:
    """The Python of an environment that holds pm4py, made if need be."""
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        print(f"installing {PM4PY} into {folder}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PM4PY], check=True
        )
        (folder / "made").touch()
    return python


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


if __name__ == "__main__":
    main()
