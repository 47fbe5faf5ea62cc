"""Every way through a questionnaire: what is never reached, what never holds, and where nobody gets on.

Of each question that conditions look at, one answer of each class is tried that no condition can tell apart; ways that differ in nothing
that is still looked at are walked once. Where that is not enough, or would be too much, the walk says so.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .definition import Page, Question, QuestionKind, Questionnaire, Trigger, TriggerKind
from .errors import Fault
from .evaluation import evaluate, holds
from .expressions import Expression
from .looked_at import LookedAt, conditions_of
from .passing import (
    acts_on,
    all_hold,
    is_required,
    page_after,
    rankings,
    visible_choices,
    visible_rows,
    with_calculated,
)
from .values import Value

MOST_STEPS = 20_000  # pages answered in one way or another
MOST_WAYS = 500


@dataclass(frozen=True, slots=True)
class Way:
    """One way through: what is seen on which page, and answers that lead there (of the questions that matter)."""

    pages: tuple[tuple[str, tuple[str, ...]], ...]
    answers: Mapping[str, Value]

    @property
    def questions(self) -> tuple[str, ...]:
        """Names of what is seen, in order."""
        return tuple(name for _, names in self.pages for name in names)


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A place that somebody with these answers can't leave, or should never come to."""

    place: str
    code: str
    message: str
    answers: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a walk found.

    `ways` are the different sequences of questions, at most 500. `unreached` names what was never seen, `never` the conditions that never
    held, with their place. With `is_complete` that is so for every possible answer. Else `limits` says where the walk was stopped, and
    `sampled` names questions that conditions look at in ways that no list of answers covers, such as the formula of two numbers.
    """

    ways: tuple[Way, ...]
    dead_ends: tuple[DeadEnd, ...]
    unreached: tuple[str, ...]
    never: tuple[Fault, ...]
    steps: int
    limits: tuple[str, ...] = ()
    sampled: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left untried."""
        return not self.limits and not self.sampled

    @property
    def is_sound(self) -> bool:
        """Whether nobody gets stuck and everything can be reached."""
        return not (self.dead_ends or self.unreached or self.never)


def walk(questionnaire: Questionnaire, *, most_steps: int = MOST_STEPS) -> Walk:
    """Walk every way through.

    >>> from candor.questionnaire import read_definition
    >>> nps = {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10}
    >>> why = {"type": "comment", "name": "why", "visibleIf": "{nps} < 7"}
    >>> found = walk(read_definition({"pages": [{"elements": [nps]}, {"elements": [why]}]}))
    >>> [way.questions for way in found.ways], found.is_complete
    ([('nps',), ('nps', 'why')], True)
    """
    return _Walker(questionnaire, most_steps).result()


_Ways = dict[tuple[tuple[str, tuple[str, ...]], ...], dict[str, Value]]


