"""Questionnaires of other tools, from the page and from the command line to a draft in the designer."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from candor.apps.organization.models import AuditEntry
from candor.apps.surveys import carrying, publishing
from candor.apps.surveys.models import Survey
from candor.foundation.errors import InvalidInput, NotFound, UnknownFormat
from candor.questionnaire import read_definition
from tests.world import World

SAMPLES = Path(__file__).parents[1] / "questionnaire" / "samples"


@pytest.fixture
def clara(client: Client, world: World) -> Client:
    client.force_login(world.clara)
    return client


def brought(client: Client, name: str) -> dict[str, str]:
    """Send a file; what the page of the report would send on."""
    file = SimpleUploadedFile(name, (SAMPLES / name).read_bytes())
    page = client.post(reverse("surveys:bring"), {"file": file})
    assert page.status_code == 200
    return {key: page.context[key] for key in ("definition", "losses")} | {
        "tool": page.context["read"].tool,
        "name": "Taken over",
    }


@pytest.mark.parametrize(
    ("name", "told"), [("after_the_call.qsf", "HotSpot"), ("after_the_call.lss", "A quota “Phones”")]
)
def test_the_losses_are_shown_before_anything_is_stored_and_the_draft_opens_in_the_designer(
    clara: Client, name: str, told: str
) -> None:
    sent = brought(clara, name)
    assert told in sent["losses"]
    assert not Survey.objects.exists()
    done = clara.post(reverse("surveys:store"), sent | {"do": "store"})
    survey = Survey.objects.get()
    assert done["Location"] == f"/surveys/{survey.pk}/design/"
    assert survey.state == Survey.State.DRAFT
    for page in ("design", "languages", "settings", "publish"):
        assert clara.get(reverse(f"surveys:{page}", args=[survey.pk])).status_code == 200
    entry = AuditEntry.objects.get(action="survey.carried_over")
    assert entry.facts["n_losses"] == len(json.loads(sent["losses"]))
    assert any(told in one for one in entry.facts["losses"])


def test_what_was_taken_over_can_be_published_and_comes_out_again(clara: Client, world: World) -> None:
    sent = brought(clara, "after_the_call.qsf")
    clara.post(reverse("surveys:store"), sent | {"do": "store"})
    survey = Survey.objects.get()
    version = publishing.publish(survey=survey, revision=survey.draft_revision, by=world.clara)
    assert json.loads(carrying.definition_file(survey, version=version.number)) == json.loads(
        sent["definition"]
    )
    assert carrying.definition_file(survey) == carrying.definition_file(survey, version=1)
    with pytest.raises(NotFound):
        carrying.definition_file(survey, version=2)


def test_the_list_of_losses_is_handed_out_as_a_file(clara: Client) -> None:
    answer = clara.post(reverse("surveys:store"), brought(clara, "after_the_call.qsf") | {"do": "list"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert '"Map (QID11)"' in answer.content.decode()
    assert not Survey.objects.exists()


def test_a_survey_with_panels_of_surveyjs_is_designed_on(clara: Client) -> None:
    definition = {
        "pages": [
            {
                "name": "p",
                "elements": [
                    {
                        "type": "panel",
                        "name": "box",
                        "elements": [{"type": "rating", "name": "a b"}, {"type": "text", "name": "t"}],
                    }
                ],
            }
        ]
    }
    file = SimpleUploadedFile("own.json", json.dumps(definition).encode())
    page = clara.post(reverse("surveys:bring"), {"file": file})
    assert b"Everything is carried over" in page.content
    clara.post(
        reverse("surveys:store"),
        {
            "definition": page.context["definition"],
            "losses": "[]",
            "tool": "SurveyJS",
            "name": "Own",
            "do": "store",
        },
    )
    survey = Survey.objects.get()
    assert clara.get(reverse("surveys:design", args=[survey.pk])).status_code == 200
    assert [one.name for one in read_definition(survey.draft or {}).questions()] == ["a b", "t"]


@pytest.mark.parametrize("sent", [{"definition": "{", "losses": "[]"}, {"definition": "[]", "losses": "[]"}, {"definition": "{}", "losses": "[[1]]"}, {"definition": "{}", "losses": "[]"}, {}])  # fmt: skip
def test_a_damaged_page_stores_nothing(clara: Client, sent: dict[str, str]) -> None:
    assert clara.post(reverse("surveys:store"), sent | {"do": "store", "name": "x"}).status_code == 400
    assert not Survey.objects.exists()


def test_a_file_that_is_none_is_refused_with_what_was_expected(clara: Client, db: None) -> None:
    refused = clara.post(reverse("surveys:bring"), {"file": SimpleUploadedFile("a.qsf", b"PK\x03\x04")})
    assert refused.status_code == 415
    assert "expected SurveyJS JSON" in refused.content.decode()
    assert clara.post(reverse("surveys:bring"), {}).status_code == 400
    with pytest.raises(UnknownFormat):
        carrying.read_questionnaire(b"{}", file_name="x")
    with pytest.raises(InvalidInput):
        carrying.store_questionnaire(name="x", definition={"pages": []}, tool="t", losses=(), by=None)
