"""What was planted can be found in what was answered, by the plainest statistics."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from scipy import stats

from candor.demo import Chunk, Lender, truths
from candor.demo.places import PLACES
from candor.demo.questions import SURVEYS
from candor.demo.rows import InvitationRow
from tests.demo.conftest import TODAY

Floats = npt.NDArray[np.float64]
NAMES = [place.name for place in PLACES]
KEYS = [survey.key for survey in SURVEYS]
OTHER_SEEDS = (1, 7, 99)


def promoter_points(chunk: Chunk) -> Floats:
    """-1, 0 or 1 per invitation; NaN without an NPS answer."""
    answers = chunk.invitations.column("nps")
    points = np.where(answers >= 9, 1.0, np.where(answers <= 6, -1.0, 0.0))
    return np.where(np.isnan(answers), np.nan, points)


def change_of(chunk: Chunk, branch: str, since_days: int) -> tuple[float, float, int]:
    """The change in NPS of a branch since a day, its z, and how many answered since."""
    points, asked = promoter_points(chunk), chunk.invitations
    here = chunk.journeys.mix.branch[asked.journey] == NAMES.index(branch)
    since = asked.sent >= 730 - since_days
    after, before = (points[here & when & ~np.isnan(points)] for when in (since, ~since))
    error = np.sqrt(after.var(ddof=1) / len(after) + before.var(ddof=1) / len(before))
    change = after.mean() - before.mean()
    return float(change), float(change / error), len(after)


def within_person(chunk: Chunk, first: str, then: str) -> Floats:
    """Change of the 1-5 rating in the same journey from one survey to the next."""
    asked, rating = chunk.invitations, chunk.invitations.column("csat")

    def answers(survey: str) -> dict[int, float]:
        chosen = (asked.survey == KEYS.index(survey)) & ~np.isnan(rating)
        return dict(zip(asked.journey[chosen].tolist(), rating[chosen].tolist(), strict=True))

    before, after = answers(first), answers(then)
    return np.array([after[journey] - before[journey] for journey in before if journey in after])


@pytest.fixture(scope="module")
def invitation_rows(chunk: Chunk) -> list[InvitationRow]:
    return list(chunk.invitation_rows())


def test_feeling_turns_while_waiting_for_the_appraisal(chunk: Chunk) -> None:
    steps = list(pairwise(KEYS[:5]))
    drops = {then: within_person(chunk, first, then) for first, then in steps}
    worst = min(drops, key=lambda step: float(drops[step].mean()))
    assert worst == truths.TURNING_MOMENT
    low = drops[worst].mean() + 3 * stats.sem(drops[worst])
    assert low < min(float(drops[step].mean()) for step in drops if step != worst)


def test_who_needed_no_appraisal_felt_no_such_drop(chunk: Chunk) -> None:
    mood = chunk.journeys.mood
    waived = np.isnan(mood.appraisal) & np.isfinite(chunk.journeys.outcome.decided)
    waited = np.isfinite(mood.appraisal) & np.isfinite(chunk.journeys.outcome.decided)
    change = mood.decision - mood.documents
    assert change[waived].mean() > change[waited].mean() + 0.5


def test_the_rated_drivers_explain_recommendation_and_the_website_hardly_does(chunk: Chunk) -> None:
    asked = chunk.invitations
    names = [*truths.DRIVERS, "website"]
    table = np.column_stack([asked.column(name) for name in names] + [asked.column("nps")])
    table = table[(asked.survey == KEYS.index("closing")) & ~np.isnan(table).any(axis=1)]
    standardised = (table - table.mean(axis=0)) / table.std(axis=0)
    fit = sm.OLS(standardised[:, -1], sm.add_constant(standardised[:, :-1])).fit()
    weight = dict(zip(names, fit.params[1:], strict=True))
    assert min(weight, key=weight.__getitem__) == "website"
    assert weight["website"] < 0.06
    assert max(weight, key=weight.__getitem__) == "informed"
    assert all(weight[driver] > 0.08 for driver in truths.DRIVERS)


@pytest.mark.parametrize("seed", [2026, *OTHER_SEEDS])
def test_the_improved_branch_improved_beyond_chance(seed: int) -> None:
    chunk = next(Lender(today=TODAY, seed=seed).chunks())
    change, z, _ = change_of(chunk, truths.IMPROVED_BRANCH, truths.IMPROVED_SINCE_DAYS)
    assert change > 0.15
    assert z > 2.8


@pytest.mark.parametrize("seed", [2026, *OTHER_SEEDS])
def test_the_lucky_branch_looks_better_and_is_not(seed: int) -> None:
    chunk = next(Lender(today=TODAY, seed=seed).chunks())
    change, _, answered = change_of(chunk, truths.LUCKY_BRANCH, truths.LUCKY_DAYS)
    assert change > 0.05
    assert answered < 30
    mix, mood = chunk.journeys.mix, chunk.journeys.mood
    here = mix.branch == NAMES.index(truths.LUCKY_BRANCH)
    recent = chunk.journeys.outcome.closed >= 730 - truths.LUCKY_DAYS
    earlier = chunk.journeys.outcome.closed < 730 - truths.LUCKY_DAYS
    assert stats.ttest_ind(mood.closing[here & recent], mood.closing[here & earlier]).pvalue > 0.001


def test_the_other_branches_did_not_change(chunk: Chunk) -> None:
    told = {truths.IMPROVED_BRANCH, truths.LUCKY_BRANCH}
    scores = [change_of(chunk, name, truths.IMPROVED_SINCE_DAYS)[1] for name in NAMES if name not in told]
    assert np.sum(np.abs(scores) > 1.96) <= 4
    assert np.max(np.abs(scores)) < 3.3


def test_appraisals_take_longer_at_the_slow_branch(chunk: Chunk) -> None:
    wait = chunk.journeys.appraisal.appraised - chunk.journeys.appraisal.ordered
    known = np.isfinite(wait)
    medians = [
        float(np.median(wait[known & (chunk.journeys.mix.branch == index)])) for index in range(len(NAMES))
    ]
    assert NAMES[int(np.argmax(medians))] == truths.SLOW_BRANCH


def test_talk_of_the_portal_rises_in_the_last_six_weeks(invitation_rows: list[InvitationRow]) -> None:
    since = datetime.combine(truths.rising_since(TODAY), time(), UTC)
    comments = [
        (row.answered_at >= since, answer.text.lower())
        for row in invitation_rows
        if row.answered_at is not None
        for answer in row.answers
        if answer.text is not None
    ]
    late, early = (
        np.mean(["portal" in text or "upload" in text for recent, text in comments if recent is when])
        for when in (True, False)
    )
    assert late >= 3 * early
    assert late > 0.06


def test_the_newsletter_the_welcome_pack_and_the_weekday_do_nothing(chunk: Chunk) -> None:
    points, asked = promoter_points(chunk), chunk.invitations
    answered = ~np.isnan(points)
    customer = chunk.journeys.mix.customer[asked.journey]
    for group in (chunk.people.newsletter, chunk.people.welcome_pack):
        member = group[customer]
        result = stats.ttest_ind(points[answered & member], points[answered & ~member])
        assert result.pvalue > 0.01
    weekday = chunk.clock.weekday(asked.answered)
    days = [points[answered & (weekday == day)] for day in range(7)]
    assert stats.f_oneway(*days).pvalue > 0.01


def test_the_unhappy_leave_and_complain_more(chunk: Chunk) -> None:
    journeys = chunk.journeys
    closed = np.isfinite(journeys.outcome.closed)
    left = np.isfinite(journeys.outcome.left)
    assert journeys.mood.closing[closed & left].mean() < journeys.mood.closing[closed & ~left].mean() - 0.15
    complained = np.zeros(len(journeys), dtype=bool)
    complained[chunk.complaints.journey] = True
    decided = np.isfinite(journeys.mood.decision)
    assert (
        journeys.mood.decision[decided & complained].mean()
        < journeys.mood.decision[decided & ~complained].mean() - 0.4
    )


def test_the_first_six_weeks_look_back_from_today() -> None:
    assert TODAY - truths.rising_since(TODAY) == timedelta(weeks=truths.RISING_WEEKS)
