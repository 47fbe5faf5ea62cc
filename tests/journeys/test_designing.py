"""The design of a journey: every change is one step that names the version it saw, and can be undone."""

import pytest
from django.test import Client

from candor.apps.journeys import services
from candor.apps.journeys.designing import design_of
from candor.apps.journeys.errors import DesignChanged, DesignRefused, NothingToUndo
from candor.apps.journeys.models import DesignChange, Journey, Stage, Touchpoint
from candor.apps.organization.models import AuditEntry
from tests.builders import a_feedback
from tests.journeys.lending import designed_loan, loan_events
from tests.world import World


def _order(journey: Journey) -> list[tuple[str, list[str]]]:
    return [
        (stage["name"], [point["name"] for point in stage["touchpoints"]]) for stage in design_of(journey)
    ]


def _fresh(journey: Journey) -> Journey:
    journey.refresh_from_db()
    return journey


def test_every_change_can_be_undone_to_the_first(world: World) -> None:
    journey, by = designed_loan(), world.clara
    before = design_of(journey)
    approval, applying = Touchpoint.objects.get(key="loan-approve"), journey.stages.get(name="Applying")
    services.move_touchpoint(touchpoint=approval, stage=applying, place=0, version=0, by=by)
    assert _order(journey) == [("Applying", ["Approval", "Application"]), ("Deciding", ["Payment"])]
    services.add_stage(journey=journey, name="Living", version=1, by=by)
    living = journey.stages.get(name="Living")
    services.move_stage(stage=living, place=0, version=2, by=by)
    services.add_touchpoint(stage=living, name="Letter", activity="letter", version=3, by=by)
    services.change_touchpoint(
        touchpoint=approval, facts={"name": "Yes or no", "promised_hours": 12}, version=4, by=by
    )
    services.remove_stage(stage=applying, version=5, by=by)
    assert _order(journey) == [("Living", ["Letter"]), ("Deciding", ["Payment"])]
    for version in range(6, 12):
        services.undo_design(journey=journey, version=version, by=by)
    assert design_of(journey) == before
    with pytest.raises(NothingToUndo):
        services.undo_design(journey=journey, version=12, by=by)
    assert AuditEntry.objects.filter(action="journey.designed").count() == 6
    assert AuditEntry.objects.filter(action="journey.design_undone", person=by).count() == 6


def test_two_editors_do_not_overwrite_each_other(world: World) -> None:
    journey = designed_loan()
    stage = journey.stages.get(name="Applying")
    services.rename_stage(stage=stage, name="Asking", version=0, by=world.clara)
    with pytest.raises(
        DesignChanged, match=r"Clara changed this design after you opened it \(Named the stage"
    ):
        services.rename_stage(stage=stage, name="Begging", version=0, by=world.hana)
    assert Stage.objects.get(pk=stage.pk).name == "Asking"
    assert _fresh(journey).version == 1


def test_what_was_said_about_a_touchpoint_survives_its_removal_and_comes_back(world: World) -> None:
    designed_loan()
    approval = Touchpoint.objects.get(key="loan-approve")
    said = a_feedback(csat=2, touchpoint_id=approval.pk)
    services.remove_touchpoint(touchpoint=approval, version=0, by=world.clara)
    said.refresh_from_db()
    assert said.touchpoint_id == approval.pk
    assert not Touchpoint.objects.filter(stage__journey__key="loan", pk=approval.pk).exists()
    deciding = Stage.objects.get(name="Deciding")
    again = services.add_touchpoint(
        stage=deciding, name="Approval", activity="approve", version=1, by=world.clara
    )
    assert again.pk == approval.pk, "the same touchpoint, with what was said there"


def test_an_activity_belongs_to_one_touchpoint(world: World) -> None:
    journey = designed_loan()
    stage = journey.stages.get(name="Applying")
    with pytest.raises(DesignRefused, match="is the activity of “Approval” already"):
        services.add_touchpoint(stage=stage, name="Twin", activity="approve", version=0, by=world.clara)
    assert _fresh(journey).version == 0, "a refused change is none"
    assert not DesignChange.objects.exists()


