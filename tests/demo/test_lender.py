"""The lender as a company: sizes, shares, waits, and the same again from the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time

import numpy as np
import pytest

from candor.demo import Chunk, Lender, truths
from candor.demo.questions import BY_KEY, SURVEYS
from candor.demo.surveys import ANSWERED, PARTIAL
from tests.demo.conftest import TODAY

END = datetime.combine(TODAY, time(), UTC)


def test_the_same_seed_gives_the_same_lender() -> None:
    first, second = (next(Lender(today=TODAY, seed=5, size=0.02).chunks()) for _ in range(2))
    assert first.customer_rows() == second.customer_rows()
    assert list(first.event_rows()) == list(second.event_rows())
    assert list(first.invitation_rows()) == list(second.invitation_rows())
    assert list(first.complaint_rows()) == list(second.complaint_rows())


def test_another_seed_gives_another_lender() -> None:
    first, second = (next(Lender(today=TODAY, seed=seed, size=0.02).chunks()) for seed in (5, 6))
    assert first.customer_rows() != second.customer_rows()


def test_asking_for_one_part_first_changes_no_other() -> None:
    forward = next(Lender(today=TODAY, seed=5, size=0.02).chunks())
    backward = next(Lender(today=TODAY, seed=5, size=0.02).chunks())
    reviews = list(backward.review_rows())
    assert list(forward.complaint_rows()) == list(backward.complaint_rows())
    assert list(forward.review_rows()) == reviews


def test_a_larger_lender_begins_with_the_smaller_one() -> None:
    small = next(Lender(today=TODAY, seed=5, size=1).chunks())
    large = list(Lender(today=TODAY, seed=5, size=2.01).chunks())
    assert [len(chunk.people) for chunk in large] == [20_000, 20_000, 200]
    assert large[0].people.emails == small.people.emails
    assert not set(large[1].people.emails) & set(small.people.emails)
    assert not {row.key for row in large[1].staff_rows()} & {row.key for row in small.staff_rows()}
    assert not {row.key for row in large[1].unit_rows()} & {row.key for row in small.unit_rows()}


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Lender(today=TODAY, size=0)


def test_there_are_four_regions_twenty_branches_and_120_loan_officers(chunk: Chunk) -> None:
    kinds = Counter(unit.kind for unit in chunk.unit_rows())
    assert (kinds["organization"], kinds["region"], kinds["location"]) == (1, 4, 20)
    assert Counter(person.role for person in chunk.staff_rows())["loan officer"] == 120
    known: set[str | None] = {None}
    for unit in chunk.unit_rows():
        assert unit.parent in known
        known.add(unit.key)
    assert {person.unit for person in chunk.staff_rows()} <= known
    emails = [person.email for person in chunk.staff_rows()]
    assert len(set(emails)) == len(emails)


def test_events_run_forward_end_before_today_and_name_who_did_the_work(chunk: Chunk) -> None:
    staff = {person.key for person in chunk.staff_rows()}
    units = {unit.key for unit in chunk.unit_rows()}
    before = None
    for event in chunk.event_rows():
        assert event.at < END
        assert event.resource is None or event.resource in staff
        assert event.unit in units
        if before is not None and before.journey == event.journey:
            assert before.at <= event.at
        before = event


def test_journeys_follow_the_seasons_and_the_week(chunk: Chunk) -> None:
    started = [row.started_at for row in chunk.journey_rows()]
    months = Counter(at.month for at in started)
    assert months[4] + months[5] > 1.6 * (months[11] + months[12])
    weekdays = Counter(at.weekday() for at in started)
    assert weekdays[0] > 1.5 * weekdays[6]


def test_most_journeys_end_and_some_drop_out_on_the_way(chunk: Chunk) -> None:
    outcomes = Counter(row.outcome for row in chunk.journey_rows())
    total = outcomes.total()
    assert 0.45 < outcomes["closed"] / total < 0.65
    assert 0.05 < outcomes["declined"] / total < 0.12
    assert 0.06 < outcomes["withdrawn"] / total < 0.15
    assert 0.005 < outcomes["left"] / total < 0.06
    assert 0.02 < outcomes["open"] / total < 0.10


def test_papers_are_asked_for_again_more_often_from_the_self_employed(chunk: Chunk) -> None:
    journeys = chunk.journeys
    arrived = np.isfinite(journeys.paperwork.received)
    again = np.isfinite(journeys.paperwork.again[:, 0])
    self_employed = journeys.mix.segment == 2
    assert again[arrived & self_employed].mean() > 1.8 * again[arrived & ~self_employed].mean()


def test_about_a_third_of_appraisals_break_the_promise(chunk: Chunk) -> None:
    wait = chunk.journeys.appraisal.appraised - chunk.journeys.appraisal.ordered
    late = (wait > truths.PROMISES["appraisal"][1])[np.isfinite(wait)].mean()
    assert 0.25 < late < 0.42


@pytest.mark.parametrize("number", range(len(SURVEYS)), ids=[survey.key for survey in SURVEYS])
def test_response_rates_are_between_8_and_30_percent(chunk: Chunk, number: int) -> None:
    asked = chunk.invitations.survey == number
    rate = (chunk.invitations.outcome[asked] >= PARTIAL).mean()
    assert 0.08 < rate < 0.30


def test_the_contented_answer_a_little_more(chunk: Chunk) -> None:
    asked = chunk.invitations
    answered = asked.outcome >= PARTIAL
    difference = asked.feeling[answered].mean() - asked.feeling[~answered].mean()
    assert 0.0 < difference < 0.25


def test_answers_lie_on_their_scales_and_only_the_asked_questions_are_answered(chunk: Chunk) -> None:
    questions = {survey.key: set(survey.questions) for survey in SURVEYS}
    for row in chunk.invitation_rows():
        assert bool(row.answers) == (row.answered_at is not None)
        for answer in row.answers:
            assert answer.question in questions[row.survey]
            if answer.number is not None:
                assert BY_KEY[answer.question].low <= answer.number <= BY_KEY[answer.question].high
        if row.answered_at is not None:
            assert row.sent_at < row.answered_at < END


def test_recommendation_has_its_peak_at_ten_and_a_foot_at_zero(chunk: Chunk) -> None:
    answers = chunk.invitations.column("nps")
    counts = np.bincount(answers[~np.isnan(answers)].astype(int), minlength=11)
    assert counts.argmax() == 10
    assert counts[0] > counts[1]


def test_every_answered_invitation_knows_its_expectation_pair(chunk: Chunk) -> None:
    asked = chunk.invitations
    before = set(asked.journey[(asked.survey == 0) & (asked.outcome == ANSWERED)].tolist())
    after = set(asked.journey[(asked.survey == 4) & (asked.outcome == ANSWERED)].tolist())
    assert len(before & after) > 100


def test_about_three_in_a_hundred_journeys_complain_and_some_are_late_open_or_repeated(chunk: Chunk) -> None:
    rows = list(chunk.complaint_rows())
    assert 0.022 < len(rows) / len(chunk.journeys) < 0.042
    by_key = {row.key: row for row in rows}
    open_ones = [row for row in rows if row.decided_at is None]
    assert 5 < len(open_ones) < 80
    assert any((END - row.received_at).days > 15 for row in open_ones)
    repeats = [row for row in rows if row.repeat_of is not None]
    assert 0.03 < len(repeats) / len(rows) < 0.12
    for row in repeats:
        first = by_key[row.repeat_of or ""]
        assert (first.customer, first.sub_issue) == (row.customer, row.sub_issue)
        assert first.received_at < row.received_at
    for row in rows:
        assert (row.decision is None) == (row.decided_at is None)
        if row.acknowledged_at is not None:
            assert row.received_at < row.acknowledged_at


def test_reviews_come_from_three_sources_at_two_levels(chunk: Chunk) -> None:
    rows = list(chunk.review_rows())
    assert len({row.source for row in rows}) == 3
    assert 0.15 < np.mean([row.staff is not None for row in rows]) < 0.5
    assert {row.stars for row in rows} == {1, 2, 3, 4, 5}


def test_ideas_have_votes_and_nobody_votes_twice_or_for_their_own(lender: Lender) -> None:
    ideas = lender.idea_rows()
    assert len({idea.title for idea in ideas}) == len(ideas) == 40
    for idea in ideas:
        assert len(set(idea.voters)) == len(idea.voters)
        assert idea.staff not in idea.voters
        assert (idea.answer is None) == (idea.answered_at is None)
