"""`candor serve` as one process tree: it answers, mends itself, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.running import Server, Workspace, complaints_csv, eventually, free_port, served

SOON = 30


def _states(workspace: Workspace) -> list[str]:
    return [state for (state,) in workspace.record("SELECT state FROM imports_importbatch ORDER BY id")]


def _queue_import(server: Server, path: Path) -> None:
    """Have the worker import a file, as the pages do."""
    code = (
        "from candor.cli.workspace import start_django; start_django()\n"
        "from pathlib import Path; import sys\n"
        "from candor.apps.imports import services, tasks\n"
        "batch = services.take_path(kind='complaints', path=Path(sys.argv[1]), by=None)\n"
        "services.start(batch=batch, by=None, later=tasks.run.enqueue)\n"
    )

    subprocess.run(
        [sys.executable, "-c", code, str(path)], env=server.workspace.environment, check=True, timeout=60
    )


def test_it_answers_works_and_stops_cleanly(workspace: Workspace, tmp_path: Path) -> None:
    with served(workspace) as server:
        assert server.healthz() == {"status": "ok"}
        _queue_import(server, complaints_csv(tmp_path / "c.csv", 50))
        eventually(lambda: _states(workspace) == ["done"], "the worker to import", SOON)
        began = time.monotonic()
        assert server.stop(signal.SIGINT) == 0
        assert time.monotonic() - began < 10
        assert workspace.processes() == []


def test_a_port_that_is_taken_is_refused_with_a_way_out(workspace: Workspace) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        port = other.getsockname()[1]
        ended = workspace.run("serve", "--port", port, seconds=30)
    assert ended.code == 1
    assert f"port {port} is taken" in ended.err
    assert "PORT=" in ended.err
    assert workspace.processes() == []


def test_web_and_worker_are_started_again_and_the_import_goes_on_at_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    with served(workspace) as server:
        _queue_import(server, complaints_csv(tmp_path / "c.csv", 8_000))
        eventually(lambda: _states(workspace) == ["running"], "the import to begin", SOON)
        killed = {word: server.child(word) for word in ("worker", "granian")}
        for process in killed.values():
            assert process
            os.kill(process, signal.SIGKILL)
        eventually(
            lambda: all(server.child(word) not in {None, killed[word]} for word in killed), "others", SOON
        )
        eventually(server.answers, "the new web server", SOON)
        eventually(lambda: _states(workspace) == ["done"], "the new worker to end the import", 55)
        assert server.stop(signal.SIGTERM) == 0
        assert workspace.processes() == [], "not even what the killed web server had started"
    found = workspace.record("SELECT count(*), count(DISTINCT key) FROM feedback_feedback")
    assert found == [(8_000, 8_000)]


def test_children_end_with_a_supervisor_that_is_killed(workspace: Workspace) -> None:
    with served(workspace) as server:
        assert len(workspace.processes()) >= 3
        server.process.kill()
        eventually(lambda: workspace.processes() == [], "the children to end", SOON)
