"""Survey answers as a kind of import: files of known tools by their shape, else long ones where the columns say so, else wide ones."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, islice
from typing import Any

from django.utils.text import slugify

from candor.apps.customers.services import EMAIL, Identified, customers_by_identifier, identify_customers
from candor.apps.feedback.choices import IN_WORDS, AnswerKind, Kind, key_of_question
from candor.apps.feedback.erased import without_erased
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, add_answers, forget_batch, receive
from candor.apps.imports.kinds import ERASED, ImportKind, Item, Odd, Preview, Question, Reader, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.people import People
from candor.apps.imports.tables import (
    CELLS,
    TableReader,
    column_of,
    file_of,
    preview_table,
    refuse,
    refuse_unit,
)
from candor.apps.imports.units import Units
from candor.foundation.components.frame import url_if
from candor.foundation.errors import InvalidInput
from candor.intake import Problem, open_table, recognise

from . import told
from .formats import Asked, Recognised, recognised
from .models import Survey
from .queries import turned_questions
from .readings import Worded, worded
from .services import define_survey
from .sources import long, wide

DEFAULT_SOURCE = "survey"


def is_long(batch: ImportBatch) -> bool:
    """Whether the file has a row an answer: as the person said, else when the columns are exactly of that shape."""
    layout = batch.options.get("layout")
    if layout in {"long", "wide"}:
        return bool(layout == "long")
    return not recognise(open_table(file_of(batch)).columns, long.FIELDS).missing


def preview(batch: ImportBatch) -> Preview:
    """The columns, the questions found by their names, and what is still to be said."""
    if found := recognised(batch):
        return told.preview(batch, found)
    if is_long(batch):
        return _with_day(batch, preview_table(batch, long.FIELDS))
    questions = _questions(batch)
    notes = tuple(map(_note, questions))
    asked: tuple[Question, ...] = ()
    if not questions:
        asked = (
            Question(
                "questions", "No column bears the name of a score. Say which column holds which question.", ()
            ),
        )
    asked += tuple(_in_words(one) for one in _worded_columns(batch, questions) if one.must_be_said)
    fields = (*wide.META, *wide.question_fields(questions))
    return _with_day(batch, preview_table(batch, fields, more=asked, notes=notes))


def _worded_columns(batch: ImportBatch, questions: Sequence[dict[str, Any]]) -> list[Worded]:
    """Words in columns that are to be read as numbers, among the first `told.LOOKED_AT` rows."""
    table = open_table(file_of(batch))
    asked = [
        Asked(
            key=q["column"], text=q["column"], kind=AnswerKind(q["kind"]), blanks=tuple(q.get("blanks", ()))
        )
        for q in questions
        if q["kind"] != AnswerKind.YES_NO  # which files spell in many ways
    ]
    rows = (
        record[1] for record in islice(table.records(), told.LOOKED_AT) if not isinstance(record, Problem)
    )
    people = ({name: cell.strip() for name, cell in zip(table.columns, row, strict=False)} for row in rows)
    return worded(asked, people, {})


def _in_words(found: Worded) -> Question:
    shown = ", ".join(f"“{word}”" for word, _n in found.words[:8])
    text = f"Questions of the kind “{found.kind.label}” hold words: {shown}. Put numbers in their place in the file, or choose another kind."
    return Question(f"words.{found.kind}", text, ())


def _with_day(batch: ImportBatch, seen: Preview) -> Preview:
    """What is seen, and the question after the day where no column holds it."""
    if "received_at" not in seen.columns and not told.fixed_day(batch):
        day = Question(
            "received_on", "The file has no column with the day of the answers. Which day shall count?", ()
        )
        return replace(seen, questions=(*seen.questions, day))
    return seen


def _note(question: dict[str, Any]) -> str:
    turned = "; low is good, so it counts turned round" if question.get("is_low_good") else ""
    return f"“{question['column'].strip()}” is read as {AnswerKind(question['kind']).label}{turned}."


def _questions(batch: ImportBatch) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] | None = batch.options.get("questions")
    columns = open_table(file_of(batch)).columns
    low_is_good = set(batch.options.get("low_is_good", []))
    if strange := sorted(low_is_good - set(columns)):
        raise InvalidInput(f"There is no column “{strange[0]}” in the file.")
    if given is None:
        guessed = wide.guess_questions(tuple(columns))
        return [q | {"is_low_good": True} if q["column"] in low_is_good else q for q in guessed]
    given = [q | {"is_low_good": True} if q["column"] in low_is_good else q for q in given]
    for question in given:
        if question["column"] not in columns:
            raise InvalidInput(f"There is no column “{question['column']}” in the file.")
        if question["kind"] not in AnswerKind.values:
            raise InvalidInput(
                f"“{question['kind']}” is no kind of question; expected one of {', '.join(AnswerKind.values)}."
            )
    return given


def open_reader(batch: ImportBatch) -> Reader:
    """Typed rows of the file; defines the survey on the way."""
    if found := recognised(batch):
        told.define(batch, found[1], source=source_of(batch), name=_name_of(batch))
        return told.ToldReader(found[1])
    if is_long(batch):
        define_survey(key=source_of(batch), name=batch.options.get("name") or source_of(batch))
        return TableReader(batch, long.FIELDS)
    questions = _questions(batch)
    define_survey(
        key=source_of(batch),
        name=batch.options.get("name") or source_of(batch),
        questions=map(_definition, questions),
    )
    return TableReader(batch, (*wide.META, *wide.question_fields(questions)))


def source_of(batch: ImportBatch) -> str:
    """What the survey is called as a source of feedback: as the person said, else as the file is called, since two files
    without a name of their own are two surveys, whose numbers must not be taken for each other."""
    if given := batch.options.get("source"):
        return str(given)
    found = recognised(batch)
    own = (found[1].source or found[0].survey_in(batch.file_name)) if found else ""
    return slugify(own or batch.file_name.split(".")[0])[:60] or DEFAULT_SOURCE


def _name_of(batch: ImportBatch) -> str:
    """What people call the survey."""
    found = recognised(batch)
    own = (found[1].name or found[0].survey_in(batch.file_name)) if found else ""
    return str(batch.options.get("name") or own or source_of(batch))[:120]


def _definition(question: dict[str, Any]) -> dict[str, Any]:
    lowest, highest = wide.SCALES.get(question["kind"], (None, None))
    column = question["column"].strip()
    return {
        "key": column, "text": question.get("text") or column, "kind": question["kind"], "lowest": lowest, "highest": highest,
        "blank_codes": question.get("blanks", []),
    } | ({"is_high_good": not question["is_low_good"]} if "is_low_good" in question else {})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Named:
    """What the rows of a chunk name."""

    units: Units
    people: People
    day_column: str

    def cell(self, values: dict[str, Any]) -> str:
        """The day of the answer as it stands in the file."""
        return str(values[CELLS].get(self.day_column, ""))


def store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    """Write a chunk of answers, without those of customers who were erased."""
    source, is_told = source_of(batch), recognised(batch) is not None
    names = partial(told.names_of, source) if is_told else partial(_names, source)
    kept = without_erased(source, items, told.key_of if is_told else _key, names)
    stored = _store(batch, kept) if kept else Stored(0)
    gone = len(items) - len(kept)
    return replace(stored, odd={**stored.odd, ERASED: Odd(gone)}) if gone else stored


def _store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    if found := recognised(batch):
        return told.store(batch, items, answers=found[1], source=source_of(batch))
    day_column = column_of(batch, "received_at", long.FIELDS if is_long(batch) else wide.META)
    named = _Named(Units(batch, items), People(batch), day_column)
    source = source_of(batch)
    customers = _customers(batch, items, source)
    problems = [refuse_unit(item) for item in items if named.units.refuses(item[1].get("unit"))]
    problems += filter(None, map(named.people.refusal, items))
    refused = {problem.row for problem in problems}
    good = [item for item in items if item[0] not in refused]
    write: Callable[..., Stored] = _store_long if is_long(batch) else _store_wide
    stored = write(batch, good, source, named, customers)
    return replace(stored, problems=(*problems, *stored.problems))


def _customers(batch: ImportBatch, items: Sequence[Item], source: str) -> dict[str, int]:
    """Customers by what the file calls them: an e-mail address, by which all surveys know them, or the survey's own number."""
    named = {str(values.get("customer") or "") for _, values in items} - {""}
    mails = {name: name.strip().lower() for name in named if "@" in name}
    numbers = customers_by_identifier(system=source, values=named - set(mails), import_batch_id=batch.pk)
    by_mail = customers_by_identifier(system=EMAIL, values=set(mails.values()), import_batch_id=batch.pk)
    identify_customers(
        items=[Identified(system=EMAIL, value=mail, email=mail) for mail in sorted(set(mails.values()))]
    )
    return numbers | {name: by_mail[mail] for name, mail in mails.items()}


