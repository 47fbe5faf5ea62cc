"""The map of a journey drawn as SVG for paper and pictures, from the same lanes as the page."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import wrap

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from candor.foundation.wording import estimate_text, number, range_text, scale_of

from .drafting import DraftStage
from .lanes import Cell, Row
from .models import Touchpoint

FIRST, COLUMN, PAD = 150.0, 156.0, 12.0
TITLE, STAGE, NAMES, LINE = 58.0, 30.0, 48.0, 14.0
LANE, TALL = 62.0, 84.0
LETTERS = 23


def draw_map(title: str, subtitle: str, stages: Sequence[DraftStage], rows: Sequence[Row]) -> SafeString:
    """The picture: stages, touchpoints, and a lane a row."""
    points = [point for stage in stages for point in stage.touchpoints]
    parts = [_text("title", PAD, 26, title), _text("note", PAD, 46, subtitle), *_heads(stages)]
    top = TITLE + STAGE + NAMES
    for row in rows:
        height = LANE if row.is_line else TALL
        parts += [_rule(top, len(points)), *_label(row, top), *_lane(row, points, top, height)]
        top += height
    width = FIRST + COLUMN * len(points) + PAD
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="map" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<style>{}</style><rect class="paper" width="100%" height="100%"/>{}</svg>',
        f"{width:.0f}", f"{top + PAD:.0f}", f"{width:.0f}", f"{top + PAD:.0f}", title, SafeString(PAPER),
        format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip


def _heads(stages: Sequence[DraftStage]) -> Iterator[SafeString]:
    x = FIRST
    for stage in stages:
        width = COLUMN * len(stage.touchpoints)
        left, right, top, middle, bottom = x + 2, x + width - 2, TITLE, TITLE + STAGE / 2, TITLE + STAGE
        yield _shape(
            '<path class="stage" d="M{} {}H{}L{} {}L{} {}H{}L{} {}z"/>',
            left, top, right - 10, right, middle, right - 10, bottom, left, left + 10, middle,
        )  # fmt: skip
        yield _text("stage-name", x + 18, middle + 4, stage.name[: int(width / 7)])
        for point in stage.touchpoints:
            for place, line in enumerate(_wrapped(point.name, 2)):
                yield _text("point", x + PAD, bottom + 18 + LINE * place, line)
            x += COLUMN


def _label(row: Row, top: float) -> Iterator[SafeString]:
    for place, line in enumerate(_wrapped(f"{row.name} {row.unit}".strip(), 3)):
        yield _text("lane", PAD, top + 22 + LINE * place, line)


def _rule(top: float, columns: int) -> SafeString:
    return _shape('<path class="rule" d="M0 {}H{}"/>', top, FIRST + COLUMN * columns + PAD)


def _lane(row: Row, points: Sequence[Touchpoint], top: float, height: float) -> Iterator[SafeString]:
    if row.is_line:
        yield from _line(row, points, top, height)
        return
    for place, point in enumerate(points):
        yield from _cell(row, row.cell(point), FIRST + COLUMN * place + PAD, top)


def _cell(row: Row, cell: Cell, x: float, top: float) -> Iterator[SafeString]:
    found, room = cell.estimate, COLUMN - 2 * PAD
    if found is None or found.value is None or found.low is None or found.high is None:
        words = cell.words or str(getattr(found, "words", ""))
        for place, line in enumerate(_wrapped(words, 4)):
            yield _text("note", x, top + 22 + LINE * place, line)
        return
    is_size = row.kind == "count"
    scale = scale_of(
        "share" if is_size else row.kind, lo=None if is_size else row.low, hi=None if is_size else row.high
    )
    yield _text("value", x, top + 22, cell.counted if is_size else estimate_text(found, scale))
    if is_size:
        yield _shape('<rect class="rest" x="{}" y="{}" width="{}" height="5" rx="2.5"/>', x, top + 32, room)
        yield _shape(
            '<rect class="bar" x="{}" y="{}" width="{}" height="5" rx="2.5"/>',
            x,
            top + 32,
            room * (cell.share or 0),
        )
    else:
        yield format_html(
            '<text class="n" x="{}" y="{}" text-anchor="end">n {}</text>', x + room, top + 22, number(found.n)
        )
        ends = [
            x + room * min(max((end - scale.lo) / ((scale.hi - scale.lo) or 1), 0), 1)
            for end in (found.low, found.value, found.high)
        ]
        yield _shape(
            '<path class="rule" d="M{} {}h{}"/><path class="interval" d="M{} {}H{}"/>',
            x,
            top + 35,
            room,
            ends[0],
            top + 35,
            ends[2],
        )
        yield _shape('<circle class="dot" cx="{}" cy="{}" r="4"/>', ends[1], top + 35)
    between = range_text(found.low, found.high, scale)
    yield _text("note", x, top + 54, f"{estimate_text(found, scale)} ({between})" if is_size else between)
    if cell.words:
        yield _text("note", x, top + 70, _wrapped(cell.words, 1)[0])


def _line(row: Row, points: Sequence[Touchpoint], top: float, height: float) -> Iterator[SafeString]:
    low, high = row.low or 0.0, 1.0 if row.high is None else row.high

    def level(value: float) -> float:
        return top + 8 + (height - 16) * (1 - min(max((value - low) / ((high - low) or 1), 0), 1))

    known: list[tuple[float, float, float, float] | None] = []
    for place, point in enumerate(points):
        found = row.cell(point).estimate
        if found is None or found.value is None or found.low is None or found.high is None:
            known.append(None)
        else:
            known.append(
                (FIRST + COLUMN * (place + 0.5), level(found.value), level(found.low), level(found.high))
            )
    for one, other in pairwise(known):
        if one and other:
            yield _shape(
                '<path class="band" d="M{} {}L{} {}V{}L{} {}z"/><path class="run" d="M{} {}L{} {}"/>',
                one[0], one[3], other[0], other[3], other[2], one[0], one[2], one[0], one[1], other[0], other[1],
            )  # fmt: skip
    for spot in known:
        if spot:
            yield _shape(
                '<path class="interval" d="M{} {}V{}"/><circle class="dot" cx="{}" cy="{}" r="4"/>',
                spot[0],
                spot[2],
                spot[3],
                spot[0],
                spot[1],
            )


def _wrapped(words: str, most: int) -> list[str]:
    lines = wrap(words, LETTERS, break_long_words=True) or [""]
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][: LETTERS - 1]}…"]


def _shape(template: str, *numbers: float) -> SafeString:
    """A drawing of numbers only, to a tenth of a pixel."""
    return format_html(template, *(f"{value:.1f}" for value in numbers))


def _text(css: str, x: float, y: float, words: str) -> SafeString:
    return format_html('<text class="{}" x="{}" y="{}">{}</text>', css, x, y, words)


PAPER = """
.map { font-family: Inter, Helvetica, Arial, sans-serif; }
.paper { fill: #ffffff; }
.title { fill: #13201e; font-size: 18px; font-weight: 600; }
.stage { fill: #e2f0ee; }
.stage-name { fill: #084843; font-size: 11.5px; font-weight: 600; }
.point { fill: #13201e; font-size: 12px; font-weight: 600; }
.lane { fill: #445350; font-size: 12px; font-weight: 600; }
.value { fill: #13201e; font-size: 13px; font-weight: 600; }
.note, .n { fill: #5d6b68; font-size: 10.5px; }
.rule { fill: none; stroke: #e1e7e6; stroke-width: 1; }
.interval { fill: none; stroke: #80a9a6; stroke-width: 4; stroke-linecap: round; }
.dot { fill: #0b5c57; stroke: #ffffff; stroke-width: 1.5; }
.bar { fill: #0b5c57; }
.rest { fill: #eef1f1; }
.band { fill: #dcebe9; }
.run { fill: none; stroke: #0b5c57; stroke-width: 2; }
"""
