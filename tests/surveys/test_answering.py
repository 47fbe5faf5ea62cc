"""Answering a survey made here: a tap, page after page without a script, by link and by invitation, and what becomes of it."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import NewCustomer, add_customers, erase_customer
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.surveys import guards, intake, tasks
from candor.apps.surveys.errors import BadAnswers, NotOpen
from candor.apps.surveys.models import Invitation, Response, Survey
from candor.apps.surveys.responses import begin, finish, record_response, save_part
from candor.apps.surveys.services import NewInvitation, invite
from candor.foundation import strangers
from tests.surveys.asking_here import LONG, a_link, a_survey, an_invitation, at, at_link
from tests.world import World

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-the-browsers-own"


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is too quick, no limit is used up, no job is thought to wait."""
    monkeypatch.setattr(guards, "LEAST_SECONDS", 0.0)
    guards.limits.buckets.clear()
    monkeypatch.setattr(tasks._soon, "covered_until", float("-inf"))


def hidden(page: str) -> dict[str, str]:
    """The fields that a browser sends along with what a person fills in."""
    found = dict(re.findall(r'<input type="hidden" name="(secret|opened|step|lang)" value="([^"]*)">', page))
    return found | {"shown": re.findall(r'<input type="hidden" name="shown" value="([^"]*)">', page)}  # type: ignore[dict-item]


def taken_in(hours: float = 0) -> int:
    return intake.take_in(now=timezone.now() + timedelta(hours=hours))


def test_a_tap_and_a_word_become_feedback_with_what_was_true_when_the_customer_was_asked(
    client: Client, world: World
) -> None:
    survey = a_survey(key="after-the-visit")
    invitation, secret = an_invitation(
        survey, unit_id=world.quay.pk, done_by_id=world.theo.pk, done_by_given="theo", channel="email", episode="loan-7",
        segment="new", product="Home loan",
    )  # fmt: skip
    page = client.get(f"/a/{secret}/").content.decode()
    assert "How likely are you to recommend us?" in page
    why = client.post(f"/a/{secret}/", hidden(page) | {"q:score": "9"}).content.decode()
    assert "Why 9?" in why
    assert Response.objects.get().data == {"score": 9}
    end = client.post(
        f"/a/{secret}/", hidden(why) | {"q:score": "9", "q:why": "Kind and quick."}
    ).content.decode()
    assert "<h1>Thank you" in end
    assert taken_in() == 1
    feedback = Feedback.objects.get()
    assert (feedback.source, feedback.comment, feedback.channel) == (
        "after-the-visit",
        "Kind and quick.",
        "email",
    )
    assert (feedback.unit, feedback.done_by, feedback.done_by_given) == (world.quay, world.theo, "theo")
    assert (feedback.episode, feedback.segment, feedback.product) == ("loan-7", "new", "Home loan")
    assert not feedback.is_partial
    assert set(feedback.answers.values_list("question", "kind", "number", "text")) == {
        ("score", "nps", 9.0, ""),
        ("why", "text", None, "Kind and quick."),
    }
    invitation.refresh_from_db()
    assert (invitation.is_answered, invitation.feedback) == (True, feedback)
    assert taken_in() == 0


def test_the_tap_alone_counts_after_a_while_and_words_may_still_come_until_then(client: Client) -> None:
    _, secret = an_invitation(a_survey())
    client.post(f"/a/{secret}/", hidden(client.get(f"/a/{secret}/").content.decode()) | {"q:score": "3"})
    assert taken_in() == 0
    assert "Why 3?" in client.get(f"/a/{secret}/").content.decode()
    assert taken_in(hours=0.3) == 1
    assert Answer.objects.get().number == 3
    assert not Feedback.objects.get().is_partial
    assert "You have answered already" in client.get(f"/a/{secret}/").content.decode()


def test_opening_a_link_with_a_score_keeps_nothing_until_somebody_presses_a_button(client: Client) -> None:
    _, secret = an_invitation(a_survey())
    for score in range(11):  # as a machine does that looks into the mail
        page = client.get(f"/a/{secret}/?score={score}").content.decode()
        assert '<noscript><p class="note">Press the button, so that your answer counts.' in page
    assert not Response.objects.exists()
    assert "Why 10?" in page
    client.post(f"/a/{secret}/", hidden(page) | {"q:score": "10", "q:why": ""})
    assert taken_in() == 1
    assert Answer.objects.get().number == 10


