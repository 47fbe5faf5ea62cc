"""What is told to other systems: that a complaint came in, what is done on it, and that it was decided."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from candor.apps.webhooks.events import Event
from candor.apps.webhooks.services import tell

from .choices import StepKind
from .models import Complaint

_EXAMPLE = {
    "complaint": 4711,
    "reference": "26-7K4M-Q9XD",
    "product": "Mortgage",
    "issue": "Delay",
    "severity": 2,
    "unit": 12,
}
OPENED = Event(
    "complaint.opened",
    _("A complaint came in one at a time: by the form, typed in, from feedback, by the API; not by a file."),
    _EXAMPLE | {"acknowledge_by": "2026-06-03", "decide_by": "2026-06-22"},
)
DECIDED = Event(
    "complaint.decided", _("A complaint was decided."), _EXAMPLE | {"outcome": "upheld", "decided_on": "2026-06-12", "in_time": True}
)  # fmt: skip
WORKED_ON = Event(
    "complaint.worked_on",
    _(
        "Something was done on a complaint; `step` says what: acknowledged, noted, handed_over, changed, paused, resumed, redressed, letter, "
        "escalated, escalation_ended, reopened. Its words are read over the API."
    ),
    _EXAMPLE | {"step": "paused", "is_open": True, "decide_by": "2026-06-22", "outcome": ""},
)
_TOLD_BY_ITSELF = {StepKind.OPENED, StepKind.DECIDED}


def tell_step(complaint: Complaint, kind: StepKind) -> None:
    """Tell of a step, except of vulnerability, which never leaves."""
    if kind in _TOLD_BY_ITSELF or kind == StepKind.VULNERABILITY:
        return
    state = {"is_open": complaint.is_open, "decide_by": complaint.decide_by, "outcome": complaint.outcome}
    tell(
        event=WORKED_ON.name,
        data=_shared(complaint) | {"step": kind} | state,
        customer_id=complaint.feedback.customer_id,
    )


def tell_opened(complaint: Complaint) -> None:
    """Tell that it came in."""
    days = {"acknowledge_by": complaint.acknowledge_by, "decide_by": complaint.decide_by}
    tell(event=OPENED.name, data=_shared(complaint) | days, customer_id=complaint.feedback.customer_id)


def tell_decided(complaint: Complaint) -> None:
    """Tell that it was decided."""
    ended = {"outcome": complaint.outcome, "decided_on": complaint.decided_on, "in_time": complaint.is_timely}
    tell(event=DECIDED.name, data=_shared(complaint) | ended, customer_id=complaint.feedback.customer_id)


def _shared(complaint: Complaint) -> dict[str, Any]:
    return {
        "complaint": complaint.pk, "reference": complaint.reference, "product": complaint.product, "issue": complaint.issue,
        "severity": complaint.severity, "unit": complaint.feedback.unit_id,
    }  # fmt: skip
