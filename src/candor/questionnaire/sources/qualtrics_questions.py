"""One Qualtrics question as one or more SurveyJS elements, without its logic."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .carrying import Carrying, as_html, localized, number_or_text

_MOST_CELLS = 40
_CONTENT = {
    "ValidEmail": "email",
    "ValidPhone": "tel",
    "ValidNumber": "number",
    "ValidDate": "date",
    "ValidZip": "text",
}


@dataclass(slots=True)
class Made:
    """What became of a question, so that conditions and piped texts find their way to it.

    `kind` is one, many, rating, matrix, ranking, text, number, rows (one element for each choice) or none; `values` leads from the id of a
    choice (of a matrix: of a column) to its value, `rows` from the id of a row to its value or to the element of its own.
    """

    kind: str
    name: str
    elements: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    row_kind: str = ""


@dataclass(slots=True)
class Asked:
    """One question as Qualtrics writes it, and what is needed to make it anew."""

    carrying: Carrying
    payload: Mapping[str, Any]
    place: str
    name: str
    language: str
    words: Callable[[object, str], str]

    def texts(self, key: str, *path: str) -> str | dict[str, str]:
        """Words in every language: under `key`, or under the choice that `path` leads to."""
        found = {self.language: self.words(_at(self.payload, key, *path), self.place)}
        translations = self.payload.get("Language")
        for code, translated in translations.items() if isinstance(translations, Mapping) else ():
            if isinstance(translated, Mapping) and (
                words := self.words(_at(translated, key, *path), self.place)
            ):
                found[language_of(code)] = words
        return localized(found, self.language)

    def items(self, key: str, order: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Choices or answers in their order, by id."""
        given = _by_id(self.payload.get(key))
        wanted = [str(one) for one in as_list(self.payload.get(order))]
        for ident in dict.fromkeys([*(one for one in wanted if one in given), *given]):
            yield ident, given[ident]

    def values(self, items: list[str], recodes: str) -> dict[str, Any]:
        """What each is stored as: its recode value, else its id."""
        recoded = _plain_dict(self.payload.get(recodes))
        found = {ident: number_or_text(recoded.get(ident, ident)) for ident in items}
        if len(set(map(str, found.values()))) < len(found):
            self.lose(
                "recodes",
                "Two choices have the same recode value.",
                "The ids of the choices are stored instead; check what reads the answers.",
            )
            return {ident: number_or_text(ident) for ident in items}
        return found

    def lose(self, code: str, what: str, advice: str) -> None:
        self.carrying.lose(self.place, code, what, advice)


def language_of(code: str) -> str:
    """Qualtrics' names of languages as the web knows them.

    >>> language_of("DE"), language_of("PT-BR"), language_of("ZH-S"), language_of("ES-ES")
    ('de', 'pt-br', 'zh-cn', 'es')
    """
    special = {"zh-s": "zh-cn", "zh-t": "zh-tw", "es-es": "es", "en-us": "en", "sr-ba": "sr"}
    low = str(code).lower().replace("_", "-")[:12]
    return special.get(low, low) or "en"


def as_list(given: object) -> list[Any]:
    """A list, or the values of what PHP wrote as an object; nothing for anything else."""
    if isinstance(given, Mapping):
        return list(given.values())
    return given if isinstance(given, list) else []


def _by_id(given: object) -> dict[str, Mapping[str, Any]]:
    """Choices by id; PHP writes a list where ids run from nought or one."""
    if isinstance(given, list):
        return {str(index + 1): one for index, one in enumerate(given) if isinstance(one, Mapping)}
    return (
        {str(key): one for key, one in given.items() if isinstance(one, Mapping)}
        if isinstance(given, Mapping)
        else {}
    )


def _plain_dict(given: object) -> dict[str, Any]:
    if isinstance(given, list):
        return {str(index + 1): one for index, one in enumerate(given)}
    return {str(key): one for key, one in given.items()} if isinstance(given, Mapping) else {}


