"""Charts of scores, each titled with what it shows and no more."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.analytics import Estimate
from candor.foundation import charts
from candor.foundation.wording import count_words

from .queries import ScoreResult, Split, SplitBy, TrendPoint
from .registry import Measure

DIMENSION_NAMES: dict[SplitBy, tuple[str, str]] = {
    "unit": ("Unit", "units"),
    "product": ("Product", "products"),
    "channel": ("Channel", "channels"),
    "segment": ("Segment", "segments"),
    "touchpoint": ("Touchpoint", "touchpoints"),
    "journey": ("Journey", "journeys"),
    "company": ("Company", "companies"),
    "issue": ("Issue", "issues"),
    "version": ("Version of the survey", "versions"),
}
TIER_NAMES = {
    "higher": "Higher than the others together, beyond chance",
    "same": "Can’t be told apart from the others",
    "lower": "Lower than the others together, beyond chance",
    "too_few": "Too few answers to tell",
    "others": "Put together",
}


def change_sentence(result: ScoreResult) -> str:
    """What happened to the score, as a sentence."""
    if result.period.key == "all":
        return _("Everything since %(day)s") % {"day": f"{result.period.since:%-d %b %Y}"}
    before = result.period.before().label
    return {
        "higher": _("Higher than in %(before)s, beyond chance"),
        "lower": _("Lower than in %(before)s, beyond chance"),
        "no_clear_change": _("Nothing changed beyond chance since %(before)s"),
        "too_few": _("Too few answers to compare with %(before)s"),
    }[result.comparison.verdict] % {"before": before}


def trend_chart(points: Sequence[TrendPoint], measure: Measure, *, title: str) -> charts.Spec:
    """The run of a measure; steps with too few answers leave a gap."""
    low, high = axis(measure, (point.estimate for point in points))
    return charts.trend(
        [charts.Point(point.stretch.since, point.estimate) for point in points],
        title=title, subtitle=measure.question, kind=measure.unit, unit=measure.unit_words, lo=low, hi=high,
    )  # fmt: skip


def split_chart(split: Split) -> charts.Spec | None:
    """The groups of a split with their intervals: in tiers, or for rates by size; None when no group has enough answers."""
    measure = split.whole.measure
    if not any(
        row.estimate.value is not None and tier in _TONES
        for row, tier in zip(split.rows, split.tiers, strict=True)
    ):
        return None
    low, high = axis(measure, (row.estimate for row in split.rows))
    if measure.is_rate:
        rows = sorted(split.rows, key=lambda row: (-(row.estimate.value or 0.0), row.label.casefold()))
        bars = [charts.Row(row.label, row.estimate) for row in rows]
        return charts.bars_with_intervals(
            bars, title=split_sentence(split), kind=measure.unit, unit=measure.unit_words, lo=low, hi=high
        )
    dots = [
        charts.Row(row.label, row.estimate, tier=_(TIER_NAMES[tier]), tone=_TONES[tier])
        for tier, rows in split.by_tier
        for row in rows
        if tier in _TONES
    ]
    return charts.interval_dots(
        dots, title=split_sentence(split), kind=measure.unit, unit=measure.unit_words, lo=low, hi=high,
        reference=split.whole.estimate.value, subtitle=_("The dashed line is all of them together"),
    )  # fmt: skip


def split_sentence(split: Split) -> str:
    """How many groups stand apart from the others, as a sentence."""
    plural = _(DIMENSION_NAMES[split.dimension][1])
    if split.whole.measure.is_rate:
        return _("%(name)s by %(dimension)s") % {
            "name": split.whole.measure.name, "dimension": _(DIMENSION_NAMES[split.dimension][0]).lower(),
        }  # fmt: skip
    apart = sum(tier in {"higher", "lower"} for tier in split.tiers)
    told = apart + split.tiers.count("same")
    if told < 2:
        return _("Too few answers to tell these %(plural)s apart") % {"plural": plural}
    if not apart:
        return _("These %(plural)s can’t be told apart") % {"plural": plural}
    facts = {"count": count_words(apart).capitalize(), "all": count_words(told), "plural": plural}
    return (
        ngettext(
            "%(count)s of %(all)s %(plural)s stands apart from the others",
            "%(count)s of %(all)s %(plural)s stand apart from the others",
            apart,
        )
        % facts
    )


def axis(measure: Measure, estimates: Iterable[Estimate]) -> tuple[float, float]:
    """The common scale of these numbers: the measure's own, or for rates from 0 to just above the highest end."""
    if measure.ends is not None:
        return measure.ends
    return 0.0, 1.1 * max((found.high for found in estimates if found.high is not None), default=1.0) or 1.0


_TONES = {"higher": "up", "lower": "down", "same": "flat"}
