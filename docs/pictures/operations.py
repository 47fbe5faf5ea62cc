"""Pictures of the pages about operations, privacy, plans and comments."""

import numpy as np

from candor import analytics as cx
from candor.assistant.deciding import LIKELY, SURE
from candor.assistant.index import index_articles
from candor.assistant.passages import Article, split_article
from candor.foundation.charts.figure import Spec
from candor.text.themes import discover_themes

from .paper import Axis, Frame, Names, Row, Tone, picture


def queues() -> Spec:
    """The knee: mean wait by calls in half an hour, with and without people who give up."""
    patient: list[Row] = []
    for many in range(40, 139, 2):
        line = cx.erlang_c(arrivals=many / 30, handling=3, agents=14, target=1 / 3)
        assert line.mean_wait is not None
        patient.append({"x": many, "y": 60 * line.mean_wait})
    real: list[Row] = []
    for many in range(40, 181, 5):
        wait = cx.erlang_a(arrivals=many / 30, handling=3, agents=14, patience=2, target=1 / 3).mean_wait
        real.append({"x": many, "y": 60 * (wait or 0)})
    frame = Frame(x=Axis("calls in half an hour", (40, 180)), y=Axis("mean wait, seconds", (0, 240)))
    shown = [row for row in patient if row["y"] <= 240]
    layers = [
        *frame.upright_line(140, "as much work as agents"),
        frame.line(real, "other"),
        frame.line(shown),
        frame.words([{"x": 133, "y": 150, "text": "everybody waits (Erlang C)"}], align="right", dx=-10),
        frame.words([{"x": 150, "y": 75, "text": "some give up (Erlang A)"}], dx=0),
    ]
    return picture(
        layers,
        title="A line is short for long, and then suddenly endless",
        subtitle="14 agents, calls of three minutes; who gives up does so after two minutes on average",
    )


def stress_test() -> Spec:
    """The share served in time in six scenarios, each with its interval over days."""
    stages = (cx.Stage(name="intake", agents=5, handling=3), cx.Stage(name="appraisal", agents=7, handling=5))
    process = cx.Process(arrivals=1.0, stages=stages, target=2.0)
    report = cx.stress_report(process, day=180)
    rows: list[Row] = []
    for result in report.results:
        share = result.in_time
        rows.append({"y": result.scenario.name, "x": share.value, "low": share.low, "high": share.high})
    texts = [row | {"x": row["high"], "text": f"{row['x']:.0%}"} for row in rows]
    frame = Frame(x=Axis("share served in time", (0.2, 1), form=".0%"), y=Names([row["y"] for row in rows]))
    layers = [
        *frame.upright_line(process.service_level, "promised"),
        frame.across(rows),
        frame.dots(rows),
        frame.words(texts),
    ]
    return picture(
        layers,
        title="What the same process does on six different days",
        subtitle=f"simulated, {report.days} days each, 95 % intervals over days; longest wait at the peak: {report.results[1].bottleneck[0]}",
        height=190,
    )


def privacy() -> Spec:
    """A table of teams and sites: what is shown, what is too small, and what would give others away."""
    sizes = {
        ("loans", "north"): 9, ("loans", "south"): 8, ("loans", "west"): 3,
        ("cards", "north"): 7, ("cards", "south"): 6, ("cards", "west"): 8,
        ("advice", "north"): 10, ("advice", "south"): 9, ("advice", "west"): 7,
    }  # fmt: skip
    groups = {cell: {(*cell, k) for k in range(size)} for cell, size in sizes.items()}
    teams, sites = ("loans", "cards", "advice", "all teams"), ("north", "south", "west", "all sites")
    views = {
        f"{team}/{site}": set().union(
            *(who for (t, s), who in groups.items() if team in (t, "all teams") and site in (s, "all sites"))
        )
        for team in teams
        for site in sites
    }
    found = cx.protect_views(views)
    rows: list[Row] = []
    for name, people in views.items():
        team, site = name.split("/")
        is_hidden = name in found.hidden
        hiding = "hidden, under five" if len(people) < 5 else "hidden as well"
        text = hiding if is_hidden else f"{len(people)} people"
        rows.append({"x": site, "y": team, "text": text, "shade": 0.0 if is_hidden else 0.7})
    frame = Frame(x=Names(sites), y=Names(teams))
    return picture(
        [frame.cells(rows), frame.plain_words(rows)],
        title="Hiding the group of three is not enough: row and column would give it away",
        subtitle="shaded: shown; the second hidden groups keep anyone from subtracting. Least group: five",
        height=170,
    )


