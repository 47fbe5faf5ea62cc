"""`candor serve`: web server, worker and scheduler in one process tree that stops together."""

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .workspace import open_workspace, refuse

PATIENCE = 15.0  # seconds that a child has to stop before it is killed
CALM = 30.0  # seconds after which a child that died counts as having run well


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("serve", help="start Candor: web, worker and scheduler")
    add_address(parser)
    parser.set_defaults(run=run)


def add_address(parser: argparse.ArgumentParser) -> None:
    """The options that say where to listen."""
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="default: %(default)s")
    parser.add_argument(
        "--port", type=int, default=int(os.environ.get("PORT", "8000")), help="default: %(default)s"
    )
    parser.add_argument(
        "--threads", type=int, default=4, help="requests answered at once (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object once it listens")


def answer_at(arguments: argparse.Namespace) -> None:
    """Have links lead to where it listens, unless `CANDOR_URL` says otherwise; before Django is set up."""
    os.environ.setdefault("CANDOR_URL", f"http://{arguments.host}:{arguments.port}")


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError

    answer_at(arguments)
    try:
        open_workspace()
    except DomainError as error:
        return refuse(str(error), as_json=arguments.json)
    return serve(arguments, announce=lambda address: _announce(address, as_json=arguments.json))


def serve(arguments: argparse.Namespace, *, announce: Callable[[str], None]) -> int:
    """Run the process tree until SIGINT or SIGTERM; `announce` is called with the address once it answers."""
    if not _is_free(arguments.host, arguments.port):
        return refuse(
            f"port {arguments.port} is taken. Choose another one: PORT=8123 candor serve",
            as_json=arguments.json,
        )
    tree = Supervisor([Child("web", _web_command(arguments)), Child("worker", _worker_command())])
    return tree.run(
        is_ready=lambda: _answers(arguments.host, arguments.port),
        when_ready=lambda: announce(f"http://{arguments.host}:{arguments.port}"),
    )


def _announce(address: str, *, as_json: bool) -> None:
    from .workspace import say

    say({"address": address}, words=f"Candor is at {address} — stop it with Ctrl-C.", as_json=as_json)
    sys.stdout.flush()


def _web_command(arguments: argparse.Namespace) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "candor.web.wsgi:application", "--interface", "wsgi"),
        *("--host", arguments.host, "--port", str(arguments.port), "--workers", "1"),
        *("--blocking-threads", str(arguments.threads), "--log-level", "warning", "--respawn-failed-workers"),
    ]


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "candor.cli", "worker"]


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(host: str, port: int) -> bool:
    """Whether a server listens there; one that listens everywhere is asked at home."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  read, not bound
    try:
        socket.create_connection((here, port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass
class Child:
    """A process of the tree and how often it had to be started anew."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    failures: int = field(default=0)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter and module names
            self.command, preexec_fn=_die_with_parent, start_new_session=True
        )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def end_rest(self) -> None:
        """End what a child that died left running: it would keep the port and serve on unseen."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Starts children, starts again what dies, stops all of them on a signal."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self, *, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> int:
        """Start the children and keep them running until a signal comes; `when_ready` is called once `is_ready`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        for child in self.children:
            child.start()
        try:
            self._watch(is_ready, when_ready)
        finally:
            self._end_children()
        return 0

    def _watch(self, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> None:
        announced = False
        while not self.stopping:
            if not announced and is_ready():
                announced = True
                when_ready()
            for child in self.children:
                self._mend(child)
            time.sleep(0.1)

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _mend(self, child: Child) -> None:
        if self.stopping or not child.has_ended():
            return
        lived = time.monotonic() - child.started_at
        child.failures = 0 if lived > CALM else child.failures + 1
        print(f"candor: {child.name} ended unexpectedly; starting it again", file=sys.stderr, flush=True)
        child.end_rest()
        time.sleep(min(0.2 * 2**child.failures, 10))
        child.start()

    def _end_children(self) -> None:
        for child in self.children:
            self._signal(child, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.end_rest()
                child.process.wait()
            child.end_rest()

    def _signal(self, child: Child, number: signal.Signals) -> None:
        if child.process is not None and not child.has_ended():
            os.kill(child.process.pid, number)


def _die_with_parent() -> None:
    """Have the kernel end this child when the supervisor is killed outright (Linux; elsewhere nothing happens)."""
    if Path("/proc/self").exists():
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
