"""The warehouse says what the record says: after news, undo, rebuild and a kill."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from candor.apps.complaints.models import Complaint
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, forget_batch, receive
from candor.apps.imports.models import ImportBatch
from candor.apps.scores import tasks
from candor.apps.scores.services import project_pending, rebuild_warehouse, verify_warehouse
from candor.apps.surveys.arrivals import note_bounced, note_put_off, note_went
from candor.apps.surveys.models import Invitation, Question, Survey
from candor.foundation.jobs import Worker
from candor.foundation.models import Job, OutboxEntry
from candor.foundation.outbox import announce
from candor.foundation.storage import warehouse
from candor.warehouse.queries import Filter, histograms
from tests.builders import NOON, a_feedback
from tests.world import World


def counted(metric: str, **narrowed: object) -> dict[float, int]:
    """Answers by value, as the warehouse holds them."""
    found = histograms(warehouse(), metric=metric, where=Filter(**narrowed))  # type: ignore[arg-type]
    return {value: cell.n for value, cell in found.get((), {}).items()}


@pytest.mark.django_db
def test_an_answer_is_projected_and_its_news_forgotten() -> None:
    a_feedback(nps=9)
    a_feedback(nps=2, csat=4)
    assert project_pending() == 2
    assert counted("nps") == {2: 1, 9: 1}
    assert counted("csat") == {4: 1}
    assert not OutboxEntry.objects.filter(topic="feedback").exists()


@pytest.mark.django_db
def test_projecting_the_same_news_twice_doubles_nothing() -> None:
    feedback = a_feedback(nps=9)
    project_pending()
    announce("feedback", [feedback.pk])
    project_pending()
    assert counted("nps") == {9: 1}


@pytest.mark.django_db
def test_blanks_and_numbers_that_are_none_are_no_facts() -> None:
    answers = (
        NewAnswer(question="blank", kind=AnswerKind.NPS),
        NewAnswer(question="infinite", kind=AnswerKind.NPS, number=float("inf")),
        NewAnswer(question="good", kind=AnswerKind.NPS, number=7),
    )
    receive(items=[NewFeedback(kind=Kind.SURVEY, source="s", key="1", received_at=NOON, answers=answers)])
    project_pending()
    assert counted("nps") == {7: 1}


@pytest.mark.django_db
def test_a_feedback_of_bad_weight_does_not_hold_up_the_others() -> None:
    a_feedback(nps=9, weight=-1.0)
    a_feedback(nps=8)
    project_pending()
    assert counted("nps") == {8: 1}
    assert verify_warehouse().is_equal


@pytest.mark.django_db
def test_deleted_feedback_vanishes_from_the_facts() -> None:
    feedback, kept = a_feedback(nps=9), a_feedback(nps=3)
    project_pending()
    gone = feedback.pk
    feedback.delete()
    announce("feedback", [gone])
    project_pending()
    assert counted("nps") == {3: 1}
    assert Feedback.objects.get() == kept


@pytest.mark.django_db
def test_undoing_an_import_removes_its_facts_and_no_others() -> None:
    a_feedback(nps=3)
    batch = ImportBatch.objects.create(kind="survey", file_name="answers.csv")
    receive(
        items=[
            NewFeedback(
                kind=Kind.SURVEY, source="file", key=str(number), received_at=NOON,
                answers=(NewAnswer(question="q", kind=AnswerKind.NPS, number=10),),
            )
            for number in range(7)
        ],
        batch=batch,
    )  # fmt: skip
    project_pending()
    assert counted("nps") == {3: 1, 10: 7}
    assert counted("nps", batches=[batch.pk]) == {10: 7}
    forget_batch(batch=batch)
    project_pending()
    assert counted("nps") == {3: 1}


@pytest.mark.django_db
def test_a_complaint_counts_once_and_tells_of_time_and_dispute_only_where_known() -> None:
    for is_timely, is_disputed in [(True, None), (False, True), (None, False)]:
        feedback = a_feedback(kind=Kind.COMPLAINT)
        Complaint.objects.create(
            feedback=feedback,
            received_on=NOON.date(),
            is_timely=is_timely,
            is_disputed=is_disputed,
            is_open=False,
        )
    project_pending()
    assert counted("complaint") == {1: 3}
    assert counted("timely") == {0: 1, 1: 1}
    assert counted("disputed") == {0: 1, 1: 1}
    assert counted("open") == {0: 3}


@pytest.mark.django_db
def test_an_invitation_is_answered_once_its_feedback_came() -> None:
    survey = Survey.objects.create(key="closing", name="Closing")
    invitations = [Invitation.objects.create(survey=survey, key=str(n), sent_at=NOON) for n in range(4)]
    announce("invitation", [invitation.pk for invitation in invitations])
    project_pending()
    assert counted("invited") == {0: 4}
    Invitation.objects.filter(pk=invitations[0].pk).update(feedback=a_feedback(nps=9))
    announce("invitation", [invitations[0].pk])
    project_pending()
    assert counted("invited") == {0: 3, 1: 1}
    assert counted("nps") == {9: 1}


@pytest.mark.django_db
def test_an_invitation_that_came_back_asked_nobody_and_leaves_the_warehouse() -> None:
    survey = Survey.objects.create(key="closing", name="Closing")
    invitations = [Invitation.objects.create(survey=survey, key=str(n), sent_at=NOON) for n in range(3)]
    announce("invitation", [invitation.pk for invitation in invitations])
    project_pending()
    assert counted("invited") == {0: 3}
    note_bounced(ids=[invitations[0].pk], at=NOON)
    project_pending()
    assert counted("invited") == {0: 2}
    note_put_off(ids=[invitations[1].pk], at=NOON)
    project_pending()
    assert counted("invited") == {0: 1}, "it was not sent so far"
    note_went(ids=[invitations[1].pk], at=NOON)
    project_pending()
    assert counted("invited") == {0: 2}
    assert verify_warehouse().is_equal


@pytest.mark.django_db
def test_what_came_back_before_it_was_left_out_is_announced_by_the_migration() -> None:
    survey = Survey.objects.create(key="closing", name="Closing")
    here, back = (
        Invitation.objects.create(survey=survey, key=str(n), sent_at=NOON, bounced_at=bounced_at)
        for n, bounced_at in enumerate((None, NOON))
    )
    migration = import_module("candor.apps.scores.migrations.0002_what_came_back_is_in_no_rate")
    migration.announce_what_came_back(apps, None)
    assert [entry.payload["ids"] for entry in OutboxEntry.objects.filter(topic="invitation")] == [[back.pk]]
    assert here.bounced_at is None


@pytest.mark.django_db
def test_a_question_where_low_is_good_is_turned_round() -> None:
    survey = Survey.objects.create(key="effort", name="Effort")
    Question.objects.create(
        survey=survey,
        key="ces",
        text="How much effort?",
        kind=AnswerKind.CES,
        lowest=1,
        highest=7,
        is_high_good=False,
    )
    a_feedback(ces=2, source="effort")
    a_feedback(ces=2, source="another")
    project_pending()
    assert counted("ces") == {2: 1, 6: 1}


@pytest.mark.django_db
def test_the_day_of_a_fact_is_the_day_on_the_workspaces_calendar(settings: object) -> None:
    settings.TIME_ZONE = "America/New_York"  # type: ignore[attr-defined]
    a_feedback(nps=9, received_at=datetime(2026, 6, 2, 3, tzinfo=UTC))
    project_pending()
    found = histograms(warehouse(), metric="nps", by=("day",))
    assert [str(day) for (day,) in found] == ["2026-06-01"]


@pytest.mark.django_db
def test_a_rebuild_gives_the_same_numbers(world: World) -> None:
    for number in range(60):
        a_feedback(
            nps=number % 11, csat=number % 5 + 1, unit_id=[world.quay.pk, world.mill.pk, None][number % 3],
            weight=1 + number / 7, received_at=NOON + timedelta(days=number), channel=["web", "phone", ""][number % 3],
        )  # fmt: skip
    project_pending()
    by = ("metric", "month", "unit", "channel")
    before = histograms(warehouse(), metrics=["nps", "csat"], by=by)
    assert rebuild_warehouse() == 120
    assert histograms(warehouse(), metrics=["nps", "csat"], by=by) == before
    assert verify_warehouse().is_equal


@pytest.mark.django_db
def test_verify_names_what_the_warehouse_lacks() -> None:
    a_feedback(nps=9)
    project_pending()
    a_feedback(nps=9)
    found = verify_warehouse()
    assert found.pending == 1
    assert [(d.metric, d.value, d.in_record, d.in_warehouse) for d in found.differences] == [("nps", 9, 2, 1)]
    project_pending()
    assert verify_warehouse().is_equal


@pytest.mark.django_db(transaction=True)
def test_news_has_a_worker_project_it() -> None:
    a_feedback(nps=9)
    a_feedback(nps=8)
    assert Job.objects.filter(task_path=tasks.project_pending.module_path).count() == 1
    Worker().run_all()
    assert counted("nps") == {8: 1, 9: 1}


WRITER = """
    import sys
    from datetime import UTC, datetime, timedelta
    import django
    django.setup()
    from candor.apps.feedback.choices import AnswerKind, Kind
    from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
    from candor.apps.scores.services import project_pending
    start = int(sys.argv[1])
    for batch in range(400):
        items = [
            NewFeedback(
                kind=Kind.SURVEY, source="killed", key=f"{start}-{batch}-{n}",
                received_at=datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=n),
                answers=(NewAnswer(question="q", kind=AnswerKind.NPS, number=n % 11),),
            )
            for n in range(20)
        ]
        receive(items=items)
        project_pending()
        print(batch, flush=True)
