"""Event logs of any size, the same on every machine: a loan journey with loops, skewed waits, units, channels and customers.

    python bench/event_logs.py FOLDER [--events 10000000] [--seed 1]

Writes Parquet files of about two million events each, in the order of arrival, with the columns that
`Warehouse.append_events_from` takes. A case has 1 to 60 events and walks the chain below; the chance of each step and the median
wait before it are the planted truth. Memory stays below 1 GB.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

JOURNEY = "loan"
START = np.datetime64("2023-01-01T00:00:00", "us")
SPAN = (
    3 * 365 * 86_400.0
)  # seconds over which cases begin; what would happen later is cut off, so that cases are open at the end
LONGEST = 60
CASES_AT_ONCE = 160_000
EVENTS_A_CASE = 9.56  # on average, to know how many cases make so many events
LATE_SHARE = 0.004  # of the events arrive days after they happened, the others within minutes
CHANNELS = ("web", "branch", "phone", "mail", "app")
UNITS = 200
END = "end"

# From each activity: to which next one, with which chance, after which median wait in hours, with which spread (sigma of the log).
STEPS: dict[str, tuple[tuple[str, float, float, float], ...]] = {
    "Application opened": (("Form filled", 0.78, 0.2, 1.2), (END, 0.22, 0, 0)),
    "Form filled": (("Documents asked", 0.66, 3.0, 0.9), ("Credit checked", 0.34, 0.5, 0.7)),
    "Documents asked": (
        ("Documents received", 0.71, 70.0, 1.1),
        ("Reminder sent", 0.21, 168.0, 0.2),
        (END, 0.08, 0, 0),
    ),
    "Reminder sent": (
        ("Documents received", 0.48, 40.0, 1.0),
        ("Reminder sent", 0.22, 168.0, 0.2),
        ("Customer called", 0.16, 20.0, 1.0),
        (END, 0.14, 0, 0),
    ),
    "Documents received": (
        ("Documents checked", 0.93, 18.0, 0.8),
        ("Customer called", 0.07, 30.0, 1.0),
    ),
    "Documents checked": (
        ("Documents asked", 0.19, 6.0, 0.8),
        ("Credit checked", 0.74, 4.0, 0.9),
        ("Customer called", 0.07, 12.0, 1.0),
    ),
    "Customer called": (
        ("Customer called", 0.30, 26.0, 1.0),
        ("Documents received", 0.27, 48.0, 1.1),
        ("Credit checked", 0.28, 9.0, 0.8),
        ("Complaint filed", 0.08, 30.0, 1.3),
        (END, 0.07, 0, 0),
    ),
    "Credit checked": (
        ("Assessed", 0.82, 26.0, 1.0),
        ("Credit checked", 0.06, 2.0, 0.6),
        ("Rejected", 0.12, 8.0, 0.6),
    ),
    "Assessed": (
        ("Offer made", 0.64, 14.0, 0.9),
        ("Documents asked", 0.13, 8.0, 0.8),
        ("Second opinion", 0.16, 60.0, 0.9),
        ("Rejected", 0.07, 12.0, 0.6),
    ),
    "Second opinion": (("Assessed", 0.71, 44.0, 0.9), ("Rejected", 0.29, 10.0, 0.6)),
    "Offer made": (
        ("Offer accepted", 0.52, 80.0, 1.2),
        ("Offer changed", 0.19, 60.0, 1.0),
        ("Customer called", 0.17, 72.0, 0.9),
        (END, 0.12, 0, 0),
    ),
    "Offer changed": (("Offer made", 0.88, 10.0, 0.8), (END, 0.12, 0, 0)),
    "Offer accepted": (("Contract signed", 0.94, 30.0, 1.0), (END, 0.06, 0, 0)),
    "Contract signed": (("Paid out", 0.97, 22.0, 0.6), ("Customer called", 0.03, 30.0, 1.0)),
    "Paid out": (
        ("Instalment paid", 0.55, 720.0, 0.05),
        ("Complaint filed", 0.05, 100.0, 1.2),
        (END, 0.40, 0, 0),
    ),
    "Instalment paid": (
        ("Instalment paid", 0.86, 720.0, 0.05),
        ("Customer called", 0.02, 300.0, 0.8),
        (END, 0.12, 0, 0),
    ),
    "Complaint filed": (("Complaint answered", 0.95, 90.0, 0.9), (END, 0.05, 0, 0)),
    "Complaint answered": (("Complaint filed", 0.09, 200.0, 1.0), (END, 0.91, 0, 0)),
    "Rejected": (("Complaint filed", 0.06, 60.0, 1.1), (END, 0.94, 0, 0)),
}
ACTIVITIES = tuple(STEPS)

EVENT = """
SELECT
    CAST(NULL AS VARCHAR) AS event_id, $journey AS journey, 'L' || lpad(CAST("case" AS VARCHAR), 9, '0') AS case_id,
    names.name AS activity, "at", CASE WHEN resource < 0 THEN NULL ELSE 'agent ' || resource END AS resource,
    channels.name AS channel, CAST(unit AS BIGINT) AS unit, CAST(customer AS BIGINT) AS customer, 'complete' AS lifecycle,
    CASE WHEN activity = 0 THEN '{"amount":' || amount || '}' END AS attributes, 'bench' AS source,
    CAST(1 + "case" // $batch AS BIGINT) AS batch, CAST(ordinal AS BIGINT) AS ordinal, received_at
FROM columns
JOIN names ON names.number = columns.activity
JOIN channels ON channels.number = columns.channel
ORDER BY received_at, "at", ordinal
"""


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps as arrays: a row an activity, a column a choice; `END` is the number after the last activity."""

    bounds: NDArray[np.float64]
    targets: NDArray[np.uint8]
    medians: NDArray[np.float64]  # seconds
    spreads: NDArray[np.float64]


def chain() -> Chain:
    width = max(map(len, STEPS.values()))
    shape = (len(ACTIVITIES), width)
    bounds, medians, spreads = np.ones(shape), np.ones(shape), np.zeros(shape)
    targets = np.full(shape, len(ACTIVITIES), dtype=np.uint8)
    for row, steps in enumerate(STEPS.values()):
        chances = [chance for _, chance, _, _ in steps]
        assert abs(sum(chances) - 1) < 1e-9
        bounds[row, : len(steps) - 1] = np.cumsum(chances)[:-1]
        for column, (target, _, hours, spread) in enumerate(steps):
            if target != END:
                targets[row, column] = ACTIVITIES.index(target)
                medians[row, column], spreads[row, column] = hours * 3600, spread
    return Chain(bounds, targets, medians, spreads)


def event_columns(cases: int, *, seed: int = 1) -> Iterator[dict[str, NDArray[np.generic]]]:
    """The events of so many cases as arrays of equal length, some 160,000 cases at a time; activities and channels by number."""
    model = chain()
    for number, first in enumerate(range(0, cases, CASES_AT_ONCE)):
        chance = np.random.default_rng((seed, number))
        yield _walked(model, chance, first, min(CASES_AT_ONCE, cases - first), cases)


def _walked(
    model: Chain, chance: np.random.Generator, first: int, count: int, of: int
) -> dict[str, NDArray[np.generic]]:
    who = np.arange(count)
    activity = np.zeros(count, dtype=np.uint8)
    clock = np.sort(chance.random(count)) * (SPAN * count / of) + SPAN * first / of
    steps: list[tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.float64]]] = []
    for _ in range(LONGEST):
        steps.append((who, activity, clock))
        draw = chance.random(len(who))
        choice = (draw[:, None] >= model.bounds[activity]).sum(axis=1).clip(max=model.bounds.shape[1] - 1)
        target = model.targets[activity, choice]
        spread = model.spreads[activity, choice]
        wait = model.medians[activity, choice] * np.exp(spread * chance.standard_normal(len(who)))
        goes_on = (target < len(ACTIVITIES)) & (clock + wait < SPAN)
        who, activity, clock = who[goes_on], target[goes_on], (clock + wait)[goes_on]
        if not len(who):
            break
    return _columns(chance, steps, first, count)


