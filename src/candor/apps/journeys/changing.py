"""What changed in the paths from one month to the next, beyond chance and beyond the many things that are looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from candor.analytics import Comparison, benjamini_hochberg, compare_shares
from candor.apps.organization.queries import workspace

from .counting import Mix

FALSE_SHARE = 0.1  # of what is told, at most, is expected to be chance


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step whose share of the month's episodes changed."""

    before: str
    after: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class MonthChange:
    """Two neighbouring months (202605) with their episodes, what changed, and how much was looked at.

    `is_enough` is False where one of them holds too few episodes to tell anything.
    """

    month: int
    earlier: int
    cases: int
    cases_earlier: int
    changes: tuple[StepChange, ...]
    looked_at: int
    is_enough: bool


def change_of(months: Mapping[int, Mix], *, last: datetime | None, usual: float | None) -> MonthChange | None:
    """The last two months of which nine in ten episodes had the time that they take.

    Younger ones have not come as far yet, and everything late in the journey would seem to become rare.

    Args:
        months: The mix of each month.
        last: The last event there is (UTC).
        usual: Seconds within which nine in ten episodes are over.
    """
    if last is None:
        return None
    complete = last - timedelta(seconds=usual or 0.0)
    ripe = [month for month in sorted(months) if _end_of(month) <= complete]
    if len(ripe) < 2:
        return None
    earlier, month = ripe[-2:]
    now, before, least_n = months[month], months[earlier], workspace().least_n_score
    is_enough = min(now.cases, before.cases) >= least_n
    if not is_enough:
        return MonthChange(month, earlier, now.cases, before.cases, (), 0, is_enough=False)
    taken = [{(one, other): n for one, other, n in mix.steps} for mix in (now, before)]
    steps = sorted(
        step for step in {*taken[0], *taken[1]} if taken[0].get(step, 0) + taken[1].get(step, 0) >= least_n
    )
    compared = [
        compare_shares(
            favourable_now=taken[0].get(step, 0), n_now=now.cases, favourable_before=taken[1].get(step, 0),
            n_before=before.cases, least_n=least_n,
        )
        for step in steps
    ]  # fmt: skip
    adjusted = benjamini_hochberg([one.p_value if one.p_value is not None else 1.0 for one in compared])
    told = [
        StepChange(*step, one)
        for step, one, p in zip(steps, compared, adjusted, strict=True)
        if p <= FALSE_SHARE and one.verdict in {"higher", "lower"}
    ]
    told.sort(key=lambda one: (-abs(one.comparison.change or 0.0), one.before, one.after))
    return MonthChange(month, earlier, now.cases, before.cases, tuple(told), len(steps), is_enough=True)


def _end_of(month: int) -> datetime:
    year, number = divmod(month, 100)
    return datetime(year + number // 12, number % 12 + 1, 1)  # noqa: DTZ001  UTC, as the event log has it
