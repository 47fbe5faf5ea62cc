"""Writes of Understand: find themes, read new comments, and what people make of themes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from candor.apps.feedback.models import Feedback
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.parts import in_parts
from candor.text.themes import LEAST_COMMENTS, ThemeModel, ThemeReport, assign, discover_themes
from candor.text.themes import Theme as FoundTheme

from . import comments
from .choices import Outcome, Standing
from .comments import Tongue, Window
from .errors import CannotMerge
from .models import ReadComment, Theme, ThemeRun

MOST_SAMPLED = 20_000
MOST_THEMES = 25
AT_ONCE = 1_000
DUE_SHARE = 0.2  # of the comments of the latest run: so many new ones, and themes are looked for anew


class Placed(NamedTuple):
    """Where a comment was placed: a theme's key or None, and how near to its centre."""

    key: str | None
    similarity: float


@dataclass(frozen=True, slots=True)
class KnownTheme:
    """A theme of earlier runs, by which the next one recognises it."""

    key: str
    members: Sequence[int]
    words: Mapping[str, float]


def discover(*, as_of: date, since: date | None = None, most: int = MOST_SAMPLED) -> list[ThemeRun]:
    """Look for themes in each language's comments up to `as_of`; names, merges and hides of people stay.

    At most `most` comments of a language are drawn by a hash, the others are placed afterwards, a part at a time. Safe to
    repeat and to kill: a run is stored as a whole or not at all, and what it left unread the next one reads.
    """
    window = comments.window_until(as_of, since=since)
    return [_discover_in(tongue, window, most) for tongue in comments.tongues_in(window)]


def _discover_in(tongue: Tongue, window: Window, most: int) -> ThemeRun:
    before = latest_runs().get(tongue.code)
    rows = window.comments().filter(language__in=tongue.written)
    ids = comments.sample_of(rows, most=most)
    last_id = Feedback.objects.aggregate(last=Max("pk"))["last"] or 0
    texts = list(comments.texts_of(ids))
    report = discover_themes(
        texts, most=MOST_THEMES, language=tongue.code, previous=_known_themes(tongue.code, ids)
    )
    facts: dict[str, Any] = {
        "language": tongue.code,
        "as_of": window.until,
        "since": window.since,
        "outcome": report.status,
        "n_comments": rows.count(),
        "n_read": report.n_read,
        "n_distinct": report.n_distinct,
        "last_feedback_id": last_id,
        "parameters": {"most_sampled": most, "most_themes": MOST_THEMES, "written": list(tongue.written)},
        "codes": [{"term": code.term, "n": code.n, "quotes": list(code.quotes)} for code in report.codes],
        "model": report.model.to_bytes() if report.model else b"",
    }
    run = _store(facts, before, report, _placed(report, texts))
    if run.outcome == Outcome.OK:
        _read_rest(run, tongue, window)
    return run


def latest_runs() -> dict[str, ThemeRun]:
    """The latest run of each language."""
    newest = ThemeRun.objects.values("language").annotate(newest=Max("pk")).values("newest")
    return {run.language: run for run in ThemeRun.objects.filter(pk__in=newest)}


def _known_themes(language: str, ids: Iterable[int]) -> list[KnownTheme]:
    members: dict[int, list[int]] = {}
    sampled = set(ids)
    placed = ReadComment.objects.filter(theme__language=language).order_by("feedback_id")
    for theme_id, feedback_id in placed.values_list("theme_id", "feedback_id").iterator(chunk_size=5_000):
        if feedback_id in sampled:
            members.setdefault(theme_id, []).append(feedback_id)
    themes = Theme.objects.filter(language=language).order_by("key")
    return [KnownTheme(theme.key, members.get(theme.pk, []), theme.words) for theme in themes]


def _placed(report: ThemeReport, texts: Iterable[tuple[int, str]]) -> dict[int, Placed]:
    """Where the run placed each comment it saw; members of withheld groups too, so that the next run knows them."""
    if report.model is None:
        return {pk: Placed(None, 0.0) for pk, _ in texts}
    placed = {int(one.comment_id): Placed(one.key, one.similarity) for one in assign(report.model, texts)}
    withheld = ((int(pk), theme.key) for theme in report.withheld for pk in theme.members)
    return placed | {pk: Placed(key, 0.0) for pk, key in withheld}


