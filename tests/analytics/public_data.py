"""Public files that are too large to be typed: read from the folder in CANDOR_DATA, or the test is skipped."""

import csv
import os
from datetime import datetime
from pathlib import Path

import pytest


def data_folder(name: str) -> Path:
    root = os.environ.get("CANDOR_DATA")
    if not root:
        pytest.skip("CANDOR_DATA is not set: the folder of public data sets is needed")
    folder = Path(root) / name
    if not folder.exists():
        pytest.skip(f"{folder} is not there")
    return folder


def cdnow_histories() -> tuple[list[float], list[float], list[float]]:
    """Repeats, last and age of 2,357 CDNOW customers, in weeks up to 30 Sep 1997 (two digits after the point)."""
    with (data_folder("cdnow") / "cdnow_customers_summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    return tuple([float(row[name]) for row in rows] for name in ("frequency", "recency", "T"))


def cdnow_purchases() -> list[tuple[str, float, float]]:
    """(customer, day, dollars) of every purchase of the CDNOW sample."""
    found = []
    for line in (data_folder("cdnow") / "CDNOW_sample.txt").read_text().splitlines():
        fields = line.split()
        if len(fields) == 5:
            day = datetime.strptime(fields[2], "%Y%m%d").toordinal()
            found.append((fields[1], float(day), float(fields[4])))
    return found
