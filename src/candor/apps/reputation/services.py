"""Writes of reviews: receive them once, follow their edits and deletions, leave some out for a published reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.erased import erased_among
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, announce_changed, receive, revise
from candor.apps.imports.models import ImportBatch
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.apps.webhooks.services import tell
from candor.foundation.errors import Conflict, InvalidInput
from candor.foundation.masking import mask

from .choices import Level, Reason, ReplyState
from .models import Connection, Exclusion, Reply, Review, ReviewVersion
from .sources.item import Values

STARS = "stars"
NEWS = timedelta(days=7)  # older reviews are history when they come in


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReview:
    """A review as a site shows it now; `site_name` is what people call the site, `stars` None where it gives none.

    `written_at` may know the day only (then noon stands for it); `reply_text` is our answer as the site shows it.
    """

    key: str
    site_name: str
    written_at: datetime
    knows_time: bool = True
    stars: int | None = None
    title: str = ""
    comment: str = ""
    author: str = ""
    url: str = ""
    language: str = ""
    product: str = ""
    changed_at: datetime | None = None
    reply_text: str = ""
    replied_at: datetime | None = None
    unit_id: int | None = None
    is_of_location: bool = False
    done_by_id: int | None = None
    done_by_given: str = ""
    customer_id: int | None = None

    @property
    def level(self) -> Level:
        """Whom it is about."""
        if self.done_by_id is not None or self.done_by_given:
            return Level.PERSON
        return Level.LOCATION if self.is_of_location else Level.ORGANIZATION


def review_of(values: Values, **facts: Any) -> NewReview:
    """A review as a file or a site tells it; `facts` say what the record knows of it: its unit, person and customer."""
    stars = values.get("stars")
    names = ("title", "comment", "author", "url", "language", "product", "reply_text")
    texts: dict[str, Any] = {name: str(values.get(name) or "") for name in names}
    return NewReview(
        key=values["reference"],
        written_at=values["written_at"],
        knows_time=values.get("knows_time", True),
        stars=None if stars is None else int(stars),
        changed_at=values.get("changed_at"),
        replied_at=values.get("replied_at"),
        **texts,
        **facts,
    )


@dataclass(slots=True)
class Taken:
    """What became of reviews: new, changed by their authors since we last saw them, the same as before, never to be kept."""

    added: int = 0
    changed: int = 0
    same: int = 0
    erased: int = 0


@transaction.atomic
def receive_reviews(
    *,
    items: Sequence[NewReview],
    source: str,
    batch: ImportBatch | None = None,
    connection: Connection | None = None,
) -> Taken:
    """Store reviews of one source, once each; those we have are brought to what their author and the site say now."""
    by_key = {item.key: item for item in items}
    erased = erased_among(source, by_key)
    wanted = {key: item for key, item in by_key.items() if key not in erased}

    def complete(new_ids: dict[str, int]) -> None:
        Review.objects.bulk_create(
            (_review(wanted[key], pk, connection) for key, pk in new_ids.items()), batch_size=500
        )
        _tell_of_recent({key: (pk, wanted[key]) for key, pk in new_ids.items()}, source)

    received = receive(
        items=[_feedback(item, source) for item in wanted.values()], batch=batch, complete=complete
    )
    taken = Taken(added=len(received.new_ids), erased=len(erased))
    rows = _known(source, received.known_keys)
    for key in sorted(received.known_keys):
        is_changed = key in rows and _follow(rows[key], wanted[key], batch, connection)
        taken.changed += is_changed
        taken.same += not is_changed
    return taken


def _tell_of_recent(new: dict[str, tuple[int, NewReview]], source: str) -> None:
    """Tell other systems of new reviews; a file or a first fetch of old ones is no news."""
    since = timezone.now() - NEWS
    for pk, item in new.values():
        if item.written_at >= since:
            data = {
                "review": pk,
                "site": source,
                "stars": item.stars,
                "unit": item.unit_id,
                "about": item.level,
            }
            tell(event="review.received", data=data, customer_id=item.customer_id)


def _known(source: str, keys: Iterable[str]) -> dict[str, Review]:
    wanted, rows = sorted(keys), dict[str, Review]()
    for start in range(0, len(wanted), 500):
        found = Review.objects.filter(feedback__source=source, feedback__key__in=wanted[start : start + 500])
        rows |= {row.feedback.key: row for row in found.select_related("feedback")}
    return rows


def _feedback(item: NewReview, source: str) -> NewFeedback:
    stars = () if item.stars is None else (_stars(item.stars),)
    same = (
        "key",
        "knows_time",
        "title",
        "comment",
        "language",
        "product",
        "unit_id",
        "done_by_id",
        "done_by_given",
        "customer_id",
    )
    return NewFeedback(
        kind=Kind.REVIEW,
        source=source,
        received_at=item.written_at,
        channel=item.site_name[:40],
        answers=stars,
        **{name: getattr(item, name) for name in same}
        | {"language": item.language[:12], "product": item.product[:120]},
    )


def _stars(stars: int) -> NewAnswer:
    return NewAnswer(question=STARS, kind=AnswerKind.STARS, number=float(stars))


_SHOWN = ("stars", "written_at", "changed_at", "reply_text", "replied_at")


def _review(item: NewReview, feedback_id: int, connection: Connection | None) -> Review:
    return Review(
        feedback_id=feedback_id,
        connection=connection,
        level=item.level,
        pass_seen=connection.pass_number if connection else 0,
        author=item.author[:160],
        url=_web_address(item.url),
        **{name: getattr(item, name) for name in _SHOWN},
    )


def _web_address(url: str) -> str:
    """An address of the web, as it is put into pages; anything else, such as a script, is none."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 500 else ""


