"""Drafts that two may edit, versions that never change, and questions that mean the same as long as they have the same key."""

from collections.abc import Callable
from typing import Any

import pytest

from candor.apps.feedback.choices import AnswerKind
from candor.apps.organization.models import AuditEntry
from candor.apps.surveys import checks, designing, drafts, publishing, wordings
from candor.apps.surveys.differences import differences
from candor.apps.surveys.errors import DraftChanged, MeaningChanged, NothingToUndo, NotReady
from candor.apps.surveys.library import TEMPLATES
from candor.apps.surveys.models import Question, Survey, SurveyVersion
from candor.foundation.errors import Conflict, InvalidInput
from tests.builders import NOON
from tests.world import World


def a_survey(world: World, template: str = "relationship-nps") -> Survey:
    """A draft from a template."""
    definition = TEMPLATES[template].definition(main="en")
    return drafts.create_survey(name="Ask", definition=definition, by=world.clara)


def edit(survey: Survey, by: Any, do: Callable[[dict[str, Any]], object], about: str = "") -> None:
    with drafts.changing(survey=survey, revision=survey.draft_revision, by=by) as work:
        do(work.definition)
        work.words, work.about = "Changed it", about


def test_a_translation_of_words_that_changed_is_marked_until_somebody_looked_at_it(world: World) -> None:
    title = {"default": "How was it?", "de": "Wie war es?", "fr": "Comment était-ce ?"}
    definition = {"elements": [{"type": "comment", "name": "q", "title": title}]}
    survey = drafts.create_survey(name="Visit", definition=definition, by=world.amos)

    def say(words: str, language: str = "") -> dict[str, tuple[str, str]]:
        edit(survey, world.amos, lambda draft: _title(draft).set(words, language))
        return {one.language: (one.was, one.now) for one in wordings.outdated(survey.draft or {})}

    assert say("Was it easy?") == dict.fromkeys(("de", "fr"), ("How was it?", "Was it easy?"))
    assert say("Was it quick?")["de"] == ("How was it?", "Was it quick?"), "of which words it was made"
    assert say("War es schnell?", "de") == {"fr": ("How was it?", "Was it quick?")}
    (said,) = [one for one in checks.check(survey.draft or {}).advice if one.code == "outdated"]
    assert said.words == "Français: one text was translated before its words in English changed."
    edit(survey, world.amos, lambda draft: wordings.settle(draft, _title(draft), "fr"))
    assert wordings.outdated(survey.draft or {}) == []
    assert say("Was it easy?").keys() == {"de", "fr"}
    assert say("Was it quick?") == {}, "back to the words that were translated"


def _title(draft: dict[str, Any]) -> wordings.Text:
    return next(text for text in wordings.texts(draft) if text.owner == "q")


def reword(key: str, text: str) -> Callable[[dict[str, Any]], object]:
    return lambda definition: wordings.put(designing.element_of(definition, key), "title", text)


def test_two_who_edit_do_not_overwrite_each_other(world: World) -> None:
    survey = a_survey(world)
    seen_by_ada = Survey.objects.get(pk=survey.pk)
    edit(survey, world.clara, reword("nps", "Would you recommend us?"))
    with pytest.raises(DraftChanged, match="Clara changed this survey after you opened it"):
        edit(seen_by_ada, world.ada, reword("why", "Why so?"))
    survey.refresh_from_db()
    assert (
        wordings.said(designing.element_of(survey.draft or {}, "nps")["title"]) == "Would you recommend us?"
    )
    assert wordings.said(designing.element_of(survey.draft or {}, "why")["title"]).startswith(
        "What is the main reason"
    )


def test_typing_on_is_one_change_and_undo_takes_it_back_whole(world: World) -> None:
    survey = a_survey(world)
    before = survey.draft
    for text in ("Wo", "Would", "Would you?"):
        edit(survey, world.clara, reword("nps", text), about="question nps")
    edit(survey, world.clara, reword("why", "Why?"), about="question why")
    assert survey.changes.count() == 2
    drafts.undo(survey=survey, revision=survey.draft_revision, by=world.clara)
    drafts.undo(survey=survey, revision=survey.draft_revision, by=world.clara)
    assert survey.draft == before
    with pytest.raises(NothingToUndo):
        drafts.undo(survey=survey, revision=survey.draft_revision, by=world.clara)


