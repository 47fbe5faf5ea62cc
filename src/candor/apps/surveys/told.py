"""From a recognised file to the hub: what a person may still say of its questions, and each answer checked against its question."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeAlias

from candor.apps.customers.services import EMAIL, Identified, customers_by_identifier, identify_customers
from candor.apps.feedback.choices import SCALES, AnswerKind, Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, Received, add_answers, receive, revise
from candor.apps.imports.kinds import Item, Odd, Preview, Question, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.people import People, question_about_staff
from candor.apps.imports.tables import SHOWN, order_question, refuse, said_order
from candor.apps.imports.units import Units, question_about_names
from candor.foundation.errors import InvalidInput
from candor.intake import AmbiguousDateOrder, Problem, parse_instant

from .formats import Answers, Asked, Recognised, Told
from .readings import Reading, Worded, number_in, worded
from .services import define_survey
from .sources.wide import instant_of

LOOKED_AT = 10_000  # answers in which words are looked for before the start
LEFT_OUT = "left_out_"  # begins the reasons in an import's report
_CUSTOMER_MAX = 160

TellItem: TypeAlias = tuple[int, Told]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A question as the person wants it read."""

    asked: Asked
    is_low_good: bool | None = None
    is_left: bool = False


def preview(batch: ImportBatch, found: Recognised) -> Preview:
    """What the file is, its questions, and what only a person can say."""
    form, answers = found
    asked: list[Question] = []
    if isinstance(answers.date_order, AmbiguousDateOrder) and not said_order(batch, "received_at"):
        asked.append(order_question("received_at", answers.date_order))
    if about_units := question_about_names(batch, "The file", answers.units):
        asked.append(about_units)
    if about_staff := question_about_staff(batch, "The file", answers.staff):
        asked.append(about_staff)
    rows = [told.row for _n, told in islice(_people(answers), SHOWN)]
    if not batch.options.get("received_on") and not any(
        told.at for _n, told in islice(_people(answers), SHOWN)
    ):
        asked.append(
            Question("received_on", "The file has no day of the answers. Which day shall count?", ())
        )
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    chosen = chosen_questions(batch, answers)
    asked += [_about_words(one) for one in words_on_scales(batch, answers) if one.must_be_said]
    return Preview(
        file_columns=columns, fields=(), columns={}, unclear={}, missing=(), questions=tuple(asked), rows=tuple(rows),
        notes=(f"This is an export of {form.name}.", *answers.notes, *_words_about(chosen)),
    )  # fmt: skip


def _people(answers: Answers) -> Iterator[TellItem]:
    return (item for item in answers.told() if not isinstance(item, Problem))


def _words_about(chosen: Sequence[_Chosen]) -> Iterator[str]:
    """Which questions feed a measure, by whose word, and which numbers feed none."""
    for one in chosen:
        if one.asked.is_declared and one.asked.kind in SCALES:
            turned = "; low is good, so it counts turned round" if one.is_low_good else ""
            yield f"“{one.asked.text[:80]}” is read as {one.asked.kind.label}{turned}."
    plain = [one.asked.key for one in chosen if one.asked.kind == AnswerKind.NUMBER and not one.is_left]
    if plain:
        shown = ", ".join(plain[:8]) + (" and more" if len(plain) > 8 else "")
        yield f"Nothing in the file says what these numbers measure: {shown}. They are kept and feed no score unless you say more."


def words_on_scales(batch: ImportBatch, answers: Answers) -> list[Worded]:
    """Words in questions that are to be read as numbers, among the first `LOOKED_AT` answers."""
    asked = [one.asked for one in chosen_questions(batch, answers) if not one.is_left]
    people = (told.answers for _n, told in islice(_people(answers), LOOKED_AT) if not told.left_out)
    return worded(asked, people, _numbers(batch))


def _about_words(found: Worded) -> Question:
    shown = ", ".join(f"“{word}”" for word, _n in found.words[:8])
    way = (
        "Say which number each word is, or choose another kind"
        if found.kind in SCALES
        else "Choose another kind"
    )
    text = f"Questions of the kind “{found.kind.label}” hold words: {shown}. {way}."
    return Question(f"words.{found.kind}", text, ())


def _numbers(batch: ImportBatch) -> dict[str, dict[str, float]]:
    """The number that each word stands for, by the kind of question, as the person said.

    Raises:
        InvalidInput: a number that is none, or a kind that there is not.
    """
    found: dict[str, dict[str, float]] = {}
    for kind, words in batch.options.get("words", {}).items():
        if kind not in SCALES:
            raise InvalidInput(
                f"“{kind}” has no scale for words; expected one of {', '.join(sorted(SCALES))}."
            )
        lowest, highest = SCALES[kind]
        for word, given in words.items():
            number = number_in(str(given))
            if number is None or not lowest <= number <= highest:
                raise InvalidInput(
                    f"“{word}”: a number from {lowest:g} to {highest:g} expected, “{given}” found."
                )
            found.setdefault(kind, {})[word] = number
    return found


