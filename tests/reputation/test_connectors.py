"""Connections to review sites, against sites on this machine that behave as their documentation says."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from candor.apps.customers.models import Identifier
from candor.apps.organization.models import AuditEntry
from candor.apps.reputation import connecting, fetching, tasks
from candor.apps.reputation.choices import Level, Site
from candor.apps.reputation.connectors.interface import LONGEST_WAIT, wait_of
from candor.apps.reputation.models import Connection, Review
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from tests.reputation.sites import APPLE_PEM, Sites, running
from tests.world import World

VALUES = {
    Site.GOOGLE: {
        "account": "1",
        "location": "2",
        "client_id": "id",
        "client_secret": "secret",
        "refresh_token": "refresh",
    },
    Site.TRUSTPILOT: {
        "business_unit": "b",
        "business_user": "user",
        "api_key": "key",
        "api_secret": "secret",
    },
    Site.APP_STORE: {"app": "9", "issuer": "issuer", "key_id": "kid", "private_key": APPLE_PEM},
}


@pytest.fixture
def sites(settings: LazySettings) -> Iterator[Sites]:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    with running() as found:
        yield found


def connected(world: World, sites: Sites, site: str = Site.GOOGLE) -> Connection:
    made = connecting.make_connection(
        site=site, name="Quay on the map", unit=world.quay, values=VALUES[site] | {"address": sites.address}, by=world.clara
    )  # fmt: skip
    Job.objects.all().delete()
    return made


def fetched(connection: Connection, *, is_whole: bool = True) -> int:
    connection.refresh_from_db()
    return fetching.fetch(connection=connection, is_whole=is_whole)


def stars() -> dict[str, int | None]:
    return dict(Review.objects.filter(removed_at=None).values_list("feedback__key", "stars"))


@pytest.mark.parametrize("site", VALUES)
def test_every_page_of_a_site_is_read_and_again_brings_nothing(world: World, sites: Sites, site: str) -> None:
    for n in range(5):
        sites.write(f"r{n}", stars=1 + n, day=1 + n)
    connection = connected(world, sites, site)
    assert fetched(connection) == 5
    assert stars() == {f"r{n}": 1 + n for n in range(5)}
    assert sum("eviews" in path and method == "GET" for method, path in sites.asked) == 3  # pages of two
    assert fetched(connection) == 0
    connection.refresh_from_db()
    assert (connection.state, connection.error, connection.last_seen, connection.passes) == (
        "ready",
        "",
        5,
        2,
    )
    review = Review.objects.select_related("feedback").get(feedback__key="r4")
    assert (review.level, review.feedback.unit, review.author, review.feedback.source) == (
        Level.LOCATION,
        world.quay,
        "Ann B.",
        site,
    )


@pytest.mark.parametrize("site", VALUES)
def test_an_edit_and_a_deletion_are_followed(world: World, sites: Sites, site: str) -> None:
    for n in range(5):
        sites.write(f"r{n}", day=1 + n)
    connection = connected(world, sites, site)
    fetched(connection)
    sites.edit("r1", stars=1, text="Worse by now.")
    sites.delete("r3")
    assert fetched(connection) == 1
    assert stars()["r1"] == 1 and "r3" in stars()  # once unseen may be a page that moved
    assert Review.objects.get(feedback__key="r1").versions.get().stars == 5
    fetched(connection)
    gone = Review.objects.select_related("feedback").get(feedback__key="r3")
    assert gone.removed_at is not None and gone.feedback.comment == ""
    assert set(stars()) == {"r0", "r1", "r2", "r4"}
    assert AuditEntry.objects.filter(action="review.removed", object_id=gone.pk).exists()


def test_a_review_that_comes_back_counts_again(world: World, sites: Sites) -> None:
    sites.write("r1", text="Here.")
    connection = connected(world, sites)
    fetched(connection)
    kept, sites.reviews = sites.reviews, []
    fetched(connection)
    fetched(connection)
    assert stars() == {}
    sites.reviews = kept
    fetched(connection)
    review = Review.objects.select_related("feedback").get()
    assert (review.removed_at, review.feedback.comment, review.versions.count()) == (None, "Here.", 0)


def test_a_pass_between_whole_ones_stops_where_nothing_is_new(world: World, sites: Sites) -> None:
    for n in range(9):
        sites.write(f"r{n}", day=1 + n)
    connection = connected(world, sites)
    fetched(connection)
    sites.write("new", day=12)
    sites.asked.clear()
    assert fetched(connection, is_whole=False) == 1
    assert len(sites.asked) == 2  # the page with the new one and the one after it
    connection.refresh_from_db()
    assert connection.passes == 1
    assert len(stars()) == 10


def test_when_a_site_asks_to_slow_down_we_wait_as_long_as_it_says_and_go_on_there(
    world: World, sites: Sites
) -> None:
    for n in range(5):
        sites.write(f"r{n}", day=1 + n)
    connection = connected(world, sites)
    sites.troubles.append(
        (429, {"Retry-After": "120"}, {"error": {"code": 429, "message": "Quota exceeded"}})
    )
    tasks.fetch.call(connection.pk)
    connection.refresh_from_db()
    assert connection.state == "waiting" and "slow down" in connection.error
    assert 100 < (connection.next_at - timezone.now()).total_seconds() <= 120  # type: ignore[operator]
    job = Job.objects.get(task_path="candor.apps.reputation.tasks.fetch")
    assert job.run_at == connection.next_at
    assert tasks.fetch_all.call() == 0  # it rests
    fetched(connection)
    assert len(stars()) == 5


def test_what_came_before_a_site_fell_ill_is_kept_and_the_pass_goes_on_there(
    world: World, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        sites.write(f"r{n}", day=1 + n)
    connection = connected(world, sites)
    real = fetching._store

    def ill_after_the_first_page(*args: Any) -> Any:
        monkeypatch.setattr(fetching, "_store", real)
        sites.troubles.append((502, {}, {"error": "bad gateway"}))
        return real(*args)

    monkeypatch.setattr(fetching, "_store", ill_after_the_first_page)
    fetched(connection)
    connection.refresh_from_db()
    assert (connection.state, len(stars()), connection.cursor) == ("failed", 2, "2")
    assert "Google answered 502: bad gateway." in connection.error
    sites.asked.clear()
    assert fetched(connection) == 3
    assert all("pageToken" in path for _, path in sites.asked)


@pytest.mark.parametrize("site", [Site.GOOGLE, Site.TRUSTPILOT])
def test_an_access_token_that_ended_is_renewed(world: World, sites: Sites, site: str) -> None:
    sites.write("r1")
    connection = connected(world, sites, site)
    fetched(connection)
    sites.end_tokens()
    sites.write("r2", day=2)
    assert fetched(connection) == 1
    assert sites.tokens_made == 2
    connection.refresh_from_db()
    assert "token-2" not in connection.sealed and fetching.access_of(connection).secrets["token"] == "token-2"


def test_a_permission_that_was_withdrawn_is_said_in_plain_words(
    client: Client, world: World, sites: Sites
) -> None:
    sites.is_revoked = True
    connection = connected(world, sites)
    fetched(connection)
    client.force_login(world.clara)
    page = client.get(f"/reputation/connections/{connection.pk}/").content.decode()
    assert "Token has been expired or revoked" in page and "connect again with a new refresh token" in page
    assert "Something is wrong with the connection" in client.get("/reputation/").content.decode()


def test_too_many_gone_at_once_wait_for_a_persons_word(world: World, sites: Sites) -> None:
    sites.page = 50
    for n in range(40):
        sites.write(f"r{n}", day=1 + n % 28)
    connection = connected(world, sites)
    fetched(connection)
    sites.reviews = sites.reviews[:10]
    for _ in range(3):
        fetched(connection)
    connection.refresh_from_db()
    assert (len(stars()), connection.held_back) == (40, 30)
    assert "too many to believe unasked" in connection.error
    assert fetching.believe(connection=connection, by=world.clara) == 30
    assert len(stars()) == 10
    assert AuditEntry.objects.get(action="connection.believed").facts["n"] == 30


def test_the_reference_of_an_own_invitation_names_the_customer(world: World, sites: Sites) -> None:
    sites.write("r1")
    fetched(connected(world, sites, Site.TRUSTPILOT))
    assert (
        Review.objects.get().feedback.customer_id
        == Identifier.objects.get(system="trustpilot", value="C77").customer_id
    )


def test_secrets_are_sealed_and_never_shown(client: Client, world: World, sites: Sites) -> None:
    client.force_login(world.clara)
    values = VALUES[Site.TRUSTPILOT] | {
        "api_secret": "hush-hush",
        "name": "All",
        "unit": "",
        "address": sites.address,
    }
    made = client.post("/reputation/connections/new/trustpilot/", values)
    connection = Connection.objects.get()
    assert made.headers["Location"] == f"/reputation/connections/{connection.pk}/"
    page = client.get(f"/reputation/connections/{connection.pk}/").content.decode()
    held = json.dumps(list(Connection.objects.values()), default=str) + json.dumps(
        list(AuditEntry.objects.values()), default=str
    )
    assert "hush-hush" not in page + held
    assert fetching.access_of(connection).secrets["api_secret"] == "hush-hush"
    client.post(f"/reputation/connections/{connection.pk}/", values | {"api_secret": "", "name": "All of it"})
    connection.refresh_from_db()
    assert (connection.name, fetching.access_of(connection).secrets["api_secret"]) == (
        "All of it",
        "hush-hush",
    )


def test_a_lost_key_of_the_workspace_is_said_and_nothing_breaks(
    world: World, sites: Sites, settings: LazySettings
) -> None:
    connection = connected(world, sites)
    settings.SECRET_KEY = "quite another key"
    fetched(connection)
    connection.refresh_from_db()
    assert connection.state == "failed" and "Give it again" in connection.error


def test_an_address_inside_the_network_is_not_asked(
    world: World, sites: Sites, settings: LazySettings
) -> None:
    connection = connected(world, sites)
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = []
    fetched(connection)
    connection.refresh_from_db()
    assert sites.asked == [] and connection.state == "failed"


def test_the_schedule_fetches_by_a_worker(world: World, sites: Sites) -> None:
    sites.write("r1")
    connected(world, sites)
    assert tasks.fetch_all.call() == 1
    Worker().run_all()
    assert stars() == {"r1": 5}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5), ("0", 1), ("99999999", LONGEST_WAIT), ("Thu, 01 Jan 2026 00:01:00 GMT", 60), ("Wed, 31 Dec 2025 00:00:00 GMT", 1), ("soon", 900)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_day_and_bounded(header: str, seconds: int) -> None:
    assert wait_of(header, now=datetime(2026, 1, 1, tzinfo=UTC)) == seconds


def test_a_review_with_words_that_are_no_review_is_told_and_the_others_are_kept(
    world: World, sites: Sites
) -> None:
    sites.write("good")
    sites.write("odd", stars=0)
    fetched(connected(world, sites))
    assert stars() == {"good": 5}
    assert AuditEntry.objects.get(action="review.unreadable").facts["n"] == 1
