from datetime import date

import pytest

from candor.foundation.errors import InvalidInput
from candor.foundation.periods import parse_period

TODAY = date(2026, 6, 30)


def test_a_named_period_ends_at_as_of() -> None:
    period = parse_period("28d", as_of=TODAY)
    assert (period.since, period.until, period.days) == (date(2026, 6, 3), TODAY, 28)


def test_the_period_before_has_the_same_length_and_touches() -> None:
    before = parse_period("28d", as_of=TODAY).before()
    assert (before.since, before.until) == (date(2026, 5, 6), date(2026, 6, 2))


def test_all_time_begins_with_the_first_feedback() -> None:
    assert parse_period("all", as_of=TODAY, first=date(2011, 12, 1)).since == date(2011, 12, 1)


def test_own_days_may_be_given() -> None:
    assert parse_period("2026-01-01..2026-03-31", as_of=TODAY).days == 90


@pytest.mark.parametrize(
    "key", ["", "yesterday", "2026-03-31..2026-01-01", "2026-02-30..2026-03-01", "9999d"]
)
def test_anything_else_is_refused_with_what_was_expected(key: str) -> None:
    with pytest.raises(InvalidInput):
        parse_period(key, as_of=TODAY)