def by_page(client: Client, secret: str, score: int) -> int:
    """What the script of the page sends once it sees a sign of a person."""
    body = {"secret": SECRET, "data": {"score": score}, "finished": False, "unconfirmed": True}
    return client.post(
        f"/a/{secret}/", body, content_type="application/json", HTTP_ACCEPT="application/json"
    ).status_code


def test_a_score_from_a_mail_counts_by_itself_but_not_where_one_link_after_the_other_was_opened(
    client: Client,
) -> None:
    survey = a_survey()
    (_, person), (_, machine) = an_invitation(survey), an_invitation(survey)
    assert by_page(client, person, 8) == by_page(client, person, 8) == 200
    for score in range(3):
        by_page(client, machine, score)
    taken_in(hours=1)
    assert [answer.number for answer in Answer.objects.all()] == [8]
    page = client.get(f"/a/{machine}/?score=6").content.decode()
    client.post(f"/a/{machine}/", hidden(page) | {"q:score": "6"})
    by_page(client, machine, 1)
    taken_in(hours=1)
    assert sorted(answer.number or 0 for answer in Answer.objects.all()) == [6, 8]


def test_a_score_in_the_mail_of_a_longer_survey_stands_chosen_on_its_first_page_and_counts_with_the_rest(
    client: Client,
) -> None:
    survey = a_survey(LONG)
    (_, goes_on), (_, leaves) = an_invitation(survey), an_invitation(survey)
    page = client.get(f"/a/{goes_on}/?score=6").content.decode()
    assert 'value="6" checked' in page and "How did you come?" in page
    assert (
        'data-steps data-score="{&quot;ease&quot;: 6}"' in page
        and '"answers" type="application/json">{"ease": 6}<' in page
    )
    assert not Response.objects.exists(), "opening it keeps nothing"
    body = {"secret": SECRET, "data": {"ease": 6}, "finished": False, "unconfirmed": True}
    for secret in (goes_on, leaves):
        assert client.post(f"/a/{secret}/", body, content_type="application/json").status_code == 200
    body |= {"data": {"ease": 6, "more": "Quick."}, "finished": True, "unconfirmed": False}
    assert client.post(f"/a/{goes_on}/", body, content_type="application/json").status_code == 200
    taken_in(hours=25)
    assert [a.number for a in Answer.objects.filter(question="ease")] == [6, 6]
    assert set(Feedback.objects.values_list("comment", flat=True)) == {"Quick.", ""}
    page = client.get(f"/a/{an_invitation(survey)[1]}/?score=99").content.decode()
    assert "data-score" not in page and " checked" not in page, "a score that is none of the scale"


def test_who_sends_a_form_without_one_answer_has_not_answered(client: Client) -> None:
    definition = {"elements": [one | {"isRequired": False} for one in LONG["pages"][0]["elements"]]}  # type: ignore[index]
    invitation, secret = an_invitation(a_survey(definition))
    body = {"secret": SECRET, "data": {}, "finished": True}
    assert client.post(f"/a/{secret}/", body, content_type="application/json").status_code == 200
    taken_in()
    invitation.refresh_from_db()
    assert not invitation.is_answered and not Response.objects.exists() and not Feedback.objects.exists()
    assert "How easy was it?" in client.get(f"/a/{secret}/").content.decode(), "and still can"


def test_nothing_counts_by_itself_where_it_could_not_be_taken_back(client: Client) -> None:
    _, secret = an_invitation(a_survey(is_anonymous=True))
    assert by_page(client, secret, 8) == 400
    page = client.get(f"/a/{secret}/?score=8").content.decode()
    assert "data-score" not in page
    assert "<h1>Thank you" in client.post(f"/a/{secret}/", hidden(page) | {"q:score": "8"}).content.decode()


