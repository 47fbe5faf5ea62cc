"""From counts of reviews to what is rising."""

from candor import analytics
from candor.analytics import Rise
from candor.apps.organization.scope import Scope

from . import queries


def rising_low_reviews(scope: Scope, *, most: int = 12) -> list[Rise[tuple[str, str]]] | None:
    """Places and sites with more low reviews in the last four weeks than in the weeks before, beyond chance.

    None when there are too few weeks to tell, or no low review came in them.
    """
    counts = queries.weekly_low_counts(scope)
    if not counts:
        return None
    try:
        rows = analytics.rising_groups(counts, recent_periods=queries.RISING_WEEKS)
    except analytics.NotEnoughHistory:
        return None
    return [row for row in rows if row.is_rising][:most]
