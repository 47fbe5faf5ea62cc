"""A lender's journey, a survey that is open, customers who can be reached, and a mail server."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from candor.apps.customers.services import NewCustomer, add_customers
from candor.apps.journeys.models import Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.surveys.models import Survey, SurveyVersion
from candor.apps.surveys.services import define_survey
from tests.asking.post import Post, a_post
from tests.world import World

NPS = {
    "elements": [
        {
            "type": "rating", "name": "nps", "title": {"default": "How likely are you to recommend us?", "de": "Wie wahrscheinlich empfehlen Sie uns?"},
            "measure": "nps", "rateMin": 0, "rateMax": 10,
            "minRateDescription": "Not at all", "maxRateDescription": "Very likely",
        },
        {"type": "comment", "name": "why", "title": "Why?"},
    ]
}  # fmt: skip


@pytest.fixture
def post(settings: LazySettings) -> Iterator[Post]:
    with a_post() as post:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.port
        settings.DEFAULT_FROM_EMAIL = "Harbour <asking@harbour.example>"
        settings.CANDOR_URL = "https://cx.harbour.example"
        yield post


@pytest.fixture
def paid_out(world: World) -> Touchpoint:
    steps = (
        NewTouchpoint(key="apply", name="Apply", activity="Applied"),
        NewTouchpoint(key="pay-out", name="Pay-out", activity="Paid out"),
    )
    define_journey(key="loan", name="Loan", stages=[NewStage(name="Borrow", touchpoints=steps)], by=None)
    return Touchpoint.objects.get(key="pay-out")


def a_survey(
    key: str = "after-pay-out", type_: str = "touchpoint", definition: dict[str, Any] = NPS
) -> Survey:
    """An open survey with one version."""
    survey = define_survey(key=key, name=key.replace("-", " ").capitalize())
    survey.type, survey.state = type_, Survey.State.OPEN
    survey.save(update_fields=["type", "state"])
    SurveyVersion.objects.create(survey=survey, number=1, definition=definition)
    return survey


def customers(n: int, **facts: Any) -> list[int]:
    """Ids of customers with an address each."""
    items = [
        NewCustomer(
            identifiers=(("shop", f"u{number}"),),
            name=f"Customer {number}",
            email=f"c{number}@mail.example",
            **facts,
        )
        for number in range(n)
    ]
    ids = add_customers(items=items)
    return [ids[f"u{number}"] for number in range(n)]
