"""Answers to a survey with a durable acknowledgement, through the real server, against raw SQLite and PostgreSQL inserts in the same run.

    python bench/answers.py [--seconds 8] [--rounds 3] [--threads 4] [--sync-ms 2] [--postgres] [--also-serve]

Every answer comes by an invitation of its own, is checked against its questionnaire, uses the invitation up and is on disk
(synchronous=FULL) before it is acknowledged. Raw is one transaction an answer into the same two tables with all their indexes: the
response is inserted and its invitation marked, without HTTP, checking or Django. Raw and server take turns, so that both see the same
disk and the same load. The client shares the machine with the server.

`--postgres` does the same once more on a PostgreSQL of its own, as it comes (fsync, synchronous_commit=on): raw inserts and the server on it.

`--sync-ms` stands for a slower disk: every sync, of raw and of the server alike, takes so much longer (needs a C compiler; Linux).

`--also-serve` runs `candor serve` with its worker, which makes feedback of the answers at the same time, and waits until all are in.
"""

import argparse
import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from typing import Any

SLOWER_SYNC = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static int later(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    usleep(atoi(getenv("SYNC_US")));
    return real(file);
}
int fsync(int file) { return later("fsync", file); }
int fdatasync(int file) { return later("fdatasync", file); }
"""
PORT = int(os.environ.get("PORT", "8132"))
DEFINITION = {
    "elements": [
        {"type": "rating", "name": "score", "rateMin": 0, "rateMax": 10, "measure": "nps", "isRequired": True, "title": "How likely …?"},
        {"type": "comment", "name": "why", "title": "Why?"},
    ]
}  # fmt: skip
START = "from candor.cli.workspace import start_django; start_django()\n"
MAKE_SURVEY = f"""
from candor.apps.surveys.models import Survey, SurveyVersion
survey = Survey.objects.create(key="bench", name="Bench", state="open")
print(SurveyVersion.objects.create(survey=survey, number=1, definition={DEFINITION!r}).pk)
"""
INVITE = """
import sys
from django.utils import timezone
from candor.apps.surveys.models import Survey
from candor.apps.surveys.services import NewInvitation, invite
first, n = {first}, {n}
survey = Survey.objects.get(key="bench")
for start in range(first, first + n, 5000):
    items = [NewInvitation(key=str(k), sent_at=timezone.now(), channel="email") for k in range(start, min(start + 5000, first + n))]
    for _, secret in invite(survey=survey, items=items):
        print(secret)