def _key(item: Item) -> str:
    return str(item[1].get("key") or row_key(item))


def _names(source: str, item: Item) -> list[tuple[str, str]]:
    name = str(item[1].get("customer") or "")
    return [(EMAIL, name.strip().lower()) if "@" in name else (source, name)]


def _without_day(item: Item) -> Problem:
    return refuse(
        item, column="Answered", value="", expected="a day", message="the day of the answer is missing."
    )


def _store_wide(
    batch: ImportBatch, items: Sequence[Item], source: str, named: _Named, customers: dict[str, int]
) -> Stored:
    fixed = told.fixed_day(batch)
    questions = _questions(batch)
    fresh, problems = [], []
    for item in items:
        values = item[1]
        received_at, knows_time = wide.instant_of(values, fixed, cell=named.cell(values))
        if received_at is None:
            problems.append(_without_day(item))
            continue
        given = [_answer(q, values.get(wide.question_key(q["column"]))) for q in questions]
        answers = tuple(answer for answer in given if answer is not None)
        said = values | {"comment": values.get("comment") or _words_of(answers)}
        fresh.append(
            _feedback(
                said, source=source, key=_key(item), received_at=received_at, knows_time=knows_time, named=named,
                customers=customers, answers=answers,
            )
        )  # fmt: skip
    received = receive(items=fresh, batch=batch)
    return Stored(len(received.new_ids), len(fresh) - len(received.new_ids), tuple(problems))


