"""Import of survey answers: rows a second and peak memory, against plain csv and sqlite3 in the same run.

    .venv/bin/python bench/import_answers.py            # 20,000 people, 100,000 answers
    .venv/bin/python bench/import_answers.py --answers 1000000

The file is an export of Qualtrics (three header rows, five questions, one of them in own words for every fifth person) and goes the whole
way: recognised by its shape, looked through, every answer checked against its question, feedback, answers, events, jobs and search index
stored in transactions of 1,000 people on SQLite. Beside it the least that could be done: csv.reader and executemany into two bare tables
with the same unique keys, synchronous=FULL, in transactions of the same size.
"""

import argparse
import csv
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTIONS = 5
HEAD = [
    ["RecordedDate", "ResponseId", "DistributionChannel", "UserLanguage", "Finished", "Q1_NPS_GROUP", "Q1", "Q2", "Q3", "Q4", "Q5", "Segment"],
    ["Recorded Date", "Response ID", "Channel", "Language", "Finished", "Group", "Recommend?", "Wait?", "Advice?", "Used?", "Why?", "Segment"],
]  # fmt: skip
CODES = [
    "recordedDate",
    "_recordId",
    "distributionChannel",
    "userLanguage",
    "finished",
    "QID1_NPS_GROUP",
    "QID1",
    "QID2",
    "QID3",
    "QID4",
    "QID5_TEXT",
    "Segment",
]
WORDS = (
    "Quick and friendly",
    "I waited long at the counter and nobody told me why",
    "The app logged me out",
    "Good advice",
)
CHUNK = 1_000


def write_file(path: Path, people: int) -> None:
    """An export with so many people."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([*HEAD, [json.dumps({"ImportId": code}) for code in CODES]])
        for n in range(people):
            day = f"2026-{n % 10 + 1:02d}-{n % 28 + 1:02d} 10:{n % 60:02d}:00"
            why = WORDS[n % len(WORDS)] if n % 5 == 0 else ""
            writer.writerow(
                [day, f"R_{n}", "email", "EN", "True", "x", n * 7 % 11, n % 5 + 1, n % 7 + 1, ("App", "Branch", "Phone")[n % 3], why, ("Gold", "Basic")[n % 2]]
            )  # fmt: skip


def answers_in(people: int) -> int:
    return people * (QUESTIONS - 1) + (people + 4) // 5


def plain(path: Path, folder: Path) -> float:
    """Seconds that csv and sqlite3 need for the bare rows."""
    base = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)
    base.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE feedback (id INTEGER PRIMARY KEY, source TEXT, key TEXT, at TEXT, channel TEXT, language TEXT, segment TEXT, UNIQUE (source, key));"
        "CREATE TABLE answer (id INTEGER PRIMARY KEY, feedback INTEGER, question TEXT, number REAL, text TEXT, UNIQUE (feedback, question));"
    )
    start = time.perf_counter()
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        names = next(reader)[6:11]
        next(reader), next(reader)
        people: list[tuple[object, ...]] = []
        answers: list[tuple[object, ...]] = []

        def write() -> None:
            base.execute("BEGIN")
            base.executemany("INSERT INTO feedback VALUES (?, 'bench', ?, ?, ?, ?, ?)", people)
            base.executemany(
                "INSERT INTO answer (feedback, question, number, text) VALUES (?, ?, ?, ?)", answers
            )
            base.execute("COMMIT")
            people.clear(), answers.clear()

        for number, row in enumerate(reader, 1):
            people.append((number, row[1], row[0], row[2], row[3], row[11]))
            for name, text in zip(names, row[6:11], strict=True):
                if text:
                    is_number = text.isdigit()
                    answers.append(
                        (number, name, float(text) if is_number else None, "" if is_number else text)
                    )
            if len(people) == CHUNK:
                write()
        if people:
            write()
    base.close()
    return time.perf_counter() - start


def bring(path: Path) -> None:
    """Runs in a process of its own, so that its memory is its own."""
    from candor.cli.workspace import open_workspace

    open_workspace()
    from candor.apps.imports import services

    batch = services.take_path(kind="surveys", path=path, by=None, options={"source": "bench"})
    services.start(batch=batch, by=None)
    start = time.perf_counter()
    services.run_import(batch=batch)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "rows": batch.rows_added, "bad": batch.rows_bad, "state": batch.state,
                      "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=84_000)
    parser.add_argument("--bring", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bring:
        bring(arguments.bring)
        return
    people = max(1, round(arguments.answers / (QUESTIONS - 1 + 0.2)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "answers.csv"
        write_file(path, people)
        environment = os.environ | {
            "CANDOR_HOME": str(folder / "home"),
            "CANDOR_PASSWORD": "a long enough password",
        }
        subprocess.run(
            [sys.executable, "-m", "candor.cli", "init", "--name", "Bench", "--email", "a@b.example"], check=True, env=environment, capture_output=True
        )  # fmt: skip
        bare = plain(path, folder)
        told = subprocess.run(
            [sys.executable, __file__, "--bring", str(path)],
            check=True,
            env=environment,
            capture_output=True,
            text=True,
        )
        found = json.loads(told.stdout.splitlines()[-1])
    answers = answers_in(people)
    print(f"{people:,} people, {answers:,} answers; load {os.getloadavg()[0]:.1f}")
    print(f"plain csv + sqlite3   {bare:8.1f} s  {answers / bare:10,.0f} answers/s")
    print(
        f"candor import surveys {found['seconds']:8.1f} s  {answers / found['seconds']:10,.0f} answers/s  ({found['state']}, {found['rows']:,} people, {found['bad']} bad)"
    )
    print(f"times plain           {found['seconds'] / bare:8.1f}     peak memory {found['peak_mb']:,.0f} MB")


if __name__ == "__main__":
    main()
