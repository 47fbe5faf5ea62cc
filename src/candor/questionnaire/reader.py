"""Takes values out of a definition and notes every fault on the way, so that one reading names them all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .definition import DEFAULT, Choice, Text
from .errors import BadExpression, Fault
from .expressions import Expression, parse
from .values import is_number

MOST_FAULTS = 100
LONGEST_TEXT = 50_000
LONGEST_NAME = 80
MOST_CHOICES = 1_000
_ITEM_NAMES = frozenset({"item", "choice", "row", "column"})


@dataclass(slots=True)
class Reader:
    """One reading: what was wrong, which names and languages came along, which conditions."""

    faults: list[Fault] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    languages: set[str] = field(default_factory=set)
    expressions: list[tuple[Expression, str]] = field(default_factory=list)
    count: int = 0

    def fault(self, place: str, code: str, message: str) -> None:
        """Note what is wrong; past a hundred no more are noted."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(place, code, message))

    def objects(self, given: object, place: str) -> Iterator[Mapping[str, Any]]:
        """The objects of a list; a fault for whatever is none."""
        if not isinstance(given, list | tuple):
            self.fault(place, "no_list", "A list is expected here.")
            return
        for index, one in enumerate(given):
            if isinstance(one, Mapping):
                yield one
            else:
                self.fault(f"{place}[{index}]", "no_object", "A JSON object is expected here.")

    def name(self, source: Mapping[str, Any], place: str) -> str | None:
        """A name that is a text, short enough, and not taken; conditions find names without regard to case."""
        name = source.get("name")
        if not isinstance(name, str) or not name.strip():
            self.fault(place, "no_name", "It needs a name.")
        elif (
            len(name) > LONGEST_NAME
            or name != name.strip()
            or any(sign in "{}" or not sign.isprintable() for sign in name)
        ):
            self.fault(
                place, "bad_name", f"The name “{name[:90]}” needs at most {LONGEST_NAME} characters, without {{ }} and outer spaces."
            )  # fmt: skip
        elif name.lower() in self.names:
            self.fault(
                place, "name_taken", f"The name “{name}” is that of {self.names[name.lower()]} already."
            )
        else:
            self.names[name.lower()] = place
            return name
        return None

    def name_of_page(self, source: Mapping[str, Any], index: int, place: str) -> str:
        """A page's name, else one made of its number."""
        name = source.get("name") or f"page{index + 1}"
        if isinstance(name, str):
            return name
        self.fault(place, "bad_name", "The name of a page is a text.")
        return f"page{index + 1}"

    def text(self, source: Mapping[str, Any], key: str, place: str) -> Text:
        """Words, of one language or of several."""
        return self.words(source.get(key), f"{place}.{key}" if place else key)

    def words(self, given: object, place: str) -> Text:
        """Words as SurveyJS writes them: a text, or texts by language."""
        if given is None:
            return Text()
        by_language = given if isinstance(given, Mapping) else {DEFAULT: given}
        texts: dict[str, str] = {}
        for language, words in by_language.items():
            if isinstance(words, int | float):
                words = str(words)
            if not isinstance(words, str) or len(words) > LONGEST_TEXT:
                self.fault(
                    place, "bad_text", f"A text of at most {LONGEST_TEXT:,} characters is expected here."
                )
                return Text()
            texts[str(language)] = words
        self.languages.update(texts)
        return Text(texts)

    def expression(self, source: Mapping[str, Any], key: str, place: str) -> Expression | None:
        """A condition, noted for the check of its names; None when there is none."""
        given = source.get(key)
        if given is None or given == "":
            return None
        path = f"{place}.{key}" if place else key
        if not isinstance(given, str):
            self.fault(path, "bad_expression", "A condition is a text.")
            return None
        try:
            expression = parse(given)
        except BadExpression as error:
            self.fault(path, error.code, str(error))
            return None
        self.expressions.append((expression, path))
        return expression

    @staticmethod
    def local_names(place: str) -> frozenset[str]:
        """Names that are known only where choices, rows or columns are picked: `{item}`."""
        inside = place.rpartition(".")[2]
        is_of_items = inside in {
            "choicesVisibleIf",
            "choicesEnableIf",
            "rowsVisibleIf",
            "columnsVisibleIf",
        } or any(f".{part}[" in place for part in ("choices", "rows", "columns", "rateValues"))
        return _ITEM_NAMES if is_of_items else frozenset()

    def conditions(
        self, source: Mapping[str, Any], place: str, around: tuple[Expression, ...]
    ) -> tuple[Expression, ...]:
        """Everything that must hold for an element to be seen; `visible: false` without a condition never does."""
        own = self.expression(source, "visibleIf", place)
        if own is None and source.get("visible") is False:
            own = parse("false")
        return around if own is None else (*around, own)

    def number(self, source: Mapping[str, Any], key: str, place: str) -> float | None:
        """A number, also one that is spelled as a text."""
        given = source.get(key)
        if given is None or given == "":
            return None
        try:
            if isinstance(given, str) or is_number(given):
                return float(given)
        except (ValueError, OverflowError):
            pass
        self.fault(f"{place}.{key}", "no_number", f"A number is expected here, “{str(given)[:40]}” found.")
        return None

    def choices(self, source: Mapping[str, Any], key: str, place: str) -> tuple[Choice, ...]:
        """Choices, rows or columns: values, or objects with a value and words; no value twice."""
        given = source.get(key, [])
        path = f"{place}.{key}"
        if not isinstance(given, list | tuple):
            self.fault(path, "no_list", "A list is expected here.")
            return ()
        if len(given) > MOST_CHOICES:
            self.fault(path, "too_many", f"At most {MOST_CHOICES:,} are possible, here are {len(given):,}.")
            return ()
        found = [self._choice(one, f"{path}[{index}]") for index, one in enumerate(given)]
        seen: set[str] = set()
        for index, choice in enumerate(found):
            value = str(choice.value) if choice else ""
            if choice and value in seen:
                self.fault(f"{path}[{index}]", "value_taken", f"The value “{value[:80]}” is there already.")
            seen.add(value)
        return tuple(choice for choice in found if choice)

    def _choice(self, given: object, place: str) -> Choice | None:
        item = given if isinstance(given, Mapping) else {"value": given}
        value = item.get("value")
        if (
            isinstance(value, bool)
            or value is None
            or not isinstance(value, str | int | float)
            or value == ""
        ):
            self.fault(place, "no_value", "A value is expected here: a text or a number.")
            return None
        return Choice(value, self.text(item, "text", place), self.expression(item, "visibleIf", place))
