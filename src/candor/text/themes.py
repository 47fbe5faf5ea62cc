"""Recurring themes in open comments: proposals for people to confirm, merge and rename.

The same comments in any order give the same report. Comments are counted by content, weighed by TF-IDF, put on the axes of
their leading singular vectors and grouped by Ward's tree; only groups that come back in bootstrap samples are shown
(see `grouping`), only where words can be found that set them apart (see `naming`). A comment has one theme or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from candor.text.codes import Code, frequent_codes
from candor.text.corpus import CommentId, Corpus, in_order, read_corpus
from candor.text.grouping import CUTS, STABLE, TENTATIVE, Grouping, Labels, best_grouping
from candor.text.identity import KnownTheme, keys_for
from candor.text.model import Placement, ThemeModel, assign
from candor.text.naming import Profile, profile_groups
from candor.text.vectors import Bag, learn_vocabulary, principal_axes, project, weigh

__all__ = ["Code", "Placement", "Theme", "ThemeModel", "ThemeReport", "assign", "discover_themes"]

Standing = Literal["stable", "tentative", "withheld"]
Status = Literal["ok", "too_few", "none_stable"]

LEAST_COMMENTS = 300
LARGEST_SAMPLE = 3_000
MOST_QUOTES = 5
LEAST_TERMS_IN_VOCABULARY = 10
LEAST_MEMBERS = 10
LEAST_STABLE_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A group of comments that belong together.

    Attributes:
        key: Stays the same from run to run when the earlier themes are handed over.
        standing: ``stable`` (bootstrap Jaccard of at least 0.75), ``tentative`` (at least 0.60: show it as such) or
            ``withheld`` (not for show; kept so that its key lives on).
        terms: Three to five words or phrases as people wrote them, the most telling first.
        stability: Mean bootstrap Jaccard, 0 to 1.
        members: Ids of its comments. Every share needs `ThemeReport.n_read` below it, not the sum of the themes.
        quotes: Up to five ids of comments nearest to its centre, each with another text.
        words: Stems with c-TF-IDF weights; what it is recognised by in the next run.
        named_share: Share of its comments that use at least one of `terms`.
    """

    key: str
    standing: Standing
    terms: tuple[str, ...]
    stability: float
    members: tuple[CommentId, ...]
    quotes: tuple[CommentId, ...]
    words: Mapping[str, float]
    named_share: float

    @property
    def n(self) -> int:
        """How many comments it has."""
        return len(self.members)

    @property
    def name(self) -> str:
        """A proposal for a name, from its first three terms."""
        return ", ".join(self.terms[:3])


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeReport:
    """What was found, and in how much.

    Attributes:
        status: ``ok``; ``too_few`` (fewer than 300 different comments with words: only codes and quotes, and no
            shares should be shown); ``none_stable`` (enough comments, but the groups that came back in the bootstrap
            samples hold less than 5 % of them).
        n: Comments given.
        n_read: Comments with at least one word that counts: the denominator of every share.
        n_distinct: Different contents among them.
        themes: Stable and tentative themes, the largest first.
        withheld: Groups below the gate, not for show. Hand both on as `previous`.
        codes: Frequent words and phrases with quotes, when there are no themes.
        unplaced: Ids of read comments in no published theme.
        model: For `assign`; None unless the status is ``ok``.
    """

    status: Status
    n: int
    n_read: int
    n_distinct: int
    themes: tuple[Theme, ...] = ()
    withheld: tuple[Theme, ...] = ()
    codes: tuple[Code, ...] = ()
    unplaced: tuple[CommentId, ...] = ()
    model: ThemeModel | None = None


def discover_themes(
    comments: Iterable[tuple[CommentId, str]],
    *,
    most: int = 25,
    language: str = "en",
    previous: Sequence[KnownTheme] = (),
) -> ThemeReport:
    """Find the themes that recur in comments of one language.

    The number of themes is chosen by the data. The tree is built on at most 3,000 different comments, drawn by a
    hash of their content; the others join the nearest centre. Long comments that speak of several things are
    placed by what they speak of most.

    Args:
        comments: Ids and texts, masked or not. Comments in several languages would be told apart by language and nothing
            else: run one language at a time. Languages without spaces between words are not supported.
        most: How many themes to publish at the most, 3 or more.
        language: ISO 639-1 code of the comments.
        previous: Themes of the run before, withheld ones too, whose keys are to live on.

    Returns:
        A report; its status says whether themes may be shown.

    Raises:
        RepeatedId: Two comments have the same id.
        ValueError: `most` is below 3.

    Examples:
        >>> report = discover_themes([(1, "The app crashes at login"), (2, "The app crashes again")])
        >>> report.status, report.themes, report.n_read
        ('too_few', (), 2)
    """
    if most < CUTS[0]:
        raise ValueError(f"most ({most}) must be at least {CUTS[0]}")
    corpus = read_corpus(comments, language=language)
    if len(corpus.bags) < LEAST_COMMENTS:
        return _without_themes("too_few", corpus)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # so that the number of cores can't change the last digit of a sum
        return _discover(corpus, most=most, language=language, previous=previous)


