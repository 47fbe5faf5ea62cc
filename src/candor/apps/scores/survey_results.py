"""What one survey says: each question with its number, spread, run and groups, who answered, and who was asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from candor.analytics import Comparison, Estimate, Histogram
from candor.apps.feedback.choices import SCALES, AnswerKind
from candor.apps.organization.scope import Scope
from candor.apps.surveys.models import Question, Survey

from . import queries, survey_counts
from .queries import Split, SplitBy, TrendPoint
from .registry import ANSWER_SHARE, MEASURES, Measure, measure_of
from .steps import Step, window
from .survey_counts import Key, Respondents

DIMENSIONS: tuple[SplitBy, ...] = ("unit", "channel", "segment", "version")
MOST_CHOICES = 20
MOST_VALUES = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One answer to a question, how many gave it, and the share of those who answered the question that did."""

    label: str
    count: int
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """A question of a survey in the scope's period.

    Attributes:
        n: how many answered it.
        measure: what it counts as; None where it has no scale, then only the spread is told.
        estimate, comparison: the number and its change from the period before; None without a measure.
        spread: the share of each answer; empty where there are too many different ones, and for own words.
        months: the run of the number; empty without a measure.
        split: the number by the dimension asked for; None without one.
    """

    key: str
    kind: str
    text: str
    n: int
    is_turned: bool = False
    measure: Measure | None = None
    estimate: Estimate | None = None
    comparison: Comparison | None = None
    spread: tuple[Share, ...] = ()
    months: tuple[TrendPoint, ...] = ()
    split: Split | None = None

    @property
    def is_text(self) -> bool:
        return self.kind == AnswerKind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyResult:
    """A survey in a scope's period."""

    survey: Survey
    who: Respondents
    response_rate: Estimate | None
    questions: tuple[QuestionResult, ...]
    dimension: SplitBy | None
    offered: tuple[SplitBy, ...]
    step: Step


def survey_result(survey: Survey, *, scope: Scope, by: SplitBy | None, step: Step = "month") -> SurveyResult:
    """Everything about a survey: six queries, however many questions."""
    who = survey_counts.respondents(survey, scope)
    now = {key: survey_counts.merged(groups) for key, groups in survey_counts.numbers(survey, scope).items()}
    earlier = replace(scope, period=scope.before)
    before = {
        key: survey_counts.merged(groups) for key, groups in survey_counts.numbers(survey, earlier).items()
    }
    wide = replace(scope, period=window(step, scope.period))
    runs = survey_counts.numbers(survey, wide, step=step)
    offered = _offered(survey, scope)
    dimension = by if by in offered else next(iter(offered), None)
    groups = survey_counts.numbers(survey, scope, by=dimension) if dimension else {}
    known = {question.key: question for question in Question.objects.filter(survey=survey)}
    found = [
        _number(key, known, now, before, runs, groups, scope=scope, wide=wide, step=step, dimension=dimension)
        for key in now
    ]
    found += [
        _choice(key, known, *counted, scope=scope)
        for key, counted in survey_counts.choices(survey, scope).items()
    ]
    texts = survey_counts.written(survey, scope)
    found += [
        QuestionResult(key=key, kind=AnswerKind.TEXT, text=_words(key, known), n=n)
        for key, n in texts.items()
    ]
    rate = (
        queries.share_of(MEASURES["response_rate"], hits=who.asked_and_answered, of=who.asked, scope=scope)
        if who.asked
        else None
    )
    return SurveyResult(
        survey=survey, who=who, response_rate=rate, questions=tuple(sorted(found, key=lambda one: _place(one, known))), dimension=dimension,
        offered=offered, step=step,
    )  # fmt: skip


def _offered(survey: Survey, scope: Scope) -> tuple[SplitBy, ...]:
    """Dimensions that tell at least two groups apart among the answers of the period."""
    return tuple(one for one in DIMENSIONS if survey_counts.groups_of(survey, scope, one) > 1)