def _at(source: Mapping[str, Any], key: str, *path: str) -> object:
    node: object = source.get(key)
    if path:
        node = _by_id(node).get(path[0], {}).get("Display")
    return node


def make(asked: Asked) -> Made:
    """The question anew; what of it can't be is told."""
    kind, selector = str(asked.payload.get("QuestionType")), str(asked.payload.get("Selector"))
    if asked.payload.get("QuestionJS"):
        asked.lose(
            "script", "The question runs JavaScript of its own.", "Do what it did by conditions, or leave it."
        )
    maker = _MAKERS.get((kind, selector)) or _MAKERS.get((kind, ""))
    if maker is None:
        asked.lose(
            "question_type",
            f"A question of type {kind} {selector}: “{_title(asked)[:120]}”.",
            "Ask it in another form.",
        )
        return Made("none", asked.name)
    if asked.payload.get("DynamicChoices") and not asked.payload.get("Choices"):
        asked.lose(
            "carried_choices",
            f"“{_title(asked)[:120]}” has no choices but those carried forward from another question; it is left out.",
            "Ask it anew, with all choices and a condition at each.",
        )
        return Made("none", asked.name)
    made = maker(asked)
    _finish(asked, made)
    return made


def _title(asked: Asked) -> str:
    found = asked.texts("QuestionText")
    return found if isinstance(found, str) else str(found.get("default", ""))


def _base(asked: Asked, kind: str) -> dict[str, Any]:
    return {"type": kind, "name": asked.name, "title": asked.texts("QuestionText")}


def _finish(asked: Asked, made: Made) -> None:
    """What all questions share: whether an answer is needed, random order, what is checked."""
    settings = _plain_dict(_plain_dict(asked.payload.get("Validation")).get("Settings"))
    forced = settings.get("ForceResponse")
    for element in made.elements:
        if forced == "ON" and element["type"] not in {"html", "file"}:
            element["isRequired"] = True
            if element["type"] == "matrix":
                element["eachRowRequired"] = True
    if forced == "RequestResponse":
        asked.lose(
            "soft_required",
            "An answer is asked for once more, but not needed.",
            "It is optional now; require it if need be.",
        )
    if str(settings.get("Type")) in {"CustomValidation", "Custom"} or settings.get("CustomValidation"):
        asked.lose(
            "validation",
            "The answer is checked by a condition of its own.",
            "The designer knows e-mail addresses and numbers from a least to a largest; any other check is left out.",
        )
    order = _plain_dict(asked.payload.get("Randomization")).get("Type")
    if order and order != "None":
        simple = [one for one in made.elements if "choices" in one]
        for element in simple:
            element["choicesOrder"] = "random"
        if order != "All" or not simple:
            asked.lose(
                "random_order",
                "The order of choices or rows is random by rules.",
                "All are shuffled, or none; set it in the designer.",
            )
    hidden = [name for name in ("DefaultChoices", "Scoring", "GradingData") if asked.payload.get(name)]
    if hidden:
        asked.lose(
            "settings", f"It has {' and '.join(hidden)}.", "Answers start empty and are not graded here."
        )
    if asked.payload.get("DynamicChoices"):
        asked.lose(
            "carried_choices",
            "Choices are carried forward from another question, beside its own.",
            "Only its own are shown; add the others, with a condition at each.",
        )