def chosen_questions(batch: ImportBatch, answers: Answers) -> list[_Chosen]:
    """The questions of the file, as the person corrected them.

    Raises:
        InvalidInput: a question that the file does not have, or a kind that there is not.
    """
    known = {asked.key: asked for asked in answers.questions}
    said: dict[str, dict[str, Any]] = {one["column"]: one for one in batch.options.get("questions") or []}
    low_is_good = set(batch.options.get("low_is_good", []))
    for key in (*said, *low_is_good, *batch.options.get("blanks", {})):
        if key not in known:
            raise InvalidInput(f"There is no question “{key}” in the file; it has: {', '.join(known)}.")
    blanks = batch.options.get("blanks", {})
    only_these = bool(batch.options.get("only_these"))
    return [
        _corrected(asked, said.get(asked.key), blanks.get(asked.key, ()), asked.key in low_is_good, only_these) for asked in known.values()
    ]  # fmt: skip


def _corrected(
    asked: Asked, said: Mapping[str, Any] | None, blanks: Sequence[str], is_low_good: bool, only_these: bool
) -> _Chosen:
    if said is None:
        more = replace(asked, blanks=(*asked.blanks, *blanks))
        return _Chosen(more, True if is_low_good else None, is_left=only_these)
    if said["kind"] not in AnswerKind.values:
        expected = ", ".join(AnswerKind.values)
        raise InvalidInput(f"“{said['kind']}” is no kind of question; expected one of {expected}.")
    kind = AnswerKind(said["kind"])
    lowest, highest = SCALES.get(kind, (asked.lowest, asked.highest) if kind == asked.kind else (None, None))
    more = replace(
        asked, kind=kind, lowest=lowest, highest=highest, is_declared=asked.is_declared or kind in SCALES,
        blanks=tuple(dict.fromkeys((*asked.blanks, *blanks, *said.get("blanks", ())))),
    )  # fmt: skip
    return _Chosen(more, said.get("is_low_good", True if is_low_good else None))


def define(batch: ImportBatch, answers: Answers, *, source: str, name: str) -> None:
    """Keep the survey and its questions with their words."""
    chosen = [one for one in chosen_questions(batch, answers) if not one.is_left]
    define_survey(key=source, name=name, questions=map(_definition, chosen))


def _definition(one: _Chosen) -> dict[str, Any]:
    asked = one.asked
    facts = {
        "key": asked.key, "text": asked.text[:300], "kind": asked.kind, "lowest": asked.lowest, "highest": asked.highest,
        "blank_codes": list(asked.blanks),
    }  # fmt: skip
    return facts | ({} if one.is_low_good is None else {"is_high_good": not one.is_low_good})


class ToldReader:
    """Reads a recognised file from a row on: items are (row number, `Told`)."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    @property
    def share_read(self) -> float:
        return self._answers.share_read

    @property
    def cautions(self) -> list[str]:
        return list(self._answers.notes)

    def items(self, *, start: int) -> Iterator[Item | Problem]:
        for item in self._answers.told():
            if (item.row if isinstance(item, Problem) else item[0]) >= start:
                yield item


def store(batch: ImportBatch, items: Sequence[TellItem], *, answers: Answers, source: str) -> Stored:
    """Write a chunk of answers."""
    chunk = _Chunk(batch, items, answers, source)
    fresh = [item for row, told in items if (item := chunk.read(row, told)) is not None]
    told_again = 0
    if answers.is_long:
        n, fresh = _answers_of(fresh), _joined(fresh)
        told_again = n - _answers_of(fresh)
    received = receive(items=fresh, batch=batch)
    added, known = len(received.new_ids), len(fresh) - len(received.new_ids)
    if answers.is_long:
        added, known = _counted_by_answer(batch, fresh, received, source)
        known += told_again
    else:
        chunk.completed = _complete(fresh, received)
    return _stored(chunk, fresh, received, added, known)


def _complete(items: Sequence[NewFeedback], received: Received) -> int:
    """Take the last state of answers that an earlier file told as partial and this one as finished; returns how many."""
    whole = {item.key: item for item in items if item.key in received.known_keys and not item.is_partial}
    if not whole:
        return 0
    source = next(iter(whole.values())).source
    left_open = list(Feedback.objects.filter(source=source, key__in=list(whole), is_partial=True))
    for row in left_open:
        row.is_partial = False
        row.save(update_fields=["is_partial"])
        revise(feedback=row, title="", comment=whole[row.key].comment, answers=whole[row.key].answers)
    return len(left_open)


def _joined(items: Sequence[NewFeedback]) -> list[NewFeedback]:
    """One for each person: their answers together, first come first."""
    found: dict[str, NewFeedback] = {}
    for item in items:
        before = found.setdefault(item.key, item)
        if before is not item:
            asked = {answer.question for answer in before.answers}
            more = tuple(answer for answer in item.answers if answer.question not in asked)
            comment = "\n".join(filter(None, (before.comment, item.comment)))
            found[item.key] = replace(before, answers=(*before.answers, *more), comment=comment)
    return list(found.values())


def _answers_of(items: Iterable[NewFeedback]) -> int:
    return sum(len(item.answers) for item in items)


def _counted_by_answer(
    batch: ImportBatch, items: Sequence[NewFeedback], received: Received, source: str
) -> tuple[int, int]:
    """Answers that are new and known, where a person's answers come apart and may be spread over chunks."""
    rest = [item for item in items if item.key not in received.new_ids]
    more = add_answers(source=source, items=rest, batch=batch)
    added = _answers_of(item for item in items if item.key in received.new_ids)
    return added + more, _answers_of(rest) - more