def _number(
    key: Key, known: Mapping[str, Question], now: Mapping[Key, Histogram], before: Mapping[Key, Histogram], runs: Mapping[Key, Any],
    groups: Mapping[Key, Any], *, scope: Scope, wide: Scope, step: Step, dimension: SplitBy | None,
) -> QuestionResult:  # fmt: skip
    name, kind = key
    question, given = known.get(name), now[key]
    ends = _ends(kind, question)
    measure = measure_of(kind, lowest=ends[0], highest=ends[1])
    is_turned = question is not None and not question.is_high_good and None not in ends
    plain = QuestionResult(
        key=name, kind=kind, text=_words(name, known), n=given.n, is_turned=is_turned, spread=_spread(kind, given, ends, scope=scope)
    )  # fmt: skip
    if measure is None:
        return plain
    turn = sum(end for end in ends if end is not None) if is_turned else None
    turned = _turned(given, turn)
    split = (
        queries.split_of(
            measure,
            dimension,
            {one: _turned(answers, turn) for one, answers in groups.get(key, {}).items()},
            scope=scope,
        )
        if dimension
        else None
    )
    months = queries.trend_of(
        measure,
        {one: _turned(answers, turn) for one, answers in runs.get(key, {}).items()},
        scope=wide,
        step=step,
    )
    return replace(
        plain, measure=measure, estimate=queries.estimate_of(measure, turned, scope=scope),
        comparison=queries.change_of(measure, now=turned, before=_turned(before.get(key, Histogram()), turn), scope=scope),
        months=tuple(months), split=split,
    )  # fmt: skip


def _turned(answers: Histogram, ends: float | None) -> Histogram:
    """The answers on the scale where high is good."""
    if ends is None:
        return answers
    return Histogram(
        tuple(
            sorted(
                (cell._replace(value=ends - cell.value) for cell in answers.cells),
                key=lambda cell: cell.value,
            )
        )
    )


def _ends(kind: str, question: Question | None) -> tuple[float | None, float | None]:
    if kind in SCALES:
        return SCALES[kind]
    return (question.lowest, question.highest) if question else (None, None)


def _spread(
    kind: str, answers: Histogram, ends: tuple[float | None, float | None], *, scope: Scope
) -> tuple[Share, ...]:
    """The share of each value, those of a short scale that nobody gave included."""
    values = {cell.value for cell in answers.cells}
    low, high = ends
    if low is not None and high is not None and high - low < MOST_VALUES:
        values |= {float(value) for value in range(int(low), int(high) + 1)}
    if len(values) > MOST_VALUES:
        return ()
    counts = answers.counts
    return tuple(
        Share(
            label=_value_words(kind, value),
            count=counts.get(value, 0),
            estimate=queries.share_of(ANSWER_SHARE, hits=counts.get(value, 0), of=answers.n, scope=scope),
        )
        for value in sorted(values)
    )


def _value_words(kind: str, value: float) -> str:
    if kind == AnswerKind.YES_NO:
        return "Yes" if value else "No"
    return f"{value:g}"


def _choice(
    key: Key, known: Mapping[str, Question], answered: int, counts: Counter[str], *, scope: Scope
) -> QuestionResult:
    ordered: Sequence[tuple[str, int]] = sorted(
        counts.items(), key=lambda pair: (-pair[1], pair[0].casefold())
    )
    spread = tuple(
        Share(label=label, count=n, estimate=queries.share_of(ANSWER_SHARE, hits=n, of=answered, scope=scope))
        for label, n in ordered[:MOST_CHOICES]
    )
    return QuestionResult(key=key[0], kind=key[1], text=_words(key[0], known), n=answered, spread=spread)


def _words(key: str, known: Mapping[str, Question]) -> str:
    return known[key].text if key in known and known[key].text else key


def _place(one: QuestionResult, known: Mapping[str, Question]) -> tuple[int, str, str]:
    question = known.get(one.key)
    return (question.position if question else 10_000, one.key, one.kind)
