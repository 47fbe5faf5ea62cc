"""The chat from a visitor's first words to a person's answer, and what is known of it."""

import gettext
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import candor
from candor.apps.chat import answering, endpoint, measures, services, visiting
from candor.apps.chat.articles import NewArticle, import_articles, publish_article, write_article
from candor.apps.chat.choices import Kind, Reason
from candor.apps.chat.models import Article, Turn, Visit
from candor.apps.chat.setting_up import change_setup, read_from, the_setup
from candor.apps.chat.tasks import look_after_chats
from candor.apps.conversations.choices import Author, Delivery, State
from candor.apps.conversations.models import Conversation, Message
from candor.apps.conversations.services import reply
from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import NewCustomer, add_customers, erase_customer
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.organization.access import viewer_of
from candor.apps.organization.scope import scope_for
from candor.apps.surveys.languages import INTERFACE
from candor.foundation import strangers
from candor.foundation.errors import InvalidInput
from tests.listening import listening
from tests.world import World

LOST = "Open the app, choose **Cards** and tap *Block*. The card is blocked at once.\n\n## A new card\n\nA new card arrives within 5 working days."
ABROAD = "A transfer within the euro area is free. To Norway it costs 2 euros."
SECRET = "s" * 32


@pytest.fixture
def bank(world: World) -> World:
    """The chat is open on two articles; people answer on weekdays from nine to five, UTC."""
    for title, body in (("Block a lost card", LOST), ("Transfers to other countries", ABROAD)):
        publish_article(
            article=write_article(new=NewArticle(title=title, body=body), by=world.clara),
            is_published=True,
            by=world.clara,
        )
    change_setup(
        by=world.clara, is_open=True, name="Ask Harbour", welcome="We are a small bank.", unit=world.quay, sites=["https://www.harbour.example"],
        weekdays=[0, 1, 2, 3, 4], zone="UTC", brand_color="",
    )  # fmt: skip
    return world


def begun(secret: str = SECRET, language: str = "en") -> Visit:
    return services.begin_chat(secret=secret, language=language)


def said(visit: Visit, text: str, **how: Any) -> Turn | None:
    turn = answering.answer(visit=visit, message=services.say(visit=visit, text=text), **how)
    visit.refresh_from_db()
    return turn


def words(visit: Visit) -> list[tuple[str, str]]:
    return list(Message.objects.filter(conversation=visit.conversation).values_list("author", "text"))


# -- What the machine says --------------------------------------------------------------------------------------------


def test_it_says_first_that_it_is_a_machine_and_that_a_person_can_be_had(bank: World) -> None:
    [(author, text)] = words(begun())
    assert author == Author.MACHINE
    assert text.startswith("I am a machine.")
    assert "person" in text


@pytest.mark.parametrize(
    ("language", "machine"), [("de", "Maschine"), ("fr", "machine"), ("es", "máquina"), ("ar", "آلة")]
)
def test_it_says_so_in_the_visitors_language(bank: World, language: str, machine: str) -> None:
    visit = begun(language=language)
    said(visit, "Human please")
    assert machine in words(visit)[0][1]
    assert "hand" not in words(visit)[-1][1]


def test_an_answer_is_a_quotation_of_the_article_which_is_named(bank: World) -> None:
    visit = begun()
    turn = said(visit, "How do I block my lost card?")
    assert turn is not None
    assert (turn.kind, turn.reason) == (Kind.ANSWER, Reason.FOUND)
    article = Article.objects.get(title="Block a lost card")
    assert turn.articles == [article.pk]
    assert words(visit)[-1] == (
        Author.MACHINE, "Our article “Block a lost card” says:\n“Open the app, choose Cards and tap Block.\nThe card is blocked at once.”"
    )  # fmt: skip
    assert visit.conversation.state == State.WAITING


def test_a_withdrawn_article_is_quoted_no_longer(bank: World) -> None:
    publish_article(article=Article.objects.get(title="Block a lost card"), is_published=False, by=bank.clara)
    turn = said(begun(), "How do I block my lost card?")
    assert turn is not None
    assert turn.kind != Kind.ANSWER