def test_only_the_last_fifty_changes_are_kept(world: World) -> None:
    journey = designed_loan()
    stage = journey.stages.get(name="Applying")
    for version in range(53):
        services.rename_stage(stage=stage, name=f"Name {version}", version=version, by=world.clara)
    assert sorted(journey.changes.values_list("version", flat=True)) == list(range(4, 54))


# -- The editor --------------------------------------------------------------------------------------------------------


def _send(client: Client, **fields: object) -> int:
    return client.post("/journeys/loan/design/change/", fields).status_code


def test_buttons_move_a_touchpoint_and_say_where_it_is(client: Client, world: World) -> None:
    journey = designed_loan()
    point = Touchpoint.objects.get(key="loan-pay")
    client.force_login(world.clara)
    answer = client.post(
        "/journeys/loan/design/change/",
        {"do": "move", "touchpoint": point.pk, "direction": "up", "version": 0},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "“Payment” is now number 1 of 2 in “Deciding”." in answer
    assert _send(client, do="move", touchpoint=point.pk, direction="left", version=1) == 302
    assert _order(journey) == [("Applying", ["Payment", "Application"]), ("Deciding", ["Approval"])]
    assert _send(client, do="undo", version=2) == 302
    assert _order(journey)[1] == ("Deciding", ["Payment", "Approval"])


def test_a_form_changes_what_is_said_of_a_touchpoint(client: Client, world: World) -> None:
    designed_loan()
    point = Touchpoint.objects.get(key="loan-approve")
    client.force_login(world.clara)
    fields = {
        f"t{point.pk}-name": "Yes or no",
        f"t{point.pk}-activity": "approve",
        f"t{point.pk}-promised_hours": "48",
        f"t{point.pk}-is_critical": "on",
    }
    assert _send(client, do="change", touchpoint=point.pk, version=0, **fields) == 302
    point.refresh_from_db()
    assert (point.name, point.promised_hours, point.is_critical, point.is_direct) == (
        "Yes or no",
        48,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"do": "dance", "version": 0}, 400),
        ({"do": "undo"}, 400),
        ({"do": "undo", "version": 0}, 409),
        ({"do": "add-stage", "version": 7, "name": "Late"}, 409),
        ({"do": "add-stage", "version": 0, "name": " "}, 400),
        ({"do": "move", "version": 0, "touchpoint": "999"}, 404),
        ({"do": "remove-stage", "version": 0, "stage": "x"}, 404),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    client: Client, world: World, fields: dict[str, object], status: int
) -> None:
    journey = designed_loan()
    before = design_of(journey)
    client.force_login(world.clara)
    assert _send(client, **fields) == status
    assert design_of(journey) == before


def test_who_may_not_design_is_refused(client: Client, world: World) -> None:
    designed_loan()
    for person in (world.mona, world.ada, world.eve):
        client.force_login(person)
        assert client.get("/journeys/loan/design/").status_code == 403
        assert _send(client, do="add-stage", name="Mine", version=0) == 403
    assert Stage.objects.count() == 2


# -- The proposal ------------------------------------------------------------------------------------------------------


def test_a_proposal_is_none_before_it_is_saved_and_can_be_undone(client: Client, world: World) -> None:
    journey = Journey.objects.create(key="loan", name="Loan")
    loan_events(world.quay.pk)
    client.force_login(world.clara)
    page = client.get("/journeys/loan/design/draft/").content.decode()
    assert "A proposal, not yet your design" in page
    assert not Touchpoint.objects.exists()
    sent = {
        "version": 0,
        "stage-0": "Asking",
        "activity-0": ["apply"],
        "stage-1": "Hearing",
        "activity-1": ["approve"],
    }
    assert client.post("/journeys/loan/design/draft/", sent).status_code == 302
    assert _order(journey) == [("Asking", ["Apply"]), ("Hearing", ["Approve"])]
    services.undo_design(journey=journey, version=1, by=world.clara)
    assert _order(journey) == []
    assert client.post("/journeys/loan/design/draft/", {"version": 2}).status_code == 400, (
        "nothing was picked"
    )
