"""The results of a survey as a PDF that screen readers can read (PDF/UA-1): the same numbers and words as on the page, no comments."""

import json
from importlib import resources
from typing import Any

import typst
from django.utils.translation import gettext as _

from candor.apps.organization.queries import workspace
from candor.foundation import charts
from candor.foundation.wording import change_text, estimate_with_range, scale_of

from .survey_pages import Card

_WIDTH = 620  # px of a chart


def results_as_pdf(page: dict[str, Any]) -> bytes:
    """The document, from what `survey_pages.results_page` gives. Its words are data, never code."""
    words = {
        "title": page["survey"].name,
        "author": workspace().name,
        "lede": f"{page['scope_words']}.",
        "facts": _facts(page),
        "questions": [_question(card) for card in page["cards"]],
        "by": _("By %(name)s") % {"name": str(page["dimension_name"]).lower()},
        "columns": [str(page["dimension_name"]), _("Score and what it could be"), _("Answers"), _("Against the others")],
        "foot": _("Intervals at 95% confidence. What can’t be told apart is not a difference; too few answers show no number."),
    }  # fmt: skip
    source = resources.files(__package__).joinpath("results.typ").read_bytes()
    made: bytes = typst.compile(source, sys_inputs={"words": json.dumps(words)}, pdf_standards="ua-1")
    return made


def _facts(page: dict[str, Any]) -> list[str]:
    who, rate = page["result"].who, page["result"].response_rate
    facts = [f"{_('%(n)s people answered.') % {'n': f'{who.answered:,}'}} {page['partial_words']}".strip()]
    if rate is not None:
        said = rate.words if rate.value is None else estimate_with_range(rate, scale_of("share"))
        facts.append(
            _("Response rate: %(rate)s, of %(asked)s.") % {"rate": said, "asked": page["rate_counted"]}
        )
    return facts


def _question(card: Card) -> dict[str, Any]:
    found = card.found
    number = change = ""
    if found.measure is not None and found.estimate is not None:
        scale = scale_of(found.measure.unit)
        said = (
            found.estimate.words
            if found.estimate.value is None
            else estimate_with_range(found.estimate, scale)
        )
        number = f"{found.measure.name}: {said}"
        if found.comparison is not None and found.comparison.verdict != "too_few":
            change = change_text(found.comparison, scale)
    return {
        "text": found.text, "answered": card.answered, "number": number, "change": change,
        "picture": charts.render_svg(card.spread, width=_WIDTH) if card.spread else "", "alt": _alt(card), "words": _words(card),
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
    return str(card.found.spread[0].estimate.words) if card.found.spread else ""