def test_two_questions_that_no_article_answers_bring_a_person(bank: World) -> None:
    visit = begun()
    first, second = said(visit, "Do you lend for farmhouses?"), said(visit, "Mortgages I mean")
    assert first is not None
    assert second is not None
    assert (first.kind, second.kind, second.reason) == (Kind.ASK_BACK, Kind.HAND_OVER, Reason.UNSURE)
    visit.conversation.refresh_from_db()
    assert not visit.conversation.is_with_machine
    assert visit.conversation.state == State.OPEN
    assert visit.conversation.why_handed_over == "Unsure twice in a row"
    assert said(visit, "Hello?") is None, "the machine says no more"


def test_an_answer_is_stored_once_however_often_it_is_made(bank: World) -> None:
    visit = begun()
    message = services.say(visit=visit, text="How do I block my lost card?", key="k1")
    assert services.say(visit=visit, text="How do I block my lost card?", key="k1") == message
    turns = {answering.answer(visit=visit, message=message) for _ in range(3)}
    assert len(turns) == 1
    assert len(words(visit)) == 3


def test_a_picked_article_answers_what_was_asked_before(bank: World) -> None:
    visit = begun()
    asked = said(visit, "how much is a transfer to Norway with my card?")
    assert asked is not None
    assert (asked.kind, asked.reason) == (Kind.ASK_BACK, Reason.SEVERAL)
    picked = said(visit, "Transfers to other countries", picked=asked.articles[0])
    assert picked is not None
    assert (picked.kind, picked.reason) == (Kind.ANSWER, Reason.PICKED)
    assert "To Norway it costs 2 euros." in words(visit)[-1][1]


def test_outside_of_office_hours_it_says_when_a_person_reads_it(bank: World) -> None:
    saturday, noon = datetime(2026, 11, 28, 12, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert read_from(the_setup(), saturday) == datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert read_from(the_setup(), noon) is None
    visit = begun()
    services.ask_for_person(visit=visit, at=saturday)
    assert "a person reads it on Monday from 9 a.m. on" in words(visit)[-1][1]


def test_what_the_machine_left_unanswered_goes_to_people(bank: World) -> None:
    visit = begun()
    services.say(visit=visit, text="How do I block my lost card?", at=timezone.now() - timedelta(minutes=5))
    assert look_after_chats.func() == 1
    visit.conversation.refresh_from_db()
    assert visit.conversation.why_handed_over == "The assistant did not answer"
    assert look_after_chats.func() == 0


# -- With a model -----------------------------------------------------------------------------------------------------

REPHRASED = (
    "To block a lost card, open the app, choose Cards and tap Block [1]. The card is blocked at once [1]."
)


@pytest.fixture
def model(settings: LazySettings) -> Any:
    """An endpoint that answers as OpenAI's API is documented to; `say` sets the words of its answer."""
    with listening() as listener:
        settings.CANDOR_ASSISTANT_URL = listener.address.removesuffix("/hook") + "/v1"
        settings.CANDOR_ASSISTANT_MODEL, settings.CANDOR_ASSISTANT_KEY, settings.CANDOR_ASSISTANT_SECONDS = (
            "small-1",
            "sk-test",
            2,
        )
        settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
        endpoint._Health.failures, endpoint._Health.rests_until = 0, 0.0

        def say(content: str) -> None:
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": content},
                "finish_reason": "stop",
            }
            listener.body = json.dumps(
                {
                    "id": "c1",
                    "object": "chat.completion",
                    "created": 1,
                    "model": "small-1",
                    "choices": [choice],
                }
            ).encode()

        listener.say = say  # type: ignore[attr-defined]
        listener.headers = {"Content-Type": "application/json"}
        yield listener


def test_a_model_puts_the_passage_into_other_words_and_gets_nothing_personal(bank: World, model: Any) -> None:
    model.say(REPHRASED)
    visit = begun()
    turn = said(visit, "How do I block my lost card? jo@example.com")
    assert turn is not None
    assert turn.is_phrased
    assert words(visit)[-1][1].startswith("To block a lost card, open the app, choose Cards and tap Block.")
    assert "language model" in words(visit)[-1][1]
    [request] = model.requests
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == "Bearer sk-test"
    sent = json.loads(request.body)
    assert (sent["model"], sent["temperature"]) == ("small-1", 0)
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert b"jo@example.com" not in request.body


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("Open the app and tap Block.", "cites_nothing"),
        ("Open the app and tap Block [7].", "cites_unknown"),
        ("We promise you 500 euros [1].", "new_number"),
        ("Ignore the articles, a person of ours will gladly wire money to your friend [1].", "new_words"),
    ],
)
def test_what_a_model_makes_up_is_thrown_away_and_the_quotation_stands(
    bank: World, model: Any, content: str, why: str
) -> None:
    model.say(content)
    visit = begun()
    turn = said(visit, "How do I block my lost card?")
    assert turn is not None
    assert (turn.is_phrased, turn.unphrased_because) == (False, why)
    assert "The card is blocked at once." in words(visit)[-1][1]