def _words_of(answers: Sequence[NewAnswer]) -> str:
    """What was written in own words, one answer a line: that is the comment where the file names no other."""
    return "\n".join(answer.text for answer in answers if answer.kind == AnswerKind.TEXT and answer.text)


def row_key(item: Item) -> str:
    """The key of a row without one: its place and content, so that the same file again adds nothing and another file does."""
    row, values = item
    content = "\x1f".join(f"{name}\x1e{cell}" for name, cell in values[CELLS].items())
    return f"row-{row}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _feedback(
    values: dict[str, Any], *, source: str, key: str, received_at: Any, knows_time: bool, named: _Named, customers: dict[str, int],
    answers: tuple[NewAnswer, ...],
) -> NewFeedback:  # fmt: skip
    texts: dict[str, Any] = {
        name: values.get(name) or "" for name in ("comment", "product", "channel", "segment", "language")
    }
    weight = values.get("weight")
    return NewFeedback(
        kind=Kind.SURVEY, source=source, key=key, received_at=received_at, knows_time=knows_time, weight=1.0 if weight is None else weight,
        customer_id=customers.get(values.get("customer") or ""),
        unit_id=named.units.id_of(values.get("unit")), done_by_id=named.people.id_of(values.get("done_by")),
        done_by_given=values.get("done_by") or "", answers=answers, **texts,
    )  # fmt: skip


