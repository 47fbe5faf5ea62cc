"""Imports of every kind: once each, bad rows handed back, undone without a trace, safe to interrupt."""

import gzip
import io
from pathlib import Path

import pytest
from django.test import Client

from candor.apps.complaints.models import Complaint
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.imports import services, tasks
from candor.apps.imports.errors import FileNotUsable, ImportUnderWay, MappingIncomplete
from candor.apps.imports.models import ImportBatch
from candor.apps.journeys.imports import journey_of
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from candor.foundation.storage import warehouse
from candor.intake import Problem
from candor.warehouse.queries import event_cases
from tests.world import World, build_world

HEADER = "Complaint ID,Date received,Product,Issue,Consumer complaint narrative\n"


def _file(tmp_path: Path, text: str | bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _import(path: Path, kind: str = "complaints", **options: object) -> ImportBatch:
    batch = services.take_path(kind=kind, path=path, by=None, options=dict(options))
    services.start(batch=batch, by=None)
    return services.run_import(batch=batch)


def test_the_same_file_again_adds_nothing(world: World, tmp_path: Path) -> None:
    path = _file(tmp_path, HEADER + "1,2026-01-31,Loan,Fees,Too high\n2,2026-02-01,Loan,Delay,Slow\n")
    first, second = _import(path), _import(path)
    assert (first.rows_added, first.rows_known) == (2, 0)
    assert (second.rows_added, second.rows_known) == (0, 2)
    assert Feedback.objects.count() == 2


def test_bad_rows_come_back_as_a_file_and_good_ones_stay(world: World, tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        HEADER
        + "1,2026-01-31,Loan,Fees,ok\n2,31.02.2026,Loan,Fees,no such day\n3,2026-02-01\n,2026-02-01,a,b,c\n",
    )
    batch = _import(path)
    assert (batch.rows_added, batch.rows_bad) == (1, 3)
    text = "".join(services.bad_rows_csv(batch))
    assert "2," not in text.splitlines()[1][:2]
    assert "31.02.2026" in text
    assert "no such day" in text, "the row's own cells go back too"
    assert "Date received" in text


def test_the_file_of_bad_rows_can_be_opened_in_a_spreadsheet_without_harm(
    world: World, tmp_path: Path
) -> None:
    batch = _import(_file(tmp_path, HEADER + '1,never,=HYPERLINK("http://x"),+1,@cmd\n2,2026-02-01,a,b,c\n'))
    text = "".join(services.bad_rows_csv(batch))
    assert "'=HYPERLINK" in text
    assert "'@cmd" in text


def test_undoing_leaves_no_trace(world: World, tmp_path: Path) -> None:
    kept = _import(_file(tmp_path, HEADER + "1,2026-01-31,Loan,Fees,x\n"))
    batch = _import(_file(tmp_path, HEADER + "1,2026-01-31,Loan,Fees,x\n9,2026-02-01,Loan,Fees,y\n", "b.csv"))
    services.undo(batch=batch, by=world.clara)
    services.run_undo(batch=batch)
    assert list(Feedback.objects.values_list("key", flat=True)) == ["1"]
    assert Complaint.objects.count() == 1
    with pytest.raises(ImportUnderWay):
        services.undo(batch=batch, by=world.clara)
    assert kept.rows_added == 1


def test_an_ambiguous_date_order_is_asked_never_guessed(world: World, tmp_path: Path) -> None:
    path = _file(tmp_path, HEADER + "1,01/02/2026,Loan,Fees,x\n2,03/04/2026,Loan,Fees,y\n")
    batch = services.take_path(kind="complaints", path=path, by=None)
    assert [question.key for question in services.preview(batch).questions] == ["date_order_received_on"]
    with pytest.raises(MappingIncomplete):
        services.start(batch=batch, by=None)
    services.choose_options(batch=batch, options={"date_order_received_on": "DMY"})
    services.start(batch=batch, by=None)
    services.run_import(batch=batch)
    assert [c.received_on.isoformat() for c in Complaint.objects.order_by("pk")] == [
        "2026-02-01",
        "2026-04-03",
    ]


def test_a_missing_column_is_named(world: World, tmp_path: Path) -> None:
    batch = services.take_path(kind="complaints", path=_file(tmp_path, "name,text\nA,b\n"), by=None)
    with pytest.raises(MappingIncomplete, match="Complaint number, Received"):
        services.start(batch=batch, by=None)


@pytest.mark.parametrize(
    "content", [b"", b"Complaint ID,Date received\n", b"%PDF-1.7 not a table", b"\x00" * 1000]
)
def test_what_is_no_table_is_refused_and_nothing_is_kept(
    world: World, tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(FileNotUsable):
        services.take_file(kind="complaints", name="x.csv", content=io.BytesIO(content), by=world.clara)
    assert not ImportBatch.objects.exists()
    from candor.foundation.storage import folder

    assert not list(folder("imports").iterdir())


def test_a_zip_bomb_is_refused(world: World, tmp_path: Path) -> None:
    bomb = gzip.compress(HEADER.encode() + b"1,2026-01-31," + b"x" * 900_000_000 + b"\n", compresslevel=1)
    path = _file(tmp_path, bomb, "bomb.csv.gz")
    try:
        batch = _import(path)
    except FileNotUsable:
        return
    assert batch.state in {ImportBatch.State.FAILED, ImportBatch.State.DONE}
    assert batch.rows_added == 0


def test_windows_letters_semicolons_and_html_are_taken_as_they_are(
    world: World, tmp_path: Path, client: Client
) -> None:
    rows = "id;date;product;issue;comment\n1;2026-01-31;Kredit;Gebühr;<script>alert(1)</script> für Müller\n"
    _import(_file(tmp_path, rows.encode("cp1252")))
    row = Feedback.objects.get()
    assert "für Müller" in row.comment
    client.force_login(world.clara)
    page = client.get(f"/feedback/{row.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_why_an_import_stopped_bears_nobodys_address(world: World) -> None:
    batch = ImportBatch.objects.create(kind="complaints", file_name="x.csv")
    words = services.why_stopped(batch=batch, error=ValueError("Key (email)=(jo@example.com) is there"))
    assert "[e-mail]" in words and "jo@example.com" not in words


def test_an_interrupted_import_goes_on_where_it_stopped(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"{i},2026-01-{i % 28 + 1:02},Loan,Fees,x\n" for i in range(2_500))
    batch = services.take_path(kind="complaints", path=_file(tmp_path, HEADER + rows), by=None)
    services.start(batch=batch, by=None)
    real, calls = services._store_chunk, []

    def fail_at_third(*args: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "_store_chunk", fail_at_third)
    services.run_import(batch=batch)
    assert batch.state == ImportBatch.State.FAILED
    assert "disk is full" in batch.message
    assert Feedback.objects.count() == 2_000
    monkeypatch.setattr(services, "_store_chunk", real)
    services.start(batch=batch, by=None)
    services.run_import(batch=batch)
    assert (batch.state, batch.rows_read, batch.rows_added) == (ImportBatch.State.DONE, 2_500, 2_500)
    assert Feedback.objects.count() == 2_500


@pytest.mark.django_db(transaction=True)
def test_an_import_that_breaks_unforeseen_can_be_continued_and_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_world()
    batch = services.take_path(
        kind="complaints", path=_file(tmp_path, HEADER + "1,2026-01-31,Loan,Fees,x\n"), by=None
    )
    services.start(batch=batch, by=None, later=tasks.run.enqueue)
    real = services._store_chunk

    def break_down(*args: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(services, "_store_chunk", break_down)
    Worker().run_all()
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.FAILED
    assert "a fault of ours" in batch.message
    monkeypatch.setattr(services, "_store_chunk", real)
    services.start(batch=batch, by=None, later=tasks.run.enqueue)
    Worker().run_all()
    batch.refresh_from_db()
    assert (batch.state, batch.rows_added) == (ImportBatch.State.DONE, 1)
    services.undo(batch=batch, by=None, later=tasks.run_undo_of.enqueue)
    Worker().run_all()
    assert not Feedback.objects.exists()


def test_an_import_whose_job_was_given_up_does_not_seem_to_run_for_ever(world: World, tmp_path: Path) -> None:
    first, second = (
        services.take_path(
            kind="complaints", path=_file(tmp_path, HEADER + "1,2026-01-31,Loan,Fees,x\n", name), by=None
        )
        for name in ("a.csv", "b.csv")
    )
    services.start(batch=first, by=None, later=tasks.run.enqueue)
    services.start(batch=second, by=None, later=tasks.run.enqueue)
    Job.objects.filter(arguments__args=[first.pk]).update(state=Job.State.FAILED)
    services.stop_abandoned()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (ImportBatch.State.FAILED, ImportBatch.State.QUEUED)
    assert "complete up to row 0" in first.message


def test_two_workers_on_one_import_do_not_count_twice(world: World, tmp_path: Path) -> None:
    batch = services.take_path(
        kind="complaints", path=_file(tmp_path, HEADER + "1,2026-01-31,Loan,Fees,x\n"), by=None
    )
    services.start(batch=batch, by=None)
    other = ImportBatch.objects.get(pk=batch.pk)
    services.run_import(batch=batch)
    other.state = ImportBatch.State.RUNNING
    with pytest.raises(ImportUnderWay):
        services._store_chunk(
            other, services.kind_of("complaints"), _NoReader(), [Problem(2, "Issue", "", "a word")]
        )
    assert ImportBatch.objects.get().rows_added == 1


class _NoReader:
    share_read = 0.0
    cautions: list[str] = []

    def items(self, *, start: int) -> object:
        raise NotImplementedError


def test_mangled_ids_are_told(world: World, tmp_path: Path) -> None:
    rows = "".join(f"{i}.23457E+11,2026-01-31,Loan,Fees,x\n" for i in range(1, 9))
    batch = _import(_file(tmp_path, HEADER + rows))
    assert "powers of ten" in batch.message


UNITS = "id,date,issue,branch\n1,2026-01-31,Fees,Quay\n2,2026-01-31,Fees,quay\n3,2026-01-31,Fees,Nowhere\n"


def test_what_to_do_with_an_unknown_unit_is_asked(world: World, tmp_path: Path) -> None:
    batch = services.take_path(kind="complaints", path=_file(tmp_path, UNITS), by=None)
    asked = services.preview(batch).questions
    assert [question.key for question in asked] == ["unknown_units"]
    assert "“Nowhere”" in asked[0].text


@pytest.mark.parametrize(("choice", "added", "bad"), [("refuse", 2, 1), ("without", 3, 0), ("create", 3, 0)])
def test_an_unknown_unit_is_dealt_with_as_chosen(
    world: World, tmp_path: Path, choice: str, added: int, bad: int
) -> None:
    batch = _import(_file(tmp_path, UNITS), unknown_units=choice)
    assert (batch.rows_added, batch.rows_bad) == (added, bad)
    names = {row.key: str(row.unit or "") for row in Feedback.objects.select_related("unit")}
    assert names["1"] == names["2"] == "Quay"
    assert names.get("3", "bad") == {"refuse": "bad", "without": "", "create": "Nowhere"}[choice]


def test_wide_answers_keep_scale_weight_and_blanks(world: World, tmp_path: Path) -> None:
    rows = "respondent id,date,NPS,weight,comment\n1,2026-01-31,9,0.5,good\n2,2026-01-31,99,1,blank\n3,2026-01-31,12,1,wrong\n"
    questions = [{"column": "NPS", "kind": "nps", "blanks": ["99"]}]
    batch = _import(_file(tmp_path, rows), "surveys", source="pulse", questions=questions)
    assert (batch.rows_added, batch.rows_bad) == (2, 1)
    assert list(Answer.objects.values_list("number", flat=True)) == [9.0]
    assert Feedback.objects.get(key="1").weight == 0.5


def test_long_answers_are_bound_by_their_submission(world: World, tmp_path: Path) -> None:
    rows = (
        "submission_id,collected_at,field_id,field_type,value\n"
        "s1,2026-01-15T10:00:00Z,nps_score,nps,9\ns2,2026-01-15T11:00:00Z,nps_score,nps,3\n"
        "s1,2026-01-15T10:00:00Z,why,text,Great support\ns3,2026-01-15T10:00:00Z,nps_score,nps,10.5\n"
    )
    path = _file(tmp_path, rows)
    first, second = _import(path, "surveys", source="rel"), _import(path, "surveys", source="rel")
    assert (first.rows_added, first.rows_bad) == (3, 1)
    assert second.rows_added == 0
    assert Feedback.objects.get(key="s1").answers.count() == 2
    assert Feedback.objects.get(key="s1").comment == "Great support"


def test_a_number_of_unknown_kind_is_never_taken_for_a_score(world: World, tmp_path: Path) -> None:
    rows = "submission_id,collected_at,field_id,value\ns1,2026-01-15T10:00:00Z,q1,9\n"
    _import(_file(tmp_path, rows), "surveys")
    assert Answer.objects.get().kind == "number"


def test_the_whole_way_through_the_pages(
    client: Client, world: World, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    client.force_login(world.hana)
    upload = io.BytesIO((HEADER + "1,2026-01-31,Loan,Fees,x\nbad,bad,Loan,Fees,x\n").encode())
    upload.name = "complaints.csv"
    response = client.post("/imports/new/complaints/", {"file": upload})
    batch = ImportBatch.objects.get()
    assert response["Location"] == f"/imports/{batch.pk}/columns/"
    assert "Date received" in client.get(f"/imports/{batch.pk}/columns/").content.decode()
    client.post(f"/imports/{batch.pk}/columns/", {"start": "yes"})
    Worker().run_all()
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "Rows that did not fit" in page
    csv = b"".join(client.get(f"/imports/{batch.pk}/bad-rows.csv").streaming_content)  # type: ignore[attr-defined]
    assert b"bad" in csv
    client.post(f"/imports/{batch.pk}/undo/")
    Worker().run_all()
    assert not Feedback.objects.exists()


def test_who_may_not_import_is_refused(client: Client, world: World) -> None:
    client.force_login(world.theo)
    assert client.get("/imports/").status_code == 403


# -- Real files -------------------------------------------------------------------------------------------------


def test_the_real_complaints_come_in_unedited_and_once(world: World, real_data: Path) -> None:
    batch = _import(real_data / "cfpb" / "complaints.csv.gz")
    assert (batch.rows_added, batch.rows_bad) == (44_366, 0)
    assert Complaint.objects.filter(is_open=True).count() == 26_808
    assert Complaint.objects.filter(is_timely=False).count() == 327 + 6
    assert Complaint.objects.exclude(company="").count() == 44_366
    assert Feedback.objects.exclude(comment="").count() == 5_173
    again = _import(real_data / "cfpb" / "complaints.csv.gz")
    assert (again.rows_added, again.rows_known) == (0, 44_366)


def test_the_real_event_logs_agree(world: World, real_data: Path) -> None:
    found = []
    for name in ("receipt.csv.gz", "receipt.xes.gz"):
        batch = _import(real_data / "receipt" / name, "events", source=name, journey=name)
        assert (batch.rows_added, batch.rows_bad) == (8_577, 0)
        found.append(event_cases(warehouse(), journey=journey_of(batch)))
    for log in found:
        assert (log.cases, log.events, log.variants) == (1_434, 8_577, 116)


# -- What undo and repetition leave behind ------------------------------------------------------------------------


def test_undo_takes_customers_and_the_span_of_days_with_it(world: World, tmp_path: Path) -> None:
    from candor.apps.customers.models import Customer
    from candor.apps.organization.queries import workspace

    _import(_file(tmp_path, "id,date,issue\n1,2026-01-31,Fees\n", "kept.csv"))
    batch = _import(_file(tmp_path, "id,date,issue,customer id\n2,2031-01-31,Fees,C-77\n", "gone.csv"))
    assert Customer.objects.count() == 1
    services.run_undo(batch=services.undo(batch=batch, by=world.clara))
    assert not Customer.objects.exists()
    assert str(workspace().last_feedback_on) == "2026-01-31"


def test_an_uploaded_copy_goes_once_the_import_is_done(world: World) -> None:
    content = io.BytesIO((HEADER + "1,2026-01-31,Loan,Fees,x\n").encode())
    batch = services.take_file(kind="complaints", name="c.csv", content=content, by=world.clara)
    services.run_import(batch=services.start(batch=batch, by=world.clara))
    assert not Path(batch.file_path).exists()


def test_two_surveys_without_a_name_do_not_swallow_each_other(world: World, tmp_path: Path) -> None:
    for year in ("2016", "2017"):
        rows = f"respondent id,date,NPS\n1,{year}-05-01,9\n2,{year}-05-01,3\n"
        assert _import(_file(tmp_path, rows, f"survey-{year}.csv"), "surveys").rows_added == 2


def test_rows_without_an_id_are_known_by_their_content(world: World, tmp_path: Path) -> None:
    first = _file(tmp_path, "date,NPS\n2026-05-01,9\n2026-05-01,9\n", "a.csv")
    other = _file(tmp_path, "date,NPS\n2026-06-01,8\n2026-05-01,9\n", "b.csv")
    assert _import(first, "surveys", source="pulse").rows_added == 2
    assert _import(first, "surveys", source="pulse").rows_added == 0
    assert _import(other, "surveys", source="pulse").rows_added == 1


def test_a_ragged_first_row_costs_the_others_no_columns(world: World, tmp_path: Path) -> None:
    rows = "1,2026-02-01\n2,never,Loan,Fees,please read me\n3,2026-02-01,Loan,Fees,fine\n"
    batch = _import(_file(tmp_path, HEADER + rows))
    assert "please read me" in "".join(services.bad_rows_csv(batch))


def test_undo_tells_the_warehouse_of_invitations_that_lost_their_answer(world: World, tmp_path: Path) -> None:
    from django.utils import timezone

    from candor.apps.scores.services import project_pending, verify_warehouse
    from candor.apps.surveys.services import NewInvitation, define_survey, record_invitations

    batch = _import(_file(tmp_path, "respondent id,date,NPS\n1,2026-05-01,9\n"), "surveys", source="pulse")
    invitation = NewInvitation(key="1", sent_at=timezone.now(), feedback_id=Feedback.objects.get().pk)
    record_invitations(survey=define_survey(key="pulse", name="Pulse"), items=[invitation])
    project_pending()
    services.run_undo(batch=services.undo(batch=batch, by=world.clara))
    project_pending()
    assert verify_warehouse().is_equal


def test_text_answers_of_a_wide_file_are_the_comment(world: World, tmp_path: Path) -> None:
    rows = "respondent id,date,NPS,Why\n1,2026-05-01,9,Friendly people\n"
    questions = [{"column": "NPS", "kind": "nps"}, {"column": "Why", "kind": "text"}]
    _import(_file(tmp_path, rows), "surveys", questions=questions, columns={"comment": ""})
    assert Feedback.objects.get().comment == "Friendly people"
