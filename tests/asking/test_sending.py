"""Mail by a real server: what it looks like, refusals at the door, opt-outs on the way, reminders, and what comes back."""

import io
import json
import mailbox
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from candor.apps.asking import reminding
from candor.apps.asking.bouncing import take_reports
from candor.apps.asking.choices import Delivery, PlanState, Reason, Standing, Trigger
from candor.apps.asking.coming_up import Member, in_a_group
from candor.apps.asking.deciding import decide_due, the_rule
from candor.apps.asking.letters import sheet_of, survey_letter
from candor.apps.asking.links import forget_links
from candor.apps.asking.models import BadAddress, Message, Plan, Request, Rule
from candor.apps.asking.queries import Tally, answered, log_by_day, tally, who_came_up
from candor.apps.asking.reminding import remind_due
from candor.apps.asking.sending import Sent, send_ready, settle_claims
from candor.apps.asking.services import end_plan
from candor.apps.asking.tasks import fetch_reports
from candor.apps.customers.models import Customer
from candor.apps.customers.requests import Kind, Letter, ToAsk, register_request_kind
from candor.apps.customers.services import erase_customer, opt_out
from candor.apps.surveys.brand import contrast
from candor.apps.surveys.models import Invitation
from candor.apps.webhooks.models import Message as WebhookMessage
from candor.apps.webhooks.services import make_endpoint
from candor.cli.main import main
from candor.foundation.mailboxes import mails_in
from candor.foundation.storage import home
from candor.intake.mail_reports import read_reports
from tests.asking.conftest import NPS, a_survey, customers
from tests.asking.post import Post
from tests.imap import imap_server
from tests.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)


def a_plan(**facts: Any) -> Plan:
    survey = {} if "kind" in facts else {"survey": facts.pop("survey", None) or a_survey()}
    values = {"name": "All", "trigger": Trigger.BY_HAND, "state": PlanState.RUNNING, "started_at": NOON}
    return Plan.objects.create(**values | survey | facts)


def ask(plan: Plan, ids: list[int], *, at: datetime = NOON) -> None:
    """These come up and are decided about."""
    in_a_group(plan=plan, members=[Member(pk, None, 0.0) for pk in ids], name=f"group-{at:%j}", at=at, now=at)
    decide_due(now=at)


def send(at: datetime = NOON) -> Sent:
    return send_ready(most_seconds=30, now=lambda: at)


# -- What it looks like ----------------------------------------------------------------------------------------------


def test_a_mail_has_the_scale_in_it_a_plain_part_and_the_way_out(world: World, post: Post) -> None:
    survey = a_survey()
    survey.brand_color = "#aa3300"
    survey.save(update_fields=["brand_color"])
    ask(a_plan(survey=survey), customers(1))
    assert send().sent == 1
    (mail,) = post.arrived
    html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
    secret = re.search(r"https://cx\.harbour\.example/a/([\w-]+)/\?score=9", html)
    assert secret
    assert [f"/a/{secret[1]}/?score={n}" in html for n in range(11)] == [True] * 11
    assert f"9: https://cx.harbour.example/a/{secret[1]}/?score=9" in text
    assert "How likely are you to recommend us?" in html and "How likely are you to recommend us?" in text
    assert "Not at all" in html and "#aa3300" in html
    stop = str(mail["List-Unsubscribe"]).strip("<>")
    assert stop in html and stop in text
    assert mail["Content-Language"] == "en"
    assert (mail["From"], mail["Auto-Submitted"]) == ("Harbour <asking@harbour.example>", "auto-generated")
    assert "%%" not in html + text