@transaction.atomic
def _store(
    facts: dict[str, Any], before: ThemeRun | None, report: ThemeReport, placed: Mapping[int, Placed]
) -> ThemeRun:
    """Keep a run with its themes and comments, unless another run ended meanwhile: then that one stands."""
    others = ThemeRun.objects.select_for_update().filter(language=facts["language"])
    newest = others.order_by("-pk").first()
    if newest is not None and (before is None or newest.pk != before.pk):
        return newest
    run = ThemeRun.objects.create(**facts)
    others.exclude(pk=run.pk).update(model=b"")
    _keep_readings(run, placed, _keep_themes(run.language, [*report.themes, *report.withheld]))
    return run


def _keep_themes(language: str, found: Sequence[FoundTheme]) -> dict[str, int]:
    """Update, add and retire themes; returns ids by key. What a person touched is never deleted."""
    known = {theme.key: theme for theme in Theme.objects.select_for_update().filter(language=language)}
    for one in found:
        values = _theme_values(one)
        if one.key in known:
            for name, value in values.items():
                setattr(known[one.key], name, value)
            known[one.key].save(update_fields=list(values))
        else:
            known[one.key] = Theme.objects.create(key=one.key, language=language, **values)
    lost = [theme for key, theme in known.items() if key not in {one.key for one in found}]
    never_shown = {theme.pk for theme in lost if theme.standing == Standing.WITHHELD and not theme.is_touched}
    never_shown -= set(Theme.objects.filter(parts__isnull=False).values_list("pk", flat=True))
    Theme.objects.filter(pk__in=never_shown).delete()
    Theme.objects.filter(pk__in=[theme.pk for theme in lost]).update(standing=Standing.GONE)
    return {key: theme.pk for key, theme in known.items() if theme.pk not in never_shown}


def _theme_values(found: FoundTheme) -> dict[str, Any]:
    """What a run knows of a theme; what people made of it is not among it."""
    return {
        "standing": Standing(found.standing),
        "proposed_name": (found.name[:1].upper() + found.name[1:])[:200],
        "terms": list(found.terms),
        "words": dict(found.words),
        "stability": found.stability,
        "n": found.n,
    }


def _keep_readings(run: ThemeRun, placed: Mapping[int, Placed], theme_ids: Mapping[str, int]) -> None:
    """Store where comments were placed; feedback that went meanwhile is left out, and what a person placed stays there."""
    for part in in_parts(sorted(placed), AT_ONCE):
        by_hand = dict(ReadComment.objects.filter(pk__in=part, is_by_hand=True).values_list("pk", "theme_id"))
        rows = Feedback.objects.filter(pk__in=part).order_by("pk").values_list("pk", "unit_id", "received_at")
        ReadComment.objects.bulk_create(
            [
                ReadComment(
                    feedback_id=pk,
                    run=run,
                    theme_id=by_hand[pk] if pk in by_hand else theme_ids.get(placed[pk].key or ""),
                    similarity=placed[pk].similarity,
                    unit_id=unit_id,
                    received_on=timezone.localtime(received_at).date(),
                )
                for pk, unit_id, received_at in rows
            ],
            update_conflicts=True,
            unique_fields=["feedback"],
            update_fields=["run", "theme", "similarity", "unit", "received_on"],
        )


def _read_rest(run: ThemeRun, tongue: Tongue, window: Window) -> None:
    """Place what the sample left out and what was never read, a part a transaction."""
    mine = ReadComment.objects.filter(feedback=OuterRef("pk"))
    waiting = comments.with_comment().filter(language__in=tongue.written)
    waiting = waiting.filter(
        Q(~Exists(mine)) | Q(pk__in=window.comments().filter(~Exists(mine.filter(run=run))))
    )
    last = 0
    while part := list(
        waiting.filter(pk__gt=last).order_by("pk").values_list("pk", "comment_masked")[:AT_ONCE]
    ):
        _read(run, part)
        last = part[-1][0]


