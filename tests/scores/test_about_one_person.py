"""A score of one person, or of a team of one, is given by the policy only: whoever tries another way gets nothing."""

from itertools import combinations

import pytest
from django.test import Client

from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Permission, Role, UnitKind
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import create_person, create_unit, give_role, place_person
from candor.apps.scores.policy import Purpose
from candor.apps.scores.queries import estimate, estimates_by, overview, split, trend
from candor.apps.scores.registry import MEASURES
from candor.apps.scores.services import estimate_for_person
from candor.apps.strategy.forms import OutcomeForm
from candor.foundation.errors import Conflict
from tests.scores.conftest import TODAY, ScopeFor, set_least_n
from tests.scores.test_queries import answered
from tests.world import PASSWORD, World

NPS = MEASURES["nps"]
COUNTS = {"harbour": 1, "north": 2, "quay": 4, "red": 8, "blue": 16, "mill": 32, "theo": 64}


@pytest.fixture
def blue(world: World) -> Unit:
    """Quay has a second team, Blue, and Bea is all of it; Theo has a place of his own in Red. Every unit's count is a power of two."""
    set_least_n(1)
    team = create_unit(name="Blue", kind=UnitKind.TEAM, code="blue", parent=world.quay, by=None)
    bea = create_person(name="Bea", unit=team, by=None, email="bea@harbour.example", password=PASSWORD)
    give_role(person=bea, role=Role.FRONTLINE, unit=team, by=None)
    place = place_person(person=world.theo, by=None)
    for name, n in COUNTS.items():
        unit = {"blue": team, "theo": place}.get(name) or getattr(world, name)
        done_by = {"blue": bea.pk, "theo": world.theo.pk}.get(name)
        answered([10] * n, unit_id=unit.pk, done_by_id=done_by)
    return team


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def offered(client: Client) -> list[Unit]:
    """The units that the top bar offers."""
    return list(client.get("/scores/").context["units"])


@pytest.mark.parametrize("who", ["clara", "mona", "ada", "eve"])
def test_no_number_on_any_page_nor_any_difference_of_two_is_of_one_person(
    world: World, scope_for: ScopeFor, blue: Unit, who: str
) -> None:
    viewer = getattr(world, who)
    shown: set[int] = set()
    for unit in [None, *offered(as_(viewer))]:
        for kind in (None, *UnitKind):
            scope = scope_for(viewer, unit)
            rows = estimates_by(NPS, "unit", scope=scope, kind=kind, compare=True)
            found = split(NPS, "unit", scope=scope)
            results = [estimate(NPS, scope=scope).estimate, *(row.estimate for row in [*rows, *found.rows])]
            shown |= {one.n for one in results if one.value is not None}
            names = {row.label for row in rows} | {row.label for row in found.rows}
            assert not names & {"Blue", "Theo", "Bea"}
    differences = {abs(one - other) for one, other in combinations(shown, 2)}
    for secret in (COUNTS["blue"], COUNTS["theo"]):
        assert secret not in shown | differences
    assert sum(COUNTS.values()) in shown or who == "mona"


@pytest.mark.parametrize("who", ["clara", "mona"])
@pytest.mark.parametrize(
    "page",
    ["/", "/scores/", "/scores/nps/", "/scores/nps/export/", "/insights/", "/feedback/", "/complaints/list/"],
)
def test_a_unit_of_one_person_is_no_scope_of_any_page(world: World, blue: Unit, who: str, page: str) -> None:
    client = as_(getattr(world, who))
    for unit in (blue, Unit.objects.get(person=world.theo)):
        assert client.get(page, {"unit": unit.pk}).status_code == 403


def test_the_top_bar_and_the_forms_offer_no_unit_of_one_person(world: World, blue: Unit) -> None:
    assert [unit.name for unit in offered(as_(world.clara))] == ["Harbour", "North", "Quay", "South", "Mill"]
    form = OutcomeForm(viewer=viewer_of(world.clara), today=TODAY)
    assert set(form.fields["unit"].queryset) == {world.north, world.quay, world.south, world.mill}  # type: ignore[attr-defined]


