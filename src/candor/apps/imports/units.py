"""Units named in a file: found by code or name. What to do with unknown ones is asked before the import, never guessed."""

from collections.abc import Collection, Sequence

from django.utils.text import slugify

from candor.apps.organization.choices import UnitKind
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import root_unit, units_by_code_or_name
from candor.apps.organization.services import create_unit
from candor.intake import Mapping, Table

from .kinds import Item, Question
from .models import ImportBatch
from .names import names_in, strangers_among

OPTION = "unknown_units"
CREATE, WITHOUT, REFUSE = "create", "without", "refuse"
CHOICES = (
    (CREATE, "Make them: locations of the organization, to be moved or renamed later"),
    (WITHOUT, "Import these rows without a unit"),
    (REFUSE, "Hand these rows back as bad rows"),
)


def question_about_units(batch: ImportBatch, table: Table, mapping: Mapping) -> Question | None:
    """What to do with units nobody knows; None when there are none, or it was answered."""
    column = mapping.columns.get("unit")
    if column is None or batch.options.get(OPTION) in {CREATE, WITHOUT, REFUSE}:
        return None
    return question_about_names(batch, f"The column “{column.strip()}”", names_in(table, column))


def question_about_names(batch: ImportBatch, where: str, names: Collection[str]) -> Question | None:
    """The same for names that were collected elsewhere; `where` begins the sentence."""
    if batch.options.get(OPTION) in {CREATE, WITHOUT, REFUSE}:
        return None
    shown = strangers_among(names, known=units_by_code_or_name())
    return (
        Question(OPTION, f"{where} names units that Candor does not know: {shown}.", CHOICES)
        if shown
        else None
    )


class Units:
    """Units by the names that a chunk of rows uses, as the person chose for unknown ones."""

    def __init__(self, batch: ImportBatch, items: Sequence[Item]) -> None:
        self._known = units_by_code_or_name()
        self._choice = batch.options.get(OPTION, REFUSE)
        if self._choice == CREATE:
            named = {str(values.get("unit") or "").strip() for _, values in items}
            for name in sorted(named):
                if name and name.casefold() not in self._known:
                    self._known[name.casefold()] = _make(name, batch).pk

    def id_of(self, name: str | None) -> int | None:
        """The unit's id; None without a name, and for an unknown one."""
        return self._known.get((name or "").strip().casefold())

    def refuses(self, name: str | None) -> bool:
        """Whether a row with this name goes back as a bad row."""
        return bool(name) and self._choice not in {CREATE, WITHOUT} and self.id_of(name) is None


def _make(name: str, batch: ImportBatch) -> Unit:
    base = slugify(name)[:50] or "unit"
    taken = set(Unit.objects.filter(code__startswith=base).values_list("code", flat=True))
    code = next(c for c in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if c not in taken)
    return create_unit(
        name=name[:120], kind=UnitKind.LOCATION, code=code, parent=root_unit(), by=batch.created_by
    )