def _follow(row: Review, item: NewReview, batch: ImportBatch | None, connection: Connection | None) -> bool:
    """Bring a review we have to what the site says now; whether anything of it changed."""
    if connection is not None:
        row.connection, row.pass_seen = connection, connection.pass_number
    came_back = connection is not None and row.removed_at is not None
    if came_back:
        row.removed_at = None
        record_audit(by=None, action="review.came_back", target=row.feedback)
    said_before = (row.feedback.title, row.feedback.comment, row.stars)
    is_older = bool(item.changed_at and row.changed_at and item.changed_at < row.changed_at)
    is_standing = row.removed_at is None
    is_edited = (
        is_standing
        and not is_older
        and (mask(item.title).text[:200], item.comment, item.stars) != said_before
    )
    is_answered = bool(item.reply_text) and item.reply_text != row.reply_text
    is_taken_back = connection is not None and _is_taken_back(row, item)
    if is_edited:
        if not came_back:
            _keep_version(row, item, batch)
        row.stars, row.changed_at = item.stars, item.changed_at or timezone.now()
        answers = () if item.stars is None else (_stars(item.stars),)
        revise(feedback=row.feedback, title=item.title, comment=item.comment, answers=answers)
    if is_answered or is_taken_back:
        row.reply_text, row.replied_at = item.reply_text, item.replied_at
        _settle_reply(row, item)
    row.author, row.url = item.author[:160] or row.author, _web_address(item.url) or row.url
    row.save(
        update_fields=[
            "connection",
            "pass_seen",
            "removed_at",
            "stars",
            "changed_at",
            "reply_text",
            "replied_at",
            "author",
            "url",
        ]
    )
    return is_edited or is_answered or came_back


def _is_taken_back(row: Review, item: NewReview) -> bool:
    """Whether the site shows our answer no more; one of the last day may only not be shown yet."""
    shown_yet = row.replied_at is None or row.replied_at < timezone.now() - timedelta(days=1)
    return bool(row.reply_text) and not item.reply_text and shown_yet


