"""Rows of a file hold personal data as written: only who brought them reads them, or who may for the whole company."""

import io

import pytest
from django.test import Client

from candor.apps.imports import services
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.choices import Role
from candor.apps.organization.models import AuditEntry
from candor.apps.organization.services import give_role
from tests.world import World

SECRET = "my number is 123-45-6789"
FILE = (
    f"Complaint ID,Date received,Product,Issue,Consumer complaint narrative\n2,{SECRET},Loan,Fees,{SECRET}\n"
)


@pytest.fixture
def draft(world: World) -> ImportBatch:
    """A file that Ada brought and nobody has started."""
    content = io.BytesIO(FILE.encode())
    return services.take_file(kind="complaints", name="x.csv", content=content, by=world.ada)


@pytest.fixture
def done(draft: ImportBatch) -> ImportBatch:
    """The same after its import; its only row did not fit."""
    services.start(batch=draft, by=None)
    return services.run_import(batch=draft)


def _pages(client: Client, batch: ImportBatch) -> tuple[str, int]:
    page = client.get(f"/imports/{batch.pk}/")
    assert page.status_code == 200
    return page.content.decode(), client.get(f"/imports/{batch.pk}/bad-rows.csv").status_code


@pytest.mark.parametrize("name", ["ada", "clara"])
def test_who_brought_the_file_or_may_read_and_export_everything_gets_the_bad_rows(
    client: Client, world: World, done: ImportBatch, name: str
) -> None:
    client.force_login(getattr(world, name))
    page, status = _pages(client, done)
    assert SECRET in page
    assert status == 200
    actions = set(AuditEntry.objects.filter(person=getattr(world, name)).values_list("action", flat=True))
    assert actions >= {"import.bad_rows_seen", "import.bad_rows_exported"}


def test_who_imports_other_files_does_not_get_them(client: Client, world: World, done: ImportBatch) -> None:
    """Hana may read personal data everywhere and export nothing."""
    client.force_login(world.hana)
    page, status = _pages(client, done)
    assert SECRET not in page
    assert "Only who brought the file" in page
    assert status == 403
    assert not AuditEntry.objects.filter(person=world.hana, action__startswith="import.bad_rows").exists()


def test_exporting_personal_data_of_one_unit_is_not_enough(
    client: Client, world: World, done: ImportBatch
) -> None:
    give_role(person=world.hana, role=Role.MANAGER, unit=world.quay, by=None)
    client.force_login(world.hana)
    assert _pages(client, done)[1] == 403


def test_a_file_from_the_command_line_is_nobodys_own(client: Client, world: World, done: ImportBatch) -> None:
    ImportBatch.objects.update(created_by=None)
    client.force_login(world.ada)
    page, status = _pages(client, done)
    assert SECRET not in page
    assert status == 403


def test_the_first_rows_of_a_waiting_file_are_shown_to_the_same_people(
    client: Client, world: World, draft: ImportBatch
) -> None:
    for name, may_read in (("ada", True), ("clara", True), ("hana", False)):
        client.force_login(getattr(world, name))
        page = client.get(f"/imports/{draft.pk}/columns/").content.decode()
        assert "Date received" in page
        assert (SECRET in page) is may_read, name