@dataclass
class _Walker:
    """One walk: what was seen and what held so far."""

    questionnaire: Questionnaire
    most_steps: int
    steps: int = 0
    seen: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)
    dead_ends: dict[tuple[str, str], DeadEnd] = field(default_factory=dict)
    limits: dict[str, None] = field(default_factory=dict)
    arrived: list[dict[str, _Ways]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.looked_at = LookedAt(self.questionnaire)
        self.in_order = rankings(self.questionnaire)
        self.tried = {
            one.name: self.looked_at.tried(one)
            for one in self.questionnaire.questions() if one.name in self.looked_at.names
        }  # fmt: skip
        self.needed = self._needed()

    def _needed(self) -> list[frozenset[str]]:
        """For each page the names that it, or any after it, still looks at."""
        always = {
            name for one in self.questionnaire.calculated if one.expression for name in one.expression.names()
        }
        later: set[str] = set(always)
        for trigger in self.questionnaire.triggers:
            later |= {*trigger.condition.names(), trigger.origin}
        needed: list[frozenset[str]] = []
        for page in reversed(self.questionnaire.pages):
            for condition in (
                *page.conditions,
                *(part for one in page.questions for part in conditions_of(one)),
            ):
                later |= set(condition.names() if condition else ())
            needed.append(self.looked_at.questions_behind(later) | self._set_names())
        return needed[::-1]

    def _set_names(self) -> frozenset[str]:
        return frozenset(
            one.to for one in self.questionnaire.triggers if one.to and one.kind is not TriggerKind.SKIP
        )

    def result(self) -> Walk:
        ways = self.all_ways()
        sampled = tuple(name for name, tried in self.tried.items() if not tried.is_all and name in self.seen)
        if () in ways:
            self.dead_end("", "nothing_shown", "With these answers nothing is shown at all.", ways[()])
        elements = self.questionnaire.elements()
        return Walk(
            ways=tuple(Way(path, answers) for path, answers in ways.items()), dead_ends=tuple(self.dead_ends.values()),
            unreached=tuple(one.name for one in elements if one.name not in self.seen), never=tuple(self.never()), steps=self.steps,
            limits=tuple(self.limits), sampled=sampled,
        )  # fmt: skip

    def all_ways(self) -> _Ways:
        """Page by page: the states that differ in what is still looked at, each with the ways that led there.

        Jumps lead forward only, so that a page is done once all before it are.
        """
        last = len(self.questionnaire.pages)
        self.arrived = [{} for _ in range(last + 1)]
        self.arrive(0, {(): {}})
        for index in range(last):
            for ways in self.arrived[index].values():
                self.go_on(index, ways)
                if self.steps >= self.most_steps:
                    self.limits[f"After {self.most_steps:,} steps the walk was stopped."] = None
                    return self.arrived[last].get("", {})
        return self.arrived[last].get("", {})

    def arrive(self, index: int, ways: _Ways) -> None:
        """Ways that come to a page; those that nothing can tell apart from here on come together."""
        for path, answers in ways.items():
            matter = sorted(self.needed[index]) if index < len(self.needed) else []
            key = _key([[name, answers[name]] for name in matter if name in answers]) if matter else ""
            here = self.arrived[index].setdefault(key, {})
            if len(here) < MOST_WAYS:
                here.setdefault(path, answers)
            elif path not in here:
                self.limits[f"There are more than {MOST_WAYS} ways; the first are listed."] = None

    def go_on(self, index: int, ways: _Ways) -> None:
        """Fill in a page in every way that matters, for one of the ways that led there, and go on with all."""
        page = self.questionnaire.pages[index]
        _, first = next(iter(ways.items()))
        for filled, seen in self.fillings(page, first):
            self.steps += 1
            target = index + 1
            step: tuple[tuple[str, tuple[str, ...]], ...] = ()
            if seen:
                filled, known = self.after(filled, seen)
                self.look(page, seen, known, filled)
                target = self.target(index, known, filled)
                step = ((page.name, tuple(one.name for one in seen)),)
            given = {
                name: value for name, value in filled.items() if name not in first or first[name] != value
            }
            self.arrive(target, {(*path, *step): {**answers, **given} for path, answers in ways.items()})
            if self.steps >= self.most_steps:
                return

    def fillings(
        self, page: Page, answers: dict[str, Value]
    ) -> Iterator[tuple[dict[str, Value], list[Question]]]:
        """Every way to fill in a page that conditions can tell apart, with what is seen then."""
        waiting: list[tuple[dict[str, Value], frozenset[str]]] = [(answers, frozenset())]
        while waiting:
            answers, assigned = waiting.pop()
            known = with_calculated(self.questionnaire, answers)
            seen = [one for one in page.questions if self.is_seen(one, known)]
            open_ = next((one for one in seen if one.name in self.tried and one.name not in assigned), None)
            if open_ is None:
                yield answers, seen
                continue
            values = list(self.possible(open_, known))
            if not values:
                values = [None]
            waiting += [
                ({**answers, open_.name: value}, assigned | {open_.name}) for value in reversed(values)
            ]

    def possible(self, question: Question, known: Mapping[str, Value]) -> Iterator[Value]:
        """Answers to try that somebody can give here."""
        shown = {_key(choice.value) for choice in visible_choices(question, known, self.in_order)}
        for value in self.tried[question.name].answers:
            if value is None and is_required(question, known, self.in_order):
                continue
            if question.kind is QuestionKind.CHOICE and value is not None and _key(value) not in shown:
                continue
            yield value

    def is_seen(self, question: Question, known: Mapping[str, Value]) -> bool:
        for condition in question.conditions:
            self.judge(condition, known)
        if not all_hold(question.conditions, known, self.in_order):
            return False
        return question.kind is not QuestionKind.MATRIX or any(
            True for _ in visible_rows(question, known, self.in_order)
        )

    def judge(self, condition: Expression | None, known: Mapping[str, Value]) -> bool:
        """Whether a condition holds; remembered, so that those that never did can be told."""
        if condition is None:
            return False
        self.judged.add(condition.text)
        is_met = holds(condition, known, in_order=self.in_order)
        if is_met:
            self.held.add(condition.text)
        return is_met

    def after(
        self, answers: dict[str, Value], seen: list[Question]
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """The answers once triggers have set theirs, and with what is reckoned."""
        for trigger in self.questionnaire.triggers:
            known = with_calculated(self.questionnaire, answers)
            if trigger.kind in {TriggerKind.COMPLETE, TriggerKind.SKIP} or not acts_on(trigger, seen):
                continue
            if self.judge(trigger.condition, known):
                answers = {**answers, **self.set_by(trigger, known)}
        return answers, with_calculated(self.questionnaire, answers)

    def set_by(self, trigger: Trigger, known: Mapping[str, Value]) -> dict[str, Value]:
        if not trigger.to:
            return {}
        if trigger.kind is TriggerKind.SET_VALUE:
            return {trigger.to: trigger.value}
        if trigger.kind is TriggerKind.COPY_VALUE:
            return {trigger.to: known.get(trigger.origin)}
        return (
            {trigger.to: evaluate(trigger.expression.tree, known, self.in_order)}
            if trigger.expression
            else {}
        )

    def look(
        self, page: Page, seen: list[Question], known: dict[str, Value], answers: dict[str, Value]
    ) -> None:
        """Note what a page shows, and whatever on it can't be answered though it must."""
        for question in seen:
            self.seen.add(question.name)
            for condition in (question.enable_if, question.required_if):
                self.judge(condition, known)
            for item in (*question.choices, *question.rows):
                self.judge(item.visible_if, {**known, "item": item.value, "choice": item.value})
            if question.is_asked and is_required(question, known, self.in_order):
                for reason in why_impossible(question, known, self.in_order):
                    self.dead_end(
                        question.place, "required_impossible",
                        f"“{question.label()[:120]}” must be answered and can't be: {reason}. Nobody gets past page “{page.name}” here.", answers,
                    )  # fmt: skip

    def target(self, index: int, known: dict[str, Value], answers: dict[str, Value]) -> int:
        """The page that comes after this one: the next, or where a trigger leads."""
        page = self.questionnaire.pages[index]
        for trigger in self.questionnaire.triggers:
            if trigger.kind in {TriggerKind.COMPLETE, TriggerKind.SKIP} and acts_on(trigger, page.questions):
                self.judge(trigger.condition, known)
        for trigger in self.questionnaire.triggers:
            target = self.questionnaire.question(trigger.to) if trigger.kind is TriggerKind.SKIP else None
            if (
                target is not None
                and target.page < index
                and acts_on(trigger, page.questions)
                and self.judge(trigger.condition, known)
            ):
                self.dead_end(
                    trigger.place, "jumps_back", f"It jumps back to “{trigger.to}”; whoever answers so is sent round in a circle.", answers
                )  # fmt: skip
        following = page_after(self.questionnaire, index, known, self.in_order)
        return len(self.questionnaire.pages) if following is None else following

    def dead_end(self, place: str, code: str, message: str, answers: Mapping[str, Value]) -> None:
        self.dead_ends.setdefault((place, code), DeadEnd(place, code, message, dict(answers)))

    def never(self) -> Iterator[Fault]:
        """Conditions that were judged and never held; each with the place it stands at first."""
        for place, condition in placed_conditions(self.questionnaire):
            if condition.text in self.judged and condition.text not in self.held:
                yield Fault(place, "never_holds", f"“{condition.text}” never holds.")


def why_impossible(
    question: Question, known: Mapping[str, Value], in_order: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Reasons why nobody can answer a question."""
    if question.choices and question.kind is not QuestionKind.RATING:
        shown = sum(1 for _ in visible_choices(question, known, in_order))
        if not shown:
            yield "none of its choices is shown"
        elif question.least_chosen > shown:
            yield f"at least {question.least_chosen} must be chosen, and {shown} are shown"
    if question.most_chosen is not None and question.least_chosen > question.most_chosen:
        yield f"at least {question.least_chosen} must be chosen, and at most {question.most_chosen}"
    if question.lowest is not None and question.highest is not None and question.lowest > question.highest:
        yield f"it must be at least {question.lowest:g} and at most {question.highest:g}"


def placed_conditions(questionnaire: Questionnaire) -> Iterator[tuple[str, Expression]]:
    """Every condition with its place, each once."""
    told: set[tuple[str, str]] = set()
    for page in questionnaire.pages:
        placed = [(f"{page.place}.visibleIf".lstrip("."), one) for one in page.conditions]
        for question in page.questions:
            own = question.conditions[len(page.conditions) :]
            placed += [(f"{question.place}.visibleIf", one) for one in own]
            placed += [
                (f"{question.place}.{key}", one)
                for key, one in (("enableIf", question.enable_if), ("requiredIf", question.required_if)) if one
            ]  # fmt: skip
            items = (*question.choices, *question.rows)
            placed += [
                (f"{question.place}: {item.label()}", item.visible_if) for item in items if item.visible_if
            ]
        for place, condition in placed:
            if (place, condition.text) not in told:
                told.add((place, condition.text))
                yield place, condition
    yield from ((f"{one.place}.expression", one.condition) for one in questionnaire.triggers)


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