def test_a_longer_survey_goes_page_by_page_without_a_script_and_follows_its_branches(client: Client) -> None:
    _, secret = an_invitation(a_survey(LONG))
    url = f"/a/{secret}/"
    page = client.get(url).content.decode()
    page = client.post(url, hidden(page) | {"q:how": "branch", "go": "next"}).content.decode()
    assert "Please answer this question." in page
    assert 'value="branch" checked' in page
    page = client.post(url, hidden(page) | {"q:ease": "6", "q:how": "branch", "go": "next"}).content.decode()
    assert "<legend>Our staff" in page
    page = client.post(url, hidden(page) | {"go": "back"}).content.decode()
    assert 'value="6" checked' in page
    page = client.post(url, hidden(page) | {"q:ease": "6", "q:how": "phone", "go": "next"}).content.decode()
    assert "<legend>Our staff" not in page
    rest = {
        "q:used": ["app", "web"], "q:order:price": "2", "q:order:speed": "1", "q:again": "false", "q:spent": "1.5", "q:more": "No.",
        "go": "next",
    }  # fmt: skip
    page = client.post(url, hidden(page) | rest).content.decode()
    assert "<h1>Thank you" in page
    assert taken_in() == 1
    assert set(Answer.objects.values_list("question", "kind", "number", "text")) == {
        ("ease", "ces", 6, ""), ("how", "choice", None, "phone"), ("used", "choice", None, "app\nweb"),
        ("order.speed", "number", 1, ""), ("order.price", "number", 2, ""),
        ("again", "yes_no", 0, ""), ("spent", "number", 1.5, ""), ("more", "text", None, "No."),
    }  # fmt: skip


@pytest.mark.parametrize("number", ["nan", "inf", "1e999", "many"])
def test_what_is_no_number_and_a_step_that_is_none_are_told_and_break_nothing(
    client: Client, number: str
) -> None:
    definition = {"elements": [{"type": "text", "inputType": "number", "name": "spent", "title": "Hours"}]}
    link = a_link(a_survey(definition))
    url = f"/s/{link.token}/"
    sent = hidden(client.get(url).content.decode()) | {"step": "9" * 5_000, "q:spent": number}
    assert "This does not fit the question." in client.post(url, sent).content.decode()
    assert not Response.objects.exists()


def test_what_is_given_up_becomes_feedback_marked_as_partial_and_what_says_nothing_goes(
    client: Client,
) -> None:
    survey = a_survey(LONG)
    (_, secret), (_, silent) = an_invitation(survey), an_invitation(survey)
    part = begin(entrance=at(secret), secret=SECRET, data={"how": "phone"}, at=timezone.now())
    save_part(response=part, data={"how": "branch"}, at=timezone.now())
    begin(entrance=at(silent), secret="another" * 4, data={}, at=timezone.now())
    assert taken_in(hours=23) == 0
    assert taken_in(hours=25) == 2
    assert Feedback.objects.get().is_partial
    assert Answer.objects.get().text == "branch"
    assert list(Invitation.objects.order_by("pk").values_list("is_answered", flat=True)) == [True, False]
    with pytest.raises(NotOpen):
        finish(response=Response.objects.get(), data={"ease": 3}, at=timezone.now())


@pytest.mark.parametrize(
    "sent", [{"score": 11}, {"score": "nine"}, {"else": 1}, {"score": 9, "why": "x" * 30_000}, {}]
)
def test_what_does_not_fit_is_refused_by_question_and_nothing_is_kept(sent: dict[str, Any]) -> None:
    entrance = at_link(a_link(a_survey()))
    with pytest.raises(BadAnswers) as refused:
        record_response(entrance=entrance, secret=SECRET, data=sent, at=timezone.now(), is_finished=True)
    assert refused.value.faults
    assert not Response.objects.exists()


ODD = [
    None,
    "\ud83d",
    "a\ud83d",
    [],
    [None],
    [{}],
    {},
    {"kind": None},
    {"\ud83d": 1},
    {"kind": "\ud83d"},
    True,
    "",
    10**400,
    "1e999",
    "nan",
]


def test_no_answer_that_was_taken_holds_up_the_others(world: World) -> None:
    """Whatever a stranger sends at a link, to whichever question: it is refused by its name, or becomes feedback."""
    entrance = at_link(a_link(a_survey(LONG)))
    names = ["ease", "how", "how-Comment", "staff", "used", "order", "again", "spent", "more", "nosuch"]
    kept = 0
    for n, (name, odd) in enumerate((name, odd) for name in names for odd in ODD):
        data = {"ease": 5, "how": "branch", name: odd}
        with suppress(BadAnswers):
            record_response(
                entrance=entrance, secret=f"{SECRET}{n}", data=data, at=timezone.now(), is_finished=True
            )
            kept += 1
    assert kept > 20
    assert taken_in() == kept


