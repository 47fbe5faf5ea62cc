"""The journey's own lanes, from the event log: how many came, how long they waited, and whether that was as promised."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.analytics import Estimate, share_of_total, top_box_share
from candor.apps.organization.queries import workspace
from candor.foundation.wording import number
from candor.warehouse.queries import Passes

from .counting import Counts
from .lanes import Asked, Cell, Lane, Row, register_lane
from .models import Touchpoint

MOSTLY = 0.1  # of the passes must have come from somewhere, else the place is where episodes begin
LEAST_PASSES = 30  # behind a share of time, however few the workspace lets a score have: of ten with long times its interval misses in 11 of 100
MEDIAN_METHOD = "median, with the interval between two of the sorted waits (binomial)"


def register() -> None:
    """Add the lanes of this app."""
    register_lane(Lane(key="volume", order=10, fill=volume))
    register_lane(Lane(key="wait", order=20, fill=wait))
    register_lane(Lane(key="time", order=22, fill=time))
    register_lane(Lane(key="stop", order=23, fill=stop))
    register_lane(Lane(key="promise", order=40, fill=promise))


def volume(asked: Asked) -> Row:
    """Passes: episodes that came to the touchpoint."""
    found = _found(asked)
    most = max((one.cases for one in found.values()), default=0)
    cells = {pk: _volume_cell(one, asked, most) for pk, one in found.items()}
    return Row(
        name=_("Passes"),
        kind="count",
        about=_("Episodes that came here, each counted once, and their share of all episodes shown."),
        cells=_silent(asked, found, _("Not seen in the event log")) | cells,
    )


def _volume_cell(one: Passes, asked: Asked, most: int) -> Cell:
    times = one.events / one.cases
    again = _("%(times)s times each") % {"times": number(times, 1)} if times >= 1.05 else ""
    share = top_box_share(favourable=one.cases, n=asked.counts.paths.cases, least_n=workspace().least_n_score)
    return Cell(
        estimate=share,
        words=again,
        counted=passes_text(one.cases),
        share=one.cases / most,
        of=_("of %(n)s") % {"n": number(share.n)},
    )


def wait(asked: Asked) -> Row:
    """The median wait from the event before to the first time at the touchpoint."""
    found, least_n = _found(asked), workspace().least_n_score
    cells = {pk: _wait_cell(one, least_n) for pk, one in found.items()}
    longest = max(
        (end for one in found.values() if (end := one.high_wait) and one.waited >= least_n), default=1.0
    )
    return Row(
        name=_("Wait before it"),
        kind="duration",
        about=_(
            "Median time since the touchpoint before, at the first time here, with its 95% interval. Events that are no touchpoint do not stop the clock."
        ),
        cells=_silent(asked, found, "") | cells,
        low=0.0,
        high=longest,
    )


def wait_estimate(one: Passes, least_n: int) -> Estimate:
    """The median wait of a touchpoint's passes; without its value when there are too few."""
    is_few = one.waited < least_n or one.low_wait is None
    return Estimate(
        value=None if is_few else one.median_wait,
        low=None if is_few else one.low_wait,
        high=None if is_few else one.high_wait,
        n=one.waited,
        method=MEDIAN_METHOD,
        status="too_few" if is_few else "ok",
        least_n=least_n,
    )


def _wait_cell(one: Passes, least_n: int) -> Cell:
    if one.waited < MOSTLY * one.cases:
        return Cell(words=_("Episodes begin here"))
    if one.waited < least_n:
        return Cell(words=_too_few(one.waited, least_n))
    return Cell(estimate=wait_estimate(one, least_n), counted=passes_text(one.waited))


def time(asked: Asked) -> Row:
    """Where the time goes: the share of all the time of the episodes that passes behind each touchpoint."""
    found, least_n = _found(asked), workspace().least_n_score
    cells = {pk: _time_cell(time_share(asked.counts, one, least_n)) for pk, one in found.items()}
    most = max((cell.estimate.high or 0.0 for cell in cells.values() if cell.estimate), default=1.0)
    return Row(
        name=_("Time after it"),
        kind="share",
        about=_(
            "Of all the time that the episodes take, the share that passes from here to the next touchpoint, repeats included."
        ),
        cells=_silent(asked, found, "") | cells,
        low=0.0,
        high=most or 1.0,
    )


