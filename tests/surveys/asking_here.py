"""Surveys made here, published and open, for tests of answering them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from candor.apps.surveys.entrances import Entrance, by_secret, by_token
from candor.apps.surveys.models import Invitation, Link, Survey, SurveyVersion
from candor.apps.surveys.services import NewInvitation, invite

NPS = {
    "title": {"default": "How was it?", "de": "Wie war es?", "ar": "كيف كان ذلك؟"},
    "elements": [
        {"type": "rating", "name": "score", "rateMin": 0, "rateMax": 10, "measure": "nps", "isRequired": True,
         "title": {"default": "How likely are you to recommend us?", "de": "Würden Sie uns empfehlen?", "ar": "هل توصي بنا؟"},
         "minRateDescription": "Not at all", "maxRateDescription": "Very likely"},
        {"type": "comment", "name": "why", "title": {"default": "Why {score}?", "de": "Warum {score}?", "ar": "لماذا {score}؟"}},
    ],
}  # fmt: skip
LONG = {
    "title": "Your home loan",
    "pages": [
        {"name": "first", "elements": [
            {"type": "rating", "name": "ease", "rateMax": 7, "measure": "ces", "isRequired": True, "title": "How easy was it?"},
            {"type": "radiogroup", "name": "how", "choices": ["branch", "phone"], "hasOther": True, "title": "How did you come?"},
        ]},
        {"name": "branch", "visibleIf": "{how} = 'branch'", "elements": [
            {"type": "matrix", "name": "staff", "columns": [1, 2, 3], "rows": ["kind", "quick"], "title": "Our staff"},
        ]},
        {"name": "last", "elements": [
            {"type": "checkbox", "name": "used", "choices": ["app", "web"], "title": "What do you use?"},
            {"type": "ranking", "name": "order", "choices": ["price", "speed"], "title": "What matters?"},
            {"type": "boolean", "name": "again", "title": "Would you come again?"},
            {"type": "text", "name": "spent", "inputType": "number", "title": "Hours spent"},
            {"type": "comment", "name": "more", "title": "Anything else?"},
        ]},
    ],
}  # fmt: skip


def a_survey(definition: dict[str, Any] = NPS, **fields: Any) -> Survey:
    """An open survey with one version."""
    key = fields.pop("key", f"survey-{Survey.objects.count()}")
    survey = Survey.objects.create(
        **({"key": key, "name": "How was it?", "state": Survey.State.OPEN} | fields)
    )
    SurveyVersion.objects.create(survey=survey, number=1, definition=definition)
    return survey


def a_link(survey: Survey, **fields: Any) -> Link:
    """A standing link to it."""
    values = {
        "kind": Link.Kind.OPEN,
        "name": "Counter",
        "token": f"token-{Link.objects.count()}-of-the-counter",
    }
    return Link.objects.create(survey=survey, **(values | fields))


def an_invitation(survey: Survey, **fields: Any) -> tuple[Invitation, str]:
    """An invitation and the secret of its link."""
    key = fields.pop("key", f"invitation-{Invitation.objects.count()}")
    sent_at = fields.pop("sent_at", timezone.now() - timedelta(hours=1))
    return invite(survey=survey, items=[NewInvitation(key=key, sent_at=sent_at, **fields)])[0]


def at_link(link: Link) -> Entrance:
    found = by_token(link.token)
    assert found is not None
    return found


def at(secret: str) -> Entrance:
    found = by_secret(secret)
    assert found is not None
    return found
