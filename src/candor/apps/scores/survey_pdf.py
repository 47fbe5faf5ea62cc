"""The results of a survey as a PDF that screen readers can read (PDF/UA-1): the same numbers and words as on the page, no comments."""

import json
from importlib import resources
from typing import Any

import typst
from django.utils.translation import gettext as _

from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.foundation import charts
from candor.foundation.panels import Printed
from candor.foundation.wording import change_text, could_text, estimate_with_range, scale_of

from .survey_pages import Card, printed_panels

_WIDTH = 620  # px of a chart


def results_as_pdf(page: dict[str, Any], scope: Scope) -> bytes:
    """The document, from what `survey_pages.results_page` gives. Its words are data, never code."""
    source = resources.files(__package__).joinpath("results.typ").read_bytes()
    words = json.dumps(results_in_words(page, scope))
    made: bytes = typst.compile(source, sys_inputs={"words": words}, pdf_standards="ua-1")
    return made


def results_in_words(page: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """Everything that stands in the document, as `results.typ` takes it."""
    return {
        "title": page["survey"].name,
        "author": workspace().name,
        "lede": f"{page['scope_words']}.",
        "facts": _facts(page),
        "questions": [_question(card, scope) for card in page["cards"]],
        "panels": [_panel(title, said) for title, said in printed_panels(page["result"], scope)],
        "by": _("By %(name)s") % {"name": str(page["dimension_name"]).lower()},
        "columns": [str(page["dimension_name"]), _("Score and what it could be"), _("Answers"), _("Against the others")],
        "notes": _notes(page),
    }  # fmt: skip


def _facts(page: dict[str, Any]) -> list[str]:
    who, rate = page["result"].who, page["result"].response_rate
    facts = [f"{_('%(n)s people answered.') % {'n': f'{who.answered:,}'}} {page['partial_words']}".strip()]
    if rate is not None:
        said = rate.words if rate.value is None else estimate_with_range(rate, scale_of("share"))
        facts.append(
            _("Response rate: %(rate)s, of %(asked)s.") % {"rate": said, "asked": page["rate_counted"]}
        )
    return facts


def _notes(page: dict[str, Any]) -> list[str]:
    """How its numbers are to be read, as the page says it."""
    notes = [
        page["version_words"],
        _("Intervals at 95% confidence. What can’t be told apart is not a difference; too few answers show no number."),
    ]  # fmt: skip
    if page["result"].response_rate is not None:
        notes.insert(0, f"{page['rate_of']}. {page['rate_blanks']}")
    return [note for note in notes if note]


def _panel(title: str, said: Printed) -> dict[str, Any]:
    return {"title": title, "lede": said.lede, "columns": said.columns, "rows": said.rows}


def _question(card: Card, scope: Scope) -> dict[str, Any]:
    found = card.found
    answered, number, change = card.answered, "", ""
    if found.measure is not None and found.estimate is not None:
        scale = scale_of(found.measure.unit)
        said = (
            found.estimate.words
            if found.estimate.value is None
            else estimate_with_range(found.estimate, scale)
        )
        answered = f"{answered} · {found.measure.name}: {found.measure.favourable}"
        number = f"{found.measure.name}: {said}"
        if found.comparison is not None and found.comparison.verdict != "too_few":
            since = _("on %(before)s") % {"before": scope.before.label}
            could = could_text(found.comparison, scale)
            change = f"{change_text(found.comparison, scale)}{could and ', '}{could} {since}"
    return {
        "text": found.text, "answered": answered, "number": number, "change": change,
        "spread": _picture(card.spread, _alt(card)), "run": _picture(card.run, _run_alt(card)), "words": _words(card),
        "groups": [
            [line.row.label, _group(card, line.row.estimate), f"{line.row.estimate.n:,}", tier] for tier, lines in card.lines for line in lines
        ],
    }  # fmt: skip


def _group(card: Card, estimate: Any) -> str:
    assert card.found.measure is not None
    return (
        estimate.words
        if estimate.value is None
        else estimate_with_range(estimate, scale_of(card.found.measure.unit))
    )


def _picture(drawn: charts.Spec | None, alt: str) -> dict[str, str]:
    return {"svg": charts.render_svg(drawn, width=_WIDTH) if drawn else "", "alt": alt}


def _run_alt(card: Card) -> str:
    """The steps of the run in words, those with too few answers as what they are."""
    if card.run is None or card.found.measure is None:
        return ""
    scale = scale_of(card.found.measure.unit)
    steps = (
        f"{point.stretch.label}: {estimate_with_range(point.estimate, scale)}" for point in card.found.months
    )
    return "; ".join(steps)


def _alt(card: Card) -> str:
    """The bars in words."""
    shares = (
        f"{share.label}: {estimate_with_range(share.estimate, scale_of('share'))}" for share in card.found.spread if share.estimate.value is not None
    )  # fmt: skip
    return "; ".join(shares)


def _words(card: Card) -> str:
    if card.spread:
        return ""
    if card.found.is_text:
        return _("In their own words.")
    if card.found.estimate is not None and card.found.estimate.value is None:
        return ""
    if card.found.spread:
        return str(card.found.spread[0].estimate.words)
    return _("Too many different numbers to draw, and no scale that says what they mean.")
