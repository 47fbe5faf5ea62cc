"""The outsider walk: every address, asked by people who have no business there.

Anonymous is sent to sign in, except on the few public pages. Olga, who holds no role, gets nothing. Rival manages another
branch, Magnus holds every role there is at that branch: neither sees a word of Quay's nor changes a thing of it.
A new address must be written down here, or this test fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import candor
from candor.apps.organization.models import Person
from tests.architecture.quay import WORD, Harbour, build_harbour
from tests.world import World

SIGN_IN = "/accounts/login/"


@dataclass(frozen=True)
class Address:
    """What fills an address, and whether it is Quay's own or the whole company's (then nobody of another unit opens it)."""

    arguments: dict[str, str]
    is_hidden: bool


def shared(**arguments: str) -> Address:
    """A page for every unit, each seeing its own."""
    return Address(arguments, is_hidden=False)


def hidden(**arguments: str) -> Address:
    """A page about one thing of Quay's, or about the whole company."""
    return Address(arguments, is_hidden=True)


MACHINES = {
    f"events_api:{name}"
    for name in ("track", "identify", "page", "screen", "group", "alias", "batch", "cloud_events")
}
"""For other systems, with a key; a session opens none of them."""
ANSWERING = {"answers:invitation", "answers:link", "answers:embed", "answers:trial", "asking:stop"}
"""For whoever holds a link; here it is forged, so that it leads nowhere. Without cookies there is nothing that another site could use."""
SHARED = {"scores:shared"}
"""Results for whoever holds a link; here it is forged."""
REPUTATION = {"reputation:public", "reputation:widget"}
"""What everybody may see of reviews; only where an administrator switched it on."""
COMPLAINING = {"complaints:complain", "complaints:thanks"}
"""Open once somebody opens the form, and to who bears the signed number of what they sent."""
CHATTING = {f"help:{name}" for name in ("start", "chat", "news", "articles", "article")}
"""Open once somebody opens the chat; one chat only to who holds its secret, here a forged one."""
TELLING = {"conversations:tell_us", "conversations:told"}
"""Open once somebody opens the form, and to who bears the signed number of what they sent."""
PUBLIC = (
    {"health", "help:script", "organization:accept", "openapi", "api_reference"}
    | ANSWERING
    | REPUTATION
    | COMPLAINING
    | TELLING
    | SHARED
    | CHATTING
)
FOR_EVERYBODY_HERE = {"home"}
ADDRESSES = {
    "home": shared(),
    "search": shared(),
    "health": shared(),
    "organization:people": hidden(),
    "organization:person": hidden(pk="person"),
    "organization:set_active": hidden(pk="person"),
    "organization:place": hidden(pk="person"),
    "organization:take_role": hidden(pk="role"),
    "organization:invite": hidden(),
    "organization:revoke": hidden(pk="invitation"),
    "organization:accept": hidden(token="token"),
    "organization:units": hidden(),
    "organization:policy": hidden(),
    "organization:audit": hidden(),
    "journeys:journeys": shared(),
    "journeys:journey": shared(key="journey"),
    "journeys:paths": shared(key="journey"),
    "journeys:depth": shared(key="journey"),
    "journeys:compare": shared(key="journey"),
    "journeys:people": shared(key="journey"),
    "journeys:progress": shared(number="count"),
    "journeys:export": shared(key="journey", of="part", ending="ending"),
    "journeys:design": hidden(key="journey"),
    "journeys:change": hidden(key="journey"),
    "journeys:draft": hidden(key="journey"),
    "journeys:customer_panel": hidden(pk="customer"),
    "customers:list": shared(),
    "customers:customer": hidden(pk="customer"),
    "customers:export": hidden(pk="customer"),
    "customers:erase": hidden(pk="customer"),
    "customers:merge": hidden(pk="customer"),
    "customers:part": hidden(pk="duplicate"),
    "imports:list": hidden(),
    "imports:new": hidden(kind="kind"),
    "imports:detail": hidden(pk="batch"),
    "imports:mapping": hidden(pk="batch"),
    "imports:progress": hidden(pk="batch"),
    "imports:bad_rows": hidden(pk="batch"),
    "imports:start": hidden(pk="batch"),
    "imports:undo": hidden(pk="batch"),
    "imports:discard": hidden(pk="batch"),
    "organization:api_keys": hidden(),
    "organization:revoke_api_key": hidden(pk="api_key"),
    "webhooks:list": hidden(),
    "webhooks:new": hidden(),
    "webhooks:delivery": hidden(pk="delivery"),
    **{
        f"webhooks:{name}": hidden(pk="endpoint")
        for name in ("endpoint", "change", "replay", "rotate", "pause", "resume", "test", "remove")
    },
    "events:sources": hidden(),
    "events:source": hidden(name="source"),
    "events:misfits": hidden(name="source"),
    "events:misfits_file": hidden(name="source"),
    "events:forget_misfits": hidden(name="source"),
    "events:try_again": hidden(name="source"),
    "events:names": hidden(),
    "events:place": hidden(pk="event_name"),
    "events:undo_place": hidden(pk="event_name"),
    **dict.fromkeys(sorted(MACHINES), hidden()),
    "openapi": shared(),
    "api_reference": shared(),
    "feedback:inbox": shared(),
    "feedback:touchpoint_panel": shared(pk="touchpoint"),
    "feedback:export": shared(),
    "feedback:handle": shared(),
    "feedback:unhandle": shared(),
    "feedback:item": hidden(pk="feedback"),
    "feedback:unmask": hidden(pk="feedback"),
    "conversations:list": shared(),
    "conversations:call": shared(),
    "conversations:form": hidden(),
    "conversations:tell_us": hidden(),
    "conversations:told": hidden(token="token"),
    **{
        f"conversations:{name}": hidden(pk="conversation")
        for name in ("conversation", "unmask", "reply", "assign", "tie", "close", "reopen")
    },
    "conversations:send_again": hidden(pk="reply"),
    "conversations:file": hidden(pk="message_file"),
    "conversations:panel": shared(pk="feedback"),
    "complaints:overview": shared(),
    "complaints:list": shared(),
    "complaints:customer_panel": shared(pk="customer"),
    "complaints:due": shared(),
    "complaints:export": shared(),
    "complaints:complain": hidden(),
    "complaints:thanks": hidden(token="token"),
    **{
        f"complaints:{name}": hidden()
        for name in ("rules", "topics", "take_topics", "templates", "form_settings")
    },
    "complaints:rule_set": hidden(pk="rule_set"),
    "complaints:set_rules_active": hidden(pk="rule_set"),
    "complaints:change_topic": hidden(pk="topic"),
    "complaints:template": hidden(pk="letter_template"),
    **{f"complaints:{name}": hidden(pk="letter") for name in ("letter", "letter_file", "posted", "again")},
    "complaints:enter": shared(),
    "complaints:from_feedback": hidden(pk="feedback"),
    "complaints:end_escalation": hidden(pk="escalation"),
    "complaints:attachment": hidden(pk="attachment"),
    "complaints:panel": hidden(pk="complaint"),
    "complaints:household": hidden(pk="complaint", other_pk="complaint"),
    "reputation:overview": shared(),
    "reputation:list": shared(),
    "reputation:rules": shared(),
    "reputation:person": hidden(pk="person"),
    "reputation:panel": hidden(pk="review"),
    "reputation:exclude": hidden(pk="review"),
    "reputation:include": hidden(pk="review"),
    **{
        f"complaints:{name}": hidden(pk="complaint")
        for name in (
            "complaint",
            "acknowledge",
            "decide",
            "note",
            "hand_over",
            "change",
            "vulnerability",
            "pause",
            "resume",
            "redress",
            "reopen",
            "escalate",
            "write",
        )
    },
    "reputation:reply": hidden(pk="review"),
    "reputation:templates": hidden(),
    "reputation:drop_template": hidden(pk="template"),
    "reputation:connections": hidden(),
    "reputation:connect": hidden(site="site"),
    "reputation:connection": hidden(pk="connection"),
    "reputation:fetch": hidden(pk="connection"),
    "reputation:switch_connection": hidden(pk="connection"),
    "reputation:believe": hidden(pk="connection"),
    "reputation:places": hidden(),
    "reputation:close_place": hidden(pk="review_place"),
    "reputation:public_pages": hidden(),
    "reputation:make_public": hidden(),
    "reputation:switch_public": hidden(pk="public_page"),
    "reputation:reply_policy": hidden(),
    "reputation:own": shared(),
    "reputation:public": hidden(token="token"),
    "reputation:widget": hidden(token="token"),
    "surveys:list": shared(),
    "answers:invitation": hidden(secret="token"),
    "answers:link": hidden(token="token"),
    "answers:embed": hidden(token="token"),
    "asking:plans": hidden(),
    "asking:rule": hidden(),
    "asking:new": hidden(trigger="trigger"),
    "asking:plan": hidden(pk="plan"),
    "asking:who": hidden(pk="plan"),
    "asking:change": hidden(pk="plan"),
    "asking:letter": hidden(pk="plan"),
    "asking:send_letter": hidden(pk="plan"),
    "asking:start": hidden(pk="plan"),
    "asking:pause": hidden(pk="plan"),
    "asking:end": hidden(pk="plan"),
    "asking:ask": hidden(pk="plan"),
    "asking:customer": hidden(pk="customer"),
    "asking:customer_panel": hidden(pk="customer"),
    "asking:wish": hidden(pk="customer"),
    "answers:trial": hidden(token="token"),
    "asking:stop": hidden(token="token"),
    "surveys:new": hidden(),
    "surveys:bring": hidden(),
    "surveys:store": hidden(),
    "surveys:design": hidden(pk="survey"),
    "surveys:change": hidden(pk="survey"),
    "surveys:languages": hidden(pk="survey"),
    "surveys:settings": hidden(pk="survey"),
    "surveys:definition": hidden(pk="survey"),
    "surveys:trial_code": hidden(pk="survey", of="trial_of"),
    "surveys:publish": hidden(pk="survey"),
    "surveys:state": hidden(pk="survey"),
    "surveys:schedule": hidden(pk="survey"),
    "surveys:links": hidden(pk="survey"),
    "surveys:revoke": hidden(pk="survey_link"),
    "surveys:qr": hidden(pk="survey_link"),
    "surveys:files_panel": hidden(pk="feedback"),
    "surveys:file": hidden(pk="answer_file"),
    "surveys:exports": hidden(pk="survey"),
    "surveys:export_progress": hidden(pk="export"),
    "surveys:export_file": hidden(pk="export"),
    "surveys:duplicate": hidden(pk="survey"),
    "surveys:discard": hidden(pk="survey"),
    "scores:complaints_panel": shared(),
    "scores:scores": shared(),
    "scores:survey": hidden(pk="survey"),
    "scores:survey_pdf": hidden(pk="survey"),
    "scores:share": hidden(pk="survey"),
    "scores:unshare": hidden(pk="shared"),
    "scores:shared": hidden(secret="token"),
    "insights:survey_panel": shared(pk="survey"),
    "scores:measure": shared(key="measure"),
    "scores:export": shared(key="measure"),
    "insights:themes": shared(),
    "insights:export": shared(),
    "insights:find": hidden(),
    "insights:rising": shared(),
    "insights:priorities": shared(),
    "insights:moments": shared(),
    "insights:moments_of": shared(key="journey"),
    "insights:moments_progress": shared(pk="journey_pk"),
    "insights:moments_panel": shared(pk="journey_pk"),
    "insights:theme": hidden(pk="theme"),
    "insights:rename": hidden(pk="theme"),
    "insights:merge": hidden(pk="theme"),
    "insights:split_off": hidden(pk="theme"),
    "insights:hide": hidden(pk="theme"),
    "insights:show": hidden(pk="theme"),
    "insights:feedback_panel": hidden(pk="feedback"),
    "cases:list": shared(),
    "cases:rules": hidden(),
    "cases:set_rule_active": hidden(pk="rule"),
    "cases:open": hidden(feedback_pk="feedback"),
    "cases:feedback_panel": hidden(pk="feedback"),
    "cases:customer_panel": shared(pk="customer"),
    "cases:case": hidden(pk="case"),
    "cases:close": hidden(pk="case"),
    "cases:reopen": hidden(pk="case"),
    "cases:note": hidden(pk="case"),
    "cases:assign": hidden(pk="case"),
    "cases:wait": hidden(pk="case"),
    "frontline:board": shared(),
    "frontline:note": shared(),
    "frontline:guess": shared(),
    "frontline:post": shared(),
    "frontline:follow": shared(),
    "frontline:idea": shared(pk="idea"),
    "frontline:vote": shared(pk="idea"),
    "frontline:comment": shared(pk="idea"),
    **{
        f"frontline:{name}": hidden(pk="idea")
        for name in ("let_in", "turn_away", "name_owner", "answer_idea", "merge", "part")
    },
    **{f"frontline:{name}": hidden(pk="idea_comment") for name in ("remove_comment", "restore_comment")},
    "frontline:pulses": shared(),
    "frontline:write": hidden(),
    **{f"frontline:{name}": shared(pk="pulse") for name in ("pulse", "answer", "export")},
    **{f"frontline:{name}": hidden(pk="pulse") for name in ("open", "close", "drop")},
    "chat:channel": shared(),
    "chat:unanswered": shared(),
    "chat:articles": shared(),
    **{f"chat:{name}": hidden() for name in ("write", "bring", "settings")},
    **{f"chat:{name}": hidden(pk="article") for name in ("article", "publish", "remove")},
    "help:script": shared(),
    "help:start": hidden(),
    "help:articles": hidden(),
    "help:article": hidden(pk="article"),
    "help:chat": hidden(secret="token"),
    "help:news": hidden(secret="token"),
    "strategy:outcomes": shared(),
    "strategy:define": shared(),
    "strategy:outcome": hidden(pk="outcome"),
    "strategy:change": hidden(pk="outcome"),
    "strategy:undo_change": hidden(pk="outcome"),
    "strategy:drop": hidden(pk="outcome"),
    "strategy:reached": hidden(pk="outcome"),
    "strategy:reopen": hidden(pk="outcome"),
    "reports:digest": shared(),
    "reports:send": shared(),
    "reports:subscribe": shared(),
    "reports:unsubscribe": shared(),
    "reports:export": shared(),
    "reports:scores_csv": shared(),
}

