"""An anonymous survey, attacked by somebody who holds the whole record and knows who answered when.

Twelve people are invited and answer one after another at moments that the attacker wrote down; each says something that only they would.
Nothing the record keeps may lead from the words back to the person: no key, no time, no order, no log.
"""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from django.apps import apps
from django.test import Client

from candor.apps.customers.services import NewCustomer, add_customers
from candor.apps.events import own
from candor.apps.feedback.models import Feedback
from candor.apps.organization.models import Unit
from candor.apps.scores.services import project_pending
from candor.apps.surveys import intake
from candor.apps.surveys.brought import Brought, bring_answer
from candor.apps.surveys.errors import NotOpen
from candor.apps.surveys.models import Invitation, Response, SurveyVersion
from candor.apps.surveys.responses import record_response
from candor.cli.serve import _web_command
from candor.foundation.models import Job, OutboxEntry
from candor.foundation.storage import warehouse
from tests.surveys.asking_here import NPS, a_link, a_survey, an_invitation, at, at_link
from tests.world import World

pytestmark = pytest.mark.django_db
PEOPLE = 12
BEGAN = datetime(2026, 6, 1, 9, tzinfo=UTC)
NEXT_DAY = BEGAN + timedelta(days=1)


def words(n: int) -> str:
    return f"Only person {n} would say marmalade{n}."


@pytest.fixture
def invited(world: World) -> list[tuple[Invitation, str]]:
    """Twelve people asked, each with a customer, a unit and a journey's episode of their own."""
    survey = a_survey(key="how-are-you", is_anonymous=True)
    ids = add_customers(
        items=[NewCustomer(identifiers=(("crm", f"C{n}"),), name=f"Customer {n}") for n in range(PEOPLE)]
    )
    return [
        an_invitation(
            survey, key=f"invitation-{n}", customer_id=ids[f"C{n}"], unit_id=world.quay.pk, done_by_id=world.theo.pk, channel="email",
            segment=f"segment {n}", episode=f"loan-{n}", language="de",
        )
        for n in range(PEOPLE)
    ]  # fmt: skip


def everyone_answers(invited: list[tuple[Invitation, str]], day: datetime = BEGAN, first: int = 0) -> None:
    """In their order, some minutes apart."""
    for n, (_, secret) in enumerate(invited, start=first):
        record_response(
            entrance=at(secret), secret=f"the-browser-of-person-{n:02}", data={"score": n % 11, "why": words(n)},
            at=day + timedelta(minutes=7 * n), language="de", is_finished=True,
        )  # fmt: skip


def event_rows(files: list[str]) -> list[tuple[Any, ...]]:
    """What the event log says, read from its files."""
    columns = "attributes ->> 'about', activity, customer, unit, \"at\""
    found = (
        duckdb.connect()
        .execute(f"SELECT {columns} FROM read_parquet({files!r}, union_by_name=true)")
        .fetchall()
    )
    return [(*row[:4], row[4] if row[4].tzinfo else row[4].replace(tzinfo=UTC)) for row in found]


def rows() -> list[tuple[str, str]]:
    """Every row of the product's tables, as text."""
    models = [model for model in apps.get_models() if model.__module__.startswith("candor.")]
    return [
        (model._meta.label, json.dumps(row, default=str, ensure_ascii=False))
        for model in models
        for row in model._default_manager.values()
    ]


def test_no_row_of_the_record_knows_both_the_words_and_the_person(
    invited: list[tuple[Invitation, str]],
) -> None:
    everyone_answers(invited)
    intake.take_in_anonymous(now=NEXT_DAY)
    own.append_pending()
    assert Feedback.objects.count() == PEOPLE
    for label, row in rows():
        for n, (invitation, secret) in enumerate(invited):
            assert secret not in row, label
            if f"marmalade{n}." in row:
                tells = (
                    invitation.digest,
                    invitation.key,
                    f"segment {n}",
                    f"loan-{n}",
                    f"Customer {n}",
                    "theo",
                )
                assert not [tell for tell in tells if tell in row], label
    assert not Response.objects.exclude(invitation=None).exists()
    assert not Feedback.objects.exclude(customer=None, unit=None, done_by=None, journey=None).exists()
    assert set(Feedback.objects.values_list("channel", "episode", "segment", "product")) == {("", "", "", "")}
    assert set(Response.objects.values_list("language", "channel", "digest")) == {("", "", "")}
    assert not Invitation.objects.exclude(feedback=None).exists()
    assert set(Invitation.objects.values_list("is_answered", flat=True)) == {True}


def test_no_time_tells_more_than_the_day(invited: list[tuple[Invitation, str]]) -> None:
    everyone_answers(invited)
    moments = set(Response.objects.values_list("started_at", "changed_at", "finished_at"))
    assert len({moment for row in moments for moment in row}) == 1
    assert not Job.objects.filter(task_path__startswith="candor.apps.surveys").exists(), (
        "no job notes when an answer came"
    )
    assert not OutboxEntry.objects.filter(topic__contains="feedback").exists()
    intake.take_in_anonymous(now=NEXT_DAY)
    assert set(Feedback.objects.values_list("received_at", "knows_time")) == {(BEGAN.replace(hour=12), False)}


