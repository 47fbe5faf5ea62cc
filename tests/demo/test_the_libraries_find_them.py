"""Candor's own libraries, given what the lender's customers answered, find what was planted."""

from __future__ import annotations

import numpy as np

from candor.analytics.drivers import lmg_drivers
from candor.analytics.expectations import expectation_gap
from candor.demo import Chunk, truths
from candor.demo.questions import SURVEYS

KEYS = [survey.key for survey in SURVEYS]


def test_drivers_put_being_informed_first_and_the_website_last(chunk: Chunk) -> None:
    asked = chunk.invitations
    closing = asked.survey == KEYS.index("closing")
    items = {name: asked.column(name)[closing].tolist() for name in (*truths.DRIVERS, "website")}
    ranking = lmg_drivers(items, asked.column("nps")[closing].tolist(), resamples=200)
    weight = {driver.name: driver for driver in ranking.drivers}
    assert max(weight, key=lambda name: weight[name].weight) == "informed"
    assert weight["informed"].tier == 1
    assert weight["website"].tier == max(driver.tier for driver in ranking.drivers)
    assert weight["website"].high < min(weight[name].low for name in truths.DRIVERS)


def test_being_informed_falls_short_of_what_was_expected(chunk: Chunk) -> None:
    asked = chunk.invitations

    def given(survey: str, question: str) -> dict[int, float]:
        column = asked.column(question)
        chosen = (asked.survey == KEYS.index(survey)) & ~np.isnan(column)
        return dict(zip(asked.journey[chosen].tolist(), column[chosen].tolist(), strict=True))

    expected, lived = given("expectation", "informed_expected"), given("closing", "informed")
    gap = expectation_gap(expected, lived)
    assert gap.gap.n > 100
    assert (gap.gap.high or 0.0) < 0
