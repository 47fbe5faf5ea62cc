"""What `candor paths` tells of the cases: plain values for JSON, and the words and numbers of its tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from candor.analytics import Estimate, top_box_share
from candor.warehouse.queries import CaseSummary, Edge

DAY: Final = 86_400.0
LEAST: Final = 6
"""Waits below which not even the shortest and the longest make an interval of the median at 95 %."""


@dataclass(frozen=True, slots=True)
class DropOff:
    """Cases that have nothing more after an activity, of those that have it."""

    activity: str
    ended: int
    share: Estimate


def longest_waits(summary: CaseSummary, top: int) -> tuple[Edge, ...]:
    """The edges with the longest median wait, of those with enough waits for an interval."""
    return summary.longest_waits(top, least=LEAST)


def largest_drop_offs(summary: CaseSummary, top: int, wanted: Iterable[str]) -> list[DropOff]:
    """The activities after which most cases end."""
    return [
        DropOff(one.name, one.ends, top_box_share(favourable=one.ends, n=one.cases))
        for one in summary.drop_offs(top, wanted=wanted)
    ]


def facts(summary: CaseSummary, top: int, wanted: Iterable[str]) -> dict[str, Any]:
    """The object that `--json` prints; lengths of time in days, shares in 0…1."""
    return {
        "cases": summary.cases,
        "events": summary.events,
        "activities": len(summary.activities),
        "variants": summary.variants,
        "edges": len(summary.edges),
        "transitions": summary.transitions,
        "top_variants": [variant.cases for variant in summary.top_variants],
        "median_case_days": _days(summary.median_duration),
        "starts": _most({one.name: one.starts for one in summary.activities}),
        "ends": _most({one.name: one.ends for one in summary.activities}),
        "longest_waits": [_wait(edge) for edge in longest_waits(summary, top)],
        "largest_drop_offs": [_drop_off(one) for one in largest_drop_offs(summary, top, wanted)],
    }


def _wait(edge: Edge) -> dict[str, Any]:
    return {
        "before": edge.before,
        "after": edge.after,
        "n": edge.n,
        "median_days": _days(edge.median_wait),
        "low": _days(edge.low_wait),
        "high": _days(edge.high_wait),
        "method": "median by order statistics",
        "level": 0.95,
    }


def _drop_off(one: DropOff) -> dict[str, Any]:
    return {
        "activity": one.activity,
        "n": one.share.n,
        "ended": one.ended,
        "share": one.share.value,
        "low": one.share.low,
        "high": one.share.high,
        "method": one.share.method,
        "level": one.share.level,
    }


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / DAY, 6)


def _most(counts: dict[str, int]) -> dict[str, int]:
    return {name: n for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if n}


def stretch(seconds: float | None) -> str:
    """A length of time in the largest unit of which there is at least one."""
    if seconds is None:
        return ""
    for unit, length in (("days", DAY), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.1f} seconds"
