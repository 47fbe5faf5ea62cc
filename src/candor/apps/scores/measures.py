"""The bridge from counted answers to `candor.analytics`: one small class a formula."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from candor.analytics import (
    Comparison,
    Estimate,
    Histogram,
    compare_event_rates,
    compare_means,
    compare_nps,
    compare_top_box,
    event_rate,
    mean_of,
    nps_of,
    top_box_of,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted: answers by value, and the exposure (days) in which they could come."""

    answers: Histogram
    exposure: float = 0.0


class Formula(Protocol):
    """How a tally becomes a number, and two tallies a comparison."""

    @property
    def words(self) -> str:
        """The formula as one sentence."""

    def estimate(self, tally: Tally, *, least_n: int) -> Estimate: ...
    def compare(self, now: Tally, before: Tally, *, least_n: int) -> Comparison: ...


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """Promoters less detractors on 0–10."""

    detractors_to: float = 6
    promoters_from: float = 9

    @property
    def words(self) -> str:
        return (
            f"Share of answers from {self.promoters_from:g} up, less share of answers up to {self.detractors_to:g}; "
            "shown from −100 to 100."
        )

    def estimate(self, tally: Tally, *, least_n: int) -> Estimate:
        borders = {"detractors_to": self.detractors_to, "promoters_from": self.promoters_from}
        return nps_of(tally.answers, **borders, least_n=least_n)

    def compare(self, now: Tally, before: Tally, *, least_n: int) -> Comparison:
        borders = {"detractors_to": self.detractors_to, "promoters_from": self.promoters_from}
        return compare_nps(now.answers, before.answers, **borders, least_n=least_n)


@dataclass(frozen=True, slots=True)
class TopBox:
    """Share of answers at or above a border."""

    favourable_from: float

    @property
    def words(self) -> str:
        return f"Share of answers that are {self.favourable_from:g} or more."

    def estimate(self, tally: Tally, *, least_n: int) -> Estimate:
        return top_box_of(tally.answers, favourable_from=self.favourable_from, least_n=least_n)

    def compare(self, now: Tally, before: Tally, *, least_n: int) -> Comparison:
        return compare_top_box(
            now.answers, before.answers, favourable_from=self.favourable_from, least_n=least_n
        )


@dataclass(frozen=True, slots=True)
class YesShare:
    """Share of yes among rows that are 1 or 0."""

    of: str

    @property
    def words(self) -> str:
        return f"Share of {self.of}."

    def estimate(self, tally: Tally, *, least_n: int) -> Estimate:
        return top_box_of(tally.answers, favourable_from=1, least_n=least_n)

    def compare(self, now: Tally, before: Tally, *, least_n: int) -> Comparison:
        return compare_top_box(now.answers, before.answers, favourable_from=1, least_n=least_n)


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean answer on a scale of cells."""

    cells: tuple[float, ...]

    @property
    def words(self) -> str:
        return f"Mean of the answers on the scale from {self.cells[0]:g} to {self.cells[-1]:g}."

    def estimate(self, tally: Tally, *, least_n: int) -> Estimate:
        return mean_of(tally.answers, scale=self._scale(tally.answers), least_n=least_n)

    def compare(self, now: Tally, before: Tally, *, least_n: int) -> Comparison:
        scale = self._scale(now.answers, before.answers)
        return compare_means(now.answers, before.answers, scale=scale, least_n=least_n)

    def _scale(self, *sides: Histogram) -> tuple[float, ...]:
        """The cells of the scale and whatever else was answered between them (half stars)."""
        seen: Iterable[float] = (value for side in sides for value in side.counts)
        return tuple(sorted({*self.cells, *seen}))


@dataclass(frozen=True, slots=True)
class EventRate:
    """Events in so many days; few events are news, not too few answers."""

    words: str
    days: int

    def estimate(self, tally: Tally, *, least_n: int) -> Estimate:
        return event_rate(events=tally.answers.n, exposure=tally.exposure / self.days)

    def compare(self, now: Tally, before: Tally, *, least_n: int) -> Comparison:
        if not (now.exposure and before.exposure):
            return Comparison(
                change=None, low=None, high=None, n_now=now.answers.n, n_before=before.answers.n, p_value=None,
                verdict="too_few", method="no days to compare with",
            )  # fmt: skip
        return compare_event_rates(
            events_now=now.answers.n,
            exposure_now=now.exposure / self.days,
            events_before=before.answers.n,
            exposure_before=before.exposure / self.days,
        )
