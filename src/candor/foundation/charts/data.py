"""What charts are drawn from: points in time, labelled rows, events; and their values in display units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from candor.foundation.wording import Estimated, Scale, decimals_for, range_text, too_few_text, value_text

_HIDDEN = {"too_few", "suppressed", "not_comparable"}
_DATE = "%-d %b %Y"


@dataclass(frozen=True, slots=True)
class Point:
    """An estimate for the days that begin at `at`."""

    at: date
    estimate: Estimated


@dataclass(frozen=True, slots=True)
class Row:
    """An estimate of one of several things; `tone` is up, down or flat against the rest, `tier` its group."""

    label: str
    estimate: Estimated
    tier: str = ""
    tone: str = "flat"


@dataclass(frozen=True, slots=True)
class Event:
    """Something in the company's life that a chart marks."""

    on: date
    name: str


def values_of(estimate: Estimated, scale: Scale) -> dict[str, Any]:
    """Value and ends in display units, None where words stand for them, and what a tooltip says."""
    shown = estimate.status not in _HIDDEN and estimate.value is not None
    places = decimals_for(scale, estimate.low, estimate.high)

    def display(value: float | None) -> float | None:
        return round(value * scale.factor, places + 1) if shown and value is not None else None

    text = (
        value_text(estimate.value, scale, low=estimate.low, high=estimate.high)
        if shown
        else too_few_text(estimate)
    )
    return {
        "value": display(estimate.value),
        "low": display(estimate.low),
        "high": display(estimate.high),
        "n": estimate.n,
        "text": text,
        "range": range_text(estimate.low, estimate.high, scale) if shown else "",
    }


def point_data(points: Sequence[Point], scale: Scale) -> list[dict[str, Any]]:
    """Rows of a chart over time, in order of time."""
    ordered = sorted(points, key=lambda point: point.at)
    data = [
        {"at": point.at.isoformat(), "day": f"{point.at:{_DATE}}"} | values_of(point.estimate, scale)
        for point in ordered
    ]
    for place, row in enumerate(data):
        neighbours = data[max(place - 1, 0) : place] + data[place + 1 : place + 2]
        row["alone"] = row["value"] is not None and all(other["value"] is None for other in neighbours)
    return data


def row_data(rows: Sequence[Row], scale: Scale) -> list[dict[str, Any]]:
    """Rows of a chart of things, in the order given."""
    return [
        {"label": row.label, "tier": row.tier, "tone": row.tone} | values_of(row.estimate, scale)
        for row in rows
    ]


def table_of(data: Sequence[dict[str, Any]], first: str, key: str) -> list[dict[str, Any]]:
    """The table behind a chart."""
    return [
        {first: row[key], _("Value"): row["text"], _("Could be"): row["range"], _("Answers"): row["n"]}
        for row in data
    ]