OPEN, SIGN_IN_FIRST, CLOSED = "open", "sign in first", "closed"
ALLAUTH = {
    "account_login": OPEN,
    "account_logout": OPEN,
    "account_inactive": OPEN,
    "account_signup": CLOSED,
    "account_reauthenticate": SIGN_IN_FIRST,
    "account_email": SIGN_IN_FIRST,
    "account_email_verification_sent": OPEN,
    "account_confirm_email": OPEN,
    "account_change_password": SIGN_IN_FIRST,
    "account_set_password": SIGN_IN_FIRST,
    "account_reset_password": OPEN,
    "account_reset_password_done": OPEN,
    "account_reset_password_from_key": OPEN,
    "account_reset_password_from_key_done": OPEN,
    "account_confirm_login_code": SIGN_IN_FIRST,
    "mfa_index": SIGN_IN_FIRST,
    "mfa_authenticate": SIGN_IN_FIRST,
    "mfa_reauthenticate": SIGN_IN_FIRST,
    "mfa_activate_totp": SIGN_IN_FIRST,
    "mfa_deactivate_totp": SIGN_IN_FIRST,
    "mfa_view_recovery_codes": SIGN_IN_FIRST,
    "mfa_generate_recovery_codes": SIGN_IN_FIRST,
    "mfa_download_recovery_codes": SIGN_IN_FIRST,
    "usersessions_list": SIGN_IN_FIRST,
}
ALLAUTH_ARGUMENTS = {
    "account_confirm_email": {"key": "forged"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "forged-key"},
}


