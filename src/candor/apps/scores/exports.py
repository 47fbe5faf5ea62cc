"""A split as a file: exactly the rows that the page shows, rounded as it shows them."""

from collections.abc import Iterator

from candor.foundation.wording import decimals_for, scale_of
from candor.intake import csv_lines

from .drawings import DIMENSION_NAMES, TIER_NAMES
from .queries import ScoreRow, Split

HEADER = (
    "Measure", "Version", "Scope", "From", "To", "Dimension", "Group", "Score", "Low", "High", "Unit", "Answers",
    "Method", "Note", "Against the others",
)  # fmt: skip


def split_as_csv(split: Split) -> Iterator[str]:
    """The lines of the file: the whole first, then its groups."""
    result = split.whole
    whole = ScoreRow(key="", label="All together", estimate=result.estimate)
    rows = [(whole, ""), *((row, TIER_NAMES[tier]) for tier, found in split.by_tier for row in found)]
    if result.measure.is_rate:
        rows = [(row, "") for row, _tier in rows]
    return csv_lines((_cells(split, row, tier) for row, tier in rows), header=HEADER)


def _cells(split: Split, row: ScoreRow, tier: str) -> tuple[object, ...]:
    result, found = split.whole, row.estimate
    measure, scale = result.measure, scale_of(result.measure.unit)
    places = decimals_for(scale, found.low, found.high)
    shown = [
        None if number is None else round(number * scale.factor, places) + 0.0
        for number in (found.value, found.low, found.high)
    ]
    return (
        measure.name, measure.version, result.scope_words, result.period.since, result.period.until,
        DIMENSION_NAMES[split.dimension][0], row.label, *shown, scale.suffix or measure.unit_words,
        found.n, found.method, found.words, tier,
    )  # fmt: skip
