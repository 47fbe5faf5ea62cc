"""Reads about journeys as designed."""

from collections.abc import Sequence

from django.db.models import Count, Prefetch, QuerySet

from candor.foundation.errors import NotFound

from .models import Journey, Stage, Touchpoint


def journeys_with_sizes() -> QuerySet[Journey]:
    """All journeys with their owners and the numbers of their stages and touchpoints."""
    return Journey.objects.select_related("owner").annotate(
        stage_count=Count("stages", distinct=True),
        touchpoint_count=Count("stages__touchpoints", distinct=True),
    )


def journey_map(key: str) -> tuple[Journey, Sequence[Stage]]:
    """A journey and its stages in order, each with its touchpoints.

    Raises:
        NotFound: there is no such journey.
    """
    journey = Journey.objects.select_related("owner").filter(key=key).first()
    if journey is None:
        raise NotFound(f"There is no journey called “{key}”.")
    points = Prefetch("touchpoints", Touchpoint.objects.select_related("owner").order_by("position", "pk"))
    return journey, list(journey.stages.order_by("position").prefetch_related(points))
