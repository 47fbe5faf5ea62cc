"""What the designer's pages show: the board of pages and questions, the languages side by side, what is set beside them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import checks, colors, conditions, designing, wordings
from .conditions import Built, Condition
from .forms import QuestionForm
from .languages import direction
from .models import DraftChange, Question, Survey
from .palette import KINDS, Element, Kind, kind_of

Definition = designing.Definition


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a change: what to say aloud, which question stays open, and whether only its surroundings are drawn again."""

    said: str
    opened: str = ""
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of “show if”: a condition with what may be chosen for its value."""

    condition: Condition
    values: list[tuple[str, str]]

    @property
    def has_no_value(self) -> bool:
        """Whether the comparison stands by itself, as “was answered” does."""
        return self.condition.operator in conditions.WITHOUT_VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One question on the board."""

    element: Element
    kind: Kind | None
    key: str
    heading: str
    page: int
    is_first: bool
    is_last: bool
    is_open: bool
    is_published: bool
    earlier: list[tuple[str, str]]
    built: Built | None
    rows: list[Row]
    remarks: Sequence[checks.Remark]
    form: QuestionForm

    @property
    def expression(self) -> str:
        """When it is shown; empty for always."""
        return str(self.element.get("visibleIf", ""))

    @property
    def condition_words(self) -> str:
        """When it is shown, in words; the expression where it says more than words here can."""
        if not self.expression:
            return ""
        if self.built is None:
            return self.expression
        join = _(" or ") if self.built.is_any else _(" and ")
        return join.join(self._words(row) for row in self.rows if row.condition.key)

    def _words(self, row: Row) -> str:
        names = dict(self.earlier)
        value = dict(row.values).get(row.condition.value, row.condition.value)
        parts = (
            names.get(row.condition.key, row.condition.key),
            conditions.OPERATORS[row.condition.operator],
            value,
        )
        return " ".join(str(part) for part in parts if str(part))


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page with its questions."""

    number: int
    title: str
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Board:
    """The editor as it stands."""

    definition: Definition
    revision: int
    pages: list[PageRow]
    checked: checks.Checks
    last_change: DraftChange | None

    @property
    def title(self) -> str:
        return wordings.said(self.definition.get("title"))

    @property
    def description(self) -> str:
        return wordings.said(self.definition.get("description"))

    @property
    def palette(self) -> list[tuple[str, list[Kind]]]:
        """Kinds of question, by group."""
        return [
            (str(group), list(kinds)) for group, kinds in groupby(KINDS.values(), key=lambda kind: kind.group)
        ]

    @property
    def operators(self) -> list[tuple[str, str]]:
        """How “show if” compares."""
        return [(sign, str(words)) for sign, words in conditions.OPERATORS.items()]

    def card(self, key: str) -> Card | None:
        """The card of a question."""
        return next((card for page in self.pages for card in page.cards if card.key == key), None)


def board_of(survey: Survey, *, opened: str = "") -> Board:
    """The editor of a survey, with one question open."""
    definition = survey.draft or {}
    checked = checks.check(definition)
    published = set(Question.objects.filter(survey=survey).values_list("key", flat=True))
    rows = [
        PageRow(
            number,
            wordings.said(page.get("title")),
            list(_cards(definition, number, checked, opened=opened, published=published)),
        )
        for number, page in enumerate(designing.pages(definition))
    ]
    last = survey.changes.select_related("by").order_by("-revision").first()
    return Board(definition, survey.draft_revision, rows, checked, last)


def _cards(
    definition: Definition, number: int, checked: checks.Checks, *, opened: str, published: set[str]
) -> Iterator[Card]:
    row = designing.pages(definition)[number].get("elements", [])
    last_page = len(designing.pages(definition)) - 1
    for place, element in enumerate(row):
        key = str(element.get("name", ""))
        built = conditions.read(str(element.get("visibleIf", "")))
        yield Card(
            element=element, kind=kind_of(element), key=key, heading=designing.heading(definition, element), page=number,
            is_first=number == 0 and place == 0, is_last=number == last_page and place == len(row) - 1, is_open=key == opened,
            is_published=key in published, earlier=_earlier(definition, key), built=built, rows=_rows(definition, built),
            remarks=checked.by_key.get(key, ()), form=QuestionForm(element=element),
        )  # fmt: skip


def _earlier(definition: Definition, key: str) -> list[tuple[str, str]]:
    """The questions before this one, whose answers it may build on."""
    found = []
    for element in designing.elements(definition):
        if element.get("name") == key:
            break
        kind = kind_of(element)
        if kind is None or kind.is_question:
            found.append((str(element.get("name", "")), designing.heading(definition, element)))
    return found


def _rows(definition: Definition, built: Built | None) -> list[Row]:
    by_key = {str(one.get("name", "")): one for one in designing.elements(definition)}
    rows = [Row(one, conditions.values_of(by_key.get(one.key, {}))) for one in (built.rows if built else ())]
    return [*rows, Row(Condition("", "="), [])]


# -- From a form into the definition -------------------------------------------------------------------------------------


def put_form(element: Element, form: QuestionForm) -> None:
    """Put what a question's form says into its element."""
    for name, value in form.cleaned_data.items():
        if name == "html":
            wordings.put(element, name, wordings.marked_up(value))
        elif name in {"choices", "rows", "columns"}:
            designing.set_items(element, name, value.splitlines())
        elif name in {"isRequired", "showOtherItem"}:
            designing.set_flag(element, name, value)
        elif name not in {"rateMin", "rateMax", "inputType", "min", "max"}:
            wordings.put(element, name, value)
    said = form.cleaned_data
    if "rateMin" in said:
        designing.set_scale(element, said["rateMin"], said["rateMax"])
    if said.get("inputType"):
        designing.set_input(element, said["inputType"], said["min"], said["max"])


