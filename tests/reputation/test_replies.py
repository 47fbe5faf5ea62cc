"""Replies: two people, no personal data, sent through the site and tried again, or copied by hand."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.organization.models import AuditEntry
from candor.apps.reputation import connecting, fetching, replies, tasks
from candor.apps.reputation.choices import ReplyState, Site
from candor.apps.reputation.errors import NotYoursToApprove
from candor.apps.reputation.models import Reply, ReplyTemplate, Review
from candor.apps.webhooks.models import Message
from candor.apps.webhooks.services import make_endpoint
from candor.foundation.errors import Conflict, InvalidInput
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from tests.reputation.sites import Sites, running
from tests.reputation.test_connectors import VALUES
from tests.reputation.test_reviews import a_review, received
from tests.world import World

State = ReplyState


@pytest.fixture
def sites(settings: LazySettings) -> Iterator[Sites]:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    with running() as found:
        yield found


def a_fetched_review(world: World, sites: Sites, site: str = Site.GOOGLE) -> Review:
    sites.write("r1", stars=2, text="Slow.")
    made = connecting.make_connection(
        site=site, name="Quay", unit=world.quay, values=VALUES[site] | {"address": sites.address}, by=world.clara
    )  # fmt: skip
    Job.objects.all().delete()
    fetching.fetch(connection=made)
    return Review.objects.select_related("feedback", "connection").get()


def approved(world: World, review: Review, text: str = "We are sorry.") -> Reply:
    reply = replies.submit(reply=replies.write(review=review, text=text, by=world.mona), by=world.mona)
    return replies.approve(reply=reply, by=world.clara)


@pytest.mark.parametrize("site", VALUES)
def test_an_approved_reply_is_sent_and_stands_at_the_review(world: World, sites: Sites, site: str) -> None:
    review = a_fetched_review(world, sites, site)
    assert Review.objects.waiting().count() == 1
    approved(world, review)
    assert sites.replies == {}  # only a worker sends
    Worker().run_all()
    assert sites.replies == {"r1": "We are sorry."}
    review.refresh_from_db()
    assert (review.reply_text, review.reply.state, review.reply.approved_by) == (
        "We are sorry.",
        State.SENT,
        world.clara,
    )
    assert not Review.objects.waiting().exists()
    assert list(AuditEntry.objects.filter(action__startswith="reply.").order_by("pk").values_list("action", flat=True)) == [
        "reply.written", "reply.submitted", "reply.approved", "reply.sent",
    ]  # fmt: skip


def test_whoever_wrote_a_reply_does_not_approve_it(world: World) -> None:
    received(a_review("1", unit_id=world.quay.pk))
    review = Review.objects.select_related("feedback", "connection").get()
    reply = replies.submit(reply=replies.write(review=review, text="Thanks.", by=world.mona), by=world.mona)
    with pytest.raises(NotYoursToApprove):
        replies.approve(reply=reply, by=world.mona)
    replies.give_back(reply=reply, why="Warmer, please.", by=world.clara)
    reply = replies.write(review=review, text="Thank you!", by=world.clara)  # the words are hers now
    replies.submit(reply=reply, by=world.clara)
    with pytest.raises(NotYoursToApprove):
        replies.approve(reply=reply, by=world.clara)
    assert replies.approve(reply=reply, by=world.mona).state == State.BY_HAND


def test_changing_an_approved_reply_needs_approval_again(world: World) -> None:
    received(a_review("1"))
    review = Review.objects.select_related("feedback", "connection").get()
    reply = approved(world, review)
    changed = replies.write(review=review, text="Other words.", by=world.mona)
    assert (changed.pk, changed.state, changed.approved_by) == (reply.pk, State.DRAFT, None)


def test_without_the_policy_one_person_is_enough(client: Client, world: World) -> None:
    received(a_review("1"))
    review = Review.objects.select_related("feedback", "connection").get()
    client.force_login(world.clara)
    assert client.post("/reputation/public/replies/", {}).status_code == 403
    client.force_login(world.amos)
    assert client.post("/reputation/public/replies/", {}).status_code == 302
    reply = replies.submit(reply=replies.write(review=review, text="Thanks.", by=world.mona), by=world.mona)
    assert (reply.state, reply.approved_by) == (State.BY_HAND, world.mona)
    assert AuditEntry.objects.get(action="reply.policy_changed").facts == {"needs_second_person": False}


def test_a_review_from_a_file_is_answered_by_hand(client: Client, world: World) -> None:
    received(a_review("1", unit_id=world.quay.pk, is_of_location=True))
    review = Review.objects.select_related("feedback", "connection").get()
    approved(world, review)
    client.force_login(world.mona)
    panel = client.get(f"/reputation/{review.pk}/panel/").content.decode()
    assert "not sent" in panel and 'data-copy="We are sorry."' in panel
    client.post(f"/reputation/{review.pk}/reply/", {"do": "posted"})
    review.refresh_from_db()
    assert (review.reply_text, Reply.objects.get().state) == ("We are sorry.", State.SENT)


def test_personal_data_in_a_reply_is_warned_of(client: Client, world: World) -> None:
    jane = Customer.objects.create(name="Jane Lund", unit=world.quay)
    received(a_review("1", unit_id=world.quay.pk, customer_id=jane.pk, author="happy99"))
    review = Review.objects.select_related("feedback", "connection").get()
    found = replies.personal_data_in("Dear Ms Lund, write to jane@lund.example or call 212-555-2368.", review)
    assert found == ["an e-mail address", "a telephone number", "the customer’s name"]
    reply = replies.write(review=review, text="Call 212-555-2368.", by=world.mona)
    with pytest.raises(InvalidInput, match="a telephone number"):
        replies.submit(reply=reply, by=world.mona)
    client.force_login(world.mona)
    assert (
        "looks like personal data: a telephone number"
        in client.get(f"/reputation/{review.pk}/panel/").content.decode()
    )
    client.post(
        f"/reputation/{review.pk}/reply/", {"do": "submit", "text": "Call 212-555-2368.", "looked_at": "yes"}
    )
    assert Reply.objects.get().state == State.WAITING
    assert AuditEntry.objects.get(action="reply.looked_at").facts["found"] == ["a telephone number"]


def test_a_site_that_is_ill_is_tried_again_and_one_that_refuses_is_not(world: World, sites: Sites) -> None:
    review = a_fetched_review(world, sites)
    reply = approved(world, review)
    sites.troubles.append((503, {}, {"error": {"message": "backend"}}))
    assert tasks.send_reply.call(reply.pk) is False
    reply.refresh_from_db()
    assert (reply.state, reply.tries) == (State.SENDING, 1) and "backend" in reply.error
    sites.troubles.append((429, {"Retry-After": "33"}, {}))
    assert replies.send(reply=_again(reply)) == 33
    sites.troubles.append((400, {}, {"error": {"message": "Too long"}}))
    assert replies.send(reply=_again(reply)) is None
    reply.refresh_from_db()
    assert reply.state == State.FAILED and "Too long" in reply.error
    replies.try_again(reply=reply, by=world.mona)
    Worker().run_all()
    assert sites.replies == {"r1": "We are sorry."}


def _again(reply: Reply) -> Reply:
    return Reply.objects.select_related("review__feedback", "review__connection").get(pk=reply.pk)


def test_a_reply_that_fails_each_time_ends_as_failed(world: World, sites: Sites) -> None:
    reply = approved(world, a_fetched_review(world, sites))
    waits = []
    for _ in range(replies.MOST_TRIES):
        sites.troubles.append((500, {}, {}))
        waits.append(replies.send(reply=_again(reply)))
    assert waits == [60, 240, 960, 3840, 15360, None]
    assert _again(reply).state == State.FAILED


def test_an_answer_taken_back_at_the_site_is_noticed(world: World, sites: Sites) -> None:
    review = a_fetched_review(world, sites)
    approved(world, review)
    Worker().run_all()
    sites.replies.clear()
    connection = review.connection
    assert connection is not None
    for _ in range(2):  # of the last day it may only not be shown yet
        fetching.fetch(connection=connection, is_whole=True)
    assert Reply.objects.get().state == State.SENT
    Review.objects.update(replied_at=timezone.now() - timedelta(days=3))
    fetching.fetch(connection=connection, is_whole=True)
    assert Reply.objects.get().state == State.FAILED
    assert Review.objects.waiting().count() == 1


def test_templates_fill_their_fields_and_leave_no_gap(world: World) -> None:
    received(a_review("1", unit_id=world.quay.pk, author="Jo B.", stars=5), a_review("2", author=""))
    template = ReplyTemplate(
        text="Dear {author}, thank you for {stars} stars for {place} of {company}. {unknown}"
    )
    named, nameless = Review.objects.select_related("feedback__unit").order_by("feedback__key")
    assert replies.filled(template, named) == "Dear Jo, thank you for 5 stars for Quay of Harbour. {unknown}"
    assert replies.filled(template, nameless).startswith("Dear, thank you")


def test_a_reply_of_no_words_or_too_many_is_refused(world: World, sites: Sites) -> None:
    review = a_fetched_review(world, sites)
    for text in ("", "   ", "x" * 4_001):
        with pytest.raises(InvalidInput, match="1 to 4000"):
            replies.write(review=review, text=text, by=world.mona)


def test_two_people_at_once_send_one_reply(world: World, sites: Sites) -> None:
    reply = approved(world, a_fetched_review(world, sites))
    with pytest.raises(Conflict):
        replies.approve(reply=reply, by=world.hana)
    assert Job.objects.filter(task_path__endswith="send_reply").count() == 1


def test_other_systems_hear_of_a_recent_review_and_of_its_reply_without_words(
    world: World, sites: Sites
) -> None:
    make_endpoint(
        name="CRM", url=f"{sites.address}/hook", events=["review.received", "review.replied"], by=world.amos
    )
    received(
        a_review("old"),
        a_review("new", written_at=timezone.now(), unit_id=world.quay.pk, comment="secretword"),
    )
    review = Review.objects.select_related("feedback", "connection").get(feedback__key="new")
    replies.mark_posted(reply=approved(world, review), by=world.mona)
    told: list[dict[str, Any]] = [json.loads(one.body) for one in Message.objects.order_by("pk")]
    assert [one["type"] for one in told] == ["review.received", "review.replied"]
    assert told[0]["data"] == {
        "review": review.pk,
        "site": "google",
        "stars": 4,
        "unit": world.quay.pk,
        "about": "organization",
    }
    assert "secretword" not in str(told)


def test_only_who_handles_feedback_of_the_unit_replies(client: Client, world: World) -> None:
    received(a_review("1", unit_id=world.quay.pk, is_of_location=True))
    pk = Review.objects.get().pk
    for person, status in ((world.rival, 404), (world.theo, 403), (world.eve, 403), (world.mona, 302)):
        client.force_login(person)
        assert client.post(f"/reputation/{pk}/reply/", {"do": "save", "text": "Mine."}).status_code == status
    assert Reply.objects.get().written_by == world.mona


def test_a_reply_whose_job_was_given_up_is_sent_all_the_same(world: World, sites: Sites) -> None:
    approved(world, a_fetched_review(world, sites))
    assert tasks.send_left_behind.call() == 0  # it has a job
    Job.objects.update(state=Job.State.FAILED)
    assert tasks.send_left_behind.call() == 1
    Worker().run_all()
    assert sites.replies == {"r1": "We are sorry."}