def test_an_answer_that_can_not_become_feedback_waits_alone(world: World) -> None:
    entrance = at_link(a_link(a_survey()))
    for n in range(3):
        record_response(
            entrance=entrance, secret=f"{SECRET}{n}", data={"score": n}, at=timezone.now(), is_finished=True
        )
    first = Response.objects.order_by("pk")[0]
    Response.objects.filter(pk=first.pk).update(data={"score": 10**400})  # as none is let in
    assert taken_in() == 2
    assert set(Response.objects.filter(is_taken_in=False)) == {first}
    assert set(Feedback.objects.values_list("answers__number", flat=True)) == {1.0, 2.0}


def test_the_same_answer_sent_twice_is_one(client: Client) -> None:
    link = a_link(a_survey())
    page = hidden(client.get(f"/s/{link.token}/").content.decode())
    for _ in range(3):
        assert (
            "Thank you"
            in client.post(
                f"/s/{link.token}/", page | {"step": "1", "shown": ["score", "why"], "q:score": "7"}
            ).content.decode()
        )
    assert taken_in() == 1
    assert Feedback.objects.count() == 1


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("survey", "invited", "status", "words"),
    [
        ({"state": "closed"}, {}, 410, "This survey has ended"),
        ({"closes_at": timezone.now() - HOUR}, {}, 410, "This survey has ended"),
        ({"opens_at": timezone.now() + HOUR}, {}, 200, "This survey has not begun yet"),
        ({"state": "draft"}, {}, 200, "This survey has not begun yet"),
        ({}, {"expires_at": timezone.now() - HOUR}, 410, "This invitation has expired"),
    ],
)
def test_where_it_can_not_be_answered_the_page_says_why(
    client: Client, survey: dict[str, Any], invited: dict[str, Any], status: int, words: str
) -> None:
    _, secret = an_invitation(a_survey(**survey), **invited)
    for response in (
        client.get(f"/a/{secret}/"),
        client.post(f"/a/{secret}/", {"secret": SECRET, "shown": "score", "q:score": "9"}),
    ):
        assert response.status_code == status
        assert words in response.content.decode()
    assert not Response.objects.exists()


def test_a_revoked_link_says_so_and_an_unknown_one_leads_nowhere(client: Client) -> None:
    link = a_link(a_survey(), revoked_at=timezone.now())
    assert "This link is no longer in use" in client.get(f"/s/{link.token}/").content.decode()
    unknown = client.get("/a/not-a-secret/")
    assert (unknown.status_code, "This link leads nowhere" in unknown.content.decode()) == (404, True)
    assert client.post("/s/not-a-token/", {"q:score": "9"}).status_code == 404


def test_a_kiosk_thanks_and_begins_anew_for_the_next_person(client: Client) -> None:
    link = a_link(a_survey(), kind="kiosk", reset_seconds=7)
    page = client.get(f"/s/{link.token}/").content.decode()
    assert 'data-kiosk="7"' in page
    why = client.post(f"/s/{link.token}/", hidden(page) | {"q:score": "9"}).content.decode()
    end = client.post(f"/s/{link.token}/", hidden(why) | {"q:score": "9", "q:why": ""})
    told = end.content.decode()
    assert (end.status_code, "Thank you" in told, 'data-kiosk="7"' in told) == (200, True, True)
    assert f'<meta http-equiv="refresh" content="7;url=/s/{link.token}/">' in told


def test_a_link_carries_its_unit_and_its_channel(client: Client, world: World) -> None:
    link = a_link(a_survey(), unit=world.mill, channel="qr")
    record_response(
        entrance=at_link(link), secret=SECRET, data={"score": 2}, at=timezone.now(), is_finished=True
    )
    taken_in()
    feedback = Feedback.objects.get()
    assert (feedback.unit, feedback.channel, feedback.customer) == (world.mill, "qr", None)


