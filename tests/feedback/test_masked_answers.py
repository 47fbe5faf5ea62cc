"""What customers wrote, in comments and in answers alike, is masked wherever it is shown or leaves."""

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from candor.apps.feedback.choices import AnswerKind
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, add_answers
from candor.apps.organization.models import AuditEntry
from tests.builders import NOON, a_feedback
from tests.world import World

RAW = "Call me on 212-555-2368 or jane.doe@example.com"
PRIVATE = ("212-555-2368", "jane.doe@example.com")


def _answer(question: str = "why", text: str = RAW) -> NewAnswer:
    return NewAnswer(question=question, kind=AnswerKind.TEXT, text=text)


@pytest.fixture
def row(world: World) -> Feedback:
    """Feedback of Quay whose personal data stand in an answer."""
    return a_feedback(unit_id=world.quay.pk, answers=(_answer(),))


def _leaks(text: str) -> list[str]:
    return [word for word in PRIVATE if word in text]


def test_a_text_answer_is_masked_when_it_comes(row: Feedback) -> None:
    answer = row.answers.get()
    assert answer.text == RAW
    assert answer.text_masked == "Call me on [phone] or [e-mail]"
    assert str(answer) == "why: Call me on [phone] or [e-mail]"


def test_an_answer_that_comes_later_is_masked_too(row: Feedback) -> None:
    later = NewFeedback(
        kind=row.kind, source=row.source, key=row.key, received_at=NOON, answers=(_answer("what else"),)
    )
    assert add_answers(source=row.source, items=[later]) == 1
    assert _leaks(row.answers.get(question="what else").text_masked) == []


def test_pages_and_the_export_show_answers_masked(client: Client, world: World, row: Feedback) -> None:
    client.force_login(world.clara)
    page = client.get(f"/feedback/{row.pk}/?period=all").content.decode()
    export = b"".join(client.get("/feedback/export.csv?period=all").streaming_content).decode()  # type: ignore[attr-defined]
    for text in (page, export):
        assert "[phone]" in text
        assert _leaks(text) == []


def test_answers_are_shown_as_written_on_request_and_it_is_logged(
    client: Client, world: World, row: Feedback
) -> None:
    client.force_login(world.mona)
    assert f"/feedback/{row.pk}/unmask/" in client.get(f"/feedback/{row.pk}/").content.decode()
    shown = client.post(f"/feedback/{row.pk}/unmask/").content.decode()
    assert _leaks(shown) == list(PRIVATE)
    assert AuditEntry.objects.filter(action="feedback.unmasked", person=world.mona).count() == 1


def test_who_may_not_read_personal_data_is_not_offered_it(
    client: Client, world: World, row: Feedback
) -> None:
    client.force_login(world.eve)
    assert "unmask" not in client.get(f"/feedback/{row.pk}/").content.decode()
    assert client.post(f"/feedback/{row.pk}/unmask/").status_code == 403


def test_nothing_is_offered_where_nothing_is_masked(client: Client, world: World) -> None:
    plain = a_feedback(unit_id=world.quay.pk, comment="Slow.", answers=(_answer(text="Slow."),))
    client.force_login(world.mona)
    assert "unmask" not in client.get(f"/feedback/{plain.pk}/").content.decode()


def test_answers_from_before_are_masked_by_the_migration(row: Feedback) -> None:
    row.answers.update(text_masked="")
    migration = import_module("candor.apps.feedback.migrations.0002_mask_text_answers")
    migration.mask_answers(apps, None)
    assert Answer.objects.get().text_masked == "Call me on [phone] or [e-mail]"
