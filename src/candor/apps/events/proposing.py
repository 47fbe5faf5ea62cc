"""Names of events beside the touchpoints of the design: which of them a touchpoint hears, and which are called as it is and go elsewhere."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, QuerySet, When

from candor.apps.journeys.models import Journey, Touchpoint

from .learning import Placing, placings_of
from .models import EventName
from .queries import unplaced_names


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A name that a touchpoint or its activity bears too, and whose events don't come to it.

    Attributes:
        goes_to: the journey into which its events go meanwhile; None while they are held.
        is_proposed: whether the page of names proposes it. Otherwise somebody placed it, or a touchpoint of its own journey bears it.
    """

    name: EventName
    goes_to: Journey | None
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class Hearing:
    """The names of events of one touchpoint: those whose events come to it, and those that are called as it is and go elsewhere."""

    heard: list[EventName]
    elsewhere: list[Elsewhere]


def new_names() -> QuerySet[EventName]:
    """Names that wait to be placed: first those that a touchpoint is called by, then the most frequent."""
    rows, words = unplaced_names(), _touchpoints_by_word()
    alike = [pk for pk, name in rows.values_list("pk", "name") if _folded(name) in words]
    first = [Case(When(pk__in=alike, then=0), default=1)] if alike else []
    return rows.order_by(*first, "-seen", "name", "pk")


def with_touchpoints_alike(names: Iterable[EventName]) -> list[tuple[EventName, list[Touchpoint]]]:
    """Each name with the touchpoints, of any journey, that are called as it is."""
    words = _touchpoints_by_word()
    return [(name, words.get(_folded(name.name), [])) for name in names]


def hearing_of(touchpoint: Touchpoint) -> Hearing:
    """Which names of events come to a touchpoint of a journey, and which should perhaps."""
    assert touchpoint.stage is not None  # one that was taken out of its journey hears nothing
    here = Placing(touchpoint.stage.journey.key, touchpoint.activity)
    found = Hearing([], [])
    for name in _candidates(touchpoint):
        goes_to = _goes_to(name)
        is_held = name.source.holds_unknown and not name.is_decided
        if goes_to == here and not is_held:
            found.heard.append(name)
        elif _folded(name.name) in _words_of(touchpoint):
            journey = None if is_held else Journey.objects.filter(key=goes_to.journey).first()
            found.elsewhere.append(Elsewhere(name, journey, unplaced_names().filter(pk=name.pk).exists()))
    return found


def _candidates(touchpoint: Touchpoint) -> QuerySet[EventName]:
    words = _words_of(touchpoint)
    known = EventName.objects.values_list("pk", "name", "touchpoint_id")  # no database folds all letters
    found = [pk for pk, name, placed in known if placed == touchpoint.pk or _folded(name) in words]
    return EventName.objects.filter(pk__in=found).select_related("source__journey").order_by("-seen", "pk")


def _goes_to(name: EventName) -> Placing:
    own = name.source.journey.key if name.source.journey else name.source.name
    placing = placings_of(name.source).get(name.name, Placing(own))
    return Placing(placing.journey, placing.activity or name.name)


def _touchpoints_by_word() -> dict[str, list[Touchpoint]]:
    found = defaultdict(list)
    for one in Touchpoint.objects.exclude(stage=None).select_related("stage__journey").order_by("pk"):
        for word in _words_of(one):
            found[word].append(one)
    return found


def _words_of(touchpoint: Touchpoint) -> set[str]:
    """What it and its events are called."""
    return {_folded(text) for text in (touchpoint.name, touchpoint.activity) if text}


def _folded(text: str) -> str:
    return text.strip().casefold()
