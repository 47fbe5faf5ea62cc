"""`candor score`: real files, odd files, and a page that needs nothing else."""

import gzip
import json
import os
import re
import subprocess
import sys

import pytest

from candor.cli.main import main


@pytest.fixture
def survey(tmp_path):
    """Sixty answers on 0–10 of two branches, with a blank code, an empty cell and two nonsense rows."""
    rows = ["branch,answer ,weight,ease"]
    rows += [f"north,{10 if i < 24 else 3},{1 + i % 2},{2 if i < 24 else 6}" for i in range(40)]
    rows += [f"south,{9 if i < 5 else 7},1,3" for i in range(20)]
    rows += ["south,99,1,3", "south,,1,3", "south,many,1,3", "south,12,1,3"]
    path = tmp_path / "survey.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def _json(capsys, *arguments):
    assert main(["score", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_score_is_a_list_of_one_object(capsys, survey):
    (found,) = _json(capsys, survey, "--measure", "nps", "--score", "answer", "--blank", "99")
    assert set(found) == {"group", "value", "low", "high", "n", "method", "status"}
    assert found["value"] == pytest.approx((29 - 16) / 60)
    assert (found["n"], found["status"]) == (60, "ok")


def test_groups_come_in_the_order_of_their_names_and_small_ones_are_said_so(capsys, survey):
    found = _json(capsys, survey, "--measure", "nps", "--score", "answer", "--blank", "99", "--by", "branch")
    assert [(one["group"], one["n"], one["status"]) for one in found] == [
        ("north", 40, "wide"),
        ("south", 20, "too_few"),
    ]


def test_the_table_shows_words_for_small_groups_and_names_the_rows_it_could_not_read(capsys, survey):
    code = main(
        ["score", str(survey), "--measure", "nps", "--score", "answer", "--blank", "99", "--by", "branch"]
    )
    out = capsys.readouterr().out
    assert code == 0
    assert "Too few answers to tell (20 of at least 30)" in out
    assert "+20" in out
    assert "2 rows without an answer." in out
    assert "2 rows could not be read:" in out
    assert "“many”" in out
    assert "“12”" in out


def test_weights_change_the_score_and_show_their_price(capsys, survey):
    (found,) = _json(
        capsys, survey, "--measure", "nps", "--score", "answer", "--blank", "99", "--weight", "weight"
    )
    assert found["n"] == 60
    assert found["n_effective"] < 60
    assert found["design_effect"] == pytest.approx(60 / found["n_effective"])


def test_satisfaction_counts_the_cells_at_the_good_end(capsys, survey):
    (high,) = _json(capsys, survey, "--measure", "csat", "--score", "ease", "--scale", "1-7")
    (low,) = _json(capsys, survey, "--measure", "ces", "--score", "ease", "--scale", "1-7", "--reversed")
    (two,) = _json(
        capsys, survey, "--measure", "csat", "--score", "ease", "--scale", "1-7", "--favourable", "5"
    )
    assert high["value"] == pytest.approx(16 / 64)
    assert low["value"] == pytest.approx(48 / 64)
    assert two["value"] == pytest.approx(40 / 64)


@pytest.mark.parametrize(("measure", "value"), [("csat", 0.0), ("ces", 0.0)])
def test_the_favourable_cells_are_those_of_the_scale_and_not_of_the_answers(capsys, tmp_path, measure, value):
    path = tmp_path / "poor.csv"
    path.write_text("answer\n" + "1\n2\n3\n" * 20)
    (found,) = _json(capsys, path, "--measure", measure, "--score", "answer")
    assert (found["value"], found["n"]) == (value, 60)
    assert main(["score", str(path), "--measure", "csat", "--score", "answer"]) == 0
    assert "Scale 1 to 5; favourable: 4 and above." in capsys.readouterr().out


def test_a_group_without_weight_is_too_few_and_the_others_stand(capsys, tmp_path):
    path = tmp_path / "weights.csv"
    path.write_text("who,answer,weight\n" + "a,9,0\na,3,0\n" * 20 + "b,9,1\nb,10,2\nb,3,0\n" * 20)
    options = ["--measure", "nps", "--score", "answer", "--weight", "weight", "--by", "who"]
    silent, heard = _json(capsys, path, *options)
    assert (silent["value"], silent["n"], silent["status"]) == (None, 0, "too_few")
    assert (heard["value"], heard["n"]) == (pytest.approx(1.0), 60)
    assert main(["score", str(path), *options, "--html", str(tmp_path / "page.html")]) == 0
    assert "All weights of a are 0: its 40 answers can’t be counted." in capsys.readouterr().out


def test_a_mean_uses_the_whole_scale(capsys, survey):
    (found,) = _json(capsys, survey, "--measure", "mean", "--score", "ease", "--scale", "1-7")
    assert found["value"] == pytest.approx((24 * 2 + 16 * 6 + 24 * 3) / 64)
    assert 1 <= found["low"] < found["value"] < found["high"] <= 7


def test_the_order_of_rows_changes_not_a_digit(capsys, survey, tmp_path):
    head, *rows = survey.read_text().splitlines()
    other = tmp_path / "turned.csv.gz"
    other.write_bytes(gzip.compress("\n".join([head, *rows[::-1]]).encode()))
    options = [
        "--measure",
        "nps",
        "--score",
        "answer",
        "--blank",
        "99",
        "--weight",
        "weight",
        "--by",
        "branch",
    ]
    assert _json(capsys, survey, *options) == _json(capsys, other, *options)


def test_the_page_needs_nothing_else_and_holds_every_number(capsys, survey, tmp_path):
    page = tmp_path / "report.html"
    code = main(
        ["score", str(survey), "--measure", "nps", "--score", "answer", "--blank", "99", "--by", "branch",
         "--least", "10", "--html", str(page)]
    )  # fmt: skip
    text = page.read_text(encoding="utf-8")
    assert code == 0
    assert text.count("<svg") >= 2
    assert "north" in text
    assert "registered trade marks" in text
    assert not re.search(r"<script|https?://|@import|url\(", text)


def test_names_from_the_file_are_escaped_in_the_page(tmp_path, capsys):
    path, page = tmp_path / "odd.csv", tmp_path / "odd.html"
    path.write_text("who,score\n" + "<script>alert(1)</script>,9\n" * 40 + "b,3\n" * 40)
    assert (
        main(["score", str(path), "--measure", "nps", "--score", "score", "--by", "who", "--html", str(page)])
        == 0
    )
    assert "<script>" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--measure", "nps", "--score", "nope"], "no column 'nope'"),
        (["--measure", "csat", "--score", "ease", "--scale", "7-1"], "lower end first"),
        (["--measure", "csat", "--score", "ease", "--scale", "many"], "two whole numbers"),
        (["--measure", "csat", "--score", "ease", "--scale", "1-4"], "to hold all answers"),
        (["--measure", "csat", "--score", "ease", "--scale", "1-7", "--favourable", "9"], "cells of 7"),
        (["--measure", "csat", "--score", "ease"], "--scale is 1-5"),
        (["--measure", "nps", "--score", "answer", "--level", "1.5"], "level is 1.5"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_one(capsys, survey, arguments, message):
    assert main(["score", str(survey), *arguments]) == 1
    assert message in capsys.readouterr().err


def test_a_missing_file_is_said_plainly(capsys, tmp_path):
    assert main(["score", str(tmp_path / "none.csv"), "--measure", "nps", "--score", "x", "--json"]) == 1
    assert "none.csv" in json.loads(capsys.readouterr().out)["error"]


def test_a_file_with_only_blanks_gives_words(capsys, tmp_path):
    path = tmp_path / "blank.csv"
    path.write_text("score,b\n,1\n,2\n")
    (found,) = _json(capsys, path, "--measure", "nps", "--score", "score")
    assert (found["value"], found["n"], found["status"]) == (None, 0, "too_few")


def test_it_runs_without_django_or_a_workspace(survey):
    code = (
        "import sys; from candor.cli import score; import argparse; p = argparse.ArgumentParser();"
        "score.register(p.add_subparsers()); a = p.parse_args(sys.argv[1:]); score.run(a);"
        "assert not {'django', 'pandas', 'sklearn'} & set(sys.modules), sorted(sys.modules)"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "CANDOR"))}
    done = subprocess.run(
        [sys.executable, "-c", code, "score", str(survey), "--measure", "nps", "--score", "answer"],
        env=clean, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_airport_survey_gives_its_known_scores(capsys, real_data):
    file = real_data / "sfo_survey" / "2017.csv.gz"
    (plain,) = _json(capsys, file, "--measure", "nps", "--score", "NETPRO", "--blank", "11")
    assert (round(100 * plain["value"], 2), plain["n"]) == (39.84, 2746)
    (weighted,) = _json(
        capsys, file, "--measure", "nps", "--score", "NETPRO", "--blank", "11", "--weight", "WEIGHT"
    )
    assert round(100 * weighted["value"], 2) == 40.40


def test_the_hospital_scores_come_by_measure(capsys, real_data):
    file = real_data / "hcahps" / "state_results.csv.gz"
    found = _json(capsys, file, "--measure", "mean", "--score", "Top-box Percentage", "--by", "Measure ID")
    assert len(found) > 5
    assert all(one["low"] < one["value"] < one["high"] for one in found)


def test_the_middle_of_a_five_point_scale_is_not_easy(capsys, tmp_path):
    path = tmp_path / "effort.csv"
    path.write_text("answer\n" + "3\n4\n5\n" * 20)
    (found,) = _json(capsys, path, "--measure", "ces", "--score", "answer", "--scale", "1-5")
    assert found["value"] == pytest.approx(2 / 3)


def test_charts_and_table_of_a_page_scroll_on_a_narrow_screen_instead_of_shrinking(tmp_path, survey):
    out = tmp_path / "page.html"
    assert (
        main(
            [
                "score",
                str(survey),
                "--measure",
                "nps",
                "--score",
                "answer",
                "--blank",
                "99",
                "--html",
                str(out),
            ]
        )
        == 0
    )
    page = out.read_text(encoding="utf-8")
    assert page.count('<div class="wide" tabindex="0"><') == page.count("<svg ") + page.count("<table>")


@pytest.mark.parametrize(("group", "fits"), [("east", True), ("a branch with a long name", False)])
def test_on_a_phone_a_chart_of_short_names_is_seen_whole(tmp_path, group, fits):
    path, page = tmp_path / "answers.csv", tmp_path / "page.html"
    path.write_text("branch,score\n" + f"{group},9\n" * 40 + "west,8\n" * 40)
    main(["score", str(path), "--measure", "nps", "--score", "score", "--by", "branch", "--html", str(page)])
    groups, *_, answers = re.findall(r"<svg([^>]*)>", page.read_text(encoding="utf-8"))
    assert ("class=fits" in groups) is fits
    assert "class=fits" in answers
