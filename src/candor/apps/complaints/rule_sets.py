"""Rule sets: by when complaints are acknowledged and decided. What one says is never changed: a change is a further version."""

from datetime import datetime, time

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .clocks import Terms
from .models import RuleSet, RuleSetVersion
from .working_time import Term, TimeUnit, WorkCalendar


class RuleBook:
    """The rule sets in force now, each with its newest version, for as many complaints as are taken in at once."""

    def __init__(self) -> None:
        sets = RuleSet.objects.filter(is_active=True)
        newest = RuleSetVersion.objects.filter(rule_set__in=sets).select_related("rule_set")
        found: dict[int, RuleSetVersion] = {}
        for version in newest.order_by("rule_set", "number"):
            found[version.rule_set_id] = version
        self._versions = sorted(
            found.values(), key=lambda one: (-one.rule_set.narrowness, one.rule_set.name, one.pk)
        )

    def version_for(self, product: str, jurisdiction: str, severity: int | None) -> RuleSetVersion | None:
        """The narrowest one that fits; of several as narrow the first by name, None where none fits."""
        for version in self._versions:
            if version.rule_set.fits(product=product, jurisdiction=jurisdiction, severity=severity):
                return version
        return None


@transaction.atomic
def define_rule_set(
    *, name: str, terms: Terms, by: Person | None, product: str = "", jurisdiction: str = "",
    severity: int | None = None, at: datetime | None = None,
) -> RuleSet:  # fmt: skip
    """Add a rule set with its first version.

    Raises:
        Conflict: one of this name is here.
    """
    if RuleSet.objects.filter(name=name).exists():
        raise Conflict(_("There is a rule set of this name already."))
    made = RuleSet.objects.create(name=name, product=product, jurisdiction=jurisdiction, severity=severity)
    _add_version(made, terms, "", by, at)
    record_audit(by=by, action="complaint_rules.defined", target=made, name=name)
    return made


@transaction.atomic
def change_rule_set(
    *, rule_set: RuleSet, terms: Terms, why: str, by: Person | None, at: datetime | None = None
) -> RuleSetVersion:
    """Add a version; complaints that are here keep the one they started with.

    Raises:
        Conflict: it says what the newest says.
    """
    RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    newest = rule_set.versions.order_by("-number").first()
    if newest is not None and newest.terms == terms:
        raise Conflict(_("Nothing in it was changed."))
    version = _add_version(rule_set, terms, why, by, at)
    record_audit(
        by=by, action="complaint_rules.changed", target=rule_set, name=rule_set.name, version=version.number, why=why
    )  # fmt: skip
    return version


@transaction.atomic
def set_rule_set_active(*, rule_set: RuleSet, is_active: bool, by: Person | None) -> RuleSet:
    """Take it for new complaints, or no longer; complaints that run by it go on."""
    rule_set.is_active = is_active
    rule_set.save(update_fields=["is_active"])
    verb = "started" if is_active else "stopped"
    record_audit(by=by, action=f"complaint_rules.{verb}", target=rule_set, name=rule_set.name)
    return rule_set


def _add_version(
    rule_set: RuleSet, terms: Terms, why: str, by: Person | None, at: datetime | None
) -> RuleSetVersion:
    last = rule_set.versions.aggregate(last=Max("number"))["last"] or 0
    return RuleSetVersion.objects.create(
        rule_set=rule_set, number=last + 1, stored=terms.to_stored(), why=why, made_at=at or timezone.now(), made_by=by,
    )  # fmt: skip


_LONDON = WorkCalendar(zone="Europe/London", country="GB", subdivision="ENG")
_NEW_YORK = WorkCalendar(zone="America/New_York", country="US")
_BERLIN = WorkCalendar(zone="Europe/Berlin", opens=time(9), closes=time(17), country="DE")

TEMPLATES: dict[str, Terms] = {
    # FCA Handbook DISP 1.6: a final response within eight weeks; DISP 2.8: six months to go to the ombudsman. "Promptly" for the
    # acknowledgement is three working days here.
    "UK financial services (FCA DISP)": Terms(
        acknowledge=Term(3, TimeUnit.WORKING_DAYS),
        decide=Term(8, TimeUnit.WEEKS),
        refer=Term(6, TimeUnit.MONTHS),
        ombudsman_name="Financial Ombudsman Service",
        from_working_day=True,
        calendar=_LONDON,
    ),
    # Directive (EU) 2015/2366 article 101: fifteen business days. The acknowledgement is a custom, not in the directive.
    "EU payment services (PSD2)": Terms(
        acknowledge=Term(3, TimeUnit.WORKING_DAYS), decide=Term(15, TimeUnit.WORKING_DAYS), calendar=_BERLIN
    ),
    # https://www.consumerfinance.gov/complaint/process/
    "US consumer finance (CFPB)": Terms(
        acknowledge=Term(15, TimeUnit.DAYS), decide=Term(60, TimeUnit.DAYS), calendar=_NEW_YORK
    ),
    "Our own promise": Terms(
        acknowledge=Term(2, TimeUnit.WORKING_DAYS),
        decide=Term(15, TimeUnit.WORKING_DAYS),
        most_paused_days=14,
        calendar=WorkCalendar(),
    ),
}
"""Where a rule set can start from; each is to be read against the law of the place, and changed."""
