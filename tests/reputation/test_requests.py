"""Reviews are asked for by the governor of asking, of everybody alike."""

from datetime import UTC, datetime
from typing import Any

from candor.apps.asking.choices import PlanState, Standing, Trigger
from candor.apps.asking.coming_up import Member, in_a_group
from candor.apps.asking.deciding import decide_due
from candor.apps.asking.models import Message, Plan, Request
from candor.apps.customers.requests import ToAsk, request_kind
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.reputation.models import ReviewPlace
from candor.apps.reputation.publishing import close_place, offer_place
from candor.apps.reputation.requests import letter, targets
from tests.asking.conftest import customers
from tests.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def a_review_plan(world: World, **facts: Any) -> Plan:
    place = offer_place(name="Google, Quay", unit=world.quay, url="https://g.example/write", by=world.clara)
    return Plan.objects.create(
        name="Reviews", kind="review", target=str(place.pk), trigger=Trigger.BY_HAND, state=PlanState.RUNNING, started_at=NOON, **facts
    )  # fmt: skip


def scored(ids: list[int], happy: set[int]) -> None:
    """The happy gave a ten, the others nothing at all."""
    receive(
        items=[
            NewFeedback(
                kind=Kind.SURVEY, source="test", key=str(pk), received_at=NOON, customer_id=pk,
                answers=(NewAnswer(question="nps", kind=AnswerKind.NPS, number=10.0 if pk in happy else 0.0),),
            )
            for pk in ids
        ]
    )  # fmt: skip


def asked(plan: Plan, ids: list[int]) -> set[int]:
    members = [Member(pk, None, 0.0) for pk in ids]
    in_a_group(plan=plan, members=members, name="all", at=NOON, now=NOON)
    decide_due(now=NOON)
    return set(
        Request.objects.filter(plan=plan, standing=Standing.ASKED).values_list("customer_id", flat=True)
    )


def test_the_happy_and_the_unhappy_are_asked_alike(world: World) -> None:
    ids = customers(200)
    happy = {pk for n, pk in enumerate(ids) if n % 2}
    scored(ids, happy)
    plan = a_review_plan(world)
    assert asked(plan, ids) == set(ids)
    assert Message.objects.count() == 200


def test_a_share_is_drawn_by_chance_and_not_by_score(world: World) -> None:
    ids = customers(300)
    happy = {pk for n, pk in enumerate(ids) if n % 2}
    scored(ids, happy)
    chosen = asked(a_review_plan(world, share=0.5, seed=7), ids)
    assert 110 < len(chosen) < 190
    assert abs(len(chosen & happy) - len(chosen - happy)) < 45  # five standard deviations of a fair draw


def test_the_letter_leads_everybody_straight_to_the_site(world: World) -> None:
    plan = a_review_plan(world)
    assert targets() == [(plan.target, "Google, Quay")]
    said = letter(plan.target, ToAsk(customer_id=1, key="a", language="en"))
    assert (
        said is not None
        and said.choices == ()
        and said.button == ("Write a review", "https://g.example/write")
    )
    kind = request_kind("review")
    assert kind is not None and kind.letter is letter
    close_place(place=ReviewPlace.objects.get(), by=world.clara)
    assert targets() == [] and letter(plan.target, ToAsk(customer_id=1, key="a", language="en")) is None
