"""Trying a survey before or after it is out: the pages that customers get, at an address that opens for a week without signing in.

A trial of the draft keeps nothing but a cookie with what was entered; a trial of the last version stores a test answer, which becomes
neither feedback nor a number.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.questionnaire import BadDefinition, Questionnaire, read_definition

from .answer_forms import steps
from .answer_pages import AnswerPage, own_thanks
from .attached import without_contents
from .entrances import Entrance
from .models import Response, Survey, SurveyVersion
from .responses import begin

LASTS = timedelta(days=7)
DRAFT, VERSION = "draft", "version"
_SALT = "surveys.trial"
_COOKIE = "trial"
_MOST_IN_A_COOKIE = 3_000  # characters; browsers take 4,096 with its name and signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(Entrance):
    """An entrance for who tries; `tried` are the questions as they are now."""

    tried: Questionnaire
    of: str

    @property
    def questionnaire(self) -> Questionnaire:
        """What is asked here."""
        return self.tried


def address(survey: Survey, of: str) -> str:
    """The full address at which a survey is tried; whoever has it can, for a week."""
    token = signing.dumps([survey.pk, of], salt=_SALT)
    return f"{settings.CANDOR_URL}{reverse('answers:trial', args=[token])}"


def path(survey: Survey, of: str) -> str:
    """The same within this site."""
    return address(survey, of).removeprefix(settings.CANDOR_URL)


def trial_at(token: str) -> Trial | None:
    """What a token lets somebody try; None where it is forged, too old, or there is nothing that could be shown.

    Raises:
        BadDefinition: the draft can't be shown as it is.
    """
    try:
        pk, of = signing.loads(token, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    survey = Survey.objects.filter(pk=pk).first()
    version = survey.versions.first() if survey else None
    if survey is None or (of == VERSION and version is None):
        return None
    return _trial(survey, version, of)


def _trial(survey: Survey, version: SurveyVersion | None, of: str) -> Trial | None:
    definition = version.definition if of == VERSION and version else survey.draft
    if definition is None:
        return None
    return Trial(
        survey_id=survey.pk, name=survey.name, state=Survey.State.OPEN, is_anonymous=survey.is_anonymous,
        brand_color=survey.brand_color, opens_at=None, closes_at=None, version_id=version.pk if version else None,
        published_at=version.published_at if version else None, sites=("'self'",), tried=read_definition(definition), of=of,
    )  # fmt: skip


class TrialPage(AnswerPage):
    """The page that customers get, for somebody who only tries."""

    entrance: Trial

    def __init__(self, request: HttpRequest, entrance: Trial, *, secret: str = "") -> None:
        super().__init__(request, entrance, secret=secret)
        before = request.get_signed_cookie(_COOKIE, default="{}", salt=_SALT)
        self.data: dict[str, Any] = _decoded(str(before))

    def offers(self) -> tuple[str, ...]:
        """The languages of what is tried."""
        return self.entrance.tried.languages

    def thanks(self) -> HttpResponse:
        """The end."""
        words = own_thanks(self.entrance.tried, self.language)
        return self._respond("surveys/answering/thanks.html", {"words": words, "is_framed": True})

    def keep(self, data: Mapping[str, Any], *, is_finished: bool, is_unconfirmed: bool = False) -> Response:
        """Remember what was entered; the end of a trial of a version is stored as a test answer."""
        self.data = without_contents(self.entrance.questionnaire, data)
        if is_finished and self.entrance.of == VERSION:
            self.data = {}
            return begin(
                entrance=self.entrance, secret=self.secret, data=data, at=timezone.now(), language=self.language,
                is_finished=True, is_test=True,
            )  # fmt: skip
        return Response(data=self.data)

    def remember(self, response: HttpResponse) -> HttpResponse:
        """Put what was entered so far into the cookie of this address, for the next step."""
        text = json.dumps(self.data)
        if len(text) <= _MOST_IN_A_COOKIE:
            response.set_signed_cookie(
                _COOKIE, text, salt=_SALT, path=self.address, httponly=True, samesite="Lax", max_age=3_600
            )
        return response

    def step_with(self, key: str) -> HttpResponse:
        """The step that asks the question, else the first."""
        walk = steps(self.entrance.questionnaire, {}, is_anonymous=self.entrance.is_anonymous)
        number = next((one.number for one in walk if any(key == q.name for q in one.questions)), 0)
        return self.step({}, number=number)


def _decoded(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def why_not(error: BadDefinition) -> str:
    """What must be mended before a draft can be shown."""
    return _("The draft can’t be shown yet: %(what)s") % {"what": error.faults[0].message}
