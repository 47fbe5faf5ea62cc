"""Every command that reports: one JSON object with --json, words and exit code 1 when it refuses."""

import json
from pathlib import Path

from tests.cli.running import EMAIL, HEADER, PASSWORD, Workspace, complaints_csv


def test_an_import_tells_what_came_of_every_row_and_can_be_undone(
    workspace: Workspace, tmp_path: Path
) -> None:
    path, bad = tmp_path / "complaints.csv", tmp_path / "bad.csv"
    path.write_text(
        HEADER + "1,2026-01-31,Loan,Fees,Too high\n2,2026-02-01,Loan,Delay,Slow\n3,never,Loan,Delay,Slow\n"
    )
    bring_in = ["import", "complaints", path]
    first, words, undone, again = workspace.run_in_turn(
        [*bring_in, "--bad-rows", bad, "--json"],
        bring_in,
        ["import", "undo", "1", "--json"],
        [*bring_in, "--json"],
    )
    facts = {"import": 1, "state": "done", "rows_read": 3, "rows_added": 2, "rows_known": 0, "rows_bad": 1}
    assert facts.items() <= first.json.items()
    assert '"never"' in bad.read_text(encoding="utf-8")
    assert "3 rows read, 0 added, 2 known from before, 1 bad" in words.out
    assert undone.json["state"] == "undone"
    assert again.json["rows_added"] == 2
    assert {ended.code for ended in (first, words, undone, again)} == {0}


def test_the_warehouse_is_projected_rebuilt_and_verified(workspace: Workspace, tmp_path: Path) -> None:
    path = complaints_csv(tmp_path / "c.csv", 300)
    verify = ["warehouse", "verify", "--json"]
    imported, behind, projected, level, rebuilt, again = workspace.run_in_turn(
        ["import", "complaints", path, "--json"], verify, ["warehouse", "project", "--json"], verify,
        ["warehouse", "rebuild", "--json"], verify,
    )  # fmt: skip
    assert imported.json["rows_added"] == 300
    assert (behind.code, behind.json["equal"]) == (1, False)
    assert projected.json["entries"] == behind.json["pending"] > 0
    assert (level.code, level.json["equal"], level.json["pending"]) == (0, True, 0)
    received = 300  # "complaint received" of each, which no worker has put into the log yet
    assert rebuilt.json == {"facts": level.json["facts"], "own_events_added": received}
    told = ("equal", "facts", "pending", "differences", "faults")
    assert {name: again.json[name] for name in told} == {name: level.json[name] for name in told}


def test_the_worker_runs_what_waits_and_says_how_much(workspace: Workspace, tmp_path: Path) -> None:
    workspace.run("import", "complaints", complaints_csv(tmp_path / "c.csv", 20), "--json")
    first, second = workspace.run_in_turn(["worker", "--once", "--json"], ["worker", "--once", "--json"])
    assert first.json["jobs"] > 0
    assert second.json == {"jobs": 0}


def test_the_demo_is_loaded_once_and_its_themes_are_told(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "demo")
    load = ["demo", "--load-only", "--size", "0.02", "--json"]
    first, second, themes = workspace.run_in_turn(load, load, ["themes", "--json"])
    assert (first.code, first.json["home"], first.json["loaded"]) == (0, str(workspace.home), True)
    assert second.json["loaded"] is False
    assert themes.json["runs"]


def test_a_refusal_says_why_and_ends_with_one(workspace: Workspace) -> None:
    refusals = {
        ("import", "complaints", "nowhere.csv"): "There is no file nowhere.csv",
        ("import", "nonsense", __file__): "is no kind of import; expected one of complaints",
        ("import", "complaints", __file__): "Choose the column for",
        ("import", "undo", "99"): "There is no import number 99",
        ("import", "undo", "last"): "There is no import number last",
        ("init", "--email", EMAIL, "--password", PASSWORD): "already holds a workspace",
    }
    ended = workspace.run_in_turn(*([*arguments, "--json"] for arguments in refusals))
    assert [one.code for one in ended] == [1] * len(refusals)
    for one, words in zip(ended, refusals.values(), strict=True):
        assert words in one.json["error"]


def test_a_refusal_in_words_goes_to_standard_error(workspace: Workspace) -> None:
    ended = workspace.run("import", "undo", "99")
    assert (ended.code, ended.out, ended.err) == (1, "", "candor: There is no import number 99.\n")


def test_init_refuses_what_nobody_could_sign_in_with(tmp_path: Path) -> None:
    refusals = {
        ("--email", "nobody", "--password", PASSWORD): "valid email address",
        ("--email", EMAIL, "--password", "short"): "at least 10 characters",
        ("--password", PASSWORD): "--email",
        ("--email", EMAIL): "--password",
    }
    ended = Workspace(tmp_path / "home").run_in_turn(
        *(["init", *arguments, "--json"] for arguments in refusals)
    )
    assert [one.code for one in ended] == [1] * len(refusals)
    for one, words in zip(ended, refusals.values(), strict=True):
        assert words in one.json["error"]


def test_a_folder_without_a_workspace_is_refused_in_words(tmp_path: Path) -> None:
    commands = [
        ["serve"],
        ["worker", "--once"],
        ["warehouse", "verify"],
        ["themes"],
        ["import", "complaints", __file__],
    ]
    ended = Workspace(tmp_path / "home").run_in_turn(*([*command, "--json"] for command in commands))
    assert [one.code for one in ended] == [1] * len(commands)
    assert all("Run `candor init` first" in one.json["error"] for one in ended)


def test_a_wrong_command_line_ends_with_two_and_the_usage(workspace: Workspace) -> None:
    ended = workspace.run("serv")
    assert ended.code == 2
    assert "usage: candor" in ended.err


def test_a_score_needs_no_workspace(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("q\n" + "10\n" * 40 + "3\n" * 20)
    ended = Workspace(tmp_path / "none").run("score", path, "--measure", "nps", "--score", "q", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)
    assert not (tmp_path / "none").exists()


def test_a_questionnaire_is_taken_over_only_after_its_losses_were_shown(workspace: Workspace) -> None:
    file = Path(__file__).parents[1] / "questionnaire" / "samples" / "after_the_call.lss"
    bring = ["survey", "import", file]
    shown, stored, handed, unknown, strange = workspace.run_in_turn(
        bring, [*bring, "--yes", "--json"], ["survey", "export", "after-the-call"], ["survey", "export", "nothing"],
        ["survey", "import", Path(__file__)],
    )  # fmt: skip
    assert shown.code == 1
    assert "A quota “Phones”: at most 50 of channel = A1." in shown.out
    assert "Nothing is stored yet" in shown.out
    assert (stored.code, stored.json["survey"], stored.json["tool"]) == (0, "after-the-call", "LimeSurvey")
    assert json.loads(handed.out)["title"] == {"default": "After the call", "de": "Nach dem Anruf"}
    assert (unknown.code, strange.code) == (1, 1)