"""


@dataclass
class Sender:
    """One kept-alive connection with its own few lines of HTTP, since the client shares the cores with the server."""

    links: list[str]
    acknowledged: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)

    def run(self, until: float, as_json: bool) -> None:
        link = socket.create_connection(("127.0.0.1", PORT), timeout=60)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until and self.links:
            secret = self.links.pop()
            began = time.perf_counter()
            link.sendall(request(secret, as_json))
            status = read(link)
            self.seconds.append(time.perf_counter() - began)
            self.acknowledged += status == 200
            self.refused += status != 200
        link.close()


def request(secret: str, as_json: bool) -> bytes:
    own = secrets.token_urlsafe(24)
    if as_json:
        body = json.dumps({"secret": own, "data": {"score": 9, "why": "Quick and kind."}, "finished": True})
        kind = "application/json\r\nAccept: application/json"
    else:
        body = f"secret={own}&step=1&shown=score&shown=why&q%3Ascore=9&q%3Awhy=Quick+and+kind.&go=next"
        kind = "application/x-www-form-urlencoded"
    head = f"POST /a/{secret}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def read(link: socket.socket) -> int:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(link)
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    while len(rest) < length:
        rest += _more(link)
    return int(head[9:12])


def _more(link: socket.socket) -> bytes:
    piece = link.recv(65536)
    if not piece:
        raise ConnectionError("the server closed the connection")
    return piece


def through_server(links: list[str], seconds: float, threads: int, *, as_json: bool) -> list[Sender]:
    share = len(links) // threads
    everyone = [Sender(links[n * share : (n + 1) * share]) for n in range(threads)]
    until = time.perf_counter() + seconds
    running_ = [threading.Thread(target=sender.run, args=(until, as_json)) for sender in everyone]
    for thread in running_:
        thread.start()
    for thread in running_:
        thread.join()
    return everyone


class Raw:
    """One transaction an answer into the two tables, by one connection, without HTTP, checks or Django."""

    name: str
    BEGIN: str
    CLAIM = "UPDATE surveys_invitation SET is_answered = TRUE WHERE id = {p} AND NOT is_answered"
    INSERT = (
        "INSERT INTO surveys_response (survey_id, version_id, key, digest, invitation_id, link_id, language, channel, data, is_test,"
        " is_unconfirmed, is_taken_in, started_at, changed_at, finished_at, feedback_id)"
        " VALUES (1, 1, {p}, {p}, {p}, NULL, 'en', 'email', '{{\"score\": 9, \"why\": \"Quick and kind.\"}}', FALSE, FALSE, FALSE,"
        " {p}, {p}, {p}, NULL)"
    )
    AFRESH = ("DELETE FROM surveys_response", "UPDATE surveys_invitation SET is_answered = FALSE")

    def __init__(self, run: Callable[..., Any], place: str, ids: list[int]) -> None:
        self.run, self.ids, self.left = run, ids, len(ids)
        self.claim, self.insert = self.CLAIM.format(p=place), self.INSERT.format(p=place)

    def rate(self, seconds: float) -> float:
        """Answers a second; a fast disk is given its invitations again rather than running out of them."""
        if self.left < len(self.ids) / 2:
            for statement in ("BEGIN", *self.AFRESH, "COMMIT"):
                self.run(statement)
            self.left = len(self.ids)
        began, n = time.perf_counter(), 0
        now = "2026-06-01 10:00:00.000000+00:00"
        while time.perf_counter() - began < seconds and self.left:
            key, one = secrets.token_hex(16), self.ids[self.left - 1]
            self.run(self.BEGIN)
            self.run(self.claim, [one])
            self.run(self.insert, [key, sha256(key.encode()).hexdigest(), one, now, now, now])
            self.run("COMMIT")
            self.left -= 1
            n += 1
        return n / (time.perf_counter() - began)


class RawSQLite(Raw):
    """The tables as Candor made them, in a file of their own beside the record."""

    name, BEGIN = "SQLite, FULL", "BEGIN IMMEDIATE"

    def __init__(self, home: Path, invitations: int) -> None:
        file = sqlite3.connect(home / "raw.sqlite3", isolation_level=None)
        file.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        with sqlite3.connect(f"file:{home}/candor.sqlite3?mode=ro", uri=True) as record:
            wanted = "SELECT sql FROM sqlite_master WHERE tbl_name IN ('surveys_response', 'surveys_invitation') AND sql IS NOT NULL"
            for (statement,) in record.execute(f"{wanted} ORDER BY type DESC"):
                file.execute(statement)
            columns = [row[1] for row in record.execute("PRAGMA table_info(surveys_invitation)")]
            rows = record.execute(f"SELECT {', '.join(columns)} FROM surveys_invitation LIMIT {invitations}")
            places = ", ".join("?" * len(columns))
            file.execute("BEGIN")
            file.executemany(f"INSERT INTO surveys_invitation VALUES ({places})", rows)
            file.execute("COMMIT")
        ids = [row[0] for row in file.execute("SELECT id FROM surveys_invitation")]
        super().__init__(file.execute, "?", ids)


class RawPostgres(Raw):
    """The tables as Candor made them, with all indexes, in a schema of their own beside the record."""

    name, BEGIN = "PostgreSQL", "BEGIN"

    def __init__(self, address: str, invitations: int) -> None:
        import psycopg

        link = psycopg.connect(address, autocommit=True)
        link.execute("CREATE SCHEMA raw")
        for table in ("surveys_invitation", "surveys_response"):
            link.execute(f"CREATE TABLE raw.{table} (LIKE public.{table} INCLUDING ALL)")
        link.execute(
            f"INSERT INTO raw.surveys_invitation SELECT * FROM public.surveys_invitation LIMIT {invitations}"
        )
        link.execute("SET search_path TO raw")
        ids = [row[0] for row in link.execute("SELECT id FROM surveys_invitation").fetchall()]
        super().__init__(link.execute, "%s", ids)


def python(home: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", START + code], env=os.environ | {"CANDOR_HOME": str(home)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip()


@contextmanager
def serving(home: Path, *, with_worker: bool) -> Iterator[None]:
    if with_worker:
        command = [sys.executable, "-W", "ignore", "-m", "candor.cli", "serve", "--port", str(PORT)]
    else:
        from argparse import Namespace

        from candor.cli.serve import _web_command

        command = _web_command(Namespace(host="127.0.0.1", port=PORT, threads=4))
    process = subprocess.Popen(
        command, env=os.environ | {"CANDOR_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def tell(name: str, senders: list[Sender], seconds: float, raw: float) -> float:
    times = [one for sender in senders for one in sender.seconds]
    rate = sum(sender.acknowledged for sender in senders) / seconds
    refused = sum(sender.refused for sender in senders)
    cuts = quantiles(times, n=100)
    print(
        f"{name:<28}{rate:>9.0f}{cuts[49] * 1000:>9.1f}{cuts[98] * 1000:>9.1f}{rate / raw:>9.2f}"
        + (f"   ({refused} refused)" if refused else ""),
        flush=True,
    )
    return rate / raw


def in_the_hub(home: Path) -> int:
    with sqlite3.connect(f"file:{home}/candor.sqlite3?mode=ro", uri=True, timeout=60) as record:
        return int(record.execute("SELECT count(*) FROM feedback_feedback").fetchone()[0])


def begin_again_with_slower_syncs(milliseconds: float) -> None:
    """Start this benchmark anew, with a library before libc that lengthens every sync."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "slower.c", Path(folder) / "slower.so"
        source.write_text(SLOWER_SYNC)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        slower = {"LD_PRELOAD": str(library), "SYNC_US": str(round(milliseconds * 1000))}
        raise SystemExit(subprocess.run([sys.executable, *sys.argv], env=os.environ | slower).returncode)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=float, default=8.0, help="of each measurement (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=4, help="who answer at once (default: %(default)s)")
    parser.add_argument("--postgres", action="store_true", help="also on a PostgreSQL of its own")
    parser.add_argument("--also-serve", action="store_true", help="also with the worker beside")
    parser.add_argument(
        "--sync-ms", type=float, default=0.0, help="that each sync takes longer (default: %(default)s)"
    )
    arguments = parser.parse_args()
    if arguments.sync_ms and "SYNC_US" not in os.environ:
        begin_again_with_slower_syncs(arguments.sync_ms)
    with tempfile.TemporaryDirectory() as folder:
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {arguments.threads} senders")
        print(f"{'':<28}{'answers/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'of raw':>9}")
        home = Path(folder) / "home"
        links = begin(home, arguments)
        raw = RawSQLite(home, len(links))
        compare(home, raw, links, arguments)
        if arguments.also_serve:
            beside_the_worker(home, raw, arguments.seconds, arguments.threads, int(2_500 * arguments.seconds))
        if arguments.postgres:
            on_postgres(Path(folder) / "postgres", arguments)
        print(f"load after: {os.getloadavg()[0]:.1f}")
    return 0


