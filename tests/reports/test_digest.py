"""The digest: what one reader may see, worded carefully, sent to those who asked."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from candor.apps.feedback.choices import AnswerKind
from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import AuditEntry, Person, RoleAssignment, Unit
from candor.apps.organization.scope import Scope
from candor.apps.reports import services
from candor.apps.reports.choices import Rhythm
from candor.apps.reports.digest import Digest, as_html, as_text, digest_of, digest_scope
from candor.apps.reports.models import DigestSubscription
from candor.apps.reports.tasks import send_due_digests
from tests.builders import NOON
from tests.scores.test_queries import answered
from tests.world import World

TODAY = date(2026, 6, 10)  # a Wednesday
BEFORE = NOON - timedelta(days=28)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def plant(unit: Unit, before: float, now: float) -> None:
    for share, at in ((before, BEFORE), (now, NOON)):
        answered([10] * round(200 * share) + [2] * round(200 * (1 - share)), at=at, unit_id=unit.pk)


def digest_for(person: Person, unit: Unit | None = None) -> Digest:
    return digest_of(
        digest_scope(viewer_of(person), unit=unit, rhythm=Rhythm.WEEKLY, today=TODAY), now=timezone.now()
    )


def send(person: Person, unit: Unit | None = None) -> bool:
    return services.send_digest(
        person=person, unit=unit, rhythm=Rhythm.WEEKLY, now=timezone.now(), today=TODAY
    )


def test_a_digest_leads_with_what_changed_and_claims_no_cause(world: World) -> None:
    plant(world.quay, 0.8, 0.4)
    made = digest_for(world.clara)
    assert made.insight == "Net promoter score: down 80."
    assert "these numbers don’t say" in made.reading
    assert made.question.startswith("What did customers of")
    assert not re.search(r"because|caused|thanks to|led to", as_text(made))
    assert made.chart.startswith(b"\x89PNG") or made.chart == b""


def test_a_quiet_digest_says_so(world: World) -> None:
    plant(world.quay, 0.6, 0.6)
    made = digest_for(world.clara)
    assert made.subject == "Harbour: Nothing changed beyond chance in the last 28 days"
    assert made.reading.startswith("Quiet is information too")
    assert (
        made.question == "What do we want to be different by the next digest, and which number would show it?"
    )


def test_a_quiet_digest_says_only_what_was_looked_for(world: World) -> None:
    plant(world.quay, 0.6, 0.6)
    reading = digest_for(world.clara).reading
    assert reading == "Quiet is information too: no change beyond chance can be seen in these answers."


ALL_KINDS = (AnswerKind.NPS, AnswerKind.CSAT, AnswerKind.CES, AnswerKind.TRUST, AnswerKind.STARS)


def test_the_reading_knows_of_changes_that_the_list_has_no_room_for(world: World) -> None:
    for kind in ALL_KINDS:
        for unit, now in ((world.quay, 10 if kind == AnswerKind.NPS else 5), (world.mill, 2)):
            answered([2] * 200, kind, at=BEFORE, unit_id=unit.pk)
            answered([now] * 200, kind, unit_id=unit.pk)
    made = digest_for(world.clara)
    assert not [found for found in made.told.changed if found.unit_name], "five measures fill the list"
    assert made.reading.startswith("By itself it shows in North.")


def test_the_reading_tells_of_a_unit_that_went_the_other_way(world: World) -> None:
    for unit, n, before, now in ((world.quay, 400, 2, 10), (world.mill, 100, 10, 2)):
        answered([before] * n, at=BEFORE, unit_id=unit.pk)
        answered([now] * n, unit_id=unit.pk)
    reading = digest_for(world.clara).reading
    assert reading.startswith("By itself it shows in North. In South it went the other way.")


def test_where_only_one_unit_answers_nothing_is_said_of_how_widely_it_spreads(world: World) -> None:
    plant(world.quay, 0.8, 0.4)
    assert digest_for(world.mona).reading.startswith("Why, these numbers don’t say.")


def test_a_manager_is_told_whose_numbers_they_are(world: World) -> None:
    plant(world.quay, 0.8, 0.4)
    plant(world.mill, 0.5, 0.5)
    for made, place in (
        (digest_for(world.clara), "Harbour"),
        (digest_for(world.mona), "Your units"),
        (digest_for(world.mona, world.quay), "Quay"),
    ):
        assert made.subject.startswith(f"{place}: Net promoter score")
        assert f"{place}, last 28 days" in as_text(made)
        assert f"{place}, last 28 days" in as_html(made, for_mail=True)


def test_html_and_text_say_the_same(world: World) -> None:
    plant(world.quay, 0.3, 0.9)
    made = digest_for(world.clara)
    html = re.sub(r"\s+", " ", as_html(made, for_mail=True))
    text = re.sub(r"\s+", " ", as_text(made))
    for found in made.told.changed:
        assert found.claim in html and found.claim in text
        assert found.detail in html and found.detail in text
    assert made.question in html and made.question in text


def test_a_mail_asks_no_other_machine_for_anything(world: World, settings: Any) -> None:
    plant(world.quay, 0.3, 0.9)
    html = as_html(digest_for(world.clara), for_mail=True)
    fetched = re.findall(r"""(?:src|href)="(https?:[^"]+)"|url\((https?:[^)]+)\)|@import[^;]*""", html)
    addresses = {one for pair in fetched for one in pair if one}
    assert addresses and all(address.startswith(settings.CANDOR_URL) for address in addresses)


