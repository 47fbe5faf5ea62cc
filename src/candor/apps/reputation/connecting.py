"""Writes of connections: make them, change them, switch them on and off."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation.errors import CannotUnseal, Conflict, InvalidInput
from candor.foundation.outgoing import check_address
from candor.foundation.sealed import seal, unseal

from . import tasks
from .connectors import CONNECTORS
from .models import Connection


@transaction.atomic
def make_connection(
    *, site: str, name: str, unit: Unit | None, values: Mapping[str, str], by: Person
) -> Connection:
    """Connect to a site and have its reviews fetched.

    Raises:
        InvalidInput: the site is none that can be connected, or something it needs is missing.
        AddressRefused: the address of a gateway is none that may be asked.
    """
    if site not in CONNECTORS:
        raise InvalidInput(f"Expected one of {', '.join(sorted(CONNECTORS))}.")
    shown, secret = _split(site, values, {})
    made = Connection.objects.create(
        site=site, name=name, unit=unit, settings=shown, sealed=seal(json.dumps(secret)), made_by=by
    )
    record_audit(by=by, action="connection.made", target=made, site=site, name=name)
    tasks.fetch.enqueue(made.pk)
    return made


@transaction.atomic
def change_connection(
    *, connection: Connection, name: str, unit: Unit | None, values: Mapping[str, str], by: Person
) -> Connection:
    """Change what it is called, whom it is about and how it gets in; a secret that is left empty stays as it is."""
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    row.settings, secret = _split(row.site, values, _secrets(row))
    row.name, row.unit, row.sealed = name, unit, seal(json.dumps(secret))
    row.cursor, row.error, row.next_at, row.failed_at = "", "", None, None
    row.save(update_fields=["name", "unit", "settings", "sealed", "cursor", "error", "next_at", "failed_at"])
    record_audit(by=by, action="connection.changed", target=row, name=name, secrets_renewed=sorted(key for key, value in values.items() if value and key in secret))  # fmt: skip
    return row


@transaction.atomic
def switch(*, connection: Connection, is_on: bool, by: Person) -> None:
    """Fetch from it, or no longer; what it brought stays."""
    connection.is_on = is_on
    connection.save(update_fields=["is_on"])
    record_audit(by=by, action="connection.switched", target=connection, on=is_on)


def _secrets(row: Connection) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(unseal(row.sealed))
    except CannotUnseal:
        return {}
    return {key: value for key, value in found.items() if not key.startswith("token")}


def _split(
    site: str, values: Mapping[str, str], before: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, Any]]:
    """What may be shown and what is sealed."""
    shown: dict[str, str] = {}
    secret = dict(before)
    for one in CONNECTORS[site].settings:
        given = (values.get(one.key) or "").strip()
        if one.is_secret:
            secret[one.key] = given or before.get(one.key, "")
        else:
            shown[one.key] = given
        if one.key != "address" and not (shown.get(one.key) or secret.get(one.key)):
            raise InvalidInput(f"{one.label}: something is needed here.")
    if shown.get("address"):
        check_address(shown["address"])
    return shown, secret


@transaction.atomic
def fetch_soon(*, connection: Connection, by: Person) -> None:
    """Have reviews fetched now, to the end, unless the site asked us to wait.

    Raises:
        Conflict: it did.
    """
    if connection.next_at is not None and connection.next_at > timezone.now():
        raise Conflict(f"The site asked us to wait until {timezone.localtime(connection.next_at):%H:%M}.")
    record_audit(by=by, action="connection.fetched", target=connection)
    tasks.fetch.enqueue(connection.pk, True)