def begin(home: Path, arguments: argparse.Namespace) -> list[str]:
    """A new workspace with its survey; the links of as many invitations as may be answered."""
    words = ("init", "--email", "bench@example.com", "--password", "a long enough password")
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "candor.cli", *words], env=os.environ | {"CANDOR_HOME": str(home)}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    python(home, MAKE_SURVEY)
    return python(
        home, INVITE.format(first=0, n=int(2_500 * arguments.seconds) * 2 * arguments.rounds)
    ).split()


def compare(home: Path, raw: Raw, links: list[str], arguments: argparse.Namespace) -> None:
    """Raw and the server in turns."""
    seconds, each = arguments.seconds, int(2_500 * arguments.seconds)
    ratios: dict[str, list[float]] = {"JSON": [], "form": []}
    with serving(home, with_worker=False):
        through_server(links[-400:], 1.0, arguments.threads, as_json=True)  # warm
        for n in range(arguments.rounds):
            for m, kind in enumerate(ratios):
                before = raw.rate(seconds / 2)
                mine = links[(2 * n + m) * each : (2 * n + m + 1) * each]
                senders = through_server(mine, seconds, arguments.threads, as_json=kind == "JSON")
                rate = (before + raw.rate(seconds / 2)) / 2
                print(f"raw {raw.name:<24}{rate:>9.0f}")
                ratios[kind].append(tell(f"through the server, {kind}", senders, seconds, rate))
    for kind, found in ratios.items():
        print(
            f"{kind}: median {median(found):.2f} of raw {raw.name}, from {min(found):.2f} to {max(found):.2f} in {len(found)} rounds"
        )


def on_postgres(home: Path, arguments: argparse.Namespace) -> None:
    """The same with the record in PostgreSQL."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tests.postgres import running

    with running({}) as address:
        os.environ["CANDOR_DATABASE_URL"] = address
        links = begin(home, arguments)
        compare(home, RawPostgres(address, len(links)), links, arguments)


def beside_the_worker(home: Path, raw: RawSQLite, seconds: float, threads: int, each: int) -> None:
    """With the whole product running, until every answer is in the hub."""
    links = python(home, INVITE.format(first=10_000_000, n=each)).split()
    with serving(home, with_worker=True):
        began = time.perf_counter()
        before = in_the_hub(home)
        senders = through_server(links, seconds, threads, as_json=True)
        tell("JSON, worker beside", senders, seconds, raw.rate(2))
        done = sum(sender.acknowledged for sender in senders)
        while in_the_hub(home) < before + done and time.perf_counter() - began < 600:
            time.sleep(0.5)
        print(
            f"all {done:,} in the hub {time.perf_counter() - began:.0f} s after the first; {in_the_hub(home):,} there"
        )


if __name__ == "__main__":
    raise SystemExit(main())
