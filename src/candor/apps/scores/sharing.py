"""Results of a survey shown to somebody without an account: by a link that nobody can guess, for a time, until it is revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.apps.organization.scope import Scope, check_may_export, scope_for
from candor.apps.organization.services import record_audit
from candor.apps.surveys.models import Survey
from candor.foundation.errors import InvalidInput, NotFound

from .models import SharedResults

DAYS = (7, 30, 90)  # a link may be good for
GONE = "This link leads nowhere: it was revoked, it has run out, or it never was one."


@transaction.atomic
def share_results(
    *, survey: Survey, scope: Scope, days: int, has_comments: bool, by: Person
) -> tuple[SharedResults, str]:
    """Make a link to a survey's results in a scope; returns it with its secret, which is kept nowhere.

    Raises:
        NotAllowed: the scope shows units that the person may see but not take away.
        InvalidInput: not one of `DAYS`.
    """
    check_may_export(scope)
    if days not in DAYS:
        raise InvalidInput(f"A link is good for {', '.join(map(str, DAYS))} days; expected one of these.")
    secret = secrets.token_urlsafe(32)
    shared = SharedResults.objects.create(
        survey=survey, digest=_digest(secret), unit=scope.unit, period=scope.period.key, has_comments=has_comments, made_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip
    record_audit(
        by=by,
        action="survey_results.shared",
        target=survey,
        days=days,
        comments=has_comments,
        period=scope.period.key,
    )
    return shared, secret


@transaction.atomic
def revoke_results(*, shared: SharedResults, by: Person) -> SharedResults:
    """Let a link lead nowhere from now on; twice is once."""
    if shared.revoked_at is None:
        shared.revoked_at = timezone.now()
        shared.save(update_fields=["revoked_at"])
        record_audit(by=by, action="survey_results.revoked", target=shared.survey)
    return shared


def shared_by(secret: str, *, now: datetime) -> tuple[SharedResults, Scope]:
    """What a link shows, as its maker sees it now: what they may not see any more, it does not show either.

    Raises:
        NotFound: the link leads nowhere, whatever the reason.
    """
    found = SharedResults.objects.filter(digest=_digest(secret), revoked_at=None, expires_at__gt=now)
    shared = found.select_related("survey", "unit", "made_by").first()
    if shared is None or not shared.made_by.is_active:
        raise NotFound(GONE)
    viewer = viewer_of(shared.made_by)
    if not viewer.can(Permission.READ_SCORES, shared.unit) or (
        shared.unit is not None and viewer.withholds(shared.unit)
    ):
        raise NotFound(GONE)
    scope = scope_for(viewer, shared.unit, shared.period)
    if not scope.holds_all(Permission.EXPORT_DATA, seen=Permission.READ_SCORES):
        raise NotFound(GONE)
    return shared, scope


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
