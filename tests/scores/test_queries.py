"""Scores: right denominators, scope, comparison, splits that add up."""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candor.apps.complaints.models import Complaint
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.organization.choices import UnitKind
from candor.apps.scores.queries import Dimension, estimate, estimates_by, overview, scope_words, trend
from candor.apps.scores.registry import MEASURES, measure_named
from candor.apps.scores.services import project_pending
from candor.foundation.errors import NotFound
from candor.foundation.periods import Period
from candor.warehouse.queries import Filter
from tests.builders import NOON, a_feedback
from tests.scores.conftest import JUNE, ScopeFor, set_least_n
from tests.world import World

NPS, CSAT, COMPLAINTS = MEASURES["nps"], MEASURES["csat"], MEASURES["complaint_rate"]


def answered(
    numbers: Iterable[float], kind: AnswerKind = AnswerKind.NPS, *, at: datetime = NOON, **fields: object
) -> None:
    """Feedback with one answer each, projected."""
    values = list(numbers)
    answered.calls += 1  # type: ignore[attr-defined]
    receive(
        items=[
            NewFeedback(
                kind=Kind.SURVEY, source="test", key=f"{answered.calls}-{place}", received_at=at,  # type: ignore[attr-defined]
                answers=(NewAnswer(question="q", kind=kind, number=number),), **fields,  # type: ignore[arg-type]
            )
            for place, number in enumerate(values)
        ]
    )  # fmt: skip
    project_pending()


answered.calls = 0  # type: ignore[attr-defined]


def test_the_score_is_of_the_answers_on_the_scale_only(world: World, scope_for: ScopeFor) -> None:
    answered([10] * 60 + [8] * 20 + [3] * 20)
    answered([11, -1, 99])
    a_feedback(nps=None)
    project_pending()
    found = estimate(NPS, scope=scope_for(world.clara)).estimate
    assert found.n == 100
    assert found.value == pytest.approx(0.4)
    assert found.low is not None and found.high is not None and found.low < 0.4 < found.high


def test_a_measure_never_mixes_kinds_of_question(world: World, scope_for: ScopeFor) -> None:
    answered([5] * 40, AnswerKind.CSAT)
    answered([5] * 40, AnswerKind.RATING)
    answered([5] * 40, AnswerKind.STARS)
    answered([0] * 40, AnswerKind.NPS)
    scope = scope_for(world.clara)
    assert estimate(CSAT, scope=scope).estimate.n == 40
    assert estimate(NPS, scope=scope).estimate.value == -1


def test_below_the_least_n_there_is_no_number_to_show(world: World, scope_for: ScopeFor) -> None:
    answered([10] * 7)
    found = estimate(NPS, scope=scope_for(world.clara)).estimate
    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.words == "Too few answers to tell (7 of at least 30)"


def test_the_period_counts_its_first_and_last_day_and_no_other(world: World, scope_for: ScopeFor) -> None:
    set_least_n(1)
    for day in [
        datetime(2026, 5, 31, 23),
        datetime(2026, 6, 1),
        datetime(2026, 6, 30, 23, 59),
        datetime(2026, 7, 1),
    ]:
        answered([10], at=day.replace(tzinfo=UTC))
    assert estimate(NPS, scope=scope_for(world.clara)).estimate.n == 2


@pytest.mark.parametrize(
    ("now", "before", "verdict"), [(0.9, 0.5, "higher"), (0.4, 0.8, "lower"), (0.6, 0.6, "no_clear_change")]
)
def test_the_change_is_tested_on_the_answers_of_the_period_before(
    world: World, scope_for: ScopeFor, now: float, before: float, verdict: str
) -> None:
    for share, day in [(now, NOON), (before, NOON - timedelta(days=30))]:
        answered([10] * round(200 * share) + [4] * round(200 * (1 - share)), at=day)
    found = estimate(NPS, scope=scope_for(world.clara))
    assert found.comparison.verdict == verdict
    assert found.comparison.n_now == found.comparison.n_before == 200


def test_a_few_answers_before_are_too_few_to_compare_with(world: World, scope_for: ScopeFor) -> None:
    answered([10] * 200)
    answered([0] * 5, at=NOON - timedelta(days=30))
    found = estimate(NPS, scope=scope_for(world.clara)).comparison
    assert (found.verdict, found.change) == ("too_few", None)


def test_people_see_the_answers_of_their_own_units_only(world: World, scope_for: ScopeFor) -> None:
    set_least_n(1)
    answered([10] * 5, unit_id=world.red.pk)
    answered([0] * 3, unit_id=world.mill.pk)
    answered([5] * 2)
    seen = {
        person.name: estimate(NPS, scope=scope_for(person)).estimate.n
        for person in (world.clara, world.mona, world.theo, world.rival, world.olga, world.amos)
    }
    assert seen == {"Clara": 10, "Mona": 5, "Theo": 5, "Rival": 3, "Olga": 0, "Amos": 0}


