"""The registry: every measure by name and version. A new meaning is a new version, never an edit."""

from dataclasses import dataclass, replace
from typing import Literal

from candor.analytics import Histogram
from candor.apps.feedback.choices import SCALES, AnswerKind
from candor.apps.surveys.choices import SETTLED_AFTER_DAYS
from candor.foundation.errors import NotFound
from candor.foundation.wording import number

from .measures import EventRate, Formula, Mean, NetPromoter, TopBox, YesShare

Unit = Literal["nps", "share", "mean", "rate", "count"]
Group = Literal["Answers", "Complaints", "Closing the loop", "Survey fieldwork"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A definition that all pages, digests and exports share.

    `metric` names the rows of the warehouse that count, and none other: a measure never mixes kinds of question.
    Answers outside the `scale` are no answers to this question and stay out, as blanks do.
    """

    key: str
    version: int
    name: str
    group: Group
    question: str
    metric: str
    formula: Formula
    scale: tuple[float, float]
    unit: Unit
    is_high_good: bool
    denominator: str
    blanks: str
    noun: str = "answers"
    waiting_days: int = 0  # days after which a row is settled; younger rows are not counted

    @property
    def lowest(self) -> float:
        return self.scale[0]

    @property
    def highest(self) -> float:
        return self.scale[1]

    @property
    def docs(self) -> str:
        """The page that explains it, below docs/methods."""
        return f"measures/{self.key}.md"

    @property
    def favourable(self) -> str:
        """The formula in words."""
        return self.formula.words

    @property
    def is_rate(self) -> bool:
        """Whether events are counted against exposure, rather than answers against each other."""
        return self.unit in {"rate", "count"}

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of its axis; None where only the data know them."""
        return (
            None
            if self.is_rate
            else {"nps": (-1.0, 1.0), "share": (0.0, 1.0)}.get(self.unit, (self.lowest, self.highest))
        )

    def counted(self, n: int) -> str:
        """How many it counts: "1,240 complaints"; empty for one, whose word in the singular is not known."""
        return "" if n == 1 else f"{number(n)} {self.noun}"

    @property
    def unit_words(self) -> str:
        """What stands behind the number."""
        return {"nps": "NPS", "mean": f"of {self.highest:g}", "count": "in 30 days", "rate": "per 1,000"}.get(
            self.unit, ""
        )

    def on_scale(self, answers: Histogram) -> Histogram:
        """The answers that lie on the measure's scale."""
        return Histogram(tuple(cell for cell in answers.cells if self.lowest <= cell.value <= self.highest))


_BLANKS = "Blank answers, “don’t know” and codes outside the scale are left out of both sides."
_ANSWERED = "Everybody who answered this question"


def _cells(kind: AnswerKind) -> tuple[float, ...]:
    lowest, highest = SCALES[kind]
    return tuple(float(value) for value in range(int(lowest), int(highest) + 1))


_ALL = (
    Measure(
        key="nps",
        version=1,
        name="Net promoter score",
        group="Answers",
        question="How likely are you to recommend us, from 0 to 10?",
        metric=AnswerKind.NPS,
        formula=NetPromoter(),
        scale=SCALES[AnswerKind.NPS],
        unit="nps",
        is_high_good=True,
        denominator=_ANSWERED,
        blanks=_BLANKS,
    ),
    Measure(
        key="csat",
        version=1,
        name="Satisfied customers",
        group="Answers",
        question="How satisfied were you, from 1 to 5?",
        metric=AnswerKind.CSAT,
        formula=TopBox(4),
        scale=SCALES[AnswerKind.CSAT],
        unit="share",
        is_high_good=True,
        denominator=_ANSWERED,
        blanks=_BLANKS,
    ),
    Measure(
        key="csat_mean",
        version=1,
        name="Mean satisfaction",
        group="Answers",
        question="How satisfied were you, from 1 to 5?",
        metric=AnswerKind.CSAT,
        formula=Mean(_cells(AnswerKind.CSAT)),
        scale=SCALES[AnswerKind.CSAT],
        unit="mean",
        is_high_good=True,
        denominator=_ANSWERED,
        blanks=_BLANKS,
    ),
    Measure(
        key="ces",
        version=1,
        name="Found it easy",
        group="Answers",
        question="We made it easy for you: how much do you agree, from 1 to 7?",
        metric=AnswerKind.CES,
        formula=TopBox(5),
        scale=SCALES[AnswerKind.CES],
        unit="share",
        is_high_good=True,
        denominator=_ANSWERED,
        blanks=_BLANKS,
    ),
    Measure(
        key="ces_mean",
        version=1,
        name="Mean ease",
        group="Answers",
        question="We made it easy for you: how much do you agree, from 1 to 7?",
        metric=AnswerKind.CES,
        formula=Mean(_cells(AnswerKind.CES)),
        scale=SCALES[AnswerKind.CES],
        unit="mean",
        is_high_good=True,
        denominator=_ANSWERED,
        blanks=_BLANKS,
    ),
    Measure(
        key="trust",
        version=1,
        name="Customers who trust us",
        group="Answers",
        question="I trust this company: how much do you agree, from 1 to 5?",
        metric=AnswerKind.TRUST,
        formula=TopBox(4),
        scale=SCALES[AnswerKind.TRUST],
        unit="share",
        is_high_good=True,
        denominator=_ANSWERED,
        blanks=_BLANKS,
    ),
    Measure(
        key="stars",
        version=2,
        name="Mean stars",
        group="Answers",
        question="How many stars, from 1 to 5, did public reviews give?",
        metric=AnswerKind.STARS,
        formula=Mean(_cells(AnswerKind.STARS)),
        scale=SCALES[AnswerKind.STARS],
        unit="mean",
        is_high_good=True,
        denominator="All reviews with stars that stand at their site",
        blanks="Reviews without stars, those gone at their site and those excluded for a published reason are left out.",
        noun="reviews",
    ),
    Measure(
        key="complaint_rate",
        version=1,
        name="Complaints in 30 days",
        group="Complaints",
        question="How many complaints come in, in 30 days?",
        metric="complaint",
        formula=EventRate("Complaints, divided by the days of the period, times 30.", days=30),
        scale=(1, 1),
        unit="count",
        is_high_good=False,
        noun="complaints",
        denominator="Days of the period since complaints were first recorded, days without one included",
        blanks="Nothing is left out.",
    ),
    Measure(
        key="timely_response",
        version=1,
        name="Answered in time",
        group="Complaints",
        question="What share of complaints was answered by the date that was due?",
        metric="timely",
        formula=YesShare("complaints answered in time"),
        scale=SCALES[AnswerKind.YES_NO],
        unit="share",
        is_high_good=True,
        noun="complaints",
        denominator="Complaints known to be in time or late",
        blanks="Complaints of which that is not known are left out.",
    ),
    Measure(
        key="disputed",
        version=1,
        name="Answers disputed",
        group="Complaints",
        question="What share of answered complaints did the customer dispute?",
        metric="disputed",
        formula=YesShare("complaints whose answer was disputed"),
        scale=SCALES[AnswerKind.YES_NO],
        unit="share",
        is_high_good=False,
        noun="complaints",
        denominator="Complaints known to be disputed or not",
        blanks="Complaints of which that is not known are left out.",
    ),
    Measure(
        key="closed_in_time",
        version=1,
        name="Cases closed in time",
        group="Closing the loop",
        question="What share of the cases closed in the period was closed before its clock ran out?",
        metric="closed_in_time",
        formula=YesShare("cases closed before their clock ran out"),
        scale=SCALES[AnswerKind.YES_NO],
        unit="share",
        is_high_good=True,
        noun="cases",
        denominator="All cases closed in the period, by the day they were closed",
        blanks="Cases that are still open are left out, late ones too: the list of cases shows them.",
    ),
    Measure(
        key="response_rate",
        version=2,
        name="Response rate",
        group="Survey fieldwork",
        question="What share of the invitations that arrived was answered?",
        metric="invited",
        formula=YesShare("invitations that were answered"),
        scale=SCALES[AnswerKind.YES_NO],
        unit="share",
        is_high_good=True,
        noun="invitations",
        denominator="Invitations that arrived (sent less those that came back), by the day they were sent, once they are 14 days old",
        blanks="Invitations of the last 14 days are left out, since they may still be answered, and those that came back, whatever their age. Older ones without an answer count against the rate.",
        waiting_days=SETTLED_AFTER_DAYS,
    ),
)

MEASURES: dict[str, Measure] = {measure.key: measure for measure in _ALL}

THEME_SHARE = Measure(
    key="theme_share",
    version=1,
    name="Share of comments",
    group="Answers",
    question="What share of the comments that were read speak of this theme?",
    metric="",
    formula=YesShare("comments that speak of the theme"),
    scale=(0, 1),
    unit="share",
    is_high_good=False,
    noun="comments",
    denominator="All comments that were read, whatever they speak of",
    blanks="Feedback without a comment is left out.",
)
HIT_HARD = Measure(
    key="hit_hard",
    version=1,
    name="Hit hard",
    group="Complaints",
    question="What share of the complaints and answers with this issue came from customers who were hit hard?",
    metric="",
    formula=YesShare(
        "complaints and answers of customers who disputed our answer, got it late, made a severe complaint or gave a low answer"
    ),
    scale=(0, 1),
    unit="share",
    is_high_good=False,
    noun="complaints and answers",
    denominator="Feedback with the issue of which it is known whether the customer was hit hard",
    blanks="Feedback of which that is not known is left out.",
)
ANSWER_SHARE = Measure(
    key="answer_share",
    version=1,
    name="Share of answers",
    group="Answers",
    question="What share of those who answered the question gave this answer?",
    metric="",
    formula=YesShare("those who answered the question"),
    scale=(0, 1),
    unit="share",
    is_high_good=True,
    noun="answers",
    denominator="Everybody who answered the question; where several may be chosen the shares may add up to more than all",
    blanks="Who did not answer the question is left out.",
)
YES_SHARE = Measure(
    key="yes_share",
    version=1,
    name="Said yes",
    group="Answers",
    question="What share of those who answered said yes?",
    metric=AnswerKind.YES_NO,
    formula=YesShare("answers that are yes"),
    scale=SCALES[AnswerKind.YES_NO],
    unit="share",
    is_high_good=True,
    denominator=_ANSWERED,
    blanks=_BLANKS,
)
MEAN_RATING = Measure(
    key="mean_rating",
    version=1,
    name="Mean rating",
    group="Answers",
    question="What was answered on the question’s own scale?",
    metric=AnswerKind.RATING,
    formula=Mean((1.0, 2.0, 3.0, 4.0, 5.0)),
    scale=(1, 5),
    unit="mean",
    is_high_good=True,
    denominator=_ANSWERED,
    blanks=_BLANKS,
)
CHAT_SHARE = Measure(
    key="chat_share",
    version=1,
    name="Share of chats",
    group="Answers",
    question="What share of the chats took this way?",
    metric="",
    formula=YesShare("chats that took the way"),
    scale=(0, 1),
    unit="share",
    is_high_good=True,
    noun="chats",
    denominator="All chats that began in the period in which the visitor wrote something",
    blanks="Chats in which the visitor wrote nothing are left out. Who left without telling whether it helped counts, as neither solved nor unsolved.",
)
CHAT_HELPED = Measure(
    key="chat_helped",
    version=1,
    name="Answers that helped",
    group="Answers",
    question="Did this help?",
    metric="",
    formula=YesShare("rated answers of the machine that visitors called helpful"),
    scale=(0, 1),
    unit="share",
    is_high_good=True,
    noun="rated answers",
    denominator="The machine’s answers that visitors rated",
    blanks="Answers that nobody rated are left out.",
)
_OF_KINDS = {AnswerKind.NPS: "nps", AnswerKind.CSAT: "csat", AnswerKind.CES: "ces", AnswerKind.TRUST: "trust"}
MOST_CELLS = 101  # of a scale; a finer one has no cells to speak of


def measure_of(kind: str, *, lowest: float | None, highest: float | None) -> Measure | None:
    """What a question of a kind counts as: its own measure, or the mean on its own scale; None where it has neither."""
    if kind in _OF_KINDS:
        return MEASURES[_OF_KINDS[AnswerKind(kind)]]
    if kind == AnswerKind.YES_NO:
        return YES_SHARE
    if (
        kind not in {AnswerKind.RATING, AnswerKind.STARS, AnswerKind.EXPECTATION, AnswerKind.EMOTION}
        or lowest is None
        or highest is None
    ):
        return None
    if not lowest < highest < lowest + MOST_CELLS:
        return None
    cells = tuple(float(value) for value in range(int(lowest), int(highest) + 1))
    return replace(MEAN_RATING, scale=(lowest, highest), formula=Mean(cells))


OF_ANALYSES: dict[str, Measure] = {
    measure.key: measure
    for measure in (THEME_SHARE, HIT_HARD, ANSWER_SHARE, YES_SHARE, MEAN_RATING, CHAT_SHARE, CHAT_HELPED)
}
"""Definitions that need the subject of an analysis, a theme, an issue or a survey’s question, to be a number: defined here, counted there, and made into
a number by `queries.share_of` like all others; they have no page, run or target of their own."""


def measure_named(key: str) -> Measure:
    """The measure with this key.

    Raises:
        NotFound: there is none.
    """
    try:
        return MEASURES[key]
    except KeyError:
        raise NotFound(f"There is no measure called “{key}”.") from None
