"""The line of a lane over the map's columns: each cell draws its part, so that columns may be as wide as they like."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from .lanes import Cell, Row

HEIGHT = 64
EDGE = 6  # pixels left free above and below


def line_parts(row: Row, cells: Sequence[Cell]) -> list[SafeString]:
    """The parts of the line with its band, one a cell; empty where there are too few answers."""
    levels = [_levels(cell, row) for cell in cells]
    return [_part(levels, place) for place in range(len(levels))]


def _levels(cell: Cell, row: Row) -> tuple[float, float, float] | None:
    """Value, high end and low end as heights in percent from above."""
    found = cell.estimate
    if found is None or found.value is None or found.low is None or found.high is None:
        return None
    low, high = row.low or 0.0, 1.0 if row.high is None else row.high

    def height(value: float) -> float:
        share = min(max((value - low) / ((high - low) or 1.0), 0.0), 1.0)
        return round(100 * (EDGE + (HEIGHT - 2 * EDGE) * (1 - share)) / HEIGHT, 2)

    return height(found.value), height(found.high), height(found.low)


def _part(levels: Sequence[tuple[float, float, float] | None], place: int) -> SafeString:
    here = levels[place]
    if here is None:
        return SafeString("")
    points = [(50.0, here)]
    if place and (before := levels[place - 1]):
        points.insert(0, (0.0, _between(before, here)))
    if place + 1 < len(levels) and (after := levels[place + 1]):
        points.append((100.0, _between(here, after)))
    upper = [f"{x},{level[1]}" for x, level in points]
    lower = [f"{x},{level[2]}" for x, level in reversed(points)]
    line = [f"{x},{level[0]}" for x, level in points]
    return format_html(
        '<svg class="line-part" height="{}" aria-hidden="true">'
        '<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none">'
        '<polygon class="band" points="{}"/><polyline class="line" points="{}"/></svg>'
        '<line class="interval" x1="50%" x2="50%" y1="{}%" y2="{}%"/><circle class="point" cx="50%" cy="{}%" r="4.5"/></svg>',
        HEIGHT, " ".join([*upper, *lower]), " ".join(line), here[1], here[2], here[0],
    )  # fmt: skip


def _between(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> tuple[float, float, float]:
    first, second, third = ((a + b) / 2 for a, b in zip(one, other, strict=True))
    return first, second, third