def time_share(counts: Counts, one: Passes, least_n: int) -> Estimate:
    """The share of all time that passes behind a touchpoint; without its value when too few episodes came to it."""
    passed = counts.passed
    return share_of_total(
        n=passed.cases, part=one.spent, part_squares=one.spent_squares, products=one.products, total=passed.days,
        total_squares=passed.squares, least_n=max(least_n, LEAST_PASSES), n_part=one.cases,
    )  # fmt: skip


def _time_cell(share: Estimate) -> Cell:
    if share.value is None:
        return Cell(
            words=_too_few(share.n, share.least_n) if share.n < share.least_n else _("No time passes")
        )
    return Cell(estimate=share, counted=episodes_text(share.n))


def stop(asked: Asked) -> Row:
    """Where paths stop: the share of the episodes that came here to which nothing new happened afterwards."""
    found, least_n = _found(asked), workspace().least_n_score
    cells = {
        pk: Cell(estimate=top_box_share(favourable=one.last_new, n=one.cases), counted=passes_text(one.cases))
        if one.cases >= least_n
        else Cell(words=_too_few(one.cases, least_n))
        for pk, one in found.items()
    }
    return Row(
        name=_("Stop here"),
        kind="share",
        about=_(
            "Of the episodes that came here, the share to which nothing new happened afterwards: they are finished, left, or are still under way. What had happened to them before is nothing new."
        ),
        cells=_silent(asked, found, "") | cells,
        low=0.0,
        high=1.0,
    )


def promise(asked: Asked) -> Row | None:
    """The share of passes whose wait was no longer than promised."""
    if not any(point.promised_hours or point.promise for point in asked.touchpoints):
        return None
    found, least_n = _found(asked), workspace().least_n_score
    cells = {point.pk: _promise_cell(point, found.get(point.pk), least_n) for point in asked.touchpoints}
    return Row(
        name=_("Promise kept"),
        kind="share",
        about=_(
            "Of the passes that came after the clock had started, the share that came within the promised time. Who still waits is not counted."
        ),
        cells=cells,
    )


def _promise_cell(point: Touchpoint, one: Passes | None, least_n: int) -> Cell:
    if not point.promised_hours:
        return Cell(
            words=_("Promised, not measured: %(promise)s") % {"promise": point.promise}
            if point.promise
            else _("No promise")
        )
    within = _("promised %(wait)s") % {"wait": point.promised_wait}
    if one is None or not one.promised:
        return Cell(words=within)
    if one.promised < least_n:
        return Cell(words=f"{_too_few(one.promised, least_n)}; {within}")
    share = top_box_share(favourable=one.kept, n=one.promised)
    return Cell(estimate=share, words=within, counted=passes_text(one.promised))


def passes_text(n: int) -> str:
    """How many passes: "1 pass", "1,240 passes"."""
    return ngettext("%(n)s pass", "%(n)s passes", n) % {"n": number(n)}


def episodes_text(n: int) -> str:
    """How many episodes: "1 episode", "13,087 episodes"."""
    return ngettext("%(n)s episode", "%(n)s episodes", n) % {"n": number(n)}


def _too_few(n: int, least_n: int) -> str:
    return _("Too few passes to tell (%(n)s of at least %(least)s)") % {
        "n": number(n),
        "least": number(least_n),
    }


def _found(asked: Asked) -> dict[int, Passes]:
    by_activity = asked.counts.by_activity
    return {
        point.pk: by_activity[point.activity] for point in asked.touchpoints if point.activity in by_activity
    }


def _silent(asked: Asked, found: dict[int, Passes], words: str) -> dict[int, Cell]:
    return {
        point.pk: Cell(words=words if point.activity else _("No activity named"))
        for point in asked.touchpoints
        if point.pk not in found
    }
