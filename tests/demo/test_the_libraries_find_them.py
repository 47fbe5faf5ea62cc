"""Candor's own libraries, given what the lender's customers answered, find what was planted."""

from __future__ import annotations

import numpy as np

from candor.analytics.drivers import lmg_drivers
from candor.analytics.expectations import expectation_gap
from candor.analytics.feelings import FeelingChange, feeling_changes
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


def changes_of(chunk: Chunk) -> dict[str, FeelingChange]:
    """Changes of the 1-5 rating across what happened, and across the welcome pack, which half of all got with their papers."""
    asked, journeys = chunk.invitations, chunk.journeys
    rating = asked.column("csat")
    chosen = ~np.isnan(rating) & (asked.survey <= KEYS.index("closing"))
    packed = chunk.people.welcome_pack[journeys.mix.customer]
    moments = {
        "documents": journeys.paperwork.complete,
        "welcome pack": np.where(packed, journeys.paperwork.complete - 0.001, np.nan),
        "appraisal": journeys.appraisal.appraised,
        "decision": journeys.outcome.decided,
        "closing": journeys.outcome.closed,
    }
    about = np.array([journeys.paperwork.applied, *(moments[key] for key in KEYS[1:5])])
    passed = [(name, journey) for name, at in moments.items() for journey in np.flatnonzero(np.isfinite(at))]
    found = feeling_changes(
        touchpoints=list(moments),
        journeys=asked.journey[chosen],
        persons=journeys.mix.customer[asked.journey[chosen]],
        at=about[asked.survey[chosen], asked.journey[chosen]],
        scores=rating[chosen],
        passed_journeys=[journey for _name, journey in passed],
        passed_touchpoints=[name for name, _journey in passed],
        passed_at=[moments[name][journey] for name, journey in passed],
    )
    assert found.lowest == truths.TURNING_MOMENT
    return {one.touchpoint: one for one in found.changes}


def test_feeling_turns_at_the_appraisal_and_the_welcome_pack_changes_nothing(chunk: Chunk) -> None:
    found = changes_of(chunk)
    assert (found["appraisal"].q_value or 1.0) < 1e-6
    assert (found["decision"].change.low or 0.0) > 0
    nothing = found["welcome pack"]
    assert nothing.n > 50
    assert (nothing.q_value or 0.0) > 0.05
    assert nothing.contrast == "ok"
    assert nothing.against_others is not None
    assert (nothing.against_others.low or 0.0) < 0 < (nothing.against_others.high or 0.0)
