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
    """An estimate of one of several things; `tone` is up, down or flat against the rest, `tier` its group.

    `count` says of a share how many of the estimate's n it is.
    """

    label: str
    estimate: Estimated
    tier: str = ""
    tone: str = "flat"
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something in the company's life that a chart marks."""

    on: date
    name: str


def values_of(estimate: Estimated, scale: Scale) -> dict[str, Any]:
    """Value and ends in display units, None where words stand for them, and what a tooltip says."""
    shown = _is_shown(estimate)
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
        {
            "label": row.label, "tier": row.tier, "tone": row.tone, "count": row.count if _is_shown(row.estimate) else None,
        } | values_of(row.estimate, scale)
        for row in rows
    ]  # fmt: skip


def numbers_of(estimate: Estimated, scale: Scale, unit: str, *, count: int | None = None) -> dict[str, Any]:
    """The cells of an estimate in a chart's file: numbers as they are shown, empty where words stand in the note for them.

    A share with its `count` says of how many it is; durations are seconds.
    """
    shown, places = _is_shown(estimate), decimals_for(scale, estimate.low, estimate.high)
    ends = [
        round(end * scale.factor, places) + 0.0 if shown and end is not None else None
        for end in (estimate.value, estimate.low, estimate.high)
    ]
    counted: dict[str, Any] = {_("Answers"): estimate.n}
    if count is not None:
        counted = {_("Count"): count if shown else None, _("Out of"): estimate.n}
    return {
        **dict(zip((_("Value"), _("Low"), _("High")), ends, strict=True)), _("Unit"): unit, **counted,
        _("Method"): estimate.method, _("Note"): "" if shown else too_few_text(estimate),
    }  # fmt: skip


def _is_shown(estimate: Estimated) -> bool:
    return estimate.status not in _HIDDEN and estimate.value is not None


def table_of(data: Sequence[dict[str, Any]], first: str, key: str) -> list[dict[str, Any]]:
    """The table behind a chart."""
    has_counts = any(row.get("count") is not None for row in data)
    return [
        {first: row[key], _("Value"): row["text"], _("Could be"): row["range"]}
        | ({_("Count"): row["count"], _("Out of"): row["n"]} if has_counts else {_("Answers"): row["n"]})
        for row in data
    ]
