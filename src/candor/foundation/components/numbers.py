"""Tags and filters that show numbers and days."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from candor.foundation import wording
from candor.foundation.lists import bounded_words
from candor.foundation.whiskers import sparkline_svg, whisker_svg

register = template.Library()


@register.inclusion_tag("foundation/components/score.html")
def score(
    estimate: wording.Estimated | None,
    kind: str = "share",
    *,
    change: wording.Compared | None = None,
    href: str = "",
    unit: str = "",
    lo: float | None = None,
    hi: float | None = None,
    before: float | None = None,
    goal: float | None = None,
    method_url: str = "",
    since: str = "",
    counted: str = "",
) -> dict[str, Any]:
    """A number with its interval, n, change and method: the only way a page shows one; `counted` as in a row."""
    scale = wording.scale_of(kind, lo=lo, hi=hi)
    shown = _number(estimate, scale, before=before, goal=goal) | {
        "unit": unit or _unit(kind),
        "href": href,
        "change": _change(change, scale),
        "since": since,
        "method_url": method_url,
        "tip_id": f"how-{secrets.token_hex(4)}",
    }
    return shown | ({"answers": counted} if counted else {})


@register.inclusion_tag("foundation/components/score_row.html")
def score_row(
    estimate: wording.Estimated | None,
    kind: str = "share",
    *,
    href: str = "",
    lo: float | None = None,
    hi: float | None = None,
    before: float | None = None,
    goal: float | None = None,
    counted: str = "",
    says_range: bool = False,
) -> dict[str, Any]:
    """The same number in a table cell: value, whisker, n; `counted` says of what n is, where it is not answers."""
    scale = wording.scale_of(kind, lo=lo, hi=hi)
    shown = _number(estimate, scale, before=before, goal=goal, labelled=True)
    shown |= {"href": href, "says_range": says_range}
    return shown | ({"answers": counted} if counted else {})


@register.inclusion_tag("foundation/components/score_inline.html")
def score_inline(
    estimate: wording.Estimated | None,
    kind: str = "share",
    *,
    lo: float | None = None,
    hi: float | None = None,
    counted: str = "",
) -> dict[str, Any]:
    """The same number inside a sentence: "42 (38 to 47, 1,240 answers)"; `counted` as in a row."""
    shown = _number(estimate, wording.scale_of(kind, lo=lo, hi=hi))
    return shown | ({"answers": counted} if counted else {})


@register.simple_tag
def whisker(
    estimate: wording.Estimated,
    kind: str = "share",
    *,
    lo: float | None = None,
    hi: float | None = None,
    before: float | None = None,
    goal: float | None = None,
) -> SafeString:
    """Only the whisker, for places that say the number elsewhere."""
    scale = wording.scale_of(kind, lo=lo, hi=hi)
    return whisker_svg(estimate, scale, before=before, goal=goal, label=_aloud(estimate, scale))


@register.inclusion_tag("foundation/components/change.html")
def change(
    comparison: wording.Compared,
    kind: str = "share",
    *,
    since: str = "",
    lo: float | None = None,
    hi: float | None = None,
) -> dict[str, Any]:
    """A change in words with its interval."""
    return {"change": _change(comparison, wording.scale_of(kind, lo=lo, hi=hi)), "since": since}


@register.simple_tag
def sparkline(points: Sequence[wording.Estimated], label: str = "") -> SafeString:
    """A run of estimates as a small line in its band."""
    return sparkline_svg(points, label=label or _("Run of the score with its interval"))


@register.filter
def words(count: int) -> str:
    """A count in words up to ten."""
    return wording.count_words(int(count))


@register.filter
def amount(value: float | None, decimals: int = 0) -> str:
    """A plain count or sum with thousands set apart and a true minus."""
    return "" if value is None else wording.number(float(value), decimals)


@register.filter
def bounded(value: int) -> str:
    """A count that stops at the bound of lists: "1,240", "more than 10,000"."""
    return bounded_words(value)


@register.filter
def day(value: date | datetime | None) -> SafeString:
    """A day as "22 Nov 2026", in the time zone of the workspace."""
    if value is None:
        return SafeString("")
    local = (
        timezone.localtime(value).date()
        if isinstance(value, datetime) and timezone.is_aware(value)
        else value
    )
    return format_html('<time datetime="{}">{}</time>', local.isoformat()[:10], f"{local:%-d %b %Y}")


@register.filter
def month(value: int | None) -> str:
    """A month counted as year and month (202605): "May 2026"."""
    return f"{date(value // 100, value % 100, 1):%b %Y}" if value else ""


@register.filter
def duration(value: timedelta | None) -> str:
    """A stretch of time in the largest unit that leaves at least two of it: "36 hours", "12 days"."""
    return "" if value is None else wording.duration_text(value.total_seconds())


@register.simple_tag
def duration_range(value: timedelta, low: timedelta, high: timedelta) -> str:
    """A stretch of time with its interval: "6.9 days (6.7 to 7.2)"; ends in another unit bear their own."""
    words = [duration(one) for one in (value, low, high)]
    units = [one.split(" ", 1)[-1].rstrip("s") for one in words]
    ends = words[1:] if len(set(units)) > 1 else [one.split(" ", 1)[0] for one in words[1:]]
    return _("%(value)s (%(low)s to %(high)s)") % {"value": words[0], "low": ends[0], "high": ends[1]}


@register.simple_tag
def wait_range(value: float, low: float, high: float) -> str:
    """The same for seconds, as they were counted."""
    return duration_range(*(timedelta(seconds=seconds) for seconds in (value, low, high)))


@register.filter
def stretch(seconds: float | None) -> str:
    """Seconds as a stretch of time: "36 hours"."""
    return "" if seconds is None else wording.duration_text(seconds)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A moment as "22 Nov 2026, 14:05 CET"."""
    if value is None:
        return SafeString("")
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(), f"{local:%-d %b %Y, %H:%M %Z}".strip()
    )


