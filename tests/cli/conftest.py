"""One workspace, set up once and copied for each test that needs it."""

from pathlib import Path

import pytest

from tests.cli.running import EMAIL, PASSWORD, Workspace


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
