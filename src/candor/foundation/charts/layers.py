"""Marks that the charts share; colours come from the theme's styles, never from here."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from .data import Event

Layer = dict[str, Any]


def tooltip(first: str, field: str) -> list[dict[str, Any]]:
    """What hovering tells: the thing or day, then its value, interval and answers."""
    return [
        {"field": field, "type": "nominal", "title": first},
        {"field": "text", "type": "nominal", "title": _("Value")},
        {"field": "range", "type": "nominal", "title": _("Could be")},
        {"field": "n", "type": "quantitative", "title": _("Answers"), "format": ","},
    ]


def days(*, many: bool) -> dict[str, Any]:
    """The time axis: days while the run is short, months and years when it is long."""
    axis = {"title": None, "format": "%b %Y" if many else "%-d %b", "tickCount": 6, "labelOverlap": True}
    return {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def measure(unit: str, *, title: bool = True, domain: list[float] | None = None) -> dict[str, Any]:
    """The quantitative axis in the unit's own figures."""
    scale: dict[str, Any] = {"zero": False, "nice": True}
    if domain is not None:
        scale = {"domain": domain}
    label = "datum.label" if unit != "%" else "datum.label + '%'"
    axis = {
        "title": (_("Share") if unit == "%" else unit) if title else None,
        "labelExpr": f"replace({label}, '-', '\N{MINUS SIGN}')",
        "tickCount": 5,
    }
    return {"type": "quantitative", "scale": scale, "axis": axis}


def band(data: Sequence[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> list[Layer]:
    """Interval as a band under the line of values, with a dot and its tooltip at each value.

    A value between two gaps has no area, so it gets a whisker.
    """
    told = tooltip(_("From"), "day")
    ends = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    value = {"x": x, "y": {**y, "field": "value"}}
    alone = {
        "transform": [{"filter": "datum.alone"}],
        "mark": {"type": "rule", "style": "whisker"},
        "encoding": ends,
    }
    return [
        {"mark": {"type": "area", "style": "band"}, "encoding": ends},
        *([alone] if any(row["alone"] for row in data) else []),
        {"mark": {"type": "line", "style": "line"}, "encoding": value},
        {"mark": {"type": "point", "style": "dot", "size": 36}, "encoding": {**value, "tooltip": told}},
    ]


def last_value(data: Sequence[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> list[Layer]:
    """The newest value written at the end of its line."""
    known = [row for row in data if row["value"] is not None]
    if not known:
        return []
    encoding = {"x": x, "y": {**y, "field": "value"}, "text": {"field": "text", "type": "nominal"}}
    return [
        {
            "data": {"values": known[-1:]},
            "mark": {"type": "text", "style": "value-label"},
            "encoding": encoding,
        }
    ]


def event_marks(events: Sequence[Event], x: dict[str, Any]) -> list[Layer]:
    """A dashed line and a name for each event."""
    if not events:
        return []
    data = {"values": [{"at": event.on.isoformat(), "name": event.name} for event in events]}
    return [
        {"data": data, "mark": {"type": "rule", "style": "event"}, "encoding": {"x": x}},
        {
            "data": data,
            "mark": {"type": "text", "style": "event-label"},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "name", "type": "nominal"}},
        },
    ]


def level_mark(at: float, channel: str, label: str) -> list[Layer]:
    """A line across the chart with its name at the edge: a goal, the whole company."""
    rule = {"mark": {"type": "rule", "style": "goal"}, "encoding": {channel: {"datum": at}}}
    if not label:
        return [rule]
    if channel == "x":
        edge: Layer = {"y": {"value": 0}}
        mark = {"type": "text", "style": "note", "baseline": "bottom", "align": "center", "dx": 0, "dy": -4}
    else:
        edge = {"x": {"value": 0}}
        mark = {"type": "text", "style": "note", "baseline": "bottom", "dy": -3}
    return [
        rule,
        {
            "data": {"values": [{"name": label}]},
            "mark": mark,
            "encoding": {channel: {"datum": at}, **edge, "text": {"field": "name", "type": "nominal"}},
        },
    ]
