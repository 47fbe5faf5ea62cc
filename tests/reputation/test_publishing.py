"""What everybody sees: a star only where it says something, nothing about a person who has not agreed, nobody watched; and whom we ask."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from candor.apps.organization.models import AuditEntry
from candor.apps.organization.services import change_policy
from candor.apps.reputation.errors import GatingRefused
from candor.apps.reputation.models import PublicPage, Review, ReviewPlace
from candor.apps.reputation.publishing import make_public_page, offer_place, switch_public_page
from candor.apps.reputation.services import exclude, mark_removed
from candor.apps.scores.policy import check_published
from candor.apps.scores.services import project_pending
from candor.foundation.errors import NotAllowed
from tests.reputation.test_reviews import a_review, received
from tests.world import World


def reviews_of_quay(world: World, n: int, **fields: object) -> None:
    now = timezone.now() - timedelta(days=1)
    values = {"unit_id": world.quay.pk, "is_of_location": True, "written_at": now} | fields
    received(*(a_review(f"{fields}-{i}", stars=4 + i % 2, **values) for i in range(n)))
    project_pending()


def shown(client: Client, page: PublicPage, part: str = "") -> str:
    return client.get(f"/reputation/p/{page.token}/{part}").content.decode()


def test_a_star_needs_thirty_reviews_whatever_the_workspaces_own_policy(client: Client, world: World) -> None:
    change_policy(name="Harbour", least_n_score=1, least_n_person=1, by=world.amos)
    reviews_of_quay(world, 29)
    page = switch_public_page(
        page=make_public_page(unit=world.quay, by=world.amos), is_on=True, by=world.amos
    )
    for part in ("", "widget/"):
        text = shown(client, page, part)
        assert (
            "Too few reviews for a star" in text and "29 reviews in twelve months" in text and "★" not in text
        )
    reviews_of_quay(world, 1, author="The thirtieth")
    text = shown(client, page)
    assert "★" in text and "The mean of 30 reviews; could be 4.3 to 4.7" in text
    assert "The mean of 30 reviews" in shown(client, page, "widget/")


def test_reviews_of_more_than_a_year_ago_and_of_other_places_do_not_count_in_public(
    client: Client, world: World
) -> None:
    reviews_of_quay(world, 40, written_at=timezone.now() - timedelta(days=400))
    reviews_of_quay(world, 40, unit_id=world.mill.pk)
    page = switch_public_page(
        page=make_public_page(unit=world.quay, by=world.amos), is_on=True, by=world.amos
    )
    assert "0 reviews in twelve months" in shown(client, page)


def test_what_was_left_out_is_counted_in_public_with_its_reason(client: Client, world: World) -> None:
    reviews_of_quay(world, 33)
    first, second, third = Review.objects.order_by("pk")[:3]
    exclude(review=first, reason="insider", note="She works here.", by=world.clara)
    exclude(review=second, reason="insider", note="He works here.", by=world.clara)
    mark_removed(reviews=[third], at=timezone.now())
    project_pending()
    page = switch_public_page(
        page=make_public_page(unit=world.quay, by=world.amos), is_on=True, by=world.amos
    )
    text = shown(client, page)
    assert "The mean of 30 reviews" in text
    assert "2 reviews were left out for a published reason" in text and "a supplier of ours (2)" in text
    assert "1 is gone at its site" in text
    assert "She works here" not in text


def test_a_page_is_seen_only_while_an_administrator_has_it_on(client: Client, world: World) -> None:
    client.force_login(world.clara)
    assert client.post("/reputation/public/make/", {"unit": world.quay.pk}).status_code == 403
    client.force_login(world.amos)
    client.post("/reputation/public/make/", {"unit": world.quay.pk})
    page = PublicPage.objects.get()
    client.logout()
    assert client.get(f"/reputation/p/{page.token}/").status_code == 404
    client.force_login(world.amos)
    for wanted, status in (("yes", 200), ("no", 404)):
        client.post(f"/reputation/public/{page.pk}/switch/", {"on": wanted})
        assert client.get(f"/reputation/p/{page.token}/").status_code == status
    assert AuditEntry.objects.filter(action="public_page.switched").count() == 2


def test_a_page_about_a_person_needs_that_persons_own_yes(client: Client, world: World) -> None:
    reviews_of_quay(world, 40, done_by_id=world.theo.pk)
    page = make_public_page(person=world.theo, by=world.amos)
    with pytest.raises(NotAllowed):
        switch_public_page(page=page, is_on=True, by=world.amos)
    client.force_login(world.theo)
    client.post("/reputation/mine/", {"agree": "yes"})
    page = switch_public_page(page=page, is_on=True, by=world.amos)
    check_published(of=world.theo)
    assert "The mean of 40 reviews" in shown(client, page)
    client.post("/reputation/mine/", {"agree": "no"})
    page.refresh_from_db()
    assert not page.is_on
    with pytest.raises(NotAllowed):
        check_published(of=world.theo)
    assert client.get(f"/reputation/p/{page.token}/").status_code == 404
    assert sorted(AuditEntry.objects.filter(person=world.theo, action__startswith="public_page.").values_list("action", flat=True)) == [
        "public_page.agreed", "public_page.withdrew",
    ]  # fmt: skip


def test_a_star_of_a_place_where_one_person_works_is_not_shown(client: Client, world: World) -> None:
    reviews_of_quay(world, 40, unit_id=world.red.pk)
    world.theo.is_active = False
    world.theo.save(update_fields=["is_active"])
    from candor.apps.organization.models import Person

    Person.objects.filter(name="Tom").update(is_active=False)
    page = switch_public_page(page=make_public_page(unit=world.red, by=world.amos), is_on=True, by=world.amos)
    assert "No star: it would be a number about one person." in shown(client, page)


def test_nobody_who_looks_is_watched_and_the_frame_may_stand_anywhere(
    client: Client, world: World, settings: LazySettings
) -> None:
    page = switch_public_page(
        page=make_public_page(unit=world.quay, by=world.amos), is_on=True, by=world.amos
    )
    for part, ancestors in (("", "'none'"), ("widget/", "*")):
        answer = client.get(f"/reputation/p/{page.token}/{part}")
        text = answer.content.decode()
        assert not answer.cookies and "<script" not in text and "src=" not in text
        assert f"frame-ancestors {ancestors}" in answer.headers["Content-Security-Policy"]
        assert ("X-Frame-Options" in answer.headers) is (part == "")
    assert client.post(f"/reputation/p/{page.token}/").status_code == 405


def test_asking_only_the_happy_is_refused_and_the_page_says_why(client: Client, world: World) -> None:
    with pytest.raises(GatingRefused, match="16 CFR 465"):
        offer_place(
            name="Google", unit=None, url="https://g.example/", only={"least_score": "9"}, by=world.clara
        )
    client.force_login(world.clara)
    page = client.get("/reputation/asking/").content.decode()
    assert "16 CFR 465" in page and "policy of Google" in page
    wanted = {"name": "Google, Quay", "unit": world.quay.pk, "url": "https://g.example/r"}
    refused = client.post("/reputation/asking/", wanted | {"score_from": "9"})
    assert refused.status_code == 400 and "16 CFR 465" in refused.content.decode()
    assert not ReviewPlace.objects.exists()
    assert client.post("/reputation/asking/", wanted).status_code == 302
    place = ReviewPlace.objects.get()
    client.post(f"/reputation/asking/{place.pk}/close/")
    place.refresh_from_db()
    assert not place.is_open