def test_a_mail_says_what_the_survey_says_in_its_language(world: World, post: Post) -> None:
    own = {
        "mailSubject": {"default": "How was it?", "de": "Wie war es?"},
        "mailText": {"default": "We <b>read</b> all.\n\nIda Moor", "de": "Wir lesen alles."},
    }
    definition = NPS | own | {"description": {"default": "Two minutes", "de": "Zwei Minuten"}}
    ask(a_plan(survey=a_survey(definition=definition)), customers(2))
    Customer.objects.filter(pk=Customer.objects.latest("pk").pk).update(language="de-AT")
    Message.objects.filter(request__customer=Customer.objects.latest("pk")).update(language="de-AT")
    assert send().sent == 2
    english, german = sorted(post.arrived, key=lambda mail: str(mail["Subject"]))
    assert (english["Subject"], german["Subject"]) == ("How was it?", "Wie war es?")
    html = english.get_body(("html",)).get_content()
    assert "We &lt;b&gt;read&lt;/b&gt; all." in html and "Ida Moor" in html
    assert "Wir lesen alles." in german.get_body(("plain",)).get_content()


def test_a_pale_brand_colour_is_darkened_in_a_mail_until_the_scale_can_be_read(
    world: World, post: Post
) -> None:
    survey = a_survey()
    survey.brand_color = "#ffee00"
    survey.save(update_fields=["brand_color"])
    ask(a_plan(survey=survey), customers(1))
    send()
    html = post.arrived[0].get_body(("html",)).get_content()
    (color,) = set(re.findall(r"border-radius:8px;color:(#\w{6})", html))
    assert contrast(color, "#ffffff") >= 4.5 and "#ffee00" not in html


@pytest.mark.parametrize(
    ("language", "words", "direction"),
    [
        ("de-AT", "Wie wahrscheinlich empfehlen Sie uns?", "ltr"),
        ("ar", "ما مدى احتمال أن توصي بنا؟", "rtl"),
        ("fr", "How likely", "ltr"),
    ],
)
def test_a_mail_speaks_the_customers_language_in_its_direction(
    world: World, post: Post, language: str, words: str, direction: str
) -> None:
    first = NPS["elements"][0] | {"title": NPS["elements"][0]["title"] | {"ar": "ما مدى احتمال أن توصي بنا؟"}}  # type: ignore[operator]
    survey = a_survey(definition={"elements": [first]})
    ask(a_plan(survey=survey), customers(1, language=language))
    send()
    html = post.arrived[0].get_body(("html",)).get_content()
    assert words in html
    assert f'dir="{direction}"' in html
    assert ("direction:ltr" in html) == (direction == "ltr")
    assert (language == "fr") == ("Don’t ask me again" in html), (
        "all of it in one language, that of the survey"
    )


def test_what_is_poured_into_a_mail_stands_in_it_letter_by_letter_and_no_line_is_longer_than_the_norm_allows(
    world: World, post: Post, settings: LazySettings
) -> None:
    """Long links, `=` in them, and gaps that end up across two lines of the encoding."""
    settings.CANDOR_URL = "https://cx.harbour.example/" + "a=.b" * 30
    title = {"default": "Café? " + "x" * 61, "ar": "ما مدى احتمال أن توصي بنا؟ " * 4}
    survey = a_survey(definition={"elements": [NPS["elements"][0] | {"title": title}]})  # type: ignore[operator]
    ask(a_plan(survey=survey), [*customers(1), *customers(2, language="ar")[1:]])
    assert send().sent == 2
    for raw, mail in zip(post.raw, post.arrived, strict=True):
        assert max(map(len, raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))) <= 76
        html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
        (secret,) = set(
            re.findall(re.escape(settings.CANDOR_URL) + r"/a/([\w-]{43})/\?score=\d", html + text)
        )
        assert all(f'{settings.CANDOR_URL}/a/{secret}/?score={n}"' in html for n in range(11))
        assert str(mail["List-Unsubscribe"]).strip("<>") in text and "%%" not in html + text


# -- The door ---------------------------------------------------------------------------------------------------------


