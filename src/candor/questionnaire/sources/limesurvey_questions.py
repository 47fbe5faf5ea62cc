"""One LimeSurvey question as one or more SurveyJS elements, by its one-letter type."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..definition import COMMENT
from .carrying import Carrying, as_html, number_or_text
from .limesurvey_logic import CannotTranslate, Equation, Target
from .limesurvey_tables import Row

Words = str | dict[str, str]
_MOST_CELLS = 40
_YES_NO = (
    (("Y", "Yes"), ("U", "Uncertain"), ("N", "No")),
    (("I", "Increase"), ("S", "Same"), ("D", "Decrease")),
)
_DEFAULTS = frozenset({"", "0", "N", "default", "normal", "end"})
_HARMLESS = {"statistics_showgraph": "1", "showpopups": "1", "samechoiceheight": "1", "samelistheight": "1", "time_limit_action": "1", "slider_separator": "|",
             "slider_showminmax": "1", "assessment_value": "1", "array_filter_style": "0"}  # fmt: skip


@dataclass(slots=True)
class Asked:
    """One question with everything that belongs to it, and where what becomes of it goes.

    `attributes` are its settings (by language where they are words), `subquestions` and `answers` by their scale.
    """

    carrying: Carrying
    row: Row
    name: str
    place: str
    attributes: Mapping[str, Mapping[str, str]]
    subquestions: Mapping[str, list[Row]]
    answers: Mapping[str, list[Row]]
    texts: Callable[[Row, str], Words]
    targets: dict[str, Target]
    calculated: list[dict[str, Any]]
    used: set[str] = field(default_factory=set)

    def setting(self, name: str) -> str:
        """A setting of the question, "" when there is none."""
        self.used.add(name)
        return next(iter(self.attributes.get(name, {}).values()), "").strip()

    def words(self, name: str) -> Words:
        """A setting that is words, by language."""
        self.used.add(name)
        found = {
            language: self.carrying.plain(one, self.place)
            for language, one in self.attributes.get(name, {}).items()
            if one
        }
        return (
            found.get("", "")
            if set(found) <= {""}
            else {("default" if key == "" else key): one for key, one in found.items()}
        )

    def lose(self, code: str, what: str, advice: str) -> None:
        self.carrying.lose(self.place, code, what, advice)

    def point(self, suffix: str, target: Target) -> None:
        """Let codes of LimeSurvey lead to what became of them: by the question's code, and by survey, group and question id."""
        sgq = f"{self.row.get('sid', '')}X{self.row.get('gid', '')}X{self.row.get('qid', '')}"
        self.targets[f"{self.row.get('title', '')}{f'_{suffix}' if suffix else ''}"] = target
        self.targets[f"{sgq}{suffix}"] = target


def make(asked: Asked) -> list[dict[str, Any]]:
    """The elements that a question becomes; what of it can't be is told."""
    kind = asked.row.get("type", "")
    maker = _MAKERS.get(kind)
    if maker is None:
        asked.lose(
            "question_type", f"A question of type “{kind}” is not known here.", "Ask it in another form."
        )
        return []
    elements = list(maker(asked))
    for element in elements:
        _finish(asked, element)
    _tell_settings(asked)
    return elements


def _base(asked: Asked, kind: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind, "name": asked.name, "title": asked.texts(asked.row, "question")}
    if help_ := asked.texts(asked.row, "help"):
        found["description"] = help_
    around = [asked.words("prefix"), asked.words("suffix")]
    if any(around) and "description" in found:
        asked.lose(
            "settings", f"Words around its field: {_around(*around)}.", "Put them into the description."
        )
    elif any(around):
        found["description"] = _around(*around)
    return found | more


def _around(before: Words, after: Words) -> Words:
    """What stood before and behind a field, as a description: “ca. … kg”."""
    if isinstance(before, str) and isinstance(after, str):
        return f"{before} … {after}".strip()
    first, last = ({"default": one} if isinstance(one, str) else one for one in (before, after))
    return {key: f"{first.get(key, '')} … {last.get(key, '')}".strip() for key in {**first, **last}}


