"""What Understand says: right shares, what truly rises, and nobody sees another unit's words."""

from datetime import timedelta

import pytest

from candor.apps.feedback.models import Feedback
from candor.apps.insights import queries, services
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Role
from candor.apps.organization.services import give_role
from candor.apps.surveys.services import define_survey
from candor.foundation.errors import NotFound
from tests.insights.telling import (
    TODAY,
    TOPICS,
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


def test_a_share_is_of_all_comments_read_with_its_interval(world: World) -> None:
    tell_everything(n=80)
    tell(comments_about("app", 40, seed=3), prefix="more")
    look()
    table = queries.theme_table(scope_for(world.clara))
    (row,) = (row for row in table.rows if "app" in row.theme.terms)
    assert (table.n_read, row.n, row.share.n) == (440, 120, 440)
    assert row.share.value == pytest.approx(120 / 440)
    assert (row.share.low, row.share.high) == pytest.approx((0.2332, 0.3161), abs=5e-4)
    assert row.share.method == "Wilson"


def test_feedback_without_words_is_in_no_denominator(world: World) -> None:
    tell_everything(n=80)
    tell([""], prefix="silent", nps=3)
    look()
    assert queries.theme_table(scope_for(world.clara)).n_read == 400


def test_a_share_of_few_comments_is_not_shown(world: World) -> None:
    tell_everything(n=80)
    tell(comments_about("app", 12, seed=3), prefix="more", unit=world.mill)
    look()
    (row,) = queries.theme_table(scope_for(world.rival)).rows
    assert row.share.status == "too_few"
    assert "12 of at least 30" in row.share.words


def test_everybody_counts_and_quotes_only_their_own_units(world: World) -> None:
    show_from(1)
    tell_everything(n=80, unit=world.quay, topics=("card", "queue", "app", "fees"))
    tell(comments_about("app", 30, seed=5), prefix="mill", unit=world.mill)
    tell(comments_about("letter", 80), prefix="mill", unit=world.mill)
    look()
    app, card, letter = (theme_about(word) for word in ("app", "card", "letter"))
    seen = {
        person.name: {
            row.theme.pk: (row.n, row.share.n) for row in queries.theme_table(scope_for(person)).rows
        }
        for person in (world.clara, world.mona, world.rival)
    }
    assert seen["Clara"][app.pk] == (110, 430)
    assert seen["Mona"][app.pk] == (80, 320)
    assert seen["Rival"] == {app.pk: (30, 110), letter.pk: (80, 110)}
    assert {read.feedback.unit for read in queries.quotes(app, scope_for(world.mona))} == {world.quay}
    assert {read.feedback.unit for read in queries.quotes(app, scope_for(world.rival))} == {world.mill}
    assert queries.theme_named(card.pk, viewer_of(world.mona)).pk == card.pk
    with pytest.raises(NotFound):
        queries.theme_named(letter.pk, viewer_of(world.mona))
    with pytest.raises(NotFound):
        queries.theme_named(card.pk, viewer_of(world.rival))


def test_a_narrower_unit_has_its_own_whole(world: World) -> None:
    tell_everything(n=80, unit=world.quay)
    tell(comments_about("app", 60, seed=5), prefix="mill", unit=world.mill)
    look()
    app = theme_about("app")
    result = queries.theme_result(app, scope_for(world.clara, world.south))
    assert (result.n, result.share.n, result.share.value) == (60, 60, 1.0)
    split = queries.theme_split(app, "unit", scope_for(world.clara))
    assert [(row.label, row.estimate.n) for row in split.rows] == [("North", 400), ("South", 60)]
    assert split.tiers == ("lower", "higher")


def test_a_split_by_product_counts_each_product_against_its_own_comments(world: World) -> None:
    tell(comments_about("card", 90), product="Debit")
    tell(comments_about("app", 90), product="Debit", prefix="a")
    tell(comments_about("fees", 90), product="Loan")
    tell(comments_about("app", 90, seed=2), product="", prefix="b")
    look()
    split = queries.theme_split(theme_about("app"), "product", scope_for(world.clara))
    assert {row.label: (row.estimate.n, row.estimate.value) for row in split.rows} == {
        "Debit": (180, 0.5), "Loan": (90, 0.0), "Not stated": (90, 1.0),
    }  # fmt: skip


def test_quotes_never_show_the_same_text_twice(world: World) -> None:
    tell_everything(n=80)
    text = "again the app login crashes freezes password today"
    tell([text], prefix="x")
    tell([text.upper()], prefix="y")
    look()
    found = queries.distinct_quotes(theme_about("app"), scope_for(world.clara), most=50)
    texts = [read.feedback.comment_masked.casefold() for read in found]
    assert len(texts) == len(set(texts)) == 50


def test_a_theme_that_rises_is_found_and_no_other(world: World) -> None:
    tell_everything(n=130, weeks=26)
    tell(comments_about("app", 40, seed=6), prefix="new", on=TODAY - timedelta(days=3))
    look()
    found = queries.rising(scope_for(world.clara))
    assert [one.theme for one in found.issues] == [theme_about("app")]
    (one,) = found.issues
    assert (one.rise.recent, one.rise.low > 1) == (60, True)
    assert found.knows_themes


def test_nothing_rises_where_nothing_changed(world: World) -> None:
    tell_everything(n=130, weeks=26)
    look()
    found = queries.rising(scope_for(world.clara))
    assert found.issues == ()
    assert found.all_comments is None
    assert (found.knows_themes, found.n_themes) == (True, len(TOPICS))


def test_when_everything_is_said_more_often_it_is_said_so(world: World) -> None:
    tell_everything(n=130, weeks=26)
    for topic in TOPICS:
        tell(comments_about(topic, 60, seed=6), prefix=f"new {topic}", on=TODAY - timedelta(days=3))
    look()
    found = queries.rising(scope_for(world.clara))
    assert len(found.issues) == 5
    assert found.all_comments is not None
    assert found.all_comments.low > 1


def test_a_history_of_few_weeks_calls_nothing_rising(world: World) -> None:
    tell_everything(n=90, weeks=5)
    tell(comments_about("app", 80, seed=6), prefix="new", on=TODAY)
    look()
    found = queries.rising(scope_for(world.clara))
    assert found.issues == ()
    assert not found.knows_themes
    assert all(row.rise is None for row in queries.theme_table(scope_for(world.clara)).rows)


def test_another_units_rise_is_not_ours(world: World) -> None:
    tell_everything(n=130, weeks=26, unit=world.quay)
    tell(comments_about("app", 60, seed=6), prefix="new", on=TODAY - timedelta(days=3), unit=world.mill)
    look()
    assert [one.name for one in queries.rising(scope_for(world.clara)).issues] == [theme_about("app").name]
    assert queries.rising(scope_for(world.mona)).issues == ()


def test_rising_complaints_stand_beside_rising_themes(world: World) -> None:
    tell_everything(n=130, weeks=26)
    for week in range(26):
        complain(
            12 if week < 4 else 2, product="Loan", issue="Late letters", on=TODAY - timedelta(days=7 * week)
        )
    look()
    (one,) = queries.rising(scope_for(world.clara)).issues
    assert (one.theme, one.product, one.issue, one.rise.recent) == (None, "Loan", "Late letters", 48)


def test_lower_scores_beside_a_theme_are_told_as_going_together(world: World) -> None:
    tell(comments_about("app", 90), nps=2)
    tell(comments_about("card", 90), nps=9)
    tell(comments_about("fees", 90), nps=9)
    tell(comments_about("queue", 90))
    look()
    (row,) = queries.goes_together(theme_about("app"), scope_for(world.clara))
    assert row.measure.key == "nps"
    assert (row.with_theme.value, row.with_theme.n, row.without.value, row.without.n) == (-1.0, 90, 1.0, 180)
    assert row.comparison.verdict == "lower"
    assert queries.goes_together(theme_about("queue"), scope_for(world.clara)) == []


def test_what_goes_together_reads_answers_where_low_is_good_turned_round(world: World) -> None:
    define_survey(
        key="told", name="Told", questions=[{"key": "nps", "text": "Rather not?", "kind": "nps", "is_high_good": False}]
    )  # fmt: skip
    tell(comments_about("app", 90), nps=8)
    tell(comments_about("card", 90), nps=1)
    tell(comments_about("fees", 90), nps=1)
    tell(comments_about("queue", 90))
    look()
    (row,) = queries.goes_together(theme_about("app"), scope_for(world.clara))
    assert (row.with_theme.value, row.without.value, row.comparison.verdict) == (-1.0, 1.0, "lower")


def test_a_theme_nobody_finds_any_more_keeps_its_name_apart(world: World) -> None:
    tell_everything()
    look()
    services.rename_theme(theme=theme_about("fees"), name="What it costs", by=world.ada)
    Feedback.objects.filter(key__startswith="fees").delete()
    look()
    table = queries.theme_table(scope_for(world.clara))
    assert [theme.name for theme in table.lost] == ["What it costs"]
    assert "What it costs" not in {row.name for row in table.rows}
    assert queries.theme_table(scope_for(world.mona)).lost == ()


def test_insights_of_one_unit_and_feedback_of_another_are_not_mixed(world: World) -> None:
    """Frontline of Mill reads feedback there, but has insights of Quay only."""
    tell_everything(n=80, unit=world.quay)
    tell(comments_about("app", 60, seed=5), prefix="mill", unit=world.mill)
    look()
    give_role(person=world.mona, role=Role.FRONTLINE, unit=world.mill, by=None)
    result = queries.theme_result(theme_about("app"), scope_for(world.mona))
    assert (result.n, result.share.n) == (80, 400)
