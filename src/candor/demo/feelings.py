"""How a customer feels at each stage, from what was done to them: the latent truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from candor.demo import truths
from candor.demo.clock import Floats

STAGES: Final = ("application", "documents", "appraisal", "decision", "closing")

NPS_SHARES: Final = (0.030, 0.010, 0.015, 0.017, 0.018, 0.040, 0.040, 0.080, 0.170, 0.190, 0.390)
CSAT_SHARES: Final = (0.06, 0.07, 0.13, 0.30, 0.44)
CES_SHARES: Final = (0.035, 0.035, 0.06, 0.10, 0.17, 0.28, 0.32)
STAR_SHARES: Final = (0.085, 0.035, 0.055, 0.135, 0.69)
"""How a customer base of average feeling answers: most at the top, a few at the very bottom."""


@dataclass(frozen=True, slots=True)
class Aspects:
    """What was truly done, per journey and driver; 0 is average, 1 a standard deviation better.

    `informed` is NaN where no appraisal was needed and `speed` where no decision came.
    """

    informed: Floats
    speed: Floats
    communication: Floats
    warmth: Floats
    competence: Floats
    fees: Floats

    def get(self, name: str) -> Floats:
        """The column of a driver."""
        column: Floats = getattr(self, name)
        return column


def feeling_on_application(aspects: Aspects, temperament: Floats, mood: Floats) -> Floats:
    """Feeling when the application is in: hope, and the first impression of the officer."""
    weights = truths.DRIVERS
    return np.asarray(
        0.30
        + truths.TEMPERAMENT * temperament
        + mood
        + weights["communication"] * aspects.communication
        + weights["warmth"] * aspects.warmth,
        dtype=np.float64,
    )


def feeling_after_documents(before: Floats, aspects: Aspects, loops: Floats, failed: Floats) -> Floats:
    """Feeling after the paperwork; being asked again and a failing portal cost."""
    return np.asarray(
        before - 0.05 + truths.DRIVERS["competence"] * aspects.competence - 0.28 * loops - 0.45 * failed,
        dtype=np.float64,
    )


def feeling_after_appraisal(before: Floats, aspects: Aspects, late: Floats) -> Floats:
    """Feeling when the appraisal is in: where it turns, softened by being kept informed."""
    return np.asarray(
        before
        + truths.APPRAISAL_DROP
        + truths.DRIVERS["informed"] * aspects.informed
        + truths.LATE_APPRAISAL * late,
        dtype=np.float64,
    )


def feeling_after_decision(before: Floats, approved: Floats, speed: Floats) -> Floats:
    """Feeling when the decision is known."""
    outcome = np.where(approved > 0, truths.RECOVERY_ON_APPROVAL, truths.DECLINED)
    return np.asarray(before + outcome + 0.5 * truths.DRIVERS["speed"] * speed, dtype=np.float64)


def feeling_after_closing(aspects: Aspects, temperament: Floats, mood: Floats) -> Floats:
    """Satisfaction with the whole: the weighted drivers of `truths`, a temper, nothing else."""
    total = 0.05 + truths.TEMPERAMENT * temperament + mood
    for driver, weight in truths.DRIVERS.items():
        total = total + weight * np.nan_to_num(aspects.get(driver), nan=0.2)
    return np.asarray(total, dtype=np.float64)


def on_scale(feeling: Floats, shares: tuple[float, ...], rng: np.random.Generator) -> Floats:
    """Answers on a scale of `len(shares)` steps from 0, as an ordered probit; NaN stays NaN.

    Feeling and the noise of answering add up to a standard deviation of about 1, so a
    base of average feeling answers with about these shares.
    """
    noisy = feeling + rng.normal(0, truths.ANSWER_NOISE, feeling.shape)
    answers = np.searchsorted(ndtri(np.cumsum(shares)[:-1]), np.nan_to_num(noisy)).astype(np.float64)
    return np.where(np.isfinite(feeling), answers, np.nan)
