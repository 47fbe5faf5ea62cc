"""LimeSurvey's .lss: groups become pages, relevance conditions, and quotas losses.

Read are the tables that LimeSurvey 1.9 to 6 export: texts in rows of their own (`question_l10ns`) or, in older files, a row for each language.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import FileRefused
from .carrying import Carried, Carrying, all_of, as_html, finish, localized, piped_anew
from .limesurvey_logic import CannotTranslate, Equation, Target
from .limesurvey_questions import Asked, Words, make
from .limesurvey_tables import Row, Tables, ordered, read_tables

TOOL = "LimeSurvey"
_TEXTS = frozenset({"title", "description", "text", "html", "otherText", "completedHtml"})
_PIPED = re.compile(r"\{[^{}]{1,300}\}")
_ID = {"question": "qid", "group": "gid", "answer": "aid"}
_METHODS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_READ = frozenset(
    {"languages", "answers", "answer_l10ns", "groups", "group_l10ns", "questions", "subquestions", "question_l10ns", "question_attributes", "conditions",
     "surveys", "surveys_languagesettings", "quota", "quota_members", "quota_languagesettings", "themes", "themes_inherited", "defaultvalues",
     "defaultvalue_l10ns", "assessments", "survey_url_parameters", "plugin_settings"}
)  # fmt: skip


def read(data: bytes, file_name: str = "") -> Carried:
    """A .lss file.

    Raises FileRefused when it is unsafe, broken, or has no question.
    """
    return _Survey(read_tables(data)).carried(file_name)


@dataclass
class _Survey:
    """One file: its tables, and what became of them so far."""

    tables: Tables
    carrying: Carrying = field(default_factory=Carrying)
    targets: dict[str, Target] = field(default_factory=dict)
    calculated: list[dict[str, Any]] = field(default_factory=list)
    elements: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = next(iter(self.tables["surveys"]), {})
        listed = [row["language"] for row in self.tables["languages"] if row.get("language")]
        self.language = self.settings.get("language") or (listed[0] if listed else "en")
        self.l10ns = {kind: self.tables.by(f"{kind}_l10ns", key) for kind, key in _ID.items()}

    def carried(self, file_name: str) -> Carried:
        groups = _once(list(ordered(self.tables["groups"], "group_order")), "gid")
        questions = _once(list(ordered(self.tables["questions"], "question_order")), "qid")
        top = [row for row in questions if row.get("parent_qid", "0") in {"", "0"}]
        inside: dict[str, list[Row]] = {}
        for row in top:
            inside.setdefault(row.get("gid", ""), []).append(row)
        for group in groups:
            for row in inside.get(group.get("gid", ""), []):
                self._make(row)
        pages = [
            page for group in groups for page in self._pages(group, inside.get(group.get("gid", ""), []))
        ]
        if not pages:
            raise FileRefused("The file has no question in any group.")
        definition: dict[str, Any] = {
            "title": self._own("surveyls_title"),
            "description": self._own("surveyls_description"),
            "locale": self.language,
            "pages": pages,
        }
        self._frame(definition)
        if self.calculated:
            definition["calculatedValues"] = self.calculated
        self._tell_the_rest()
        titles = self._own("surveyls_title")
        name = titles if isinstance(titles, str) else titles.get("default", "")
        return finish(
            self.carrying,
            name or file_name.rpartition(".")[0],
            TOOL,
            self._piped({key: one for key, one in definition.items() if one}),
        )

    def _make(self, row: Row) -> None:
        code, qid = row.get("title", ""), row.get("qid", "")
        asked = Asked(
            carrying=self.carrying, row=row, name=self.carrying.name(code, f"q{qid}"), place=f"{code} ({row.get('type', '')}, id {qid})",
            attributes=self._attributes(qid), subquestions=self._scales(self._subquestions(qid)), answers=self._scales(self._answers(qid)),
            texts=self._texts, targets=self.targets, calculated=self.calculated,
        )  # fmt: skip
        self.elements[qid] = make(asked)

    def _attributes(self, qid: str) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for row in self.tables.by("question_attributes", "qid").get(qid, []):
            language = row.get("language", "")
            found.setdefault(row.get("attribute", ""), {})["" if language == self.language else language] = (
                row.get("value", "")
            )
        return {name: dict(sorted(values.items())) for name, values in found.items()}

    def _subquestions(self, qid: str) -> list[Row]:
        rows = self.tables.by("subquestions", "parent_qid").get(qid) or self.tables.by(
            "questions", "parent_qid"
        ).get(qid, [])
        return _once(list(ordered(rows, "scale_id", "question_order")), "qid")

    def _answers(self, qid: str) -> list[Row]:
        rows = list(ordered(self.tables.by("answers", "qid").get(qid, []), "scale_id", "sortorder"))
        seen: dict[tuple[str, str], Row] = {}
        for row in rows:
            seen.setdefault((row.get("scale_id", "0"), row.get("code", "")), row)
        return list(seen.values())

    def _scales(self, rows: list[Row]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(row.get("scale_id") or "0", []).append(row)
        return found

    def _texts(self, row: Row, column: str) -> Words:
        """Words of a row in every language: from its translations, or from its like in other languages."""
        by = self.tables.by
        if "aid" in row or column == "answer":
            rows = self.l10ns["answer"].get(row.get("aid", "")) or [
                one for one in by("answers", "qid").get(row.get("qid", ""), []) if _is_like(one, row, "code", "scale_id")
            ]  # fmt: skip
        elif column in {"group_name", "description"}:
            rows = self.l10ns["group"].get(row.get("gid", "")) or by("groups", "gid").get(
                row.get("gid", ""), []
            )
        else:
            ident = row.get("qid", "")
            rows = self.l10ns["question"].get(ident) or by("questions", "qid").get(ident, []) + by(
                "subquestions", "qid"
            ).get(ident, [])
        place = row.get("title") or row.get("code") or row.get("gid", "")
        return localized(
            {
                one.get("language") or self.language: self.carrying.plain(one.get(column), place)
                for one in rows
            },
            self.language,
        )

    def _own(self, column: str) -> Words:
        """Words of the survey itself."""
        rows = self.tables["surveys_languagesettings"]
        return localized(
            {
                row.get("surveyls_language") or self.language: self.carrying.plain(
                    row.get(column), "Survey texts"
                )
                for row in rows
            },
            self.language,
        )

    def _pages(self, group: Row, questions: list[Row]) -> Iterator[dict[str, Any]]:
        """A group as one page, or as one for each question where the survey shows them one by one."""
        name = self._texts(group, "group_name")
        title = name if isinstance(name, str) else name.get("default", "")
        place = f"Group “{title[:80]}”"
        if group.get("randomization_group"):
            self.carrying.lose(
                place, "random_blocks", "Groups come in random order.", "They come in their order here."
            )
        if any(self._attributes(row.get("qid", "")).get("random_group", {}).get("") for row in questions):
            self.carrying.lose(
                place, "random_order", "Its questions come in random order.", "They come in their order here."
            )
        condition = self._condition(group.get("grelevance", ""), place)
        elements = [list(self._elements(row)) for row in questions]
        batches = (
            elements if self.settings.get("format") == "S" else [[one for some in elements for one in some]]
        )
        for batch in (one for one in batches if one):
            page: dict[str, Any] = {
                "name": self.carrying.name(title, "page"),
                "title": name,
                "elements": batch,
            }
            if words := self._texts(group, "description"):
                page["description"] = words
            if condition:
                page["visibleIf"] = condition
            yield {key: one for key, one in page.items() if one}

    def _elements(self, row: Row) -> Iterator[dict[str, Any]]:
        place = f"{row.get('title', '')} (id {row.get('qid', '')})"
        relevance = self._condition(row.get("relevance", ""), place)
        older = (
            self._older(row.get("qid", ""), place) if row.get("relevance", "").strip() in {"", "1"} else ""
        )
        for element in self.elements.get(row.get("qid", ""), []):
            if condition := all_of([relevance, older]):
                element["visibleIf"] = condition
            yield element

    def _condition(self, given: str, place: str) -> str:
        if given.strip() in {"", "1"}:
            return ""
        try:
            return Equation(given, self.targets).condition()
        except CannotTranslate as error:
            self.carrying.lose(
                place, "condition", f"A condition can't be carried over because of {error}: {given[:200]}", "It holds always now; set it in the designer."
            )  # fmt: skip
            return ""

    def _older(self, qid: str, place: str) -> str:
        """Conditions of files before 1.92: of one question any, of several all, of scenarios any."""
        scenarios: dict[str, dict[str, list[str]]] = {}
        for row in self.tables.by("conditions", "qid").get(qid, []):
            part = self._older_one(row)
            if part is None:
                self.carrying.lose(place, "condition", f"A condition can't be carried over: {row.get('cfieldname')} {row.get('method')} {row.get('value')}",
                                   "All conditions of the question are left out; set them in the designer.")  # fmt: skip
                return ""
            scenarios.setdefault(row.get("scenario", "1"), {}).setdefault(row.get("cqid", ""), []).append(
                part
            )
        return " or ".join(
            "(" + " and ".join("(" + " or ".join(parts) + ")" for parts in asked.values()) + ")"
            for asked in scenarios.values()
        )

    def _older_one(self, row: Row) -> str | None:
        code, value, method = (
            row.get("cfieldname", "").lstrip("+"),
            row.get("value", ""),
            row.get("method", "").strip(),
        )
        if method not in _METHODS or value.startswith("@") or code not in self.targets:
            return None
        try:
            quoted = '"' + re.sub(r"([\"\\])", r"\\\1", value) + '"'
            return Equation(f"{code} {method} {quoted}", self.targets).condition()
        except CannotTranslate:
            return None

    def _frame(self, definition: dict[str, Any]) -> None:
        """The words before and after."""
        if welcome := self._own("surveyls_welcometext"):
            html = (
                {key: as_html(one) for key, one in welcome.items()}
                if isinstance(welcome, dict)
                else as_html(welcome)
            )
            first: dict[str, Any] = {
                "type": "html",
                "name": self.carrying.name("welcome", "welcome"),
                "html": html,
            }
            if "visibleIf" in definition["pages"][0] or self.settings.get("format") != "A":
                definition["pages"].insert(
                    0, {"name": self.carrying.name("start", "start"), "elements": [first]}
                )
            else:
                definition["pages"][0]["elements"].insert(0, first)
        if end := self._own("surveyls_endtext"):
            definition["completedHtml"] = (
                {key: as_html(one) for key, one in end.items()} if isinstance(end, dict) else as_html(end)
            )
        if self.settings.get("format") == "A" and len(definition["pages"]) > 1:
            definition["questionsOnPageMode"] = "singlePage"

    def _piped(self, node: Any, key: str = "") -> Any:
        """The definition with its piped texts written anew."""
        if isinstance(node, dict):
            return {name: self._piped(one, key if key in _TEXTS else name) for name, one in node.items()}
        if isinstance(node, list):
            return [self._piped(one, key) for one in node]
        if isinstance(node, str) and key in _TEXTS:
            return piped_anew(node, _PIPED, self._translate_pipe, self._lost_pipe)
        return node

    def _translate_pipe(self, given: str) -> str | None:
        code = re.sub(r"\.(shown|value|code|NAOK)$", "", given[1:-1].strip().removeprefix("INSERTANS:"))
        target = self.targets.get(code)
        return target.name if target is not None and not target.choice else None

    def _lost_pipe(self, what: str) -> None:
        self.carrying.lose(
            "Texts", "piped", f"A text shows {what[:200]}.", "“…” stands there; write it anew."
        )

    def _tell_the_rest(self) -> None:
        for row in self.tables["quota"]:
            members = [one for one in self.tables["quota_members"] if one.get("quota_id") == row.get("id")]
            whom = ", ".join(
                f"{self._code_of(one.get('qid', ''))} = {one.get('code', '')}" for one in members
            )
            self.carrying.lose("Quotas", "quota", f"A quota “{row.get('name', '')}”: at most {row.get('qlimit', '?')} of {whom or 'all'}.",
                               "Ask a sample instead: see the rules of asking.")  # fmt: skip
        for table, code, what in (("defaultvalues", "defaults", "Answers that are filled in beforehand"), ("assessments", "scoring", "Assessments"),
                                  ("survey_url_parameters", "parameters", "Values taken from the address"), ("plugin_settings", "plugins", "Settings of plugins")):  # fmt: skip
            if self.tables[table]:
                self.carrying.lose(
                    "Survey", code, f"{what}: {len(self.tables[table])}.", "They are left out."
                )
        self._tell_options()
        for name in self.tables:
            if name not in _READ and self.tables[name]:
                self.carrying.lose(
                    "Survey",
                    "part",
                    f"A table that is not known here: {name} ({len(self.tables[name])} rows).",
                    "Look at the original.",
                )

    def _code_of(self, qid: str) -> str:
        return next((row.get("title", qid) for row in self.tables["questions"] if row.get("qid") == qid), qid)

    def _tell_options(self) -> None:
        options: Mapping[str, tuple[str, str]] = {
            "surveyls_url": ("Where it leads to at the end", "Put the address into the words of thanks."),
            "surveyls_policy_notice": (
                "A notice about data protection",
                "Ask for consent with a question of its own.",
            ),
            "surveyls_email_invite": (
                "Words of its messages",
                "Write subject and words of the mail in the survey’s settings.",
            ),
        }
        for column, (what, advice) in options.items():
            given = next(
                (row[column] for row in self.tables["surveys_languagesettings"] if row.get(column)), ""
            )
            if given:
                shown = f": {given[:120]}" if column == "surveyls_url" else ""
                self.carrying.lose("Survey", "options", f"{what}{shown}.", advice)
        for column, what in (
            ("anonymized", "Answers are anonymous"),
            ("usetokens", "Only invited people may answer"),
            ("usecaptcha", "A captcha is asked for"),
        ):
            if self.settings.get(column) in {"Y", "A", "B"}:
                self.carrying.lose(
                    "Survey", "options", f"{what}.", "Set it on the survey's page, not in the questionnaire."
                )


def _once(rows: list[Row], key: str) -> list[Row]:
    """The first row of each, where older files have one for every language."""
    seen: dict[str, Row] = {}
    for row in rows:
        seen.setdefault(row.get(key, ""), row)
    return list(seen.values())


def _is_like(one: Row, other: Row, *keys: str) -> bool:
    return all(one.get(key) == other.get(key) for key in keys)
