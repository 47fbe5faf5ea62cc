"""The `candor` command as people run it: a process of its own on a folder of its own."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse, urlunparse
from uuid import uuid4

# Runs several command lines one after another in one process: starting Python for each would cost more than the work.
_IN_TURN = """
import contextlib, io, json, sys
from candor.cli import main
def ended(arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as error:
            code = error.code
    return [code, out.getvalue(), err.getvalue()]
results = [ended(arguments) for arguments in json.loads(sys.argv[1])]
print(json.dumps(results))
"""
EMAIL, PASSWORD = "clara@harbour.example", "a long enough password"
HEADER = "Complaint ID,Date received,Product,Issue,Consumer complaint narrative\n"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that it printed, and nothing else."""
        found = json.loads(self.out)
        assert isinstance(found, dict), self.out
        return found


SERVER = os.environ.get("CANDOR_DATABASE_URL", "")  # of PostgreSQL, where the tests run on it


@dataclass(frozen=True)
class Workspace:
    """A data folder, on PostgreSQL a database beside it, and the commands run on them."""

    home: Path
    database: str = field(default_factory=lambda: new_database() if SERVER else "")

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("CANDOR_", "DJANGO_", "PORT", "HOST"))
        }
        return (
            kept
            | {"CANDOR_HOME": str(self.home), "CANDOR_OUTGOING_PRIVATE_HOSTS": "127.0.0.1"}
            | ({"CANDOR_DATABASE_URL": self.database} if self.database else {})
        )

    def start(self, *arguments: object, **options: Any) -> "subprocess.Popen[str]":
        """Begin a command without waiting for it."""
        command = [sys.executable, "-m", "candor.cli", *map(str, arguments)]
        return subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            **options,
        )  # fmt: skip

    def run(self, *arguments: object, seconds: float = 120, **options: Any) -> Ended:
        """Run a command to its end."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=seconds)
        return Ended(process.returncode, out, err)

    def run_in_turn(self, *commands: Sequence[object], seconds: float = 120) -> list[Ended]:
        """Run several commands to their ends, one after another."""
        lines = json.dumps([[str(word) for word in command] for command in commands])
        done = subprocess.run(
            [sys.executable, "-c", _IN_TURN, lines], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=seconds,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [Ended(*result) for result in json.loads(done.stdout)]

    def copy_to(self, folder: Path) -> "Workspace":
        """The same workspace once more."""
        shutil.copytree(self.home, folder)
        return Workspace(folder, new_database(like=self.database) if self.database else "")

    def record(self, query: str) -> list[tuple[Any, ...]]:
        """What the record says, read beside whoever writes it."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as connection:
                return connection.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(self.home / "candor.sqlite3", timeout=30)) as connection:
            return connection.execute(query).fetchall()

    def processes(self) -> list[int]:
        """Every process that runs on this folder, whoever its parent is."""
        mark = f"CANDOR_HOME={self.home}\0".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdecimal() and mark in (entry / "environ").read_bytes() + b"\0":
                    is_zombie = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
                    found += [] if is_zombie else [int(entry.name)]
            except OSError:
                continue
        return sorted(found)

    def end_processes(self) -> None:
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def new_database(like: str = "") -> str:
    """The address of a database of its own: an empty one, or a copy."""
    import psycopg

    name = f"candor_{uuid4().hex}"
    template = urlparse(like).path.removeprefix("/") or "template0"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return urlunparse(urlparse(SERVER)._replace(path=f"/{name}"))


@dataclass
class Server:
    """A running `candor serve`."""

    workspace: Workspace
    process: "subprocess.Popen[str]"
    address: str

    def healthz(self) -> dict[str, str]:
        with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as response:
            answer: dict[str, str] = json.load(response)
        return answer

    def answers(self) -> bool:
        try:
            return self.healthz() == {"status": "ok"}
        except OSError:
            return False

    def child(self, word: str) -> int | None:
        """The process that the supervisor started for `word`, if it runs."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in map(int, children):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if word in command:
                return pid
        return None

    def web_processes(self) -> Iterator[int]:
        """The web server and what it started; nothing between two of its lives."""
        first = self.child("granian")
        if first:
            yield first
            with suppress(OSError):
                yield from map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())

    def stop(self, number: signal.Signals = signal.SIGINT, seconds: float = 20) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=seconds)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(workspace: Workspace, command: str = "serve", *arguments: object) -> Iterator[Server]:
    """Start the server and leave no process behind."""
    port = free_port()
    process = workspace.start(command, "--port", port, "--json", *arguments)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        server = Server(workspace, process, json.loads(line)["address"])
        eventually(server.answers, "the server to answer")
        yield server
    finally:
        workspace.end_processes()
        process.communicate(timeout=10)


def eventually(is_so: Callable[[], object], what: str, seconds: float = 40) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def complaints_csv(path: Path, rows: int, *, start: int = 0) -> Path:
    """A file of complaints, each with a number of its own."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(
            f"{i},2026-0{i % 6 + 1}-{i % 28 + 1:02},Product {i % 7},Issue {i % 11},They kept me waiting {i} days.\n"
            for i in range(start, start + rows)
        )
    return path