def _choices(asked: Asked, made: Made, element: dict[str, Any]) -> None:
    """Choices with their values and words; a choice with room for words becomes “other” where it is the only one."""
    items = dict(asked.items("Choices", "ChoiceOrder"))
    made.values = asked.values(list(items), "RecodeValues")
    with_words = [
        ident for ident, one in items.items() if str(one.get("TextEntry", "")).lower() in {"true", "1", "on"}
    ]
    other = (
        with_words[-1]
        if with_words and element["type"] in {"radiogroup", "checkbox", "dropdown", "tagbox"}
        else ""
    )
    if len(with_words) > bool(other):
        asked.lose(
            "text_entry",
            f"Choices with room for words: {len(with_words)}.",
            "Only one may have; ask the others in a question of their own.",
        )
    element["choices"] = [
        {"value": made.values[ident], "text": asked.texts("Choices", ident) or str(made.values[ident])} for ident in items if ident != other
    ]  # fmt: skip
    for choice, ident in zip(element["choices"], (one for one in items if one != other), strict=True):
        choice["_id"] = ident
        if items[ident].get("ExclusiveAnswer") and element["type"] == "checkbox":
            choice["isExclusive"] = True
    if other:
        element["showOtherItem"] = True
        element["otherText"] = asked.texts("Choices", other) or "Other"
        made.values[other] = "other"


def _one(asked: Asked, kind: str = "radiogroup") -> Made:
    element = _base(asked, kind)
    made = Made("one", asked.name, [element])
    _choices(asked, made, element)
    return made


def _dropdown(asked: Asked) -> Made:
    return _one(asked, "dropdown")


def _many(asked: Asked) -> Made:
    element = _base(asked, "checkbox")
    made = Made("many", asked.name, [element])
    _choices(asked, made, element)
    settings = _plain_dict(_plain_dict(asked.payload.get("Validation")).get("Settings"))
    for key, target in (("MinChoices", "minSelectedChoices"), ("MaxChoices", "maxSelectedChoices")):
        if re.fullmatch(r"\d{1,4}", str(settings.get(key, ""))):
            element[target] = int(settings[key])
    return made


def _nps(asked: Asked) -> Made:
    element = _base(asked, "rating") | {"rateMin": 0, "rateMax": 10, "measure": "nps"}
    idents = [ident for ident, _ in asked.items("Choices", "ChoiceOrder")]
    labels = [
        one.get("Display") if isinstance(one, Mapping) else one
        for one in as_list(asked.payload.get("ColumnLabels"))
    ]
    words = [asked.words(one, asked.place) for one in labels]
    if len(words) > 1:
        element["minRateDescription"], element["maxRateDescription"] = words[0], words[-1]
    if len(idents) != 11:
        idents = [str(number) for number in range(11)]
    return Made("rating", asked.name, [element], {ident: place for place, ident in enumerate(idents)})


def _matrix(asked: Asked) -> Made:
    rows, columns = dict(asked.items("Choices", "ChoiceOrder")), dict(asked.items("Answers", "AnswerOrder"))
    values = asked.values(list(columns), "RecodeValues")
    tags = _plain_dict(asked.payload.get("ChoiceDataExportTags"))
    names = _row_names(rows, tags)
    if str(asked.payload.get("SubSelector")) == "MultipleAnswer":
        return _many_a_row(asked, rows, columns, values)
    made = Made("matrix", asked.name, values=values, rows=names)
    made.elements = [
        _base(asked, "matrix") | {
            "columns": [{"value": values[ident], "text": asked.texts("Answers", ident) or str(values[ident])} for ident in columns],
            "rows": [{"value": names[ident], "text": asked.texts("Choices", ident) or names[ident], "_id": ident} for ident in rows],
        }
    ]  # fmt: skip
    if any(str(one.get("TextEntry", "")).lower() in {"true", "1", "on"} for one in rows.values()):
        asked.lose(
            "text_entry",
            "A row of the matrix has room for words.",
            "Ask for them in a question of their own.",
        )
    if str(asked.payload.get("Selector")) == "Bipolar":
        asked.lose(
            "bipolar",
            "Each row names both ends of its scale.",
            "The rows keep “left : right” as their words; check them.",
        )
    return made