def test_who_does_not_exist_is_found_out_at_the_door_and_never_written_to_again(
    world: World, post: Post
) -> None:
    plan, ids = a_plan(), customers(3)
    post.refuses = {"c0@mail.example": "550 5.1.1 No such user", "c1@mail.example": "552 5.2.2 Mailbox full"}
    ask(plan, ids)
    assert (send().sent, Message.objects.filter(delivery=Delivery.FAILED).count()) == (1, 2)
    bad = {one.address: one.is_dead for one in BadAddress.objects.all()}
    assert bad == {"c0@mail.example": True, "c1@mail.example": False}, "a full mailbox is no dead address"
    day = timezone.localtime(NOON).date()
    told = answered(plan.requests.all(), today=day + timedelta(days=13))
    assert (told.sent, told.bounced, told.young, told.rate.value) == (3, 2, 1, None), (
        "it may still be answered"
    )
    told = answered(plan.requests.all(), today=day + timedelta(days=14))
    assert (told.settled, told.young, told.rate.n) == (1, 0, 1), "the denominator is what arrived"
    later = NOON + 60 * DAY
    ask(plan, ids, at=later)
    reasons = dict(Request.objects.filter(decided_at=later).values_list("customer_id", "reason"))
    assert reasons == {ids[0]: Reason.BOUNCED, ids[1]: "", ids[2]: ""}


@pytest.mark.parametrize(
    "address", ["no address", "jörg@mail.example", "a@b\r\nBcc: all@mail.example", "@", "a@"]
)
def test_what_is_no_address_is_given_up_and_holds_up_nobody(world: World, post: Post, address: str) -> None:
    (bad, good) = customers(2)
    Customer.objects.filter(pk=bad).update(email=address)
    ask(a_plan(), [bad, good])
    assert send().sent == 1
    assert [str(mail["To"]) for mail in post.arrived] == ["c1@mail.example"]
    assert BadAddress.objects.get().is_dead


def test_a_message_that_can_not_be_written_is_put_off_and_holds_up_nobody(world: World, post: Post) -> None:
    ask(a_plan(), customers(2))
    broken = Message.objects.order_by("pk")[0]
    Message.objects.filter(pk=broken.pk).update(sealed="sealed with another key")
    assert send().sent == 1
    broken.refresh_from_db()
    assert (broken.delivery, broken.trouble.split(":")[0]) == (Delivery.READY, "CannotUnseal")
    assert broken.ready_at > NOON


def test_a_server_that_says_not_now_is_asked_again_later(world: World, post: Post) -> None:
    post.refuses = {"c0@mail.example": "451 4.7.1 Greylisted"}
    ask(a_plan(), customers(1))
    assert send().refused == 1
    assert send().refused == 0, "not at once"
    post.refuses = {}
    assert send(NOON + timedelta(minutes=6)).sent == 1
    assert not BadAddress.objects.exists()


def test_what_a_server_keeps_putting_off_is_on_the_way_and_in_no_denominator_until_it_goes(
    client: Client, world: World, post: Post
) -> None:
    plan, ids = a_plan(reminders=1, remind_after_days=5), customers(3)
    post.refuses = {"c0@mail.example": "451 4.7.1 Greylisted", "c1@mail.example": "451 4.3.2 Busy"}
    ask(plan, ids)
    send()
    today = timezone.localdate(NOON)
    (_day, log), total = log_by_day(plan, since=today)[0], tally(plan.requests.all())
    assert log == total == Tally(asked=1, on_the_way=2)
    assert who_came_up(plan, Customer.objects.all(), standing="on_the_way").count() == 2
    assert who_came_up(plan, Customer.objects.all(), standing="asked").count() == 1
    assert [row.customer_id for row in Invitation.objects.arrived()] == [ids[2]], "nor in any survey's rate"
    late = answered(plan.requests.all(), today=today + 20 * DAY)
    assert (late.sent, late.settled, late.rate.n) == (1, 1, 1)
    client.force_login(world.clara)
    page = " ".join(client.get(f"/asking/plans/{plan.pk}/").content.decode().split())
    assert "1 asked + 2 on the way + 0 waiting + 0 not asked" in page
    assert "Greylisted" in page or "Busy" in page

    post.refuses = {"c1@mail.example": "550 5.1.1 No such user"}
    went = NOON + 4 * DAY
    assert send(went).sent == 1
    assert Invitation.objects.get(customer=ids[0]).sent_at == went, "the time to answer begins now"
    told = answered(plan.requests.all(), today=timezone.localdate(went) + 13 * DAY)
    assert (told.sent, told.bounced, told.settled, told.young) == (3, 1, 1, 1)
    assert tally(plan.requests.all()) == Tally(asked=3)
    assert remind_due(now=NOON + 7 * DAY) == 1, "who had only three days is not reminded yet"


