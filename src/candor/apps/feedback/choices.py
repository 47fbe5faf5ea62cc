"""Words of the hub."""

from django.db import models


class Kind(models.TextChoices):
    COMPLAINT = "complaint", "Complaint"
    SURVEY = "survey", "Survey answer"
    REVIEW = "review", "Review"
    IDEA = "idea", "Staff idea"
    MESSAGE = "message", "Message"


class AnswerKind(models.TextChoices):
    """What sort of question an answer answers; decides which measures may count it."""

    NPS = "nps", "Likelihood to recommend, 0–10"
    CSAT = "csat", "Satisfaction, 1–5"
    CES = "ces", "Ease, 1–7"
    TRUST = "trust", "Trust"
    EMOTION = "emotion", "Emotion"
    EXPECTATION = "expectation", "Expectation before"
    RATING = "rating", "Rating"
    STARS = "stars", "Stars, 1–5"
    NUMBER = "number", "Number"
    YES_NO = "yes_no", "Yes or no"
    CHOICE = "choice", "Choice"
    TEXT = "text", "Text"
