"""A design written down and put back: what an undo needs, and the order of stages and touchpoints."""

from collections.abc import Sequence
from typing import Any

from .models import Journey, Stage, Touchpoint

FACTS = (
    "name", "activity", "is_direct", "is_critical", "owner_id", "promise", "promised_hours", "promised_from",
)  # fmt: skip
_FAR = 10_000  # positions out of the way while others are taken


def design_of(journey: Journey) -> list[dict[str, Any]]:
    """The stages in order, each with its touchpoints and all that is said of them; as JSON."""
    stages = journey.stages.order_by("position").prefetch_related("touchpoints")
    return [
        {
            "id": stage.pk,
            "name": stage.name,
            "touchpoints": [
                {"id": point.pk} | {name: getattr(point, name) for name in FACTS}
                for point in sorted(stage.touchpoints.all(), key=lambda point: (point.position, point.pk))
            ],
        }
        for stage in stages
    ]


def put_back(journey: Journey, design: list[dict[str, Any]]) -> None:
    """Make the journey's design this one again; touchpoints that are not in it stay, without a stage."""
    kept = [stage["id"] for stage in design]
    journey.stages.exclude(pk__in=kept).delete()
    stages = []
    for place, written in enumerate(design):
        stage, _new = Stage.objects.update_or_create(
            pk=written["id"], defaults={"journey": journey, "name": written["name"], "position": _FAR + place}
        )
        stages.append(stage)
    number_stages(stages)
    Touchpoint.objects.filter(stage__journey=journey).update(stage=None)
    for stage, written in zip(stages, design, strict=True):
        for place, facts in enumerate(written["touchpoints"]):
            values = {name: facts.get(name, "") for name in FACTS}
            Touchpoint.objects.filter(pk=facts["id"]).update(stage=stage, position=place, **values)


def number_stages(stages: Sequence[Stage]) -> None:
    """Give the stages the positions of this order; two of a journey never share one, not even for a moment."""
    for base in (_FAR * 2, 0):
        for place, stage in enumerate(stages):
            stage.position = base + place
            stage.save(update_fields=["position"])


def number_touchpoints(stage: Stage, points: Sequence[Touchpoint]) -> None:
    """Put the touchpoints into the stage, in this order."""
    for place, point in enumerate(points):
        if (point.stage_id, point.position) != (stage.pk, place):
            point.stage, point.position = stage, place
            point.save(update_fields=["stage", "position"])
