"""Invitations and answers of a chunk: who was asked at which moment, who answered, and what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit, logit

from candor.demo import truths
from candor.demo.clock import LAST_MOMENT, Clock, Flags, Floats, Ints
from candor.demo.feelings import CES_SHARES, CSAT_SHARES, NPS_SHARES, Aspects, on_scale
from candor.demo.paths import Journeys
from candor.demo.people import LANGUAGES, SELF_EMPLOYED, People
from candor.demo.places import PLACES
from candor.demo.questions import NUMERIC, RELATIONSHIP_AFTER_DAYS, SURVEYS, Survey
from candor.demo.streams import Streams

OUTCOMES: Final = ("sent", "opened", "bounced", "partial", "answered")
SENT, OPENED, BOUNCED, PARTIAL, ANSWERED = range(5)
INVITE_CHANNELS: Final = ("email", "sms")
EXPECTATION: Final = 0
CLOSING: Final = 4
RELATIONSHIP: Final = 5
_NOT_A_DRIVER: Final = ("website",)


@dataclass(frozen=True, slots=True)
class Invitations:
    """Invitations in columns, by survey and journey.

    `numbers` has a column per question of `questions.NUMERIC`, NaN where not asked or left
    out. `feeling` is the latent truth behind the answers; `comments` marks who wrote one.
    """

    survey: Ints
    journey: Ints
    staff: Ints
    sent: Floats
    channel: Ints
    outcome: Ints
    answered: Floats
    numbers: Floats
    comments: Flags
    feeling: Floats

    def __len__(self) -> int:
        return len(self.sent)

    def column(self, question: str) -> Floats:
        """The answers to one question."""
        return np.asarray(self.numbers[:, NUMERIC.index(question)], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One survey at one moment, before anybody has answered."""

    survey: int
    journey: Ints
    staff: Ints
    sent: Floats
    feeling: Floats


def draw_invitations(journeys: Journeys, people: People, clock: Clock, streams: Streams) -> Invitations:
    """Ask, wait, and collect; every survey of the chunk."""
    parts = [
        _collect(asked, journeys, people, clock, streams)
        for asked in _moments(journeys, streams.of("asking"))
    ]
    return Invitations(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Invitations.__dataclass_fields__
        }
    )


def _moments(journeys: Journeys, rng: np.random.Generator) -> list[_Asked]:
    mix, mood = journeys.mix, journeys.mood
    at = {
        "expectation": (journeys.paperwork.applied, mood.application, mix.officer),
        "documents": (journeys.paperwork.complete, mood.documents, mix.processor),
        "appraisal": (journeys.appraisal.appraised, mood.appraisal, mix.officer),
        "decision": (journeys.outcome.decided, mood.decision, mix.officer),
        "closing": (journeys.outcome.closed, mood.closing, mix.officer),
    }
    asked = [
        _ask(number, *at[survey.key], survey, rng)
        for number, survey in enumerate(SURVEYS)
        if survey.key in at
    ]
    gone = np.fmin(
        np.nan_to_num(journeys.outcome.left, nan=np.inf),
        np.nan_to_num(journeys.outcome.refinanced, nan=np.inf),
    )
    later = journeys.outcome.closed + rng.uniform(*RELATIONSHIP_AFTER_DAYS, len(journeys))
    living = 0.75 * mood.closing + rng.normal(0.05, 0.45, len(journeys))
    later = np.where(later < gone, later, np.nan)
    return [*asked, _ask(RELATIONSHIP, later, living, mix.officer, SURVEYS[RELATIONSHIP], rng)]


def _ask(
    number: int,
    moment: Floats,
    feeling: Floats,
    staff: Ints,
    survey: Survey,
    rng: np.random.Generator,
) -> _Asked:
    sent = moment + survey.delay_days
    chosen = np.flatnonzero((sent < LAST_MOMENT) & (rng.random(len(sent)) < survey.sample))
    return _Asked(number, chosen, staff[chosen], sent[chosen], feeling[chosen])


def _collect(
    asked: _Asked, journeys: Journeys, people: People, clock: Clock, streams: Streams
) -> Invitations:
    survey = SURVEYS[asked.survey]
    rng = streams.of(f"answers {survey.key}")
    count = len(asked.journey)
    channel = (rng.random(count) < 0.38).astype(np.int64)
    chance = _chance_to_answer(asked, survey, journeys, people, channel)
    numbers = _answers(asked, survey, journeys, rng)
    answers = rng.random(count) < chance
    if asked.survey == CLOSING and streams.chunk == 0:
        answers = _with_luck(asked, answers, chance, numbers, journeys, clock, streams.of("luck"))
    answered = clock.at_leisure(asked.sent + 0.06 + rng.lognormal(0.1, 1.1, count), rng)
    answered = np.maximum(answered, asked.sent + 0.01)
    answers &= answered < LAST_MOMENT
    partial = answers & (rng.random(count) < 0.06)
    numbers[~answers] = np.nan
    numbers[partial] = np.where(_first_question(survey), numbers[partial], np.nan)
    silent = np.where(rng.random(count) < 0.41, OPENED, SENT)
    silent = np.where(rng.random(count) < 0.012, BOUNCED, silent)
    return Invitations(
        survey=np.full(count, asked.survey),
        journey=asked.journey,
        staff=asked.staff,
        sent=asked.sent,
        channel=channel,
        outcome=np.where(partial, PARTIAL, np.where(answers, ANSWERED, silent)),
        answered=np.where(answers, answered, np.nan),
        numbers=numbers,
        comments=answers & ~partial & (rng.random(count) < _chance_to_write(asked, survey, journeys, people)),
        feeling=asked.feeling,
    )


