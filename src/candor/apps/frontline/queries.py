"""Reads of the frontline."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from candor.analytics import IdeaRank, ideas_to_show, rank_ideas
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.errors import NotFound

from .choices import ENDED, ON_THE_BOARD, IdeaState, PulseState
from .models import Idea, Pulse, PulseSeat, Vote

FOUND = 200


@dataclass(frozen=True, slots=True)
class Line:
    """An idea on the board, with what the viewer voted."""

    idea: Idea
    rank: IdeaRank
    voted: bool | None

    @property
    def votes(self) -> int:
        """How many voted."""
        return self.rank.n


def moderates(viewer: Viewer) -> bool:
    """Whether the viewer looks after the board."""
    return viewer.can(Permission.MANAGE_FRONTLINE)


def board(viewer: Viewer, *, state: str = "", search: str = "", order: str = "") -> list[Line]:
    """The ideas of the board: those that stand out first, or the newest, or those that need votes."""
    ideas = Idea.objects.with_votes().select_related("author", "owner", "unit", "touchpoint")
    ideas = (
        ideas.filter(state__in=_states(state, viewer))
        if state != "mine"
        else ideas.filter(author=viewer.person)
    )
    if search:
        ideas = ideas.filter(title__icontains=search) | ideas.filter(text__icontains=search)
    found = list(ideas[:FOUND])
    own = dict(Vote.objects.filter(person=viewer.person, idea__in=found).values_list("idea", "is_for"))
    counts = {str(idea.pk): (idea.in_favour, idea.votes) for idea in found}  # type: ignore[attr-defined]
    ranked = {one.key: one for one in rank_ideas(counts)} if counts else {}
    lines = {str(idea.pk): Line(idea, ranked[str(idea.pk)], own.get(idea.pk)) for idea in found}
    return [lines[key] for key in _ordered(lines, list(ranked), counts, order, viewer)]


def line_of(viewer: Viewer, idea: Idea) -> Line:
    """One idea with its votes; it was read by `idea_for`."""
    counts = (idea.in_favour, idea.votes)  # type: ignore[attr-defined]
    own = Vote.objects.filter(person=viewer.person, idea=idea).values_list("is_for", flat=True).first()
    return Line(idea, rank_ideas({str(idea.pk): counts})[0], own)


def _states(state: str, viewer: Viewer) -> Sequence[str]:
    if state == "ended":
        return ENDED
    if state == IdeaState.WAITING and moderates(viewer):
        return (IdeaState.WAITING,)
    return (state,) if state in ON_THE_BOARD else ON_THE_BOARD


def _ordered(
    lines: dict[str, Line], ranked: list[str], counts: dict[str, tuple[int, int]], order: str, viewer: Viewer
) -> list[str]:
    if order == "newest":
        return list(lines)
    if order == "votes-needed" and counts:
        return list(ideas_to_show(counts, count=len(counts), seed=viewer.person.pk))
    return ranked


def idea_for(viewer: Viewer, pk: int) -> Idea:
    """One idea.

    Raises:
        NotFound: it does not exist, or waits and the viewer does not look after the board.
    """
    ideas = Idea.objects.with_votes().select_related("author", "owner", "unit", "touchpoint", "merged_into")
    found = ideas.filter(pk=pk).first()
    if found is None or (found.state == IdeaState.WAITING and not moderates(viewer)):
        raise NotFound(_("This idea does not exist, or it is not on the board yet."))
    return found


def unanswered_pulse(viewer: Viewer) -> Pulse | None:
    """The pulse that the viewer is asked to and has not answered."""
    seat = PulseSeat.objects.filter(person=viewer.person, is_answered=False, pulse__state=PulseState.OPEN)
    found = seat.select_related("pulse").order_by("pk").first()
    return found.pulse if found else None


def seat_in(pulse: Pulse, viewer: Viewer) -> PulseSeat | None:
    """Whether the viewer is asked in a pulse, and has answered; only they themselves are told."""
    return PulseSeat.objects.filter(pulse=pulse, person=viewer.person).first()


def pulses(viewer: Viewer) -> list[Pulse]:
    """Pulses, the newest first; drafts for those who write them."""
    rows = Pulse.objects.all()
    return list(rows if moderates(viewer) else rows.exclude(state=PulseState.DRAFT))
