"""API keys: made once, shown once, known by their digest, gone when revoked."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from candor.foundation.errors import Conflict, InvalidRequest, KeyRefused, NotAllowed

from .access import Viewer, viewer_of
from .choices import SCOPE_GRANTS, KeyScope, Permission
from .models import ApiKey, Person, Unit
from .queries import root_unit
from .services import record_audit

MARK = "candor_"  # so that people and secret scanners know what it is
_SHOWN = len(MARK) + 6
_USED_WITHIN = timedelta(minutes=1)  # finer is not worth a write a request


@transaction.atomic
def make_key(
    *, name: str, source: str, scopes: Sequence[KeyScope], by: Person | None, unit: Unit | None = None
) -> tuple[ApiKey, str]:
    """Make a key; the second part of the answer is the key itself, which can't be shown again."""
    secret = MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name,
        source=source,
        prefix=secret[:_SHOWN],
        digest=_digest(secret),
        scopes=[KeyScope(scope).value for scope in scopes],
        unit=unit,
        made_by=by,
    )
    record_audit(
        by=by,
        action="api_key.made",
        target=key,
        name=name,
        source=source,
        scopes=key.scopes,
        unit=unit.name if unit else None,
    )
    return key, secret


@transaction.atomic
def revoke_key(*, key: ApiKey, by: Person) -> ApiKey:
    """Make a key useless from now on.

    Raises:
        Conflict: somebody revoked it before.
    """
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by):
        raise Conflict("This key was revoked already.")
    record_audit(by=by, action="api_key.revoked", target=key, name=key.name)
    key.refresh_from_db()
    return key


def keyed(request: HttpRequest, scope: KeyScope) -> ApiKey:
    """The key that the request came with, as `Authorization: Bearer KEY`, or as the user name of Basic authorization.

    Raises:
        KeyRefused: there is none, or it is unknown or revoked.
        NotAllowed: it is not for this.
    """
    key = known_key(request)
    if scope not in key.scopes:
        raise NotAllowed(f"This key is not for “{KeyScope(scope).label}” ({scope}).")
    return key


def known_key(request: HttpRequest) -> ApiKey:
    """The same, whatever it is for; looked up once a request.

    Raises:
        KeyRefused: there is none, or it is unknown or revoked.
    """
    known: ApiKey | None = getattr(request, "api_key", None)
    if known is not None:
        return known
    secret = _given(request.headers.get("Authorization", ""))
    key = _with_secret(secret) if secret else None
    if key is None:
        raise KeyRefused(
            "The key is unknown or was revoked."
            if secret
            else "Send an API key as “Authorization: Bearer KEY”."
        )
    _note_use(key)
    request.api_key = key  # type: ignore[attr-defined]
    return key


def _with_secret(secret: str) -> ApiKey | None:
    return ApiKey.objects.select_related("unit").filter(digest=_digest(secret), revoked_at=None).first()


def viewer_with(key: ApiKey) -> Viewer:
    """What a key sees, in the place of a person: rows of its unit and those below it, or of the whole company, as its scopes allow."""
    top = key.unit or root_unit()
    paths = frozenset({top.path} if top else ())
    grants = {SCOPE_GRANTS[scope]: paths for scope in key.scopes if scope in SCOPE_GRANTS}
    return Viewer(Person(name=str(key)), grants)


def unit_for(key: ApiKey, code: str | None) -> Unit | None:
    """The unit that something a key sends belongs to: the one named by its code, else the key's own.

    Raises:
        InvalidRequest: there is no unit with this code, or the key is bound to another one.
    """
    if not code:
        return key.unit
    unit = Unit.objects.filter(code=code).first()
    if unit is None or (key.unit is not None and not unit.path.startswith(key.unit.path)):
        error = InvalidRequest(f"There is no unit “{code}”, or this key is bound to another one.")
        error.members = {"errors": [{"field": "unit", "expected": "the code of a unit the key is for"}]}
        raise error
    return unit


def viewer_named(email: str, permission: Permission, *, field: str = "person") -> Viewer:
    """The member of staff in whose name a key does something that only people do, with what they may; `field` names them in the request.

    Raises:
        InvalidRequest: nobody who may do this signs in with the address.
    """
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    viewer = viewer_of(person) if person else None
    if viewer is None or not viewer.can(permission):
        error = InvalidRequest("Nobody who may do this has the address that was named. Nothing was done.")
        error.members = {"errors": [{"field": field, "expected": "the e-mail address of somebody who may"}]}
        raise error
    return viewer


def for_whole_company(key: ApiKey) -> ApiKey:
    """The key, which must be bound to no unit, for what can't be divided by unit.

    Raises:
        NotAllowed: it is bound to one.
    """
    if key.unit_id is not None:
        raise NotAllowed("This is the whole company’s, and the key is bound to a unit.")
    return key


def _given(authorization: str) -> str:
    kind, _, rest = authorization.strip().partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at is None or not timedelta(0) <= now - key.last_used_at < _USED_WITHIN:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    """A plain hash is enough: the secret has 256 random bits, so that there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