def test_while_no_server_answers_everything_waits(world: World, post: Post, settings: LazySettings) -> None:
    plan = a_plan()
    ask(plan, customers(2))
    settings.EMAIL_PORT = 9
    told = send()
    assert (told.sent, bool(told.trouble)) == (0, True)
    assert (tally(plan.requests.all()).on_the_way, Invitation.objects.gone().count()) == (2, 0)
    settings.EMAIL_PORT = post.port
    assert send().sent == 2
    assert Invitation.objects.gone().count() == 2


def test_a_message_whose_fate_is_open_is_called_unsure_and_not_sent_at_once(world: World, post: Post) -> None:
    ask(a_plan(), customers(1))
    Message.objects.update(delivery=Delivery.CLAIMED, claimed_at=NOON, claimed_by="another machine", tries=1)
    assert settle_claims(now=NOON + timedelta(minutes=1)) == 0, "it may be at work"
    assert settle_claims(now=NOON + timedelta(hours=1)) == 1
    assert send().sent == 0


# -- Changes of mind on the way ---------------------------------------------------------------------------------------


def test_who_opts_out_between_decision_and_sending_gets_nothing_and_the_log_says_so(
    world: World, post: Post
) -> None:
    plan, ids = a_plan(), customers(2)
    ask(plan, ids)
    opt_out(customer=Customer.objects.get(pk=ids[0]), at=NOON)
    assert (send().sent, len(post.to("c0@mail.example"))) == (1, 0)
    request = Request.objects.get(customer=ids[0])
    assert (request.standing, request.reason, request.invitation) == (
        Standing.NOT_ASKED,
        Reason.OPTED_OUT,
        None,
    )
    assert Invitation.objects.count() == 1


def test_an_ended_plan_sends_nothing_more(world: World, post: Post) -> None:
    plan = a_plan()
    ask(plan, customers(2))
    end_plan(plan=plan, now=NOON, by=world.clara)
    assert send().withdrawn == 2
    assert set(Request.objects.values_list("reason", flat=True)) == {Reason.PLAN_ENDED}


def test_the_erased_leave_their_count_and_nothing_else(world: World, post: Post) -> None:
    plan, ids = a_plan(), customers(2)
    ask(plan, ids)
    erase_customer(customer=Customer.objects.get(pk=ids[0]), by=world.clara)
    assert plan.requests.count() == 2
    assert not Message.objects.filter(address="c0@mail.example").exists()
    gone = Request.objects.get(customer=None)
    assert (gone.episode, gone.key) == ("", f"erased-{gone.pk}")
    assert send().sent == 1


def test_one_click_in_a_mail_program_stops_everything_and_one_click_takes_it_back(
    world: World, post: Post
) -> None:
    plan, ids = a_plan(), customers(1)
    ask(plan, ids)
    send()
    stop = str(post.arrived[0]["List-Unsubscribe"]).strip("<>").removeprefix("https://cx.harbour.example")
    client = Client(enforce_csrf_checks=True)
    assert client.get(stop).status_code == 200
    assert Customer.objects.get().opted_out_at is None, "a scanner that follows the link changes nothing"
    client.post(stop, {"List-Unsubscribe": "One-Click"})
    assert Customer.objects.get().opted_out_at is not None
    ask(plan, ids, at=NOON + 60 * DAY)
    assert Request.objects.latest("pk").reason == Reason.OPTED_OUT
    page = client.post(stop, {"again": "yes"})
    assert Customer.objects.get().opted_out_at is None
    assert b"Shall we stop asking you?" in page.content
    forged = stop[:-4] + "AAA/"
    assert client.post(forged).status_code == 404


# -- Reminders --------------------------------------------------------------------------------------------------------


