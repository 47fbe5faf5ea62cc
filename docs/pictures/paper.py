"""What the pictures are drawn with: two axes, a few marks, and a tidy SVG on a white card.

Rows are dicts: `x` and `y` place a mark, `low` and `high` are its ends, `text` its words. Tones differ in shade and
dash as well as in colour, so that a picture can be read without colour.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from candor.foundation.charts.figure import Spec, chart_spec
from candor.foundation.charts.render import render_svg

Row = dict[str, Any]
Layer = dict[str, Any]
Tone = Literal["main", "plain", "other", "faint"]

_COLOURS: dict[Tone, str] = {"main": "#0b5c57", "plain": "#13201e", "other": "#b4590a", "faint": "#6b7a77"}
_DASHES: dict[Tone, list[int]] = {"main": [], "plain": [2, 3], "other": [6, 4], "faint": [1, 3]}
_FONT = ' font-family="Inter Variable, Inter, Liberation Sans, Arial, sans-serif"'
_IDLE = re.compile(
    r' (?:pointer-events|aria-hidden|aria-roledescription|aria-label|role|class)="[^"]*"| opacity="1"'
    r'|<path d="(?:M0,0h0v0h0Z)?"[^>]*/>'
)
_TAG = re.compile(r"<[^>]*>")
_MINUS = re.compile(r"(?<!\w)-(?=\d)")
_LONG = re.compile(r"-?\d+\.\d{3,}")
_CLIP = re.compile(r"\bclip\d+\b")


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale of numbers with its unit in the title."""

    title: str
    domain: tuple[float, float] | None = None
    form: str = ""
    ticks: Sequence[float] | int = 6
    is_log: bool = False
    is_silent: bool = False

    def of(self, field: str) -> dict[str, Any]:
        many = {"tickCount": self.ticks} if isinstance(self.ticks, int) else {"values": list(self.ticks)}
        look = {"title": self.title, "labelOverlap": True, **many} | (
            {"format": self.form} if self.form else {}
        )
        scale: dict[str, Any] = {"type": "log" if self.is_log else "linear", "nice": False, "zero": False}
        if self.domain:
            scale["domain"] = list(self.domain)
        axis = None if self.is_silent else look
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