@pytest.fixture
def harbour(world: World) -> Harbour:
    return build_harbour(world)


# -- The list of addresses is complete -------------------------------------------------------------------------------


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "api":
            continue  # tests/api walks them, by their own description
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or pattern.pattern}"


def test_every_address_is_written_down_here() -> None:
    assert set(_names(get_resolver())) == set(ADDRESSES) | set(ALLAUTH)


def test_the_public_addresses_are_few() -> None:
    assert set(ADDRESSES) >= PUBLIC
    assert len(PUBLIC) == 22


# -- Asking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What came back."""

    name: str
    method: str
    status: int
    body: str
    location: str
    headers: Any

    @property
    def is_refused(self) -> bool:
        """Forbidden, missing, not with this method or without a key, or a panel that says nothing at all."""
        return self.status in {401, 403, 404, 405} or (self.status == 200 and not self.body.strip())

    @property
    def leads_to_sign_in(self) -> bool:
        return self.status == 302 and self.location.startswith(SIGN_IN)

    def __str__(self) -> str:
        return f"{self.method} {self.name}: {self.status} {self.location}"


def _walk(client: Client, harbour: Harbour, methods: tuple[str, ...] = ("GET", "POST")) -> list[Answer]:
    client.raise_request_exception = False
    return [
        _ask(
            client,
            name,
            method,
            {key: harbour.things[thing] for key, thing in address.arguments.items()},
            harbour,
        )
        for name, address in ADDRESSES.items()
        for method in methods
    ]


