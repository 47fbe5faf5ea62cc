"""The message of a plan as a customer would get it, for whoever writes it: to look at, and to have sent to oneself."""

import secrets

from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.apps.surveys import trials
from candor.foundation.errors import NoAnswer
from candor.questionnaire import BadDefinition, read_definition

from .carriers import Outcome, Outgoing, Unreachable, carrier_for
from .choices import Channel
from .errors import PlanNotReady
from .letters import Sheet, sheet_of, survey_letter
from .models import Plan

_NOWHERE = "#"  # where the way out of a message leads that went to nobody


def languages_of(plan: Plan) -> tuple[str, ...]:
    """The languages in which the newest version of the plan's survey speaks; none where there is no survey or no version."""
    version = plan.survey.versions.order_by("-number").first() if plan.survey else None
    try:
        return read_definition(version.definition).languages if version else ()
    except BadDefinition:
        return ()


def tried_sheet(plan: Plan, language: str) -> Sheet:
    """The letter in a language.

    Raises:
        PlanNotReady: the plan asks no survey, or its survey has no version yet.
    """
    letter = survey_letter(plan.survey, language) if plan.survey else None
    if letter is None:
        raise PlanNotReady(_("Publish the survey first; then its message can be seen."))
    return sheet_of(letter, is_reminder=False)


def tried_html(plan: Plan, language: str) -> str:
    """The mail as it will look; its links lead to a trial that counts nowhere."""
    sheet = tried_sheet(plan, language)
    html = sheet.html
    for gap, own in _gaps(plan, sheet):
        html = html.replace(gap, own)
    return html


def send_to_oneself(*, plan: Plan, language: str, to: Person) -> str:
    """Send the mail of a plan to the person who asks for it, by the carrier that customers' mails go by; returns the address.

    Raises:
        PlanNotReady: there is no message yet.
        NoAnswer: the mail server can't be reached, or does not take it.
    """
    sheet, address = tried_sheet(plan, language), to.email or ""
    outgoing = Outgoing(
        address=address, message_id=f"try-{plan.pk}-{secrets.token_hex(8)}", subject=_("Test: %(subject)s") % {"subject": sheet.subject},
        html=sheet.html, text=sheet.text, short=sheet.short, stop=_NOWHERE, language=sheet.language, gaps=_gaps(plan, sheet),
    )  # fmt: skip
    try:
        carrier = carrier_for(Channel.EMAIL)
        try:
            outcome = carrier.hand_over(outgoing, claim=lambda: True)
        finally:
            carrier.close()
    except (Unreachable, OSError) as error:
        raise NoAnswer(_("The mail server can’t be reached: %(words)s") % {"words": error}) from error
    refuse_unsent(outcome)
    return address


def refuse_unsent(outcome: Outcome | None) -> None:
    """Say what the mail server said.

    Raises:
        NoAnswer: it did not take the mail.
    """
    if outcome is None or not outcome.is_accepted:
        words = outcome.words if outcome else ""
        raise NoAnswer(_("The mail server did not take it: %(words)s") % {"words": words})


def _gaps(plan: Plan, sheet: Sheet) -> tuple[tuple[str, str], ...]:
    link = trials.address(plan.survey, trials.VERSION) if plan.survey else _NOWHERE
    return sheet.gaps(link=link, stop=_NOWHERE)
