"""Journeys in columns: who came, what happened when, and how it felt.

Times are days since the window opened (see `clock`), NaN for what never came.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from candor.demo.clock import Floats, Ints
from candor.demo.feelings import Aspects

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Mix:
    """Who came for what, and who of the lender serves them (indexes into people and crew)."""

    customer: Ints
    ordinal: Ints
    branch: Ints
    segment: Ints
    product: Ints
    channel: Ints
    amount: Ints
    officer: Ints
    officer_at: Ints
    processor: Ints
    underwriter: Ints
    temperament: Floats


@dataclass(frozen=True, slots=True)
class Paperwork:
    """First contact to complete documents; `again` has a column per time they were asked again."""

    contact: Floats
    applied: Floats
    requested: Floats
    failed: Floats
    received: Floats
    again: Floats
    complete: Floats
    withdrawn: Floats


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The wait where feeling turns; all NaN where no appraisal was needed."""

    ordered: Floats
    updates: Floats
    appraised: Floats
    withdrawn: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """Underwriting to closing and what came after; `approved` is 1, 0 or NaN."""

    underwriting: Floats
    condition: Floats
    decided: Floats
    approved: Floats
    scheduled: Floats
    closed: Floats
    withdrawn: Floats
    first_payment: Floats
    calls: Floats
    refinanced: Floats
    left: Floats


@dataclass(frozen=True, slots=True)
class Mood:
    """The latent truth: feeling after each stage, and what was done to cause it."""

    application: Floats
    documents: Floats
    appraisal: Floats
    decision: Floats
    closing: Floats
    aspects: Aspects


@dataclass(frozen=True, slots=True)
class Journeys:
    """A chunk of journeys in columns, the same order in each part."""

    mix: Mix
    paperwork: Paperwork
    appraisal: Appraisal
    outcome: Outcome
    mood: Mood

    def __len__(self) -> int:
        return len(self.mix.customer)

    @property
    def withdrawn(self) -> Floats:
        """When the customer withdrew, wherever that was."""
        parts = (self.paperwork.withdrawn, self.appraisal.withdrawn, self.outcome.withdrawn)
        return np.asarray(np.fmax(np.fmax(parts[0], parts[1]), parts[2]), dtype=np.float64)


def join(first: Part, second: Part) -> Part:
    """Two chunks' parts after each other, column by column."""
    if isinstance(first, np.ndarray):
        return np.concatenate([first, second])  # type: ignore[return-value]
    columns = fields(first)  # type: ignore[arg-type]
    joined: dict[str, Any] = {
        column.name: join(getattr(first, column.name), getattr(second, column.name)) for column in columns
    }
    return type(first)(**joined)


def until(journeys: Journeys, end: float) -> Journeys:
    """The same journeys as known at the end of the window: later times have not come yet."""

    def seen(part: Part) -> Part:
        known: dict[str, Any] = {}
        for column in fields(part):  # type: ignore[arg-type]
            values = getattr(part, column.name)
            known[column.name] = np.where(values < end, values, np.nan)
        return type(part)(**known)

    outcome = seen(journeys.outcome)
    undecided = np.isnan(outcome.decided)
    outcome = replace(outcome, approved=np.where(undecided, np.nan, outcome.approved))
    return Journeys(
        mix=journeys.mix,
        paperwork=seen(journeys.paperwork),
        appraisal=seen(journeys.appraisal),
        outcome=outcome,
        mood=journeys.mood,
    )