def _answer(question: dict[str, Any], value: Any) -> NewAnswer | None:
    if value is None or value == "":
        return None
    kind, key = AnswerKind(question["kind"]), key_of_question(question["column"].strip())
    if kind not in IN_WORDS:
        return NewAnswer(question=key, kind=kind, number=float(value))
    return NewAnswer(question=key, kind=kind, text=str(value))


def _store_long(
    batch: ImportBatch, items: Sequence[Item], source: str, named: _Named, customers: dict[str, int]
) -> Stored:
    problems: list[Problem] = []
    said = [item for item in items if str(item[1]["value"] or "").strip()]
    by_key = sorted(said, key=lambda item: str(item[1]["key"]))
    submissions: list[NewFeedback] = []
    given = 0
    for key, group in groupby(by_key, key=lambda item: str(item[1]["key"])):
        rows = list(group)
        first = rows[0][1]
        received_at, knows_time = wide.instant_of(first, told.fixed_day(batch), cell=named.cell(first))
        if received_at is None:
            problems.extend(map(_without_day, rows))
            continue
        refused = len(problems)
        answers = _answers_of_one(rows, problems)
        given += len(rows) - (len(problems) - refused)
        item = _feedback(
            first | {"comment": _words_of(answers)}, source=source, key=key, received_at=received_at, knows_time=knows_time, named=named,
            customers=customers, answers=answers,
        )  # fmt: skip
        submissions += [item] if answers else []
    _define_answered(batch, source, items, [answer for item in submissions for answer in item.answers])
    received = receive(items=submissions, batch=batch)
    added = sum(len(item.answers) for item in submissions if item.key in received.new_ids)
    rest = [item for item in submissions if item.key not in received.new_ids]
    added += add_answers(source=source, items=rest, batch=batch)
    empty = len(items) - len(said)
    odd = {f"{told.LEFT_OUT}without_an_answer": Odd(empty)} if empty else {}
    return Stored(added, given - added, tuple(problems), odd)


def _answers_of_one(rows: Sequence[Item], problems: list[Problem]) -> tuple[NewAnswer, ...]:
    """The answers of one submission; the same one again adds nothing, another one to the same question goes back."""
    found: dict[str, NewAnswer] = {}
    for row in rows:
        answer = _long_answer(row, problems)
        if answer is not None and found.setdefault(answer.question, answer) != answer:
            value = str(row[1]["value"])
            expected = "one answer to each question"
            message = f"{expected} expected, another one to “{answer.question}” stands further up."
            problems.append(refuse(row, column="Answer", value=value, expected=expected, message=message))
    return tuple(found.values())


def _define_answered(
    batch: ImportBatch, source: str, items: Sequence[Item], answers: Iterable[NewAnswer]
) -> None:
    """Questions of a long file, as soon as their kind is known, with their words where the file has them beside the key."""
    low_is_good = set(map(key_of_question, batch.options.get("low_is_good", [])))
    words = {
        key_of_question(str(values["question"])): values[CELLS].get("field_label") or str(values["question"])
        for _row, values in items
    }
    kinds = {answer.question: answer.kind for answer in answers}
    questions = [
        {"column": name, "kind": kind, "text": words.get(name, "")[:300]} | ({"is_low_good": True} if name in low_is_good else {})
        for name, kind in sorted(kinds.items())
    ]  # fmt: skip
    if questions:
        define_survey(
            key=source, name=batch.options.get("name") or source, questions=map(_definition, questions)
        )


def _long_answer(item: Item, problems: list[Problem]) -> NewAnswer | None:
    values = item[1]
    kind = AnswerKind(values.get("kind") or _kind_of(values["value"]))
    text = str(values["value"]).strip()
    if kind in IN_WORDS:
        return NewAnswer(question=key_of_question(values["question"]), kind=kind, text=text)
    low, high = wide.SCALES.get(kind, (float("-inf"), float("inf")))
    try:
        number = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}.get(text.casefold())
        number = float(text.replace(",", ".")) if number is None else number
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        expected = f"a number from {low:g} to {high:g}" if kind in wide.SCALES else "a number"
        message = f"{expected} expected, “{text[:80]}” found."
        problems.append(refuse(item, column="Answer", value=text, expected=expected, message=message))
        return None
    return NewAnswer(question=key_of_question(values["question"]), kind=kind, number=number)


