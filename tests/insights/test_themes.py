"""Themes: the same for the same comments, and what people made of them stays."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from candor.apps.feedback.models import Feedback
from candor.apps.insights import comments, services, tasks
from candor.apps.insights.choices import Outcome, Standing
from candor.apps.insights.errors import CannotMerge
from candor.apps.insights.models import ReadComment, Theme, ThemeRun
from candor.apps.insights.queries import theme_table, themes_of
from candor.apps.organization.models import AuditEntry
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from tests.insights.telling import (
    TODAY,
    TOPICS,
    comments_about,
    forget_everything,
    look,
    scope_for,
    tell,
    tell_everything,
    theme_about,
)
from tests.world import World


def look_at(most: int) -> ThemeRun:
    (run,) = services.discover(as_of=TODAY, most=most)
    return run


def what_was_found() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    return {
        theme.key: (
            theme.name,
            theme.standing,
            tuple(
                ReadComment.objects.filter(theme=theme)
                .order_by("feedback__key")
                .values_list("feedback__key", flat=True)
            ),
        )
        for theme in Theme.objects.all()
    }


def test_each_topic_is_a_theme_named_by_its_words(world: World) -> None:
    tell_everything()
    assert look().outcome == Outcome.OK
    assert {
        topic
        for topic in TOPICS
        for theme in Theme.objects.filter(standing=Standing.STABLE)
        if topic in theme.terms
    } == set(TOPICS)
    assert ReadComment.objects.count() == Feedback.objects.count() == 450


def test_the_same_comments_in_another_order_give_the_same_themes(world: World) -> None:
    texts = [text for topic in TOPICS for text in comments_about(topic, 80)]
    tell(texts)
    look()
    first = what_was_found()
    forget_everything()
    random.Random(5).shuffle(texts)
    tell(texts)
    look()
    assert what_was_found() == first
    assert len(first) >= 5


def test_a_name_given_by_a_person_survives_a_rerun_and_new_comments(world: World) -> None:
    tell_everything()
    look()
    renamed = services.rename_theme(theme=theme_about("queue"), name="Waiting at the counter", by=world.ada)
    tell(comments_about("queue", 60, seed=2), prefix="new")
    tell(comments_about("app", 60, seed=2), prefix="new")
    look()
    renamed.refresh_from_db()
    assert renamed.name == "Waiting at the counter"
    assert "queue" in renamed.terms
    assert ReadComment.objects.filter(theme=renamed).count() == 150
    assert AuditEntry.objects.get(action="theme.renamed").facts == {
        "before": "",
        "after": "Waiting at the counter",
    }


def test_an_empty_name_goes_back_to_the_proposed_one(world: World) -> None:
    tell_everything()
    look()
    theme = services.rename_theme(theme=theme_about("queue"), name="Waiting", by=world.ada)
    assert services.rename_theme(theme=theme, name="  ", by=world.ada).name == theme.proposed_name
    assert theme.named_by is None


def test_a_hidden_theme_stays_hidden_when_it_is_found_again(world: World) -> None:
    tell_everything()
    look()
    theme = services.hide_theme(theme=theme_about("letter"), by=world.ada)
    tell(comments_about("letter", 60, seed=2), prefix="new")
    look()
    theme.refresh_from_db()
    table = theme_table(scope_for(world.clara))
    assert theme.is_hidden
    assert theme.pk not in {row.theme.pk for row in table.rows}
    assert [hidden.pk for hidden in table.hidden] == [theme.pk]
    services.show_theme(theme=theme, by=world.ada)
    assert theme.pk in {row.theme.pk for row in theme_table(scope_for(world.clara)).rows}


def test_merged_themes_count_as_one_after_a_rerun_too_and_can_be_taken_apart(world: World) -> None:
    tell_everything()
    look()
    part, whole = theme_about("letter"), theme_about("queue")
    services.merge_themes(theme=part, into=whole, by=world.ada)
    look()
    counts = {row.theme.pk: row.n for row in theme_table(scope_for(world.clara)).rows}
    assert counts[whole.pk] == 180
    assert part.pk not in counts
    letter = Feedback.objects.filter(key__startswith="letter").first()
    assert letter is not None
    assert themes_of(letter) == [whole]
    part.refresh_from_db()
    services.split_off_theme(theme=part, by=world.ada)
    assert {row.theme.pk: row.n for row in theme_table(scope_for(world.clara)).rows}[whole.pk] == 90


def test_a_theme_never_becomes_part_of_itself(world: World) -> None:
    tell_everything()
    look()
    a, b, c = (theme_about(word) for word in ("letter", "queue", "app"))
    services.merge_themes(theme=a, into=b, by=world.ada)
    services.merge_themes(theme=b, into=c, by=world.ada)
    for theme, into in [(c, a), (c, c), (a, c)]:
        with pytest.raises(CannotMerge):
            services.merge_themes(theme=theme, into=into, by=world.ada)


def test_new_comments_are_placed_as_they_come(
    world: World, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    tell_everything()
    look()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        ids = tell([*comments_about("app", 3, seed=9), "nothing to say at all"], prefix="later")
    Worker().run_all()
    assert ThemeRun.objects.count() == 1
    placed = dict(
        ReadComment.objects.filter(feedback__in=ids.values()).values_list("feedback_id", "theme_id")
    )
    app = theme_about("app").pk
    assert sorted(placed.values(), key=str) == [app, app, app, None]


def test_reading_the_same_comments_twice_changes_nothing(world: World) -> None:
    tell_everything()
    look()
    before = what_was_found()
    services.read_comments(feedback_ids=list(Feedback.objects.values_list("pk", flat=True)))
    assert what_was_found() == before


def test_what_the_sample_left_out_is_placed_too(world: World) -> None:
    tell_everything(n=100)
    assert look_at(400).n_comments == 500
    assert ReadComment.objects.count() == 500
    assert {row.n for row in theme_table(scope_for(world.clara)).rows} == {100}


def test_a_run_that_was_killed_half_way_is_made_good_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_everything(n=100)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(services, "_read_rest", die)
        look_at(400)
    assert ReadComment.objects.count() == 400
    keys = set(Theme.objects.values_list("key", flat=True))
    look_at(400)
    assert ReadComment.objects.count() == 500
    assert set(Theme.objects.values_list("key", flat=True)) == keys


def test_of_two_runs_at_once_the_one_that_ends_first_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_everything()
    look()
    really = services.discover_themes

    def meanwhile_another_ends(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(services, "discover_themes", really)
        look()
        return really(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "discover_themes", meanwhile_another_ends)
    run = look()
    assert ThemeRun.objects.count() == 2
    assert run.pk == ThemeRun.objects.latest("pk").pk
    assert [bool(one.model) for one in ThemeRun.objects.order_by("pk")] == [False, True]


def test_few_comments_give_words_and_quotes_but_no_theme(world: World) -> None:
    tell(comments_about("app", 40))
    run = look()
    assert run.outcome == Outcome.TOO_FEW
    assert not Theme.objects.exists()
    assert "app" in " ".join(code["term"] for code in run.codes)
    assert services.read_comments(feedback_ids=list(Feedback.objects.values_list("pk", flat=True))) == 0


def test_no_word_of_a_theme_is_somebodys_address(world: World) -> None:
    tell_everything()
    tell(
        [
            f"{text} write to jo.miller@example.com or +1 212 555 2368"
            for text in comments_about("app", 90, seed=4)
        ]
    )
    look()
    said = " ".join(word for theme in Theme.objects.all() for word in [*theme.terms, *theme.words])
    assert "miller" not in said
    assert "example" not in said
    assert "212" not in said


def test_many_new_comments_have_a_worker_look_again_once(world: World) -> None:
    looks = Job.objects.filter(task_path=tasks.find_themes.module_path)
    ids = list(tell([text for topic in TOPICS for text in comments_about(topic, 59)]).values())
    for start in range(0, len(ids), 50):
        tasks.read_comments.call(ids[start : start + 50])
    assert not looks.exists()
    tell(comments_about("fees", 20, seed=3), prefix="more")
    for start in range(0, len(ids), 50):
        tasks.read_comments.call(ids[start : start + 50])
    (job,) = looks.all()
    assert job.run_at > job.created_at + tasks.WAIT / 2
    tasks.find_themes_soon()
    (job,) = looks.all()
    assert job.run_at < job.created_at + tasks.WAIT / 2
    assert tasks.is_looking()
    Worker().run_all()
    assert ThemeRun.objects.get().n_comments == 315
    assert not services.is_due()


def test_a_year_with_enough_comments_leaves_older_ones_to_the_reading(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "ENOUGH", 400)
    tell_everything()
    tell(comments_about("app", 30, seed=7), on=TODAY - timedelta(days=500), prefix="old")
    run = look()
    assert (run.n_comments, run.since) == (450, TODAY - timedelta(days=364))
    assert ReadComment.objects.count() == 480


def test_each_language_has_themes_of_its_own(world: World) -> None:
    tell_everything()
    Feedback.objects.filter(key__startswith="app").update(language="und")
    tell([text.replace("letter", "lettre") for text in comments_about("letter", 20, seed=8)], prefix="fr")
    Feedback.objects.filter(key__startswith="fr").update(language="fr-FR")
    (run,) = services.discover(as_of=TODAY)
    assert (run.language, run.n_comments) == ("en", 450)
    assert ReadComment.objects.filter(feedback__language="fr-FR").count() == 0
    assert ReadComment.objects.filter(feedback__language="und").count() == 90