def _discover(corpus: Corpus, *, most: int, language: str, previous: Sequence[KnownTheme]) -> ThemeReport:
    sample = corpus.bags[:LARGEST_SAMPLE]
    vocabulary = learn_vocabulary(sample)
    if len(vocabulary.terms) < LEAST_TERMS_IN_VOCABULARY:
        return _without_themes("none_stable", corpus)
    matrix = weigh(sample, vocabulary)
    axes = principal_axes(matrix).astype(np.float32).astype(np.float64)
    grouping = best_grouping(
        matrix, project(matrix, axes), most=most, can_name=lambda labels: _can_name(sample, labels, corpus)
    )
    blank = ThemeModel(language, vocabulary, axes, grouping.centres, (None,) * len(grouping.centres))
    return _report(corpus, blank, grouping, previous)


def _can_name(bags: Sequence[Bag], labels: Labels, corpus: Corpus) -> npt.NDArray[np.bool_]:
    groups: list[list[Bag]] = [[] for _ in range(int(labels.max()) + 1)]
    for bag, group in zip(bags, labels.tolist(), strict=True):
        groups[group].append(bag)
    return np.array([profile.is_named for profile in profile_groups(groups, corpus.surfaces)])


def _without_themes(status: Status, corpus: Corpus) -> ThemeReport:
    return ThemeReport(
        status=status,
        n=corpus.n_read + len(corpus.wordless),
        n_read=corpus.n_read,
        n_distinct=len(corpus.bags),
        codes=frequent_codes(corpus),
        unplaced=tuple(in_order(one for ids in corpus.ids for one in ids)),
    )


def _report(
    corpus: Corpus, blank: ThemeModel, grouping: Grouping, previous: Sequence[KnownTheme]
) -> ThemeReport:
    groups, cosines = blank.nearest(corpus.bags)
    places: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        if group is not None:
            places.setdefault(group, []).append(place)
    by_group = _themes_by_group(corpus, grouping, places, cosines, previous)
    if not _is_enough(by_group.values(), corpus):
        return _without_themes("none_stable", corpus)
    themes = sorted(by_group.values(), key=lambda theme: (-theme.n, theme.key))
    shown = {group: theme.key for group, theme in by_group.items() if theme.standing != "withheld"}
    placed = {one for theme in themes if theme.standing != "withheld" for one in theme.members}
    return ThemeReport(
        status="ok",
        n=corpus.n_read + len(corpus.wordless),
        n_read=corpus.n_read,
        n_distinct=len(corpus.bags),
        themes=tuple(theme for theme in themes if theme.standing != "withheld"),
        withheld=tuple(theme for theme in themes if theme.standing == "withheld"),
        unplaced=tuple(in_order(one for ids in corpus.ids for one in ids if one not in placed)),
        model=replace(blank, keys=tuple(shown.get(group) for group in range(len(blank.keys)))),
    )


def _themes_by_group(
    corpus: Corpus,
    grouping: Grouping,
    places: Mapping[int, Sequence[int]],
    cosines: Sequence[float],
    previous: Sequence[KnownTheme],
) -> dict[int, Theme]:
    filled = sorted(places)
    profiles = profile_groups(
        [[corpus.bags[place] for place in places[group]] for group in filled], corpus.surfaces
    )
    members = [in_order(one for place in places[group] for one in corpus.ids[place]) for group in filled]
    keys = keys_for([profile.words for profile in profiles], members, previous)
    return {
        group: Theme(
            key=key,
            standing=_standing(float(grouping.stability[group]), profile, len(places[group])),
            terms=profile.terms,
            stability=round(float(grouping.stability[group]), 4),
            members=tuple(inside),
            quotes=_quotes(corpus, places[group], cosines),
            words=profile.words,
            named_share=profile.named_share,
        )
        for group, profile, inside, key in zip(filled, profiles, members, keys, strict=True)
    }


def _is_enough(themes: Iterable[Theme], corpus: Corpus) -> bool:
    # Among many groups of random words a small one may come back by luck: 1 corpus in 36 without this rule.
    return (
        sum(theme.n for theme in themes if theme.standing == "stable") >= LEAST_STABLE_SHARE * corpus.n_read
    )


def _standing(stability: float, profile: Profile, distinct_members: int) -> Standing:
    # A group without words of its own is what is left over, however often it comes back.
    if distinct_members < LEAST_MEMBERS or not profile.is_named:
        return "withheld"
    if stability >= STABLE:
        return "stable"
    return "tentative" if stability >= TENTATIVE else "withheld"


def _quotes(corpus: Corpus, places: Sequence[int], cosines: Sequence[float]) -> tuple[CommentId, ...]:
    nearest = sorted(places, key=lambda place: (-cosines[place], place))[:MOST_QUOTES]
    return tuple(corpus.ids[place][0] for place in nearest)