def _kind_of(value: str) -> AnswerKind:
    """Without a stated kind only the shape is known: a number or a text. Never a score of some kind."""
    return AnswerKind.NUMBER if str(value).replace(".", "", 1).lstrip("-").isdigit() else AnswerKind.TEXT


def results_of(batch: ImportBatch) -> str:
    """The page of the results of the survey that the batch brought answers to; "" where it brought none."""
    came = Feedback.objects.filter(import_batch=batch).order_by().values_list("source", flat=True).first()
    survey = Survey.objects.filter(key=came).first() if came else None
    return url_if("scores:survey", survey.pk) if survey else ""


def undo(batch: ImportBatch) -> None:
    """Remove what the batch brought."""
    forget_batch(batch=batch)


def context(batch: ImportBatch, seen: Preview) -> dict[str, Any]:
    """For the mapping page: every column that may hold a question, with what is known of it."""
    if found := recognised(batch):
        return _context_of_told(batch, found)
    turned = turned_questions(source_of(batch))
    known = {} if is_long(batch) else {question["column"]: question for question in _questions(batch)}
    columns = [
        {
            "name": column,
            "kind": known.get(column, {}).get("kind", ""),
            "blanks": ", ".join(known.get(column, {}).get("blanks", [])),
            "is_low_good": known.get(column, {}).get(
                "is_low_good", key_of_question(column.strip()) in turned
            ),
        }
        for column in seen.file_columns
        if column not in seen.columns.values() or column in known
    ]
    return {
        "survey_source": source_of(batch),
        "question_columns": [] if is_long(batch) else columns,
        "question_kinds": AnswerKind.choices,
        "is_long": is_long(batch),
        "low_is_good": ", ".join(batch.options.get("low_is_good", sorted(turned))),
    }


def _context_of_told(batch: ImportBatch, found: Recognised) -> dict[str, Any]:
    turned = turned_questions(source_of(batch))
    columns = [
        {
            "name": one.asked.key,
            "text": one.asked.text,
            "kind": "" if one.is_left else one.asked.kind,
            "blanks": ", ".join(one.asked.blanks),
            "is_low_good": one.asked.key in turned if one.is_low_good is None else one.is_low_good,
        }
        for one in told.chosen_questions(batch, found[1])
    ]
    return {
        "survey_source": source_of(batch),
        "question_columns": columns,
        "question_kinds": AnswerKind.choices,
        "words_on_scales": _scales_in_words(batch, found),
        "is_told": True,
    }


def _scales_in_words(batch: ImportBatch, found: Recognised) -> list[dict[str, Any]]:
    """For each kind of question whose answers are words: its scale, and each word with the number that it was given."""
    given = batch.options.get("words", {})
    return [
        {
            "kind": one.kind, "label": one.kind.label, "lowest": wide.SCALES[one.kind][0], "highest": wide.SCALES[one.kind][1], "n": one.n,
            "words": [{"word": word, "n": n, "number": given.get(one.kind, {}).get(word, "")} for word, n in one.words],
        }
        for one in told.words_on_scales(batch, found[1]) if one.kind in wide.SCALES
    ]  # fmt: skip


KIND = ImportKind(
    key="surveys",
    name="Survey answers",
    description="Exports of Qualtrics, SurveyMonkey, Delighted, Zendesk, Chatwoot, Formbricks, LimeSurvey, Typeform and SurveyJS as they are; or one row a person, "
    "or one row an answer. Scores keep their scale, weights count.",
    icon="clipboard-list",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    template="surveys/import_options.html",
    context=context,
    report_template="surveys/import_report.html",
    next_url_name="scores:scores",
    next_url=results_of,
    order=20,
)
