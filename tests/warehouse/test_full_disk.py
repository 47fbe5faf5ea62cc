"""A full disk is called by its name, and leaves everything as it was."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from candor.warehouse import Warehouse
from tests.warehouse.planted import answer, assert_cube_agrees, parts_on_disk, values_of

LIMITED = """
import resource, sys
from candor.warehouse import Warehouse, WarehouseFull
from tests.warehouse.planted import many_answers

warehouse = Warehouse(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    warehouse.project(many_answers(20_000), through=2)
except WarehouseFull as error:
    print(error.code)
"""


@pytest.mark.parametrize("limit", [700, 20_000, 200_000])
def test_a_file_that_may_not_grow_is_a_full_warehouse(tmp_path: Path, limit: int) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.project([answer(1, 3)], through=1)
    before = parts_on_disk(warehouse.folder)
    command = [sys.executable, "-c", LIMITED, str(warehouse.folder), str(limit)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout == "warehouse_full\n"
    _assert_untouched(warehouse, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_a_full_warehouse(small_disk: Path) -> None:
    warehouse = Warehouse(small_disk / "warehouse")
    warehouse.project([answer(1, 3)], through=1)
    before = parts_on_disk(warehouse.folder)
    command = [sys.executable, "-c", LIMITED, str(warehouse.folder), "-1"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout == "warehouse_full\n"
    _assert_untouched(warehouse, before)


def _assert_untouched(warehouse: Warehouse, before: set[str]) -> None:
    assert values_of(warehouse) == {1: 3}
    assert warehouse.watermark() == 1
    assert parts_on_disk(warehouse.folder) == before
    warehouse.project([answer(2, 4)], through=2)
    assert values_of(Warehouse(warehouse.folder)) == {1: 3, 2: 4}
    assert_cube_agrees(warehouse)