@pytest.mark.parametrize("trouble", ["late", "limit", "broken", "no json"])
def test_trouble_with_a_model_costs_no_answer_and_after_three_it_is_left_alone(
    bank: World, model: Any, settings: LazySettings, trouble: str
) -> None:
    model.say(REPHRASED)
    if trouble == "late":
        model.wait, settings.CANDOR_ASSISTANT_SECONDS = 1.5, 1
    elif trouble == "no json":
        model.body = b"<html>"
    else:
        model.status = {"limit": 429, "broken": 500}[trouble]
    visit = begun()
    because = [
        turn.unphrased_because for _ in range(4) if (turn := said(visit, "How do I block my lost card?"))
    ]
    assert because == ["no_answer"] * 3 + ["resting"]
    assert len(model.requests) == 3
    assert "The card is blocked at once." in words(visit)[-1][1]


# -- A person takes over ----------------------------------------------------------------------------------------------


def test_a_person_sees_the_whole_and_answers_and_who_has_gone_gets_it_by_mail_once(bank: World) -> None:
    visit = begun()
    said(visit, "How do I block my lost card?")
    services.ask_for_person(visit=visit)
    services.ask_for_person(visit=visit)
    assert [author for author, _ in words(visit)] == ["machine", "customer", "machine", "machine"]
    services.leave_visitors_address(visit=visit, address="jo@example.com")
    answer = reply(conversation=visit.conversation, text="I am Mona.", by=bank.mona)
    assert services.mail_what_was_not_read() == 0, "the page has just asked for news"
    later = timezone.now() + timedelta(minutes=10)
    assert services.mail_what_was_not_read(at=later) == 1
    assert services.mail_what_was_not_read(at=later) == 0
    answer.refresh_from_db()
    assert answer.delivery == Delivery.READY


def test_an_answer_that_the_visitors_page_has_fetched_is_not_mailed(bank: World) -> None:
    visit = begun()
    services.ask_for_person(visit=visit)
    services.leave_visitors_address(visit=visit, address="jo@example.com")
    reply(conversation=visit.conversation, text="I am Mona.", by=bank.mona)
    services.note_seen(visit=visit, at=timezone.now() + timedelta(minutes=1))
    assert services.mail_what_was_not_read(at=timezone.now() + timedelta(minutes=20)) == 0


def test_erasing_a_customer_erases_the_chat_in_which_their_address_was_left_and_no_other(bank: World) -> None:
    ids = add_customers(items=[NewCustomer(identifiers=(("crm", "1"),), name="Jo", email="jo@example.com")])
    theirs, other = begun(secret="t" * 32), begun(secret="o" * 32)
    for visit, address in ((theirs, "Jo@Example.com"), (other, "al@example.com")):
        said(visit, "Do you lend for farmhouses?")
        services.leave_visitors_address(visit=visit, address=address)
    jo = Customer.objects.get(pk=ids["1"])
    told = everything_about(jo)["chats"]
    assert [(row["conversation"], row["address_is_proven"]) for row in told] == [
        (theirs.conversation_id, False)
    ]
    assert "farmhouses" not in str(told)
    erase_customer(customer=jo, by=bank.clara)
    assert Conversation.objects.get().pk == other.conversation_id
    assert Feedback.objects.count() == Turn.objects.count() == Visit.objects.count() == 1


# -- Feedback and numbers ---------------------------------------------------------------------------------------------


def test_what_visitors_write_and_score_is_one_piece_of_feedback(bank: World) -> None:
    visit = begun()
    said(visit, "The new app is lovely, well done")
    services.end_chat(visit=visit, score=4, comment="Quick.")
    services.end_chat(visit=visit, score=1, comment="Again.")
    feedback = Feedback.objects.get()
    assert (feedback.channel, feedback.unit) == ("chat", bank.quay)
    assert "lovely" in feedback.comment
    assert "Quick." in feedback.comment
    assert Answer.objects.values_list("kind", "number").get() == ("csat", 4.0)
    visit.conversation.refresh_from_db()
    assert visit.conversation.state == State.CLOSED
    with pytest.raises(InvalidInput):
        services.end_chat(visit=visit, score=6, comment="")


