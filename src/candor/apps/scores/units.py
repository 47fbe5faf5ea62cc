"""Rolling answers up the tree of units: which rows a split by unit has, and which unit's answers belong to which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from candor.analytics import Histogram, total_of
from candor.apps.organization.choices import Permission, UnitKind
from candor.apps.organization.models import Unit
from candor.apps.organization.scope import Scope


@dataclass(frozen=True, slots=True)
class Group:
    """A row of a split; its key is "" for what belongs to none of the others."""

    key: str
    label: str
    unit: Unit | None
    answers: Histogram


def roll_up(
    by_unit: Mapping[int | None, Histogram], *, scope: Scope, kind: UnitKind | None = None
) -> list[Group]:
    """Answers summed up to the units just below the scope, or to the units of `kind`, with a row for all others.

    Units that are the work of one person get no row: they stand among the others, and never alone there.
    """
    visible = _visible(scope)
    heads = _heads(scope, visible, kind)
    shown = [unit for unit in heads if not scope.viewer.withholds(unit)]
    members = _members(by_unit, visible, shown)
    if _rest_is_one_person(scope, visible, shown):
        fewest = min(shown, key=lambda head: (total_of(members.get(head.pk, [])).n, head.path), default=None)
        shown = [head for head in shown if head is not fewest]
        members = _members(by_unit, visible, shown)
    rows = [Group(str(head.pk), head.name, head, total_of(members.get(head.pk, []))) for head in shown]
    if None in members:
        label = _rest_label(scope, visible) if len(shown) == len(heads) else _("All others together")
        rows.append(Group("", label, None, total_of(members[None])))
    return rows


def _members(
    by_unit: Mapping[int | None, Histogram], visible: Sequence[Unit], heads: Sequence[Unit]
) -> dict[int | None, list[Histogram]]:
    """Answers by the head they belong to, None for those of no head."""
    paths = {unit.pk: unit.path for unit in visible}
    found: dict[int | None, list[Histogram]] = {}
    for unit_id, answers in sorted(by_unit.items(), key=lambda item: item[0] or 0):
        path = paths.get(unit_id, "") if unit_id is not None else ""
        head = next((head.pk for head in heads if path.startswith(head.path)), None)
        found.setdefault(head, []).append(answers)
    return found


def _rest_is_one_person(scope: Scope, visible: Sequence[Unit], heads: Sequence[Unit]) -> bool:
    """Whether what belongs to no head is the work of one person: then another head has to stand with it."""
    if scope.unit is None and scope.viewer.sees_everything(Permission.READ_SCORES):
        return False  # the organization itself is among the rest, and what has no unit
    rest = [unit for unit in visible if not any(unit.path.startswith(head.path) for head in heads)]
    lone = scope.viewer.about_one.lone
    tops = [unit for unit in rest if unit.parent_id not in {one.pk for one in rest}]
    return len(tops) == 1 and all(unit.pk in lone for unit in rest)


def _visible(scope: Scope) -> list[Unit]:
    units = scope.viewer.units(Permission.READ_SCORES)
    return units if scope.unit is None else [unit for unit in units if unit.path.startswith(scope.unit.path)]


def _heads(scope: Scope, visible: Sequence[Unit], kind: UnitKind | None) -> list[Unit]:
    """The units that would get a row: disjoint, in tree order."""
    if kind is not None:
        return [unit for unit in visible if unit.kind == kind]
    paths = {unit.path for unit in visible}
    tops = [unit for unit in visible if not any(_is_above(path, unit.path) for path in paths)]
    if len(tops) != 1:
        return tops
    children = [unit for unit in visible if unit.parent_id == tops[0].pk]
    return children if any(not scope.viewer.withholds(child) for child in children) else tops


def _is_above(path: str, other: str) -> bool:
    return path != other and other.startswith(path)


def _rest_label(scope: Scope, visible: Sequence[Unit]) -> str:
    if scope.unit is not None:
        return f"{scope.unit.name} itself"
    return "No unit stated" if scope.viewer.sees_everything(Permission.READ_SCORES) else "Elsewhere"