def _ask(
    client: Client, name: str, method: str, arguments: dict[str, Any], harbour: Harbour | None = None
) -> Answer:
    url = reverse(name, kwargs=arguments)
    if method == "POST":
        ids = ",".join(str(harbour.things[key]) for key in ("feedback", "complaint")) if harbour else ""
        response = client.post(f"{url}?ids={ids}", _everything(harbour) if harbour else {})
    else:
        response = client.get(url)
    return Answer(
        name,
        method,
        response.status_code,
        _body(response),
        response.headers.get("Location", ""),
        response.headers,
    )


def _body(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return bytes(content).decode("utf-8", "replace")


def _everything(harbour: Harbour) -> dict[str, Any]:
    """The fields of every form at once, valid and aimed at Quay."""
    world, things = harbour.world, harbour.things
    return {
        "picked": [things["feedback"], things["complaint"]], "duplicate": things["duplicate"], "owner": world.rival.pk,
        "root_cause": "delay", "resolution": "Taken over.", "text": "Taken over.", "response": "Taken over.", "redress": "",
        "waiting": "yes", "active": "no", "start": "yes", "title": "Taken over", "strand": "what", "horizon": "1",
        "words": "Taken over.", "outcome": "upheld", "given_on": "2026-01-31", "received_on": "2026-01-31",
        "comment": "Taken over.", "channel": "phone", "preference": "letter", "amount": "5", "currency": "GBP", "severity": "3",
        "target": "20", "by_on": "2099-01-01", "measure": "nps", "unit": world.quay.pk, "parent": world.quay.pk,
        "name": "Taken over", "email": "new@harbour.example", "role": "administrator", "kind": "team", "code": "taken",
        "least_n_score": "5", "least_n_person": "10", "trigger": "complaint", "owner_role": "manager", "due_hours": "24",
        "reason": "spam", "note": "Taken over.", "file": SimpleUploadedFile("x.csv", b"Complaint ID,Date received\n1,2026-01-31\n"),
    }  # fmt: skip


def _record() -> dict[str, list[dict[str, Any]]]:
    """Every row of the product's own tables; what was looked at is not a change."""
    models = [
        m
        for m in apps.get_models()
        if m.__module__.startswith("candor.apps.") and m._meta.model_name != "auditentry"
    ]
    return {m._meta.label: list(m._default_manager.order_by("pk").values()) for m in models}


# -- The walks -------------------------------------------------------------------------------------------------------


def test_anonymous_is_sent_to_sign_in_and_changes_nothing(client: Client, harbour: Harbour) -> None:
    before = _record()
    answers = _walk(client, harbour)
    people = [a for a in answers if a.name not in PUBLIC | MACHINES]
    wrong = [str(a) for a in people if not (a.leads_to_sign_in or a.status == 405)]
    assert wrong == []
    assert [str(a) for a in answers if WORD in a.body] == []
    assert _record() == before


def test_nobody_opens_an_address_of_machines_without_a_key(client: Client, harbour: Harbour) -> None:
    """Not even who may do everything: a session is no key, so that no other site can make use of one."""
    for person in (None, harbour.world.clara, harbour.world.amos):
        if person:
            client.force_login(person)
        before = _record()
        answers = [_ask(client, name, method, {}, harbour) for name in MACHINES for method in ("GET", "POST")]
        assert {(a.method, a.status) for a in answers} == {("GET", 405), ("POST", 401)}
        posts = [a for a in answers if a.method == "POST"]
        assert {a.headers["WWW-Authenticate"] for a in posts} == {'Bearer realm="candor"'}
        assert {a.headers["Content-Type"] for a in posts} == {"application/problem+json"}
        assert _record() == before


@pytest.mark.anywhere
def test_who_holds_no_role_is_refused_everywhere(client: Client, harbour: Harbour) -> None:
    client.force_login(harbour.world.olga)
    before = _record()
    answers = _walk(client, harbour)
    wrong = [str(a) for a in answers if a.name not in PUBLIC | FOR_EVERYBODY_HERE and not a.is_refused]
    assert wrong == []
    assert [str(a) for a in answers if WORD in a.body or a.status >= 500] == []
    assert _record() == before


@pytest.mark.anywhere
@pytest.mark.parametrize("name", ["rival", "magnus"])
def test_who_belongs_to_another_unit_sees_and_changes_nothing_of_quay(
    client: Client, harbour: Harbour, name: str
) -> None:
    client.force_login(_person(harbour, name))
    before = _record()
    answers = _walk(client, harbour)
    assert [str(a) for a in answers if WORD in a.body] == []
    assert [str(a) for a in answers if ADDRESSES[a.name].is_hidden and not a.is_refused] == []
    assert [str(a) for a in answers if a.status >= 500] == []
    after = _record()
    assert {table: rows for table, rows in after.items() if rows[: len(before[table])] != before[table]} == {}


def test_those_who_may_do_see_it(client: Client, harbour: Harbour) -> None:
    """The walk asks pages that really answer, with the word it looks for."""
    shown: dict[str, bool] = {}
    for person in (harbour.world.clara, harbour.world.mona, harbour.world.amos):
        client.force_login(person)
        for answer in _walk(client, harbour, ("GET",)):
            assert answer.status < 500, str(answer)
            if answer.status in {200, 302}:
                shown[answer.name] = shown.get(answer.name, False) or WORD in answer.body
    gets = {a.name for a in _walk(client, harbour, ("GET",)) if a.status != 405}
    assert (
        gets - set(shown)
        == {"organization:accept"} | ANSWERING | REPUTATION | COMPLAINING | TELLING | SHARED | CHATTING
    ), "only what is forged opens for nobody"
    telling = {name for name, has_word in shown.items() if has_word}
    assert telling >= {
        "feedback:inbox", "feedback:item", "feedback:export", "complaints:list", "complaints:complaint", "complaints:due", "conversations:list", "conversations:conversation",
        "customers:list", "customers:customer", "cases:list", "cases:case", "cases:feedback_panel", "cases:customer_panel",
        "cases:rules", "imports:list", "imports:detail", "imports:bad_rows", "strategy:outcomes", "strategy:outcome",
        "organization:people", "surveys:list", "surveys:design", "surveys:languages", "surveys:publish", "surveys:links", "chat:unanswered",
    }  # fmt: skip


def test_no_form_is_taken_from_another_site(harbour: Harbour) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(harbour.world.clara)
    before = _record()
    answers = _walk(client, harbour, ("POST",))
    expected = dict.fromkeys(MACHINES, 401) | dict.fromkeys(
        ANSWERING - {"answers:embed"} | {"help:start", "help:chat"}, 404
    )
    assert [str(a) for a in answers if a.status != expected.get(a.name, 403)] == []
    assert _record() == before


# -- Sign-in ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALLAUTH)
def test_pages_of_the_account_open_as_written(client: Client, world: World, name: str) -> None:
    answer = _ask(client, name, "GET", ALLAUTH_ARGUMENTS.get(name, {}))
    if ALLAUTH[name] == SIGN_IN_FIRST:
        assert answer.leads_to_sign_in, str(answer)
    else:
        assert answer.status in {200, 302}, str(answer)
        assert not answer.leads_to_sign_in
    if ALLAUTH[name] == CLOSED:
        assert "<input" not in answer.body


def test_nobody_makes_an_account_by_themselves(client: Client, world: World) -> None:
    before = Person.objects.count()
    fields = {
        "email": "new@x.example",
        "password1": "a long enough password",
        "password2": "a long enough password",
    }
    client.post(reverse("account_signup"), fields)
    assert Person.objects.count() == before


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(client: Client, world: World) -> None:
    known = client.post(reverse("account_reset_password"), {"email": world.mona.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@x.example"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


# -- What every page carries -----------------------------------------------------------------------------------------

POLICY = "Content-Security-Policy"


class Loads(HTMLParser):
    """Collects what a page loads or sends to by itself; links that a person may follow are not among it."""

    ATTRIBUTES = {
        "script": ("src",), "link": ("href",), "img": ("src", "srcset"), "source": ("src", "srcset"), "iframe": ("src",),
        "form": ("action",), "use": ("href", "xlink:href"), "image": ("href",), "object": ("data",), "video": ("src", "poster"),
        "audio": ("src",), "embed": ("src",), "base": ("href",),
    }  # fmt: skip

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if key in self.ATTRIBUTES.get(tag, ()) or key.startswith("hx-"):
                self.found.append(value or "")
            if key == "srcdoc":
                inside = Loads(value or "")
                self.found += inside.found
                self.inline += inside.inline
            if key == "style":
                self.found += re.findall(r"url\(['\"]?([^)'\"]+)", value or "")
            if key.startswith("on"):
                self.inline.append(f"{tag} {key}")
        names = [key for key, _ in attrs]
        if (
            tag == "script"
            and "src" not in names
            and dict(attrs).get("type") not in {"application/json", "speculationrules"}
        ):
            self.inline.append("script")

    @property
    def outside(self) -> list[str]:
        return [url for url in self.found if re.match(r"(?i)\s*(https?:)?//", url)]


def _all_pages(client: Client, harbour: Harbour) -> list[Answer]:
    anonymous = [_ask(client, name, "GET", ALLAUTH_ARGUMENTS.get(name, {})) for name in ALLAUTH]
    pages = [*anonymous, *_walk(client, harbour, ("GET",))]
    for person in (harbour.world.clara, harbour.world.amos, harbour.world.olga):
        client.force_login(person)
        pages += [_ask(client, name, "GET", ALLAUTH_ARGUMENTS.get(name, {})) for name in ALLAUTH]
        pages += _walk(client, harbour, ("GET",))
    return pages


@pytest.mark.anywhere
def test_every_page_carries_its_policy_and_loads_nothing_from_elsewhere(
    client: Client, harbour: Harbour
) -> None:
    pages = _all_pages(client, harbour)
    assert sum(page.status == 200 for page in pages) > 50
    for page in pages:
        assert page.status < 500, str(page)
        assert "default-src 'self'" in page.headers.get(POLICY, ""), str(page)
        assert "http" not in page.headers[POLICY], str(page)
        assert "frame-ancestors 'none'" in page.headers[POLICY], str(page)
        assert page.headers["X-Content-Type-Options"] == "nosniff", str(page)
        assert page.headers["X-Frame-Options"] == "DENY", str(page)
        assert page.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, str(page)
        if page.headers.get("Content-Type", "").startswith("text/html"):
            loads = Loads(page.body)
            assert (loads.outside, loads.inline) == ([], []), str(page)


def test_the_built_assets_name_no_other_host() -> None:
    built = Path(candor.__file__).parent / "web/static/build"
    sheets = list(built.rglob("*.css"))
    if not sheets:
        pytest.skip("The front end is not built: run npm run build")
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert not re.findall(r"url\(['\"]?(?:https?:)?//", text), sheet
        assert "@import" not in text, sheet


def _person(harbour: Harbour, name: str) -> Person:
    return harbour.magnus if name == "magnus" else getattr(harbour.world, name)