def _stored(
    chunk: "_Chunk", fresh: Sequence[NewFeedback], received: Received, added: int, known: int
) -> Stored:
    odd = {f"{LEFT_OUT}{reason}": Odd(n) for reason, n in sorted(chunk.left_out.items())}
    partial = sum(item.is_partial and item.key in received.new_ids for item in fresh)
    if partial:
        odd["partial"] = Odd(partial)
    if chunk.completed:
        odd["completed"] = Odd(chunk.completed)
    return Stored(added, known, tuple(chunk.problems), odd)


@dataclass
class _Chunk:
    """What the rows of a chunk are read with, and what is wrong with them."""

    batch: ImportBatch
    items: Sequence[TellItem]
    answers: Answers
    source: str
    problems: list[Problem] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    completed: int = 0

    def __post_init__(self) -> None:
        chosen = chosen_questions(self.batch, self.answers)
        numbers = _numbers(self.batch)
        self._questions = {
            one.asked.key: Reading(one.asked, numbers.get(one.asked.kind))
            for one in chosen
            if not one.is_left
        }
        self._units = Units(self.batch, [(row, told.facts) for row, told in self.items])
        self._people = People(self.batch)
        self._customers = _customers(self.batch, self.items, self.source)
        order = said_order(self.batch, "received_at") or self.answers.date_order
        self._order = None if isinstance(order, AmbiguousDateOrder) else order
        self._fixed_day = fixed_day(self.batch)

    def read(self, row: int, told: Told) -> NewFeedback | None:
        """The feedback that a row becomes; None where it is none, and why is noted."""
        if told.left_out or not told.answers:
            reason = told.left_out or "without_an_answer"
            self.left_out[reason] = self.left_out.get(reason, 0) + 1
            return None
        problems = [problem for problem in self._refusals(row, told) if problem]
        answers = tuple(self._answers(row, told, problems))
        at, knows_time = self._instant(row, told, problems)
        weight = self._weight(row, told, problems)
        if problems or at is None:
            self.problems += problems
            return None
        facts = told.facts
        texts: dict[str, Any] = {name: facts.get(name, "")[:limit] for name, limit in _TEXTS.items()}
        texts["language"] = texts["language"].lower().replace("_", "-")
        return NewFeedback(
            kind=Kind.SURVEY, source=self.source, key=key_of((row, told)), received_at=at, knows_time=knows_time,
            customer_id=self._customers.get(_identity(told)), unit_id=self._units.id_of(facts.get("unit")),
            done_by_id=self._people.id_of(facts.get("done_by")), done_by_given=facts.get("done_by", "")[:120],
            comment="\n".join(answer.text for answer in answers if answer.kind == AnswerKind.TEXT), weight=weight,
            is_partial=told.is_partial, answers=answers, **texts,
        )  # fmt: skip

    def _refusals(self, row: int, told: Told) -> Iterator[Problem | None]:
        unit = told.facts.get("unit")
        if self._units.refuses(unit):
            message = f"there is no unit “{unit}”."
            yield _refuse(row, told, "Unit", str(unit), "the code or name of a unit", message)
        problem = self._people.refusal((row, told.facts))
        yield replace(problem, cells=told.row) if problem else None

    def _answers(self, row: int, told: Told, problems: list[Problem]) -> Iterator[NewAnswer]:
        for key, text in told.answers.items():
            reading = self._questions.get(key)
            if reading is None or text in reading.blanks:
                continue
            if reading.is_text:
                yield NewAnswer(question=key, kind=reading.kind, text=text)
                continue
            number = reading.number(text)
            if number is None:
                message = f"{reading.expected} expected, “{text[:80]}” found."
                problems.append(_refuse(row, told, key, text, reading.expected, message))
            else:
                yield NewAnswer(question=key, kind=reading.kind, number=number)

    def _instant(self, row: int, told: Told, problems: list[Problem]) -> tuple[datetime | None, bool]:
        at, given = told.at, str(told.at or "")
        if isinstance(at, str) and at:
            try:
                at = parse_instant(at, self._order, self.answers.zone)
            except ValueError as error:
                problems.append(
                    _refuse(row, told, "Answered", given, str(error), f"{error} expected, “{given}” found.")
                )
                return None, False
            is_exact = ":" in given or given.isdigit()
        else:
            is_exact = True
        if not isinstance(at, datetime):
            at, is_exact = instant_of({}, self._fixed_day)
        elif not is_exact:
            at, is_exact = instant_of({"received_at": at}, None)
        if at is None:
            problems.append(_refuse(row, told, "Answered", "", "a day", "the day of the answer is missing."))
        return at, is_exact

    def _weight(self, row: int, told: Told, problems: list[Problem]) -> float:
        given = told.facts.get("weight", "")
        number = number_in(given) if given else 1.0
        if number is None or number < 0:
            problems.append(
                _refuse(
                    row,
                    told,
                    "Weight",
                    given,
                    "a number from 0",
                    f"a number from 0 expected, “{given}” found.",
                )
            )
            return 1.0
        return number


