"""What the simulated lender's staff did about bad experiences in the last weeks: cases opened, most of them closed."""

from datetime import datetime, timedelta
from typing import Final

import numpy as np

from candor.apps.cases.choices import RootCause
from candor.apps.cases.models import Case
from candor.apps.cases.services import close_case, install_standard_rules, open_cases
from candor.apps.feedback.models import Feedback

DAYS: Final = 42  # that the rules look back on
CLOSED_SHARE: Final = 0.92
MEDIAN_HOURS: Final = 30.0
SPREAD: Final = 0.9  # sigma of the logarithm of the hours
CAUSES: Final = (
    (
        RootCause.DELAY,
        0.34,
        "Called, gave the new date and a direct number. Asked the appraiser for a daily state.",
    ),
    (RootCause.COMMUNICATION, 0.30, "Apologised for the silence and agreed on an update every second day."),
    (RootCause.ERROR, 0.12, "Corrected the papers and sent them again the same day."),
    (RootCause.EXPECTATION, 0.10, "Went through the fees line by line and changed the estimate sheet."),
    (RootCause.THIRD_PARTY, 0.08, "Took it up with the appraisal company."),
    (RootCause.CONDUCT, 0.06, "Listened, apologised, and gave the customer another contact."),
)


def work_cases(*, seed: int, now: datetime) -> int:
    """Open the cases of the last weeks at the time their feedback came, and close most; returns how many were opened."""
    install_standard_rules(active_since=now - timedelta(days=DAYS))
    recent = Feedback.objects.filter(received_at__gte=now - timedelta(days=DAYS), received_at__lte=now)
    opened: list[Case] = []
    for pk, received_at in recent.order_by("received_at", "pk").values_list("pk", "received_at"):
        opened += open_cases(feedback_ids=[pk], now=received_at)
    _close_most(opened, np.random.default_rng([seed, 42]), now)
    return len(opened)


def _close_most(cases: list[Case], rng: np.random.Generator, now: datetime) -> None:
    shares = np.array([share for _, share, _ in CAUSES])
    for case in cases:
        hours = float(rng.lognormal(np.log(MEDIAN_HOURS), SPREAD))
        is_closed = rng.random() < CLOSED_SHARE
        cause, _, words = CAUSES[int(rng.choice(len(CAUSES), p=shares / shares.sum()))]
        closed_at = case.opened_at + timedelta(hours=hours)
        if is_closed and closed_at < now and case.owner is not None:
            close_case(case=case, root_cause=cause, resolution=words, by=case.owner, at=closed_at)