def test_no_order_is_the_order_in_which_they_answered(invited: list[tuple[Invitation, str]]) -> None:
    everyone_answers(invited)
    answered = [f"marmalade{n}." for n in range(PEOPLE)]

    def order(texts: Any) -> list[str]:
        return [next(word for word in answered if word in json.dumps(text)) for text in texts]

    kept = order(Response.objects.order_by("pk").values_list("data", flat=True))
    assert kept not in (answered, answered[::-1])
    assert Response.objects.filter(pk__lt=0).count() == PEOPLE
    intake.take_in_anonymous(now=NEXT_DAY)
    shown = order(Feedback.objects.order_by("pk").values_list("comment", flat=True))
    assert shown not in (answered, answered[::-1])
    assert shown != kept


def test_the_news_for_the_warehouse_and_the_log_name_all_of_a_day_together(
    invited: list[tuple[Invitation, str]],
) -> None:
    project_pending()
    own.append_pending()
    everyone_answers(invited)
    assert not OutboxEntry.objects.exists()
    intake.take_in_anonymous(now=NEXT_DAY)
    entries = list(OutboxEntry.objects.exclude(topic__startswith="own.").values_list("topic", "payload"))
    assert [(topic, len(payload["ids"])) for topic, payload in entries] == [
        ("feedback", PEOPLE),
        ("invitation", PEOPLE),
    ]
    assert entries[1][1]["ids"] == sorted(invitation.pk for invitation, _ in invited)
    own.append_pending()
    known = event_rows(warehouse().files("events"))
    asked = {about for about, activity, *_ in known if activity == "Survey invitation sent"}
    answered = [row for row in known if row[1] == "Survey answered"]
    assert (len(asked), len(answered)) == (PEOPLE, PEOPLE)
    assert {row[2:] for row in answered} == {(None, None, BEGAN.replace(hour=12))}


def test_fewer_than_five_of_a_survey_wait_and_nobody_sees_the_day_as_it_goes(
    invited: list[tuple[Invitation, str]],
) -> None:
    everyone_answers(invited[: intake.LEAST_TOGETHER - 1])
    assert intake.take_in_anonymous(now=NEXT_DAY) == 0
    everyone_answers(invited[intake.LEAST_TOGETHER - 1 :], NEXT_DAY, first=intake.LEAST_TOGETHER - 1)
    assert intake.take_in_anonymous(now=NEXT_DAY + timedelta(hours=3)) == 0
    assert intake.take_in(now=NEXT_DAY + timedelta(days=30)) == 0
    assert intake.take_in_anonymous(now=NEXT_DAY + timedelta(days=1)) == PEOPLE


def test_a_lone_answer_by_invitation_is_not_hidden_among_those_from_a_link_nor_among_those_to_another_version(
    invited: list[tuple[Invitation, str]],
) -> None:
    survey = invited[0][0].survey
    entrance = at_link(a_link(survey))
    for n in range(intake.LEAST_TOGETHER):
        record_response(
            entrance=entrance, secret=f"browser-{n:030}", data={"score": n}, at=BEGAN, is_finished=True
        )
    everyone_answers(invited[:1])
    brought = Brought(source="app", key="b", data={"score": 1})
    bring_answer(survey=survey, brought=brought, at=BEGAN)
    assert intake.take_in_anonymous(now=NEXT_DAY) == intake.LEAST_TOGETHER + 1
    assert not Feedback.objects.filter(comment__contains="marmalade")
    newer = SurveyVersion.objects.create(survey=survey, number=2, definition=NPS)
    Invitation.objects.filter(pk__in=[one.pk for one, _ in invited[1:5]]).update(version=newer)
    everyone_answers(invited[1:5], first=1)
    assert intake.take_in_anonymous(now=NEXT_DAY) == 0, "one to the first version, four to the second"
    Invitation.objects.filter(pk=invited[5][0].pk).update(version=newer)
    everyone_answers(invited[5:6], first=5)
    assert intake.take_in_anonymous(now=NEXT_DAY) == intake.LEAST_TOGETHER
    assert not Feedback.objects.filter(comment__contains="marmalade0.")


def test_an_invitation_counts_once_and_the_browser_that_answered_is_not_known_afterwards(
    invited: list[tuple[Invitation, str]], client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    everyone_answers(invited)
    _, secret = invited[0]
    with pytest.raises(NotOpen):
        record_response(
            entrance=at(secret),
            secret="another-browser-of-theirs",
            data={"score": 1},
            at=BEGAN,
            is_finished=True,
        )
    intake.take_in_anonymous(now=NEXT_DAY)
    with caplog.at_level(logging.DEBUG):
        assert "Sie haben schon geantwortet" in client.get(f"/a/{secret}/").content.decode()
        late = {"secret": "x" * 30, "data": {"score": 99}}
        refused = client.post(f"/a/{secret}/", late, content_type="application/json")
        assert refused.status_code == 409
    assert secret not in caplog.text
    assert not client.cookies
    assert not [word for word in _web_command(_arguments()) if "access" in word]


def test_an_anonymous_link_keeps_its_place_and_nothing_of_who_stood_there(world: World) -> None:
    quay = Unit.objects.get(code="quay")
    entrance = at_link(a_link(a_survey(is_anonymous=True), unit=quay, channel="qr"))
    for n in range(5):
        record_response(
            entrance=entrance, secret=f"browser-{n:030}", data={"score": n}, at=BEGAN + timedelta(minutes=n), language="fr",
            is_finished=True,
        )  # fmt: skip
    intake.take_in_anonymous(now=NEXT_DAY)
    assert set(Feedback.objects.values_list("unit__code", "channel", "customer")) == {("quay", "qr", None)}
    assert set(Response.objects.values_list("digest", "changed_at")) == {("", BEGAN.replace(hour=12))}


def _arguments() -> Any:
    import argparse

    return argparse.Namespace(host="127.0.0.1", port=1, threads=1)
