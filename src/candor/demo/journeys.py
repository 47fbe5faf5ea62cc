"""The loan journeys of a chunk: from the first contact to the first payment and beyond.

Times are days since the window opened (see `clock`), NaN for what never came. Waits are
log-normal, papers are asked for again, people drop out, and branches are busy in spring.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import expit

from candor.demo import feelings, truths
from candor.demo.clock import LAST_MOMENT, WINDOW_DAYS, Clock, Floats, Ints
from candor.demo.feelings import Aspects
from candor.demo.paths import Appraisal, Journeys, Mix, Mood, Outcome, Paperwork, join, until
from candor.demo.people import REFINANCER, SEGMENTS, SELF_EMPLOYED, People
from candor.demo.places import PLACES
from candor.demo.staff import Crew
from candor.demo.streams import Streams

PRODUCTS: Final = ("purchase", "refinance", "home equity", "jumbo", "FHA")
REFINANCE: Final = 1
CHANNELS: Final = ("branch", "phone", "web", "broker")
CHANNEL_SHARES: Final = (0.28, 0.17, 0.40, 0.15)
PRODUCT_SHARES: Final = np.array(
    [
        [0.58, 0.00, 0.00, 0.06, 0.36],  # first-time buyer
        [0.00, 0.74, 0.26, 0.00, 0.00],  # refinancer
        [0.50, 0.25, 0.05, 0.20, 0.00],  # self-employed
        [0.45, 0.25, 0.18, 0.12, 0.00],  # returning customer
    ]
)
TYPICAL_AMOUNT: Final = np.array([385_000, 290_000, 82_000, 960_000, 268_000])
FIRST_HOUR: Final = 8.0 / 24  # of first contacts, local time
LAST_HOUR: Final = 20.0 / 24
MOST_LOOPS: Final = 3
MOST_UPDATES: Final = 6
MOST_CALLS: Final = 3
WAIVER_SHARE: Final = 0.30  # refinancers who need no appraisal
NEVER_APPLY: Final = 0.20
TYPICAL_DECISION_DAYS: Final = 25.8  # median from application to decision
DECISION_SPREAD: Final = 0.36  # standard deviation of its logarithm
UPDATES_PER_TEN_DAYS: Final = 1.15


def draw_journeys(people: People, crew: Crew, clock: Clock, streams: Streams) -> Journeys:
    """Everybody's first journey, and a second for those who came back."""
    rng = streams.of("first contacts")
    days = rng.choice(WINDOW_DAYS, size=len(people), p=clock.load())
    contact = days + rng.uniform(FIRST_HOUR, LAST_HOUR, len(people))
    contact = np.minimum(contact, LAST_MOMENT - rng.uniform(0.01, 0.3, len(people)))
    first = _walk(people, np.arange(len(people)), contact, crew, clock, streams, ordinal=1)
    customer, again_at = _comebacks(first, streams.of("comebacks"))
    second = _walk(people, customer, again_at, crew, clock, streams, ordinal=2)
    return until(join(first, second), LAST_MOMENT)


