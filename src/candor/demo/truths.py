"""What is true in the simulated lender, and what only looks true.

The generator reads its effects from here and nowhere else, so that a test, or a
reader of the demo, can hold what Candor says against what was planted. Effects on
feeling are in standard deviations of a customer's latent satisfaction.
"""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

# --- What moves satisfaction -------------------------------------------------

DRIVERS: Final = MappingProxyType(
    {
        "informed": 0.54,  # being kept informed while waiting for the appraisal
        "speed": 0.30,  # days from application to decision against what was promised
        "communication": 0.28,  # calls returned, one answer rather than three
        "warmth": 0.25,  # the loan officer as a person
        "competence": 0.18,  # the loan officer as a professional
        "fees": 0.16,  # costs that were clear from the start
    }
)
"""The true drivers and their weights; all are rated in the closing survey too."""

TEMPERAMENT: Final = 0.45
"""Weight of a customer's own temper, that no lender can change."""

ANSWER_NOISE: Final = 0.5
"""Standard deviation of the same person answering the same question again."""

# --- The moment where feeling turns ------------------------------------------

TURNING_MOMENT: Final = "appraisal"
APPRAISAL_DROP: Final = -0.85
"""Waiting for the appraisal lowers feeling by this much on average."""

LATE_APPRAISAL: Final = -0.30
"""A further drop when the promise is broken."""

RECOVERY_ON_APPROVAL: Final = 0.60
DECLINED: Final = -0.90

# --- Promises ----------------------------------------------------------------

PROMISES: Final = MappingProxyType(
    {
        "documents": ("We look at your documents within 2 days", 2.0),
        "appraisal": ("Your appraisal is back within 10 days", 10.0),
        "decision": ("You have our decision 7 days after the appraisal", 7.0),
        "closing": ("You close within 30 days of approval", 30.0),
    }
)
"""Touchpoint to (promise in words, days)."""

# --- Branches ----------------------------------------------------------------

IMPROVED_BRANCH: Final = "Tacoma Stadium"
IMPROVED_SINCE_DAYS: Final = 270
IMPROVED_BEFORE: Final = MappingProxyType({"informed": -0.75, "communication": -0.45})
IMPROVED_AFTER: Final = MappingProxyType({"informed": 0.85, "communication": 0.55})
"""It began to call every customer twice a week during the appraisal, and it shows."""

LUCKY_BRANCH: Final = "Duluth Canal Park"
LUCKY_DAYS: Final = 90
LUCKY_DRAWS: Final = 16
"""Nothing changed there: of 16 equally likely samples of who answered in the last
quarter, the most flattering one happened. A handful of answers, so it looks improved."""

SLOW_BRANCH: Final = "Cleveland Ohio City"
SLOW_APPRAISAL: Final = 1.5
"""Appraisals take this many times as long there, in all seasons; it does not change."""

# --- What rises --------------------------------------------------------------

RISING_THEME: Final = "portal"
RISING_WEEKS: Final = 6
PORTAL_TROUBLE_BEFORE: Final = 0.02
PORTAL_TROUBLE_SINCE: Final = 0.22
"""Share of journeys whose document upload fails, before and since the new portal."""

PORTAL_MENTION_BEFORE: Final = 0.012
PORTAL_MENTION_SINCE: Final = 0.085
"""Share of comments that speak of the portal though nothing failed in that journey."""

PORTAL_MENTION_IF_FAILED: Final = 0.75

# --- What causes nothing -----------------------------------------------------

NEWSLETTER_SHARE: Final = 0.42
WELCOME_PACK_SHARE: Final = 0.50
NOTHING_CAUSES: Final = ("newsletter", "welcome_pack", "weekday", "region", "website")
"""Getting the newsletter or the welcome pack, the weekday of the answer, the region:
no effect at all. The item "website" is rated, and moves with the others by halo, but weighs nothing."""

# --- What follows from feeling -----------------------------------------------

LEAVING_PER_SD: Final = -0.55
"""Log-odds of refinancing elsewhere within a year, per standard deviation of feeling."""

COMPLAINT_PER_SD: Final = -0.95
"""Log-odds of complaining, per standard deviation of feeling."""


def improved_since(today: date) -> date:
    """The day from which the improved branch worked differently."""
    return today - timedelta(days=IMPROVED_SINCE_DAYS)


def rising_since(today: date) -> date:
    """The day the new portal went live."""
    return today - timedelta(weeks=RISING_WEEKS)
