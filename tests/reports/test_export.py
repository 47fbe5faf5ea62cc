"""Exports: with n, interval and method, in safe cells, of units that may be taken away."""

import csv
import io

import pytest
from django.test import Client

from candor.apps.organization.choices import Role
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.organization.services import give_role
from tests.scores.test_queries import answered
from tests.world import World

JUNE = "period=2026-06-01..2026-06-30"


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def rows(person: Person, query: str) -> list[dict[str, str]]:
    response = as_(person).get(f"/reports/export/scores.csv?{JUNE}&{query}")
    assert response.status_code == 200, response.status_code
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_every_row_has_n_interval_and_method(world: World) -> None:
    answered([10] * 60 + [2] * 20, unit_id=world.quay.pk)
    answered([10] * 5, unit_id=world.mill.pk)
    found = {row["Group"]: row for row in rows(world.clara, "by=unit")}
    assert set(found) == {"All together", "North", "South"}
    north = found["North"]
    assert (north["Score"], north["Answers"], north["Level"]) == ("50.0", "80", "95%")
    assert float(north["Low"]) < 50 < float(north["High"]) and north["Method"]
    assert (found["South"]["Score"], found["South"]["Note"]) == (
        "",
        "Too few answers to tell (5 of at least 30)",
    )


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1+cmd", "-2+3", "@SUM(A1)", "\t=1"])
def test_no_cell_is_run_as_a_formula(world: World, name: str) -> None:
    answered([10] * 40, product=name, channel=name)
    for by in ("product", "channel"):
        groups = [row["Group"] for row in rows(world.clara, f"by={by}")]
        assert groups[1].startswith("'"), groups


def test_months_are_cut_off_where_the_period_is(world: World) -> None:
    answered([10] * 40)
    response = as_(world.clara).get("/reports/export/scores.csv?period=2026-05-15..2026-06-10&by=month")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    months = [(row["Group"], row["From"], row["To"]) for row in csv.DictReader(io.StringIO(text))][1:]
    assert months == [("May 2026", "2026-05-15", "2026-05-31"), ("Jun 2026", "2026-06-01", "2026-06-10")]


def test_people_take_their_own_units_only(world: World) -> None:
    answered([10] * 40, unit_id=world.quay.pk, product="Quay’s own")
    answered([2] * 40, unit_id=world.mill.pk)
    assert [row["Score"] for row in rows(world.rival, "by=product")] == ["-100.0", "-100.0"]
    assert as_(world.rival).get(f"/reports/export/scores.csv?unit={world.quay.pk}").status_code == 404


def test_nobody_exports_units_that_they_only_see(world: World) -> None:
    give_role(person=world.mona, role=Role.EXECUTIVE, unit=world.harbour, by=None)
    assert as_(world.mona).get("/reports/export/scores.csv").status_code == 403
    assert as_(world.mona).get(f"/reports/export/scores.csv?unit={world.quay.pk}").status_code == 200


def test_an_export_is_written_into_the_audit_log(world: World) -> None:
    answered([10] * 40)
    rows(world.clara, "by=channel")
    entry = AuditEntry.objects.get(action="scores.exported")
    assert (entry.person, entry.facts["by_dimension"], entry.facts["since"]) == (
        world.clara,
        "channel",
        "2026-06-01",
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [("clara", 200), ("ada", 200), ("mona", 200), ("eve", 403), ("theo", 403), ("hana", 403)],
)
def test_only_those_who_may_export_see_the_page(world: World, who: str, status: int) -> None:
    for path in ("/reports/export/", "/reports/export/scores.csv"):
        assert as_(getattr(world, who)).get(path).status_code == status


def test_another_dimension_is_refused_in_words(world: World) -> None:
    assert as_(world.clara).get("/reports/export/scores.csv?by=shoe_size").status_code == 400