def _row_names(rows: Mapping[str, Any], tags: Mapping[str, Any]) -> dict[str, str]:
    wanted = {ident: re.sub(r"[^\w-]+", "_", str(tags.get(ident) or ident))[:40] for ident in rows}
    return (
        wanted
        if len({one.lower() for one in wanted.values()}) == len(wanted)
        else {ident: ident for ident in rows}
    )


def _many_a_row(
    asked: Asked, rows: Mapping[str, Any], columns: Mapping[str, Any], values: dict[str, Any]
) -> Made:
    """A matrix with several answers a row: a question with choices for each row."""
    made = Made("rows", asked.name, values=values, row_kind="many")
    for ident in rows:
        name = asked.carrying.name(f"{asked.name}_{ident}", asked.name)
        made.rows[ident] = name
        made.elements.append(
            {"type": "checkbox", "name": name, "title": _joined(asked, ident),
             "choices": [{"value": values[one], "text": asked.texts("Answers", one) or str(values[one])} for one in columns]}
        )  # fmt: skip
    asked.lose(
        "matrix_of_many", "A matrix with several answers a row.", "It is one question for each row now."
    )
    return made


def _joined(asked: Asked, ident: str) -> str | dict[str, str]:
    """The title of a question with that of one of its rows."""
    title, row = asked.texts("QuestionText"), asked.texts("Choices", ident)
    if isinstance(title, str) and isinstance(row, str):
        return f"{title}: {row}" if title and row else title or row
    titles, rows = ({"default": one} if isinstance(one, str) else one for one in (title, row))
    return {
        language: ": ".join(filter(None, (titles.get(language, titles.get("default", "")), rows.get(language, rows.get("default", "")))))
        for language in {**titles, **rows}
    }  # fmt: skip


def _words(asked: Asked) -> Made:
    selector = str(asked.payload.get("Selector"))
    element = _base(asked, "comment" if selector in {"ML", "ESTB"} else "text")
    settings = _plain_dict(_plain_dict(asked.payload.get("Validation")).get("Settings"))
    kind = "text"
    if content := _CONTENT.get(str(settings.get("ContentType", ""))):
        element["type"], element["inputType"] = "text", content
        kind = "number" if content == "number" else "text"
        numbers = _plain_dict(settings.get("ValidNumber") or settings.get("ValidNumberType"))
        for key, target in (("Min", "min"), ("Max", "max")):
            if re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", str(numbers.get(key, ""))):
                element[target] = float(numbers[key])
    elif settings.get("ContentType"):
        asked.lose(
            "validation",
            f"The answer must be {settings['ContentType']}.",
            "Any words are taken; say in the description what is expected.",
        )
    if re.fullmatch(r"\d{1,5}", str(settings.get("TotalChars") or settings.get("MaxChars") or "")):
        element["maxLength"] = int(settings.get("TotalChars") or settings["MaxChars"])
    if selector == "PW":
        asked.lose(
            "password",
            "A password is asked for.",
            "Its words would be stored as they are; don't ask for one.",
        )
    return Made(kind, asked.name, [element])


def _of_rows(asked: Asked, element: Mapping[str, Any], kind: str) -> Made:
    """A question of its own for each row."""
    rows = dict(asked.items("Choices", "ChoiceOrder"))
    if len(rows) == 1:
        ident = next(iter(rows))
        return Made(
            kind,
            asked.name,
            [{**element, "name": asked.name, "title": _joined(asked, ident)}],
            rows={ident: asked.name},
        )
    made = Made("rows", asked.name, row_kind=kind)
    for ident in rows:
        made.rows[ident] = asked.carrying.name(f"{asked.name}_{ident}", asked.name)
        made.elements.append({**element, "name": made.rows[ident], "title": _joined(asked, ident)})
    return made


def _form(asked: Asked) -> Made:
    return _of_rows(asked, {"type": "text"}, "text")


