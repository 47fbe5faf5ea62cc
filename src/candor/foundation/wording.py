"""Numbers in words: how a value, an interval, a change and a count are said, the same in page, PDF and mail.

Everything comes in natural units (shares 0 to 1, NPS −1 to 1) and leaves as people say it; nothing is rounded finer
than its interval allows.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Kind = Literal["nps", "share", "mean", "rate", "money", "count", "duration"]

MINUS = "\N{MINUS SIGN}"
_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Interval widths, as shown, below which a kind earns its first and second decimal.
_FINER: dict[str, tuple[float, ...]] = {
    "nps": (),
    "share": (2,),
    "mean": (10, 0.1),
    "rate": (10,),
    "money": (2,),
    "count": (2,),
}


class Estimated(Protocol):
    """What wording needs of an estimate."""

    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def n(self) -> int: ...
    @property
    def method(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def level(self) -> float: ...


class Compared(Protocol):
    """What wording needs of a comparison."""

    @property
    def change(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def verdict(self) -> str: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Scale:
    """How a kind of number is shown: `factor` from natural units, the unit behind it, and the ends of its axis."""

    kind: Kind
    factor: float
    suffix: str
    lo: float
    hi: float
    zero: float | None = None


_SCALES: dict[str, Scale] = {
    "nps": Scale("nps", 100, "", -1, 1, zero=0),
    "share": Scale("share", 100, "%", 0, 1),
    "mean": Scale("mean", 1, "", 1, 5),
    "rate": Scale("rate", 1000, "", 0, 0.1),
    "money": Scale("money", 1, "", 0, 1),
    "count": Scale("count", 1, "", 0, 1),
    "duration": Scale("duration", 1, "", 0, 86_400),  # seconds; said in the unit that suits them
}


def scale_of(kind: str, *, lo: float | None = None, hi: float | None = None) -> Scale:
    """The scale of a kind; `lo` and `hi` replace its ends, in natural units."""
    scale = _SCALES[kind]
    if lo is None and hi is None:
        return scale
    low = scale.lo if lo is None else lo
    high = scale.hi if hi is None else hi
    return Scale(scale.kind, scale.factor, scale.suffix, low, high, 0 if low < 0 < high else None)


def decimals_for(scale: Scale, low: float | None, high: float | None) -> int:
    """Decimals that an interval of this width can bear; NPS has none, whatever the interval."""
    if low is None or high is None:
        return 1 if scale.kind in {"mean", "rate"} else 0
    if scale.kind == "duration":
        return 0
    width = (high - low) * scale.factor
    return sum(width < limit for limit in _FINER[scale.kind])


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands set apart and a true minus: "12,400", "−8", never "−0"."""
    rounded = round(value, decimals) + 0.0
    text = f"{abs(rounded):,.{decimals}f}"
    return f"{MINUS}{text}" if rounded < 0 else text


def value_text(
    value: float | None, scale: Scale, *, low: float | None = None, high: float | None = None
) -> str:
    """The value as shown, with % but without other units: "42", "63%", "4.2"."""
    if value is None:
        return ""
    if scale.kind == "duration":
        return duration_text(value)
    return number(value * scale.factor, decimals_for(scale, low, high)) + scale.suffix


def duration_text(seconds: float) -> str:
    """A stretch of time in the largest unit that leaves at least two of it: "36 hours", "12 days"."""
    minutes = seconds / 60
    if minutes < 1:
        return ngettext("%(n)s second", "%(n)s seconds", round(seconds)) % {"n": number(seconds)}
    if minutes < 120:
        return ngettext("%(n)s minute", "%(n)s minutes", round(minutes)) % {"n": number(minutes)}
    if minutes < 48 * 60:
        return ngettext("%(n)s hour", "%(n)s hours", round(minutes / 60)) % {"n": number(minutes / 60)}
    return _("%(n)s days") % {"n": number(minutes / 1440, 1 if minutes < 10 * 1440 else 0)}


def _durations_text(low: float, high: float) -> str:
    """Two ends of time; the first bears its unit only where it is another one."""
    first, last = duration_text(low), duration_text(high)
    same = first.split(" ", 1)[-1].rstrip("s") == last.split(" ", 1)[-1].rstrip("s")
    return _("%(low)s to %(high)s") % {"low": first.split(" ", 1)[0] if same else first, "high": last}


def estimate_text(estimate: Estimated, scale: Scale) -> str:
    """The estimate's value as shown; empty when its status says that words stand in place of it."""
    if estimate.status in {"too_few", "suppressed", "not_comparable"}:
        return ""
    return value_text(estimate.value, scale, low=estimate.low, high=estimate.high)


def range_text(low: float | None, high: float | None, scale: Scale) -> str:
    """An interval: "38 to 47", "60% to 66%"."""
    if low is None or high is None:
        return ""
    if scale.kind == "duration":
        return _durations_text(low, high)
    places = decimals_for(scale, low, high)
    ends = [number(end * scale.factor, places) + scale.suffix for end in (low, high)]
    return _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}


def estimate_with_range(estimate: Estimated, scale: Scale) -> str:
    """An estimate as sentences carry it, "42 (38 to 47, n 1,240)", or the words that stand in place of it."""
    value = estimate_text(estimate, scale)
    if not value:
        words = too_few_text(estimate)
        return words[:1].lower() + words[1:]
    between = range_text(estimate.low, estimate.high, scale)
    return _("%(value)s (%(range)s, n %(n)s)") % {"value": value, "range": between, "n": number(estimate.n)}


def change_text(change: Compared, scale: Scale) -> str:
    """A change: "up 4", "down 0.3", or the comparison's own words when nothing is clear."""
    if change.verdict not in {"higher", "lower"} or change.change is None:
        return (
            _("no clear change") if change.verdict == "no_clear_change" else _("too few answers to compare")
        )
    size = value_text(abs(change.change), scale, low=change.low, high=change.high).removesuffix(scale.suffix)
    if scale.suffix == "%":
        size = _("%(size)s points") % {"size": size}
    return (_("up %(size)s") if change.change > 0 else _("down %(size)s")) % {"size": size}


def could_text(change: Compared, scale: Scale) -> str:
    """The interval of a change in words: "could be 1 to 7", "could be 2 down to 5 up"."""
    if change.low is None or change.high is None or change.verdict == "too_few":
        return ""
    low, high = change.low, change.high
    places = decimals_for(scale, low, high)
    sizes = {"low": number(abs(low) * scale.factor, places), "high": number(abs(high) * scale.factor, places)}
    if low >= 0:
        return _("could be %(low)s to %(high)s") % sizes
    if high <= 0:
        return _("could be %(high)s to %(low)s") % sizes
    return _("could be %(low)s down to %(high)s up") % sizes


def answers_text(n: int) -> str:
    """How many answers: "1 answer", "1,240 answers"."""
    return ngettext("%(n)s answer", "%(n)s answers", n) % {"n": number(n)}


def too_few_text(estimate: Estimated) -> str:
    """What stands in place of a number that may not be shown."""
    return str(getattr(estimate, "words", "")) or _("Too few answers to tell")


def count_words(n: int) -> str:
    """A count in words up to ten, in figures above: "no", "three", "12"."""
    return _(_NUMBER_WORDS[n]) if 0 <= n <= 10 else number(n)