def _comebacks(first: Journeys, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Those who refinance with the lender, and some who were declined and try again."""
    out = first.outcome
    retry = (out.approved == 0) & (rng.random(len(first)) < 0.10)
    retry_at = out.decided + rng.gamma(4, 40, len(first))
    at = np.where(np.isfinite(out.refinanced), out.refinanced + 0.05, np.where(retry, retry_at, np.nan))
    back = np.flatnonzero(at < LAST_MOMENT)
    return first.mix.customer[back], at[back]


def _walk(
    people: People,
    customer: Ints,
    contact: Floats,
    crew: Crew,
    clock: Clock,
    streams: Streams,
    *,
    ordinal: int,
) -> Journeys:
    mix = _draw_mix(people, customer, crew, streams.of(f"mix {ordinal}"), ordinal)
    rng = streams.of(f"walk {ordinal}")
    hands = _hands(mix, crew, rng)
    paperwork = _do_paperwork(mix, contact, clock, rng)
    mood = crew.branch_mood[mix.branch]
    applied = feelings.feeling_on_application(hands, mix.temperament, mood)
    loops = np.isfinite(paperwork.again).sum(axis=1).astype(np.float64)
    documents = feelings.feeling_after_documents(
        applied, hands, loops, np.isfinite(paperwork.failed).astype(np.float64)
    )
    shifted = _improve(hands, mix, paperwork.complete, clock)
    appraisal, informed, late = _appraise(mix, paperwork, shifted, documents, crew, clock, rng)
    aspects = Aspects(
        informed, shifted.speed, shifted.communication, shifted.warmth, shifted.competence, shifted.fees
    )
    waited = np.where(
        np.isfinite(informed), feelings.feeling_after_appraisal(documents, aspects, late), np.nan
    )
    ready = np.where(np.isfinite(appraisal.ordered), appraisal.appraised, paperwork.complete)
    outcome, aspects = _decide(mix, paperwork, ready, aspects, mood, clock, rng)
    before = np.where(np.isfinite(waited), waited, documents)
    return Journeys(
        mix,
        paperwork,
        appraisal,
        outcome,
        Mood(
            application=applied,
            documents=documents,
            appraisal=waited,
            decision=feelings.feeling_after_decision(before, outcome.approved, aspects.speed),
            closing=feelings.feeling_after_closing(aspects, mix.temperament, mood),
            aspects=aspects,
        ),
    )


def _draw_mix(people: People, customer: Ints, crew: Crew, rng: np.random.Generator, ordinal: int) -> Mix:
    count = len(customer)
    segment = (
        people.segment[customer] if ordinal == 1 else np.full(count, SEGMENTS.index("returning customer"))
    )
    branch = people.branch[customer]
    product = (rng.random((count, 1)) > np.cumsum(PRODUCT_SHARES, axis=1)[segment]).sum(axis=1)
    product = np.minimum(product, len(PRODUCTS) - 1)
    amount = TYPICAL_AMOUNT[product] * rng.lognormal(0, 0.36, count)
    officer_at = crew.officers.position(branch, rng)
    return Mix(
        customer=customer,
        ordinal=np.full(count, ordinal),
        branch=branch,
        segment=segment,
        product=product,
        channel=rng.choice(len(CHANNELS), size=count, p=CHANNEL_SHARES),
        amount=(np.round(amount / 500) * 500).astype(np.int64),
        officer=crew.officers.staff[officer_at],
        officer_at=officer_at,
        processor=crew.processors.anyone(branch, rng),
        underwriter=crew.underwriters.anyone(people.region[customer], rng),
        temperament=people.temperament[customer],
    )


def _hands(mix: Mix, crew: Crew, rng: np.random.Generator) -> Aspects:
    """What the officer's hands make of each driver; speed and being informed come later."""

    def noisy(known: Floats, spread: float) -> Floats:
        return np.asarray(known + rng.normal(0, spread, len(mix.customer)), dtype=np.float64)

    at = mix.officer_at
    nothing = np.full(len(at), np.nan)
    dear = np.where(mix.product == PRODUCTS.index("FHA"), -0.25, 0.06)
    return Aspects(
        informed=crew.informing[at],
        speed=nothing,
        communication=noisy(crew.communication[at], 0.93),
        warmth=noisy(crew.warmth[at], 0.90),
        competence=noisy(crew.competence[at], 0.95),
        fees=noisy(dear, 0.98),
    )


def _improve(hands: Aspects, mix: Mix, at: Floats, clock: Clock) -> Aspects:
    """Apply the improved branch's story: poorer before the day, better since."""
    branch = [place.name for place in PLACES].index(truths.IMPROVED_BRANCH)
    here = mix.branch == branch
    since = clock.day_of(truths.improved_since(clock.today))
    after = np.nan_to_num(at, nan=-1.0) >= since

    def shifted(name: str) -> Floats:
        shift = np.where(after, truths.IMPROVED_AFTER[name], truths.IMPROVED_BEFORE[name])
        return np.asarray(hands.get(name) + np.where(here, shift, 0.0), dtype=np.float64)

    return Aspects(
        informed=shifted("informed"),
        speed=hands.speed,
        communication=shifted("communication"),
        warmth=hands.warmth,
        competence=hands.competence,
        fees=hands.fees,
    )


def _wait(median_days: float | Floats, spread: float, size: int, rng: np.random.Generator) -> Floats:
    return np.asarray(median_days * rng.lognormal(0, spread, size), dtype=np.float64)


def _do_paperwork(mix: Mix, contact: Floats, clock: Clock, rng: np.random.Generator) -> Paperwork:
    count = len(contact)
    slow = np.where(mix.segment == SELF_EMPLOYED, 1.5, 1.0)
    applied = clock.at_leisure(contact + _wait(3.0, 1.0, count, rng) + 0.2, rng)
    applied[rng.random(count) < NEVER_APPLY] = np.nan
    requested = clock.in_hours(applied + _wait(0.4, 0.6, count, rng), rng)
    received = np.maximum(
        clock.at_leisure(requested + _wait(4.0 * slow, 0.7, count, rng), rng), requested + 0.02
    )
    trouble = np.where(
        np.nan_to_num(received) >= clock.day_of(truths.rising_since(clock.today)),
        truths.PORTAL_TROUBLE_SINCE,
        truths.PORTAL_TROUBLE_BEFORE,
    )
    failed = np.where(rng.random(count) < trouble, received - 0.015, np.nan)
    again, last = _ask_again(mix, received, clock, rng)
    complete = clock.in_hours(last + _wait(0.9, 0.6, count, rng), rng)
    loops = np.isfinite(again).sum(axis=1)
    gone = rng.random(count) < 0.06 + 0.03 * loops
    withdrawn = np.where(gone, complete, np.nan)
    complete = np.where(gone, np.nan, complete)
    return Paperwork(contact, applied, requested, failed, received, again, complete, withdrawn)


def _ask_again(mix: Mix, received: Floats, clock: Clock, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Rework: each pass may find something missing; returns the requests and the last arrival."""
    odds = np.where(mix.segment == SELF_EMPLOYED, 0.46, 0.20)
    again = np.full((len(received), MOST_LOOPS), np.nan)
    last, asking = received, np.isfinite(received)
    for loop in range(MOST_LOOPS):
        asking = asking & (rng.random(len(received)) < odds)
        asked = clock.in_hours(last + _wait(1.4, 0.5, len(received), rng), rng)
        again[:, loop] = np.where(asking, asked, np.nan)
        answered = clock.at_leisure(asked + _wait(3.0, 0.7, len(received), rng), rng)
        last = np.where(asking, np.maximum(answered, asked + 0.02), last)
    return again, last


def _appraise(
    mix: Mix,
    paperwork: Paperwork,
    hands: Aspects,
    documents: Floats,
    crew: Crew,
    clock: Clock,
    rng: np.random.Generator,
) -> tuple[Appraisal, Floats, Floats]:
    """The appraisal wait; returns it with how informed the customer was and whether it was late."""
    count = len(documents)
    waived = (mix.segment == REFINANCER) & (rng.random(count) < WAIVER_SHARE)
    ordered = clock.in_hours(paperwork.complete + _wait(0.7, 0.5, count, rng), rng)
    ordered[waived] = np.nan
    slow = np.array([truths.SLOW_APPRAISAL if place.name == truths.SLOW_BRANCH else 1.0 for place in PLACES])
    median = 7.4 * slow[mix.branch] * clock.busyness(ordered) ** 0.45
    appraised = clock.in_hours(ordered + _wait(median, 0.48, count, rng), rng)
    wait = appraised - ordered
    rate = UPDATES_PER_TEN_DAYS * np.exp(0.55 * hands.informed) * wait / 10
    updates = np.minimum(rng.poisson(np.nan_to_num(rate)), MOST_UPDATES)
    per_ten_days = 10 * updates / np.maximum(wait, 3.0)
    informed = 0.42 * (per_ten_days - 1.15) + 0.75 * hands.informed + rng.normal(0, 0.62, count)
    late = (np.nan_to_num(wait) > truths.PROMISES["appraisal"][1]).astype(np.float64)
    gone = rng.random(count) < expit(-3.3 - 0.5 * (documents - 0.5))
    left_at = np.where(gone, ordered + wait * rng.uniform(0.3, 1.0, count), np.nan)
    share = np.where(np.arange(MOST_UPDATES) < updates[:, None], rng.random((count, MOST_UPDATES)), np.nan)
    at = clock.in_hours(ordered[:, None] + np.sort(share, axis=1) * wait[:, None], rng)
    at = np.minimum(at, appraised[:, None] - 0.01)
    at = np.where(gone[:, None] & (at > left_at[:, None]), np.nan, at)
    appraised = np.where(gone, np.nan, appraised)
    return Appraisal(ordered, at, appraised, left_at), np.where(gone, np.nan, informed), late


def _decide(
    mix: Mix,
    paperwork: Paperwork,
    ready: Floats,
    aspects: Aspects,
    mood: Floats,
    clock: Clock,
    rng: np.random.Generator,
) -> tuple[Outcome, Aspects]:
    count = len(ready)
    underwriting = clock.in_hours(ready + _wait(0.8, 0.5, count, rng), rng)
    conditioned = rng.random(count) < 0.24
    condition = np.where(conditioned, clock.in_hours(underwriting + _wait(1.8, 0.5, count, rng), rng), np.nan)
    begun = np.where(conditioned, condition + _wait(2.5, 0.6, count, rng), underwriting)
    decided = clock.in_hours(begun + _wait(3.2, 0.5, count, rng), rng)
    odds = np.array([0.13, 0.10, 0.19, 0.07])[mix.segment]
    approved = np.where(np.isfinite(decided), (rng.random(count) >= odds).astype(np.float64), np.nan)
    days = np.log(np.maximum(decided - paperwork.applied, 0.5) / TYPICAL_DECISION_DAYS)
    speed = -0.9 * days / DECISION_SPREAD + rng.normal(0, 0.45, count)
    aspects = Aspects(
        aspects.informed, speed, aspects.communication, aspects.warmth, aspects.competence, aspects.fees
    )
    satisfied = feelings.feeling_after_closing(aspects, mix.temperament, mood)
    return _close(decided, approved, condition, underwriting, satisfied, clock, rng), aspects


def _close(
    decided: Floats,
    approved: Floats,
    condition: Floats,
    underwriting: Floats,
    satisfied: Floats,
    clock: Clock,
    rng: np.random.Generator,
) -> Outcome:
    count = len(decided)
    open_road = np.where(approved == 1, decided, np.nan)
    scheduled = clock.in_hours(open_road + _wait(2.0, 0.6, count, rng), rng)
    closed = clock.in_hours(scheduled + _wait(13.0, 0.38, count, rng), rng)
    gone = rng.random(count) < 0.045
    withdrawn = np.where(gone, scheduled + 0.6 * (closed - scheduled), np.nan)
    closed = np.where(gone, np.nan, closed)
    year = rng.random(count)
    refinanced, left = _part(closed, satisfied, year, rng)
    gone_at = np.fmin(np.nan_to_num(refinanced, nan=np.inf), np.nan_to_num(left, nan=np.inf))
    calls = closed[:, None] + np.cumsum(rng.exponential(420, (count, MOST_CALLS)), axis=1)
    calls = clock.in_hours(calls, rng)
    return Outcome(
        underwriting=underwriting,
        condition=condition,
        decided=decided,
        approved=approved,
        scheduled=scheduled,
        closed=closed,
        withdrawn=withdrawn,
        first_payment=_while_here(np.floor(closed + rng.uniform(32, 58, count)) + 0.5, gone_at),
        calls=np.where(calls < gone_at[:, None], calls, np.nan),
        refinanced=refinanced,
        left=left,
    )


def _while_here(at: Floats, gone_at: Floats) -> Floats:
    return np.where(at < gone_at, at, np.nan)


def _part(closed: Floats, satisfied: Floats, draw: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Refinancing within two years, here or elsewhere; the unhappy go elsewhere."""
    elsewhere = expit(-2.5 + truths.LEAVING_PER_SD * satisfied)
    here = expit(-3.2 + 0.35 * satisfied)
    at = closed + 60 + rng.exponential(330, len(closed))
    left = np.where(draw < elsewhere, at, np.nan)
    refinanced = np.where((draw >= elsewhere) & (draw < elsewhere + here), at + 60, np.nan)
    return refinanced, left