def test_asking_for_a_unit_that_is_not_yours_counts_nothing(world: World, scope_for: ScopeFor) -> None:
    set_least_n(1)
    answered([10] * 5, unit_id=world.quay.pk)
    found = estimate(NPS, scope=scope_for(world.rival, world.quay))
    assert found.estimate.n == 0
    assert estimates_by(NPS, "unit", scope=scope_for(world.rival, world.quay)) == []


def test_units_are_rolled_up_the_tree(world: World, scope_for: ScopeFor) -> None:
    set_least_n(1)
    for unit, n in [(world.red, 4), (world.quay, 3), (world.mill, 2), (world.harbour, 1)]:
        answered([10] * n, unit_id=unit.pk)
    answered([10] * 6)

    def rows(unit: object = None, kind: UnitKind | None = None) -> dict[str, int]:
        found = estimates_by(NPS, "unit", scope=scope_for(world.clara, unit), kind=kind)
        return {row.label: row.estimate.n for row in found}

    assert rows() == {"North": 7, "South": 2, "No unit stated": 7}
    assert rows(world.north) == {"Quay": 7}
    assert rows(world.quay) == {"Red": 4, "Quay itself": 3}
    assert rows(world.red) == {"Red": 4}
    assert rows(kind=UnitKind.LOCATION) == {"Quay": 7, "Mill": 2, "No unit stated": 7}


def test_a_manager_of_one_branch_sees_its_teams(world: World, scope_for: ScopeFor) -> None:
    set_least_n(1)
    answered([10] * 4, unit_id=world.red.pk)
    answered([10] * 3, unit_id=world.quay.pk)
    rows = estimates_by(NPS, "unit", scope=scope_for(world.mona))
    assert {row.label: row.estimate.n for row in rows} == {"Red": 4, "Elsewhere": 3}


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_split_adds_up_to_the_whole(data: st.DataObject, world: World, scope_for: ScopeFor) -> None:
    units = [None, world.harbour.pk, world.north.pk, world.quay.pk, world.red.pk, world.mill.pk]
    word = st.sampled_from(["", "web", "phone", "Straße"])
    rows = st.tuples(st.sampled_from(units), word, word, word, st.integers(-1, 12))
    for unit, product, channel, segment, number in data.draw(st.lists(rows, min_size=1, max_size=25)):
        answered([number], unit_id=unit, product=product, channel=channel, segment=segment, company=product)
    for person in (world.clara, world.mona, world.rival):
        scope = scope_for(person)
        whole = estimate(NPS, scope=scope).estimate.n
        dimensions: list[Dimension] = [
            "unit",
            "product",
            "channel",
            "segment",
            "company",
            "touchpoint",
            "issue",
        ]
        for dimension in dimensions:
            assert sum(row.estimate.n for row in estimates_by(NPS, dimension, scope=scope)) == whole
        for step in ("day", "week", "month"):
            assert sum(point.estimate.n for point in trend(NPS, scope=scope, step=step)) == whole  # type: ignore[arg-type]


def test_a_row_of_a_split_is_compared_with_itself_before(world: World, scope_for: ScopeFor) -> None:
    for at, good in [(NOON, 190), (NOON - timedelta(days=30), 100)]:
        answered([10] * good + [2] * (200 - good), at=at, channel="web")
        answered([10] * 100 + [2] * 100, at=at, channel="phone")
    rows = estimates_by(NPS, "channel", scope=scope_for(world.clara), compare=True)
    verdicts = {row.label: row.comparison.verdict for row in rows if row.comparison}
    assert verdicts == {"phone": "no_clear_change", "web": "higher"}


def test_a_filter_narrows_but_can_not_widen_the_scope(world: World, scope_for: ScopeFor) -> None:
    set_least_n(1)
    answered([10] * 3, unit_id=world.quay.pk, channel="web")
    answered([10] * 2, unit_id=world.quay.pk, channel="phone")
    scope = scope_for(world.mona)
    assert estimate(NPS, scope=scope, only=Filter(channels=["web"])).estimate.n == 3
    for wider in (
        Filter(units=[world.mill.pk]),
        Filter(since=date(2020, 1, 1)),
        Filter(persons=[world.theo.pk]),
    ):
        with pytest.raises(ValueError, match="narrow"):
            estimate(NPS, scope=scope, only=wider)


def test_the_cache_never_outlives_the_answers(world: World, scope_for: ScopeFor) -> None:
    set_least_n(1)
    scope = scope_for(world.clara)
    for n in range(1, 4):
        answered([9])
        assert estimate(NPS, scope=scope).estimate.n == n


