"""Candor's own libraries, given what the lender's customers said, find what was planted."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from candor.analytics import rising_groups
from candor.analytics.drivers import lmg_drivers
from candor.analytics.expectations import expectation_gap
from candor.demo import Chunk, truths
from candor.demo.questions import SURVEYS
from candor.text.themes import Theme, discover_themes
from tests.demo.conftest import TODAY

KEYS = [survey.key for survey in SURVEYS]
END = datetime.combine(TODAY, time(), UTC)


@pytest.fixture(scope="module")
def written(chunk: Chunk) -> dict[str, tuple[datetime, str]]:
    """English comments of surveys and complaints: when, and what."""
    answers = {
        row.key: (row.answered_at, answer.text)
        for row in chunk.invitation_rows()
        for answer in row.answers
        if answer.text and row.answered_at and row.language == "en"
    }
    complaints = {
        row.key: (row.received_at, row.narrative) for row in chunk.complaint_rows() if row.language == "en"
    }
    return answers | complaints


@pytest.fixture(scope="module")
def themes(written: dict[str, tuple[datetime, str]]) -> tuple[Theme, ...]:
    return discover_themes([(key, text) for key, (_, text) in written.items()]).themes


def test_themes_are_few_stable_and_named_by_what_people_speak_of(themes: tuple[Theme, ...]) -> None:
    stable = {term for theme in themes if theme.standing == "stable" for term in theme.terms}
    named = {term for theme in themes for term in theme.terms}
    assert 6 <= len(themes) <= 25
    assert {"appraisal", "portal"} <= stable
    assert {"phone", "closing", "loan officer"} <= named


def test_only_the_portal_is_rising(
    themes: tuple[Theme, ...], written: dict[str, tuple[datetime, str]]
) -> None:
    weeks = 52
    counts = {theme.terms: np.zeros(weeks, dtype=int) for theme in themes}
    for theme in themes:
        for key in theme.members:
            week = (END - written[str(key)][0]) // timedelta(weeks=1)
            if week < weeks:
                counts[theme.terms][weeks - 1 - week] += 1
    rises = rising_groups(
        {terms: [int(count) for count in weekly] for terms, weekly in counts.items()},
        recent_periods=truths.RISING_WEEKS,
    )
    assert ["portal" in rise.key for rise in rises if rise.is_rising] == [True]
    assert rises[0].ratio > 3


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