def _number(
    estimate: wording.Estimated | None,
    scale: wording.Scale,
    *,
    before: float | None = None,
    goal: float | None = None,
    labelled: bool = False,
) -> dict[str, Any]:
    if estimate is None:
        return {"estimate": None, "value": "", "instead": _("No answers yet")}
    label = _aloud(estimate, scale) if labelled else ""
    return {
        "estimate": estimate,
        "value": wording.estimate_text(estimate, scale),
        "instead": wording.too_few_text(estimate),
        "range": wording.range_text(estimate.low, estimate.high, scale),
        "n": wording.number(estimate.n),
        "answers": wording.answers_text(estimate.n),
        "equal_answers": wording.number(getattr(estimate, "n_effective", None) or estimate.n),
        "level": f"{estimate.level:.0%}",
        "whisker": whisker_svg(estimate, scale, before=before, goal=goal, label=label),
    }


def _change(comparison: wording.Compared | None, scale: wording.Scale) -> dict[str, str] | None:
    if comparison is None:
        return None
    direction = {"higher": "up", "lower": "down"}.get(comparison.verdict, "flat")
    return {
        "direction": direction,
        "icon": {"up": "trending-up", "down": "trending-down"}.get(direction, "minus"),
        "text": wording.change_text(comparison, scale),
        "could": wording.could_text(comparison, scale),
        "words": comparison.words,
    }


def _aloud(estimate: wording.Estimated, scale: wording.Scale) -> str:
    value, between = (
        wording.estimate_text(estimate, scale),
        wording.range_text(estimate.low, estimate.high, scale),
    )
    return (
        _("%(value)s, could be %(range)s") % {"value": value, "range": between}
        if value and between
        else value
    )


def _unit(kind: str) -> str:
    return {"nps": _("NPS"), "rate": _("per 1,000")}.get(kind, "")
