"""From counts of complaints to what is rising."""

from functools import lru_cache

from candor import analytics
from candor.analytics import Rise
from candor.apps.organization.scope import Scope

from . import queries

REMEMBERED = 64  # tables that a process keeps


def rising_issues(scope: Scope, *, most: int = 12) -> list[Rise[tuple[str, str]]] | None:
    """Products' issues that come in more often in the last four weeks than in the weeks before, beyond chance.

    None when there are too few weeks to tell, or nothing came in them.
    """
    counts = queries.weekly_counts(scope)
    if not counts:
        return None
    rows = _rising(tuple(sorted((key, tuple(weeks)) for key, weeks in counts.items())))
    return None if rows is None else list(rows[:most])


@lru_cache(maxsize=REMEMBERED)
def _rising(
    counts: tuple[tuple[tuple[str, str], tuple[int, ...]], ...],
) -> tuple[Rise[tuple[str, str]], ...] | None:
    """What rises in a table of counts; remembered, since the same table says the same."""
    try:
        rows = analytics.rising_groups(dict(counts), recent_periods=queries.RISING_WEEKS)
    except analytics.NotEnoughHistory:
        return None
    return tuple(row for row in rows if row.is_rising)
