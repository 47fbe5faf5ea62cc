"""Reviews in the record: once each, followed through edits and deletions, left out for published reasons only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import NewCustomer, add_customers, erase_customer
from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.organization.scope import Scope, scope_for
from candor.apps.organization.services import change_policy
from candor.apps.reputation.choices import Level
from candor.apps.reputation.models import Exclusion, Review
from candor.apps.reputation.numbers import numbers
from candor.apps.reputation.queries import weekly_low_counts
from candor.apps.reputation.services import (
    NewReview,
    Taken,
    exclude,
    mark_removed,
    receive_reviews,
    take_exclusion_back,
)
from candor.apps.scores.services import project_pending, verify_warehouse
from candor.foundation.errors import Conflict, InvalidInput
from candor.foundation.periods import parse_period
from tests.world import World

DAY = datetime(2026, 6, 1, 9, tzinfo=UTC)


def a_review(key: str, **fields: Any) -> NewReview:
    values: dict[str, Any] = {
        "site_name": "Google",
        "written_at": DAY,
        "stars": 4,
        "author": "Jo B.",
    } | fields
    return NewReview(key=key, **values)


def received(*items: NewReview) -> Taken:
    return receive_reviews(items=items, source="google")


def mean_stars(person: Person, **scope: Any) -> tuple[int, float | None]:
    project_pending()
    found = numbers().whole(scope_for(viewer_of(person), scope.get("unit"), "all")).estimate
    return found.n, found.value


def test_a_review_is_about_the_organization_a_location_or_a_person(world: World) -> None:
    received(
        a_review("1", unit_id=world.harbour.pk),
        a_review("2", unit_id=world.quay.pk, is_of_location=True),
        a_review("3", unit_id=world.quay.pk, is_of_location=True, done_by_id=world.theo.pk),
        a_review("4", done_by_given="somebody else"),
    )
    levels = dict(Review.objects.values_list("feedback__key", "level"))
    assert levels == {"1": Level.ORGANIZATION, "2": Level.LOCATION, "3": Level.PERSON, "4": Level.PERSON}


def test_the_same_review_comes_in_once_and_its_stars_count_once(world: World) -> None:
    assert received(a_review("1"), a_review("2", stars=1)).added == 2
    again = received(a_review("1"), a_review("2", stars=1))
    assert (again.added, again.same, again.changed) == (0, 2, 0)
    assert mean_stars(world.clara)[0] == 2


def test_an_edit_is_followed_and_the_earlier_text_kept(world: World) -> None:
    change_policy(name="Harbour", least_n_score=1, least_n_person=1, by=world.amos)
    received(a_review("1", stars=1, comment="Awful. Call 555-010-9999.", changed_at=DAY))
    assert mean_stars(world.clara) == (1, 1.0)
    later = DAY + timedelta(days=3)
    taken = received(a_review("1", stars=5, comment="They put it right.", changed_at=later))
    assert taken.changed == 1
    review = Review.objects.select_related("feedback").get()
    assert (review.stars, review.feedback.comment, review.changed_at) == (5, "They put it right.", later)
    (version,) = review.versions.all()
    assert (version.stars, version.comment, version.until) == (1, "Awful. Call 555-010-9999.", later)
    assert "555" not in version.comment_masked
    assert mean_stars(world.clara) == (1, 5.0)


def test_an_older_state_of_a_review_changes_nothing(world: World) -> None:
    received(a_review("1", stars=5, comment="Good.", changed_at=DAY + timedelta(days=3)))
    assert received(a_review("1", stars=1, comment="Bad.", changed_at=DAY)).same == 1
    assert Review.objects.get().stars == 5


def test_a_deleted_review_counts_no_more_and_its_words_go_while_the_row_stays(world: World) -> None:
    received(a_review("1", comment="Good."), a_review("2", comment="Secret words.", stars=1))
    received(a_review("2", comment="Other words.", stars=1, changed_at=DAY + timedelta(days=1)))
    mark_removed(reviews=Review.objects.filter(feedback__key="2"), at=timezone.now())
    gone = Review.objects.select_related("feedback").get(feedback__key="2")
    assert (gone.feedback.comment, gone.feedback.comment_masked, gone.author) == ("", "", "")
    assert not gone.versions.exists()
    assert mean_stars(world.clara)[0] == 1
    assert verify_warehouse().is_equal
    assert received(a_review("2", comment="Other words.", stars=1)).same == 1  # a file does not bring it back
    assert Feedback.objects.get(key="2").comment == ""


def test_a_review_is_left_out_for_a_published_reason_only(world: World) -> None:
    received(a_review("1", stars=1), a_review("2"))
    review = Review.objects.get(feedback__key="1")
    for reason in ("bad", "", "too_few_stars"):
        with pytest.raises(InvalidInput, match="published list"):
            exclude(review=review, reason=reason, note="It is unfair.", by=world.clara)
    with pytest.raises(InvalidInput, match="what shows"):
        exclude(review=review, reason="spam", note="  ", by=world.clara)
    assert mean_stars(world.clara)[0] == 2
    exclude(review=review, reason="spam", note="It sells shoes.", by=world.clara)
    assert mean_stars(world.clara)[0] == 1
    with pytest.raises(Conflict):
        exclude(review=review, reason="spam", note="Again.", by=world.clara)
    entry = AuditEntry.objects.get(action="review.excluded")
    assert (entry.person, entry.facts["reason"], entry.facts["stars"]) == (world.clara, "spam", 1)


def test_an_exclusion_taken_back_stays_in_the_log(world: World) -> None:
    received(a_review("1", stars=1))
    review = Review.objects.get()
    exclude(review=review, reason="double", note="See review 2.", by=world.clara)
    take_exclusion_back(review=review, by=world.hana)
    made = Exclusion.objects.get()
    assert (made.made_by, made.lifted_by, made.lifted_at is not None) == (world.clara, world.hana, True)
    assert mean_stars(world.clara)[0] == 1
    with pytest.raises(Conflict):
        take_exclusion_back(review=review, by=world.hana)


def test_an_erased_review_is_never_brought_back(world: World) -> None:
    ids = add_customers(
        items=[NewCustomer(identifiers=(("crm", "C1"),), name="Jo Brand", unit_id=world.quay.pk)]
    )
    jo = Customer.objects.get(pk=ids["C1"])
    received(a_review("1", customer_id=jo.pk, comment="Mine."), a_review("2"))
    assert everything_about(jo)["reviews"][0]["author"] == "Jo B."
    erase_customer(customer=jo, by=world.clara)
    assert not Feedback.objects.filter(key="1").exists()
    again = received(a_review("1", comment="Mine."), a_review("2"))
    assert (again.added, again.erased, again.same) == (0, 1, 1)


def test_the_page_shows_each_level_with_n_and_interval(client: Client, world: World) -> None:
    now = timezone.now()
    received(
        *(
            a_review(f"q{n}", written_at=now, stars=4 + n % 2, unit_id=world.quay.pk, is_of_location=True)
            for n in range(60)
        ),
        *(
            a_review(f"m{n}", written_at=now, stars=1 + n % 2, unit_id=world.mill.pk, is_of_location=True)
            for n in range(60)
        ),
    )
    receive_reviews(
        items=[a_review(f"t{n}", site_name="Trustpilot", written_at=now, stars=3) for n in range(7)],
        source="trustpilot",
    )
    project_pending()
    client.force_login(world.clara)
    page = client.get("/reputation/").content.decode()
    assert "127 public reviews" in page
    assert page.index(">Google</a>") < page.index(">Trustpilot</a>")
    assert "Too few answers" in page[page.index(">Trustpilot</a>") :]
    places = client.get("/reputation/?level=location").content.decode()
    assert (
        places.index("Higher than the others")
        < places.index(">Quay</a>")
        < places.index("Lower than the others")
    )
    quay = places[places.index(">Quay</a>") : places.index("Lower than the others")]
    assert 'aria-label="4.5, could be 4.4 to 4.6"' in quay
    assert 'title="reviews">60<' in quay


def test_a_person_sees_their_own_a_manager_looks_to_coach_and_nobody_else_does(
    client: Client, world: World
) -> None:
    now = timezone.now()
    received(
        *(a_review(f"{n}", written_at=now, unit_id=world.red.pk, done_by_id=world.theo.pk) for n in range(40))
    )
    project_pending()
    address = f"/reputation/people/{world.theo.pk}/"
    for person, status in (
        (world.theo, 200),
        (world.mona, 200),
        (world.clara, 404),
        (world.rival, 404),
        (world.olga, 403),
    ):
        client.force_login(person)
        assert client.post(address).status_code == status, person
    looks = AuditEntry.objects.filter(action="score.looked_at").values_list("person__name", "facts__purpose")
    assert sorted(looks) == [("Mona", "coaching"), ("Theo", "own")]
    client.force_login(world.mona)
    listed = client.get("/reputation/?level=person").content.decode()
    assert "Theo" in listed and "4.0" not in listed


def test_another_units_reviews_are_not_to_be_seen(client: Client, world: World) -> None:
    received(
        a_review(
            "1", unit_id=world.quay.pk, is_of_location=True, comment="quaysecret", written_at=timezone.now()
        )
    )
    client.force_login(world.rival)
    pk = Review.objects.get().pk
    assert "quaysecret" not in client.get("/reputation/list/").content.decode()
    assert client.get(f"/reputation/{pk}/panel/").content == b""
    assert client.post(f"/reputation/{pk}/exclude/", {"reason": "spam", "note": "x"}).status_code == 404
    client.force_login(world.mona)
    assert "quaysecret" in client.get("/reputation/list/").content.decode()
    assert client.post(f"/reputation/{pk}/exclude/", {"reason": "spam", "note": "x"}).status_code == 302
    assert "Left out by Mona" in client.get(f"/reputation/{pk}/panel/").content.decode()


def test_a_site_that_has_just_begun_does_not_rise_from_nothing(world: World) -> None:
    now = timezone.now()
    received(*(a_review(f"o{n}", written_at=now - timedelta(days=5 * n), stars=1) for n in range(40)))
    received(
        *(a_review(f"n{n}", site_name="New", written_at=now - timedelta(days=n), stars=1) for n in range(25))
    )
    today = timezone.localdate()
    scope = Scope(viewer_of(world.clara), None, parse_period("90d", as_of=today), today, today)
    assert {site for _place, site in weekly_low_counts(scope)} == {"Google"}


def test_what_is_rising_is_told_by_place_and_site_and_never_about_one_person(
    client: Client, world: World
) -> None:
    today = timezone.now()
    steady = [
        a_review(
            f"s{n}",
            written_at=today - timedelta(days=3 * n),
            stars=1,
            unit_id=world.mill.pk,
            is_of_location=True,
        )
        for n in range(60)
    ]
    before = [
        a_review(
            f"b{n}",
            written_at=today - timedelta(days=35 + 10 * n),
            stars=2,
            unit_id=world.quay.pk,
            is_of_location=True,
        )
        for n in range(12)
    ]
    lately = [
        a_review(
            f"l{n}", written_at=today - timedelta(days=n), stars=1, unit_id=world.quay.pk, is_of_location=True
        )
        for n in range(25)
    ]
    good = [
        a_review(
            f"g{n}", written_at=today - timedelta(days=n), stars=5, unit_id=world.mill.pk, is_of_location=True
        )
        for n in range(25)
    ]
    received(*steady, *before, *lately, *good)
    client.force_login(world.clara)
    page = client.get("/reputation/").content.decode()
    rising = page[page.index('id="rising"') : page.index('id="left-out"')]
    assert ">Quay</a>" in rising and ">Mill</a>" not in rising
