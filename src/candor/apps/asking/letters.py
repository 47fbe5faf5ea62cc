"""What a message says, as mail and as a short text.

A letter is laid out once for everybody who gets the same words; what is each one's own (the link, the way out) is put in afterwards, so
that ten thousand messages cost one layout.
"""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi, get_supported_language_variant, override, pgettext
from mjml import mjml2html

from candor.apps.customers.requests import Letter
from candor.apps.organization.queries import workspace
from candor.apps.surveys.brand import theme_of
from candor.apps.surveys.languages import own_words
from candor.apps.surveys.models import Survey
from candor.apps.surveys.wordings import MAIL_SUBJECT, MAIL_TEXT
from candor.questionnaire import BadDefinition, Question, QuestionKind, Questionnaire, read_definition

CONTEXT: Final = "asking"  # of words that customers read: only these are translated so far
MOST_STEPS: Final = 11  # that fit beside each other on a phone
ACCENT: Final = "#0f5f59"
_LINK, _STOP = "%%LINK%%", "%%STOP%%"  # no address holds them, and no template touches them


@dataclass(frozen=True, slots=True)
class Sheet:
    """A laid-out letter with gaps for the link and the way out."""

    subject: str
    html: str
    text: str
    short: str
    language: str

    def gaps(self, *, link: str, stop: str) -> tuple[tuple[str, str], ...]:
        """What stands in the gaps for one person."""
        return ((_LINK, link), (_STOP, stop))


def survey_letter(survey: Survey, language: str) -> Letter | None:
    """The words that ask for an answer to the newest version, in the customer's language where it speaks it; None if it can't be read.

    A survey that begins with a scale shows it, so that the first answer is one touch.
    """
    version = survey.versions.order_by("-number").first()
    if version is None:
        return None
    try:
        questionnaire = read_definition(version.definition)
    except BadDefinition:
        return None
    said = _said_in(questionnaire, language)
    first = next(iter(questionnaire.questions()), None)
    with override(_spoken(said)):
        return Letter(
            subject=own_words(questionnaire, MAIL_SUBJECT, said).strip()
            or pgettext(CONTEXT, "A question from %(company)s") % {"company": workspace().name},
            heading=first.label(said) if first else survey.name,
            text=own_words(questionnaire, MAIL_TEXT, said).strip()
            or pgettext(
                CONTEXT, "Your answer goes to the people who can change something. It takes a minute."
            ),
            choices=_scale(first, said) if first else (),
            ends=(first.low_label.in_language(said), first.high_label.in_language(said))
            if first
            else ("", ""),
            button=None if first and _scale(first, said) else (pgettext(CONTEXT, "Answer"), _LINK),
            brand_color=survey.brand_color,
            language=said,
        )


def _said_in(questionnaire: Questionnaire, language: str) -> str:
    """The customer's language if the survey has it, or the one without its region; else the one it is written in."""
    spoken = {one.casefold(): one for one in (questionnaire.language, *questionnaire.languages)}
    wanted = language.casefold().replace("_", "-")
    return spoken.get(wanted) or spoken.get(wanted.split("-")[0]) or questionnaire.language


def _scale(question: Question, language: str) -> tuple[tuple[str, str], ...]:
    """The steps of a scale as links; none for what is no scale, has many steps, or is asked only of some."""
    lowest, highest = question.lowest, question.highest
    if question.kind != QuestionKind.RATING or lowest is None or highest is None or question.conditions:
        return ()
    step = question.step or 1
    steps = [lowest + step * place for place in range(int((highest - lowest) / step) + 1)]
    if len(steps) > MOST_STEPS:
        return ()
    named = {str(choice.value): choice.text.in_language(language) for choice in question.choices}
    return tuple((named.get(f"{one:g}") or f"{one:g}", f"{_LINK}?score={one:g}") for one in steps)


def sheet_of(letter: Letter, *, is_reminder: bool) -> Sheet:
    """A letter laid out, with its gaps."""
    company = workspace().name
    spoken = _spoken(letter.language)
    theme = theme_of(letter.brand_color or ACCENT)
    with override(spoken):
        context = {
            "letter": letter,
            "company": company,
            "language": letter.language or spoken,
            "direction": "rtl" if get_language_bidi() else "ltr",
            "is_reminder": is_reminder,
            "color": theme.light,
            "ink": theme.light_ink,
            "stop": _STOP,
            "paragraphs": [part for part in letter.text.split("\n\n") if part.strip()],
        }
        html = _turned(
            str(mjml2html(render_to_string("asking/letter.mjml", context))), str(context["direction"])
        )
        text = render_to_string("asking/letter.txt", context).strip() + "\n"
        way_in = letter.button[1] if letter.button else _LINK
        sender = f"{company} · {pgettext(CONTEXT, 'a reminder')}" if is_reminder else company
        short = f"{sender}: {letter.heading} {way_in}\n{pgettext(CONTEXT, 'No more of these:')} {_STOP}"
        subject = (
            pgettext(CONTEXT, "Reminder: %(subject)s") % {"subject": letter.subject}
            if is_reminder
            else letter.subject
        )
    return Sheet(" ".join(subject.split()), html, text, short, letter.language)


def _turned(html: str, direction: str) -> str:
    """MJML writes every cell from left to right, whatever the letter's direction."""
    return html.replace("direction:ltr", f"direction:{direction}")


def _spoken(language: str) -> str:
    """The language of ours that comes nearest."""
    try:
        return get_supported_language_variant(language or settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE
