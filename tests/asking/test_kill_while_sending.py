"""Kill -9 while sending, again and again: nobody is asked twice, nobody is forgotten."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from candor.apps.asking.choices import Delivery, Standing
from tests.asking.post import Post, a_post

ROOT = Path(__file__).parent.parent.parent
N = 220


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "CANDOR_HOME": str(tmp_path),
        "CANDOR_SECRET_KEY": "one key for all of these processes, long enough to be taken",
        "CANDOR_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "CANDOR_EMAIL_HOST": "127.0.0.1",
        "CANDOR_URL": "https://cx.harbour.example",
        "PYTHONPATH": str(ROOT),
    }


def _start(environment: dict[str, str], *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "ignore", "-m", "tests.asking.sending_process", *words]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _run(environment: dict[str, str], *words: str) -> str:
    process = _start(environment, *words)
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return out


def _kill_when(process: "subprocess.Popen[str]", post: Post, arrived: int) -> bool:
    """Kill the process as soon as so many mails arrived; whether it was still at work."""
    while process.poll() is None and len(post.arrived) < arrived:
        time.sleep(0.001)
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True


@pytest.mark.slow
def test_nobody_is_asked_twice_and_nobody_forgotten_however_often_the_sender_is_killed(
    environment: dict[str, str],
) -> None:
    with a_post() as post:
        environment["CANDOR_EMAIL_PORT"] = str(post.port)
        post.seconds = 0.003
        _run(environment, "prepare", str(N))
        kills = 0
        for arrived in (1, 40, 97, 160):
            kills += _kill_when(_start(environment, "work"), post, arrived)
        _run(environment, "work")
        told = json.loads(_run(environment, "tell"))
        assert kills >= 3, "it was killed at work"
        _check(told, post, kills)
        unsure = [one for one in told["messages"] if one["delivery"] == Delivery.UNSURE]
        _run(environment, "later")
        _check_a_day_later(json.loads(_run(environment, "tell")), post, unsure)


def _check(told: dict[str, Any], post: Post, kills: int) -> None:
    assert told["standings"] == [Standing.ASKED] * N, "everybody who came up was asked"
    assert len(told["messages"]) == N
    arrivals = Counter(str(mail["To"]) for mail in post.arrived)
    assert max(arrivals.values()) == 1, "nobody was asked twice"
    states = Counter(one["delivery"] for one in told["messages"])
    assert set(states) <= {Delivery.SENT, Delivery.UNSURE}
    assert states[Delivery.UNSURE] <= kills, "at most one for each kill is open"
    sent = {one["address"] for one in told["messages"] if one["delivery"] == Delivery.SENT}
    assert sent <= set(arrivals), "what is said to be sent has arrived"


def _check_a_day_later(told: dict[str, Any], post: Post, unsure: list[dict[str, Any]]) -> None:
    """Those of whom nothing is known get the same message, under the same id; nobody else gets another one."""
    assert {one["delivery"] for one in told["messages"]} == {Delivery.SENT}
    arrivals = Counter(str(mail["To"]) for mail in post.arrived)
    assert len(arrivals) == N, "nobody was forgotten"
    twice = {address for address, n in arrivals.items() if n > 1}
    assert twice <= {one["address"] for one in unsure}
    for address in twice:
        first, second = post.to(address)
        assert first["Message-ID"] == second["Message-ID"]
        assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()
