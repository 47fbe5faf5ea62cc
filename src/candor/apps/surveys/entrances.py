"""The ways to a survey: an invitation's own link, which one person has, and standing links, which hang on walls and stand on pages."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from candor.questionnaire import Questionnaire, read_definition

from .models import Invitation, Link, Survey, SurveyVersion


class Trouble(StrEnum):
    """Why a survey can't be answered there, or not now."""

    NOT_YET = "not_yet"
    CLOSED = "closed"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A way to a survey, as it was when it was looked up; `version_id` and its moment say which questions are asked there."""

    survey_id: int
    name: str
    state: str
    is_anonymous: bool
    brand_color: str
    opens_at: datetime | None
    closes_at: datetime | None
    version_id: int | None
    published_at: datetime | None
    language: str = ""
    channel: str = ""
    invitation_id: int | None = None
    expires_at: datetime | None = None
    is_answered: bool = False
    link_id: int | None = None
    kind: str = ""
    sites: tuple[str, ...] = ()
    reset_seconds: int = 0
    revoked_at: datetime | None = None

    def trouble(self, now: datetime) -> Trouble | None:
        """Why it can't be answered now; None when it can."""
        if self.revoked_at is not None:
            return Trouble.REVOKED
        if self.is_answered:
            return Trouble.ANSWERED
        if self.state == Survey.State.DRAFT or self.version_id is None or _is_before(now, self.opens_at):
            return Trouble.NOT_YET
        if self.state != Survey.State.OPEN or _is_past(self.closes_at, now):
            return Trouble.CLOSED
        return Trouble.EXPIRED if _is_past(self.expires_at, now) else None

    @property
    def questionnaire(self) -> Questionnaire:
        """What is asked here."""
        return asked(self.version_id, self.published_at)

    @property
    def is_kiosk(self) -> bool:
        return self.kind == Link.Kind.KIOSK


def _is_before(now: datetime, moment: datetime | None) -> bool:
    return moment is not None and now < moment


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


@lru_cache(maxsize=256)
def asked(version_id: int | None, published_at: datetime | None) -> Questionnaire:
    """The questions of a version, which never change; the moment tells it from one of another record with the same number."""
    return read_definition(SurveyVersion.objects.values_list("definition", flat=True).get(pk=version_id or 0))


def digest_of(secret: str) -> str:
    """What is stored of a secret. A plain hash is enough: it has 256 random bits, so that there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


_SURVEY = {
    "survey_id": "survey_id",
    "name": "survey__name",
    "state": "survey__state",
    "is_anonymous": "survey__is_anonymous",
    "brand_color": "survey__brand_color",
    "opens_at": "survey__opens_at",
    "closes_at": "survey__closes_at",
}
_INVITATION = _SURVEY | {
    "invitation_id": "pk",
    "language": "language",
    "channel": "channel",
    "expires_at": "expires_at",
    "is_answered": "is_answered",
}
_LINK = _SURVEY | {
    "link_id": "pk",
    "kind": "kind",
    "channel": "channel",
    "sites": "sites",
    "reset_seconds": "reset_seconds",
    "revoked_at": "revoked_at",
}
_newest = SurveyVersion.objects.filter(survey=OuterRef("survey")).order_by("-number").values("pk")[:1]


def by_secret(secret: str) -> Entrance | None:
    """The invitation whose link holds the secret."""
    rows = Invitation.objects.filter(digest=digest_of(secret))
    return _found(rows.annotate(asks=Coalesce("version_id", Subquery(_newest))), _INVITATION)


def by_token(token: str) -> Entrance | None:
    """The standing link with the token."""
    return _found(Link.objects.filter(token=token).annotate(asks=Subquery(_newest)), _LINK)


def _found(rows: "QuerySet[Any, Any] | QuerySet[Model]", fields: Mapping[str, str]) -> Entrance | None:
    row = rows.values_list("asks", *fields.values()).first()
    if row is None:
        return None
    version_id, *values = row
    facts = dict(zip(fields, values, strict=True))
    if "sites" in facts:
        facts["sites"] = tuple(facts["sites"])
    return Entrance(version_id=version_id, published_at=_published_at(version_id), **facts)


def _published_at(version_id: int | None) -> datetime | None:
    if version_id is None:
        return None
    return SurveyVersion.objects.values_list("published_at", flat=True).get(pk=version_id)
