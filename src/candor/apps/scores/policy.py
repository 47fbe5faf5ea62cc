"""The fairness policy: a score about one person is a coaching tool, and nothing else."""

from enum import StrEnum

from django.utils.translation import gettext as _

from candor.analytics import Comparison, Estimate
from candor.apps.organization.choices import Permission, Role
from candor.apps.organization.models import Person, RoleAssignment
from candor.apps.organization.scope import Scope
from candor.apps.reputation.models import PublicPage
from candor.foundation.errors import NotAllowed


class Purpose(StrEnum):
    """What somebody wants a person's score for."""

    OWN = "own"
    COACHING = "coaching"
    PAY = "pay"
    BONUS = "bonus"
    DISCIPLINE = "discipline"
    DISMISSAL = "dismissal"


class Withheld(Estimate):
    """What stands where a number would be about one person."""

    @property
    def words(self) -> str:
        return _("About one person: for coaching only")


WITHHELD = Withheld(
    value=None, low=None, high=None, n=0, status="suppressed", method="numbers about one person are for coaching only"
)  # fmt: skip
NOT_COMPARED = Comparison(
    change=None, low=None, high=None, n_now=0, n_before=0, p_value=None, verdict="too_few", method=WITHHELD.method
)  # fmt: skip
REFUSED = frozenset({Purpose.PAY, Purpose.BONUS, Purpose.DISCIPLINE, Purpose.DISMISSAL})


def is_withheld(scope: Scope, permission: Permission = Permission.READ_SCORES) -> bool:
    """Whether a number of this scope would be one about a person: then only `services.estimate_for_person` gives it."""
    return scope.is_about_one_person(permission)


def check_purpose(*, purpose: Purpose, of: Person, by: Person) -> None:
    """Let through the person themselves, and their manager for coaching.

    Raises:
        NotAllowed: the purpose is never served, or it is not this viewer's.
    """
    if purpose in REFUSED:
        raise NotAllowed(
            f"A score about one person is never given for {purpose.value}. It rests on few answers and on much that "
            "the person does not decide; use it to coach."
        )
    if purpose is Purpose.OWN and by.pk == of.pk:
        return
    if purpose is Purpose.COACHING and by.pk != of.pk and is_manager_of(by, of):
        return
    raise NotAllowed(
        "Only the person themselves, and their manager for coaching, may see a score about one person."
    )


def check_published(*, of: Person) -> None:
    """Let everybody see a score about a person who agreed to it, as long as their page is switched on.

    That they agreed, and every switch, stands in the audit log; the looks of passers-by are not logged, since that would be tracking.

    Raises:
        NotAllowed: they have not agreed, or the page is off.
    """
    if not PublicPage.objects.filter(person=of, is_on=True, agreed_at__isnull=False).exists():
        raise NotAllowed("A score about one person is public only if the person agreed to it.")


def is_manager_of(manager: Person, person: Person) -> bool:
    """Whether `manager` holds the role of manager for the unit the person belongs to, or one above it."""
    paths = RoleAssignment.objects.filter(person=manager, role=Role.MANAGER).values_list(
        "unit__path", flat=True
    )
    return any(person.unit.path.startswith(path) for path in paths)