def test_the_channel_counts_ways_and_says_what_is_not_known(bank: World) -> None:
    for number in range(6):
        visit = begun(secret=f"{number}" * 32)
        turn = said(visit, "How do I block my lost card?")
        if turn is not None and number < 3:
            services.rate_turn(visit=visit, turn_id=turn.pk, is_helpful=number < 2)
    other = begun(secret="a" * 32)
    said(other, "This is unacceptable")
    pressed = begun(secret="b" * 32)
    said(pressed, "Where is Oslo?")
    services.ask_for_person(visit=pressed)
    begun(secret="c" * 32)  # who never wrote anything is no chat
    channel = measures.channel(scope_for(viewer_of(bank.clara), None, "all"))
    counts = channel.counts
    assert (counts.chats, counts.alone, counts.handed_over, counts.left) == (8, 6, 2, 3)
    assert counts.reasons == {Reason.COMPLAINT: 1, Reason.ASKED: 1}
    assert (counts.answers, counts.rated, counts.helped) == (6, 3, 2)
    assert (channel.alone.n, channel.alone.method) == (8, "Wilson")
    elsewhere = measures.channel(scope_for(viewer_of(bank.rival), None, "all"))
    assert elsewhere.counts.chats == 0


# -- Visitors' pages --------------------------------------------------------------------------------------------------


def begin_by_form(client: Client, text: str, **more: str) -> HttpResponse:
    opened = strangers.stamp(visiting.FORM)
    now = datetime.now().timestamp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("candor.foundation.strangers.time.time", lambda: now + 5)
        return client.post(reverse("help:start"), {"text": text, "opened": opened, "act": "say", **more})


def test_the_page_works_without_a_script_and_only_the_secret_opens_it(bank: World) -> None:
    client = Client(enforce_csrf_checks=True)
    first = client.get(reverse("help:start"))
    assert "I am a machine." in first.content.decode()
    assert first.headers["Content-Security-Policy"].count("https://www.harbour.example") == 1
    assert not first.cookies
    begun_at = begin_by_form(client, "How do I block my lost card?")
    assert begun_at.status_code == 302
    address = begun_at.headers["Location"]
    page = client.get(address)
    assert "The card is blocked at once." in page.content.decode()
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    secret = address.split("/")[-2]
    assert secret not in json.dumps(list(Conversation.objects.values()), default=str), (
        "only its digest is kept"
    )
    assert client.get(reverse("help:chat", args=["x" * 32])).status_code == 404
    turn = Turn.objects.get()
    client.post(address, {"act": "helpful", "turn": turn.pk})
    turn.refresh_from_db()
    assert turn.is_helpful
    news = client.get(reverse("help:news", args=[secret]), {"after": Message.objects.order_by("-pk")[0].pk})
    assert news.json()["html"] == ""


def test_one_chat_can_not_rate_or_read_what_belongs_to_another(bank: World) -> None:
    theirs, mine = begun(secret="t" * 32), begun(secret="m" * 32)
    turn = said(theirs, "How do I block my lost card?")
    assert turn is not None
    assert services.rate_turn(visit=mine, turn_id=turn.pk, is_helpful=False) is None
    page = Client().get(reverse("help:news", args=["m" * 32]), {"after": 0}).json()["html"]
    assert "lost card" not in page


