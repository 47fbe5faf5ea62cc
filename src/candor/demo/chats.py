"""The simulated lender's chat: a few articles, and visitors who got an answer, a person, or nothing they told us about.

The assistant really answers: what it says comes from the articles, as it would for anybody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.utils.crypto import get_random_string

from candor.apps.chat import answering, services
from candor.apps.chat.articles import NewArticle, publish_article, write_article
from candor.apps.chat.choices import Kind
from candor.apps.chat.models import Article, Visit
from candor.apps.chat.setting_up import change_setup
from candor.apps.conversations.services import reply
from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person, Unit

ARTICLES: Final = {
    "Apply for a loan": "Apply for a loan in the portal under New application, or at your branch. It takes about half an hour. Within three days you get an estimate of the "
    "loan, and a loan officer calls you.",
    "Documents for your application": "To apply for a loan you need these documents: your last two payslips, two months of bank statements and your last two tax returns. Send them in the portal "
    "under Documents, or bring them to your branch.\n\n## If you are self-employed\n\nInstead of payslips we need two years of tax returns with all schedules and a "
    "profit and loss statement of this year.",
    "How long the appraisal takes": "The appraisal takes about ten days from the day it is ordered. The appraiser calls you to make an appointment. You see in the "
    "portal when it was ordered, when the visit was and when the report came.",
    "Lock your interest rate": "You can lock your interest rate for 30, 45 or 60 days once your application is complete. Ask your loan officer, or press *Lock* in the "
    "portal. A lock can be extended once, for a fee of 0.125 % of the loan.",
    "What closing costs are": "Closing costs are usually between 2 and 5 % of the loan: appraisal, title, recording and taxes. The loan estimate you get within three "
    "days of your application lists each of them.",
    "The day of closing": "Bring a photo ID, the binder of your home insurance and proof of your wire transfer. Signing takes about an hour.",
    "Pay your loan": "Set up automatic payments in the portal under Payments. A payment counts as on time within 15 days of its due date.",
    "Escrow account": "Taxes and insurance are paid from your escrow account. We look at it once a year and tell you if your monthly payment changes.",
}  # fmt: skip
DRAFT: Final = (
    "Pay off your loan early",
    "There is no fee for paying off your loan early. Ask for a payoff statement in the portal.",
)


class Chat(NamedTuple):
    """What a visitor writes, and what they say at the end: whether the answers helped, and a score."""

    lines: tuple[str, ...]
    helped: bool | None = None
    score: int | None = None
    comment: str = ""
    answer: str = ""


CHATS: Final = (
    Chat(("How long does the appraisal take?",), helped=True, score=5),
    Chat(("which documents do I need for my application",), helped=True),
    Chat(("how do I lock my interest rate?",), helped=True, score=4),
    Chat(("How long is the appraisal?",)),
    Chat(("what are closing costs",), helped=False, score=2, comment="I wanted my own costs, not a range."),
    Chat(("Documents if you are self-employed?",), helped=True),
    Chat(("what do I bring on the day of closing",), helped=True, score=5, comment="Exactly what I needed."),
    Chat(("Can I pay off my loan early without a fee?", "is there a prepayment penalty"), answer="There is no penalty, Ruth will send you the statement today.", score=4),
    Chat(("Do you lend for manufactured homes?", "mobile homes I mean"), answer="We do in twelve states. Which one are you in?"),
    Chat(("I want to talk to a person about my rate",), answer="Hello, this is Grace. I have your file here: your lock runs until the 14th.", score=5),
    Chat(("This is unacceptable. Nobody has called me back for two weeks.",), answer="I am sorry. I have asked your officer to call you within the hour.", score=2, comment="Finally somebody."),
    Chat(("Somebody sent wire instructions that look like a scam. My account was hacked!",), answer="Please send no money. Our fraud desk is calling you now.", score=4),
    Chat(("The new portal is great, it would be nice if it showed the appraiser’s name",)),
    Chat(("prepayment penalty?",)),
    Chat(("how do automatic payments work in the portal",), helped=True),
    Chat(("why did my escrow payment go up", "escrow account went up by 200 dollars"), helped=False),
    Chat(("Do you lend for manufactured homes?",)),
    Chat(("do you offer a loan for a construction", "construction loan for a barn")),
)  # fmt: skip
DAYS: Final = 60  # before today, over which the chats are spread
ROUNDS: Final = 4


@transaction.atomic
def open_the_chat(today: date) -> None:
    """Write the articles, open the chat, and let visitors come: all of it, once."""
    if Article.objects.exists():
        return
    lead = _first(Role.CX_LEAD)
    for title, body in ARTICLES.items():
        article = write_article(new=NewArticle(title=title, body=body, language="en"), by=lead)
        publish_article(article=article, is_published=True, by=lead)
    write_article(new=NewArticle(title=DRAFT[0], body=DRAFT[1], language="en"), by=lead)
    root = Unit.objects.get(parent=None)
    change_setup(
        by=lead, is_open=True, name=f"Ask {root.name}", welcome="Ask about applying, closing or paying.", unit=None, sites=[], brand_color="",
        zone="America/Chicago", weekdays=[0, 1, 2, 3, 4],
    )  # fmt: skip
    handler = _first(Role.COMPLAINTS_HANDLER)
    chats = CHATS * ROUNDS
    noon = datetime(today.year, today.month, today.day, 16, tzinfo=UTC) - timedelta(days=DAYS + 1)
    for number, chat in enumerate(chats):
        _visit(chat, number=number, by=handler, at=noon + timedelta(days=DAYS * number / len(chats)))


def _visit(chat: Chat, *, number: int, by: Person, at: datetime) -> None:
    visit = services.begin_chat(secret=get_random_string(32), language="en", at=at)
    for line in chat.lines:
        at += timedelta(seconds=40)
        turn = answering.answer(
            visit=visit, message=services.say(visit=visit, text=line, at=at), at=at + timedelta(seconds=1)
        )
        visit.refresh_from_db()
        if turn is not None and turn.kind == Kind.ANSWER and chat.helped is not None:
            services.rate_turn(visit=visit, turn_id=turn.pk, is_helpful=chat.helped)
    _end(chat, visit, number=number, by=by, at=at + timedelta(minutes=9))


def _end(chat: Chat, visit: Visit, *, number: int, by: Person, at: datetime) -> None:
    """People answer those who were handed over, of the last ones not yet all."""
    is_answered = (
        bool(chat.answer) and not visit.conversation.is_with_machine and number < len(CHATS) * ROUNDS - 8
    )
    if is_answered:
        reply(conversation=visit.conversation, text=chat.answer, by=by, at=at)
    if chat.score is not None and (is_answered or not chat.answer):
        services.end_chat(visit=visit, score=chat.score, comment=chat.comment, at=at + timedelta(minutes=5))


def _first(role: Role) -> Person:
    return Person.objects.filter(role_assignments__role=role, email__isnull=False).order_by(
        "pk"
    ).first() or Person.objects.earliest("pk")