def test_names_are_text_never_markup(world: World) -> None:
    world.quay.name = "<mj-raw><script>alert(1)</script></mj-raw>"
    world.quay.save()
    plant(world.quay, 0.3, 0.9)
    html = as_html(digest_for(world.mona, world.quay), for_mail=True)
    assert "<script" not in html and "&lt;script" in html


def test_a_mail_holds_the_readers_own_units_only(world: World) -> None:
    plant(world.quay, 0.8, 0.4)
    assert send(world.clara) and send(world.rival)
    for_clara, for_rival = mail.outbox
    assert for_rival.to == ["rival@harbour.example"]
    whole = for_rival.subject + str(for_rival.body) + str(for_rival.alternatives[0][0])
    assert "Quay" not in whole and "North" not in whole and "down 80" not in whole
    assert "down 80" in str(for_clara.body)


def test_the_picture_lies_inside_the_mail(world: World) -> None:
    for days in range(0, 120, 30):
        answered([10] * 60 + [2] * 40, at=NOON - timedelta(days=days))
    assert send(world.clara)
    raw = mail.outbox[0].message().as_string()
    assert "multipart/related" in raw and "Content-ID: <chart>" in raw
    assert "cid:chart" in str(mail.outbox[0].alternatives[0][0])


def test_nobody_gets_a_digest_of_what_they_may_not_read(world: World) -> None:
    assert not send(world.rival, world.quay)
    assert not send(world.olga)
    assert not send(world.theo), "frontline staff read no reports"
    assert mail.outbox == []


def subscribe(person: Person, on: date, **fields: Any) -> DigestSubscription:
    return services.subscribe(person=person, **{"rhythm": Rhythm.WEEKLY, "unit": None, "today": on} | fields)


def send_due(on: date) -> int:
    return services.send_due_digests(now=timezone.now(), today=on)


def test_a_weekly_digest_comes_once_each_week_to_those_who_asked(world: World) -> None:
    subscribe(world.clara, TODAY)
    sent = [send_due(TODAY + timedelta(days=days)) for days in range(14)]
    assert [day for day, n in enumerate(sent) if n] == [5, 12], "on the Mondays"
    assert {message.to[0] for message in mail.outbox} == {"clara@harbour.example"}


def test_a_monthly_digest_comes_on_the_first(world: World) -> None:
    subscribe(world.clara, TODAY, rhythm=Rhythm.MONTHLY)
    days = [TODAY + timedelta(days=n) for n in range(40)]
    assert [day for day in days if send_due(day)] == [date(2026, 7, 1)]


def test_a_worker_that_slept_over_monday_sends_on_tuesday_and_not_twice(world: World) -> None:
    subscribe(world.clara, TODAY)
    tuesday = date(2026, 6, 16)
    assert [send_due(tuesday), send_due(tuesday), send_due(tuesday + timedelta(days=1))] == [1, 0, 0]


def test_who_lost_the_role_or_left_gets_nothing(world: World) -> None:
    for person in (world.clara, world.mona, world.eve):
        subscribe(person, TODAY)
    RoleAssignment.objects.filter(person=world.mona).delete()
    world.eve.is_active = False
    world.eve.save()
    assert send_due(TODAY + timedelta(days=7)) == 1
    assert [message.to for message in mail.outbox] == [["clara@harbour.example"]]


