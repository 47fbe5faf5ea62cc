"""A record on a database server has one data folder, and says so to every other one."""

import shutil
from pathlib import Path

import pytest

from tests.cli.running import SERVER, Workspace, complaints_csv

on_a_server = pytest.mark.skipif(not SERVER, reason="SQLite lies in its folder")


@pytest.mark.server
@on_a_server
@pytest.mark.parametrize("command", [("serve",), ("warehouse", "project")])
def test_a_second_folder_on_the_same_record_is_refused_with_a_way_out(
    workspace: Workspace, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert workspace.run("worker", "--once", "--json").code == 0
    second = Workspace(tmp_path / "second", workspace.database)
    refused = second.run(*command, "--json")
    assert refused.code == 1
    assert str(workspace.home) in refused.json["error"]
    assert "`candor warehouse adopt`" in refused.json["error"]


@pytest.mark.server
@on_a_server
def test_a_folder_that_was_moved_is_still_the_records(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.run("worker", "--once", "--json").code == 0
    shutil.move(workspace.home, tmp_path / "moved")
    assert Workspace(tmp_path / "moved", workspace.database).run("worker", "--once", "--json").code == 0


@pytest.mark.server
@on_a_server
def test_a_folder_that_takes_the_place_of_a_lost_one_is_rebuilt_and_the_lost_one_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.run_in_turn(
        ["import", "complaints", complaints_csv(tmp_path / "c.csv", 30), "--json"],
        ["warehouse", "project", "--json"],
    )
    second = Workspace(tmp_path / "second", workspace.database)
    adopted, verified = second.run_in_turn(
        ["warehouse", "adopt", "--json"], ["warehouse", "verify", "--json"]
    )
    assert adopted.json["facts"] == verified.json["facts"] > 0
    assert verified.json["equal"] is True
    assert workspace.run("warehouse", "project", "--json").code == 1


@pytest.mark.skipif(bool(SERVER), reason="of SQLite")
def test_a_record_in_its_folder_belongs_there_wherever_it_was_copied_from(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert workspace.run("worker", "--once", "--json").code == 0
    shutil.copytree(workspace.home, tmp_path / "copy")
    (tmp_path / "copy" / "folder.key").unlink()
    assert Workspace(tmp_path / "copy").run("worker", "--once", "--json").code == 0
