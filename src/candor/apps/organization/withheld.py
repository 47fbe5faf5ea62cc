"""Units whose numbers would be numbers about one person: which they are, worked out from the tree and from who works where.

Places of people and teams of one; a unit above that holds nothing else; and the smallest unit beside a single one of them,
since the unit above less all the others would give it away.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q

from .choices import Role, UnitKind
from .models import Person, RoleAssignment, Unit


@dataclass(frozen=True, slots=True)
class AboutOne:
    """Units that numbers are not shown for.

    Attributes:
        lone: Ids of units that hold the work of one person.
        cover: Ids of units that hide one of them, with the path of the unit it could be subtracted from: they are withheld
            only from who sees that one too.
    """

    lone: frozenset[int] = frozenset()
    cover: Mapping[int, str] = field(default_factory=dict)


def about_one_person(units: list[Unit]) -> AboutOne:
    """Which of the units, all of the tree, hold the work of one person today."""
    staff = _staff()
    below = _below(units, staff)
    lone = {
        unit.pk
        for unit in units
        if unit.kind == UnitKind.PERSON or (unit.kind == UnitKind.TEAM and below[unit.pk] == 1)
    }
    if not lone:
        return AboutOne()
    children: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in units:
        children[unit.parent_id].append(unit)
    cover: dict[int, str] = {}
    for unit in sorted(units, key=lambda one: (-one.depth, one.path)):
        kept = [child for child in children[unit.pk] if child.pk in lone or child.pk in cover]
        if len(kept) != 1 or _others_at(unit, children[unit.pk], staff):
            continue
        shown = [child for child in children[unit.pk] if child is not kept[0]]
        if shown:
            smallest = min(shown, key=lambda child: (below[child.pk], child.path))
            cover[smallest.pk] = unit.path
        elif unit.parent_id is not None and kept[0].pk in lone:
            lone.add(unit.pk)
    return _with_everything_below(units, lone, cover)


def _staff() -> dict[int, int]:
    """People by the unit they belong to: those who are active, or where none is any more, those who were."""
    rows = Person.objects.order_by().values("unit_id")
    counted = rows.annotate(now=Count("pk", filter=Q(is_active=True)), ever=Count("pk"))
    return {row["unit_id"]: row["now"] or row["ever"] for row in counted}


def _below(units: list[Unit], staff: dict[int, int]) -> Counter[int]:
    """People of each unit and everything under it."""
    found: Counter[int] = Counter()
    for unit in units:
        if n := staff.get(unit.pk, 0):
            for step in unit.path.strip("/").split("/"):
                found[int(step)] += n
    return found


def _others_at(unit: Unit, children: list[Unit], staff: dict[int, int]) -> int:
    """People of the unit itself who may do its work: without places of their own below it, and not its managers."""
    n = staff.get(unit.pk, 0)
    if not n:
        return 0
    placed = sum(child.kind == UnitKind.PERSON for child in children)
    managers = RoleAssignment.objects.filter(role=Role.MANAGER, unit=unit, person__unit=unit)
    return max(0, n - placed - managers.values("person").distinct().count())


def _with_everything_below(units: list[Unit], lone: set[int], cover: dict[int, str]) -> AboutOne:
    """What lies below such a unit adds up to it, and is as much as it."""
    paths = {unit.pk: unit.path for unit in units}
    all_lone = {unit.pk for unit in units if any(unit.path.startswith(paths[head]) for head in lone)}
    covering = {
        unit.pk: above
        for head, above in cover.items()
        for unit in units
        if unit.path.startswith(paths[head]) and unit.pk not in all_lone
    }
    return AboutOne(frozenset(all_lone), covering)
