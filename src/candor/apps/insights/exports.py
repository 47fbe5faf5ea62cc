"""Themes as a file: exactly the rows that the page shows, rounded as it shows them."""

from collections.abc import Iterator

from candor.apps.organization.scope import Scope
from candor.apps.scores.queries import scope_words
from candor.foundation.wording import decimals_for, scale_of
from candor.intake import csv_lines

from .queries import ThemeRow, ThemeTable

HEADER = (
    "Theme", "Words", "Standing", "Scope", "From", "To", "Comments", "Comments read", "Share", "Low", "High", "Unit", "Method",
    "Note", "Last four weeks", "Expected", "Times as often", "At least", "At most", "Rising",
)  # fmt: skip


def themes_as_csv(table: ThemeTable, scope: Scope) -> Iterator[str]:
    """The lines of the file."""
    return csv_lines((_cells(row, table, scope) for row in table.rows), header=HEADER, has_mark=True)


def _cells(row: ThemeRow, table: ThemeTable, scope: Scope) -> tuple[object, ...]:
    found, scale = row.share, scale_of("share")
    places = decimals_for(scale, found.low, found.high)
    is_shown = found.status in {"ok", "wide"}
    numbers = [
        round(number * scale.factor, places) if is_shown and number is not None else None
        for number in (found.value, found.low, found.high)
    ]
    rise = row.rise
    rises = (
        (rise.recent, *(round(number, 1) for number in (rise.expected, rise.ratio, rise.low, rise.high)), "yes" if rise.is_rising else "no")
        if rise is not None
        else (None, None, None, None, None, "too few weeks known")
    )  # fmt: skip
    return (
        row.name, ", ".join(row.theme.terms), row.theme.get_standing_display(), scope_words(scope), scope.period.since,
        scope.period.until, row.n, table.n_read, *numbers, scale.suffix, found.method, found.words, *rises,
    )  # fmt: skip
