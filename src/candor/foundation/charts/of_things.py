"""Charts of several things at one time: places to compare, stages in their order, sizes."""

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from candor.foundation.wording import Scale, scale_of

from . import layers
from .data import Row, numbers_of, row_data, table_of
from .figure import Spec, chart_spec

_ROW_HEIGHT = 28
_STAGE_WIDTH = 76  # px that a stage's name needs to lie flat


def interval_dots(
    rows: Sequence[Row],
    *,
    title: str,
    kind: str,
    unit: str = "",
    subtitle: str = "",
    reference: float | None = None,
    reference_label: str = "",
    lo: float | None = None,
    hi: float | None = None,
) -> Spec:
    """Each thing's value and interval on a common scale, grouped in tiers; inside a tier by the alphabet.

    Tiers come in the order in which `rows` first names them; `reference` (the whole company) is a dashed line.
    """
    scale = scale_of(kind, lo=lo, hi=hi)
    tiers = list(dict.fromkeys(row.tier for row in rows))
    ordered = [
        row for tier in tiers for row in sorted((r for r in rows if r.tier == tier), key=lambda r: r.label)
    ]
    data = row_data(ordered, scale)
    y = _labels(data, tiers)
    x = layers.measure(_unit_of(scale, unit))
    tone = {
        "field": "tone",
        "type": "nominal",
        "scale": {"domain": ["flat", "up", "down"], "range": "category"},
        "legend": None,
    }
    marks: list[layers.Layer] = []
    if reference is not None:
        marks += layers.level_mark(reference * scale.factor, "x", reference_label)
    marks += [
        {
            "mark": {"type": "rule", "style": "whisker"},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": tone},
        },
        {
            "mark": {"type": "point", "style": "dot"},
            "encoding": {"y": y, "x": {**x, "field": "value"}, "fill": tone, "tooltip": _tooltip()},
        },
        *_headings(tiers, y),
        *_words_for_few(data, y),
    ]
    height = _ROW_HEIGHT * len(y["scale"]["domain"])
    body = {"data": {"values": data}, "width": "container", "height": height, "layer": marks}
    return chart_spec(
        body, title=title, subtitle=subtitle, table=table_of(data, _("Of"), "label"), file=_file(ordered, scale, unit, _("Name"))
    )  # fmt: skip


def bars_with_intervals(
    rows: Sequence[Row],
    *,
    title: str,
    kind: str,
    unit: str = "",
    subtitle: str = "",
    lo: float | None = None,
    hi: float | None = None,
) -> Spec:
    """Sizes from zero with their intervals, in the order given: shares of themes, money at stake."""
    scale = scale_of(kind, lo=lo, hi=hi)
    data = row_data(rows, scale)
    y = _labels(data, [""])
    x = layers.measure(_unit_of(scale, unit))
    x["scale"] = {"zero": True, "nice": True}
    marks = [
        {
            "mark": {"type": "bar", "style": "bar", "height": 14},
            "encoding": {"y": y, "x": {**x, "field": "value"}, "tooltip": _tooltip()},
        },
        {
            "mark": {"type": "rule", "style": "thin-whisker"},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        *_words_for_few(data, y),
    ]
    body = {"data": {"values": data}, "width": "container", "height": _ROW_HEIGHT * len(data), "layer": marks}
    return chart_spec(
        body, title=title, subtitle=subtitle, table=table_of(data, _("Of"), "label"), file=_file(rows, scale, unit, _("Name"))
    )  # fmt: skip


def stages(
    rows: Sequence[Row],
    *,
    title: str,
    kind: str,
    unit: str = "",
    subtitle: str = "",
    lo: float | None = None,
    hi: float | None = None,
) -> Spec:
    """A score along the stages of a journey, in the journey's order, each with its interval."""
    scale = scale_of(kind, lo=lo, hi=hi)
    data = row_data(rows, scale)
    narrow = f"width < {len(rows) * _STAGE_WIDTH}"
    x = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": [row.label for row in rows]},
        "axis": {
            "title": None,
            "labelLimit": 110,
            "domain": False,
            "labelAngle": {"expr": f"{narrow} ? -40 : 0"},
            "labelAlign": {"expr": f"{narrow} ? 'right' : 'center'"},
        },
    }
    y = layers.measure(_unit_of(scale, unit))
    marks = [
        {
            "mark": {"type": "line", "style": "line", "strokeOpacity": 0.4},
            "encoding": {"x": x, "y": {**y, "field": "value"}},
        },
        {
            "mark": {"type": "rule", "style": "whisker"},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "style": "dot"},
            "encoding": {"x": x, "y": {**y, "field": "value"}, "tooltip": _tooltip()},
        },
        {
            "mark": {"type": "text", "style": "value-label"},
            "transform": [{"filter": "isValid(datum.value)"}],
            "encoding": {"x": x, "y": {**y, "field": "value"}, "text": {"field": "text", "type": "nominal"}},
        },
    ]
    body = {"data": {"values": data}, "width": "container", "height": 260, "layer": marks}
    return chart_spec(
        body, title=title, subtitle=subtitle, table=table_of(data, _("Stage"), "label"), file=_file(rows, scale, unit, _("Stage"))
    )  # fmt: skip


def _file(rows: Sequence[Row], scale: Scale, unit: str, first: str) -> list[dict[str, Any]]:
    """The rows in numbers, a tier's name with each of its own."""
    has_tiers = any(row.tier for row in rows)
    return [
        {first: row.label, **({_("Tier"): row.tier} if has_tiers else {}), **numbers_of(row.estimate, scale, _unit_of(scale, unit), count=row.count)}
        for row in rows
    ]  # fmt: skip


def _labels(data: list[dict[str, Any]], tiers: Sequence[str]) -> dict[str, Any]:
    """The axis of names; a tier's own name stands as a line above its rows."""
    domain: list[str] = []
    for tier in tiers:
        domain += [tier] if tier else []
        domain += [row["label"] for row in data if row["tier"] == tier or not any(tiers)]
    headings = [tier for tier in tiers if tier]
    axis = {
        "title": None,
        "labelLimit": 200,
        "labelExpr": f"indexof({json.dumps(headings)}, datum.value) >= 0 ? '' : datum.label",
    }
    return {"field": "label", "type": "nominal", "sort": None, "scale": {"domain": domain}, "axis": axis}


def _headings(tiers: Sequence[str], y: dict[str, Any]) -> list[layers.Layer]:
    return _written([{"label": tier} for tier in tiers if tier], "label", "heading", y)


def _words_for_few(data: list[dict[str, Any]], y: dict[str, Any]) -> list[layers.Layer]:
    return _written([row for row in data if row["value"] is None], "text", "note", y)


def _written(rows: list[dict[str, Any]], field: str, style: str, y: dict[str, Any]) -> list[layers.Layer]:
    """Words at the left edge of their row, on a ground of their own so that no line runs through them."""
    if not rows:
        return []
    encoding = {"y": y, "x": {"value": 0}, "text": {"field": field, "type": "nominal"}}
    halo = {"type": "text", "style": style, "stroke": {"expr": "ground"}, "strokeWidth": 5}
    return [
        {"data": {"values": rows}, "mark": mark, "encoding": encoding}
        for mark in (halo, {"type": "text", "style": style})
    ]


def _tooltip() -> list[dict[str, Any]]:
    return layers.tooltip(_("Of"), "label")


def _unit_of(scale: Scale, unit: str) -> str:
    return unit or scale.suffix or {"nps": "NPS", "rate": _("per 1,000")}.get(scale.kind, "")
