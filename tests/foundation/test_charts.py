"""Charts: what a spec holds, and that mail and PDF can draw it without a network."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from candor.foundation import charts
from candor.foundation.charts.figure import figure_context
from candor.foundation.charts.theme import theme

from .styleguide import estimate, sample_charts

CHARTS = ["trend", "dots", "bars", "stages", "multiples", "counts"]


def weeks(n: int) -> list[date]:
    return [date(2026, 1, 5) + timedelta(weeks=i) for i in range(n)]


def test_a_run_is_the_same_whatever_the_order_of_its_points() -> None:
    points = [charts.Point(day, estimate(0.3 + i / 100, 0.05, 200)) for i, day in enumerate(weeks(6))]
    told = {"title": "Nothing changed beyond chance", "kind": "nps"}
    assert charts.trend(points, **told) == charts.trend(points[::-1], **told)


def test_too_few_answers_leave_a_gap_and_never_a_number() -> None:
    points = [
        charts.Point(day, estimate(0.3, 0.05, 7 if i == 1 else 200, "too_few" if i == 1 else "ok"))
        for i, day in enumerate(weeks(3))
    ]
    spec = charts.trend(points, title="A gap", kind="nps")
    gap = spec["data"]["values"][1]
    assert (gap["value"], gap["low"], gap["high"]) == (None, None, None)
    assert spec["usermeta"]["table"][1]["Value"] == "Too few answers to tell (7 of at least 30)"
    assert [row["alone"] for row in spec["data"]["values"]] == [True, False, True]


def test_the_file_of_a_chart_holds_numbers_and_how_many_a_share_is_of_how_many() -> None:
    """12 of 480 and 6 of 480, and one too small to tell, whose count is as hidden as its share."""
    few = estimate(0.5, 0.3, 4, "too_few")
    rows = [charts.Row("=Yes", estimate(0.025, 0.006, 480), count=12), charts.Row("No", few, count=2)]
    spec = charts.bars_with_intervals(rows, title="What 480 people answered", kind="share")
    shown = figure_context(spec, None, name="answers", csv_url="")
    lines = list(csv.reader(io.StringIO(unquote(shown["csv_url"].partition(",")[2]))))
    assert lines == [
        ["Name", "Value", "Low", "High", "Unit", "Count", "Out of", "Method", "Note"],
        ["'=Yes", "2.5", "1.9", "3.1", "%", "12", "480", "Wilson score interval", ""],
        ["No", "", "", "", "%", "", "4", "Wilson score interval", "Too few answers to tell (4 of at least 30)"],
    ]  # fmt: skip
    assert shown["rows"][0] == ["=Yes", "2.5%", "1.9% to 3.1%", "12", "480"], (
        "the page says the same in words"
    )


@pytest.mark.parametrize("name", CHARTS)
def test_no_cell_of_a_charts_file_is_a_number_in_words(name: str) -> None:
    """Not "2.5%", "−8" or "2.0% to 3.2%", and days as a spreadsheet sorts them."""
    file = sample_charts()[name]["usermeta"]["file"]
    told = set(file[0]) - {"Name", "Stage", "Tier", "From", "Unit", "Method", "Note"}
    assert told and all(isinstance(row[key], int | float | None) for row in file for key in told)
    assert all(date.fromisoformat(row["From"]) for row in file if "From" in row)


def test_inside_a_tier_the_order_is_the_alphabet() -> None:
    rows = [
        charts.Row(name, estimate(0.1, 0.05, 90), tier=tier)
        for name, tier in [("Z", "a"), ("B", "b"), ("A", "a")]
    ]
    spec = charts.interval_dots(rows, title="Tiers", kind="nps")
    assert [row["label"] for row in spec["data"]["values"]] == ["A", "Z", "B"]


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_carries_title_table_and_a_named_style_on_each_mark(name: str) -> None:
    spec = sample_charts()[name]
    assert spec["usermeta"]["title"]
    assert spec["usermeta"]["table"]
    layers = spec.get("spec", spec)["layer"]
    assert all(layer["mark"]["style"] in theme("light")["style"] for layer in layers)
    assert "#" not in json.dumps({key: value for key, value in spec.items() if key != "usermeta"})


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_of_estimates_shows_their_intervals(name: str) -> None:
    if name == "counts":
        pytest.skip("a count is what it is; chance is shown as the band behind it")
    spec = sample_charts()[name]
    layers: list[dict[str, Any]] = spec.get("spec", spec)["layer"]
    assert any({"x2", "y2"} & layer["encoding"].keys() for layer in layers)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_for_mail_and_pdf(name: str, mode: Any) -> None:
    spec = sample_charts()[name]
    svg = charts.render_svg(spec, mode=mode)
    assert spec["usermeta"]["title"] in svg
    assert "#4c78a8" not in svg  # the library's own blue: a mark that missed our theme
    assert charts.render_png(spec, mode=mode).startswith(b"\x89PNG")


def test_the_width_asked_for_is_the_width_drawn() -> None:
    svg = charts.render_svg(sample_charts()["trend"], width=480)
    assert 'width="488"' in svg or 'width="480"' in svg


def test_light_and_dark_have_the_same_parts() -> None:
    assert theme("light").keys() == theme("dark").keys()
    assert theme("light")["style"].keys() == theme("dark")["style"].keys()