def test_a_mail_that_fails_holds_up_nobody_and_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (world.clara, world.eve):
        subscribe(person, TODAY)
    real = EmailBackend.send_messages

    def fails_for_clara(self: EmailBackend, messages: list[Any]) -> int:
        if messages[0].to == ["clara@harbour.example"]:
            raise ConnectionRefusedError("no mail server")
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", fails_for_clara)
    assert send_due(TODAY + timedelta(days=5)) == 1
    monkeypatch.setattr(EmailBackend, "send_messages", real)
    assert send_due(TODAY + timedelta(days=5)) == 1
    assert [message.to[0] for message in mail.outbox] == ["eve@harbour.example", "clara@harbour.example"]


def test_a_digest_that_breaks_stops_nobody_elses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for person in (world.clara, world.eve):
        subscribe(person, TODAY)
    real = services.digest_of

    def breaks_for_clara(scope: Scope, **given: Any) -> Digest:
        if scope.viewer.person == world.clara:
            raise ZeroDivisionError
        return real(scope, **given)

    monkeypatch.setattr(services, "digest_of", breaks_for_clara)
    monday = TODAY + timedelta(days=5)
    assert [send_due(monday), send_due(monday)] == [1, 0]
    monkeypatch.setattr(services, "digest_of", real)
    assert [send_due(monday), send_due(monday)] == [1, 0]
    assert [message.to[0] for message in mail.outbox] == ["eve@harbour.example", "clara@harbour.example"]


def test_a_worker_that_dies_over_a_digest_loses_it_for_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(world.clara, TODAY)
    real = services.digest_of

    def dies(scope: Scope, **given: Any) -> Digest:
        raise SystemExit

    monkeypatch.setattr(services, "digest_of", dies)
    now, monday = timezone.now(), TODAY + timedelta(days=5)
    with pytest.raises(SystemExit):
        services.send_due_digests(now=now, today=monday)
    monkeypatch.setattr(services, "digest_of", real)
    sent = [
        services.send_due_digests(now=now + timedelta(minutes=minutes), today=monday)
        for minutes in (5, 60, 120)
    ]
    assert sent == [0, 1, 0], "not while it may still be at work, then once"


def test_the_worker_knows_the_task(world: World) -> None:
    from candor.foundation.jobs.schedule import entries

    assert send_due_digests.module_path in {entry.name for entry in entries()}


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_page_shows_the_mail_in_a_frame_that_runs_nothing(world: World) -> None:
    plant(world.quay, 0.3, 0.9)
    shown = as_(world.clara).get("/reports/digest/").content.decode()
    frame = re.search(r"<iframe[^>]*>", shown)
    assert (
        frame
        and "srcdoc=" in frame[0]
        and "allow-scripts" not in frame[0]
        and "allow-same-origin" not in frame[0]
    )
    assert "exactly as it would be sent now" in shown


def test_send_me_this_now_sends_it_and_is_logged(world: World) -> None:
    response = as_(world.mona).post("/reports/digest/send/", {"rhythm": "monthly"})
    assert response.status_code == 302
    assert [message.to for message in mail.outbox] == [["mona@harbour.example"]]
    assert "90 days" in mail.outbox[0].body
    assert AuditEntry.objects.filter(action="digest.sent", person=world.mona).exists()


def test_people_subscribe_and_stop_for_themselves(world: World) -> None:
    client = as_(world.mona)
    client.post(f"/reports/digest/subscribe/?unit={world.red.pk}", {"rhythm": "weekly"})
    client.post("/reports/digest/subscribe/", {"rhythm": "monthly"})
    held = DigestSubscription.objects.get(person=world.mona)
    assert (held.rhythm, held.unit) == ("monthly", None)
    client.post("/reports/digest/unsubscribe/")
    assert not DigestSubscription.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("clara", 200), ("eve", 200), ("theo", 403), ("olga", 403), ("amos", 403)]
)
def test_a_digest_is_for_those_who_read_reports(world: World, who: str, status: int) -> None:
    assert as_(getattr(world, who)).get("/reports/digest/").status_code == status


def test_a_digest_of_a_unit_that_is_not_yours_is_not_found(world: World) -> None:
    client = as_(world.rival)
    assert client.get(f"/reports/digest/?unit={world.quay.pk}").status_code == 404
    assert client.post(f"/reports/digest/send/?unit={world.quay.pk}", {"rhythm": "weekly"}).status_code == 404
    assert client.post("/reports/digest/subscribe/", {"rhythm": "hourly"}).status_code == 400
    assert mail.outbox == []
