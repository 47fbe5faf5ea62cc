"""Charts over time: one run, many runs, counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from candor.foundation.wording import Scale, scale_of

from . import layers
from .data import Event, Point, numbers_of, point_data, table_of
from .figure import Spec, chart_spec

_LONG_RUN = 200  # days, beyond which the axis names months


def trend(
    points: Sequence[Point],
    *,
    title: str,
    kind: str,
    unit: str = "",
    subtitle: str = "",
    events: Sequence[Event] = (),
    goal: float | None = None,
    lo: float | None = None,
    hi: float | None = None,
) -> Spec:
    """A run of estimates with its band; a point with too few answers leaves a gap."""
    scale = scale_of(kind, lo=lo, hi=hi)
    data = point_data(points, scale)
    x = layers.days(many=_is_long([point.at for point in points]))
    y = layers.measure(_unit_of(scale, unit))
    marks = [*layers.event_marks(events, x), *layers.band(data, x, y), *layers.last_value(data, x, y)]
    if goal is not None:
        marks += layers.level_mark(goal * scale.factor, "y", _("Goal"))
    body = {"data": {"values": data}, "width": "container", "height": 240, "layer": marks}
    return chart_spec(
        body, title=title, subtitle=subtitle, table=table_of(data, _("From"), "day"), file=_file(points, scale, unit)
    )  # fmt: skip


def small_multiples(
    runs: Mapping[str, Sequence[Point]],
    *,
    title: str,
    kind: str,
    unit: str = "",
    subtitle: str = "",
    columns: int = 4,
    lo: float | None = None,
    hi: float | None = None,
) -> Spec:
    """Many runs beside each other on one common scale, in order of the alphabet."""
    scale = scale_of(kind, lo=lo, hi=hi)
    data = [{"label": name} | row for name in sorted(runs) for row in point_data(runs[name], scale)]
    starts = [point.at for run in runs.values() for point in run]
    x = layers.days(many=_is_long(starts))
    x["axis"] = {**x["axis"], "tickCount": 3}
    y = layers.measure(_unit_of(scale, unit), title=False)
    body = {
        "data": {"values": data},
        "facet": {"field": "label", "type": "nominal", "header": {"title": None}},
        "columns": columns,
        "spacing": 32,
        "spec": {"width": 220, "height": 110, "layer": layers.band(data, x, y)},
    }
    table = [
        {_("Of"): row["label"]} | cells
        for row, cells in zip(data, table_of(data, _("From"), "day"), strict=True)
    ]
    file = [{_("Name"): name} | row for name in sorted(runs) for row in _file(runs[name], scale, unit)]
    return chart_spec(body, title=title, subtitle=subtitle, table=table, file=file)


def counts(
    days: Sequence[tuple[date, int]],
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    events: Sequence[Event] = (),
    expected: Sequence[tuple[date, float, float]] = (),
) -> Spec:
    """How many in each stretch of time, over the band that chance alone would keep to (`expected`: day, low, high)."""
    data = [{"at": at.isoformat(), "day": f"{at:%-d %b %Y}", "count": count} for at, count in sorted(days)]
    x = layers.days(many=_is_long([at for at, _count in days]))
    y = layers.measure(unit)
    y["scale"] = {"zero": True, "nice": True}
    marks: list[layers.Layer] = []
    if expected:
        limits = [{"at": at.isoformat(), "low": low, "high": high} for at, low, high in sorted(expected)]
        encoding = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
        marks.append(
            {"data": {"values": limits}, "mark": {"type": "area", "style": "expected"}, "encoding": encoding}
        )
    tooltip = [
        {"field": "day", "type": "nominal", "title": _("From")},
        {"field": "count", "type": "quantitative", "title": unit, "format": ","},
    ]
    line = {"x": x, "y": {**y, "field": "count"}}
    marks += [
        *layers.event_marks(events, x),
        {"mark": {"type": "line", "style": "line"}, "encoding": line},
        {"mark": {"type": "point", "style": "dot", "size": 36}, "encoding": {**line, "tooltip": tooltip}},
    ]
    body = {"data": {"values": data}, "width": "container", "height": 240, "layer": marks}
    return chart_spec(
        body,
        title=title,
        subtitle=subtitle,
        table=[{_("From"): row["day"], unit: row["count"]} for row in data],
        file=[{_("From"): row["at"], unit: row["count"]} for row in data],
    )


def _file(points: Sequence[Point], scale: Scale, unit: str) -> list[dict[str, Any]]:
    """A run in numbers, in order of time."""
    return [
        {_("From"): point.at.isoformat()} | numbers_of(point.estimate, scale, _unit_of(scale, unit))
        for point in sorted(points, key=lambda point: point.at)
    ]


def _is_long(starts: Sequence[date]) -> bool:
    return bool(starts) and (max(starts) - min(starts)).days > _LONG_RUN


def _unit_of(scale: Scale, unit: str) -> str:
    return unit or scale.suffix or {"nps": "NPS", "rate": _("per 1,000")}.get(scale.kind, "")
