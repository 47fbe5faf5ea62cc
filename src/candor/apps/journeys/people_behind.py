"""Who is behind a number of the map, as far as the viewer may know it."""

from dataclasses import replace
from typing import Any

from candor.apps.customers.models import Customer
from candor.apps.customers.queries import visible_customers
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.foundation.masking import mask
from candor.foundation.panels import panels_for
from candor.foundation.storage import warehouse
from candor.warehouse.queries import Behind, Episode, episodes_behind

from .counting import where_of
from .models import Touchpoint
from .picks import Pick

LISTED = 30


def page(pick: Pick, activity: str, after: str | None) -> dict[str, Any]:
    """The episodes that the viewer may see, newest first.

    Whoever may read feedback sees the episodes of the units they hold it for; a group of fewer customers than the least n would
    tell of single persons, so only those who may read personal data of all these units see who is in it.
    """
    viewer = pick.scope.viewer
    points = Touchpoint.objects.filter(stage__journey=pick.journey, activity__in=[activity, after or ""])
    by_activity = {point.activity: point for point in points.select_related("owner", "stage")}
    context = {
        "journey": pick.journey,
        "pick": pick,
        "scope": pick.scope,
        "activity": activity,
        "after": after,
        "point": by_activity.get(activity),
        "name": by_activity[activity].name if activity in by_activity else activity,
        "after_name": by_activity[after].name if after and after in by_activity else after,
        "panels": panels_for("touchpoint") if activity in by_activity and not after else [],
        "may_read": viewer.can(Permission.READ_FEEDBACK),
        "least_n": workspace().least_n_score,
        "viewer": viewer,
    }
    return context | (_listed(pick, activity, after) if context["may_read"] else {})


def _listed(pick: Pick, activity: str, after: str | None) -> dict[str, Any]:
    behind = _behind(pick, activity, after)
    if not behind.episodes and not pick.is_all_time:
        pick = pick.for_all_time()
        behind = _behind(pick, activity, after)
    is_few = 0 < behind.people < workspace().least_n_score
    is_hidden = is_few and not _is_named(pick)
    return {
        "behind": behind,
        "shown_pick": pick,
        "is_hidden": is_hidden,
        "episodes": [] if is_hidden else _with_customers(pick, behind.newest),
    }


def _behind(pick: Pick, activity: str, after: str | None) -> Behind:
    where = where_of(pick.question(Permission.READ_FEEDBACK))
    return episodes_behind(
        warehouse(), journey=pick.journey.key, where=where, activity=activity, after=after, limit=LISTED
    )


def _is_named(pick: Pick) -> bool:
    """Whether the viewer may read personal data of every unit whose episodes are shown."""
    return pick.scope.holds_all(Permission.READ_PERSONAL_DATA, seen=Permission.READ_FEEDBACK)


def _with_customers(pick: Pick, episodes: tuple[Episode, ...]) -> list[tuple[Episode, Customer | None]]:
    wanted = {episode.customer for episode in episodes if episode.customer is not None}
    known = {customer.pk: customer for customer in visible_customers(pick.scope.viewer).filter(pk__in=wanted)}
    is_named = _is_named(pick)
    return [
        (
            episode if is_named else replace(episode, case_id=mask(episode.case_id).text),
            known.get(episode.customer or 0),
        )
        for episode in episodes
    ]