def _columns(
    chance: np.random.Generator,
    steps: list[tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.float64]]],
    first: int,
    count: int,
) -> dict[str, NDArray[np.generic]]:
    who = np.concatenate([part[0] for part in steps])
    activity = np.concatenate([part[1] for part in steps])
    seconds = np.concatenate([part[2] for part in steps])
    ordinal = np.repeat(np.arange(len(steps)), [len(part[0]) for part in steps])
    unit = (UNITS * chance.random(count) ** 2).astype(np.int64) + 1
    customer = (5_000_000 * chance.random(count) ** 1.5).astype(np.int64) + 1
    usual = chance.choice(len(CHANNELS), count, p=[0.45, 0.25, 0.12, 0.08, 0.10])
    channel = np.where(chance.random(len(who)) < 0.8, usual[who], chance.integers(0, len(CHANNELS), len(who)))
    agent = np.where(activity % 3 == 0, -1, unit[who] * 12 + chance.integers(0, 12, len(who)))
    is_late = chance.random(len(who)) < LATE_SHARE
    delay = np.where(is_late, 86_400 * (1 + 9 * chance.random(len(who))), 300 * chance.random(len(who)) ** 4)
    amount = np.round(np.exp(9 + 0.8 * chance.standard_normal(count)), -2).astype(np.int64)
    return {
        "case": who + first,
        "activity": activity,
        "at": _instants(seconds),
        "received_at": _instants(seconds + delay),
        "resource": agent,
        "channel": channel.astype(np.uint8),
        "unit": unit[who],
        "customer": customer[who],
        "amount": amount[who],
        "ordinal": ordinal,
    }


def _instants(seconds: NDArray[np.float64]) -> NDArray[np.datetime64]:
    return START + (seconds * 1e3).astype(np.int64).astype("timedelta64[ms]")


def write_event_log(folder: Path, *, events: int, seed: int = 1, journey: str = JOURNEY) -> list[Path]:
    """Write about `events` events as Parquet files into `folder`; returns them in the order of arrival."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"preserve_insertion_order": "false"})
    for table, names in (("names", ACTIVITIES), ("channels", CHANNELS)):
        connection.execute(f"CREATE TABLE {table} (number UTINYINT, name VARCHAR)")
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", list(enumerate(names)))
    cases = max(round(events / EVENTS_A_CASE), 1)
    paths = []
    for number, columns in enumerate(event_columns(cases, seed=seed)):
        path = folder / f"events-{number:04d}.parquet"
        connection.register("columns", columns)
        connection.execute(
            f"COPY ({EVENT}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)",
            {"journey": journey, "batch": CASES_AT_ONCE},
        )
        paths.append(path)
    connection.close()
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    paths = write_event_log(arguments.folder, events=arguments.events, seed=arguments.seed)
    seconds = time.monotonic() - started
    ((n, cases),) = duckdb.execute(
        "SELECT count(*), count(DISTINCT case_id) FROM read_parquet(?)", [[str(path) for path in paths]]
    ).fetchall()
    print(
        f"{n:,} events of {cases:,} cases in {len(paths)} files, {seconds:.0f} s, {n / seconds:,.0f} events/s"
    )


if __name__ == "__main__":
    main()
