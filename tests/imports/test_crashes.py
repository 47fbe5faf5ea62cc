"""Imports and rebuilds that are killed, starved of disk or very large: nothing lost, nothing doubled, nothing torn."""

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.running import SERVER, Workspace, complaints_csv

ROWS = 20_000


def _count(workspace: Workspace, sql: str) -> int:
    """One number from the record, read beside whoever writes it."""
    return int(workspace.record(sql)[0][0] or 0)


def _acknowledged(workspace: Workspace) -> int:
    return _count(workspace, "SELECT sum(rows_added) FROM imports_importbatch")


def _keys(workspace: Workspace) -> set[str]:
    return {key for (key,) in workspace.record("SELECT key FROM feedback_feedback")}


def _kill_while(process: "subprocess.Popen[str]", goes_on: Callable[[], bool], chance: random.Random) -> bool:
    """Kill it at some moment after it has begun to do something; False when it was quicker."""
    while process.poll() is None and not goes_on():
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.4))
    was_running = process.poll() is None
    process.kill()
    process.communicate()
    return was_running


@pytest.mark.server
def test_an_import_that_is_killed_again_and_again_loses_and_doubles_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    path, chance = complaints_csv(tmp_path / "c.csv", ROWS), random.Random(1)
    command: tuple[object, ...] = ("import", "complaints", path, "--json")
    kills, kept = 0, set()
    for _ in range(4):
        before = _acknowledged(workspace)
        kills += _kill_while(
            workspace.start(*command), lambda before=before: _acknowledged(workspace) > before, chance
        )  # type: ignore[misc]
        now = _keys(workspace)
        assert kept <= now, "what was there before stays"
        assert len(now) == _acknowledged(workspace), "what is told is there, no more and no less"
        kept, command = now, ("worker", "--once", "--json")
    assert kills >= 2, "it was over before it could be killed"
    assert workspace.run("worker", "--once", "--json").code == 0
    _assert_complete(workspace, ROWS)
    assert _count(workspace, "SELECT rows_read FROM imports_importbatch WHERE state = 'done'") == ROWS


