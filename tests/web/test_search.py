from django.test import Client

from candor.apps.customers.models import Customer, Identifier
from candor.apps.organization.choices import Role
from candor.apps.organization.services import give_role
from tests.builders import a_feedback
from tests.world import World


def test_search_finds_feedback_and_customers_the_viewer_may_see(client: Client, world: World) -> None:
    customer = Customer.objects.create(name="Ines Appraisal", unit=world.quay)
    a_feedback(
        unit_id=world.red.pk, comment="The appraisal took weeks.", title="Appraisal", customer_id=customer.pk
    )
    client.force_login(world.mona)
    page = client.get("/search/?q=appraisal").content.decode()
    assert "took weeks" in page
    assert "Ines Appraisal" in page
    client.force_login(world.rival)
    page = client.get("/search/?q=appraisal").content.decode()
    assert "took weeks" not in page
    assert "Nothing found" in page


def test_a_team_finds_the_customers_of_its_branch_by_number_only(client: Client, world: World) -> None:
    customer = Customer.objects.create(name="Ines", unit=world.quay)
    client.force_login(world.theo)
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert f"Customer {customer.pk}" in page
    assert "Ines" not in page


def test_a_team_manager_does_not_learn_a_branch_customers_name_or_identifiers(
    client: Client, world: World
) -> None:
    customer = Customer.objects.create(name="Ines", unit=world.quay)
    Identifier.objects.create(customer=customer, system="crm", value="K-77")
    give_role(person=world.theo, role=Role.MANAGER, unit=world.red, by=None)
    client.force_login(world.theo)
    assert "K-77" not in client.get(f"/customers/{customer.pk}/").content.decode()
    for secret in ("Ines", "K-77"):
        assert f"Customer {customer.pk}" not in client.get(f"/customers/?q={secret}").content.decode()
