"""A proposal of a designed journey from its events: the frequent activities in their common order, grouped in stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log1p

from django.utils.text import slugify
from django.utils.translation import gettext as _

from candor.warehouse.queries import Passes

from .counting import HOUR, Counts
from .models import Journey, Touchpoint

LEAST_SHARE = 0.05  # of the episodes that must come to an activity for it to be proposed
MOST = 24  # touchpoints that a person can still take in
MOST_STAGES = 5
SMALLEST_STAGE = 2


@dataclass(frozen=True, slots=True)
class DraftStage:
    """A proposed stage, or one that is designed already, with its touchpoints in order."""

    name: str
    touchpoints: tuple[Touchpoint, ...]


def draft(journey: Journey, counts: Counts) -> tuple[DraftStage, ...]:
    """Stages with touchpoints that are not saved: their ids are below zero, so that lanes can tell them apart.

    Activities of at least one episode in twenty stand in the order of their median place in the episode. Stages part where the
    time since the beginning jumps most (on a logarithmic scale, so that an early hour counts beside a late week).
    """
    least = max(1.0, LEAST_SHARE * counts.paths.cases)
    frequent = [one for one in counts.passes if one.cases >= least][:MOST]
    ordered = sorted(frequent, key=lambda one: (one.median_place, one.median_elapsed, one.activity))
    numbers = iter(range(-1, -MOST - 1, -1))
    return tuple(
        DraftStage(
            _("Stage %(n)s: from %(name)s") % {"n": n, "name": named(group[0].activity)},
            tuple(_touchpoint(journey, one, next(numbers)) for one in group),
        )
        for n, group in enumerate(_grouped(ordered), start=1)
    )


def named(activity: str) -> str:
    """A name for people from what the log calls it: "A_PARTLYSUBMITTED" becomes "A partlysubmitted"."""
    words = activity.replace("_", " ").strip()
    if words.isupper() and len(words) > 3:
        words = words.lower()
    return words[:1].upper() + words[1:] if words else activity


def key_for(journey: Journey, activity: str) -> str:
    """The key that a touchpoint of this activity gets."""
    return f"{journey.key[:36]}-{slugify(activity)[:40] or 'touchpoint'}"


def _touchpoint(journey: Journey, one: Passes, number: int) -> Touchpoint:
    return Touchpoint(
        pk=number,
        key=key_for(journey, one.activity),
        name=named(one.activity)[:120],
        activity=one.activity,
        position=0,
    )


def _grouped(ordered: Sequence[Passes]) -> list[list[Passes]]:
    """Cut at the largest jumps of time, so that no stage has fewer than two touchpoints."""
    reached, jumps = 0.0, []
    for place, one in enumerate(ordered):
        at = log1p(one.median_elapsed / HOUR)
        jumps.append((at - reached if place else 0.0, place))
        reached = max(reached, at)
    cuts: list[int] = []
    for jump, place in sorted(jumps, key=lambda pair: (-pair[0], pair[1])):
        borders = sorted([0, *cuts, place, len(ordered)])
        is_roomy = all(
            after - before >= SMALLEST_STAGE for before, after in pairwise(borders) if after != before
        )
        if jump > 0 and is_roomy and len(cuts) < MOST_STAGES - 1:
            cuts.append(place)
    edges = [0, *sorted(cuts), len(ordered)]
    return [list(ordered[start:end]) for start, end in pairwise(edges) if end > start]
