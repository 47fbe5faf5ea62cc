"""10,000 invitations: from coming up to handed over, beside a plain loop of smtplib with the same messages to the same server.

The server (aiosmtpd) runs in a process of its own and only counts. `python bench/asking.py [N]`; seconds, messages a second, and the
peak memory of the process.
"""

import os
import resource
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    PORT = free.getsockname()[1]
SERVER = f"""
import asyncio
from aiosmtpd.controller import UnthreadedController
class Count:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
controller = UnthreadedController(Count(), hostname="127.0.0.1", port={PORT}, loop=loop)
controller.begin()
print("ready", flush=True)
loop.run_forever()
"""


def main(n: int) -> None:
    home = tempfile.mkdtemp(prefix="candor-bench-")
    os.environ |= {
        "CANDOR_HOME": home,
        "CANDOR_SECRET_KEY": "a key for the benchmark alone, and long enough",
        "CANDOR_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "CANDOR_EMAIL_HOST": "127.0.0.1",
        "CANDOR_EMAIL_PORT": str(PORT),
        "DJANGO_SETTINGS_MODULE": "candor.web.settings",
    }
    sys.path.insert(0, str(ROOT))
    django.setup()
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        _measure(n)
    finally:
        server.terminate()


def _measure(n: int) -> None:
    from django.utils import timezone

    from candor.apps.asking import deciding, sending
    from candor.apps.asking.models import Message
    from candor.apps.asking.stopping import stop_link
    from tests.asking import sending_process as process

    began = time.perf_counter()
    process.prepare(n)
    _say("came up (with customers and database)", n, time.perf_counter() - began)
    began = time.perf_counter()
    while deciding.decide_due(now=timezone.now()):
        continue
    decided = time.perf_counter() - began
    _say("decided, invited, stored as ready", n, decided)
    stop_link(1)  # a worker has its addresses loaded
    began = time.perf_counter()
    told = sending.send_ready(most_seconds=3_600)
    handed = time.perf_counter() - began
    assert told.sent == n == Message.objects.filter(delivery="sent").count()
    _say("handed over, each claimed on disk", n, handed)
    plain = _plain(n, _one_message())
    _say("plain loop of smtplib, nothing stored", n, plain)
    print(f"all of ours {decided + handed:.1f} s, {(decided + handed) / plain:.2f} times the plain loop")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, load {os.getloadavg()[0]:.1f}"
    )


def _one_message() -> bytes:
    """A mail of ours, as it goes out."""
    from candor.apps.asking.carriers.carrier import Outgoing
    from candor.apps.asking.carriers.mail import own_headers
    from candor.apps.asking.carriers.moulds import as_bytes
    from candor.apps.asking.letters import sheet_of, survey_letter
    from candor.apps.asking.models import Plan

    survey = Plan.objects.select_related("survey").get().survey
    assert survey is not None
    letter = survey_letter(survey, "")
    assert letter is not None
    sheet = sheet_of(letter, is_reminder=False)
    outgoing = Outgoing(
        address="c@mail.example", message_id="ask-1-0-0", subject=sheet.subject, html=sheet.html, text=sheet.text, short="",
        stop="http://127.0.0.1/stop/", language="en", gaps=sheet.gaps(link="http://127.0.0.1/a/" + 43 * "x", stop="http://127.0.0.1/stop/"),
    )  # fmt: skip
    return as_bytes(outgoing, own_headers(outgoing))


def _plain(n: int, message: bytes) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", PORT) as smtp:
        for number in range(n):
            smtp.sendmail("asking@harbour.example", [f"c{number}@mail.example"], message)
    return time.perf_counter() - began


def _say(what: str, n: int, seconds: float) -> None:
    print(f"{what:45} {n:>7,} in {seconds:7.1f} s  {n / seconds:>8,.0f} a second", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
