"""A complaints file read into typed rows, against pandas; a long file in bounded memory; an event log.

    CANDOR_DATA=… python bench/intake.py [--large]

Each measurement runs in a process of its own, so that its peak of memory is its own; times are the best of several runs and leave
the start of Python and the imports out. `--large` also writes a table, an XES log and an object-centric log of a gigabyte each to the temporary folder and reads them.
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 5
MIB = 1024 * 1024


def candor_typed(path: Path) -> int:
    from candor.intake import Converter, Field, Row, open_table, recognise

    fields = [
        Field("reference", "Complaint ID", required=True, is_identifier=True),
        Field("received_on", "Date received", "date", required=True),
        Field("sent_on", "Date sent to company", "date"),
        Field("timely", "Timely response?", "boolean"),
        *(Field(f"text_{n}", name) for n, name in enumerate(open_table(path).columns)),
    ]
    table = open_table(path)
    converter = Converter(fields, recognise(table.columns, fields), date_order="MDY")
    return sum(isinstance(converter.convert(row), dict) for row in table.rows() if isinstance(row, Row))


def candor_rows(path: Path) -> int:
    from candor.intake import open_table

    return sum(1 for _ in open_table(path).rows())


def candor_events(path: Path) -> int:
    from candor.intake import open_events

    return sum(1 for _ in open_events(path))


def pandas_text(path: Path) -> int:
    import pandas

    return len(pandas.read_csv(path, dtype=str, keep_default_na=False))


def pandas_typed(path: Path) -> int:
    import pandas

    frame = pandas.read_csv(path, dtype={"Complaint ID": str, "ZIP code": str}, low_memory=False)
    for column in ("Date received", "Date sent to company"):
        frame[column] = pandas.to_datetime(frame[column], format="%m/%d/%y")
    frame["Timely response?"] = frame["Timely response?"].map({"Yes": True, "No": False})
    return len(frame)


def _run(
    work: Callable[[Path], int], path: Path, runs: int, pipe: "multiprocessing.connection.Connection"
) -> None:
    import candor.intake  # noqa: F401 - so does this one's

    if work.__name__.startswith("pandas"):
        import pandas  # noqa: F401 - its size belongs to the baseline
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count, best, peak = 0, float("inf"), 0
    for _ in range(runs):
        began = time.perf_counter()
        count = work(path)
        best = min(best, time.perf_counter() - began)
        peak = peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send((count, best, before / 1024, peak / 1024))


def measure(name: str, work: Callable[[Path], int], path: Path, runs: int = RUNS) -> float:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(work, path, runs, sender))
    process.start()
    count, seconds, before, peak = receiver.recv()
    process.join()
    print(f"{name:<42} {count:>10,} {seconds:>8.2f} s {peak:>7.0f} MiB {peak - before:>+7.0f}")
    return float(seconds)


def write_large(path: Path) -> None:
    line = ",".join(f"cell {n} with some text" for n in range(10))
    with path.open("w") as file:
        file.write(",".join(f"name {n}" for n in range(10)) + "\n")
        block = f"{line}\n" * 1000
        while file.tell() < 1024 * MIB:
            file.write(block)


def write_large_xes(path: Path) -> None:
    """A log of a gigabyte: traces of 20 events with five attributes each."""
    event = "".join(
        f'<{kind} key="{key}" value="{value}"/>'
        for kind, key, value in (
            ("string", "concept:name", "Handle the application"),
            ("date", "time:timestamp", "2026-03-01T12:00:00.000+01:00"),
            ("string", "org:resource", "Resource 112"),
            ("string", "lifecycle:transition", "COMPLETE"),
            ("int", "amount", "20000"),
        )
    )
    events = f"<event>{event}</event>\n" * 20
    with path.open("w") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n')
        n = 0
        while file.tell() < 1024 * MIB:
            for _ in range(100):
                file.write(f'<trace><string key="concept:name" value="case {n}"/>{events}</trace>\n')
                n += 1
        file.write("</log>")


def write_large_ocel(path: Path) -> None:
    """An object-centric log of a gigabyte: 20 events an order, an item in each; the events stand before the objects."""
    with path.open("w") as file:
        file.write('{"eventTypes": [], "objectTypes": [], "events": [')
        n = 0
        while file.tell() < 1024 * MIB * 0.85:
            for _ in range(1_000):
                file.write(
                    f'{{"id": "e{n}", "type": "Handle the order", "time": "2026-03-01T12:00:00Z", '
                    f'"attributes": [{{"name": "amount", "value": {n}}}], "relationships": '
                    f'[{{"objectId": "o{n // 20}", "qualifier": "order"}}, {{"objectId": "i{n // 5}", "qualifier": "item"}}]}},'
                )
                n += 1
        file.write(
            '{"id": "last", "type": "Close", "time": "2026-03-01T12:00:00Z", "relationships": [{"objectId": "o0"}]}'
        )
        file.write('], "objects": [')
        file.writelines(f'{{"id": "i{i}", "type": "item", "attributes": []}},' for i in range(n // 5))
        file.writelines(f'{{"id": "o{o}", "type": "order", "attributes": []}},' for o in range(1, n // 20))
        file.write('{"id": "o0", "type": "order", "attributes": []}]}')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also read files of a gigabyte")
    large = parser.parse_args().large
    folder = os.environ.get("CANDOR_DATA")
    if not folder:
        print("skipped: set CANDOR_DATA to the folder with the real data")
        return
    complaints = Path(folder) / "cfpb" / "complaints.csv.gz"
    print(f"{'':<42} {'rows':>10} {'best of ' + str(RUNS):>10} {'peak':>11} {'grown':>7}")
    text = measure("pandas, text only", pandas_text, complaints)
    typed = measure("pandas, dates and booleans", pandas_typed, complaints)
    rows = measure("candor, rows of text", candor_rows, complaints)
    ours = measure("candor, every column converted", candor_typed, complaints)
    print(f"rows of text / pandas text: {rows / text:.2f}; typed / pandas typed: {ours / typed:.2f}")
    measure("candor, BPI Challenge 2012 (XES)", candor_events, Path(folder) / "bpic2012" / "bpic2012.xes.gz")
    if large:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "large.csv"
            write_large(path)
            measure("candor, a table of 1 GiB", candor_rows, path, runs=1)
            write_large_xes(path)
            measure("candor, an XES log of 1 GiB", candor_events, path, runs=1)
            write_large_ocel(path)
            measure("candor, an object-centric log of 1 GiB", candor_events, path, runs=1)


if __name__ == "__main__":
    main()