def test_complaints_are_a_rate_over_the_days_since_they_were_first_counted(
    world: World, scope_for: ScopeFor
) -> None:
    for day, n in [(1, 8), (11, 7)]:
        for _ in range(n):
            feedback = a_feedback(kind=Kind.COMPLAINT, received_at=datetime(2026, 6, day, 9, tzinfo=UTC))
            Complaint.objects.create(feedback=feedback, received_on=feedback.received_at.date())
    project_pending()
    found = estimate(COMPLAINTS, scope=scope_for(world.clara))
    assert found.estimate.value == pytest.approx(15)
    assert found.estimate.n == 15
    assert found.comparison.verdict == "too_few", "nobody counted complaints in May"
    later = scope_for(world.clara, period=Period("x", "x", date(2026, 6, 16), date(2026, 6, 30)))
    quiet = estimate(COMPLAINTS, scope=later)
    assert quiet.estimate.value == 0
    assert quiet.comparison.verdict == "lower"


def test_a_trend_has_every_step_and_marks_those_that_are_cut_off(world: World, scope_for: ScopeFor) -> None:
    answered([10] * 40)
    answered([0] * 40, at=NOON - timedelta(days=30))
    period = Period("x", "x", date(2026, 4, 15), date(2026, 6, 30))
    points = trend(NPS, scope=scope_for(world.clara, period=period), step="month")
    assert [(p.stretch.label, p.estimate.n, p.estimate.value, p.stretch.is_partial) for p in points] == [
        ("Apr 2026", 0, None, True),
        ("May 2026", 40, -1, False),
        ("Jun 2026", 40, 1, False),
    ]


def test_the_overview_says_the_same_as_each_measure_alone(world: World, scope_for: ScopeFor) -> None:
    answered([10] * 40 + [5] * 20)
    answered([4] * 40 + [1] * 20, AnswerKind.CSAT, at=NOON - timedelta(days=30))
    answered([4] * 40 + [2] * 20, AnswerKind.CSAT)
    scope = scope_for(world.clara)
    for found in overview(scope=scope):
        assert found.result == estimate(found.result.measure, scope=scope)
        assert found.is_measured == (found.result.measure.key in {"nps", "csat", "csat_mean"})


def test_weights_count_where_they_are(world: World, scope_for: ScopeFor) -> None:
    answered([10] * 50, weight=3.0)
    answered([0] * 50, weight=1.0)
    scope = scope_for(world.clara)
    weighted = estimate(NPS, scope=scope).estimate
    assert weighted.value == pytest.approx(0.5)
    assert weighted.n == 100
    assert weighted.n_effective == pytest.approx(80)
    assert estimate(NPS, scope=scope, weighted=False).estimate.value == 0


def test_scope_words_name_place_and_period(world: World, scope_for: ScopeFor) -> None:
    ninety = Period("90d", "Last 90 days", date(2026, 4, 2), date(2026, 6, 30))
    assert scope_words(scope_for(world.clara, world.quay, ninety)) == "Quay, last 90 days"
    assert scope_words(scope_for(world.clara, period=JUNE)) == "Harbour, June 2026"
    assert scope_words(scope_for(world.mona, period=JUNE)) == "Your units, June 2026"


def test_there_is_no_measure_of_an_unknown_name() -> None:
    with pytest.raises(NotFound):
        measure_named("happiness")


def test_every_measure_is_complete() -> None:
    for measure in MEASURES.values():
        assert measure.question.endswith("?")
        assert measure.formula.words.endswith(".")
        assert measure.lowest <= measure.highest


def test_the_airport_survey_has_its_known_nps(world: World, scope_for: ScopeFor, real_data: Path) -> None:
    with gzip.open(real_data / "sfo_survey" / "2017.csv.gz", "rt", encoding="utf-8-sig") as file:
        rows = [
            {name.strip(): value.strip() for name, value in row.items() if name}
            for row in csv.DictReader(file)
        ]
    receive(
        items=[
            NewFeedback(
                kind=Kind.SURVEY, source="sfo-2017", key=row["RESPNUM"], received_at=NOON,
                weight=float(row["WEIGHT"]),
                answers=(
                    NewAnswer(
                        question="NETPRO", kind=AnswerKind.NPS,
                        number=float(row["NETPRO"]) if row["NETPRO"].isdecimal() and row["NETPRO"] != "11" else None,
                    ),
                ),
            )
            for row in rows
        ]
    )  # fmt: skip
    project_pending()
    scope = scope_for(world.clara)
    plain = estimate(NPS, scope=scope, weighted=False).estimate
    assert (plain.n, round(100 * (plain.value or 0), 2)) == (2746, 39.84)
    weighted = estimate(NPS, scope=scope).estimate
    assert (weighted.n, round(100 * (weighted.value or 0), 2)) == (2746, 40.40)
    assert replace(weighted, value=None) != replace(plain, value=None)


def test_every_measure_has_its_page_of_method() -> None:
    pages = Path(__file__).parents[2] / "docs" / "methods"
    for measure in MEASURES.values():
        text = (pages / measure.docs).read_text(encoding="utf-8")
        assert text.startswith(f"# {measure.name}\n")
        for part in ("## How it is counted", "## When it misleads", "## Worked example"):
            assert part in text, (measure.key, part)