"""


@pytest.mark.slow
def test_killing_the_projector_loses_and_doubles_nothing(tmp_path: Path) -> None:
    environment = os.environ | {
        "CANDOR_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "candor.web.settings", "PYTHONPATH": str(Path.cwd()),
    }  # fmt: skip
    candor = [sys.executable, "-m", "candor.cli"]
    subprocess.run(
        [*candor, "init", "--email", "a@b.example", "--password", "long enough pw"],
        env=environment,
        check=True,
    )
    for number, delay in enumerate([3, 17, 29, 8]):
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(number)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        for _ in range(delay):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    subprocess.run([*candor, "warehouse", "project"], env=environment, check=True)
    _kill_half_way(
        subprocess.Popen([*candor, "warehouse", "rebuild"], env=environment), tmp_path / "warehouse"
    )
    verified = subprocess.run(
        [*candor, "warehouse", "verify", "--json"], env=environment, capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stdout
    assert '"pending": 0' in verified.stdout


def _kill_half_way(rebuild: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Kill a rebuild once it has begun to write its new projection."""
    known = set(folder.glob("projection-*"))
    while rebuild.poll() is None and set(folder.glob("projection-*")) == known:
        time.sleep(0.001)
    assert rebuild.poll() is None, "it was over before it could be killed"
    rebuild.kill()
    rebuild.wait()