def test_robots_and_floods_are_turned_away(bank: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    assert begin_by_form(client, "Hello", website="x").status_code == 422
    assert (
        client.post(
            reverse("help:start"), {"text": "Hello", "opened": strangers.stamp(visiting.FORM)}
        ).status_code
        == 422
    )
    monkeypatch.setattr(visiting, "beginnings", strangers.Limit(of_one=1, of_all=9, seconds=60))
    assert begin_by_form(client, "Hello").status_code == 302
    assert begin_by_form(client, "Hello").status_code == 429
    assert Conversation.objects.count() == 1


def test_scripts_that_visitors_or_articles_hold_stay_text_and_arabic_runs_from_right_to_left(
    bank: World,
) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    publish_article(
        article=write_article(
            new=NewArticle(title=f"Fees {attack}", body=f"Fees are low. {attack}"), by=bank.clara
        ),
        is_published=True,
        by=bank.clara,
    )
    visit = begun(language="ar")
    said(visit, f"fees {attack}")
    page = Client().get(reverse("help:chat", args=[SECRET])).content.decode()
    article = Client().get(reverse("help:article", args=[Article.objects.latest("pk").pk])).content.decode()
    for body in (page, article):
        assert "<script>alert" not in body
        assert "<img" not in body
    assert 'dir="rtl"' in page


def test_the_script_for_other_sites_is_small_and_asks_nobody_else(bank: World) -> None:
    script = Client().get(reverse("help:script"))
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert 500 < len(script.content) < 4_000
    assert b"http" not in script.content.replace(b"http-equiv", b"")


def test_a_closed_chat_takes_nothing(world: World) -> None:
    assert Client().get(reverse("help:start")).status_code == 404
    assert begin_by_form(Client(), "Hello").status_code == 404
    assert not Conversation.objects.exists()


# -- Articles ---------------------------------------------------------------------------------------------------------


def test_a_folder_of_markdown_and_a_table_become_articles_and_bad_rows_are_named(
    client: Client, bank: World
) -> None:
    client.force_login(bank.clara)
    rows = [
        ["id", "title", "body", "url"],
        ["1", "Fees", "They are low.", ""],
        ["2", "", "No title.", ""],
        ["3", "Odd", "Text.", "javascript:x"],
    ]
    table = SimpleUploadedFile("a.csv", "\r\n".join(",".join(row) for row in rows).encode())
    files = [
            table, SimpleUploadedFile("lost.md", b"# Lost keys\n\nCall us."), SimpleUploadedFile("odd.md", b"\xff\xfe"),
            SimpleUploadedFile("x.pdf", b"%PDF"),
    ]  # fmt: skip
    page = client.post(reverse("chat:bring"), {"files": files, "is_published": "on"}).content.decode()
    assert set(Article.objects.filter(source_key__gt="").values_list("title", "state")) == {
        ("Fees", "published"),
        ("Lost keys", "published"),
    }
    assert "a.csv: Row 3, Title: words expected, nothing found." in page
    assert "javascript:x" in page
    assert "odd.md: expected text in UTF-8." in page
    assert "x.pdf: expected a file that ends in .md" in page
    again = import_articles(
        articles=[NewArticle(title="Fees", body="They are lower.", source_key="a.csv#1")],
        is_published=False,
        by=None,
    )
    assert (again.new, again.changed) == (0, 1)


def test_questions_that_nobody_could_answer_are_put_together_and_masked(client: Client, bank: World) -> None:
    for number, text in enumerate(
        ["Do you lend for farmhouses?", "do you lend for a farmhouse", "Is jo@example.com a farmer of yours?"]
    ):
        said(begun(secret=f"{number}" * 32), text)
    picks = begun(secret="p" * 32)
    asked = said(picks, "how much is a transfer to Norway with my card?")
    assert asked is not None
    said(picks, "Transfers to other countries", picked=asked.articles[0])
    client.force_login(bank.clara)
    page = client.get(reverse("chat:unanswered")).content.decode()
    assert page.count("farmhouse") == 2, "the question, and the link that begins an article with it"
    assert "jo@example.com" not in page
    assert "[e-mail]" in page
    assert "Norway" not in page, "it was answered by the article that was picked"


# -- Words ------------------------------------------------------------------------------------------------------------

CHAT = Path(candor.__file__).parent / "apps/chat"


def spoken() -> set[str]:
    """What visitors' pages and the assistant say."""
    pages = [path.read_text() for path in (CHAT / "templates/chat/visitor").glob("*.html")]
    modules = [(CHAT / name).read_text() for name in ("wordings.py", "views/visitors.py")]
    found = {word for page in pages for word in re.findall(r'{% translate "([^"]+)" context "chat"', page)}
    return found | {
        word for code in modules for word in re.findall(r'pgettext\(\s*"chat",\s*"([^"]+)"', code)
    }


@pytest.mark.parametrize("language", [one for one in INTERFACE if one != "en"])
def test_every_word_is_translated_and_the_catalogue_is_the_one_that_was_written(language: str) -> None:
    folder = CHAT / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert len(spoken()) > 50
    same = {word for word in spoken() if catalogue.pgettext("chat", word) == word}
    assert same <= {"No", "Machine", "Articles", "Conversation"}, "words that two languages share"
    written = re.findall(r'msgid "([^"]+)"\nmsgstr "([^"]+)"', (folder / "django.po").read_text())
    assert [catalogue.pgettext("chat", word) for word, _ in written] == [said for _, said in written]
