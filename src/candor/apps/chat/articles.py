"""Writes of articles."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.text.language import UNDETERMINED, detect_language

from .choices import ArticleState
from .models import TITLE_LENGTH, Article

_ENOUGH_TO_TELL = 2_000  # characters from which a language is told as well as from the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """An article to be kept; without a language it is told from the text, and is English where that is too short to tell."""

    title: str
    body: str
    language: str = ""
    url: str = ""
    source_key: str = ""


@transaction.atomic
def write_article(
    *, article: Article | None = None, new: NewArticle, by: Person | None, at: datetime | None = None
) -> Article:
    """Keep a new article as a draft, or change one; a published one changes for visitors at once."""
    at, language = at or timezone.now(), new.language or _language_of(new)
    if article is None:
        article = Article.objects.create(
            title=new.title[:TITLE_LENGTH], body=new.body, language=language, url=new.url, source_key=new.source_key, changed_at=at, changed_by=by
        )  # fmt: skip
        record_audit(by=by, action="article.written", target=article)
        return article
    article.title, article.body, article.language, article.url = (
        new.title[:TITLE_LENGTH],
        new.body,
        language,
        new.url,
    )
    article.changed_at, article.changed_by = at, by
    article.save(update_fields=["title", "body", "language", "url", "changed_at", "changed_by"])
    record_audit(by=by, action="article.changed", target=article)
    return article


def _language_of(new: NewArticle) -> str:
    told = detect_language(f"{new.title}. {new.body}"[:_ENOUGH_TO_TELL])
    return "en" if told == UNDETERMINED else told


@transaction.atomic
def publish_article(
    *, article: Article, is_published: bool, by: Person | None, at: datetime | None = None
) -> Article:
    """Let visitors be answered from an article, or no longer."""
    at = at or timezone.now()
    article.state = ArticleState.PUBLISHED if is_published else ArticleState.DRAFT
    article.published_at, article.changed_at = (at if is_published else None), at
    article.save(update_fields=["state", "published_at", "changed_at"])
    record_audit(by=by, action="article.published" if is_published else "article.withdrawn", target=article)
    return article


@transaction.atomic
def remove_article(*, article: Article, by: Person | None) -> None:
    """Delete an article; what was answered from it stays in its conversations."""
    record_audit(by=by, action="article.removed", target=article)
    article.delete()


@dataclass(frozen=True, slots=True)
class Imported:
    """How many articles a file or folder brought, and how many changed."""

    new: int = 0
    changed: int = 0
    same: int = 0


@transaction.atomic
def import_articles(*, articles: list[NewArticle], is_published: bool, by: Person | None) -> Imported:
    """Keep articles from a file or folder: one whose key is known is changed, the same once more changes nothing."""
    known = {
        row.source_key: row
        for row in Article.objects.filter(source_key__in=[one.source_key for one in articles]).exclude(
            source_key=""
        )
    }
    counts = {"new": 0, "changed": 0, "same": 0}
    for one in articles:
        before = known.get(one.source_key)
        if before is not None and (before.title, before.body, before.url) == (one.title, one.body, one.url):
            counts["same"] += 1
            continue
        kept = write_article(article=before, new=one, by=by)
        counts["new" if before is None else "changed"] += 1
        if is_published and not kept.is_published:
            publish_article(article=kept, is_published=True, by=by)
    return Imported(**counts)