def test_a_reminder_goes_to_who_is_silent_and_to_nobody_else(world: World, post: Post) -> None:
    plan, ids = a_plan(reminders=1, remind_after_days=5), customers(5)
    ask(plan, ids)
    send()
    Invitation.objects.filter(customer=ids[0]).update(is_answered=True)
    opt_out(customer=Customer.objects.get(pk=ids[1]), at=NOON)
    Invitation.objects.filter(customer=ids[2]).update(bounced_at=NOON)
    Invitation.objects.filter(customer=ids[3]).update(expires_at=NOON + DAY)
    assert remind_due(now=NOON + 4 * DAY) == 0
    assert remind_due(now=NOON + 5 * DAY + timedelta(hours=9)) == 0, "not at night"
    at = NOON + 7 * DAY
    assert (remind_due(now=at), remind_due(now=at)) == (1, 0)
    send(at)
    first, second = post.to("c4@mail.example")
    assert second["Subject"] == f"Reminder: {first['Subject']}"
    assert first["Message-ID"] != second["Message-ID"]
    links = [re.search(r"/a/([\w-]+)/", mail.get_body(("plain",)).get_content()) for mail in (first, second)]
    assert links[0] and links[1] and links[0][1] == links[1][1], "the same link, so that one answer is one"
    assert sum(len(post.to(f"c{n}@mail.example")) for n in range(4)) == 4
    assert remind_due(now=at + 30 * DAY) == 0, "one was promised"


