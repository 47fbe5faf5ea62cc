"""What a journey's map says first: where people wait, where their path stops, which promise is kept least, and what nobody heard."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.analytics import Estimate, top_box_share
from candor.apps.organization.queries import workspace
from candor.foundation.wording import estimate_with_range, number, scale_of

from .counting import Counts
from .models import Touchpoint
from .passing import MEDIAN_METHOD, time_share, wait_estimate

WORTH_TELLING = 0.01  # of all episodes: a wait that fewer had says little of the journey


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding with its number and interval; `activity` is where its evidence lies, `after` the activity behind it."""

    icon: str
    title: str
    text: str
    activity: str = ""
    after: str = ""


def sentences(
    counts: Counts, touchpoints: Sequence[Touchpoint], *, has_step_waits: bool = False
) -> list[Sentence]:
    """The findings in the order of a person's path; each only where there are enough passes to tell it.

    A page with the waits of single steps leaves the one between touchpoints out: it is another wait, and would seem to differ.
    """
    names = {point.activity: point.name for point in touchpoints if point.activity}
    found = (
        _most_time(counts, names),
        None if has_step_waits else _longest(counts, names),
        _commonest_stop(counts, names),
        _weakest_promise(counts, touchpoints),
    )
    return [sentence for sentence in found if sentence is not None]


def _most_time(counts: Counts, names: dict[str, str]) -> Sentence | None:
    least_n = workspace().least_n_score
    shares = [(time_share(counts, one, least_n), one.activity) for one in counts.passes]
    told = [pair for pair in shares if pair[0].value is not None]
    if not told:
        return None
    share, activity = max(told, key=lambda pair: (pair[0].value or 0.0, pair[1]))
    return Sentence(
        "history",
        _("Most time passes after “%(name)s”") % {"name": names.get(activity, activity)},
        _("%(share)s of all the time that the episodes take.")
        % {"share": estimate_with_range(share, scale_of("share"))},
        activity,
    )


def _longest(counts: Counts, names: dict[str, str]) -> Sentence | None:
    """Without a design every event stops the clock, and the longest wait is that of a single step, wherever it comes in a path."""
    return _longest_wait(counts, names) if counts.conformance else _longest_step(counts, names)


def _longest_step(counts: Counts, names: dict[str, str]) -> Sentence | None:
    least = max(workspace().least_n_score, round(WORTH_TELLING * counts.paths.cases))
    edges = [edge for edge in counts.paths.longest_waits(1, least=least) if edge.low_wait is not None]
    if not edges:
        return None
    (edge,) = edges
    told = estimate_with_range(
        Estimate(
            value=edge.median_wait, low=edge.low_wait, high=edge.high_wait, n=edge.n, method=MEDIAN_METHOD
        ),
        scale_of("duration"),
    )
    before, after = names.get(edge.before, edge.before), names.get(edge.after, edge.after)
    return Sentence(
        "clock",
        _("The longest step leads to “%(name)s”") % {"name": after},
        _("From “%(before)s” to it a median of %(told)s.") % {"before": before, "told": told},
        edge.after,
        edge.before,
    )


def _longest_wait(counts: Counts, names: dict[str, str]) -> Sentence | None:
    least_n = workspace().least_n_score
    least = max(least_n, WORTH_TELLING * counts.paths.cases)
    waits = [one for one in counts.passes if one.waited >= least and one.low_wait is not None]
    if not waits:
        return None
    longest = max(waits, key=lambda one: (one.median_wait or 0.0, one.activity))
    told = estimate_with_range(wait_estimate(longest, least_n), scale_of("duration"))
    return Sentence(
        "clock",
        _("The longest stretch lies before “%(name)s”")
        % {"name": names.get(longest.activity, longest.activity)},
        _("A median of %(told)s since the touchpoint before.") % {"told": told},
        longest.activity,
    )


def _commonest_stop(counts: Counts, names: dict[str, str]) -> Sentence | None:
    cases, least_n = counts.paths.cases, workspace().least_n_score
    if cases < least_n:
        return None
    stops = sorted(counts.passes, key=lambda one: (-one.last_new, one.activity))[:3]
    if not stops:
        return None
    scale = scale_of("share")
    told = [
        _("“%(name)s” %(share)s")
        % {
            "name": names.get(one.activity, one.activity),
            "share": estimate_with_range(top_box_share(favourable=one.last_new, n=cases), scale),
        }
        for one in stops
        if one.last_new
    ]
    text = _(
        "The last new thing that happens to them: %(stops)s. Some are finished, some left, some are still under way."
    ) % {"stops": "; ".join(told)}
    return Sentence(
        "flag",
        _("Paths stop most often at “%(name)s”") % {"name": names.get(stops[0].activity, stops[0].activity)},
        text,
        stops[0].activity,
    )


def _weakest_promise(counts: Counts, touchpoints: Sequence[Touchpoint]) -> Sentence | None:
    least_n, by_activity = workspace().least_n_score, counts.by_activity
    shares = [
        (top_box_share(favourable=one.kept, n=one.promised), point)
        for point in touchpoints
        if (one := by_activity.get(point.activity)) and one.promised >= least_n
    ]
    if not shares:
        return None
    share, point = min(shares, key=lambda pair: (pair[0].value or 0.0, pair[1].name))
    told = estimate_with_range(share, scale_of("share"))
    return Sentence(
        "scale",
        _("The promise kept least is “%(name)s”") % {"name": point.name},
        _("%(told)s came %(within)s.") % {"told": told, "within": point.promised_wait},
        point.activity,
    )


def size_text(counts: Counts) -> str:
    """How much the map rests on: "13,087 episodes, 262,200 events, 4,366 different paths"."""
    paths = counts.paths
    return _("%(episodes)s, %(events)s events, %(variants)s") % {
        "episodes": ngettext("%(n)s episode", "%(n)s episodes", paths.cases) % {"n": number(paths.cases)},
        "events": number(paths.events),
        "variants": ngettext("%(n)s path", "%(n)s different paths", paths.variants)
        % {"n": number(paths.variants)},
    }