def test_after_a_kill_a_second_run_of_the_same_file_brings_the_rest(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = complaints_csv(tmp_path / "c.csv", 3_000)
    process = workspace.start("import", "complaints", path, "--json")
    assert _kill_while(process, lambda: _acknowledged(workspace) > 0, random.Random(3))
    there = _acknowledged(workspace)
    second = workspace.run("import", "complaints", path, "--json")
    assert (second.json["rows_added"], second.json["rows_known"]) == (3_000 - there, there)
    assert workspace.run("worker", "--once", "--json").code == 0
    _assert_complete(workspace, 3_000)
    assert _count(workspace, "SELECT count(*) FROM imports_importbatch WHERE state = 'done'") == 2


def _assert_complete(workspace: Workspace, rows: int) -> None:
    """The record and the warehouse hold each complaint once."""
    assert _count(workspace, "SELECT count(*) FROM feedback_feedback") == rows
    assert _count(workspace, "SELECT count(DISTINCT key) FROM feedback_feedback") == rows
    assert _count(workspace, "SELECT count(*) FROM complaints_complaint") == rows
    _, verified = workspace.run_in_turn(["warehouse", "project", "--json"], ["warehouse", "verify", "--json"])
    assert verified.json["differences"] == []
    assert (verified.json["equal"], verified.json["pending"]) == (True, 0)


EVENTS = """
import json, sys
from candor.cli.workspace import open_workspace
open_workspace()
from candor.foundation.storage import warehouse
from candor.warehouse.queries import event_cases
found = event_cases(warehouse(), journey="permits")
print(json.dumps([found.cases, found.events]))
"""


def test_events_of_an_import_that_is_killed_are_there_once(workspace: Workspace, tmp_path: Path) -> None:
    path, chance = tmp_path / "events.csv", random.Random(5)
    with path.open("w") as file:
        file.write("case_id,activity,timestamp\n")
        file.writelines(
            f"c{i // 4},Step {i % 4},2026-01-{i % 28 + 1:02}T10:{i % 60:02}:00Z\n" for i in range(80_000)
        )
    command: tuple[object, ...] = ("import", "events", path, "--journey", "permits", "--json")
    for _ in range(3):
        before = _acknowledged(workspace)
        _kill_while(
            workspace.start(*command), lambda before=before: _acknowledged(workspace) > before, chance
        )  # type: ignore[misc]
        command = ("worker", "--once", "--json")
    assert workspace.run("worker", "--once", "--json").code == 0
    assert _count(workspace, "SELECT rows_added FROM imports_importbatch WHERE state = 'done'") == 80_000
    told = subprocess.run(
        [sys.executable, "-c", EVENTS], env=workspace.environment, capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == [20_000, 80_000]


def test_a_rebuild_that_is_killed_leaves_the_warehouse_as_it_was(
    workspace: Workspace, tmp_path: Path
) -> None:
    path, chance = complaints_csv(tmp_path / "c.csv", 8_000), random.Random(7)
    _, _, level = workspace.run_in_turn(
        ["import", "complaints", path, "--json"],
        ["warehouse", "project", "--json"],
        ["warehouse", "verify", "--json"],
    )
    assert level.json["equal"] is True
    kills = 0
    for _ in range(2):
        before = _files(workspace.home / "warehouse")
        rebuild = workspace.start("warehouse", "rebuild", "--json")
        kills += _kill_while(
            rebuild, lambda before=before: _files(workspace.home / "warehouse") != before, chance
        )  # type: ignore[misc]
        assert _told(workspace.run("warehouse", "verify", "--json").json) == _told(level.json)
    assert kills > 0, "it was over before it could be killed"
    rebuilt, verified = workspace.run_in_turn(
        ["warehouse", "rebuild", "--json"], ["warehouse", "verify", "--json"]
    )
    assert rebuilt.json["facts"] == level.json["facts"]
    assert _told(verified.json) == _told(level.json)


def _told(verified: dict[str, object]) -> dict[str, object]:
    """What the warehouse says; how many files say it differs from before to after the switch."""
    return {name: value for name, value in verified.items() if name not in ("files", "rows")}


def _files(folder: Path) -> set[tuple[str, int]]:
    """What lies there, read beside whoever makes and removes it."""
    found = set()
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found.add((f"{place}/{name}", (Path(place) / name).stat().st_size))
    return found


# -- A full disk -----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if SERVER:
        pytest.skip("the record lies on the disk of the database server")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_the_import_goes_on_once_there_is_room(
    set_up_once: Workspace, small_disk: Path, tmp_path: Path
) -> None:
    workspace = set_up_once.copy_to(small_disk / "home")
    path = complaints_csv(tmp_path / "c.csv", 10_000)
    full = workspace.run("import", "complaints", path, "--json")
    assert full.code == 1
    told = full.json.get("error") or full.json["notes"][0]
    assert told.startswith("The disk is full. What was imported so far is safe and complete up to row ")
    assert "Traceback" not in full.err
    there = _count(workspace, "SELECT count(*) FROM feedback_feedback")
    assert 0 < there < 10_000
    assert there == _acknowledged(workspace)
    assert _count(workspace, "SELECT count(*) FROM complaints_complaint") == there, "nothing is torn"
    subprocess.run(["mount", "-o", "remount,size=300m", str(small_disk)], check=True)
    rest = workspace.run("import", "complaints", path, "--json")
    assert (rest.json["rows_added"], rest.json["rows_known"]) == (10_000 - there, there)
    assert workspace.run("worker", "--once", "--json").code == 0
    _assert_complete(workspace, 10_000)


# -- A large file ----------------------------------------------------------------------------------------------------

READ_ALL = """
import json, sys
from pathlib import Path
from candor.cli.workspace import open_workspace
open_workspace()
from candor.apps.imports import services
from candor.apps.imports.kinds import kind_of
batch = services.take_path(kind="complaints", path=Path(sys.argv[1]), by=None)
items = kind_of("complaints").open(batch).items(start=1)
rows = sum(1 for _ in items)
most = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([rows, int(most.split()[1]) / 1024]))
"""


def test_a_file_of_300_megabytes_is_read_in_bounded_memory(workspace: Workspace, tmp_path: Path) -> None:
    path, rows = tmp_path / "large.csv", 100_000
    narrative = "They kept me waiting for the appraisal and nobody called back. " * 48
    with path.open("w") as file:
        file.write("Complaint ID,Date received,Product,Issue,Consumer complaint narrative\n")
        file.writelines(f'{i},2026-01-{i % 28 + 1:02},Loan,Fees,"{narrative}{i}"\n' for i in range(rows))
    assert path.stat().st_size > 300e6
    told = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(path)],
        env=workspace.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found, megabytes = json.loads(told.stdout)
    assert found == rows
    assert megabytes < 400
