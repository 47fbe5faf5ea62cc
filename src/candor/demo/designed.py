"""Surveys as the lender designs them here: one that is asked in its second version, one on a kiosk, one at a touchpoint, one still a draft."""

from django.db import transaction

from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.models import Person, Unit
from candor.apps.surveys import designing, drafts, linking, publishing, wordings
from candor.apps.surveys.library import TEMPLATES
from candor.apps.surveys.models import Link, Survey

COLOR = "#1b5a9c"


@transaction.atomic
def design_surveys(*, lead: Person | None, branch: Unit | None) -> None:
    """Make them, once."""
    if Survey.objects.filter(draft__isnull=False).exists():
        return
    _relationship(lead)
    _kiosk(lead, branch)
    decision = _start("decision", lead)
    drafts.change_settings(
        survey=decision, by=lead, touchpoint=Touchpoint.objects.filter(key="decision").first()
    )
    publishing.publish(survey=decision, revision=decision.draft_revision, by=lead)
    _start("complaint-closed", lead)


def _start(template: str, lead: Person | None) -> Survey:
    chosen = TEMPLATES[template]
    return drafts.create_survey(
        name=chosen.name["en"], definition=chosen.definition(main="en"), by=lead, type=chosen.type, moment=chosen.moment, brand_color=COLOR,
    )  # fmt: skip


def _relationship(lead: Person | None) -> None:
    """Published twice: the second version asks for the first thing to change in plainer words."""
    survey = _start("relationship-nps", lead)
    publishing.publish(survey=survey, revision=survey.draft_revision, by=lead)
    with drafts.changing(survey=survey, revision=survey.draft_revision, by=lead) as work:
        question = designing.element_of(work.definition, "first")
        wordings.put(question, "title", "What one thing should we change first?")
        work.words = "Changed “What one thing should we change first?”"
    publishing.publish(survey=survey, revision=survey.draft_revision, by=lead)
    linking.make_link(
        survey=survey, kind=Link.Kind.OPEN, name="QR code on the yearly statement", channel="letter", by=lead
    )


def _kiosk(lead: Person | None, branch: Unit | None) -> None:
    survey = _start("kiosk", lead)
    publishing.publish(survey=survey, revision=survey.draft_revision, by=lead)
    linking.make_link(survey=survey, kind=Link.Kind.KIOSK, name="Tablet at the exit", unit=branch, by=lead)
