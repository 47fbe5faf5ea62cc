"""Findings: what is planted is told with its interval and n, what is chance is not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import timezone

from candor.analytics import Issue, value_at_stake
from candor.apps.cases.services import open_case
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.rule_sets import TEMPLATES, define_rule_set
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.insights.priorities import Priority, Ranking
from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import Person, Unit, Workspace
from candor.apps.organization.scope import Scope
from candor.apps.organization.services import create_unit
from candor.apps.reports import changes, next_steps, queries
from candor.apps.reports.findings import Finding, in_order
from candor.apps.scores import queries as scores
from candor.foundation.periods import Period, parse_period
from candor.foundation.storage import warehouse
from tests.builders import NOON, a_feedback
from tests.scores.test_queries import answered
from tests.world import World

TODAY = date(2026, 6, 30)
BEFORE = NOON - timedelta(days=90)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def scope_of(person: Person, unit: Unit | None = None, period: Period | None = None) -> Scope:
    period = period or parse_period("90d", as_of=TODAY)
    return Scope(viewer_of(person), unit, period, period.until, period.until)


def brief(person: Person, unit: Unit | None = None) -> queries.Briefing:
    return queries.briefing(scope_of(person, unit), now=timezone.now())


def promoters(share: float, n: int, **fields: Any) -> None:
    answered([10] * round(n * share) + [2] * round(n * (1 - share)), **fields)


def claims(findings: tuple[Finding, ...]) -> list[str]:
    return [found.claim for found in findings]


def test_a_planted_change_is_told_with_its_interval_and_n(world: World) -> None:
    for unit in (world.quay, world.mill):
        promoters(0.5, 200, at=BEFORE, unit_id=unit.pk)
    promoters(0.9, 200, unit_id=world.quay.pk)
    promoters(0.5, 200, unit_id=world.mill.pk)
    told = brief(world.clara).changed
    assert claims(told) == [
        "Net promoter score: up 40.",
        "Net promoter score in North: up 80.",
    ]
    assert "The change could be" in told[0].detail
    assert "n 400" in told[0].detail and "n 200" in told[1].detail
    assert told[0].estimate is not None and told[0].estimate.n == 400
    assert f"unit={world.north.pk}" in told[1].url and told[1].url.startswith("/scores/nps/?")


def test_a_unit_with_the_same_answers_as_the_whole_is_not_told_twice(world: World) -> None:
    promoters(0.5, 200, at=BEFORE, unit_id=world.quay.pk)
    promoters(0.9, 200, unit_id=world.quay.pk)
    for person in (world.clara, world.mona):
        told = brief(person)
        assert claims(told.changed) == ["Net promoter score: up 80."]
        assert told.looked_at == 1


def test_nothing_is_told_when_nothing_changed(world: World) -> None:
    for at in (BEFORE, NOON):
        promoters(0.6, 300, at=at, unit_id=world.quay.pk)
    told = brief(world.clara)
    assert told.changed == ()
    assert told.quiet == "Nothing changed beyond chance in the last 90 days."
    assert told.looked_at == 1


def test_too_few_answers_are_not_called_quiet(world: World) -> None:
    promoters(1.0, 5)
    told = brief(world.clara)
    assert (told.changed, told.looked_at) == ((), 0)
    assert told.quiet == "Too few answers to compare with the 90 days before."


def test_two_readings_of_the_same_answers_are_one_change(world: World) -> None:
    for at, number in ((BEFORE, 2), (NOON, 5)):
        answered([number] * 100 + [4] * 50, AnswerKind.CSAT, at=at)
    assert claims(brief(world.clara).changed) == ["Satisfied customers: up 67 points."]


def facts_of_chance(units: list[Unit], *, periods: int, seed: int) -> list[dict[str, Any]]:
    """Answers whose chances never change, in stretches of 30 days that end with TODAY."""
    random = np.random.default_rng(seed)
    first = TODAY - timedelta(days=30 * periods - 1)
    rows: list[dict[str, Any]] = []
    for period in range(periods):
        for unit in units:
            for metric, lowest, chances in (
                ("nps", 0, [0.03] * 6 + [0.12] * 2 + [0.18, 0.2, 0.2]),
                ("csat", 1, [0.1, 0.1, 0.2, 0.3, 0.3]),
            ):
                numbers = random.choice(len(chances), size=int(random.poisson(60)), p=chances) + lowest
                for number, day in zip(numbers, random.integers(0, 30, size=len(numbers)), strict=True):
                    on = first + timedelta(days=int(period * 30 + day))
                    rows.append({
                        "feedback_id": len(rows) + 1, "kind": "survey", "metric": metric, "value": float(number), "day": on,
                        "at": datetime(on.year, on.month, on.day, 12, tzinfo=UTC), "unit": unit.pk,
                    })  # fmt: skip
    return rows


def test_months_of_pure_chance_are_nearly_all_quiet(world: World) -> None:
    units = [
        world.quay,
        world.mill,
        *(
            create_unit(name=f"Branch {n}", kind="location", code=f"b{n}", parent=world.north, by=None)
            for n in range(6)
        ),
    ]  # type: ignore[arg-type]
    months = 25
    warehouse().project(facts_of_chance(units, periods=months, seed=1), through=1)
    loud, looked_at = 0, 0
    for month in range(months - 1):
        until = TODAY - timedelta(days=30 * month)
        period = Period(
            f"{until - timedelta(days=29)}..{until}", "A month", until - timedelta(days=29), until
        )
        scope = scope_of(world.clara, period=period)
        found = changes.changes_of(scope, scores.overview(scope=scope))
        loud += bool(found.told)
        looked_at += len(found.looked)
    assert looked_at > 20 * 15, "each month looks at about twenty scores"
    assert loud <= 3, "one month of twenty may be loud"


def test_the_band_claims_no_change_that_the_list_does_not_tell(world: World) -> None:
    random = np.random.default_rng(3)
    units = [
        create_unit(name=f"Branch {n}", kind="location", code=f"b{n}", parent=world.north, by=None)
        for n in range(12)
    ]  # type: ignore[arg-type]
    for at, share in ((BEFORE, 0.5), (NOON, 0.585)):
        for unit in units:
            numbers = random.permutation([10] * round(40 * share) + [2] * round(40 * (1 - share)))
            answered(numbers.tolist(), at=at, unit_id=unit.pk)
    scope = scope_of(world.clara)
    assert scores.overview(scope=scope)[0].result.comparison.verdict == "higher", "alone it would be told"
    told = queries.briefing(scope, now=timezone.now())
    assert told.changed == ()
    assert not told.band[0].is_told


def test_people_are_told_of_their_own_units_only(world: World) -> None:
    promoters(0.3, 200, at=BEFORE, unit_id=world.quay.pk)
    promoters(0.9, 200, unit_id=world.quay.pk)
    assert brief(world.mona).changed
    for person in (world.rival, world.olga, world.amos):
        told = brief(person)
        assert told.changed == () and told.band == ()
    assert brief(world.rival, world.quay).changed == ()


def complaint(world: World, unit: Unit, *, due: date, issue: str = "Fees") -> Complaint:
    row = a_feedback(kind=Kind.COMPLAINT, unit_id=unit.pk)
    return Complaint.objects.create(
        feedback=row, product="Loan", issue=issue, received_on=NOON.date(), decide_by=due
    )


def test_late_complaints_need_attention_and_due_ones_are_next(world: World) -> None:
    complaint(world, world.quay, due=TODAY - timedelta(days=3))
    complaint(world, world.quay, due=TODAY + timedelta(days=3))
    told = brief(world.clara)
    assert claims(told.attention) == ["1 complaint is past its clock."]
    assert "Of 2 that are open; the oldest was due on 27 Jun 2026." in told.attention[0].detail
    assert "1 complaint must be decided within a week." in claims(told.next)
    assert told.next[0].claim == "Decide: “Fees”, 3 days late."
    assert "Quay" in told.next[0].detail and "Fees" in claims(brief(world.mona).next)[0]
    assert brief(world.rival).attention == ()


def test_a_complaint_that_is_late_by_another_clock_is_named_too(world: World) -> None:
    row = complaint(world, world.quay, due=TODAY + timedelta(days=50))
    rules = define_rule_set(name="Ours", terms=TEMPLATES["Our own promise"], by=world.clara).versions.get()
    Complaint.objects.filter(pk=row.pk).update(
        rules=rules, acknowledge_by=TODAY, acknowledge_due_at=timezone.now() - timedelta(days=2)
    )
    assert [one.split(":")[0] for one in claims(brief(world.mona).next)] == ["Acknowledge"]


def test_late_cases_need_attention_and_ones_own_are_next(world: World) -> None:
    now = timezone.now()
    row = a_feedback(nps=1, unit_id=world.quay.pk)
    for hours, owner in ((-5, world.mona), (3, world.mona), (3, world.clara)):
        open_case(
            feedback=row, title="Call back", owner=owner, due_at=now + timedelta(hours=hours), by=world.mona
        )
    told = brief(world.mona)
    assert claims(told.attention) == ["1 case is past its clock."]
    assert claims(told.next) == ["You own 2 open cases.", "2 cases are due within a day."]
    assert brief(world.rival).next == ()


def test_an_issue_that_rises_is_told_with_its_ratio(world: World) -> None:
    for week in range(26):
        for n in range(18 if week < 4 else 3):
            day = TODAY - timedelta(days=7 * week + n % 7)
            row = a_feedback(kind=Kind.COMPLAINT, unit_id=world.red.pk)
            Complaint.objects.create(feedback=row, product="Loan", issue="Fees", received_on=day)
    for person in (world.clara, world.theo):  # Theo reads feedback, but no insights
        rising = next(found for found in brief(person).attention if "rising" in found.claim)
        assert rising.claim == "Complaints about “Fees” (Loan) are rising."
        assert "72 in four weeks" in rising.detail and "times as often" in rising.detail
        assert "issue=Fees" in rising.url and "period=28d" in rising.url
    assert brief(world.rival).attention == ()


def test_what_was_told_is_remembered_until_the_numbers_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    promoters(0.5, 100)
    asked: list[Scope] = []
    real = queries._count_numbers
    monkeypatch.setattr(queries, "_count_numbers", lambda scope: asked.append(scope) or real(scope))
    for _ in range(2):
        brief(world.clara)
        brief(world.eve)
    assert len(asked) == 2, "Clara and Eve hold different grants"
    promoters(1.0, 1)
    brief(world.clara)
    assert len(asked) == 3
    Workspace.objects.update(least_n_score=200)
    assert brief(world.clara).band[0].result.estimate.value is None


def test_order_is_by_importance_and_then_by_the_alphabet() -> None:
    def found(claim: str, importance: float) -> Finding:
        return Finding(
            kind="next", claim=claim, detail="", url="/", evidence_label="", importance=importance, icon="x"
        )

    rows = [found("b", 1), found("a", 1), found("c", 2)]
    assert claims(in_order(rows, most=9)) == claims(in_order(rows[::-1], most=9)) == ["c", "a", "b"]
    assert claims(in_order(rows, most=1)) == ["c"]


def ranking(names: list[str], **fields: Any) -> Ranking:
    """Issues that all stand in the first tier, the first with the most at stake."""
    rows = [
        Priority(
            name=name,
            ranked=value_at_stake([Issue(key=name, affected=60 - place, of=300)])[0],
            tier=1,
            severity=None,
        )
        for place, name in enumerate(names)
    ]
    return Ranking(
        source="complaints",
        state="ok",
        of=300,
        least_of=30,
        rows=tuple(rows),
        **{"by_severity": False} | fields,
    )


@pytest.mark.parametrize(
    ("names", "claim"),
    [
        (["Fees"], "In complaints, look at “Fees” first."),
        (["Fees", "Delay"], "In complaints, look at “Fees” and “Delay”: which comes first is not decided."),
        (
            ["A", "B", "C", "D"],
            "In complaints, four issues can’t be told apart: which comes first is not decided.",
        ),
    ],
)
def test_what_comes_first_is_said_only_where_it_is_decided(
    world: World, monkeypatch: pytest.MonkeyPatch, names: list[str], claim: str
) -> None:
    monkeypatch.setattr(next_steps, "priorities_of", lambda scope: (ranking(names),))
    found = next(next_steps.priorities(scope_of(world.clara)))
    assert found.claim == claim
    assert "60 (" in found.detail and "of 300" in found.detail
    assert list(next_steps.priorities(scope_of(world.theo))) == []


def test_issues_that_share_a_name_are_told_apart_by_product() -> None:
    rows = [
        replace(row, product=product)
        for row, product in zip(ranking(["Fees", "Fees"]).rows, "AB", strict=True)
    ]
    shared = replace(ranking(["Fees", "Fees"]), rows=tuple(rows))
    assert next_steps._names(shared) == ["“Fees” (A)", "“Fees” (B)"]