def _refuse(row: int, told: Told, column: str, value: str, expected: str, message: str) -> Problem:
    problem = refuse((row, {}), column=column, value=value, expected=expected, message=message)
    return replace(problem, cells=told.row)


def key_of(item: TellItem) -> str:
    """What the answer of a row is known by."""
    row, told = item
    return told.key[:120] or _row_key(row, told)


def names_of(source: str, item: TellItem) -> list[tuple[str, str]]:
    """What the file calls who answered."""
    place, value = _identity(item[1])
    return [(place or source, value), (source, item[1].facts.get("customer", "")[:_CUSTOMER_MAX])]


def _row_key(row: int, told: Told) -> str:
    """The key of a row without one: its place and content, so that the same file again adds nothing and another file does."""
    content = "\x1f".join((*told.names, *told.cells))
    return f"row-{row}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def fixed_day(batch: ImportBatch) -> str | None:
    """The day that a person gave for all answers of the file, as YYYY-MM-DD; None where they gave none.

    Raises:
        InvalidInput: it is no day.
    """
    day: str | None = batch.options.get("received_on")
    if not day:
        return None
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise InvalidInput(f"“{day}” is no day; expected YYYY-MM-DD.") from error
    return day


def _identity(told: Told) -> tuple[str, str]:
    """What names the customer: the e-mail address, by which all surveys know them, or else the survey's own number."""
    if email := told.facts.get("email", "").strip().lower()[:_CUSTOMER_MAX]:
        return EMAIL, email
    return "", told.facts.get("customer", "")[:_CUSTOMER_MAX]


def _customers(batch: ImportBatch, items: Sequence[TellItem], source: str) -> dict[tuple[str, str], int]:
    named: dict[tuple[str, str], Told] = {_identity(told): told for _row, told in items if not told.left_out}
    found: dict[tuple[str, str], int] = {}
    for place, system in ((EMAIL, EMAIL), ("", source)):
        values = [value for where, value in named if where == place and value]
        known = customers_by_identifier(system=system, values=values, import_batch_id=batch.pk)
        found |= {(place, value): pk for value, pk in known.items()}
    identify_customers(
        items=[_known_of(told, source) for (place, _value), told in named.items() if place == EMAIL]
    )
    return found


def _known_of(told: Told, source: str) -> Identified:
    email, number = _identity(told)[1], told.facts.get("customer", "")[:_CUSTOMER_MAX]
    return Identified(
        system=EMAIL, value=email, also=((source, number),) if number else (), name=told.facts.get("name", "")[:160],
        email=email if "@" in email else "", language=told.facts.get("language", "")[:12],
    )  # fmt: skip


_TEXTS = {"product": 120, "channel": 40, "segment": 80, "language": 12}
