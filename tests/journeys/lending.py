"""A small loan journey with events whose numbers are known."""

from datetime import UTC, datetime, timedelta

from candor.apps.journeys.models import Journey
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.foundation.storage import warehouse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
STAGES = (
    NewStage(
        name="Applying", touchpoints=(NewTouchpoint(key="loan-apply", name="Application", activity="apply"),)
    ),
    NewStage(
        name="Deciding",
        touchpoints=(
            NewTouchpoint(
                key="loan-approve",
                name="Approval",
                activity="approve",
                promise="Within 10 days",
                promised_hours=240,
            ),
            NewTouchpoint(key="loan-pay", name="Payment", activity="pay"),
        ),
    ),
)


def designed_loan() -> Journey:
    """The journey as designed: apply, approve, pay."""
    return define_journey(key="loan", name="Loan", stages=STAGES, by=None)


def loan_events(unit: int | None, *, count: int = 40, late: int = 10, customer: int | None = None) -> None:
    """Episodes that apply, hear nothing, and are approved after 9 days, the last `late` of them after 12."""
    rows = [
        {
            "journey": "loan", "case_id": f"case-{case}", "activity": activity, "unit": unit, "customer": customer,
            "at": NOON + timedelta(days=days), "ordinal": place, "source": "test", "channel": "web" if case % 2 else "phone",
        }
        for case in range(count)
        for place, (activity, days) in enumerate(
            [("apply", 0), ("letter", 4), ("approve", 9 if case < count - late else 12)]
        )
    ]  # fmt: skip
    warehouse().append_events(rows)