def _finish(asked: Asked, element: dict[str, Any]) -> None:
    mandatory = asked.row.get("mandatory", "")
    if element["type"] not in {"html", "expression"}:
        if mandatory == "Y":
            element["isRequired"] = True
            if element["type"] == "matrix":
                element["eachRowRequired"] = True
        elif mandatory == "S":
            asked.lose(
                "soft_required",
                "An answer is asked for once more, but not needed.",
                "It is optional now; require it if need be.",
            )
    if asked.setting("hidden") == "1":
        element["visible"] = False
        asked.lose(
            "hidden",
            "It is hidden, and filled from outside.",
            "It stays hidden; remove it where nothing fills it.",
        )
    orders = (
        asked.setting("random_order"),
        asked.setting("answer_order"),
        asked.setting("subquestion_order"),
    )
    if any(one not in {"", "0", "normal"} for one in orders):
        if "choices" in element and orders[0] != "2":
            element["choicesOrder"] = "asc" if "alphabetical" in orders else "random"
        elif element["type"] == "matrix":
            element["rowOrder"] = "random"
        else:
            asked.lose("random_order", "Its parts come in random order.", "They come in their order here.")


def _tell_settings(asked: Asked) -> None:
    """Settings that were not looked at and are not as they come."""
    given = {
        name: next(iter(values.values()), "")
        for name, values in asked.attributes.items()
        if name not in asked.used
    }
    strange = {
        name: value
        for name, value in given.items()
        if value.strip() not in _DEFAULTS and _HARMLESS.get(name) != value.strip()
    }
    if check := strange.pop("em_validation_q", "") or strange.pop("em_validation_sq", ""):
        asked.lose(
            "validation",
            f"The answer is checked by an equation: {check[:200]}",
            "The designer knows e-mail addresses and numbers from a least to a largest; any other check is left out.",
        )
    if strange:
        shown = ", ".join(f"{name} = {value[:40]}" for name, value in sorted(strange.items())[:12])
        asked.lose(
            "settings",
            f"Settings of the question: {shown}.",
            "They have no counterpart; look whether they are missed.",
        )
    if asked.row.get("preg"):
        asked.lose(
            "validation",
            f"The answer must fit {asked.row['preg'][:200]}.",
            "Say in the description what is expected.",
        )


def _items(asked: Asked, rows: list[Row], key: str, words: str) -> list[dict[str, Any]]:
    return [
        {"value": number_or_text(row.get(key, "")), "text": asked.texts(row, words) or row.get(key, "")}
        for row in rows
    ]


def _values(items: list[dict[str, Any]]) -> dict[str, object]:
    return {str(item["value"]): item["value"] for item in items}


def _other(asked: Asked, element: dict[str, Any]) -> None:
    if asked.row.get("other") == "Y":
        element["showOtherItem"] = True
        if words := asked.words("other_replace_text"):
            element["otherText"] = words
        asked.point("other", Target(f"{asked.name}{COMMENT}"))


def _list(asked: Asked, kind: str) -> Iterator[dict[str, Any]]:
    element = _base(asked, kind, choices=_items(asked, asked.answers.get("0", []), "code", "answer"))
    _other(asked, element)
    asked.point("", Target(asked.name, values={**_values(element["choices"]), "-oth-": "other"}))
    yield element


def _radio(asked: Asked) -> Iterator[dict[str, Any]]:
    return _list(asked, "radiogroup")


def _dropdown(asked: Asked) -> Iterator[dict[str, Any]]:
    return _list(asked, "dropdown")


def _with_comment(asked: Asked) -> Iterator[dict[str, Any]]:
    for element in _list(asked, "radiogroup"):
        asked.point("comment", Target(f"{asked.name}{COMMENT}"))
        yield element | {"showCommentArea": True}


