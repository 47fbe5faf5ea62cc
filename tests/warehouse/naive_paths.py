"""The paths of cases counted in plain Python, which the warehouse has to agree with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from candor.warehouse.queries import (
    Activity,
    Added,
    Between,
    BlockWaits,
    CaseSummary,
    Closing,
    Conformance,
    DesignedStep,
    Edge,
    Ending,
    Funnel,
    Move,
    PingPong,
    Places,
    Repeat,
    Rework,
    Stretch,
    Transitions,
    Variant,
    WayTaken,
)

Row = dict[str, Any]
Case = list[tuple[str, datetime]]

MICRO = 1_000_000


def cases_of(rows: Iterable[Row]) -> dict[str, Case]:
    """The events of each case in order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["case_id"]].append(row)
    return {
        case: [
            (row["activity"], row["at"])
            for row in sorted(own, key=lambda r: (r["at"], r.get("ordinal") or 0, r["event_id"]))
        ]
        for case, own in found.items()
    }


def stretch(seconds: Sequence[float], places: Places) -> Stretch | None:
    if not seconds:
        return None
    values = sorted(
        round(value * MICRO) for value in seconds
    )  # whole microseconds: the same to the last digit
    whole, part = divmod((len(values) - 1) * 9, 10)
    above = values[min(whole + 1, len(values) - 1)]
    tenth = values[whole] + (above - values[whole]) * part / 10
    ends = places(len(values))
    low, high = (values[ends[0] - 1] / MICRO, values[ends[1] - 1] / MICRO) if ends else (None, None)
    return Stretch(len(values), median(values) / MICRO, round(tenth / MICRO, 6), low, high)


def summary(rows: Iterable[Row], *, top: int, places: Places) -> CaseSummary:
    cases = cases_of(rows)
    if not cases:
        return CaseSummary(0, 0, 0, None, None, None, (), (), ())
    events, starts, ends = Counter[str](), Counter[str](), Counter[str]()
    having: dict[Any, set[str]] = defaultdict(set)
    waits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for name, case in cases.items():
        starts[case[0][0]] += 1
        ends[case[-1][0]] += 1
        for activity, _ in case:
            events[activity] += 1
            having[activity].add(name)
        for (before, earlier), (after, later) in pairwise(case):
            waits[before, after].append((later - earlier).total_seconds())
            having[before, after].add(name)
    activities = [Activity(a, n, len(having[a]), starts[a], ends[a]) for a, n in events.items()]
    edges = []
    for pair, values in waits.items():
        wait = stretch(values, places)
        assert wait
        edges.append(Edge(*pair, len(values), len(having[pair]), wait.median, wait.low, wait.high, wait.p90))
    variants = Counter(tuple(activity for activity, _ in case) for case in cases.values())
    ordered = sorted(
        (Variant(path, n) for path, n in variants.items()), key=lambda v: (-v.cases, v.activities)
    )
    durations = stretch([(case[-1][1] - case[0][1]).total_seconds() for case in cases.values()], places)
    assert durations
    return CaseSummary(
        len(cases), sum(events.values()), len(variants),
        min(case[0][1] for case in cases.values()), max(case[-1][1] for case in cases.values()), durations.median,
        tuple(sorted(activities, key=lambda a: (-a.events, a.name))),
        tuple(sorted(edges, key=lambda e: (-e.n, e.before, e.after))),
        tuple(ordered[:top]), durations.low, durations.high, durations.p90,
    )  # fmt: skip


def rework(rows: Iterable[Row]) -> Rework:
    cases = [[activity for activity, _ in case] for case in cases_of(rows).values()]
    repeats = []
    for activity in sorted({a for case in cases for a in case}):
        own = [case.count(activity) for case in cases if activity in case]
        loops = sum(a == b == activity for case in cases for a, b in pairwise(case))
        repeats.append(
            Repeat(activity, len(own), sum(n > 1 for n in own), sum(own) - len(own), loops, max(own))
        )
    turns: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        for a, b, c in zip(case, case[1:], case[2:], strict=False):
            if a == c != b:
                turns[a, b].append(number)
    pings = [PingPong(*pair, len(found), len(set(found))) for pair, found in turns.items()]
    return Rework(
        len(cases), sum(map(len, cases)), sum(len(set(case)) < len(case) for case in cases),
        sum(len(case) - len(set(case)) for case in cases),
        tuple(sorted((r for r in repeats if r.repeats), key=lambda r: (-r.repeats, r.activity))),
        tuple(sorted(pings, key=lambda p: (-p.n, p.activity, p.other))),
    )  # fmt: skip


def waits(rows: Iterable[Row]) -> BlockWaits:
    cases = cases_of(rows)
    seconds: Counter[tuple[str, str]] = Counter()
    for case in cases.values():
        for (before, earlier), (after, later) in pairwise(case):
            seconds[before, after] += (later - earlier) // timedelta(seconds=1)
    return BlockWaits(len(cases), dict(seconds))


def is_closed(case: Case, closing: Closing) -> bool:
    return any(activity in closing.activities for activity, _ in case) or (
        closing.quiet is not None and case[-1][1] < closing.as_of - closing.quiet
    )


