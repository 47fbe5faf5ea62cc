"""Who did the work: looked up once by e-mail or personnel number, frozen then, never invented."""

import json
from pathlib import Path

import pytest

from candor.apps.feedback.models import Feedback
from candor.apps.imports import services
from candor.apps.imports.errors import MappingIncomplete
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.models import Person
from candor.foundation.storage import warehouse
from tests.world import World

COMPLAINTS = "Complaint ID,Date received,Issue,Agent\n"
WIDE = "ResponseId,RecordedDate,NPS,Employee ID\n"
LONG = "submission_id,collected_at,field_id,field_type,response,Done by\n"
ROWS = {
    "complaints": COMPLAINTS
    + "1,2026-06-01,Fees,THEO@harbour.example\n2,2026-06-01,Fees,Somebody Else\n3,2026-06-01,Fees,\n",
    "wide": WIDE + "1,2026-06-01,9,theo@harbour.example\n2,2026-06-01,9,Somebody Else\n3,2026-06-01,9,\n",
    "long": LONG
    + "1,2026-06-01,q,nps,9,theo@harbour.example\n2,2026-06-01,q,nps,9,Somebody Else\n3,2026-06-01,q,nps,9,\n",
}


def _batch(tmp_path: Path, shape: str, text: str = "", **options: object) -> ImportBatch:
    path = tmp_path / "file.csv"
    path.write_text(text or ROWS[shape])
    kind = "complaints" if shape == "complaints" else "surveys"
    return services.take_path(kind=kind, path=path, by=None, options=dict(options))


def _done(batch: ImportBatch) -> ImportBatch:
    services.start(batch=batch, by=None)
    return services.run_import(batch=batch)


@pytest.mark.parametrize("shape", list(ROWS))
def test_unknown_people_are_asked_about_before_anything_is_imported(
    world: World, tmp_path: Path, shape: str
) -> None:
    batch = _batch(tmp_path, shape)
    (question,) = services.preview(batch).questions
    assert question.key == "unknown_people"
    assert "“Somebody Else”" in question.text and "THEO" not in question.text.upper()
    with pytest.raises(MappingIncomplete, match="Somebody Else"):
        services.start(batch=batch, by=None)


@pytest.mark.parametrize("shape", list(ROWS))
def test_the_name_is_kept_and_nobody_is_invented(world: World, tmp_path: Path, shape: str) -> None:
    before = Person.objects.count()
    batch = _done(_batch(tmp_path, shape, unknown_people="keep"))
    rows = Feedback.objects.order_by("key")
    assert [row.done_by for row in rows] == [world.theo, None, None]
    assert [row.done_by_given.casefold() for row in rows] == ["theo@harbour.example", "somebody else", ""]
    assert (batch.rows_bad, Person.objects.count()) == (0, before)


@pytest.mark.parametrize("shape", list(ROWS))
def test_rows_of_unknown_people_go_back_when_that_is_wanted(world: World, tmp_path: Path, shape: str) -> None:
    batch = _done(_batch(tmp_path, shape, unknown_people="refuse"))
    assert sorted(Feedback.objects.values_list("key", flat=True)) == ["1", "3"]
    bad = batch.bad_rows.get()
    assert (bad.row, bad.column, bad.value) == (3, "Who did the work", "Somebody Else")


def test_a_personnel_number_names_somebody_and_a_name_alone_does_not(world: World, tmp_path: Path) -> None:
    Person.objects.filter(pk=world.mona.pk).update(code="E-17")
    text = COMPLAINTS + "1,2026-06-01,Fees,e-17\n2,2026-06-01,Fees,Theo\n"
    _done(_batch(tmp_path, "complaints", text, unknown_people="keep"))
    assert [row.done_by for row in Feedback.objects.order_by("key")] == [world.mona, None]


def test_what_was_done_stays_with_who_did_it_then(world: World, tmp_path: Path) -> None:
    _done(_batch(tmp_path, "complaints", unknown_people="keep"))
    Person.objects.filter(pk=world.theo.pk).update(email="somewhere.else@harbour.example", unit=world.mill)
    row = Feedback.objects.get(key="1")
    assert (row.done_by, row.done_by_given) == (world.theo, "THEO@harbour.example")


def test_events_bind_who_did_them_where_they_are_known(world: World, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case,activity,time,agent\n1,Call,2026-06-01 10:00,theo@harbour.example\n1,Mail,2026-06-01 11:00,Robot 7\n"
    )
    _done(services.take_path(kind="events", path=path, by=None))
    rows = warehouse().engine.rows('SELECT resource, attributes FROM events ORDER BY "at"')
    found = [(resource, json.loads(attributes or "{}").get("done_by")) for resource, attributes in rows]
    assert found == [("theo@harbour.example", str(world.theo.pk)), ("Robot 7", None)]
