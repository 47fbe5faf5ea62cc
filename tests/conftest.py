"""Fixtures for every test: an own data folder, the real data where they are, the cast."""

import os
import tomllib
from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.world import World, build_world

ROOT = Path(__file__).parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the rooms that the contract "pure" keeps free of Django: they need no second run on another database."""
    pure = {room.removeprefix("candor.") for room in _contract("pure")["source_modules"]}
    for item in items:
        if item.path.relative_to(ROOT / "tests").parts[0] in pure:
            item.add_marker("pure")


def _contract(name: str) -> dict[str, list[str]]:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return next(contract for contract in linter["contracts"] if contract["id"] == name)


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> None:
    """No test touches a real workspace."""
    settings.CANDOR_HOME = tmp_path / "home"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db: None) -> World:
    """The named cast in its small company."""
    return build_world()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real public data; the test is skipped where there is none."""
    folder = os.environ.get("CANDOR_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs real data: set CANDOR_DATA to the folder that holds it")
    return Path(folder)