def _settle_reply(row: Review, item: NewReview) -> None:
    """Bring our own record of the reply to what the site shows."""
    if item.reply_text:
        found = Reply.objects.filter(review=row, text=item.reply_text).exclude(state=ReplyState.SENT)
        found.update(state=ReplyState.SENT, sent_at=item.replied_at or timezone.now(), error="")
    else:
        Reply.objects.filter(review=row, state=ReplyState.SENT).update(
            state=ReplyState.FAILED, error="The site shows our answer no more."
        )


def _keep_version(row: Review, item: NewReview, batch: ImportBatch | None) -> None:
    told = row.feedback
    ReviewVersion.objects.create(
        review=row, title=told.title, comment=told.comment, comment_masked=told.comment_masked, stars=row.stars,
        until=item.changed_at or timezone.now(), batch=batch,
    )  # fmt: skip
    record_audit(by=None, action="review.edited", target=told, stars_before=row.stars, stars=item.stars)


@transaction.atomic
def put_back_versions(*, batch: ImportBatch) -> None:
    """Take the edits back that a file brought to reviews from elsewhere, the latest first."""
    for version in (
        ReviewVersion.objects.filter(batch=batch).select_related("review__feedback").order_by("-pk")
    ):
        row = version.review
        answers = () if version.stars is None else (_stars(version.stars),)
        revise(feedback=row.feedback, title=version.title, comment=version.comment, answers=answers)
        row.stars = version.stars
        row.save(update_fields=["stars"])
        version.delete()


@transaction.atomic
def mark_removed(*, reviews: Iterable[Review], at: datetime) -> int:
    """Follow deletions at the site: the review counts no more and its words, earlier ones too, go; returns how many.

    The row stays, without words and author, so that cases, replies and the log that hang on it keep what they are about. The words
    go because whoever wrote or published them has taken them back.
    """
    gone = [row for row in reviews if row.removed_at is None]
    for row in gone:
        row.versions.all().delete()
        revise(feedback=row.feedback, title="", comment="", answers=None)
        row.removed_at, row.author, row.url = at, "", ""
        row.save(update_fields=["removed_at", "author", "url"])
        record_audit(by=None, action="review.removed", target=row.feedback, site=row.feedback.channel)
    announce_changed([row.pk for row in gone])
    return len(gone)


@transaction.atomic
def exclude(*, review: Review, reason: str, note: str, by: Person) -> Exclusion:
    """Leave a review out of every number and public page, for one of the published reasons.

    Raises:
        InvalidInput: the reason is none of the list, or nothing is said about what shows it.
        Conflict: it is left out already, or gone at its site.
    """
    if reason not in Reason.values:
        raise InvalidInput(
            "A review is left out only for a reason of the published list. That it is bad is none of them."
        )
    if not note.strip():
        raise InvalidInput(
            "Say what shows that the reason holds; whoever looks at the log must be able to check it."
        )
    row = Review.objects.select_for_update().get(pk=review.pk)
    if row.excluded_for or row.removed_at:
        raise Conflict("This review counts no more already.")
    made = Exclusion.objects.create(
        review=row, reason=reason, note=note.strip(), made_by=by, made_at=timezone.now()
    )
    row.excluded_for = reason
    row.save(update_fields=["excluded_for"])
    record_audit(
        by=by,
        action="review.excluded",
        target=Feedback(pk=row.pk),
        reason=reason,
        note=note.strip(),
        stars=row.stars,
    )
    announce_changed([row.pk])
    return made


@transaction.atomic
def take_exclusion_back(*, review: Review, by: Person) -> None:
    """Let a review count again; that it was left out stays in the log."""
    row = Review.objects.select_for_update().get(pk=review.pk)
    if not row.excluded_for:
        raise Conflict("This review counts already.")
    row.exclusions.filter(lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by)
    row.excluded_for = ""
    row.save(update_fields=["excluded_for"])
    record_audit(by=by, action="review.counted_again", target=Feedback(pk=row.pk))
    announce_changed([row.pk])