def test_exports_name_no_unit_of_one_person(world: World, blue: Unit) -> None:
    client = as_(world.clara)
    for unit in (world.quay, world.north, world.harbour):
        response = client.get(
            "/scores/nps/export/", {"unit": unit.pk, "by": "unit", "period": "2026-06-01..2026-06-30"}
        )
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert "All together" in text and "Blue" not in text and "Theo" not in text


def test_a_scope_made_by_hand_gets_words_in_place_of_every_number(
    world: World, scope_for: ScopeFor, blue: Unit
) -> None:
    for unit in (blue, Unit.objects.get(person=world.theo)):
        scope = scope_for(world.clara, unit)
        results = [
            estimate(NPS, scope=scope).estimate,
            *(row.estimate for row in estimates_by(NPS, "product", scope=scope)),
            *(point.estimate for point in trend(NPS, scope=scope)),
            *(one.result.estimate for one in overview(scope=scope)),
        ]
        assert {(one.value, one.low, one.n, one.words) for one in results} == {
            (None, None, 0, "About one person: for coaching only")
        }


def test_who_sees_nothing_but_their_own_work_gets_pages_without_scores(
    world: World, scope_for: ScopeFor, blue: Unit
) -> None:
    bea = Person.objects.get(name="Bea")
    assert estimate(NPS, scope=scope_for(bea)).estimate.value is None
    client = as_(bea)
    assert client.get("/").status_code == client.get("/feedback/").status_code == 200
    assert b"For coaching only" in client.get("/scores/nps/").content.replace(
        b"for coaching", b"For coaching"
    )
    own = estimate_for_person(measure=NPS, person=bea, scope=scope_for(bea), purpose=Purpose.OWN)
    assert own.estimate.n == COUNTS["blue"]


def test_the_team_beside_a_team_of_one_is_withheld_only_from_who_could_subtract(
    world: World, scope_for: ScopeFor, blue: Unit
) -> None:
    assert estimate(NPS, scope=scope_for(world.clara, world.red)).estimate.value is None
    assert estimate(NPS, scope=scope_for(world.theo)).estimate.n == COUNTS["red"] + COUNTS["theo"]


def test_two_people_are_a_team(world: World, scope_for: ScopeFor, blue: Unit) -> None:
    create_person(name="Bob", unit=blue, by=None)
    labels = {
        row.label: row.estimate.n for row in split(NPS, "unit", scope=scope_for(world.clara, world.quay)).rows
    }
    assert labels == {"Red": 72, "Blue": 16, "Quay itself": 4}


def test_a_branch_that_has_nothing_but_a_team_of_one_is_one_person_too(
    world: World, scope_for: ScopeFor
) -> None:
    for name in ("Tara", "Tom"):
        Person.objects.get(name=name).delete()
    viewer = viewer_of(world.clara)
    assert all(viewer.withholds(unit) for unit in (world.red, world.quay, world.north))
    assert not scope_for(world.clara).is_about_one_person(Permission.READ_SCORES)


def test_a_person_has_one_place_and_nothing_below_it(world: World) -> None:
    place = place_person(person=world.theo, by=world.amos)
    assert place_person(person=world.theo, by=world.amos) == place
    assert (place.kind, place.parent, place.line[-1]) == (UnitKind.PERSON, world.red, place.path)
    with pytest.raises(Conflict, match="below the place of a person"):
        create_unit(name="X", kind=UnitKind.TEAM, code="x", parent=place, by=None)


def test_the_page_of_units_draws_the_tree_down_to_people(world: World) -> None:
    client = as_(world.amos)
    client.post(f"/organization/people/{world.theo.pk}/place/")
    page = client.get("/organization/units/").content.decode()
    assert page.index("Quay") < page.index("Red") < page.index("Tara")
    assert f"/organization/people/{world.theo.pk}/" in page
