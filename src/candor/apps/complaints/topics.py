"""The list of products and issues that forms offer: added, renamed, merged, archived; complaints move along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import announce_changed
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .models import Complaint, Topic

if TYPE_CHECKING:
    from .services import NewComplaint

    Item = TypeVar("Item", bound="NewComplaint")

AT_ONCE = 500  # complaints that are moved in one statement


def current_words(items: "Sequence[NewComplaint]") -> "list[NewComplaint]":
    """The items with product and issue as they are called now: words of merged topics become those they went into."""
    other = {
        (one.product, one.issue): one.merged_into
        for one in Topic.objects.exclude(merged_into=None).select_related("merged_into")
    }
    if not other:
        return list(items)
    return [_renamed(item, other) for item in items]


def _renamed(item: "NewComplaint", other: dict[tuple[str, str], Topic | None]) -> "NewComplaint":
    for words in ((item.product, item.issue), ("", item.issue), (item.product, "")):
        target = other.get(words)
        if target is not None:
            product, issue = words
            return replace(
                item,
                product=target.product if product else item.product,
                issue=target.issue if issue else item.issue,
            )
    return item


@transaction.atomic
def add_topic(*, product: str, issue: str, by: Person | None) -> Topic:
    """Offer a product or an issue.

    Raises:
        Conflict: it is on the list.
    """
    topic, is_new = Topic.objects.get_or_create(product=product.strip(), issue=issue.strip())
    if not is_new:
        raise Conflict(_("“%(topic)s” is on the list already.") % {"topic": topic})
    record_audit(by=by, action="complaint_topic.added", target=topic, topic=str(topic))
    return topic


@transaction.atomic
def rename_topic(*, topic: Topic, product: str, issue: str, by: Person | None) -> int:
    """Call it something else, its complaints too; returns how many.

    Raises:
        Conflict: there is one of that name: merge into it instead.
    """
    product, issue = product.strip(), issue.strip()
    if bool(topic.product) != bool(product) or bool(topic.issue) != bool(issue):
        raise Conflict(_("A product stays a product and an issue an issue; give it another name."))
    if Topic.objects.filter(product=product, issue=issue).exclude(pk=topic.pk).exists():
        raise Conflict(_("There is one of that name already. Merge this one into it instead."))
    before = str(topic)
    moved = _move(topic, product, issue)
    if topic.product and not topic.issue:
        _rename_issues_of_product(topic.product, product)
    topic.product, topic.issue = product, issue
    topic.save(update_fields=["product", "issue"])
    record_audit(
        by=by, action="complaint_topic.renamed", target=topic, before=before, after=str(topic), complaints=moved
    )  # fmt: skip
    return moved


@transaction.atomic
def merge_topic(*, topic: Topic, into: Topic, by: Person | None) -> int:
    """File its complaints under another of the same sort, and whatever comes in under its words; returns how many moved.

    Raises:
        Conflict: the two are one, of different sorts, or the other was merged itself.
    """
    if (
        topic.pk == into.pk
        or bool(topic.issue) != bool(into.issue)
        or bool(topic.product) != bool(into.product)
    ):
        raise Conflict(
            _("Choose another one of the same sort: a product for a product, an issue for an issue.")
        )
    if into.merged_into_id is not None or topic.merged_into_id is not None:
        raise Conflict(_("One of the two was merged already."))
    moved = _move(topic, into.product, into.issue)
    Topic.objects.filter(merged_into=topic).update(merged_into=into)
    topic.merged_into = into
    topic.save(update_fields=["merged_into"])
    record_audit(
        by=by, action="complaint_topic.merged", target=into, topic=str(topic), into=str(into), complaints=moved
    )  # fmt: skip
    return moved


@transaction.atomic
def set_topic_archived(*, topic: Topic, is_archived: bool, by: Person | None) -> Topic:
    """Offer it no longer, or again; complaints keep it."""
    topic.is_archived = is_archived
    topic.save(update_fields=["is_archived"])
    verb = "archived" if is_archived else "restored"
    record_audit(by=by, action=f"complaint_topic.{verb}", target=topic, topic=str(topic))
    return topic


@transaction.atomic
def take_topics_from_complaints(*, by: Person | None) -> int:
    """Put every product and issue that complaints have on the list; returns how many were new."""
    pairs = Complaint.objects.exclude(product="", issue="").values_list("product", "issue").distinct()
    known = set(Topic.objects.values_list("product", "issue"))
    products = {(product, "") for product, _issue in pairs if product}
    fresh = sorted(({*pairs} | products) - known)
    Topic.objects.bulk_create([Topic(product=product, issue=issue) for product, issue in fresh])
    if fresh:
        record_audit(by=by, action="complaint_topic.taken", topics=len(fresh))
    return len(fresh)


def _rename_issues_of_product(before: str, after: str) -> None:
    for issue in Topic.objects.filter(product=before).exclude(issue=""):
        if not Topic.objects.filter(product=after, issue=issue.issue).exists():
            issue.product = after
            issue.save(update_fields=["product"])


def _move(topic: Topic, product: str, issue: str) -> int:
    """File complaints of a topic under other words, in the hub as well; returns how many."""
    where = Q()
    words: dict[str, str] = {}
    if topic.product:
        where &= Q(product=topic.product)
        words["product"] = product
    if topic.issue:
        where &= Q(issue=topic.issue)
        words["issue"] = issue
    ids = list(Complaint.objects.filter(where).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        Complaint.objects.filter(pk__in=chunk).update(**words)
        Feedback.objects.filter(pk__in=chunk).update(**words)
    announce_changed(ids)
    return len(ids)
