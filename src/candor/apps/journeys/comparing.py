"""Two picks of one journey held against each other, lane by lane and touchpoint by touchpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from candor.analytics import Comparison, compare_shares
from candor.apps.organization.queries import workspace
from candor.foundation.wording import change_text, could_text, duration_text, scale_of

from . import pages, telling
from .lanes import Asked, Cell, Row, lanes
from .models import Stage, Touchpoint
from .picks import Pick

NOT_APART = "no_clear_change"


@dataclass(frozen=True, slots=True)
class Difference:
    """What can be said of A beside B: higher, lower, or nothing; `words` claim no more than the data tell."""

    verdict: str  # up, down, flat
    words: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One lane at one touchpoint, of both picks."""

    first: Cell
    second: Cell
    difference: Difference


@dataclass(frozen=True, slots=True)
class PairRow:
    """One lane, of both picks."""

    first: Row
    second: Row
    pairs: tuple[Pair, ...]


def compare_page(first: Pick, second: Pick, stages: Sequence[Stage], measure: str) -> dict[str, Any]:
    """Both picks side by side; the touchpoints are those of the design, or of the first pick's proposal."""
    sides = [pages.shown_for(pick) for pick in (first, second)]
    context = pages.frame(first, sides[0]) | {"second": second, "shown_second": sides[1]}
    counts = [side.answer.counts for side in sides]
    if counts[0] is None or counts[1] is None or not (counts[0].paths.cases and counts[1].paths.cases):
        return context | {"has_both": counts[0] is not None and counts[1] is not None}
    parts = pages.map_parts(sides[0].pick, counts[0], stages, measure)
    asked = [
        Asked(pick=side.pick, touchpoints=parts.points, counts=found, measure=measure)
        for side, found in zip(sides, (counts[0], counts[1]), strict=True)
    ]
    return context | {
        "has_both": True,
        "map_stages": parts.stages,
        "points": parts.points,
        "openers": {stage.touchpoints[0].pk for stage in parts.stages[1:]},
        "pair_rows": _rows(asked[0], asked[1]),
        "sizes": [telling.size_text(found) for found in (counts[0], counts[1])],
    }


def _rows(first: Asked, second: Asked) -> list[PairRow]:
    found = []
    for lane in lanes():
        one, other = lane.fill(first), lane.fill(second)
        if one is None or other is None or one.is_line:
            continue
        changes = lane.compare(first, second) if lane.compare else {}
        found.append(
            PairRow(one, other, tuple(_pair(one, other, point, changes) for point in first.touchpoints))
        )
    return found


def _pair(one: Row, other: Row, point: Touchpoint, changes: Mapping[int, Comparison]) -> Pair:
    cells = one.cell(point), other.cell(point)
    if point.pk in changes:
        return Pair(*cells, _told(changes[point.pk], one))
    return Pair(*cells, _by_intervals(*cells, one))


def _told(change: Comparison, row: Row, too_few: str = "") -> Difference:
    """A tested difference, in the words of the number component."""
    scale = scale_of(row.kind, lo=row.low, hi=row.high)
    if change.verdict == "too_few":
        return Difference("flat", too_few or _("too few answers to compare"))
    if change.verdict == NOT_APART:
        return Difference("flat", _("can’t be told apart"))
    words = ", ".join(filter(None, [change_text(change, scale), could_text(change, scale)]))
    return Difference("up" if change.verdict == "higher" else "down", words)


def _by_intervals(first: Cell, second: Cell, row: Row) -> Difference:
    """Shares by the interval of their difference, all else by whether the two intervals stand apart.

    Intervals that do not touch are stricter than one test at 5 %, which suits a page with many of them.
    """
    one, other = first.estimate, second.estimate
    if one is None or other is None or one.value is None or other.value is None:
        return Difference("flat", "")
    if None in (one.low, one.high, other.low, other.high):
        return Difference("flat", "")
    if row.kind == "count":
        return _share_difference(one.value, one.n, other.value, other.n)
    if not (one.low > other.high or one.high < other.low):  # type: ignore[operator]
        return Difference("flat", _("can’t be told apart"))
    is_more = one.value > other.value
    if row.kind == "duration":
        gap = abs(one.value - other.value)
        if gap < 1.0:
            return Difference("flat", _("the same within a second"))
        size = duration_text(gap)
        words = _("%(size)s longer") if is_more else _("%(size)s shorter")
        return Difference("up" if is_more else "down", words % {"size": size})
    return Difference("up" if is_more else "down", _("higher") if is_more else _("lower"))


def _share_difference(now: float, n_now: int, before: float, n_before: int) -> Difference:
    change = compare_shares(
        favourable_now=round(now * n_now), n_now=n_now, favourable_before=round(before * n_before), n_before=n_before,
        least_n=workspace().least_n_score,
    )  # fmt: skip
    return _told(change, Row(name="", kind="share", about=""), _("too few episodes to compare"))
