"""The ideas of the simulated lender's staff on the board, with their votes and answers."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction

from candor.apps.frontline.choices import IdeaState
from candor.apps.frontline.models import Idea, IdeaStep, Vote
from candor.apps.frontline.services import digest_of
from candor.apps.organization.models import Person
from candor.demo.rows import IdeaRow

STATES: Final = {
    "open": IdeaState.OPEN,
    "under review": IdeaState.OPEN,
    "planned": IdeaState.PLANNED,
    "in progress": IdeaState.UNDER_WAY,
    "done": IdeaState.DONE,
    "declined": IdeaState.DECLINED,
}


@transaction.atomic
def fill_the_board(rows: Sequence[IdeaRow]) -> None:
    """Put the ideas on the board, once, as if they had been posted, voted on and answered there."""
    if Idea.objects.exists():
        return
    staff = Person.objects.exclude(code=None)
    people = {str(code): pk for code, pk in staff.values_list("code", "pk")}
    units = dict(staff.values_list("pk", "unit"))
    ideas = Idea.objects.bulk_create(_idea(row, people, units) for row in rows)
    Vote.objects.bulk_create(
        Vote(idea=idea, person_id=people[key], is_for=True)
        for idea, row in zip(ideas, rows, strict=True)
        for key in row.voters
    )
    Vote.objects.bulk_create(_against(ideas, rows, people))
    IdeaStep.objects.bulk_create(
        IdeaStep(idea=idea, words=f"{IdeaState(idea.state).label}: {row.answer}"[:300], at=row.answered_at)
        for idea, row in zip(ideas, rows, strict=True)
        if row.answer and row.answered_at
    )


def _idea(row: IdeaRow, people: Mapping[str, int], units: Mapping[int, int]) -> Idea:
    author = people[row.staff] if row.staff else None
    at = row.posted_at if author else row.posted_at.replace(hour=12, minute=0, second=0, microsecond=0)
    return Idea(
        title=row.title, text=row.body, state=STATES[row.status], author_id=author, unit_id=units.get(author) if author else None,
        digest="" if author else digest_of(row.key), posted_at=at, answer=row.answer or "", answered_at=row.answered_at,
    )  # fmt: skip


def _against(ideas: Sequence[Idea], rows: Sequence[IdeaRow], people: Mapping[str, int]) -> list[Vote]:
    """Of those who did not vote for an idea, every seventh votes against it."""
    found = []
    for idea, row in zip(ideas, rows, strict=True):
        others = sorted(people.keys() - set(row.voters) - {row.staff})[: 3 * len(row.voters)]
        found += [Vote(idea=idea, person_id=people[key], is_for=False) for key in others[::7]]
    return found
