"""What the assistant says by itself, in the visitor's language. Everything else it says is quoted."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

from candor.assistant.deciding import Decision, Reason
from candor.assistant.index import best_sentences
from candor.assistant.passages import Passage

from .choices import Reason as StoredReason
from .models import Setup
from .setting_up import read_from


def greeting(setup: Setup) -> str:
    """The first words: what is speaking here, and that a person can be had."""
    first = pgettext(
        "chat",
        "I am a machine. I answer with what stands in our articles, and I take your feedback. If you want a person, say so at any time.",
    )
    return f"{first} {setup.welcome}".strip()


def quotation(passage: Passage, question: str) -> str:
    """The sentences of the article, as they stand there."""
    quoted = "\n".join(best_sentences(passage, question))
    says = pgettext("chat", "Our article “%(title)s” says:") % {"title": passage.title}
    return f"{says}\n“{quoted}”"


def phrased(text: str, passage: Passage) -> str:
    """What a model made of it, with where it comes from."""
    source = pgettext("chat", "Put into other words by a language model, from our article “%(title)s”.") % {
        "title": passage.title
    }
    return f"{text}\n{source}"


def asked_back(decision: Decision) -> str:
    """The question back."""
    if decision.reason == "several":
        titles = "\n".join(f"– {hit.passage.title}" for hit in decision.hits)
        return f"{pgettext('chat', 'I am not sure. Do you mean one of these articles?')}\n{titles}"
    if decision.reason == "empty":
        return pgettext("chat", "What would you like to know? You can also tell us what you think.")
    return pgettext(
        "chat",
        "I find nothing about this in our articles. Can you say it in other words? If not, I hand you over to a person.",
    )


def thanks_for_feedback() -> str:
    """For what is no question."""
    return pgettext(
        "chat",
        "Thank you. I have kept this as feedback, and people will read it. If you want an answer, ask for a person.",
    )


def handed_over(reason: Reason, setup: Setup, at: datetime) -> str:
    """That a person takes over, why, and when they read it."""
    why = {
        "asked": pgettext("chat", "I hand you over to a person."),
        "urgent": pgettext("chat", "This should not wait for a machine: I hand you over to a person."),
        "complaint": pgettext("chat", "I am sorry about this. A person should read it: I hand you over."),
    }.get(reason, pgettext("chat", "I can’t answer this: I hand you over to a person."))
    return " ".join([why, pgettext("chat", "They see everything that was said here."), when_read(setup, at)])


def when_read(setup: Setup, at: datetime) -> str:
    """When somebody reads it, and that an address lets them answer by mail."""
    opens = read_from(setup, at)
    if opens is None:
        return pgettext("chat", "Somebody will answer here soon.")
    local = timezone.localtime(opens, ZoneInfo(setup.zone))
    when = {"day": date_format(local, "l"), "time": date_format(local, "TIME_FORMAT")}
    return pgettext(
        "chat", "Nobody is here just now: a person reads it on %(day)s from %(time)s on. Leave your e-mail address below to get the answer there."
    ) % when  # fmt: skip


def why_for_people(reason: str, words: str) -> str:
    """Why a chat was handed over, for those who take it over."""
    label = str(StoredReason(reason).label)
    return f"{label}: “{words}”" if words else label
