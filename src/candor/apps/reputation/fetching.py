"""Reviews from their sites: pass after pass, page by page. A page is one transaction that also moves the cursor.

A pass is whole (to the last page) once a day, and in between stops at the first page that brings nothing new. What two whole
passes running did not show is gone at its site. A pass that a worker's death or a site's wish interrupts goes on at its cursor.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from candor.apps.customers.services import customers_by_identifier
from candor.apps.feedback.erased import without_erased
from candor.apps.organization.choices import UnitKind
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import CannotUnseal, Conflict
from candor.foundation.sealed import seal, unseal

from .connectors import CONNECTORS
from .connectors.interface import Access, PageOfReviews
from .errors import SiteRefused, SiteUnwell, SlowDown
from .models import Connection, Review
from .services import NewReview, mark_removed, receive_reviews, review_of
from .sources.item import Values

State = Connection.State

WHOLE_EVERY = timedelta(hours=24)
MOST_PAGES = 5_000  # of one pass; more is a site that turns in circles
FEW = 20  # reviews that may be gone at once without a person's word
BELIEVABLE = 0.2  # and the share of all that may be


def fetch(*, connection: Connection, is_whole: bool = False) -> int:
    """Go on with the pass of a connection, or begin one, a whole one if wished; returns how many reviews were new or changed.

    What went wrong stands in `error` in plain words, what was fetched before is kept.
    """
    if not connection.is_on:
        return 0
    try:
        return _pass(connection, is_whole)
    except SlowDown as error:
        wait = timezone.now() + timedelta(seconds=error.seconds)
        _set(connection, state=State.WAITING, next_at=wait, error=str(error), failed_at=timezone.now())
    except SiteUnwell as error:
        _set(connection, state=State.FAILED, error=str(error), failed_at=timezone.now())
    except (SiteRefused, CannotUnseal) as error:  # it may be the cursor that is too old: begin anew next time
        _set(connection, state=State.FAILED, cursor="", error=str(error), failed_at=timezone.now())
    return 0


def _pass(connection: Connection, is_whole: bool) -> int:
    connector, access = CONNECTORS[connection.site], access_of(connection)
    if not connection.cursor:
        _begin(connection, is_whole)
    _set(connection, state=State.RUNNING)
    found = 0
    for _page in range(MOST_PAGES):
        page = connector.page(access, connection.cursor)
        fresh = _store(connection, page)
        if fresh is None:
            return found  # another worker goes on with this pass
        found += fresh
        if not page.next or (not fresh and not connection.is_whole):
            _end(connection, lists_everything=connector.lists_everything)
            return found
    raise SiteRefused("The site gives page after page without an end. Nothing was taken for gone.")


def access_of(connection: Connection) -> Access:
    """What gets us in; renewed secrets are sealed again.

    Raises:
        CannotUnseal: the workspace's key is another one by now.
    """

    def keep(secrets: dict[str, Any]) -> None:
        connection.sealed = seal(json.dumps(secrets))
        connection.save(update_fields=["sealed"])

    return Access(connection.settings, json.loads(unseal(connection.sealed)), keep)


def _begin(connection: Connection, wants_whole: bool) -> None:
    now = timezone.now()
    is_whole = wants_whole or connection.last_pass_at is None or connection.last_pass_at + WHOLE_EVERY <= now
    _set(connection, is_whole=is_whole, seen=0)


@transaction.atomic
def _store(connection: Connection, page: PageOfReviews) -> int | None:
    """Write a page and move the cursor; how many were new or changed, None when somebody else has moved it."""
    mine = Connection.objects.filter(pk=connection.pk, cursor=connection.cursor, passes=connection.passes)
    if not mine.update(cursor=page.next, seen=connection.seen + len(page.items)):
        return None
    connection.cursor, connection.seen = page.next, connection.seen + len(page.items)
    taken = receive_reviews(
        items=_reviews(connection, page.items), source=connection.site, connection=connection
    )
    if page.unfit:
        record_audit(
            by=None,
            action="review.unreadable",
            target=connection,
            n=len(page.unfit),
            first=page.unfit[0][:300],
        )
    return taken.added + taken.changed


def _reviews(connection: Connection, items: Iterable[Values]) -> list[NewReview]:
    found = without_erased(
        connection.site,
        items,
        lambda one: str(one["reference"]),
        lambda one: [(connection.site, one.get("customer") or "")],
    )
    numbers = [values.get("customer") or "" for values in found]
    customers = customers_by_identifier(system=connection.site, values=numbers, import_batch_id=None)
    unit = connection.unit
    is_location = unit is not None and unit.kind != UnitKind.ORGANIZATION
    return [
        review_of(
            values,
            site_name=values["site"],
            unit_id=connection.unit_id,
            is_of_location=is_location,
            done_by_id=unit.person_id if unit is not None else None,
            customer_id=customers.get(values.get("customer") or ""),
        )
        for values in found
    ]


@transaction.atomic
def _end(connection: Connection, *, lists_everything: bool) -> None:
    now = timezone.now()
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    if row.passes != connection.passes:
        return  # another worker ended this pass before
    facts: dict[str, Any] = {
        "state": State.READY,
        "cursor": "",
        "error": "",
        "failed_at": None,
        "next_at": None,
        "fetched_at": now,
    }
    if connection.is_whole:
        connection.passes += 1
        facts |= {"last_pass_at": now, "last_seen": connection.seen, "passes": connection.passes}
        if lists_everything:
            facts |= _follow_deletions(connection, at=now)
    _set(connection, **facts)


def _follow_deletions(connection: Connection, *, at: datetime) -> dict[str, Any]:
    """Mark what two whole passes did not show; too many at once wait for a person's word, since a site may be ill."""
    standing = Review.objects.filter(connection=connection, removed_at=None)
    gone = missing(connection)
    n, known = len(gone), standing.count()
    if n > FEW and n > BELIEVABLE * known:
        words = (
            f"The site shows {n:,} of {known:,} reviews no more. That is too many to believe unasked: nothing was taken for gone. "
            "If it is true, say so below."
        )
        return {"held_back": n, "error": words, "failed_at": at}
    mark_removed(reviews=gone, at=at)
    return {"held_back": 0}


def missing(connection: Connection) -> list[Review]:
    """Reviews that the last two whole passes did not show."""
    rows = Review.objects.filter(connection=connection, removed_at=None, pass_seen__lte=connection.passes - 2)
    return list(rows.select_related("feedback").order_by("pk"))


@transaction.atomic
def believe(*, connection: Connection, by: Person) -> int:
    """Take the site at its word that many reviews are gone; returns how many."""
    if not connection.held_back:
        raise Conflict("Nothing waits for your word here.")
    n = mark_removed(reviews=missing(connection), at=timezone.now())
    record_audit(by=by, action="connection.believed", target=connection, n=n)
    _set(connection, held_back=0, error="", failed_at=None)
    return n


def _set(connection: Connection, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(connection, name, value)
    connection.save(update_fields=list(facts))
