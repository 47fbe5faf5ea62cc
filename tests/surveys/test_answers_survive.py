"""The server is killed outright while people answer: every answer that it acknowledged is there, each once, and becomes feedback."""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.running import Server, Workspace, eventually, served

ROOT = Path(__file__).parents[2]
KILLS, SENDERS = 2, 3
MAKE = """
from candor.cli.workspace import start_django; start_django()
from django.utils import timezone
from candor.apps.surveys.services import NewInvitation, invite
from tests.surveys.asking_here import a_survey
items = [NewInvitation(key=str(n), sent_at=timezone.now()) for n in range(3000)]
print(*(secret for _, secret in invite(survey=a_survey(key="killed"), items=items)))
"""


def _answer(server: Server, link: str, own: str) -> bool:
    """Whether the answer was acknowledged; asked again with the same secret as a browser would."""
    body = json.dumps({"secret": own, "data": {"score": 9, "why": own}, "finished": True}).encode()
    request = urllib.request.Request(
        f"{server.address}/a/{link}/", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
        return False


def _kill_web(server: Server) -> None:
    eventually(lambda: server.child("granian"), "the web server to run", seconds=90)
    for pid in list(server.web_processes()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_an_acknowledged_answer_survives_a_kill_and_counts_once(workspace: Workspace) -> None:
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MAKE], env=workspace.environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=True, cwd=ROOT,
    )  # fmt: skip
    links, acknowledged, over = made.stdout.split(), set[str](), threading.Event()

    def send(server: Server) -> None:
        while links and not over.is_set():
            link, own = links.pop(), secrets.token_hex(16)
            while not over.is_set() and own not in acknowledged:
                if _answer(server, link, own):
                    acknowledged.add(own)

    with served(workspace) as server:
        threads = [threading.Thread(target=send, args=(server,)) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(KILLS):
                before = len(acknowledged)
                eventually(lambda: len(acknowledged) > before + 5, "answers to come in", seconds=90)  # noqa: B023
                _kill_web(server)
            before = len(acknowledged)
            eventually(lambda: len(acknowledged) > before + 5, "the server to be back", seconds=90)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        kept = [json.loads(data)["why"] for (data,) in workspace.record("SELECT data FROM surveys_response")]
        assert acknowledged <= set(kept)
        assert len(kept) == len(set(kept))
        wanted = "SELECT text FROM feedback_answer WHERE question = 'why'"
        eventually(
            lambda: len(workspace.record(wanted)) >= len(kept), "all of them to be feedback", seconds=90
        )
        assert sorted(text for (text,) in workspace.record(wanted)) == sorted(kept)