def funnel_counts(
    rows: Iterable[Row], steps: Sequence[str], closing: Closing
) -> tuple[int, int, list[tuple[int, int, int, list[float]]]]:
    """Cases, closed ones, and of each step how many reached it, left before, are open, and the waits of the first."""
    cases = cases_of(rows)
    counts: list[tuple[int, int, int, list[float]]] = []
    still = {name: (-1, case[0][1]) for name, case in cases.items()}
    for step in steps:
        then: dict[str, tuple[int, datetime]] = {}
        waits, left, waiting = [], 0, 0
        for name, (place, since) in still.items():
            case = cases[name]
            hit = next((i for i in range(place + 1, len(case)) if case[i][0] == step), None)
            if hit is not None:
                then[name] = (hit, case[hit][1])
                waits.append((case[hit][1] - since).total_seconds())
            elif is_closed(case, closing):
                left += 1
            else:
                waiting += 1
        counts.append((len(then), left, waiting, sorted(waits)))
        still = then
    return len(cases), sum(is_closed(case, closing) for case in cases.values()), counts


def counted(found: Funnel) -> tuple[int, int, list[tuple[int, int, int]]]:
    return found.cases, found.closed, [(s.reached, s.left, s.still_open) for s in found.steps]


def between(rows: Iterable[Row], start: str, end: str, pick: str, places: Places) -> Between:
    having, arrived, times = 0, 0, []
    for case in cases_of(rows).values():
        first = next((i for i, (activity, _) in enumerate(case) if activity == start), None)
        if first is None:
            continue
        having += 1
        if pick == "next":
            own = [(a, at) for a, at in case if a in {start, end}]
            found = [(b[1] - a[1]).total_seconds() for a, b in pairwise(own) if (a[0], b[0]) == (start, end)]
        else:
            ends = [at for activity, at in case[first + 1 :] if activity == end]
            found = [(ends[0 if pick == "first" else -1] - case[first][1]).total_seconds()] if ends else []
        arrived += bool(found)
        times += found
    return Between(having, arrived, stretch(times, places))


def conformance(rows: Iterable[Row], design: Sequence[str]) -> Conformance:
    cases = [[activity for activity, _ in case] for case in cases_of(rows).values()]
    steps = []
    for i, activity in enumerate(design):
        own = [case for case in cases if activity in case]
        later = [case for case in cases if any(other in case for other in design[i + 1 :])]
        steps.append(
            DesignedStep(
                activity, len(own), sum(activity not in case for case in later),
                sum(not any(other in case for other in design[i:]) for case in cases),
                sum(case.count(activity) > 1 for case in own), sum(case.count(activity) - 1 for case in own),
                sum(any(o in case and case.index(o) > case.index(activity) for o in design[:i]) for case in own),
            )
        )  # fmt: skip
    added = Counter(a for case in cases for a in set(case) - set(design))
    events = Counter(a for case in cases for a in case)
    in_order = sum(
        all(a in case for a in design) and [*dict.fromkeys(a for a in case if a in design)] == list(design)
        for case in cases
    )
    return Conformance(
        len(cases), sum(case == list(design) for case in cases),
        sum(case == list(design[: len(case)]) and len(case) < len(design) for case in cases), in_order, tuple(steps),
        tuple(sorted((Added(a, n, events[a]) for a, n in added.items()), key=lambda a: (-a.cases, a.activity))),
    )  # fmt: skip


def transitions(rows: Iterable[Row], goal: Sequence[str], closing: Closing) -> Transitions:
    moves, ways = (
        Counter[tuple[str | None, str]](),
        defaultdict[tuple[str, ...], list[int]](lambda: [0, 0, 0]),
    )
    endings: dict[str | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    cases = cases_of(rows)
    for case in cases.values():
        names = [activity for activity, _ in case]
        hit = next((i for i, activity in enumerate(names) if activity in goal), None)
        outcome = 0 if hit is not None else 1 if is_closed(case, closing) else 2
        way = names if hit is None else names[:hit]
        endings[way[-1] if way else None][outcome] += 1
        moves.update(zip([None, *way], way, strict=False))
        if way:
            ways[tuple(way)][outcome] += 1
    return Transitions(
        len(cases),
        tuple(sorted((Move(*pair, n) for pair, n in moves.items()), key=lambda m: (-m.n, m.before is not None, m.before or "", m.after))),
        tuple(Ending(a, *n) for a, n in sorted(endings.items(), key=lambda e: (e[0] is not None, e[0] or ""))),
        len(ways),
        tuple(WayTaken(way, *n) for way, n in sorted(ways.items(), key=lambda w: (-sum(w[1]), w[0]))),
    )  # fmt: skip


def log_of(cases: Sequence[Sequence[tuple[str, int]]], *, start: datetime, shuffle: Any = None) -> list[Row]:
    """Rows of cases, each given as activities with the minutes since the event before."""
    rows = []
    for number, case in enumerate(cases):
        at = start
        for place, (activity, minutes) in enumerate(case):
            at += timedelta(minutes=minutes)
            rows.append({
                "event_id": f"{number * 7919 % 1000:03}-{place * 31 % 97:02}-{place}", "journey": "loan", "case_id": f"c{number}",
                "activity": activity, "at": at, "ordinal": place % 2, "channel": ("web", None, "mail")[number % 3], "unit": number % 2 or None,
            })  # fmt: skip
    return rows
