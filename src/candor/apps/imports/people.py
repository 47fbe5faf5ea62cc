"""Who did the work, as a file names them: found by e-mail or personnel number, frozen as they are named. Nobody is invented."""

from collections.abc import Collection

from candor.apps.organization.queries import people_by_email_or_code
from candor.intake import Field, Mapping, Problem, Table

from .kinds import CELLS, Item, Question
from .models import ImportBatch
from .names import names_in, strangers_among

OPTION = "unknown_people"
KEEP, REFUSE = "keep", "refuse"
CHOICES = (
    (KEEP, "Keep the name as it stands: the work is nobody’s in Candor"),
    (REFUSE, "Hand these rows back as bad rows"),
)

DONE_BY = Field(
    "done_by",
    "Who did the work",
    synonyms=(
        "done by", "agent", "employee", "staff", "handled by", "served by", "agent email", "employee email", "agent id",
        "employee id", "personnel number", "advisor", "officer",
    ),
    is_identifier=True,
    max_length=120,
    help="Their e-mail or personnel number, as of that day; a name alone is kept as it stands.",
)  # fmt: skip


def question_about_people(batch: ImportBatch, table: Table, mapping: Mapping) -> Question | None:
    """What to do with people nobody knows; None when there are none, or it was answered."""
    column = mapping.columns.get(DONE_BY.key)
    if column is None or batch.options.get(OPTION) in {KEEP, REFUSE}:
        return None
    return question_about_staff(batch, f"The column “{column.strip()}”", names_in(table, column))


def question_about_staff(batch: ImportBatch, where: str, names: Collection[str]) -> Question | None:
    """The same of names that were collected elsewhere; `where` begins the sentence."""
    if batch.options.get(OPTION) in {KEEP, REFUSE}:
        return None
    shown = strangers_among(names, known=people_by_email_or_code())
    words = f"{where} names people whose e-mail or personnel number Candor does not know: {shown}."
    return Question(OPTION, words, CHOICES) if shown else None


class People:
    """People by the names that a file uses for them."""

    def __init__(self, batch: ImportBatch) -> None:
        self._known = people_by_email_or_code()
        self._refuses = batch.options.get(OPTION, REFUSE) == REFUSE

    def id_of(self, name: str | None) -> int | None:
        """The person's id; None without a name, and for an unknown one."""
        return self._known.get((name or "").strip().casefold())

    def refusal(self, item: Item) -> Problem | None:
        """The problem of an item that names somebody unknown, when such rows go back."""
        row, values = item
        name = str(values.get(DONE_BY.key) or "")
        if not name or not self._refuses or self.id_of(name) is not None:
            return None
        message = f"Row {row}: nobody in Candor has the e-mail or personnel number “{name}”."
        expected = "the e-mail or personnel number of a member of staff"
        return Problem(row, DONE_BY.name, name, expected, message, cells=values.get(CELLS))
