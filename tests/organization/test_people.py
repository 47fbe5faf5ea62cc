import re

import pytest
from django.core import mail
from django.test import Client

from candor.apps.organization import services
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Permission, Role
from candor.apps.organization.invitations import link_of
from candor.apps.organization.models import AuditEntry, Invitation, Person, RoleAssignment
from candor.foundation.errors import Conflict
from tests.world import PASSWORD, World


def _link() -> str:
    found = re.search(r"http://[^/]+(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_an_invitation_becomes_an_account_with_its_role(client: Client) -> None:
    from tests.world import build_world

    world = build_world()
    services.invite(
        email="nia@harbour.example", name="Nia", role=Role.MANAGER, unit=world.mill, by=world.amos
    )
    link = _link()
    assert b"Nia" not in client.get("/accounts/login/").content
    response = client.post(link, {"password": "another long password"})
    assert response.status_code == 302
    nia = viewer_of(Person.objects.get(email="nia@harbour.example"))
    assert nia.can(Permission.READ_SCORES, world.mill)
    assert not nia.can(Permission.READ_SCORES, world.quay)
    assert Client().get(link).status_code == 404, "the link works once"


@pytest.mark.django_db(transaction=True)
def test_a_revoked_or_forged_link_lets_nobody_in(client: Client) -> None:
    from tests.world import build_world

    world = build_world()
    services.invite(
        email="nia@harbour.example", name="Nia", role=Role.MANAGER, unit=world.mill, by=world.amos
    )
    services.revoke_invitation(invitation=Invitation.objects.get(), by=world.amos)
    assert client.get(_link()).status_code == 404
    assert client.get("/organization/join/forged:token/").status_code == 404


def test_who_was_invited_by_somebody_who_has_left_does_not_get_in(client: Client, world: World) -> None:
    invitation = services.invite(
        email="nia@harbour.example", name="Nia", role=Role.ADMINISTRATOR, unit=world.harbour, by=world.amos
    )
    link = link_of(invitation).partition("://")[2].partition("/")[2]
    assert client.get(f"/{link}").status_code == 200
    services.give_role(person=world.clara, role=Role.ADMINISTRATOR, unit=world.harbour, by=None)
    services.set_active(person=world.amos, is_active=False, by=world.clara)
    assert client.get(f"/{link}").status_code == 404
    assert client.post(f"/{link}", {"password": "another long password"}).status_code == 404


def test_a_weak_password_is_refused_in_words(
    client: Client, world: World, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.invite(
            email="nia@harbour.example", name="Nia", role=Role.MANAGER, unit=world.mill, by=world.amos
        )
    response = client.post(_link(), {"password": "short"})
    assert b"at least 10 characters" in response.content
    assert not Person.objects.filter(email="nia@harbour.example").exists()


def test_the_last_administrator_stays(world: World) -> None:
    with pytest.raises(Conflict):
        services.take_role(assignment=RoleAssignment.objects.get(role=Role.ADMINISTRATOR), by=world.amos)


def test_nobody_locks_themselves_out(world: World) -> None:
    with pytest.raises(Conflict):
        services.set_active(person=world.amos, is_active=False, by=world.amos)


def test_who_is_deactivated_can_not_sign_in(client: Client, world: World) -> None:
    services.set_active(person=world.mona, is_active=False, by=world.amos)
    client.post("/accounts/login/", {"login": world.mona.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_signing_in_works_with_e_mail_and_password(client: Client, world: World) -> None:
    client.post("/accounts/login/", {"login": world.mona.email, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(world.mona.pk)


def test_nobody_signs_up_without_an_invitation(client: Client, world: World) -> None:
    fields = {
        "email": "new@x.example",
        "password1": "another long password",
        "password2": "another long password",
    }
    client.post("/accounts/signup/", fields)
    assert not Person.objects.filter(email="new@x.example").exists()


def test_every_write_stands_in_the_audit_log_with_its_author(world: World) -> None:
    services.give_role(person=world.olga, role=Role.ANALYST, unit=world.south, by=world.amos)
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.person, entry.object_id) == ("role.given", world.amos, world.olga.pk)


def test_the_policy_is_changed_on_its_page(client: Client, world: World) -> None:
    client.force_login(world.amos)
    client.post("/organization/policy/", {"name": "Harbour", "least_n_score": "50", "least_n_person": "60"})
    from candor.apps.organization.queries import workspace

    assert workspace().least_n_score == 50