def test_a_change_that_fails_leaves_nothing_behind(world: World) -> None:
    survey = a_survey(world)
    before = Survey.objects.values().get(pk=survey.pk)
    with pytest.raises(designing.DesignRefused):
        edit(
            survey,
            world.clara,
            lambda d: (designing.remove_question(d, "nps"), designing.remove_question(d, "nobody")),
        )
    assert Survey.objects.values().get(pk=survey.pk) == before
    assert not survey.changes.exists()


def test_a_change_of_nothing_is_no_change(world: World) -> None:
    survey = a_survey(world)
    edit(survey, world.clara, lambda d: None)
    assert (survey.draft_revision, survey.changes.count()) == (1, 0)


def test_every_write_is_in_the_audit_log(world: World) -> None:
    survey = a_survey(world)
    edit(survey, world.clara, reword("nps", "Would you?"))
    publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara)
    publishing.set_open(survey=survey, is_open=False, by=world.clara)
    actions = list(
        AuditEntry.objects.filter(object_kind="survey").order_by("pk").values_list("action", flat=True)
    )
    assert actions == ["survey.created", "survey.edited", "survey.published", "survey.closed"]


def test_publishing_opens_the_survey_and_tells_what_it_asks(world: World) -> None:
    survey = a_survey(world)
    version = publishing.publish(survey=survey, revision=1, by=world.clara)
    assert (survey.state, version.number) == (Survey.State.OPEN, 1)
    told = list(
        Question.objects.filter(survey=survey)
        .order_by("position")
        .values_list("key", "kind", "lowest", "highest")
    )
    assert told == [
        ("nps", AnswerKind.NPS, 0, 10),
        ("why", AnswerKind.TEXT, None, None),
        ("first", AnswerKind.TEXT, None, None),
        ("may_contact", AnswerKind.YES_NO, None, None),
    ]


def test_a_matrix_is_told_statement_by_statement_and_a_ranking_thing_by_thing(world: World) -> None:
    survey = a_survey(world, "product")
    publishing.publish(survey=survey, revision=1, by=world.clara)
    assert Question.objects.get(survey=survey, key="matters.ease").kind == AnswerKind.NUMBER
    pulse = a_survey(world, "pulse")
    publishing.publish(survey=pulse, revision=1, by=world.clara)
    statement = Question.objects.get(survey=pulse, key="work.able")
    assert (statement.kind, statement.lowest, statement.highest) == (AnswerKind.RATING, 1, 5)
    assert Question.objects.get(survey=pulse, key="recommend_work").kind == AnswerKind.RATING


def test_a_version_stays_as_it_was_published(world: World) -> None:
    survey = a_survey(world)
    first = publishing.publish(survey=survey, revision=1, by=world.clara)
    was = SurveyVersion.objects.values().get(pk=first.pk)
    edit(survey, world.clara, lambda d: designing.remove_question(d, "first"))
    second = publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara)
    assert SurveyVersion.objects.values().get(pk=first.pk) == was
    assert second.number == 2
    assert Question.objects.filter(survey=survey, key="first").exists(), "its answers are still there"


def test_another_scale_under_the_same_key_is_refused_until_it_gets_a_new_one(world: World) -> None:
    survey = a_survey(world, "decision")
    publishing.publish(survey=survey, revision=1, by=world.clara)
    edit(survey, world.clara, lambda d: designing.set_scale(designing.element_of(d, "understood"), 1, 10))
    with pytest.raises(MeaningChanged, match=r"1–5.*1–10.*Give it a new key"):
        publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara)
    assert survey.versions.count() == 1
    edit(survey, world.clara, lambda d: designing.rename_question(d, "understood", "understood_2"))
    publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara)
    scales = dict(
        Question.objects.filter(survey=survey, key__startswith="understood").values_list("key", "highest")
    )
    assert scales == {"understood": 5, "understood_2": 10}


def test_a_measured_question_that_was_reworded_needs_a_word_on_its_meaning(world: World) -> None:
    survey = a_survey(world)
    publishing.publish(survey=survey, revision=1, by=world.clara)
    edit(survey, world.clara, reword("nps", "How likely are you to buy again?"))
    with pytest.raises(MeaningChanged, match="whether it still asks the same"):
        publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara)
    publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara, same_meaning=["nps"])
    assert Question.objects.get(survey=survey, key="nps").text == "How likely are you to buy again?"