@dataclass(frozen=True, slots=True)
class Names:
    """A scale of names in the order given."""

    order: Sequence[str]
    title: str = ""

    def of(self, field: str) -> dict[str, Any]:
        axis = {"title": self.title or None, "labelLimit": 220, "labelAngle": 0}
        return {
            "field": field,
            "type": "nominal",
            "sort": None,
            "scale": {"domain": list(self.order)},
            "axis": axis,
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """Two axes, and the marks that stand between them."""

    x: Axis | Names
    y: Axis | Names

    def _at(self, rows: Sequence[Row], mark: Layer, **more: Any) -> Layer:
        encoding = {"x": self.x.of("x"), "y": self.y.of("y")} | more
        return {"data": {"values": [_short(row) for row in rows]}, "mark": mark, "encoding": encoding}

    def line(self, rows: Sequence[Row], tone: Tone = "main", *, steps: bool = False) -> Layer:
        look = {"color": _COLOURS[tone], "strokeDash": _DASHES[tone]}
        shape = {"interpolate": "step-after"} if steps else {}
        return self._at(rows, {"type": "line", "style": "line", **look, **shape})

    def dots(
        self,
        rows: Sequence[Row],
        tone: Tone = "main",
        *,
        hollow: bool = False,
        size: int = 72,
        shape: str = "circle",
    ) -> Layer:
        colour = _COLOURS[tone]
        look = {"fill": "#ffffff" if hollow else colour, "stroke": colour if hollow else "#ffffff"}
        return self._at(rows, {"type": "point", "style": "dot", "size": size, "shape": shape, **look})

    def bars(self, rows: Sequence[Row], tone: Tone = "main", *, thick: int = 26) -> Layer:
        thickness = {"width": thick} if isinstance(self.x, Names) else {"height": thick}
        return self._at(rows, {"type": "bar", "style": "bar", "color": _COLOURS[tone], **thickness})

    def band(self, rows: Sequence[Row], tone: Tone = "main", *, steps: bool = False) -> Layer:
        shape = {"interpolate": "step-after"} if steps else {}
        mark = {"type": "area", "style": "band", "color": _COLOURS[tone], **shape}
        return self._at(rows, mark, y=self.y.of("low"), y2={"field": "high"})

    def upright(self, rows: Sequence[Row], tone: Tone = "main", *, thin: bool = False) -> Layer:
        return self._at(rows, _whisker(tone, thin), y=self.y.of("low"), y2={"field": "high"})

    def across(self, rows: Sequence[Row], tone: Tone = "main", *, thin: bool = False) -> Layer:
        return self._at(rows, _whisker(tone, thin), x=self.x.of("low"), x2={"field": "high"})

    def block(self, rows: Sequence[Row], tone: Tone = "faint") -> Layer:
        """A stretch of x over the whole height."""
        mark = {"type": "rect", "color": _COLOURS[tone], "opacity": 0.14}
        layer = self._at(rows, mark, x=self.x.of("low"), x2={"field": "high"})
        del layer["encoding"]["y"]
        return layer

    def words(
        self, rows: Sequence[Row], *, align: str = "left", dx: int = 8, dy: int = 0, bold: bool = False
    ) -> Layer:
        """Words on a ground of their own, so that no line runs through them."""
        look = {"align": align, "dx": dx, "dy": dy, "fontWeight": 600 if bold else 400}
        layer = self._text(rows, look)
        ground = layer["mark"] | {"stroke": "#ffffff", "strokeWidth": 5}
        drawn = {"mark": layer["mark"], "encoding": layer["encoding"]}
        return {"data": layer["data"], "layer": [drawn | {"mark": ground}, drawn]}

    def plain_words(self, rows: Sequence[Row]) -> Layer:
        """Words in the middle of their square."""
        return self._text(rows, {"align": "center"})

    def _text(self, rows: Sequence[Row], look: Layer) -> Layer:
        mark = {"type": "text", "baseline": "middle", "fontSize": 12, "color": "#13201e", **look}
        told = [row | {"text": _with_minus(row["text"])} for row in rows]
        return self._at(told, mark, text={"field": "text", "type": "nominal"})

    def level(self, at: float, words: str = "") -> list[Layer]:
        """A dotted line across at a height, its words above the left end."""
        rule = {"mark": {"type": "rule", "style": "goal"}, "encoding": {"y": self.y.of("y")}}
        rows = [{"y": at, "text": words}]
        data = {"data": {"values": rows}}
        text = {"type": "text", "style": "note", "baseline": "bottom", "dy": -3}
        encoding = {"y": self.y.of("y"), "x": {"value": 0}, "text": {"field": "text", "type": "nominal"}}
        return [data | rule, data | {"mark": text, "encoding": encoding}]

    def upright_line(self, at: float, words: str = "") -> list[Layer]:
        """A dotted line from top to bottom, its words at the upper end."""
        data = {"data": {"values": [{"x": at, "text": words}]}}
        text = {"type": "text", "style": "note", "baseline": "bottom", "align": "center", "dx": 0, "dy": -4}
        encoding = {"x": self.x.of("x"), "y": {"value": 0}, "text": {"field": "text", "type": "nominal"}}
        return [
            data | {"mark": {"type": "rule", "style": "goal"}, "encoding": {"x": self.x.of("x")}},
            data | {"mark": text, "encoding": encoding},
        ]

    def cells(self, rows: Sequence[Row]) -> Layer:
        """Squares of a table, shaded by `shade` from 0 to 1."""
        shade: dict[str, Any] = {"field": "shade", "type": "quantitative", "legend": None}
        shade["scale"] = {"domain": [0, 1], "range": ["#ffffff", "#9cc4bf"], "interpolate": "rgb"}
        return self._at(rows, {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2}, color=shade)


def picture(
    layers: Sequence[Layer], *, title: str, subtitle: str, height: int = 220, width: int = 560
) -> Spec:
    """One picture: a sentence above, what is drawn below it in smaller type."""
    body = {"background": "#ffffff", "width": width, "height": height, "layer": list(layers)}
    spec = chart_spec(body, title=title, subtitle=_with_minus(subtitle), table=[], file=[])
    del spec["usermeta"]["file"]  # nothing stands behind a picture on a page
    return spec


def svg(spec: Spec) -> str:
    """The picture as a small SVG that comes out the same each time, whatever was drawn before it."""
    drawn = render_svg(spec, width=spec["width"]).replace(_FONT, "")
    clips: dict[str, str] = {}  # the drawing library counts them on from picture to picture
    for name in _CLIP.findall(drawn):
        clips.setdefault(name, f"clip{len(clips) + 1}")
    drawn = _CLIP.sub(lambda name: clips[name[0]], drawn)
    drawn = _TAG.sub(lambda tag: _LONG.sub(_hundredths, tag[0]), _IDLE.sub("", drawn))
    return drawn.replace("<svg ", f"<svg{_FONT} ", 1) + "\n"


def _with_minus(words: str) -> str:
    return _MINUS.sub("\N{MINUS SIGN}", words)


def _hundredths(found: re.Match[str]) -> str:
    return f"{round(float(found[0]), 2):g}"


def _short(row: Row) -> Row:
    return {key: round(float(cell), 5) if _is_number(cell) else cell for key, cell in row.items()}


def _is_number(cell: object) -> bool:
    return hasattr(cell, "__float__") and not isinstance(cell, str)


def _whisker(tone: Tone, thin: bool) -> Layer:
    look = {"color": _COLOURS[tone]}
    if thin:
        return {"type": "rule", "style": "thin-whisker", **look, "strokeDash": _DASHES[tone]}
    return {"type": "rule", "style": "whisker", **look}
