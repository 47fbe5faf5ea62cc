"""Words of complaints."""

from django.db import models


class Entry(models.TextChoices):
    """How a complaint came in."""

    IMPORT = "import", "From a file"
    WEB = "web", "By the public form"
    STAFF = "staff", "Typed in by staff"
    FEEDBACK = "feedback", "From feedback or a case"
    API = "api", "From another system"


class Outcome(models.TextChoices):
    UPHELD = "upheld", "Upheld"
    PARTLY = "partly", "Partly upheld"
    REJECTED = "rejected", "Not upheld"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Vulnerability(models.TextChoices):
    """What makes a customer more easily harmed, in the words of the UK's FG21/1."""

    HEALTH = "health", "Health"
    LIFE_EVENT = "life_event", "Life event"
    RESILIENCE = "resilience", "Little to fall back on"
    CAPABILITY = "capability", "Needs more support to understand or act"


class StepKind(models.TextChoices):
    """What happened to a complaint."""

    OPENED = "opened", "Received"
    CHANGED = "changed", "Details changed"
    NOTED = "noted", "Note"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    PAUSED = "paused", "Clock paused"
    RESUMED = "resumed", "Clock runs again"
    HANDED_OVER = "handed_over", "Handed over"
    DECIDED = "decided", "Decided"
    REOPENED = "reopened", "Opened again"
    REDRESSED = "redressed", "Redress"
    ESCALATED = "escalated", "Went further"
    ESCALATION_ENDED = "escalation_ended", "Answered"
    LETTER = "letter", "Letter"
    VULNERABILITY = "vulnerability", "Vulnerability"


class PauseReason(models.TextChoices):
    CUSTOMER_INFORMATION = "information", "Waiting for information from the customer"
    CUSTOMER_CONSENT = "consent", "Waiting for the customer’s consent"
    CUSTOMER_WISH = "wish", "The customer asked us to wait"


class EscalationKind(models.TextChoices):
    APPEAL = "appeal", "Appeal to us"
    OMBUDSMAN = "ombudsman", "Ombudsman"


class EscalationOutcome(models.TextChoices):
    STANDS = "stands", "Our decision stands"
    CHANGED = "changed", "Our decision was changed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class RedressKind(models.TextChoices):
    MONEY = "money", "Compensation in money"
    REFUND = "refund", "Refund"
    GOODWILL = "goodwill", "Goodwill payment"
    INTEREST = "interest", "Interest"
    CORRECTION = "correction", "Put right"
    APOLOGY = "apology", "Apology"
    OTHER = "other", "Something else"


class LetterKind(models.TextChoices):
    ACKNOWLEDGEMENT = "acknowledgement", "Acknowledgement"
    HOLDING = "holding", "Holding letter"
    DECISION = "decision", "Decision"


class Preference(models.TextChoices):
    """How somebody wants to be answered."""

    EMAIL = "email", "By e-mail"
    LETTER = "letter", "By letter"
    PHONE = "phone", "By phone"
