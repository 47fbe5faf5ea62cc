"""Before and after: what the same customer expected of an episode and what they met in it."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.analytics import ExpectationGap
from candor.apps.customers.models import Customer
from candor.apps.feedback.models import Answer
from candor.apps.organization.queries import workspace
from candor.apps.surveys.models import Survey
from candor.foundation.wording import number
from candor.questionnaire import BadDefinition, Question, QuestionKind, read_definition

from .choices import Standing
from .measures import gap
from .models import Plan, Request


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two plans as a pair: the gap, or why there is none, the customers behind its pairs, and the ends of the scale."""

    before: Plan
    after: Plan
    gap: ExpectationGap | None
    trouble: str = ""
    lowest: float = 0
    highest: float = 0
    customers: int = 0

    @property
    def lost(self) -> int:
        """Episodes whose expectation was told and of which nobody heard how it was."""
        return self.gap.n_expected - self.gap.n_pairs if self.gap else 0

    @property
    def unexpected(self) -> int:
        """Episodes that were told about afterwards only."""
        return self.gap.n_met - self.gap.n_pairs if self.gap else 0

    @property
    def counted(self) -> str:
        """The pairs in words."""
        n = self.gap.n_pairs if self.gap else 0
        return ngettext("%(n)s pair", "%(n)s pairs", n) % {"n": number(n)}

    @property
    def least(self) -> float:
        """The deepest gap that the scale has room for."""
        return self.lowest - self.highest

    @property
    def widest(self) -> float:
        """The widest gap that the scale has room for."""
        return self.highest - self.lowest


def pairing_of(after: Plan) -> Pairing | None:
    """The pair that a plan closes; None where it is no half of one.

    Paired by customer (merged records are one person) and episode, on the first scale of each survey; the scales must be the same, since
    a difference between scales is none.
    """
    before = after.pair_of
    if before is None or before.survey is None or after.survey is None:
        return None
    first, second = first_scale(before.survey), first_scale(after.survey)
    if first is None or second is None:
        return Pairing(before, after, None, _("Both surveys need a scale; its first one is compared."))
    ends = [(one.lowest, one.highest) for one in (first, second)]
    if ends[0] != ends[1]:
        return Pairing(
            before, after, None, _("The two scales differ, so that their difference means nothing.")
        )
    lowest, highest = ends[0]
    expected, met = _answers(before, first.name), _answers(after, second.name)
    found = gap(expected, met, highest=highest, least_n=workspace().least_n_score)
    pairs = cast("set[tuple[int, str]]", expected.keys() & met.keys())
    customers = len({customer for customer, _episode in pairs})
    return Pairing(before, after, found, lowest=lowest or 0, highest=highest or 0, customers=customers)


def first_scale(survey: Survey) -> Question | None:
    """The first question of the newest version that has a scale."""
    version = survey.versions.order_by("-number").first()
    try:
        asked = read_definition(version.definition).questions() if version else ()
    except BadDefinition:
        return None
    return next((one for one in asked if one.kind == QuestionKind.RATING and one.highest is not None), None)


def _answers(plan: Plan, question: str) -> dict[Hashable, float]:
    """Customer and episode to the number that was answered; the first of several."""
    rows = (
        Request.objects.filter(plan=plan, standing=Standing.ASKED, invitation__feedback__isnull=False)
        .exclude(customer=None)
        .exclude(episode="")
    )
    told: dict[int, float | None] = dict(
        Answer.objects.filter(
            feedback__in=rows.values("invitation__feedback_id"), question=question, number__isnull=False
        ).values_list("feedback_id", "number")
    )
    merged = dict(Customer.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
    found: dict[Hashable, float] = {}
    fields = ("customer_id", "episode", "invitation__feedback_id")
    for customer, episode, feedback in rows.order_by("pk").values_list(*fields):
        if (said := told.get(feedback)) is not None:
            found.setdefault((merged.get(customer, customer), episode), said)
    return found
