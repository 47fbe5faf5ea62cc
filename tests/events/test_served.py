"""The real thing: `candor serve` takes what libraries of other systems send, and is killed while it does."""

import base64
import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cli.running import SERVER, Server, Workspace, eventually, served

SOON = 60
MAKE_KEY = """
from candor.cli.workspace import start_django; start_django()
from candor.apps.organization.keys import make_key
print(make_key(name="Shop", source="shop", scopes=["events:write"], by=None)[1])
"""
IDS = """
import json
from candor.cli.workspace import start_django; start_django()
import duckdb
from candor.foundation.storage import warehouse
files = warehouse().files("events")
rows = duckdb.sql("SELECT activity, attributes ->> 'n', customer FROM read_parquet(" + repr(files) + ")").fetchall() if files else []
print(json.dumps(rows))
"""


def python(workspace: Workspace, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=workspace.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.strip()


class Client:
    """Sends as a library does: one connection, and again whatever was not acknowledged."""

    def __init__(self, server: Server, key: str) -> None:
        self._place = urlsplit(server.address)
        self._key = base64.b64encode(f"{key}:".encode()).decode()
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: Any, kind: str = "application/json") -> int:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self._place.hostname or "", self._place.port, timeout=30
            )
        headers = {"Content-Type": kind, "Authorization": f"Basic {self._key}"}
        self._connection.request("POST", path, json.dumps(body), headers)
        response = self._connection.getresponse()
        response.read()
        return response.status

    def insist(self, path: str, body: Any, ended: Callable[[], bool]) -> bool:
        """Sends until it is acknowledged."""
        while not ended():
            try:
                if self.post(path, body) == 200:
                    return True
            except (OSError, http.client.HTTPException):
                if self._connection is not None:
                    self._connection.close()
                self._connection = None
            time.sleep(0.05)
        return False


def a_batch(numbers: range) -> dict[str, Any]:
    return {
        "batch": [
            {"type": "track", "messageId": f"m{n}", "userId": f"u{n % 50}", "event": f"Step {n % 4}",
             "timestamp": f"2026-06-01T10:{n % 60:02}:00Z", "properties": {"n": n}}
            for n in numbers
        ]
    }  # fmt: skip


def waiting(workspace: Workspace) -> int:
    return int(workspace.record("SELECT count(*) FROM events_delivery")[0][0])


def test_the_commands_of_the_guide_do_what_it_says(workspace: Workspace) -> None:
    guide = Path(__file__).parents[2] / "docs" / "guide" / "connect.md"
    commands = [part.split("```")[0] for part in guide.read_text().split("```sh\n")[1:]]
    assert len(commands) == 3
    with served(workspace) as server:
        environment = os.environ | {"CANDOR_URL": server.address, "KEY": python(workspace, MAKE_KEY)}
        answers = [
            subprocess.run(
                ["bash", "-ec", command], env=environment, capture_output=True, text=True, check=True
            ).stdout
            for command in commands
        ]
        assert [answer.count('"success": true') for answer in answers] == [1, 1, 2], answers
        eventually(lambda: waiting(workspace) == 0, "the worker to take it in", SOON)
        assert server.stop(signal.SIGTERM) == 0
    names = [name for name, _, _ in json.loads(python(workspace, IDS))]
    assert sorted(names) == ["Loan Requested", "Offer Sent", "loan.paid_out", "loan.repaid"]


def test_streams_of_segment_and_of_cloud_events_come_in_unedited(workspace: Workspace) -> None:
    key = python(workspace, MAKE_KEY)
    with served(workspace) as server:
        client = Client(server, key)
        who = {"type": "identify", "messageId": "i", "userId": "u1", "traits": {"email": "u1@x.example"}}
        assert (
            client.post(
                "/v1/batch", {"batch": [who, *a_batch(range(40))["batch"]], "sentAt": "2026-06-01T10:00:00Z"}
            )
            == 200
        )
        cloud = [
            {
                "specversion": "1.0",
                "id": str(n),
                "source": "/loans",
                "type": "loan.asked",
                "time": "2026-06-01T10:00:00Z",
                "data": {"n": n},
            }
            for n in range(40, 60)
        ]
        assert client.post("/v1/events", cloud, "application/cloudevents-batch+json") == 200
        assert client.post("/v1/events", cloud[0], "application/cloudevents+json") == 200
        eventually(lambda: waiting(workspace) == 0, "the worker to take it in", SOON)
        assert server.stop(signal.SIGTERM) == 0
    rows = json.loads(python(workspace, IDS))
    assert sorted(int(n) for _, n, _ in rows) == list(range(60))
    assert {name for name, _, _ in rows} == {"Step 0", "Step 1", "Step 2", "Step 3", "loan.asked"}


def test_what_was_acknowledged_is_there_once_though_web_and_worker_are_killed(workspace: Workspace) -> None:
    key, chance = python(workspace, MAKE_KEY), random.Random(4)
    acknowledged: list[int] = []
    stop = threading.Event()
    with served(workspace) as server:

        def send(first: int) -> None:
            client, n = Client(server, key), first
            while not stop.is_set():
                numbers = range(n, n + 20)
                if client.insist("/v1/batch", a_batch(numbers), stop.is_set):
                    acknowledged.extend(numbers)
                n += 20

        senders = [threading.Thread(target=send, args=(first,)) for first in (0, 10_000_000)]
        for sender in senders:
            sender.start()
        for _ in range(6):
            before = len(acknowledged)
            eventually(lambda before=before: len(acknowledged) > before, "events to be acknowledged", SOON)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 1.5))
            word = chance.choice(["web", "worker"])
            victims = list(server.web_processes()) if word == "web" else [server.child("worker")]
            for process in filter(None, victims):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        eventually(server.answers, "the web server to be back", SOON)
        time.sleep(1)
        stop.set()
        for sender in senders:
            sender.join()
        eventually(lambda: waiting(workspace) == 0, "the worker to take everything in", 120)
        assert server.stop(signal.SIGTERM) == 0
    numbers = [int(n) for _, n, _ in json.loads(python(workspace, IDS))]
    assert len(acknowledged) > 100
    assert set(acknowledged) <= set(numbers), "what was acknowledged is there"
    assert len(numbers) == len(set(numbers)), "and nothing twice"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if SERVER:
        pytest.skip("the record lies on the disk of the database server")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_answered_and_nothing_acknowledged_is_lost(
    workspace: Workspace, small_disk: Path
) -> None:
    if workspace.database:
        pytest.skip("the record lies on the disk of the server")
    key = python(workspace, MAKE_KEY)
    small = workspace.copy_to(small_disk / "home")
    acknowledged: list[int] = []
    with served(small) as server:
        client, status, n = Client(server, key), 200, 0
        padding = {"padding": "x" * 20_000}
        while status == 200 and n < 4_000:
            batch = a_batch(range(n, n + 10))
            for message in batch["batch"]:
                message["properties"] |= padding
            status = client.post("/v1/batch", batch)
            acknowledged += range(n, n + 10) if status == 200 else ()
            n += 10
        assert status == 507
        subprocess.run(["mount", "-o", "remount,size=400m", str(small_disk)], check=True)
        assert client.insist("/v1/batch", a_batch(range(n, n + 10)), lambda: False)
        acknowledged += range(n, n + 10)
        eventually(lambda: waiting(small) == 0, "the worker to take it in", 120)
        assert server.stop(signal.SIGTERM) == 0
    numbers = [int(n) for _, n, _ in json.loads(python(small, IDS))]
    assert sorted(numbers) == acknowledged
