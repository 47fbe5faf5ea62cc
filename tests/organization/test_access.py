from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import UNDIVIDED, Permission, Role
from candor.apps.organization.services import give_role
from tests.builders import a_feedback
from tests.world import World


def test_a_role_holds_for_its_unit_and_everything_below(world: World) -> None:
    mona = viewer_of(world.mona)
    assert mona.can(Permission.READ_FEEDBACK, world.quay)
    assert mona.can(Permission.READ_FEEDBACK, world.red)
    assert not mona.can(Permission.READ_FEEDBACK, world.north)
    assert not mona.can(Permission.READ_FEEDBACK, world.mill)


def test_who_holds_no_role_may_do_nothing(world: World) -> None:
    olga = viewer_of(world.olga)
    assert not any(olga.can(permission) for permission in Permission)


def test_an_administrator_reads_no_feedback(world: World) -> None:
    amos = viewer_of(world.amos)
    assert amos.can(Permission.ADMINISTER)
    assert not amos.can(Permission.READ_FEEDBACK)


def test_a_manager_sees_the_feedback_of_the_own_units_only(world: World) -> None:
    ours = a_feedback(unit_id=world.red.pk)
    theirs = a_feedback(unit_id=world.mill.pk)
    nobodys = a_feedback()
    seen = set(Feedback.objects.visible_to(viewer_of(world.mona)))
    assert seen == {ours}
    assert set(Feedback.objects.visible_to(viewer_of(world.rival))) == {theirs}
    assert set(Feedback.objects.visible_to(viewer_of(world.clara))) == {ours, theirs, nobodys}


def test_the_whole_organization_stands_for_no_filter(world: World) -> None:
    assert viewer_of(world.clara).unit_ids(Permission.READ_SCORES) is None
    assert viewer_of(world.mona).unit_ids(Permission.READ_SCORES) == [world.quay.pk, world.red.pk]
    assert viewer_of(world.olga).unit_ids(Permission.READ_SCORES) == []


def test_what_is_the_whole_companys_is_not_given_by_a_role_below_it(world: World) -> None:
    give_role(person=world.rival, role=Role.ADMINISTRATOR, unit=world.mill, by=None)
    give_role(person=world.rival, role=Role.CX_LEAD, unit=world.mill, by=None)
    rival = viewer_of(world.rival)
    assert not any(rival.can(permission) for permission in UNDIVIDED)
    assert rival.can(Permission.MANAGE_STRATEGY, world.mill)
    assert viewer_of(world.amos).can(Permission.ADMINISTER)


def test_a_row_without_a_unit_takes_a_role_for_the_whole_company(world: World) -> None:
    give_role(person=world.ada, role=Role.MANAGER, unit=world.mill, by=None)
    ada, clara = viewer_of(world.ada), viewer_of(world.clara)
    assert ada.holds(Permission.HANDLE_FEEDBACK, world.mill)
    assert not ada.holds(Permission.HANDLE_FEEDBACK, world.quay)
    assert not ada.holds(Permission.HANDLE_FEEDBACK, None)
    assert ada.holds(Permission.READ_FEEDBACK, None)
    assert clara.holds(Permission.HANDLE_FEEDBACK, None)