@transaction.atomic
def _read(run: ThemeRun, texts: Sequence[tuple[int, str]]) -> int:
    """Place comments by a run's model."""
    if not run.model:
        return 0
    found = assign(ThemeModel.from_bytes(bytes(run.model)), texts)
    theme_ids = dict(Theme.objects.filter(language=run.language).values_list("key", "pk"))
    _keep_readings(run, {int(one.comment_id): Placed(one.key, one.similarity) for one in found}, theme_ids)
    return len(found)


def read_comments(*, feedback_ids: Sequence[int]) -> int:
    """Place new comments in the themes there are, without looking for new ones; returns how many were read."""
    runs = latest_runs()
    if not runs:
        return 0
    main = max(runs.values(), key=lambda run: (run.n_comments, run.language)).language
    rows = comments.with_comment().filter(pk__in=feedback_ids).order_by("pk")
    by_language: dict[str, list[tuple[int, str]]] = {}
    for pk, language, text in rows.values_list("pk", "language", "comment_masked"):
        by_language.setdefault(comments.code_of(language) or main, []).append((pk, text))
    return sum(_read(runs[code], texts) for code, texts in sorted(by_language.items()) if code in runs)


@transaction.atomic
def place_by_hand(*, feedback_id: int, theme: Theme) -> None:
    """Keep that somebody said which theme a comment is of. Reading does not change it any more; who said it is not kept, as with the
    feedback itself."""
    row = Feedback.objects.get(pk=feedback_id)
    facts = {
        "run": latest_runs()[theme.language],
        "theme": theme,
        "similarity": 1.0,
        "is_by_hand": True,
        "unit_id": row.unit_id,
        "received_on": timezone.localtime(row.received_at).date(),
    }
    ReadComment.objects.update_or_create(feedback=row, defaults=facts)


def is_due() -> bool:
    """Whether so much was said since the latest runs that themes should be looked for anew."""
    runs = latest_runs().values()
    last = max((run.last_feedback_id for run in runs), default=0)
    enough = max(LEAST_COMMENTS, round(DUE_SHARE * sum(run.n_comments for run in runs)))
    return comments.with_comment().filter(pk__gt=last)[:enough].count() == enough


@transaction.atomic
def rename_theme(*, theme: Theme, name: str, by: Person) -> Theme:
    """Give a theme a name, which later runs keep; an empty one goes back to the proposed name."""
    before, theme.given_name = theme.given_name, name.strip()[:120]
    theme.named_by = by if theme.given_name else None
    theme.save(update_fields=["given_name", "named_by"])
    record_audit(by=by, action="theme.renamed", target=theme, before=before, after=theme.given_name)
    return theme


@transaction.atomic
def hide_theme(*, theme: Theme, by: Person) -> Theme:
    """Take a theme off every page; it stays hidden when later runs find it again."""
    theme.is_hidden, theme.hidden_by = True, by
    theme.save(update_fields=["is_hidden", "hidden_by"])
    record_audit(by=by, action="theme.hidden", target=theme, name=theme.name)
    return theme


@transaction.atomic
def show_theme(*, theme: Theme, by: Person) -> Theme:
    """Put a hidden theme back."""
    theme.is_hidden, theme.hidden_by = False, None
    theme.save(update_fields=["is_hidden", "hidden_by"])
    record_audit(by=by, action="theme.shown", target=theme, name=theme.name)
    return theme


@transaction.atomic
def merge_themes(*, theme: Theme, into: Theme, by: Person) -> Theme:
    """Count a theme's comments as another's, now and in later runs.

    Raises:
        CannotMerge: it is the same theme, or `into` is itself part of `theme`.
    """
    above: Theme | None = into
    while above is not None:
        if above.pk == theme.pk:
            raise CannotMerge("A theme can’t become part of itself. Choose another one.")
        above = above.merged_into
    if theme.merged_into_id:
        raise CannotMerge("This theme is part of another one already. Take it out first.")
    theme.merged_into = into
    theme.save(update_fields=["merged_into"])
    record_audit(
        by=by, action="theme.merged", target=theme, name=theme.name, into=into.pk, into_name=into.name
    )
    return theme


@transaction.atomic
def split_off_theme(*, theme: Theme, by: Person) -> Theme:
    """Take a merged theme out again, with its comments."""
    theme.merged_into = None
    theme.save(update_fields=["merged_into"])
    record_audit(by=by, action="theme.split_off", target=theme, name=theme.name)
    return theme
