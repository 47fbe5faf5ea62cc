"""What `candor score` can compute, how it is written, and the scale it is drawn on."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from candor.analytics import BadParameter, Estimate, Histogram, bottom_box_of, mean_of, nps_of, top_box_of


@dataclass(frozen=True, slots=True)
class Kind:
    """A measure before the file is known."""

    label: str
    favourable: int
    allowed: Callable[[float], bool]
    scale: str | None = None


MEASURES = {
    "nps": Kind("NPS", 0, lambda answer: 0 <= answer <= 10),
    "csat": Kind("Satisfied", 2, math.isfinite, "1-5"),
    "ces": Kind("Easy", 3, math.isfinite, "1-7"),
    "mean": Kind("Mean", 0, math.isfinite),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure on the scale of one file."""

    name: str
    label: str
    cells_of_scale: tuple[float, ...]
    border: float = 0.0
    is_reversed: bool = False

    @classmethod
    def chosen(
        cls, name: str, everyone: Histogram, *, favourable: int | None, scale: str | None, is_reversed: bool
    ) -> "Measure":
        """The measure with its scale: as stated, the customary one for csat and ces, else as answered in the whole file.

        The favourable cells are counted on the scale, never on what happened to be answered.
        """
        kind = MEASURES[name]
        cells = _scale(scale or kind.scale, everyone)
        if name in {"nps", "mean"}:
            return cls(name, kind.label, cells)
        cells = tuple(cell for cell in cells if cell.is_integer())
        wanted = favourable if favourable is not None else _good_cells(kind, cells)
        if cells and not 0 < wanted < len(cells):
            raise BadParameter(
                "--favourable", wanted, expected=f"1 to {len(cells) - 1} cells of {len(cells)}"
            )
        ordered = cells if is_reversed else cells[::-1]
        border = ordered[wanted - 1] if cells else 0.0
        return cls(name, kind.label, cells, border, is_reversed)

    def estimate(self, answers: Histogram, *, level: float, least_n: int) -> Estimate:
        """The score of one group."""
        if self.name == "nps":
            return nps_of(answers, level=level, least_n=least_n)
        if self.name == "mean":
            return mean_of(answers, scale=self.cells_of_scale or None, level=level, least_n=least_n)
        if self.is_reversed:
            return bottom_box_of(answers, favourable_to=self.border, level=level, least_n=least_n)
        return top_box_of(answers, favourable_from=self.border, level=level, least_n=least_n)

    def worth(self, answer: float) -> float:
        """What one answer counts in the score."""
        if self.name == "nps":
            return (answer >= 9) - float(answer <= 6)
        if self.name == "mean":
            return answer
        return float(answer <= self.border if self.is_reversed else answer >= self.border)

    def cells(self, estimate: Estimate) -> tuple[str, str]:
        """Value and interval as text; words in place of the value where it must not be shown."""
        if estimate.status == "too_few" or estimate.value is None:
            return estimate.words, ""
        low, high = estimate.low, estimate.high
        return self.text(estimate.value), f"{self.text(low)} to {self.text(high)}"

    def text(self, value: float | None) -> str:
        """One number as it is written: NPS in whole points, shares in per cent, means with two digits."""
        if value is None:
            return ""
        if self.name == "mean":
            return f"{value:.2f}"
        points = round(100 * value)
        return f"{points:+d}".replace("-", "−") if self.name == "nps" and points else f"{points}{self.unit}"

    def notes(self) -> list[str]:
        """On which scale shares were counted, as a sentence."""
        if self.name not in {"csat", "ces"}:
            return []
        good = f"{self.border:g} and {'below' if self.is_reversed else 'above'}"
        return [f"Scale {self.cells_of_scale[0]:g} to {self.cells_of_scale[-1]:g}; favourable: {good}."]

    @property
    def unit(self) -> str:
        """What stands behind a number."""
        return " %" if self.name in {"csat", "ces"} else ""

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the scale on which it is drawn."""
        if self.name == "nps":
            return -1.0, 1.0
        if self.name == "mean":
            return (self.cells_of_scale[0], self.cells_of_scale[-1]) if self.cells_of_scale else (0.0, 1.0)
        return 0.0, 1.0


def _good_cells(kind: Kind, cells: tuple[float, ...]) -> int:
    """The customary number, but never the middle of a shorter scale: on 1–5, 3 is neither easy nor hard."""
    return min(kind.favourable, max(len(cells) // 2, 1))


def _scale(scale: str | None, everyone: Histogram) -> tuple[float, ...]:
    answered = tuple(float(value) for value in everyone.values)
    if scale is None:
        return answered
    try:
        low, high = (int(end) for end in scale.split("-"))
    except ValueError:
        raise BadParameter("--scale", scale, expected="two whole numbers such as 1-5") from None
    if low >= high:
        raise BadParameter("--scale", scale, expected="the lower end first, such as 1-5")
    outside = [value for value in answered if not low <= value <= high]
    if outside:
        raise BadParameter("--scale", scale, expected=f"to hold all answers; {outside[0]:g} was given")
    return tuple(sorted({float(cell) for cell in range(low, high + 1)} | set(answered)))
