"""The few issues that matter: ranked where the data decide, tied where they don't, silent where there is too little."""

import pytest

from candor.apps.feedback.choices import AnswerKind
from candor.apps.feedback.models import Answer
from candor.apps.insights import services
from candor.apps.insights.priorities import Ranking, rank_complaints, rank_themes
from candor.apps.surveys.services import define_survey
from tests.insights.telling import (
    TODAY,
    comments_about,
    complain,
    look,
    scope_for,
    show_from,
    tell,
    tell_everything,
    theme_about,
)
from tests.world import World


def tiers(ranking: Ranking) -> list[list[str]]:
    return [[row.name for row in rows] for _tier, rows in ranking.tiers]


def test_the_worst_issue_stands_alone_where_the_data_decide(world: World) -> None:
    complain(40, issue="Lost papers", is_timely=False)
    complain(160, issue="Lost papers", is_timely=True)
    complain(150, issue="Rude clerk", is_timely=True)
    complain(5, issue="Rude clerk", is_timely=False)
    complain(60, issue="Long form", is_timely=True)
    found = rank_complaints(scope_for(world.clara))
    assert (found.state, found.of, found.by_severity, found.is_top_decided) == ("ok", 415, True, True)
    assert tiers(found)[0] == ["Lost papers"]
    (top,) = found.top
    assert (top.ranked.n, top.ranked.unit, top.ranked.point) == (200, "severe cases", pytest.approx(40))
    assert (top.severity.value, top.severity.n) == (0.2, 200)  # type: ignore[union-attr]
    assert top.at_stake.low < 40 < top.at_stake.high  # type: ignore[operator]
    assert top.ranked.expected_loss < 0.01


def test_what_cant_be_told_apart_is_one_tier_in_the_order_of_the_alphabet(world: World) -> None:
    for issue, late in [("Wrong name", 9), ("Lost papers", 10), ("Rude clerk", 8)]:
        complain(late, issue=issue, is_timely=False)
        complain(50 - late, issue=issue, is_timely=True)
    complain(100, issue="Long form", is_timely=True)
    found = rank_complaints(scope_for(world.clara))
    assert tiers(found) == [["Lost papers", "Rude clerk", "Wrong name"], ["Long form"]]
    assert not found.is_top_decided
    assert sum(row.ranked.p_top for row in found.rows) == pytest.approx(1)


def test_often_and_harmless_is_below_seldom_and_hard(world: World) -> None:
    complain(300, issue="Long form", is_timely=True, is_disputed=False)
    complain(60, issue="Lost papers", is_disputed=True)
    found = rank_complaints(scope_for(world.clara))
    assert [row.name for row in found.top] == ["Lost papers"]


def test_without_known_severity_only_how_often_counts(world: World) -> None:
    complain(80, issue="Long form")
    complain(20, issue="Lost papers")
    found = rank_complaints(scope_for(world.clara))
    assert (found.by_severity, [row.name for row in found.top]) == (False, ["Long form"])
    assert {row.ranked.unit for row in found.rows} == {"cases"}
    assert {row.severity for row in found.rows} == {None}


def test_an_issue_of_unknown_severity_is_left_out_and_counted(world: World) -> None:
    complain(50, issue="Long form", is_timely=True)
    complain(50, issue="Lost papers", is_timely=False)
    complain(20, issue="New thing")
    complain(3, issue="Odd thing", is_timely=True)
    found = rank_complaints(scope_for(world.clara))
    assert {row.name for row in found.rows} == {"Long form", "Lost papers"}
    assert (found.n_unknown, found.n_small) == (1, 1)


@pytest.mark.parametrize(
    ("n", "issues", "state"), [(0, 0, "none"), (9, 2, "too_few"), (40, 1, "one_issue"), (8, 5, "one_issue")]
)
def test_too_little_is_not_ranked_and_says_why(world: World, n: int, issues: int, state: str) -> None:
    for number in range(issues):
        complain(n, issue=f"Issue {number}", is_timely=False)
    found = rank_complaints(scope_for(world.clara))
    assert (found.state, found.rows) == (state, ())


def test_no_stake_is_told_of_fewer_than_thirty_however_few_a_score_may_have(world: World) -> None:
    show_from(5)
    complain(14, issue="Fees", is_timely=False)
    complain(12, issue="Queue", is_timely=False)
    assert rank_complaints(scope_for(world.clara)).state == "too_few"


def test_the_same_issue_of_two_products_is_two_issues(world: World) -> None:
    complain(40, issue="Fees", product="Loan", is_timely=False)
    complain(40, issue="Fees", product="Card", is_timely=True)
    found = rank_complaints(scope_for(world.clara))
    assert [(row.product, row.issue, row.ranked.n) for row in found.top] == [("Loan", "Fees", 40)]


