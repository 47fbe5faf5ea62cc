"""Public reviews of a chunk: of branches and of loan officers, on three invented sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from candor.demo.clock import LAST_MOMENT, Clock, Flags, Floats, Ints
from candor.demo.feelings import STAR_SHARES, on_scale
from candor.demo.paths import Journeys
from candor.demo.people import People
from candor.demo.streams import Streams

SOURCES: Final = ("MapStars", "LenderCircle", "HomeLoanVoices")
SOURCE_SHARES: Final = (0.58, 0.26, 0.16)
ABOUT_OFFICER: Final = (0.10, 0.70, 0.40)
"""Share of each source's reviews that name a loan officer rather than the branch."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """Reviews in columns; `stars` is 1–5, `of_officer` tells the two levels apart."""

    journey: Ints
    source: Ints
    of_officer: Flags
    stars: Ints
    written: Flags
    posted: Floats
    replied: Floats
    feeling: Floats

    def __len__(self) -> int:
        return len(self.journey)


def draw_reviews(journeys: Journeys, people: People, clock: Clock, streams: Streams) -> Reviews:
    """Who closed may review; the delighted and the furious most."""
    rng = streams.of("reviews")
    feeling = np.where(
        np.isfinite(journeys.outcome.closed),
        journeys.mood.closing,
        np.where(journeys.outcome.approved == 0, journeys.mood.decision, np.nan),
    )
    at = np.fmax(
        journeys.outcome.closed, np.where(journeys.outcome.approved == 0, journeys.outcome.decided, np.nan)
    )
    posted = clock.at_leisure(at + 1 + rng.gamma(1.1, 12.0, len(at)), rng)
    candour = people.candour[journeys.mix.customer]
    odds = -3.05 + 0.55 * candour + 0.45 * np.maximum(feeling - 0.4, 0) + 0.75 * np.maximum(-1.0 - feeling, 0)
    chosen = np.flatnonzero((posted < LAST_MOMENT) & (rng.random(len(at)) < expit(odds)))
    count = len(chosen)
    source = rng.choice(len(SOURCES), size=count, p=SOURCE_SHARES)
    stars = 1 + on_scale(feeling[chosen] + 0.15, STAR_SHARES, rng)
    replies = rng.random(count) < np.where(stars <= 2, 0.72, 0.38)
    replied = clock.in_hours(posted[chosen] + rng.lognormal(0.9, 0.8, count), rng)
    replied = np.where(replies & (replied < LAST_MOMENT), replied, np.nan)
    return Reviews(
        journey=chosen,
        source=source,
        of_officer=rng.random(count) < np.array(ABOUT_OFFICER)[source],
        stars=stars.astype(np.int64),
        written=rng.random(count) < 0.78,
        posted=posted[chosen],
        replied=replied,
        feeling=feeling[chosen],
    )