def test_what_must_be_mended_keeps_a_survey_from_being_published(world: World) -> None:
    survey = a_survey(world)
    edit(survey, world.clara, lambda d: designing.remove_question(d, "nps"))
    with pytest.raises(NotReady):
        publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara)
    assert (survey.versions.count(), survey.state) == (0, Survey.State.DRAFT)


def test_a_draft_that_changed_after_it_was_looked_at_is_not_published(world: World) -> None:
    survey = a_survey(world)
    edit(survey, world.ada, reword("why", "Why?"))
    with pytest.raises(DraftChanged):
        publishing.publish(survey=survey, revision=1, by=world.clara)


def test_the_same_is_not_published_twice(world: World) -> None:
    survey = a_survey(world)
    publishing.publish(survey=survey, revision=1, by=world.clara)
    with pytest.raises(Conflict, match="nothing to publish"):
        publishing.publish(survey=survey, revision=1, by=world.clara)


def test_what_changed_is_said_in_words(world: World) -> None:
    before = a_survey(world).draft or {}
    after = a_survey(world).draft or {}
    reword("why", "Why is that?")(after)
    designing.set_flag(designing.element_of(after, "nps"), "isRequired", True)
    designing.remove_question(after, "first")
    designing.add_question(after, kind="choice", page=0)
    wordings.put(designing.element_of(after, "may_contact"), "title", "¿Podemos llamarle?", "es")
    assert differences(before, after) == [
        "“How likely are you to recommend us to a friend or colleague?” (nps) must be answered now.",
        "Reworded: “Why is that?” (why).",
        "New: “What did you come for?” (choice).",
        "Taken out: “What is the first thing we should change?” (first).",
        "New language: Español.",
    ]
    assert differences(before, before) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: wordings.put(d, "description", "Two minutes."), "The introduction changed."),
        (lambda d: wordings.put(d, "completedHtml", "<p>Bye</p>"), "The thanks at the end changed."),
        (lambda d: wordings.put(d, "mailText", "Please."), "The message that asks changed."),
        (lambda d: designing.add_page(d), "It has 2 pages now."),
        (lambda d: wordings.put(d["pages"][0], "title", "You"), "Headings of pages changed."),
        (
            lambda d: wordings.put(designing.element_of(d, "nps"), "maxRateDescription", "Yes"),
            "ends of its scale",
        ),
        (lambda d: designing.step_question(d, "why", down=True), "The order of the questions changed."),
        (lambda d: d.update(triggers=[]), "Details changed that are not listed here."),
    ],
)
def test_no_change_is_passed_over_in_silence(
    world: World, change: Callable[[dict[str, Any]], Any], words: str
) -> None:
    before, after = (a_survey(world).draft or {} for _ in range(2))
    change(after)
    (told,) = differences(before, after)
    assert words in told


def test_a_copy_has_the_questions_and_nothing_else(world: World) -> None:
    survey = a_survey(world)
    publishing.publish(survey=survey, revision=1, by=world.clara)
    copy = drafts.duplicate(survey=survey, by=world.clara)
    assert (copy.key, copy.name, copy.state) == ("ask-copy", "Ask (copy)", Survey.State.DRAFT)
    assert copy.versions.count() == copy.links.count() == 0
    assert designing.keys(copy.draft or {}) == designing.keys(survey.draft or {})


def test_what_was_published_is_closed_and_not_thrown_away(world: World) -> None:
    survey = a_survey(world)
    publishing.publish(survey=survey, revision=1, by=world.clara)
    with pytest.raises(Conflict, match="its answers need it"):
        drafts.discard(survey=survey, by=world.clara)
    draft = a_survey(world)
    drafts.discard(survey=draft, by=world.clara)
    assert not Survey.objects.filter(key=draft.key).exists()


def test_the_promise_of_anonymity_is_fixed_once_the_survey_was_open(world: World) -> None:
    survey = a_survey(world, "pulse")
    drafts.change_settings(survey=survey, by=world.clara, is_anonymous=True)
    publishing.publish(survey=survey, revision=1, by=world.clara)
    with pytest.raises(Conflict, match="people answered on that promise"):
        drafts.change_settings(survey=survey, by=world.clara, is_anonymous=False)


def test_a_survey_does_not_close_before_it_opens(world: World) -> None:
    with pytest.raises(InvalidInput):
        publishing.schedule(survey=a_survey(world), opens_at=NOON, closes_at=NOON, by=world.clara)