def test_who_another_worker_has_just_reminded_is_not_reminded_again(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(a_plan(reminders=3, remind_after_days=5), customers(1))
    send()
    at = NOON + 7 * DAY

    def after_the_other(*, is_held: bool) -> Rule:
        """The rule is free only once the other worker is done."""
        monkeypatch.undo()
        assert remind_due(now=at) == 1
        return the_rule(is_held=is_held)

    monkeypatch.setattr(reminding, "the_rule", after_the_other)
    assert remind_due(now=at) == 0
    assert Message.objects.filter(ordinal__gt=0).count() == 1


def test_a_reminder_counts_for_no_cap_and_begins_the_rest_anew(world: World, post: Post) -> None:
    plan, ids = a_plan(reminders=1, remind_after_days=5), customers(1)
    ask(plan, ids)
    send()
    remind_due(now=NOON + 7 * DAY)
    ask(plan, ids, at=NOON + 35 * DAY)  # 28 days after the reminder: waits two days
    request = Request.objects.latest("pk")
    assert (request.standing, request.due_at) == (Standing.WAITING, NOON + 37 * DAY)


def test_the_secret_of_a_link_is_dropped_when_nobody_will_send_it_again(world: World, post: Post) -> None:
    ask(a_plan(reminders=0), customers(1))
    assert forget_links(now=NOON) == 0
    send()
    assert forget_links(now=NOON) == 1
    assert Message.objects.get().sealed == ""


# -- What comes back --------------------------------------------------------------------------------------------------


def a_report(
    about: EmailMessage, *, status: str, action: str = "failed", words: str = "550 no such user"
) -> bytes:
    """A report as RFC 3464 lays it out, with the headers of what came back."""
    return (
        "From: MAILER-DAEMON@mail.example\r\nTo: asking@harbour.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example\r\nArrival-Date: Mon, 1 Jun 2026 12:00:00 +0000\r\n\r\n"
        f"Final-Recipient: rfc822; {about['To']}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about['Message-ID']}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()


def test_hard_and_soft_bounces_are_told_apart(world: World, post: Post) -> None:
    plan, ids = a_plan(), customers(4)
    ask(plan, ids)
    send()
    hard, full, late = (post.to(f"c{n}@mail.example")[0] for n in range(3))
    reports = [
        a_report(hard, status="5.1.1"), a_report(full, status="5.2.2", words="552 mailbox full"),
        a_report(late, status="4.4.1", action="delayed"), b"Subject: On holiday\r\n\r\nBack on Monday.",
    ]  # fmt: skip
    told = take_reports(mails=reports, now=NOON)
    assert (told.mails, told.reports, told.ours, told.given_up) == (4, 3, 2, 1)
    assert take_reports(mails=reports, now=NOON).ours == 0, "the same report twice changes nothing"
    bounced = set(Invitation.objects.exclude(bounced_at=None).values_list("customer_id", flat=True))
    assert bounced == {ids[0], ids[1]}
    still_sent = set(Message.objects.filter(delivery=Delivery.SENT).values_list("address", flat=True))
    assert still_sent == {"c2@mail.example", "c3@mail.example"}, "a delay is no bounce"
    assert {b.address: b.is_dead for b in BadAddress.objects.all()} == {
        "c0@mail.example": True,
        "c1@mail.example": False,
    }


def test_the_third_soft_bounce_gives_an_address_up(world: World, post: Post) -> None:
    plan, ids = a_plan(), customers(1)
    for number in range(3):
        at = NOON + number * 35 * DAY
        ask(plan, ids, at=at)
        send(at)
        take_reports(mails=[a_report(post.arrived[-1], status="5.2.2")], now=at)
    assert BadAddress.objects.get().is_dead


def test_a_report_about_a_message_nobody_sent_changes_nothing(world: World, post: Post) -> None:
    """Anybody can write one: only who has seen a message knows its id."""
    forged = EmailMessage()
    forged["To"], forged["Message-ID"] = "c0@mail.example", "<ask-1-0-0123456789abcdef@cx.harbour.example>"
    ask(a_plan(), customers(1))
    send()
    assert take_reports(mails=[a_report(forged, status="5.1.1")], now=NOON).ours == 0
    assert not BadAddress.objects.exists()


def test_reports_lie_in_an_mbox_a_maildir_or_one_file(tmp_path: Any) -> None:
    mail = EmailMessage()
    mail["To"], mail["Message-ID"] = "c0@mail.example", "<ask-1-0-0123456789abcdef@x.example>"
    raw = a_report(mail, status="5.1.1").replace(b"\r\n", b"\n")
    single = tmp_path / "one.eml"
    single.write_bytes(raw)
    box, folder = mailbox.mbox(tmp_path / "box"), mailbox.Maildir(tmp_path / "folder")
    for place in (box, folder):
        place.add(raw)
        place.add(raw)
        place.flush()
    counts = [
        sum(len(read_reports(one)) for one in mails_in(path))
        for path in (single, tmp_path / "box", tmp_path / "folder")
    ]
    assert counts == [1, 2, 2]


def test_reports_are_fetched_from_a_real_mailbox_and_a_report_is_acted_on_once(
    world: World, post: Post, settings: LazySettings
) -> None:
    ask(a_plan(), customers(2))
    send()
    with imap_server() as server:
        settings.CANDOR_BOUNCES_URL = server.address
        server.deliver(
            a_report(post.arrived[0], status="5.1.1"), b"Subject: On holiday\r\n\r\nBack on Monday.\r\n"
        )
        assert (fetch_reports.call(), fetch_reports.call()) == (1, 0)
        assert server.unseen() == 0
    back = str(post.arrived[0]["To"])
    assert [one.address for one in BadAddress.objects.filter(is_dead=True)] == [back]
    assert fetch_reports.call() == 0, "the server is gone; that is logged, and the next run tries again"


def test_the_command_reads_reports_from_a_mailbox_a_pipe_or_a_server_and_acts_on_each_once(
    world: World,
    post: Post,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CANDOR_HOME", str(home()))
    ask(a_plan(), customers(3))
    send()
    first, second, _ = post.arrived
    box = mailbox.mbox(tmp_path / "asking")
    for raw in (a_report(first, status="5.1.1"), b"Subject: On holiday\r\n\r\nBack on Monday.\r\n"):
        box.add(raw.replace(b"\r\n", b"\n"))
    box.flush()
    read = ["bounces", str(tmp_path / "asking")]
    assert main([*read, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"mails": 2, "reports": 1, "ours": 1, "given_up": 1}
    assert main(read) == 0
    assert (
        "2 mails read, 1 report of non-delivery in them, 0 about our own messages; 0 addresses given up."
        in capsys.readouterr().out
    )

    pipe = io.TextIOWrapper(io.BytesIO(a_report(second, status="5.2.2", words="552 mailbox full")))
    monkeypatch.setattr("sys.stdin", pipe)
    assert main(["bounces", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"mails": 1, "reports": 1, "ours": 1, "given_up": 0}
    assert dict(BadAddress.objects.values_list("address", "is_dead")) == {
        first["To"]: True,
        second["To"]: False,
    }
    refused = {
        str(tmp_path / "nowhere"): "There is no file or folder",
        "ftp://mail.example/INBOX": "Expected an address such as imaps://",
        "imap://asking:secret@127.0.0.1:9/INBOX": "The mailbox can't be read",
    }
    for place, words in refused.items():
        assert main(["bounces", place, "--json"]) == 1
        assert words in json.loads(capsys.readouterr().out)["error"]


def test_other_systems_hear_what_was_sent_and_what_came_back(
    world: World, post: Post, settings: LazySettings
) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    make_endpoint(
        name="CRM",
        url="http://127.0.0.1:9/hook",
        events=["invitation.sent", "invitation.bounced"],
        by=world.amos,
    )
    plan, ids = a_plan(), customers(2)
    post.refuses = {"c0@mail.example": "550 5.1.1 No such user"}
    ask(plan, ids)
    send()
    told = {row.event: json.loads(row.body)["data"] for row in WebhookMessage.objects.all()}
    assert told["invitation.sent"]["customer"] == ids[1]
    assert (told["invitation.bounced"]["customer"], told["invitation.bounced"]["is_dead"]) == (ids[0], True)


# -- Other channels and other rooms -----------------------------------------------------------------------------------


class _Service(BaseHTTPRequestHandler):
    taken: list[bytes] = []

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        return


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise asks for it
def test_who_has_no_address_gets_a_text_message(world: World, post: Post, settings: LazySettings) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Service)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.CANDOR_SMS_URL = f"json://127.0.0.1:{server.server_port}/{{address}}"
    (one, two) = customers(2)
    Customer.objects.filter(pk=one).update(email="", phone="+4366012345")
    ask(a_plan(channels=["email", "sms"]), [one, two])
    assert send().sent == 2
    server.shutdown()
    server.server_close()
    (taken,) = _Service.taken
    assert b"How likely are you to recommend us?" in taken and b"/a/" in taken
    assert dict(Request.objects.values_list("customer_id", "channel")) == {one: "sms", two: "email"}
    plan = Plan.objects.get()
    first, again = (
        sheet_of(survey_letter(plan.survey, "de"), is_reminder=told).short for told in (False, True)
    )
    assert first.startswith("Harbour: ") and again == first.replace(
        "Harbour: ", "Harbour · eine Erinnerung: "
    )


def test_what_another_room_asks_goes_by_the_same_rule(world: World, post: Post) -> None:
    def letter(target: str, asked: ToAsk) -> Letter | None:
        button = ("Write a review", f"https://reviews.example/{target}?by={asked.key}")
        return Letter(subject="Tell others", heading="How was it?", button=button, language="en")

    register_request_kind(Kind("test-review", "Reviews", lambda: [("quay", "Quay")], letter))
    ids = customers(1)
    ask(a_plan(name="Review", kind="test-review", target="quay"), ids)
    send()
    assert "https://reviews.example/quay?by=" in post.arrived[0].get_body(("plain",)).get_content()
    ask(a_plan(window_hours=1), ids, at=NOON + DAY)
    assert Request.objects.latest("pk").reason == Reason.RESTING, "a survey right after it would be too much"


# -- For who writes it -----------------------------------------------------------------------------------------------


def test_who_writes_a_message_sees_it_and_has_it_sent_to_themselves(
    client: Client, world: World, post: Post
) -> None:
    plan = a_plan()
    client.force_login(world.clara)
    html = client.get(f"/asking/plans/{plan.pk}/letter/?language=en").content.decode()
    assert "How likely are you to recommend us?" in html and "/t/" in html and "%%" not in html
    client.post(f"/asking/plans/{plan.pk}/letter/send/", {"language": "en"})
    (mail,) = post.arrived
    assert (mail["To"], mail["Subject"]) == (world.clara.email, "Test: A question from Harbour")
    assert not Request.objects.exists() and not Invitation.objects.exists(), "it counts nowhere"
    post.refuses = {world.clara.email: "550 5.1.1 no such mailbox"}
    refused = client.post(f"/asking/plans/{plan.pk}/letter/send/", {"language": "en"})
    assert refused.status_code == 502 and "no such mailbox" in refused.content.decode()
