"""Fixtures for every test: an own data folder, the real data where they are, the cast."""

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.cli.running import EMAIL, PASSWORD, Workspace
from tests.world import World, build_world

# A busy machine is no fault: how long an example takes fails no test.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")

TOUCHING = {"db", "transactional_db", "django_db_setup"}  # fixtures that open the record


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that touch the record: they, and no others, are worth a second run on another database."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & TOUCHING:
            item.add_marker("record")


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


@pytest.fixture(scope="session")
def set_up_once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("workspace") / "home")
    ended = workspace.run("init", "--name", "Harbour", "--email", EMAIL, "--password", PASSWORD, "--json")
    assert ended.code == 0, ended.err
    assert ended.json == {"home": str(workspace.home), "workspace": "Harbour", "administrator": EMAIL}
    return workspace


@pytest.fixture
def workspace(set_up_once: Workspace, tmp_path: Path) -> Workspace:
    """An empty workspace of one's own."""
    return set_up_once.copy_to(tmp_path / "workspace")
