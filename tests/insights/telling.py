"""Comments that people could have written, about a few things of a bank, each text another one."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from candor.apps.complaints.models import Complaint
from candor.apps.complaints.services import NewComplaint, receive_complaints
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.insights import services
from candor.apps.insights.models import Theme, ThemeRun
from candor.apps.organization.access import viewer_of
from candor.apps.organization.models import Person, Unit, Workspace
from candor.apps.organization.scope import Scope
from candor.foundation.periods import Period, parse_period

TODAY = date(2026, 6, 30)

_PARTS: dict[str, tuple[str, ...]] = {
    "card": ("card", "declined", "terminal", "cashier", "chip", "contactless"),
    "queue": ("queue", "counter", "ticket", "clerk", "lunch", "waiting"),
    "app": ("app", "login", "crashes", "freezes", "fingerprint", "password"),
    "fees": ("fees", "statement", "charged", "overdraft", "interest", "invoice"),
    "letter": ("letter", "envelope", "postman", "mailbox", "stamp", "courier"),
}
TOPICS = tuple(sorted(_PARTS))
_FILLERS = (
    "again",
    "yesterday",
    "really",
    "please",
    "honestly",
    "sadly",
    "often",
    "today",
    "somehow",
    "finally",
)


def comments_about(topic: str, n: int, *, seed: int = 1) -> list[str]:
    """So many comments on one topic, in words of its own."""
    draw = random.Random(f"{topic} {seed}")
    own = _PARTS[topic]
    return [
        f"{draw.choice(_FILLERS)} the {own[0]} {' '.join(draw.sample(own[1:], 4))} {draw.choice(_FILLERS)} {i}"
        for i in range(n)
    ]


def tell(
    texts: list[str],
    *,
    on: date = TODAY,
    unit: Unit | None = None,
    source: str = "told",
    prefix: str = "",
    **fields: Any,
) -> dict[str, int]:
    """Receive these comments, in this order; ids by key."""
    answers = tuple(
        NewAnswer(question=kind, kind=AnswerKind(kind), number=fields.pop(kind)) for kind in AnswerKind.values if kind in fields
    )  # fmt: skip
    items = [
        NewFeedback(
            kind=fields.get("kind", Kind.SURVEY), source=source, key=f"{prefix}{text}"[:120], comment=text, language="en",
            received_at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC), unit_id=unit.pk if unit else None,
            product=fields.get("product", ""), channel=fields.get("channel", ""), answers=answers,
        )
        for text in texts
    ]  # fmt: skip
    return receive(items=items).new_ids


def tell_everything(
    *, n: int = 90, unit: Unit | None = None, weeks: int = 1, topics: tuple[str, ...] = TOPICS
) -> None:
    """Comments on every topic, spread evenly over the weeks that end today."""
    for topic in topics:
        texts = comments_about(topic, n)
        for week in range(weeks):
            tell(texts[week::weeks], on=TODAY - timedelta(days=7 * week), unit=unit, prefix=topic)


def complain(
    n: int, *, issue: str, product: str = "Loan", on: date = TODAY, unit: Unit | None = None, **fields: Any
) -> None:
    """Receive so many complaints alike."""
    first = Complaint.objects.count()
    items = [
        NewComplaint(
            key=f"complaint-{first + number}", received_on=on, product=product, issue=issue, unit_id=unit.pk if unit else None, **fields
        )
        for number in range(n)
    ]  # fmt: skip
    receive_complaints(items=items, source="complaints")


def scope_for(person: Person, unit: Unit | None = None, period: str = "365d") -> Scope:
    """What a person sees on the last day."""
    return Scope(viewer_of(person), unit, _period(period), TODAY, TODAY)


def _period(key: str) -> Period:
    return parse_period(key, as_of=TODAY)


def show_from(n: int) -> None:
    """Show shares from so many comments on."""
    Workspace.objects.update(least_n_score=n)


def look() -> ThemeRun:
    """Look for themes in all that was said in English."""
    (run,) = services.discover(as_of=TODAY)
    return run


def theme_about(word: str) -> Theme:
    """The theme with this word."""
    (theme,) = (theme for theme in Theme.objects.all() if word in theme.terms)
    return theme


def forget_everything() -> None:
    """As if nobody had said anything."""
    ThemeRun.objects.all().delete()
    Theme.objects.all().delete()
    Feedback.objects.all().delete()