def test_everybody_ranks_only_their_own_units(world: World) -> None:
    complain(50, issue="Long form", unit=world.quay, is_timely=True)
    complain(50, issue="Lost papers", unit=world.quay, is_timely=False)
    complain(50, issue="Rude clerk", unit=world.mill, is_timely=False)
    complain(50, issue="Wrong name", unit=world.mill, is_timely=True)
    assert {row.name for row in rank_complaints(scope_for(world.mona)).rows} == {"Long form", "Lost papers"}
    assert {row.name for row in rank_complaints(scope_for(world.rival)).rows} == {"Rude clerk", "Wrong name"}
    assert rank_complaints(scope_for(world.clara, world.north)).of == 100


def test_the_theme_beside_which_answers_are_low_is_the_top_one(world: World) -> None:
    tell_everything(n=90)
    look()
    for word, low in [("app", 60), ("card", 4), ("fees", 3), ("queue", 5), ("letter", 2)]:
        theme = theme_about(word)
        ids = services.ReadComment.objects.filter(theme=theme).order_by("pk").values_list("pk", flat=True)
        Answer.objects.bulk_create(
            Answer(feedback_id=pk, question="csat", kind=AnswerKind.CSAT, number=1 if place < low else 5)
            for place, pk in enumerate(ids)
        )
    found = rank_themes(scope_for(world.clara))
    assert (found.by_severity, found.is_top_decided) == (True, True)
    assert [row.theme for row in found.top] == [theme_about("app")]
    assert found.top[0].ranked.point == pytest.approx(60)


def test_who_was_hit_hard_is_read_on_the_scale_where_high_is_good(world: World) -> None:
    question = {"key": "ces", "text": "Effort", "kind": "ces"}
    define_survey(key="told", name="Told", questions=[question])
    tell_everything(n=90)
    look()
    app = theme_about("app")
    Answer.objects.bulk_create(
        Answer(feedback_id=row.feedback_id, question="ces", kind="ces", number=7 if row.theme == app else 1)
        for row in services.ReadComment.objects.exclude(theme=None).select_related("theme")
    )
    assert app not in [row.theme for row in rank_themes(scope_for(world.clara)).top], "ease: 7 is very easy"
    define_survey(key="told", name="Told", questions=[question | {"is_high_good": False}])
    found = rank_themes(scope_for(world.clara))
    assert [row.theme for row in found.top] == [app], "effort: 7 is very hard"
    assert found.top[0].ranked.point == pytest.approx(90)


def test_hidden_and_tentative_themes_are_not_ranked_but_a_named_one_is(world: World) -> None:
    tell_everything(n=90)
    look()
    hidden, named, unsure = (theme_about(word) for word in ("app", "card", "fees"))
    services.hide_theme(theme=hidden, by=world.ada)
    services.rename_theme(theme=named, name="Cards that fail", by=world.ada)
    type(named).objects.filter(pk__in=[named.pk, unsure.pk]).update(standing="tentative")
    ranked = {row.theme.pk for row in rank_themes(scope_for(world.clara)).rows if row.theme}
    assert named.pk in ranked
    assert not ranked & {hidden.pk, unsure.pk}


def test_a_merged_theme_is_ranked_as_one(world: World) -> None:
    tell_everything(n=90)
    look()
    part, whole = theme_about("app"), theme_about("card")
    services.merge_themes(theme=part, into=whole, by=world.ada)
    counts = {row.theme.pk: row.ranked.n for row in rank_themes(scope_for(world.clara)).rows if row.theme}
    assert counts[whole.pk] == 180
    assert part.pk not in counts


def test_equal_themes_are_all_one_tier(world: World) -> None:
    tell_everything(n=90)
    look()
    found = rank_themes(scope_for(world.clara))
    assert len(found.top) == 5
    assert [row.name for row in found.rows] == sorted(row.name for row in found.rows)


def test_the_order_in_which_complaints_came_changes_nothing(world: World) -> None:
    def fill(order: int) -> Ranking:
        pairs = [("Lost papers", 12), ("Rude clerk", 9), ("Wrong name", 4)]
        for issue, late in pairs[::order]:
            complain(late, issue=issue, is_timely=False)
            complain(60 - late, issue=issue, is_timely=True)
        return rank_complaints(scope_for(world.clara))

    from tests.insights.telling import forget_everything

    first = fill(1)
    forget_everything()
    assert fill(-1) == first


def test_a_comment_of_another_period_is_not_counted(world: World) -> None:
    tell_everything(n=90)
    tell(comments_about("app", 60, seed=4), prefix="old", on=TODAY.replace(month=1))
    look()
    by_period = {key: rank_themes(scope_for(world.clara, period=key)).of for key in ("28d", "365d")}
    assert by_period == {"28d": 450, "365d": 510}


def test_how_hard_a_small_issue_hits_is_not_told_as_a_share(world: World) -> None:
    complain(40, issue="Lost papers", is_timely=False)
    complain(29, issue="Rude clerk", is_timely=True)
    told = {row.name: row.severity for row in rank_complaints(scope_for(world.clara)).rows}
    assert {name: severity and severity.status == "too_few" for name, severity in told.items()} == {
        "Lost papers": False,
        "Rude clerk": True,
    }