def votes() -> Spec:
    """Ideas by the lower end of their approval."""
    counts = {"new": (3, 3), "known": (60, 80), "large": (600, 1000), "first": (1, 1), "fresh": (9, 10)}
    rows: list[Row] = []
    for idea in cx.rank_ideas(counts):
        liked, of = counts[idea.key]
        share = idea.approval
        rows.append({"y": f"{liked} of {of}", "x": share.value, "low": share.low, "high": share.high})
    frame = Frame(
        x=Axis("approval", (0, 1.02), form=".0%", ticks=[0, 0.25, 0.5, 0.75, 1]),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        frame.across(rows),
        frame.dots(rows, hollow=True),
        frame.words(
            [row | {"x": row["low"], "text": f"{row['low']:.0%}"} for row in rows],
            align="right",
            dx=-8,
            bold=True,
        ),
    ]
    return picture(
        layers,
        title="Three of three do not beat sixty of eighty",
        subtitle="ideas in the order of the lower end of Wilson’s 95 % interval, in bold; hollow: plain share",
        height=180,
    )


def goals() -> Spec:
    """The smallest visible change by answers at the date, for two baselines, against two goals."""
    frame = Frame(
        x=Axis("answers at the date", (50, 3900), ticks=[50, 100, 200, 500, 1000, 2000], is_log=True),
        y=Axis("NPS points", (0, 40)),
    )
    layers = [*frame.level(3, "goal of 3 points more"), *frame.level(15, "goal of 15 points more")]
    baselines: tuple[tuple[int, Tone], ...] = ((200, "other"), (2000, "main"))
    for n, tone in baselines:
        half = 1.96 * 0.75 / n**0.5
        before = cx.Estimate(value=0.30, low=0.30 - half, high=0.30 + half, n=n, method="adjusted Wald")
        rows: list[Row] = []
        for answers in np.unique(np.geomspace(50, 2000, 40).round()):
            check = cx.check_goal(
                baseline=before, target=0.45, answers_by_date=int(answers), sd=0.75, lowest=-1
            )
            rows.append({"x": answers, "y": 100 * (check.smallest_visible_change or 0)})
        layers += [frame.line(rows, tone), frame.words([rows[-1] | {"text": f"baseline of {n:,}"}])]
    return picture(
        layers,
        title="A goal of three points can’t be seen, however many answer",
        subtitle="smallest true change that is seen four times in five, from a baseline of 200 or of 2,000 answers",
    )


def maturity() -> Spec:
    """Areas with the span of their assessors, the level and what is wanted."""
    profile = cx.maturity_profile(
        {
            "people": [4, 3],
            "policy": [4, 4],
            "process": [4, 4],
            "product": [1, 1],
            "technology": [5, 2],
            "evidence": [4, 4],
        },
        wanted={"product": 3, "people": 4},
    )
    rows: list[Row] = []
    for area in profile.areas:
        ends = {"low": area.lowest, "high": area.highest, "wanted": area.wanted}
        rows.append({"y": area.area, "x": area.level, "text": "disputed" if area.is_disputed else "", **ends})
    frame = Frame(x=Axis("level", (0.8, 5.8), ticks=[1, 2, 3, 4, 5]), y=Names([row["y"] for row in rows]))
    layers = [
        frame.across(rows),
        frame.dots(
            [row | {"x": row["wanted"]} for row in rows if row["wanted"]],
            "other",
            hollow=True,
            shape="diamond",
            size=220,
        ),
        frame.dots(rows),
        frame.words([row | {"x": row["high"]} for row in rows if row["text"]]),
    ]
    return picture(
        layers,
        title=f"The mean of {profile.mean:.1f} hides that {profile.weakest[0]} stands at {profile.minimum:.0f}",
        subtitle="made-up assessment; dot: median of two assessors, bar: their span, diamond: wanted",
        height=190,
    )