def put_condition(definition: Definition, element: Element, sent: QueryDict) -> None:
    """Put what the rows of “show if” say; nothing where the form had none, as under an expression written by hand."""
    if "if-key" not in sent:
        return
    listed = {str(one.get("name", "")): conditions.values_of(one) for one in designing.elements(definition)}
    said = conditions.built(
        sent.getlist("if-key"), sent.getlist("if-operator"), sent.getlist("if-value"), is_any=sent.get("if-join") == "any",
        firsts={key: values[0][0] for key, values in listed.items() if values},
    )  # fmt: skip
    if said != conditions.read(str(element.get("visibleIf", ""))):
        designing.set_expression(element, said.expression)


# -- Beside the board ----------------------------------------------------------------------------------------------------


def tabs(survey: Survey) -> list[tuple[str, str]]:
    """The pages of one survey."""
    names = (
        (_("Questions"), "surveys:design"),
        (_("Languages"), "surveys:languages"),
        (_("Settings"), "surveys:settings"),
        (_("Publish"), "surveys:publish"),
        (_("Links"), "surveys:links"),
    )
    shown = [(label, reverse(name, args=[survey.pk])) for label, name in names]
    with suppress(NoReverseMatch):  # results stand above: the page is there where scores offer it
        results = reverse("scores:survey", args=[survey.pk])
        shown.append((_("Results"), f"{results}?period=all"))  # as the list of surveys counts
    return shown


@dataclass(frozen=True, slots=True)
class LanguagesPage:
    """Two languages side by side."""

    revision: int
    main: str
    chosen: str
    offered: list[tuple[str, str, int | None]]
    texts: list[wordings.Text]
    missing: int
    outdated: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[tuple[wordings.Text, str, str, str, str]]:
        """Each text: itself, whose it is, in the main language, in the chosen one, and of which words that was made if of others."""
        return [
            (
                text,
                self.headings.get(text.owner, ""),
                here := text.in_language(),
                there := text.in_language(self.chosen) if self.chosen else "",
                self.outdated.get(here, "") if there else "",
            )
            for text in self.texts
        ]

    @property
    def changed(self) -> int:
        """Texts whose words in the main language changed after they were translated."""
        return sum(bool(was) for *_rest, was in self.rows)

    @property
    def has_words(self) -> bool:
        """Whether there is anything in the chosen language yet."""
        return self.missing < len(self.texts)

    @property
    def missing_words(self) -> str:
        """How many texts are missing."""
        return ngettext("%(n)s text is missing", "%(n)s texts are missing", self.missing) % {
            "n": self.missing
        }

    @property
    def main_name(self) -> str:
        return wordings.LANGUAGES.get(self.main, self.main)

    @property
    def chosen_name(self) -> str:
        return wordings.LANGUAGES.get(self.chosen, self.chosen)

    @property
    def direction(self) -> str:
        return direction(self.chosen)


def languages_page(survey: Survey, chosen: str) -> LanguagesPage:
    """The texts of a survey with one other language beside its main one: the one asked for, else the first it has."""
    definition = survey.draft or {}
    main, *others = wordings.languages_of(definition)
    if chosen not in wordings.LANGUAGES or chosen == main:
        chosen = others[0] if others else ""
    lacking = {one: len(wordings.missing(definition, one)) for one in others}
    offered = [
        (code, name, lacking.get(code))
        for code, name in sorted(
            wordings.LANGUAGES.items(), key=lambda pair: (pair[0] not in others, pair[1])
        )
        if code != main
    ]
    headings = {
        str(one.get("name", "")): designing.heading(definition, one) for one in designing.elements(definition)
    }
    texts = list(wordings.texts(definition))
    missing = len(wordings.missing(definition, chosen)) if chosen else 0
    was = {one.now: one.was for one in wordings.outdated(definition) if one.language == chosen}
    return LanguagesPage(survey.draft_revision, main, chosen, offered, texts, missing, was, headings)


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What is set beside the questions, and how well the brand colour can be read."""

    revision: int
    thanks: str
    mail_subject: str
    mail_text: str
    has_progress: bool
    judged: colors.Judgement | None


def settings_page(survey: Survey) -> SettingsPage:
    """What the page of settings shows beside its form."""
    definition = survey.draft or {}
    thanks = wordings.plain(wordings.said(definition.get("completedHtml")))
    subject, text = (
        wordings.said(definition.get(name)) for name in (wordings.MAIL_SUBJECT, wordings.MAIL_TEXT)
    )
    judged = colors.judge(survey.brand_color) if survey.brand_color else None
    return SettingsPage(
        survey.draft_revision, thanks, subject, text, bool(definition.get("showProgressBar")), judged
    )
