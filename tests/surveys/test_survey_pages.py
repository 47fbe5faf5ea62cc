"""The designer's pages: from a template to a link, with and without HTMX, and only for those who manage surveys."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candor.apps.feedback.models import Feedback
from candor.apps.surveys import designing, guards, publishing, trials, wordings
from candor.apps.surveys.checks import check
from candor.apps.surveys.intake import take_in
from candor.apps.surveys.models import Invitation, Link, Response, Survey
from candor.apps.surveys.services import define_survey
from candor.foundation.strangers import Limit
from tests.world import World


@pytest.fixture
def clara(client: Client, world: World) -> Client:
    client.force_login(world.clara)
    return client


def start(client: Client, template: str = "contact-ces", language: str = "en", name: str = "") -> Survey:
    response = client.post("/surveys/new/", {"template": template, "language": language, "name": name})
    assert response.status_code == 302
    survey = Survey.objects.latest("pk")
    assert response["Location"] == f"/surveys/{survey.pk}/design/"
    return survey


def change(client: Client, survey: Survey, *, htmx: bool = False, **sent: Any) -> Any:
    survey.refresh_from_db()
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(
        f"/surveys/{survey.pk}/design/change/", {"revision": survey.draft_revision, **sent}, headers=headers
    )


def element(survey: Survey, key: str) -> dict[str, Any]:
    survey.refresh_from_db()
    return designing.element_of(survey.draft or {}, key)


def typed(survey: Survey, key: str, **fields: Any) -> dict[str, Any]:
    """What the form of a question sends."""
    one = element(survey, key)
    sent = {f"q-{key}-title": wordings.said(one.get("title"))} | {
        f"q-{key}-{name}": value for name, value in fields.items()
    }
    return {"do": "change", "key": key} | sent


def test_an_empty_list_starts_from_templates(clara: Client) -> None:
    page = clara.get("/surveys/").content.decode()
    assert "Start from a template" in page
    library = clara.get("/surveys/new/").content.decode()
    assert "Did it help?" in library
    assert library.count('name="template"') == 21


def test_the_list_tells_how_many_invitations_went_out_came_back_and_were_answered(clara: Client) -> None:
    survey = start(clara)
    Survey.objects.update(state=Survey.State.OPEN)
    now = timezone.now()
    for number, facts in enumerate(({}, {"is_answered": True}, {"bounced_at": now})):
        Invitation.objects.create(survey=survey, key=str(number), sent_at=now, **facts)
    page = clara.get("/surveys/").content.decode()
    assert "3 invitations sent: 1 came back, 1 answered" in page


def test_a_template_is_made_in_the_language_that_was_chosen(clara: Client) -> None:
    survey = start(clara, "delivery", "de")
    assert (survey.name, survey.key) == ("Nach Ihrer Lieferung", "nach-ihrer-lieferung")
    assert element(survey, "csat")["title"] == {
        "default": "Wie zufrieden sind Sie mit der Lieferung?",
        "en": "How satisfied are you with the delivery?",
    }


def test_from_a_template_over_other_words_to_published_without_scripts(clara: Client) -> None:
    survey = start(clara)
    response = change(clara, survey, **typed(survey, "ces", title="It was easy for me."))
    assert response["Location"].endswith("#at-ces")
    assert element(survey, "ces")["title"]["default"] == "It was easy for me."
    assert element(survey, "ces")["title"]["de"].startswith("Es war einfach"), (
        "the translation stays until it is changed"
    )
    clara.post(f"/surveys/{survey.pk}/publish/", {"revision": survey.draft_revision})
    survey.refresh_from_db()
    assert survey.state == Survey.State.OPEN
    assert "It was easy for me." in clara.get("/surveys/").content.decode()


def test_typing_draws_only_what_stands_around_the_fields(clara: Client) -> None:
    survey = start(clara)
    response = change(clara, survey, htmx=True, **typed(survey, "why", title="Why?"))
    page = response.content.decode()
    assert json.loads(response["HX-Trigger"]) == {"draft-saved": {"revision": 2, "at": "why"}}
    assert 'id="head-why" hx-swap-oob="true"' in page
    assert "<textarea" not in page
    assert "HX-Retarget" not in response


def test_another_condition_draws_the_board_again_with_the_question_open(clara: Client) -> None:
    survey = start(clara)
    sent = typed(survey, "why") | {
        "if-key": ["ces", ""],
        "if-operator": ["<=", "notempty"],
        "if-value": ["3", ""],
    }
    response = change(clara, survey, htmx=True, **sent)
    assert response["HX-Retarget"] == "#board"
    assert element(survey, "why")["visibleIf"] == "{ces} <= 3"
    assert "shown if It was easy to get done what I came for. is at most 3" in response.content.decode()


def test_a_question_just_chosen_for_a_condition_waits_for_its_comparison(clara: Client) -> None:
    survey = start(clara)
    sent = typed(survey, "why") | {"if-key": "solved", "if-operator": "notempty", "if-value": ""}
    change(clara, survey, htmx=True, **sent)
    assert element(survey, "why")["visibleIf"] == "{solved} notempty"


def test_a_comparison_begins_with_an_answer_that_can_be_given(clara: Client) -> None:
    survey = start(clara)
    sent = typed(survey, "why") | {"if-key": "solved", "if-operator": "=", "if-value": ""}
    page = change(clara, survey, htmx=True, **sent).content.decode()
    assert element(survey, "why")["visibleIf"] == "{solved} = 'yes'"
    assert 'id="if-why-1-value"' in page


def test_what_nobody_is_ever_asked_is_marked_beside_the_question_and_keeps_from_publishing(
    clara: Client,
) -> None:
    survey = start(clara)
    page = change(
        clara, survey, htmx=True, do="expression", key="why", expression="{ces} > 7"
    ).content.decode()
    assert "Nobody is ever asked this" in page
    assert "shown if It was easy to get done what I came for. is more than 7" in page
    assert (
        "disabled"
        in clara.get(f"/surveys/{survey.pk}/publish/").content.decode().split('id="publish"')[1][:60]
    )


def test_the_test_run_lists_every_way_and_the_answers_that_lead_to_a_dead_end(clara: Client) -> None:
    survey = start(clara)
    drafts = survey.draft or {}
    channel = {"type": "radiogroup", "name": "channel", "title": "Where?", "isRequired": True, "choices": [{"value": "w", "text": "On the web"}, {"value": "b", "text": "In a branch"}]}  # fmt: skip
    which = {"type": "radiogroup", "name": "which", "title": "Which page?", "isRequired": True, "visibleIf": "{channel} notempty", "choices": [{"value": "start", "visibleIf": "{channel} = 'w'"}]}  # fmt: skip
    Survey.objects.update(
        draft=drafts
        | {"pages": [{"name": "one", "elements": [channel]}, {"name": "two", "elements": [which]}]}
    )
    page = clara.get(f"/surveys/{survey.pk}/publish/").content.decode()
    assert "Answers that lead there: Where? In a branch." in page
    assert "<b>Which page?</b>" in page, "the fault says whose it is"
    Survey.objects.update(draft=drafts)
    page = change(
        clara, survey, htmx=True, do="expression", key="why", expression="{ces} <= 3"
    ).content.decode()
    ways = re.findall(r"<li><b>(.*?)</b><br>", page.partition('class="ways')[2])
    assert len(ways) == 2 and all(way.startswith("It was easy to get done") for way in ways)


def test_what_is_deleted_comes_back_by_undo(clara: Client) -> None:
    survey = start(clara)
    before = survey.draft
    page = change(clara, survey, htmx=True, do="remove", key="ces").content.decode()
    assert "Undo: Deleted" in page
    change(clara, survey, do="undo")
    survey.refresh_from_db()
    assert survey.draft == before


def test_somebody_elses_change_is_kept_and_the_late_one_is_told(clara: Client) -> None:
    survey = start(clara)
    stale = survey.draft_revision
    change(clara, survey, do="remove", key="solved")
    response = clara.post(
        f"/surveys/{survey.pk}/design/change/",
        {"revision": stale, "do": "remove", "key": "ces"},
        headers={"HX-Request": "true"},
    )
    assert response.status_code == 409
    assert "Clara changed this survey after you opened it" in response.content.decode()
    assert designing.keys(Survey.objects.get(pk=survey.pk).draft or {}) == ["ces", "contacts", "why"]


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "nonsense"},
        {"do": "add", "kind": "riddle", "page": "0"},
        {"do": "add", "kind": "nps", "page": "9"},
        {"do": "place", "key": "ces", "page": "x", "place": "0"},
        {"do": "change", "key": "nobody"},
        {"do": "change", "key": "ces", "q-ces-title": ""},
        {"do": "rename", "key": "ces", "to": "no key"},
        {"do": "expression", "key": "why", "expression": "{ces} <"},
        {"do": "text", "language": "xx", "path": "title", "text": "x"},
        {"do": "text", "language": "de", "path": "pages/9/title", "text": "x"},
        {"do": "text", "language": "en", "path": "title", "text": ""},
        {"do": "drop-language", "language": "fr"},
        {"do": "remove-page", "page": "0"},
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words_and_changes_nothing(clara: Client, sent: dict[str, str]) -> None:
    survey = start(clara)
    response = change(clara, survey, htmx=True, **sent)
    assert response.status_code in {400, 404}
    survey.refresh_from_db()
    assert survey.draft_revision == 1


def test_languages_stand_side_by_side_and_mark_what_is_missing(clara: Client) -> None:
    survey = start(clara, "kiosk")
    page = clara.get(f"/surveys/{survey.pk}/languages/?language=fr").content.decode()
    assert "5 texts are missing" in page
    change(
        clara,
        survey,
        do="text",
        language="fr",
        path="pages/0/elements/0/title",
        text="Comment était votre visite ?",
    )
    assert "4 texts are missing" in clara.get(f"/surveys/{survey.pk}/languages/?language=fr").content.decode()
    assert 'dir="rtl"' in clara.get(f"/surveys/{survey.pk}/languages/?language=ar").content.decode()


def test_a_text_that_was_translated_is_told_as_saved_and_is_missing_no_more(clara: Client) -> None:
    survey = start(clara, "one-question")
    page = clara.get(f"/surveys/{survey.pk}/languages/?language=fr").content.decode()
    missing = int(re.search(r"(\d+) texts are missing", page)[1])  # type: ignore[index]
    path = re.search(r'name="path" value="([^"]+)"', page)[1]  # type: ignore[index]
    told = change(
        clara, survey, htmx=True, do="text", language="fr", path=path, text="Bonjour"
    ).content.decode()
    assert "Saved." in told and f"{missing - 1} texts are missing" in told
    assert re.findall(r'id="(\w+)"', told) == ["saved", "lacking"], "nothing that the page does not have"
    assert re.findall(r'id="(\w+)"', page).count("saved") == 1


def test_another_scale_is_stopped_on_the_page_that_publishes_and_mended_there(clara: Client) -> None:
    survey = start(clara, "decision")
    clara.post(f"/surveys/{survey.pk}/publish/", {"revision": survey.draft_revision})
    change(clara, survey, **typed(survey, "understood", rateMin=1, rateMax=7))
    page = clara.get(f"/surveys/{survey.pk}/publish/").content.decode()
    assert "was Rating (1–5), would be Rating (1–7)" in page
    change(clara, survey, do="new-key", key="understood")
    survey.refresh_from_db()
    assert (
        clara.post(f"/surveys/{survey.pk}/publish/", {"revision": survey.draft_revision}).status_code == 302
    )
    assert survey.versions.count() == 2
    assert "Version 2" in clara.get(f"/surveys/{survey.pk}/publish/").content.decode()


def test_a_link_has_a_code_to_print_and_can_be_revoked(clara: Client, world: World) -> None:
    survey = start(clara, "kiosk")
    clara.post(
        f"/surveys/{survey.pk}/links/",
        {"kind": "kiosk", "name": "At the exit", "unit": world.quay.pk, "reset_seconds": 5},
    )
    link = Link.objects.get()
    assert (link.channel, link.unit, len(link.token)) == ("kiosk", world.quay, 43)
    page = clara.get(f"/surveys/{survey.pk}/links/").content.decode()
    assert f"/s/{link.token}/" in page
    picture = clara.get(reverse("surveys:qr", args=[link.pk]))
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")
    clara.post(reverse("surveys:revoke", args=[link.pk]))
    page = clara.get(f"/surveys/{survey.pk}/links/").content.decode()
    assert f"/s/{link.token}/" not in page
    assert "What was answered there stays" in page
    assert clara.post(reverse("surveys:revoke", args=[link.pk])).status_code == 409


def test_a_snippet_holds_no_markup_of_a_name(clara: Client) -> None:
    survey = start(clara, "kiosk", name='"><script>alert(1)</script>')
    sent = {"kind": "embed", "name": "Site", "reset_seconds": 10, "sites": "https://Shop.example/\n"}
    clara.post(f"/surveys/{survey.pk}/links/", sent)
    assert Link.objects.get().sites == ["https://shop.example"]
    page = clara.get(f"/surveys/{survey.pk}/links/").content.decode()
    assert "<script>alert" not in page
    assert (
        f'data-copy="&lt;script async src=&quot;http://127.0.0.1:8000/s/{Link.objects.get().token}/embed.js'
        in page
    )


@pytest.mark.parametrize(
    "sites", ["", "shop.example", "https://shop.example/path", "https://*", "javascript:alert(1)"]
)
def test_a_link_for_another_site_names_that_site(clara: Client, sites: str) -> None:
    survey = start(clara, "kiosk")
    sent = {"kind": "embed", "name": "Site", "reset_seconds": 10, "sites": sites}
    assert "problem" in clara.post(f"/surveys/{survey.pk}/links/", sent).content.decode()
    assert not Link.objects.exists()


def test_a_trial_shows_the_draft_step_by_step_and_stores_nothing(clara: Client, client: Client) -> None:
    survey = start(clara, "onboarding")
    address = trials.path(survey, trials.DRAFT)
    anybody = Client()
    first = anybody.get(address)
    assert "frame-ancestors 'self'" in first.headers["Content-Security-Policy"]
    assert "It was easy to get started." in first.content.decode()
    sent = {
        "secret": "s" * 32,
        "step": "0",
        "shown": ["ces", "goal", "in_the_way"],
        "q:ces": "6",
        "q:goal": "yes",
        "go": "next",
    }
    assert "What is still unclear?" in anybody.post(address, sent).content.decode()
    sent = {
        "secret": "s" * 32,
        "step": "1",
        "shown": ["unclear", "wish"],
        "q:wish": "More help",
        "go": "next",
    }
    assert "Somebody reads every answer" in anybody.post(address, sent).content.decode()
    assert not Response.objects.exists()


def test_faces_are_faces_without_a_script_too_and_go_from_sad_to_glad(clara: Client) -> None:
    page = clara.get(trials.path(start(clara, "kiosk"), trials.DRAFT)).content.decode()
    mouths = re.findall(r'<path d="M8 ([\d.]+)Q12 ([\d.]+) 16', page)
    assert len(mouths) == 5
    bends = [float(middle) - float(corner) for corner, middle in mouths]
    assert bends == sorted(bends)
    assert bends[0] < 0 < bends[-1]
    assert page.count('role="img" aria-label="') == 5


def test_the_preview_turns_to_the_question_that_is_edited(clara: Client) -> None:
    survey = start(clara, "onboarding")
    page = clara.get(f"{trials.path(survey, trials.DRAFT)}?at=wish").content.decode()
    assert 'name="shown" value="wish"' in page
    assert 'name="shown" value="ces"' not in page


def test_a_trial_of_a_version_is_stored_as_a_test_and_becomes_no_feedback(clara: Client) -> None:
    survey = start(clara, "kiosk")
    publishing.publish(survey=survey, revision=1, by=None)
    address = trials.path(survey, trials.VERSION)
    sent = {"secret": "s" * 32, "step": "0", "shown": "faces", "q:faces": "4", "go": "next"}
    assert Client().post(address, sent).status_code == 200
    response = Response.objects.get()
    assert (response.is_test, response.data) == (True, {"faces": 4})
    take_in(now=timezone.now() + timedelta(days=2))
    assert not Feedback.objects.exists()
    assert "1 test answer so far" in clara.get(f"/surveys/{survey.pk}/publish/").content.decode()


def test_a_trial_takes_no_more_a_minute_than_a_link_and_keeps_what_was_entered(
    clara: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = start(clara, "onboarding")
    address = trials.path(survey, trials.DRAFT)
    monkeypatch.setattr(guards, "limits", Limit(of_one=2, of_all=9, seconds=60))
    sent = {"secret": "s" * 32, "step": "0", "shown": ["ces"], "q:ces": "6", "go": "next"}
    assert [Client().post(address, sent).status_code for _ in range(2)] == [200, 200]
    refused = Client().post(address, sent)
    assert refused.status_code == 429
    assert 'value="6" checked' in " ".join(refused.content.decode().split())
    assert Client().post(address, {"data": {"ces": 6}}, content_type="application/json").status_code == 429


@pytest.mark.parametrize("token", ["x", "WzEsImRyYWZ0Il0:1a:forged"])
def test_a_forged_trial_leads_nowhere(clara: Client, token: str) -> None:
    start(clara, "kiosk")
    assert Client().get(f"/t/{token}/").status_code == 404


def test_a_draft_that_cannot_be_shown_says_why(clara: Client) -> None:
    survey = start(clara, "kiosk")
    change(clara, survey, do="remove", key="faces")
    assert "The draft can’t be shown yet" in Client().get(trials.path(survey, trials.DRAFT)).content.decode()


def test_a_colour_that_cannot_be_read_is_said(clara: Client) -> None:
    survey = start(clara)
    facts = {"name": "Ask", "type": "touchpoint", "moment": "after", "brand_color": "#ffee00"}
    clara.post(f"/surveys/{survey.pk}/settings/", facts)
    assert "Customers get #" in clara.get(f"/surveys/{survey.pk}/settings/").content.decode()
    refused = clara.post(
        f"/surveys/{survey.pk}/settings/", facts | {"brand_color": "yellow"}
    ).content.decode()
    assert "is no colour" in refused


def test_the_promise_of_anonymity_can_not_be_touched_on_the_page_once_the_survey_was_open(
    clara: Client,
) -> None:
    survey = start(clara)
    assert "disabled" not in _anonymous_box(clara, survey)
    publishing.publish(survey=survey, revision=survey.draft_revision, by=None)
    assert "disabled" in _anonymous_box(clara, survey)
    sent = {"name": "Renamed", "type": survey.type, "moment": survey.moment, "is_anonymous": "on"}
    assert clara.post(f"/surveys/{survey.pk}/settings/", sent).status_code == 302
    survey.refresh_from_db()
    assert (survey.name, survey.is_anonymous) == ("Renamed", False)


def _anonymous_box(client: Client, survey: Survey) -> str:
    page = client.get(f"/surveys/{survey.pk}/settings/").content.decode()
    return page.partition('name="is_anonymous"')[2].partition(">")[0]


def test_who_only_reads_sees_no_drafts_and_no_buttons(client: Client, world: World) -> None:
    client.force_login(world.clara)
    start(client, "kiosk", name="A secret draft")
    shown = start(client, "kiosk", name="Asked at the door")
    publishing.publish(survey=shown, revision=1, by=world.clara)
    client.force_login(world.ada)
    page = client.get("/surveys/").content.decode()
    assert "Asked at the door" in page
    assert "A secret draft" not in page
    assert "New survey" not in page
    assert client.get(f"/surveys/{shown.pk}/design/").status_code == 403


def test_there_is_nothing_to_design_where_answers_come_from_files(clara: Client) -> None:
    imported = define_survey(key="from-a-file", name="From a file")
    assert "From a file" in clara.get("/surveys/").content.decode()
    for page in ("design", "languages", "settings", "publish", "links"):
        assert clara.get(f"/surveys/{imported.pk}/{page}/").status_code == 404, page


def test_the_definition_can_be_taken_away(clara: Client) -> None:
    survey = start(clara, "kiosk")
    response = clara.get(f"/surveys/{survey.pk}/definition.json")
    assert json.loads(response.content) == survey.draft


def test_one_line_asks_for_an_address_or_a_number_between_two_ends(clara: Client) -> None:
    survey = start(clara, "decision")
    change(clara, survey, do="add", kind="line", page=0)
    change(clara, survey, **typed(survey, "line", inputType="number", min="18", max="99.5"))
    line = element(survey, "line")
    assert (line["inputType"], line["min"], line["max"]) == ("number", 18, 99.5)
    refused = change(clara, survey, **typed(survey, "line", inputType="number", min="18", max="2"))
    assert "below the smallest" in refused.content.decode()
    change(clara, survey, **typed(survey, "line", inputType="email", min="18", max=""))
    assert element(survey, "line")["inputType"] == "email"
    assert not {"min", "max"} & element(survey, "line").keys()
    change(clara, survey, **typed(survey, "line", inputType="text"))
    assert "inputType" not in element(survey, "line")


def test_a_test_run_says_which_numbers_it_could_only_sample() -> None:
    def number(name: str) -> dict[str, Any]:
        return {"type": "text", "name": name, "inputType": "number", "title": name}

    why = {"type": "comment", "name": "why", "title": "Why?", "visibleIf": "{a} * {b} > 50"}
    run = check({"pages": [{"elements": [number("a"), number("b")]}, {"elements": [why]}]}).run
    assert "2 ways through was walked" in run
    assert "“a”, “b”: only some of the possible ones were tried" in run
    assert "too many" not in run


def test_a_template_is_begun_in_a_language_that_it_has_words_in(clara: Client) -> None:
    response = clara.post(
        "/surveys/new/", {"template": "contact-ces", "language": "ar", "name": ""}, follow=True
    )
    survey = Survey.objects.latest("pk")
    page = response.content.decode()
    assert wordings.main_language(survey.draft or {}) == "en"
    assert response.redirect_chain[-1][0] == f"/surveys/{survey.pk}/languages/?language=ar"
    assert "words in English and German" in page
    assert re.search(r"\d+ texts are missing", page)
    clara.post("/surveys/new/", {"template": "", "language": "ar", "name": "Own"})
    assert wordings.main_language(Survey.objects.latest("pk").draft or {}) == "ar", (
        "an empty one has no words yet"
    )