def _chance_to_answer(
    asked: _Asked, survey: Survey, journeys: Journeys, people: People, channel: Ints
) -> Floats:
    """People of candour answer; so do the happy and the furious, a little more than the rest."""
    customer = journeys.mix.customer[asked.journey]
    odds = logit(survey.rate) + 0.75 * people.candour[customer] + 0.10 * channel
    odds = odds + 0.14 * np.maximum(asked.feeling, 0) + 0.12 * np.maximum(-0.8 - asked.feeling, 0)
    odds = odds - 0.20 * (journeys.mix.segment[asked.journey] == SELF_EMPLOYED)
    odds = odds - 0.25 * (people.language[customer] == LANGUAGES.index("es"))
    return np.asarray(expit(odds), dtype=np.float64)


def _chance_to_write(asked: _Asked, survey: Survey, journeys: Journeys, people: People) -> Floats:
    persona = people.persona[journeys.mix.customer[asked.journey]]
    by_persona = np.array([0.0, -0.12, 0.16, 0.05, -0.02, 0.10])[persona]
    strong = 0.22 * (asked.feeling < -0.8) + 0.12 * (asked.feeling > 1.0)
    base = 0.30 if asked.survey == EXPECTATION else 0.52
    return np.asarray(base + by_persona + strong, dtype=np.float64)


def _first_question(survey: Survey) -> Flags:
    return np.array([key == survey.questions[0] for key in NUMERIC])


def _answers(asked: _Asked, survey: Survey, journeys: Journeys, rng: np.random.Generator) -> Floats:
    """What each would answer if they did; a column per numeric question."""
    numbers = np.full((len(asked.journey), len(NUMERIC)), np.nan)
    aspects = journeys.mood.aspects
    temperament = journeys.mix.temperament[asked.journey]
    for key in survey.questions:
        if key in NUMERIC:
            numbers[:, NUMERIC.index(key)] = _answer(key, asked, aspects, temperament, rng)
    return numbers


def _answer(
    key: str, asked: _Asked, aspects: Aspects, temperament: Floats, rng: np.random.Generator
) -> Floats:
    feeling, count = asked.feeling, len(asked.journey)
    if key == "nps":
        return on_scale(feeling, NPS_SHARES, rng)
    if key == "csat":
        return 1 + on_scale(feeling, CSAT_SHARES, rng)
    if key == "ces":
        return 1 + on_scale(0.8 * feeling, CES_SHARES, rng)
    if key == "trust":
        return 1 + on_scale(0.8 * feeling + rng.normal(0.1, 0.3, count), CSAT_SHARES, rng)
    if key == "days_expected":
        return np.clip(np.round(rng.lognormal(3.5, 0.28, count) / 5) * 5, 10, 120)
    if key.endswith("_expected"):
        return 1 + on_scale(0.45 + 0.35 * temperament + rng.normal(0, 0.5, count), CSAT_SHARES, rng)
    if key in _NOT_A_DRIVER:
        return 1 + on_scale(0.15 * feeling + rng.normal(0, 0.80, count), CSAT_SHARES, rng)
    lived = aspects.get(key)[asked.journey]
    return 1 + on_scale(0.70 * lived + 0.30 * feeling, CSAT_SHARES, rng)


def _with_luck(
    asked: _Asked,
    answers: Flags,
    chance: Floats,
    numbers: Floats,
    journeys: Journeys,
    clock: Clock,
    rng: np.random.Generator,
) -> Flags:
    """In the lucky branch, of several equally likely samples the most flattering one happened."""
    names = [place.name for place in PLACES]
    here = journeys.mix.branch[asked.journey] == names.index(truths.LUCKY_BRANCH)
    recent = np.flatnonzero(here & (asked.sent >= clock.day_of(clock.today) - truths.LUCKY_DAYS))
    if len(recent) == 0:
        return answers
    scores = numbers[recent, NUMERIC.index("nps")]
    samples = rng.random((truths.LUCKY_DRAWS, len(recent))) < chance[recent]
    size = samples.sum(axis=1)
    mean = (samples * scores).sum(axis=1) / np.maximum(size, 1)
    flattering = np.where(size >= np.sort(size)[len(size) // 4], mean, -1.0)
    lucky = answers.copy()
    lucky[recent] = samples[int(np.argmax(flattering))]
    return lucky