def _slider(asked: Asked) -> Made:
    given = _plain_dict(asked.payload.get("Configuration"))
    low, high = (
        _number(given.get(key), default) for key, default in (("CSSliderMin", 0.0), ("CSSliderMax", 100.0))
    )
    if str(asked.payload.get("Selector")) == "STAR":
        stars = int(_number(given.get("StarCount"), 5.0))
        return _of_rows(
            asked,
            {"type": "rating", "rateType": "stars", "rateMin": 1, "rateMax": max(2, min(20, stars))},
            "rating",
        )
    if given.get("SnapToGrid") or given.get("GridLines"):
        asked.lose(
            "slider", "The slider has grid lines or labels.", "It has its ends only; set a step if need be."
        )
    return _of_rows(asked, {"type": "slider", "min": low, "max": high}, "number")


def _number(given: object, default: float) -> float:
    return float(str(given)) if re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", str(given)) else default


def _ranking(asked: Asked) -> Made:
    element = _base(asked, "ranking")
    made = Made("ranking", asked.name, [element])
    _choices(asked, made, element)
    return made


def _shown(asked: Asked) -> Made:
    if str(asked.payload.get("Selector")) != "TB":
        asked.lose("markup", "A picture or file is shown.", "Put it in again by hand.")
    text = asked.texts("QuestionText")
    html = (
        {language: as_html(words) for language, words in text.items()}
        if isinstance(text, Mapping)
        else as_html(text)
    )
    return Made("none", asked.name, [{"type": "html", "name": asked.name, "html": html}])


def _sums(asked: Asked) -> Made:
    asked.lose(
        "constant_sum",
        "Numbers that must add up.",
        "Each is asked on its own; that they add up is not checked.",
    )
    return _of_rows(asked, {"type": "text", "inputType": "number"}, "number")


def _cells(asked: Asked) -> Made:
    """A matrix of texts: a question for each cell, as far as that is sensible."""
    rows, columns = dict(asked.items("Choices", "ChoiceOrder")), dict(asked.items("Answers", "AnswerOrder"))
    if len(rows) * max(1, len(columns)) > _MOST_CELLS:
        asked.lose(
            "question_type",
            f"A matrix of {len(rows)} × {len(columns)} texts: “{_title(asked)[:120]}”.",
            "Ask for less, or in another form.",
        )
        return Made("none", asked.name)
    asked.lose("matrix_of_texts", "A matrix of texts.", "It is one question for each cell now.")
    made = Made("rows", asked.name, row_kind="text")
    for row in rows:
        for column in columns or {"1": {}}:
            name = asked.carrying.name(f"{asked.name}_{row}_{column}", asked.name)
            made.rows.setdefault(row, name)
            words = _title_of_cell(asked, row, column)
            made.elements.append({"type": "text", "name": name, "title": words})
    return made


def _title_of_cell(asked: Asked, row: str, column: str) -> str | dict[str, str]:
    title, words = _joined(asked, row), asked.texts("Answers", column)
    if isinstance(title, str) and isinstance(words, str):
        return f"{title} ({words})" if words else title
    return title


def _file(asked: Asked) -> Made:
    return Made("none", asked.name, [_base(asked, "file")])


_MAKERS: dict[tuple[str, str], Callable[[Asked], Made]] = {
    ("MC", "NPS"): _nps, ("MC", "DL"): _dropdown, ("MC", "SB"): _dropdown, ("MC", "MAVR"): _many, ("MC", "MAHR"): _many, ("MC", "MACOL"): _many,
    ("MC", "MSB"): _many, ("MC", ""): _one, ("Matrix", "TE"): _cells, ("Matrix", "CS"): _cells, ("Matrix", "Likert"): _matrix,
    ("Matrix", "Bipolar"): _matrix, ("TE", "FORM"): _form, ("TE", ""): _words, ("Slider", ""): _slider, ("RO", ""): _ranking, ("DB", ""): _shown,
    ("CS", ""): _sums, ("FileUpload", ""): _file,
}  # fmt: skip
