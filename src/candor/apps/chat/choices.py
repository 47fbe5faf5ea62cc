"""Words of the chat."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ArticleState(models.TextChoices):
    """Whether visitors can be answered from an article."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Kind(models.TextChoices):
    """What the assistant did with a message; as in `candor.assistant.deciding`."""

    ANSWER = "answer", _("Answered")
    ASK_BACK = "ask_back", _("Asked back")
    FEEDBACK = "feedback", _("Took it as feedback")
    HAND_OVER = "hand_over", _("Handed over")


class Reason(models.TextChoices):
    """Why; as in `candor.assistant.deciding`, and two more."""

    FOUND = "found", _("An article says it")
    PICKED = "picked", _("The visitor picked the article")
    SEVERAL = "several", _("Several articles might say it")
    NOTHING = "nothing", _("No article says it")
    EMPTY = "empty", _("There was nothing to look for")
    REMARK = "remark", _("Praise, blame or an idea")
    ASKED = "asked", _("The visitor asked for a person")
    URGENT = "urgent", _("It may be urgent")
    COMPLAINT = "complaint", _("Words of a complaint")
    UNSURE = "unsure", _("Unsure twice in a row")
    SILENT = "silent", _("The assistant did not answer")


UNANSWERED = (Reason.NOTHING, Reason.SEVERAL, Reason.UNSURE)
"""The reasons for which a question counts as one that nobody could answer."""

SOURCE = "chat"  # what conversations call the system that chats take place in
