"""The legal clocks of a complaint: by which day it must be acknowledged and decided."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """Calendar days from the start to the acknowledgement and to the decision."""

    acknowledge_days: int
    decide_days: int

    def deadlines(self, start: date) -> tuple[date, date]:
        """The last days on which the complaint is acknowledged and decided in time."""
        return start + timedelta(days=self.acknowledge_days), start + timedelta(days=self.decide_days)


# US consumer finance complaints: a company responds within 15 calendar days of getting the complaint, and gives its final
# response within 60. https://www.consumerfinance.gov/complaint/process/
STANDARD = Clock(acknowledge_days=15, decide_days=60)
