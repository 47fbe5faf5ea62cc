"""A wheel built from this tree works where there is neither node nor a checkout."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
BUILT = "candor/web/static/build"
UV = shutil.which("uv") or shutil.which(ROOT / ".tools/bin/uv")

pytestmark = [
    pytest.mark.skipif(UV is None, reason="uv is not installed: make setup brings it"),
    pytest.mark.skipif(
        not (ROOT / "src" / BUILT / "manifest.json").is_file(),
        reason="The front end is not built: npm run build",
    ),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Built from a copy, so that nothing of this checkout is touched or leant on."""
    copy = tmp_path_factory.mktemp("tree")
    for name in _files():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    shutil.copytree(ROOT / "src" / BUILT, copy / "src" / BUILT)
    assert UV is not None
    _run(UV, "build", "--wheel", "--quiet", "--out-dir", copy / "dist", cwd=copy)
    (built,) = (copy / "dist").glob("*.whl")
    yield built


def _files(folder: str = ".") -> list[str]:
    """The files of the tree, without what is ignored."""
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder, cwd=ROOT)
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _run(*command: object, **options: object) -> str:
    ended = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **options
    )  # type: ignore[call-overload]
    assert ended.returncode == 0, ended.stderr
    return str(ended.stdout)


def test_it_carries_what_the_product_needs_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read(f"{BUILT}/manifest.json"))
    assert "candor/py.typed" in names
    assert {f"{BUILT}/{entry['file']}" for entry in manifest.values()} <= names
    wanted = {name.removeprefix("src/") for name in _files("src")}
    assert any("migrations/0001" in name for name in wanted)
    assert any(name.endswith("templates/base.html") for name in wanted)
    assert wanted <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"candor"}


def test_installed_without_node_it_sets_up_a_workspace_and_serves_its_assets(
    wheel: Path, tmp_path: Path
) -> None:
    assert UV is not None
    home, fresh = tmp_path / "home", tmp_path / "fresh"
    _run(UV, "venv", "--quiet", "--python", sys.executable, fresh)
    python = fresh / "bin/python"
    _run(
        UV, "pip", "install", "--quiet", "--python", python, "--constraint", ROOT / "requirements.lock", wheel
    )
    environment = {
        "PATH": str(fresh / "bin"),
        "CANDOR_HOME": str(home),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
    }
    assert shutil.which("node", path=environment["PATH"]) is None
    candor = fresh / "bin/candor"
    assert _run(candor, "--version", env=environment, cwd=tmp_path).startswith("candor ")
    made = _run(
        candor, "init", "--email", "clara@harbour.example", "--password", "a long enough password", "--json",
        env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert json.loads(made)["administrator"] == "clara@harbour.example"
    page = _run(
        python, "-c", SIGN_IN_PAGE, env=environment | {"PYTHONWARNINGS": "error::ImportWarning"}, cwd=tmp_path
    )
    assert json.loads(page) == {"page": 200, "assets": [200, 200]}
    assert not os.path.lexists(tmp_path / "src")


SIGN_IN_PAGE = """
import json, re
from candor.cli.workspace import start_django
start_django()
from django.test import Client
client = Client(headers={"host": "localhost"})
page = client.get("/accounts/login/")
found = re.findall(r'(?:src|href)="(/static/build/[^"]+[.](?:js|css))"', page.content.decode())
assets = sorted({name.rpartition(".")[2]: client.get(name).status_code for name in found}.items())
print(json.dumps({"page": page.status_code, "assets": [status for _, status in assets]}))
"""