def _five(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.point("", Target(asked.name))
    yield _base(asked, "rating", rateMin=1, rateMax=5)


def _gender(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.point("", Target(asked.name))
    yield _base(
        asked, "radiogroup", choices=[{"value": "F", "text": "Female"}, {"value": "M", "text": "Male"}]
    )


def _yes_no(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.point("", Target(asked.name))
    yield _base(asked, "boolean", valueTrue="Y", valueFalse="N")


def _many(asked: Asked) -> Iterator[dict[str, Any]]:
    rows = asked.subquestions.get("0", [])
    element = _base(asked, "checkbox", choices=_items(asked, rows, "title", "question"))
    _other(asked, element)
    for name, key in (("min_answers", "minSelectedChoices"), ("max_answers", "maxSelectedChoices")):
        if re.fullmatch(r"[1-9]\d{0,3}", asked.setting(name)):
            element[key] = int(asked.setting(name))
    excluding = set(asked.setting("exclude_all_others").split(";")) - {""}
    for choice, row in zip(element["choices"], rows, strict=True):
        asked.point(row.get("title", ""), Target(asked.name, choice=str(choice["value"])))
        if row.get("title") in excluding:
            choice["isExclusive"] = True
    asked.point("", Target(asked.name))
    yield element


def _many_with_comments(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.lose(
        "comments",
        "Each choice has room for a comment.",
        "Only the choices are kept; ask for a comment in a question of its own.",
    )
    return _many(asked)


def _ranking(asked: Asked) -> Iterator[dict[str, Any]]:
    items = _items(asked, asked.answers.get("0", []), "code", "answer") or _items(
        asked, asked.subquestions.get("0", []), "title", "question"
    )
    for place in range(1, len(items) + 1):
        asked.point(str(place), Target(f"{asked.name}[{place - 1}]"))
    yield _base(asked, "ranking", choices=items)


def _matrix_of(asked: Asked, columns: list[dict[str, Any]], suffix: str = "") -> dict[str, Any]:
    rows = asked.subquestions.get("0", [])
    values = _values(columns)
    name = asked.name if suffix in {"", "_0"} else asked.carrying.name(f"{asked.name}{suffix}", asked.name)
    for row in rows:
        asked.point(
            f"{row.get('title', '')}{suffix}", Target(f"{name}.{row.get('title', '')}", values=values)
        )
    return _base(asked, "matrix", columns=columns) | {
        "name": name, "rows": [{"value": row.get("title", ""), "text": asked.texts(row, "question") or row.get("title", "")} for row in rows]
    }  # fmt: skip


def _array(asked: Asked) -> Iterator[dict[str, Any]]:
    yield _matrix_of(asked, _items(asked, asked.answers.get("0", []), "code", "answer"))


def _array_of_numbers(most: int) -> Callable[[Asked], Iterator[dict[str, Any]]]:
    def made(asked: Asked) -> Iterator[dict[str, Any]]:
        yield _matrix_of(asked, [{"value": number, "text": str(number)} for number in range(1, most + 1)])

    return made


def _array_of_words(which: int) -> Callable[[Asked], Iterator[dict[str, Any]]]:
    def made(asked: Asked) -> Iterator[dict[str, Any]]:
        yield _matrix_of(asked, [{"value": code, "text": words} for code, words in _YES_NO[which]])

    return made


def _dual(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.lose(
        "dual_scale", "A matrix with two scales side by side.", "It is two matrices now, one below the other."
    )
    for scale, header in (("0", "dualscale_headerA"), ("1", "dualscale_headerB")):
        made = _matrix_of(asked, _items(asked, asked.answers.get(scale, []), "code", "answer"), f"_{scale}")
        if words := asked.words(header):
            made["description"] = words
        yield made


def _cells(asked: Asked) -> Iterator[dict[str, Any]]:
    """A matrix of numbers or texts: a question for each cell, as far as that is sensible."""
    rows, columns = asked.subquestions.get("0", []), asked.subquestions.get("1", [])
    is_numbers = asked.row.get("type") == ":"
    if asked.setting("multiflexible_checkbox") == "1":
        asked.lose(
            "matrix_of_many", "A matrix with several answers a row.", "It is one question for each row now."
        )
        for row in rows:
            yield _of_sub(
                asked, row, {"type": "checkbox", "choices": _items(asked, columns, "title", "question")}
            )
        return
    if len(rows) * len(columns) > _MOST_CELLS:
        asked.lose(
            "question_type",
            f"A matrix of {len(rows)} × {len(columns)} fields.",
            "Ask for less, or in another form.",
        )
        return
    asked.lose("matrix_of_fields", "A matrix of fields to fill in.", "It is one question for each field now.")
    kind = (
        {"type": "text", "inputType": "number"} | _ends(asked, "multiflexible_min", "multiflexible_max")
        if is_numbers
        else {"type": "text"}
    )
    for row in rows:
        for column in columns:
            yield _of_sub(asked, row, kind, column)


def _of_sub(asked: Asked, row: Row, kind: Mapping[str, Any], column: Row | None = None) -> dict[str, Any]:
    """A question of its own for a subquestion, or for a cell."""
    codes = [row.get("title", ""), *([column.get("title", "")] if column else [])]
    name = asked.carrying.name("_".join([asked.name, *codes]), asked.name)
    asked.point("_".join(codes), Target(name))
    parts = [
        asked.texts(asked.row, "question"),
        asked.texts(row, "question"),
        *([asked.texts(column, "question")] if column else []),
    ]
    return {**_base(asked, str(kind["type"])), **kind, "name": name, "title": joined(parts)}


def joined(parts: list[Words]) -> Words:
    """Several words as one title, in every language that any of them has."""
    if all(isinstance(one, str) for one in parts):
        return ": ".join(str(one) for one in parts if one)
    by_language = [{"default": one} if isinstance(one, str) else one for one in parts]
    languages = dict.fromkeys(language for one in by_language for language in one)
    return {
        language: ": ".join(filter(None, (one.get(language, one.get("default", "")) for one in by_language)))
        for language in languages
    }


def _ends(asked: Asked, low: str, high: str) -> dict[str, float]:
    found = {key: asked.setting(name).lstrip("+") for key, name in (("min", low), ("max", high))}
    return {
        key: float(value) for key, value in found.items() if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", value)
    }


def _number(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.point("", Target(asked.name))
    yield (
        _base(asked, "text", inputType="number")
        | _ends(asked, "min_num_value_n", "max_num_value_n")
        | _longest(asked)
    )


def _longest(asked: Asked) -> dict[str, int]:
    given = asked.setting("maximum_chars")
    return {"maxLength": int(given)} if re.fullmatch(r"[1-9]\d{0,4}", given) else {}


def _numbers(asked: Asked) -> Iterator[dict[str, Any]]:
    kind: dict[str, Any] = {"type": "text", "inputType": "number"} | _ends(
        asked, "min_num_value_n", "max_num_value_n"
    )
    if asked.setting("slider_layout") == "1":
        kind = {"type": "slider", "min": 0, "max": 100} | _ends(asked, "slider_min", "slider_max")
    for name in ("equals_num_value", "min_num_value", "max_num_value"):
        if value := asked.setting(name):
            asked.lose(
                "constant_sum",
                f"Numbers that must add up ({name} = {value}).",
                "Each is asked on its own; their sum is not checked.",
            )
    for row in asked.subquestions.get("0", []):
        yield _of_sub(asked, row, kind)


def _texts(asked: Asked) -> Iterator[dict[str, Any]]:
    for row in asked.subquestions.get("0", []):
        yield _of_sub(asked, row, {"type": "text"} | _longest(asked))


def _short(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.point("", Target(asked.name))
    more = {"inputType": "number"} if asked.setting("numbers_only") == "1" else {}
    yield _base(asked, "text") | more | _longest(asked)


def _long(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.point("", Target(asked.name))
    yield _base(asked, "comment") | _longest(asked)


def _date(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.point("", Target(asked.name))
    form = asked.setting("date_format")
    has_time = bool(re.search(r"[Hh]|MM", form.replace("mm/", "").replace("/mm", "")))
    yield _base(asked, "text", inputType="datetime-local" if has_time and ":" in form else "date")


def _file(asked: Asked) -> Iterator[dict[str, Any]]:
    most = asked.setting("max_num_of_files")
    yield _base(asked, "file") | ({"allowMultiple": True} if most not in {"", "1"} else {})


def _shown(asked: Asked) -> Iterator[dict[str, Any]]:
    words = asked.texts(asked.row, "question")
    html = (
        {language: as_html(one) for language, one in words.items()}
        if isinstance(words, dict)
        else as_html(words)
    )
    yield {"type": "html", "name": asked.name, "html": html}


def _equation(asked: Asked) -> Iterator[dict[str, Any]]:
    """Something reckoned: hidden it becomes a calculated value, shown an expression. It may ask for what came before it."""
    given = asked.setting("equation").strip()
    if given.startswith("{") and given.endswith("}"):
        given = given[1:-1]
    asked.point("", Target(asked.name))
    try:
        formula = Equation(given, asked.targets).value()
    except CannotTranslate as error:
        asked.lose(
            "equation",
            f"An equation can't be carried over because of {error}: {given[:200]}",
            "Write it anew as an expression.",
        )
        asked.calculated.append({"name": asked.name})
        return
    if asked.setting("hidden") == "1":
        asked.calculated.append({"name": asked.name, "expression": formula})
        asked.attributes = {key: one for key, one in asked.attributes.items() if key != "hidden"}
    else:
        yield _base(asked, "expression", expression=formula)


def _language(asked: Asked) -> Iterator[dict[str, Any]]:
    asked.lose(
        "language_switch",
        "A question that switches the language.",
        "The page of the survey offers its languages by itself.",
    )
    yield from ()


_MAKERS: dict[str, Callable[[Asked], Iterator[dict[str, Any]]]] = {
    "L": _radio, "!": _dropdown, "O": _with_comment, "5": _five, "G": _gender, "Y": _yes_no, "M": _many, "P": _many_with_comments, "R": _ranking,
    "F": _array, "H": _array, "A": _array_of_numbers(5), "B": _array_of_numbers(10), "C": _array_of_words(0), "E": _array_of_words(1), "1": _dual,
    ":": _cells, ";": _cells, "N": _number, "K": _numbers, "Q": _texts, "S": _short, "T": _long, "U": _long, "D": _date, "|": _file, "X": _shown,
    "*": _equation, "I": _language,
}  # fmt: skip
