"""Qualtrics' .qsf: blocks and flow become pages, branches and skips conditions and triggers.

A .qsf is JSON: `SurveyEntry`, and `SurveyElements` of which "BL" holds the blocks, "FL" the flow, "SQ" a question each, "QO" quotas. Qualtrics
documents no schema; what is read is what it exports, and whatever is not known is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..errors import FileRefused
from .carrying import Carried, Carrying, all_of, finish, literal, piped_anew
from .qualtrics_logic import PIPED, Logic, describe
from .qualtrics_questions import Asked, Made, as_list, language_of, make

TOOL = "Qualtrics"
_DEEPEST_FLOW = 20
_TEXTS = frozenset(
    {"title", "description", "text", "html", "otherText", "minRateDescription", "maxRateDescription"}
)
_HARMLESS = frozenset({"BL", "FL", "SQ", "SO", "RS", "PROJ", "STAT", "QC", "NT", "SCO", "PL", "TR", "QG"})


def read(source: Mapping[str, Any], file_name: str = "") -> Carried:
    """A decoded .qsf.

    Raises FileRefused when there is no question in it.
    """
    elements = source.get("SurveyElements")
    if not isinstance(elements, list):
        raise FileRefused("The file has no list of SurveyElements, so it is no .qsf.")
    entry = source.get("SurveyEntry")
    return _Survey(
        entry if isinstance(entry, Mapping) else {}, [one for one in elements if isinstance(one, Mapping)]
    ).carried(file_name)


@dataclass(slots=True)
class _Page:
    """A page on its way: its questions, and what must hold for it."""

    name: str
    block: str
    questions: list[str]
    conditions: list[str]


@dataclass
class _Survey:
    """One file: what is in it, and what became of it so far."""

    entry: Mapping[str, Any]
    parts: list[Mapping[str, Any]]
    carrying: Carrying = field(default_factory=Carrying)
    pages: list[_Page] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    skips: list[tuple[int, str, str]] = field(default_factory=list)
    has_ended: bool = False

    def __post_init__(self) -> None:
        self.language = language_of(str(self.entry.get("SurveyLanguage") or "en"))
        self.questions = {
            str(one["Payload"].get("QuestionID") or one.get("PrimaryAttribute")): one["Payload"]
            for one in self.parts if one.get("Element") == "SQ" and isinstance(one.get("Payload"), Mapping)
        }  # fmt: skip
        self.blocks = {str(one.get("ID")): one for one in self._payload_items("BL")}
        self.logic = Logic(self.carrying, self.made, self.fields)

    def _payload_items(self, element: str) -> Iterator[Mapping[str, Any]]:
        for part in self.parts:
            if part.get("Element") == element:
                yield from (one for one in as_list(part.get("Payload")) if isinstance(one, Mapping))

    def carried(self, file_name: str) -> Carried:
        used = [
            one
            for block in self.blocks.values()
            if block.get("Type") != "Trash"
            for one in _questions_of(block)
        ]
        for ident in dict.fromkeys(used):
            self._make(ident)
        flow = self._flow()
        self._declare(flow, 0)
        self._follow(flow, [], 0)
        self._tell_the_rest(set(used))
        if not self.pages:
            raise FileRefused("The file has no question that is shown to anybody.")
        definition: dict[str, Any] = {
            "title": str(self.entry.get("SurveyName") or "")[:300],
            "locale": self.language,
        }
        definition["pages"] = [self._page(page) for page in self.pages]
        if self.fields:
            definition["calculatedValues"] = [
                {"name": name, "expression": self.formulas[name]} if name in self.formulas else {"name": name} for name in self.fields.values()
            ]  # fmt: skip
        if triggers := list(self._triggers()):
            definition["triggers"] = triggers
        name = definition["title"] or file_name.rpartition(".")[0]
        return finish(self.carrying, name, TOOL, self._cleaned(definition))

    def _make(self, ident: str) -> None:
        payload = self.questions.get(ident)
        if payload is None:
            self.carrying.lose(
                ident,
                "missing",
                "A block names this question, and the file has none such.",
                "Look at the original.",
            )
            return
        name = self.carrying.name(str(payload.get("DataExportTag") or ident), ident)
        place = f"{payload.get('DataExportTag') or ident} ({ident})"
        self.made[ident] = make(
            Asked(self.carrying, payload, place, name, self.language, self.carrying.plain)
        )

    def _flow(self) -> list[Any]:
        root = next((one.get("Payload") for one in self.parts if one.get("Element") == "FL"), None)
        flow = root.get("Flow") if isinstance(root, Mapping) else None
        if isinstance(flow, list) and flow:
            return flow
        return [
            {"Type": "Block", "ID": ident}
            for ident, block in self.blocks.items()
            if block.get("Type") != "Trash"
        ]

    def _declare(self, flow: list[Any], depth: int) -> None:
        """Names of embedded data, before any condition asks for them."""
        for part in flow if depth < _DEEPEST_FLOW else ():
            if not isinstance(part, Mapping):
                continue
            for one in as_list(part.get("EmbeddedData")):
                given = str(one.get("Field") or "") if isinstance(one, Mapping) else ""
                if given and given not in self.fields:
                    self.fields[given] = self.carrying.name(given, "field")
            self._declare(as_list(part.get("Flow")), depth + 1)

    def _follow(self, flow: list[Any], conditions: list[str], depth: int) -> None:
        """One level of the flow, under conditions that lie around it."""
        if depth >= _DEEPEST_FLOW:
            self.carrying.lose(
                "Survey flow",
                "flow",
                "The flow is nested deeper than 20.",
                "What lies deeper is left out; make it by hand.",
            )
            return
        for part in flow:
            if isinstance(part, Mapping):
                self._part(part, conditions, depth)

    def _part(self, part: Mapping[str, Any], conditions: list[str], depth: int) -> None:
        kind = str(part.get("Type"))
        inside = as_list(part.get("Flow"))
        place = f"Survey flow, {kind} {part.get('FlowID', '')}".strip()
        if kind in {"Block", "Standard"}:
            self._block(part, conditions)
        elif kind == "Branch":
            condition = self.logic.condition(part.get("BranchLogic"), place)
            self._follow(inside, [*conditions, condition] if condition else conditions, depth + 1)
        elif kind == "EmbeddedData":
            self._embedded(part, conditions, place)
        elif kind == "EndSurvey":
            self._end(part, conditions, place)
        elif kind in {"Group", "Root"}:
            self._follow(inside, conditions, depth + 1)
        elif kind == "BlockRandomizer":
            self.carrying.lose(place, "random_blocks", f"Of its parts ({len(inside)}) are shown, in random order: {part.get('SubSet') or 'all'}.",
                               "All are shown in their order; who sees which would have to be decided by a link of its own.")  # fmt: skip
            self._follow(inside, conditions, depth + 1)
        else:
            self.carrying.lose(
                place,
                "flow",
                f"The flow does something that is not known here: {kind}.",
                "Do it outside of the survey, or leave it.",
            )
            self._follow(inside, conditions, depth + 1)

    def _embedded(self, part: Mapping[str, Any], conditions: list[str], place: str) -> None:
        for one in as_list(part.get("EmbeddedData")):
            if not isinstance(one, Mapping) or str(one.get("Field") or "") not in self.fields:
                continue
            name, value = self.fields[str(one["Field"])], one.get("Value")
            if not isinstance(value, str | int | float) or value == "" or "${" in str(value):
                self.carrying.lose(place, "embedded_data", f"“{one['Field']}” comes from outside{f' ({value})' if value else ''}.",
                                   "It is empty here; conditions on it hold as for an empty value.")  # fmt: skip
                continue
            condition = all_of([*conditions, *self.ended])
            before = self.formulas.get(name, "''")
            self.formulas[name] = (
                f"iif({condition}, {literal(value)}, {before})" if condition else literal(value)
            )

    def _end(self, part: Mapping[str, Any], conditions: list[str], place: str) -> None:
        if str(part.get("EndingType") or "Default") != "Default" or _options(part):
            self.carrying.lose(
                place,
                "ending",
                "An ending of its own: a message, another address, a screen-out.",
                "Everybody ends with the same words; write them in the designer.",
            )
        condition = all_of(conditions)
        if condition:
            self.ended.append(f"!({condition})")
        else:
            self.has_ended = True

    def _block(self, part: Mapping[str, Any], conditions: list[str]) -> None:
        block = self.blocks.get(str(part.get("ID")))
        if block is None:
            self.carrying.lose(
                "Survey flow",
                "missing",
                f"The flow names the block {part.get('ID')}, and the file has none such.",
                "Look at the original.",
            )
            return
        name = str(block.get("Description") or part.get("ID"))
        place = f"Block “{name[:80]}”"
        if self.has_ended:
            self.carrying.lose(
                place,
                "unreached",
                "The survey has ended before this block.",
                "Nobody saw it; it is left out.",
            )
            return
        if any(page.block == str(part.get("ID")) for page in self.pages):
            self.carrying.lose(
                place,
                "asked_twice",
                "The flow shows this block more than once.",
                "It is shown once; copy its questions if need be.",
            )
            return
        self._tell_options(block, place)
        self._split(block, str(part.get("ID")), name, [*conditions, *self.ended])

    def _tell_options(self, block: Mapping[str, Any], place: str) -> None:
        options = block.get("Options")
        given = options if isinstance(options, Mapping) else {}
        if str(given.get("RandomizeQuestions", "false")).lower() not in {"false", "", "none"}:
            self.carrying.lose(
                place, "random_order", "Its questions come in random order.", "They come in their order here."
            )
        if str(given.get("Looping", "None")) not in {"None", "", "False"}:
            self.carrying.lose(
                place,
                "loop",
                "It is repeated for each of several things.",
                "It is asked once; copy it for each.",
            )

    def _split(self, block: Mapping[str, Any], ident: str, name: str, conditions: list[str]) -> None:
        """A block as pages: at its page breaks, after a question that may skip, before one that is skipped to."""
        page: list[str] = []
        for element in _elements_of(block):
            question = str(element.get("QuestionID") or "")
            is_break = element.get("Type") == "Page Break"
            if (is_break or question in self.targets) and page:
                self._add(name, ident, page, conditions)
                page = []
            if is_break or question not in self.made:
                continue
            page.append(question)
            skips = [one for one in as_list(element.get("SkipLogic")) if isinstance(one, Mapping)]
            if skips:
                self._add(name, ident, page, conditions)
                page = []
            self._skips(skips, question, ident)
        if page:
            self._add(name, ident, page, conditions)

    @cached_property
    def targets(self) -> set[str]:
        """Questions that some skip leads to."""
        return {
            str(skip.get("SkipToDestination")) for block in self.blocks.values() for element in _elements_of(block)
            if isinstance(element.get("SkipLogic"), list) for skip in element["SkipLogic"] if isinstance(skip, Mapping)
        }  # fmt: skip

    def _add(self, name: str, block: str, questions: list[str], conditions: list[str]) -> None:
        if any(self.made[one].elements for one in questions):
            self.pages.append(_Page(name, block, list(questions), list(conditions)))

    def _skips(self, skips: list[Mapping[str, Any]], question: str, block: str) -> None:
        for skip in skips:
            condition = self.logic.skip(skip)
            if condition is None:
                self.carrying.lose(
                    f"{self.made[question].name} ({question})", "skip", f"A skip can't be carried over: {describe(skip)}", "Make it by a trigger or by conditions."
                )  # fmt: skip
            elif self.pages:
                destination = str(skip.get("SkipToDestination") or "ENDOFSURVEY")
                self.skips.append(
                    (
                        len(self.pages) - 1,
                        condition,
                        f"{block}|" if destination == "ENDOFBLOCK" else destination,
                    )
                )

    def _triggers(self) -> Iterator[dict[str, Any]]:
        for page, condition, destination in self.skips:
            target = self._target(page, destination)
            if target is None:
                yield {"type": "complete", "expression": condition}
            else:
                yield {"type": "skip", "expression": condition, "gotoName": target}

    def _target(self, page: int, destination: str) -> str | None:
        """The element to go on with; None at the end."""
        if destination in {"ENDOFSURVEY", ""}:
            return None
        for later in self.pages[page + 1 :]:
            is_it = (
                later.block != destination[:-1]
                if destination.endswith("|")
                else destination in later.questions
            )
            names = [
                one["name"]
                for ident in later.questions
                for one in self.made[ident].elements
                if destination.endswith("|") or ident == destination
            ]
            if is_it and names:
                return str(names[0])
        if not destination.endswith("|"):
            self.carrying.lose(
                destination,
                "skip",
                "A skip leads to a question that does not come later.",
                "It ends the survey here; look at it.",
            )
        return None

    def _page(self, page: _Page) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.carrying.name(page.name, "page"), "elements": []}
        if condition := all_of(page.conditions):
            found["visibleIf"] = condition
        for ident in page.questions:
            found["elements"] += self._elements(ident)
        return found

    def _elements(self, ident: str) -> Iterator[dict[str, Any]]:
        """What became of a question, now with its conditions."""
        payload, made = self.questions[ident], self.made[ident]
        place = f"{made.name} ({ident})"
        conditions = [
            self.logic.condition(payload.get(key), place) for key in ("DisplayLogic", "InPageDisplayLogic")
        ]
        for element in made.elements:
            if condition := all_of(conditions):
                element["visibleIf"] = condition
            for item in (*element.get("choices", ()), *element.get("rows", ())):
                key = item.pop("_id", None) if isinstance(item, dict) else None
                given = _choice(payload, key).get("DisplayLogic")
                if key is not None and (own := self.logic.condition(given, f"{place}, choice {key}")):
                    item["visibleIf"] = own
            yield element

    def _cleaned(self, node: Any, key: str = "") -> Any:
        """The definition with its piped texts written anew."""
        if isinstance(node, dict):
            is_texts = key in _TEXTS
            return {name: self._cleaned(one, key if is_texts else name) for name, one in node.items()}
        if isinstance(node, list):
            return [self._cleaned(one, key) for one in node]
        if isinstance(node, str) and key in _TEXTS:
            return piped_anew(node, PIPED, self.logic.piped, self._lost_pipe)
        return node

    def _lost_pipe(self, what: str) -> None:
        self.carrying.lose("Texts", "piped", f"A text shows {what}.", "“…” stands there; write it anew.")

    def _tell_the_rest(self, used: set[str]) -> None:
        unused = [one for one in self.questions if one not in used]
        if unused:
            self.carrying.lose(
                "Trash",
                "unused",
                f"Questions in no block that is shown ({len(unused)}): {', '.join(unused[:12])}.",
                "They are left out.",
            )
        for part in self.parts:
            kind = str(part.get("Element"))
            if kind in {"QO", "QG"} and part.get("Payload"):
                payload = part["Payload"] if isinstance(part["Payload"], Mapping) else {}
                self.carrying.lose(
                    "Quotas",
                    "quota",
                    f"A quota: {payload.get('Name') or part.get('SecondaryAttribute')}.",
                    "Ask a sample instead: see the rules of asking.",
                )
            elif kind not in _HARMLESS:
                self.carrying.lose(
                    f"{kind} {part.get('PrimaryAttribute') or ''}".strip(),
                    "part",
                    "A part that is not known here.",
                    "Look at the original.",
                )
            elif (
                kind == "SCO"
                and isinstance(part.get("Payload"), Mapping)
                and part["Payload"].get("ScoringCategories")
            ):
                self.carrying.lose(
                    "Scoring",
                    "scoring",
                    "Answers are scored by categories.",
                    "Scores come from measures here; set them per question.",
                )
            elif kind == "SO":
                self._tell_survey_options(part.get("Payload"))

    def _tell_survey_options(self, given: object) -> None:
        options = given if isinstance(given, Mapping) else {}
        for key, what in (
            ("Header", "header"),
            ("Footer", "footer"),
            ("EOSMessage", "closing message"),
            ("CustomStyles", "styles"),
        ):
            if options.get(key) and options[key] != "None":
                self.carrying.lose(
                    "Survey options",
                    "options",
                    f"It has a {what} of its own.",
                    "Set the look and the words of thanks in the designer.",
                )


def _elements_of(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in as_list(block.get("BlockElements")) if isinstance(one, Mapping)]


def _questions_of(block: Mapping[str, Any]) -> list[str]:
    return [str(one["QuestionID"]) for one in _elements_of(block) if one.get("QuestionID")]


def _choice(payload: Mapping[str, Any], key: object) -> Mapping[str, Any]:
    choices = payload.get("Choices")
    found = choices.get(str(key)) if isinstance(choices, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _options(part: Mapping[str, Any]) -> bool:
    given = part.get("Options")
    return isinstance(given, Mapping) and any(
        str(given.get(key)).lower() in {"true", "yes"} for key in ("Advanced", "ResponseFlag", "Screenout")
    )
