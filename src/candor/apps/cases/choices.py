"""Words of cases."""

from django.db import models


class State(models.TextChoices):
    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting for the customer"
    CLOSED = "closed", "Closed"


class Trigger(models.TextChoices):
    """What a rule looks at."""

    NPS_AT_MOST = "nps_at_most", "Likelihood to recommend at most"
    CSAT_AT_MOST = "csat_at_most", "Satisfaction at most"
    CES_AT_MOST = "ces_at_most", "Ease at most"
    STARS_AT_MOST = "stars_at_most", "Stars at most"
    COMPLAINT = "complaint", "Any complaint"
    SEVERE_COMPLAINT = "severe_complaint", "A complaint of high severity"

    @property
    def answer_kind(self) -> str | None:
        """The kind of answer it compares with its threshold; None for complaints."""
        return self.value.removesuffix("_at_most") if self.value.endswith("_at_most") else None


class RootCause(models.TextChoices):
    """Why it happened, in the few words that can be counted; the note says the rest."""

    COMMUNICATION = "communication", "We did not tell the customer what happens"
    DELAY = "delay", "It took longer than promised"
    ERROR = "error", "We made a mistake"
    POLICY = "policy", "Our rule was in the way"
    PRODUCT = "product", "The product does not do what was expected"
    CONDUCT = "conduct", "How the customer was treated"
    THIRD_PARTY = "third_party", "Somebody outside"
    EXPECTATION = "expectation", "We promised what we could not keep"
    OTHER = "other", "Something else"