def test_robots_are_held_off_by_the_hidden_field_by_their_haste_and_by_their_number(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = a_link(a_survey())
    url = f"/s/{link.token}/"
    page = hidden(client.get(url).content.decode()) | {"step": "1", "shown": ["score"], "q:score": "7"}
    assert (
        "<h1>Thank you" in client.post(url, page | {strangers.TRAP: "https://buy.example"}).content.decode()
    )
    monkeypatch.setattr(guards, "LEAST_SECONDS", 60.0)
    assert "Please send it once more" in client.post(url, page).content.decode()
    assert "Please send it once more" in client.post(url, page | {"opened": "forged"}).content.decode()
    monkeypatch.setattr(guards, "LEAST_SECONDS", 0.0)
    elsewhere = hidden(client.get(f"/s/{a_link(a_survey()).token}/").content.decode())["opened"]
    for opened in ("", "0", elsewhere):
        assert "Please send it once more" in client.post(url, page | {"opened": opened}).content.decode()
    assert not Response.objects.exists()
    codes = [
        client.post(url, page | {"secret": f"{n:032}"}).status_code for n in range(guards.OF_ONE_SENDER + 1)
    ]
    assert codes[-1] == 429
    assert Response.objects.count() < guards.OF_ONE_SENDER


@pytest.mark.parametrize(
    ("customers", "browser", "words", "direction"),
    [
        ("de-AT", "ar", "Würden Sie uns empfehlen?", 'lang="de" dir="ltr"'),
        ("", "fr-FR,ar;q=0.8", "هل توصي بنا؟", 'lang="ar" dir="rtl"'),
        ("nl", "nl", "How likely are you to recommend us?", 'lang="en" dir="ltr"'),
    ],
)
def test_the_page_speaks_the_customers_language_or_the_browsers(
    client: Client, customers: str, browser: str, words: str, direction: str
) -> None:
    _, secret = an_invitation(a_survey(), language=customers)
    page = client.get(f"/a/{secret}/", HTTP_ACCEPT_LANGUAGE=browser).content.decode()
    assert words in page
    assert direction in page
    assert '<html lang="de"' in client.get(f"/a/{secret}/?lang=de").content.decode()


def test_only_the_sites_that_a_link_names_may_show_it_inside_themselves(client: Client) -> None:
    survey = a_survey()
    embedded = client.get(f"/s/{a_link(survey, kind='embed', sites=['https://shop.example']).token}/")
    assert "frame-ancestors https://shop.example" in embedded.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded.headers
    plain = client.get(f"/s/{a_link(survey).token}/")
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]
    assert plain.headers["X-Frame-Options"] == "DENY"
    assert (plain.headers["Referrer-Policy"], plain.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert not plain.cookies


def test_who_was_invited_under_a_key_is_not_invited_again() -> None:
    survey = a_survey()
    one, secret = an_invitation(survey, key="7")
    assert len(secret) >= 43
    assert secret not in str(Invitation.objects.values().get())
    assert invite(survey=survey, items=[NewInvitation(key="7", sent_at=one.sent_at)]) == []
    assert Survey.objects.get().invitations.count() == 1


def test_what_was_sent_goes_after_its_time_and_the_feedback_stays(client: Client) -> None:
    survey = a_survey()
    links = [a_link(survey), a_link(survey)]
    for n, link in enumerate(links):
        begin(
            entrance=at_link(link),
            secret=f"{n:032}",
            data={"score": 5},
            at=timezone.now() - timedelta(days=40),
            is_finished=n == 0,
        )
    taken_in()
    begin(entrance=at_link(links[0]), secret="x" * 32, data={"score": 1}, at=timezone.now(), is_finished=True)
    assert intake.forget_old_responses(before=timezone.now() - timedelta(days=30)) == 2
    assert Feedback.objects.count() == 2
    assert taken_in() == 1, "what is not feedback yet stays"


def test_erasing_a_customer_takes_what_they_sent_and_exporting_hands_it_out(world: World) -> None:
    number = add_customers(items=[NewCustomer(identifiers=(("crm", "7"),), name="Carla")])["7"]
    survey = a_survey()
    for key, customer in (("carla", number), ("other", None)):
        _, secret = an_invitation(survey, key=key, customer_id=customer)
        record_response(
            entrance=at(secret),
            secret=key * 8,
            data={"score": 4, "why": f"Said {key}"},
            at=timezone.now(),
            is_finished=key == "other",
        )
    told = everything_about(Customer.objects.get(pk=number))["answers to surveys"]
    assert [row["data"] for row in told] == [{"score": 4, "why": "Said carla"}]
    erase_customer(customer=Customer.objects.get(pk=number), by=world.clara)
    assert [row["why"] for row in Response.objects.values_list("data", flat=True)] == ["Said other"]
