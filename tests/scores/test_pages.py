"""The pages of Measure: who may open them, what they show, what leaves with an export."""

import csv
import io

import pytest
from django.test import Client

from candor.apps.journeys.models import Journey, Stage, Touchpoint
from candor.apps.organization.choices import Role
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.organization.services import give_role
from candor.apps.scores.registry import MEASURES
from tests.scores.test_queries import answered
from tests.world import World

JUNE = "period=2026-06-01..2026-06-30"


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: Person, path: str, **headers: str) -> str:
    response = as_(person).get(path, headers=headers)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


@pytest.fixture
def loan(world: World) -> Journey:
    journey = Journey.objects.create(key="loan", name="Home loan", owner=world.clara)
    stage = Stage.objects.create(journey=journey, name="Apply", position=1)
    for place, key in enumerate(["form", "papers"]):
        Touchpoint.objects.create(
            stage=stage, key=key, name=key.title(), position=place, promise="A call back", promised_hours=72,
            is_direct=place == 0, is_critical=place == 1,
        )  # fmt: skip
    return journey


PAGES = ["/scores/", "/scores/nps/", "/scores/nps/export/", "/journeys/", "/journeys/loan/"]


def test_an_outsider_sees_no_scores(world: World, loan: Journey) -> None:
    for path in PAGES:
        assert as_(world.olga).get(path).status_code == 403
        assert as_(world.amos).get(path).status_code == 403
        assert Client().get(path).status_code == 302


def test_pages_stand_before_there_is_anything_to_show(world: World) -> None:
    for path in ["/scores/", "/journeys/", *(f"/scores/{key}/" for key in MEASURES)]:
        assert "yet" in page(world.clara, path)


def test_every_measure_with_answers_is_on_the_page_with_its_n(world: World) -> None:
    answered([10] * 60 + [3] * 40)
    shown = page(world.clara, f"/scores/?{JUNE}")
    assert "Net promoter score" in shown
    assert ">20<" in shown
    assert ">100<" in shown


def test_a_score_of_too_few_answers_is_words(world: World) -> None:
    answered([10] * 7)
    assert "Too few answers to tell (7 of at least 30)" in page(world.clara, f"/scores/nps/?{JUNE}")


def test_the_rival_sees_nothing_of_quay(world: World) -> None:
    answered([10] * 60, unit_id=world.quay.pk)
    assert as_(world.rival).get(f"/scores/nps/?unit={world.quay.pk}").status_code == 404
    shown = page(world.rival, f"/scores/nps/?{JUNE}&by=unit")
    assert "Quay" not in shown
    assert "No answers yet" in shown


def test_a_split_asked_by_htmx_is_only_that_part(world: World) -> None:
    answered([10] * 60, channel="web")
    answered([2] * 60, channel="<b>phone</b>")
    part = page(
        world.clara, f"/scores/nps/?{JUNE}&by=channel", **{"HX-Request": "true", "HX-Target": "split"}
    )
    assert "<html" not in part
    assert "Two of two channels stand apart from the others" in part
    assert "<b>phone</b>" not in part
    assert "<html" in page(world.clara, f"/scores/nps/?{JUNE}&by=channel")


@pytest.mark.parametrize(
    "query", ["by=shoe_size", "step=fortnight", "period=x", "by=channel&period=2026-02-31..2026-03-01"]
)
def test_what_can_not_be_asked_is_refused_in_words(world: World, query: str) -> None:
    assert as_(world.clara).get(f"/scores/nps/?{query}").status_code == 400


def test_every_split_and_step_draws(world: World, loan: Journey) -> None:
    points = list(Touchpoint.objects.order_by("pk"))
    for number, point in enumerate(points):
        answered(
            [10 - number] * 40,
            channel=f"c{number}",
            product=f"p{number}",
            touchpoint_id=point.pk,
            journey_id=loan.pk,
        )
    for by in ["unit", "product", "channel", "segment", "touchpoint", "journey", "company", "issue"]:
        assert "Could be" in page(world.clara, f"/scores/nps/?{JUNE}&by={by}")
    for step in ["day", "week", "month"]:
        assert "Could be" in page(world.clara, f"/scores/nps/?period=all&step={step}")


def test_an_export_holds_the_rows_of_the_page_in_safe_cells_and_is_logged(world: World) -> None:
    answered([10] * 40 + [0] * 20, channel="=HYPERLINK(1)")
    answered([10] * 3, channel="fax")
    response = as_(world.clara).get(f"/scores/nps/export/?{JUNE}&by=channel")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [(row["Group"], row["Score"], row["Answers"]) for row in rows] == [
        ("All together", "37.0", "63"),
        ("'=HYPERLINK(1)", "33.0", "60"),
        ("fax", "", "3"),
    ]
    assert rows[2]["Note"] == "Too few answers to tell (3 of at least 30)"
    entry = AuditEntry.objects.get(action="scores.exported")
    assert (entry.person, entry.facts["dimension"], entry.facts["rows"]) == (world.clara, "channel", 2)


@pytest.mark.parametrize(
    ("who", "status"),
    [("clara", 200), ("ada", 200), ("mona", 200), ("eve", 403), ("theo", 403), ("hana", 403)],
)
def test_only_those_who_may_export_do(world: World, who: str, status: int) -> None:
    assert as_(getattr(world, who)).get("/scores/nps/export/").status_code == status


def test_nobody_exports_units_that_they_only_see(world: World) -> None:
    give_role(person=world.mona, role=Role.EXECUTIVE, unit=world.harbour, by=None)
    client = as_(world.mona)
    assert client.get("/scores/nps/export/").status_code == 403
    assert client.get(f"/scores/nps/export/?unit={world.mill.pk}").status_code == 403
    assert client.get(f"/scores/nps/export/?unit={world.quay.pk}").status_code == 200


def test_a_journey_shows_its_promises_and_owners(world: World, loan: Journey) -> None:
    shown = page(world.theo, "/journeys/loan/")
    for words in [
        "Home loan",
        "A call back",
        "within 3 days",
        "Through others",
        "Critical moment",
        "Clara owns it.",
    ]:
        assert words in shown
    assert "Home loan" in page(world.theo, "/journeys/")


def test_a_journey_without_events_still_tells_its_scores(world: World, loan: Journey) -> None:
    form, papers = Touchpoint.objects.order_by("position")
    answered([10] * 40, touchpoint_id=form.pk)
    answered([2] * 5, touchpoint_id=papers.pk)
    shown = page(world.clara, f"/journeys/loan/?{JUNE}")
    assert "No events yet" in shown
    assert '<span class="value">100</span>' in shown
    assert "Too few answers to tell (5 of at least 30)" in shown
    assert as_(world.olga).get("/journeys/loan/").status_code == 403


def test_what_is_not_there_is_not_found(world: World) -> None:
    for path in ("/scores/happiness/", "/scores/happiness/export/", "/journeys/nowhere/"):
        assert as_(world.clara).get(path).status_code == 404
