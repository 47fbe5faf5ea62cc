"""The ways to a survey: an invitation's own link, which one person has, and standing links, which hang on walls and stand on pages."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from django.db import connection

from candor.questionnaire import Questionnaire, read_definition

from .models import Link, Survey, SurveyVersion


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
    response_id: int | None = None
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


# In plain SQL, since every answer begins here: put together by the ORM it costs a multiple (docs/decisions/0018). The term
# "NOT (… = '')" repeats the condition of the unique index, without which SQLite does not use it.
_ASKED = """
    LEFT JOIN surveys_surveyversion v ON v.id = {pinned}(
        SELECT n.id FROM surveys_surveyversion n WHERE n.survey_id = s.id ORDER BY n.number DESC LIMIT 1)"""
_SURVEY = (
    "survey_id", "name", "state", "is_anonymous", "brand_color", "opens_at", "closes_at", "version_id", "published_at",
)  # fmt: skip
_SURVEYS = (
    "s.id, s.name, s.state, s.is_anonymous, s.brand_color, s.opens_at, s.closes_at, v.id, v.published_at"
)
_INVITATION = (*_SURVEY, "invitation_id", "language", "channel", "expires_at", "is_answered", "response_id")
_BY_SECRET = f"""
    SELECT {_SURVEYS}, i.id, i.language, i.channel, i.expires_at, i.is_answered, r.id
    FROM surveys_invitation i JOIN surveys_survey s ON s.id = i.survey_id {_ASKED.format(pinned="coalesce(i.version_id, ")})
    LEFT JOIN surveys_response r ON r.invitation_id = i.id
    WHERE i.digest = %s AND NOT (i.digest = '')"""
_LINK = (*_SURVEY, "link_id", "kind", "channel", "sites", "reset_seconds", "revoked_at")
_BY_TOKEN = f"""
    SELECT {_SURVEYS}, l.id, l.kind, l.channel, l.sites, l.reset_seconds, l.revoked_at
    FROM surveys_link l JOIN surveys_survey s ON s.id = l.survey_id {_ASKED.format(pinned="")}
    WHERE l.token = %s"""


def by_secret(secret: str) -> Entrance | None:
    """The invitation whose link holds the secret."""
    return _found(_BY_SECRET, digest_of(secret), _INVITATION)


def by_token(token: str) -> Entrance | None:
    """The standing link with the token."""
    return _found(_BY_TOKEN, token, _LINK)


def _found(query: str, value: str, names: Sequence[str]) -> Entrance | None:
    with connection.cursor() as cursor:
        cursor.execute(query, [value])
        row = cursor.fetchone()
    if row is None:
        return None
    facts = dict(zip(names, row, strict=True))
    for name in _MOMENTS & facts.keys():
        facts[name] = _moment(facts[name])
    for name in ("is_anonymous", "is_answered"):
        facts[name] = bool(facts.get(name))
    if "sites" in facts:
        facts["sites"] = tuple(json.loads(facts["sites"]))
    return Entrance(**facts)


_MOMENTS = {"opens_at", "closes_at", "expires_at", "revoked_at", "published_at"}


def _moment(stored: datetime | None) -> datetime | None:
    """SQLite keeps the time in UTC and does not say so, PostgreSQL knows instants."""
    return stored.replace(tzinfo=UTC) if stored is not None and stored.tzinfo is None else stored