def themes() -> Spec:
    """Groups found in planted comments, and which of them are stable enough to be shown."""
    report = discover_themes(_comments())
    rows: list[Row] = [
        {"y": ", ".join(one.terms[:2]), "x": one.stability, "text": f"{one.standing}, {one.n} comments"}
        for one in (*report.themes, *report.withheld)
    ]
    rows.sort(key=lambda row: -row["x"])
    frame = Frame(
        x=Axis(
            "stability: mean overlap with 15 repeated searches",
            (0, 1.35),
            ticks=[0, 0.25, 0.5, 0.75, 1],
            form=".2f",
        ),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        *frame.upright_line(0.75, "shown"),
        *frame.upright_line(0.6, "tentative"),
        frame.dots(rows),
        frame.words(rows),
    ]
    return picture(
        layers,
        title="Only what comes back when the search is repeated is shown as a theme",
        subtitle=f"{report.n} made-up comments, a third of them about nothing in particular; each group by its two first terms",
        height=36 * max(len(rows), 3),
    )


def chat_answers() -> Spec:
    """How sure four small articles are of six questions, and what becomes of each."""
    articles = (
        ("Block a lost card", "Open the app and tap Block. The card is blocked at once."),
        ("When we are open", "Our branches are open from Monday to Friday, from nine to four."),
        (
            "Fees for transfers",
            "A transfer within the country is free. A transfer abroad costs a fee of two euros.",
        ),
        ("Change your address", "Tell us your new address in the app under Profile."),
    )
    index = index_articles(
        passage for title, text in articles for passage in split_article(Article(title, title, text))
    )["en"]
    questions = (
        "How can I block my lost card?", "What is the fee for a transfer abroad?", "Are you open on Friday?", "Can I change my card?",
        "Do you have a branch abroad?", "Do you offer mortgages?",
    )  # fmt: skip
    rows: list[Row] = []
    for question in questions:
        found = index.search(question, "en")
        sureness = found[0].sureness if found else 0.0
        becomes = (
            "answered"
            if sureness >= SURE
            else "asked back"
            if sureness >= LIKELY
            else "asked for other words"
        )
        rows.append({"y": question, "x": sureness, "text": becomes})
    rows.sort(key=lambda row: -row["x"])
    frame = Frame(
        x=Axis("sureness of the first article", (0, 1.35), ticks=[0, 0.25, 0.5, 0.75, 1], form=".2f"),
        y=Names([row["y"] for row in rows]),
    )
    layers = [
        *frame.upright_line(SURE, "answer"),
        *frame.upright_line(LIKELY, "ask back"),
        frame.dots(rows),
        frame.words(rows),
    ]
    return picture(
        layers,
        title="An answer is given only where the words point to one article",
        subtitle="made-up questions to four short articles; left of “answer” nothing is quoted",
        height=200,
    )


_LOOSE = (
    "morning letter phone green simple maybe street family window music number friday paper weather table garden "
    "kitchen river market bottle yellow bridge summer coffee"
)


def _comments() -> list[tuple[int, str]]:
    """Comments on four planted subjects, the last one rare, among many on nothing in particular."""
    subjects = (
        "waited appraisal report weeks appraiser late valuation visit",
        "hidden fee charged statement fees invoice closing costs",
        "password login website locked reset browser account page",
        "friendly helpful advisor explained patient listened branch staff",
        "",
    )
    random, loose = np.random.default_rng(6), _LOOSE.split()
    found: list[tuple[int, str]] = []
    for number in range(600):
        subject = subjects[int(random.choice(5, p=[0.35, 0.15, 0.10, 0.05, 0.35]))].split() or loose
        words = [*random.choice(subject, 2, replace=False), *random.choice(loose, 4, replace=False)]
        found.append((number, " ".join(random.permutation(words))))
    return found


PICTURES = {
    "queues": queues,
    "stress-test": stress_test,
    "privacy": privacy,
    "votes": votes,
    "goals": goals,
    "maturity": maturity,
    "themes": themes,
    "chat-answers": chat_answers,
}
