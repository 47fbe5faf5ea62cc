"""Events over HTTP with a durable answer, against raw SQLite inserts in the same run; and steady load with readers and compaction.

    python bench/event_intake.py [--seconds 10] [--minutes 2] [--rate 1000]

The first part serves Candor without its worker and sends batches of 1 and of 100 over the loopback from one process of eight
threads; then the same bodies go straight into a SQLite file on the same disk, one transaction a batch, synchronous=FULL: what the
disk and SQLite cost without HTTP, checking and Django. The ratio is events acknowledged for each event inserted raw.

The second part runs `candor serve` as people do, sends at a steady rate, reads the log and compacts it all the while, waits until the
inbox is empty, and looks for every acknowledged event in the log: once, or lost, or doubled. `--minutes 0` leaves it out.
"""

import argparse
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

THREADS = 8
PORT = int(os.environ.get("PORT", "8160"))
SENDER_SPACE = 1_000_000_000  # message numbers of one thread
MAKE_KEY = """
from candor.cli.workspace import start_django; start_django()
from candor.apps.organization.keys import make_key
print(make_key(name="Bench", source="bench", scopes=["events:write"], by=None)[1])
"""
READ = """
import sys, time
from candor.cli.workspace import start_django; start_django()
from candor.foundation.storage import warehouse
from candor.warehouse.queries import event_cases
reads, before = 0, 0
while True:
    events = event_cases(warehouse(), journey="bench").events
    assert events >= before, f"{events} events after {before}"
    reads, before = reads + 1, events
    print(reads, flush=True)
    time.sleep(1)
"""
COMPACT = """
import time
from candor.cli.workspace import start_django; start_django()
from candor.foundation.storage import warehouse
while True:
    time.sleep(20)
    warehouse().compact()
    warehouse().vacuum(grace=120)
    print("compacted", flush=True)
"""
COUNT = """
import json, sys
from candor.cli.workspace import start_django; start_django()
import duckdb
from candor.foundation.storage import warehouse
acknowledged = json.loads(sys.stdin.read())
con = duckdb.connect()
con.execute("CREATE TABLE sent (n BIGINT)")
for first, last in acknowledged:
    con.execute("INSERT INTO sent SELECT unnest(range(?, ?))", [first, last])
files = warehouse().files("events")
con.execute("CREATE VIEW log AS SELECT CAST(attributes ->> 'n' AS BIGINT) AS n FROM read_parquet(" + repr(files) + ")")
lost = con.execute("SELECT count(*) FROM sent WHERE n NOT IN (SELECT n FROM log)").fetchone()[0]
total, distinct = con.execute("SELECT count(*), count(DISTINCT n) FROM log").fetchone()
print(json.dumps({"sent": con.execute("SELECT count(*) FROM sent").fetchone()[0], "lost": lost, "doubled": total - distinct, "in_log": total}))
"""


def event(n: int) -> str:
    """About 240 bytes, as a shop would send it."""
    return (
        f'{{"type":"track","messageId":"bench-{n}","userId":"u{n % 5000}","event":"Step {n % 12}",'
        f'"timestamp":"2026-06-{n % 28 + 1:02}T{n % 24:02}:{n % 60:02}:00.000Z","properties":{{"n":{n},"amount":19.9,"currency":"EUR"}},'
        f'"context":{{"library":{{"name":"analytics-python","version":"2.3"}}}}}}'
    )


def batch(first: int, size: int) -> bytes:
    return ('{"batch":[' + ",".join(event(n) for n in range(first, first + size)) + "]}").encode()


class Connection:
    """One kept-alive connection; its own few lines of HTTP, since the client shares the two cores with the server."""

    def __init__(self, port: int, key: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            "POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {key}\r\nContent-Length: "
        ).encode()

    def post(self, body: bytes) -> int:
        self._socket.sendall(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, rest = data.partition(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        while len(rest) < length:
            rest += self._more()
        return int(head[9:12])

    def _more(self) -> bytes:
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece


@dataclass
class Sent:
    """What one thread sent and how long each answer took."""

    first: int
    size: int
    acknowledged: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.first + self.acknowledged * self.size


def send(sent: Sent, key: str, until: float, pause: float = 0.0) -> None:
    """Send one batch after the other; one that is refused is sent again."""
    connection = Connection(PORT, key)
    due = time.perf_counter()
    while time.perf_counter() < until:
        body = batch(sent.last, sent.size)
        began = time.perf_counter()
        status = connection.post(body)
        sent.seconds.append(time.perf_counter() - began)
        if status == 200:
            sent.acknowledged += 1
        else:
            sent.refused += 1
            time.sleep(1)
        due += pause
        time.sleep(max(0.0, due - time.perf_counter()))


def send_together(size: int, seconds: float, key: str, *, round_: int) -> list[Sent]:
    until = time.perf_counter() + seconds
    everyone = [Sent((round_ * THREADS + n) * SENDER_SPACE, size) for n in range(THREADS)]
    threads = [threading.Thread(target=send, args=(sent, key, until)) for sent in everyone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return everyone


def raw(folder: Path, size: int, seconds: float) -> float:
    """Batches a second straight into SQLite: the same bodies, the same columns, the same indexes."""
    record = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
    record.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; DROP TABLE IF EXISTS delivery; CREATE TABLE delivery ("
        "id INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER, unit INTEGER, format INTEGER, body BLOB, events INTEGER, received_at TEXT,"
        "held_for INTEGER, is_counted INTEGER, trouble TEXT);"
        "CREATE INDEX waiting ON delivery (held_for, trouble, events); CREATE INDEX of_source ON delivery (source);"
        "CREATE INDEX of_unit ON delivery (unit); CREATE INDEX of_name ON delivery (held_for);"
    )
    insert = "INSERT INTO delivery (source, format, body, events, received_at, is_counted, trouble) VALUES (1, 1, ?, ?, ?, 0, '')"
    n, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        record.execute("BEGIN IMMEDIATE")
        record.execute(insert, [batch(n * size, size), size, "2026-06-01 10:00:00"])
        record.execute("COMMIT")
        n += 1
    rate = n / (time.perf_counter() - began)
    record.close()
    return rate


def percentile(everyone: list[Sent], n: int) -> float:
    return quantiles([one for sent in everyone for one in sent.seconds], n=100)[n - 1] * 1000


def python(home: Path, code: str, *, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=os.environ | {"CANDOR_HOME": str(home)}, input=given,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip()


@contextmanager
def running(command: list[str], home: Path, **options: object) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(command, env=os.environ | {"CANDOR_HOME": str(home)}, text=True, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def candor(*words: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "candor.cli", *words]


def wait_for_port() -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def compare_rates(home: Path, key: str, seconds: float) -> None:
    print(f"{'':<26}{'batches/s':>11}{'events/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'of raw':>9}")
    web = [
        *(
            sys.executable,
            "-m",
            "granian",
            "candor.web.wsgi:application",
            "--interface",
            "wsgi",
            "--workers",
            "1",
        ),
        *("--host", "127.0.0.1", "--port", str(PORT), "--blocking-threads", "4", "--log-level", "warning"),
    ]
    with running(web, home):
        wait_for_port()
        for round_, size in enumerate((1, 100)):
            python(
                home,
                "from candor.cli.workspace import start_django; start_django()\nfrom candor.apps.events.models import Delivery\nDelivery.objects.all().delete()",
            )
            raw_rate = raw(home, size, seconds)
            everyone = send_together(size, seconds, key, round_=round_)
            rate = sum(sent.acknowledged for sent in everyone) / seconds
            refused = sum(sent.refused for sent in everyone)
            note = f"  ({refused} refused)" if refused else ""
            print(f"raw SQLite, batches of {size:<4}{raw_rate:>10.0f}{raw_rate * size:>11.0f}")
            print(
                f"HTTP, batches of {size:<10}{rate:>10.0f}{rate * size:>11.0f}{percentile(everyone, 50):>9.1f}"
                f"{percentile(everyone, 99):>9.1f}{rate / raw_rate:>9.2f}{note}"
            )


def steady(home: Path, key: str, minutes: float, rate: int) -> None:
    size, senders = 100, 4
    options = {"stdout": subprocess.PIPE}
    with (
        running(candor("serve", "--port", str(PORT)), home, stdout=subprocess.DEVNULL),
        running([sys.executable, "-W", "ignore", "-c", COMPACT], home, **options) as compaction,
    ):
        wait_for_port()
        everyone = [Sent((100 + n) * SENDER_SPACE, size) for n in range(senders)]
        until = time.perf_counter() + minutes * 60
        pause = size * senders / rate
        threads = [threading.Thread(target=send, args=(sent, key, until, pause)) for sent in everyone]
        for thread in threads:
            thread.start()
        most = 0
        time.sleep(15)  # until there is something to read
        with running([sys.executable, "-W", "ignore", "-c", READ], home, **options) as reading:
            while any(thread.is_alive() for thread in threads):
                time.sleep(2)
                most = max(most, waiting(home))
                if reading.poll() is not None or compaction.poll() is not None:
                    raise SystemExit("a reader or the compaction died")
            began = time.perf_counter()
            while waiting(home):
                time.sleep(0.5)
            drained = time.perf_counter() - began
            reads = lines_of(reading)
        compactions = lines_of(compaction)
        told = python(home, COUNT, given=json.dumps([[sent.first, sent.last] for sent in everyone]))
    found = json.loads(told)
    refused = sum(sent.refused for sent in everyone)
    print(
        f"\nsteady for {minutes:g} minutes at {rate:,} events/s: {found['sent']:,} acknowledged (p99 {percentile(everyone, 99):.0f} ms, "
        f"{refused} asked to wait), {found['in_log']:,} in the log; at most {most:,} waited, the rest was in {drained:.0f} s after the end\n"
        f"lost: {found['lost']}, doubled: {found['doubled']}; meanwhile {reads} readings of the whole log and {compactions} compactions"
    )
    if found["lost"] or found["doubled"]:
        raise SystemExit(1)


def lines_of(process: "subprocess.Popen[str]") -> int:
    process.terminate()
    return len(process.communicate()[0].splitlines())


def waiting(home: Path) -> int:
    with sqlite3.connect(f"file:{home}/candor.sqlite3?mode=ro", uri=True, timeout=60) as record:
        return int(record.execute("SELECT coalesce(sum(events), 0) FROM events_delivery").fetchone()[0])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="of each rate (default: %(default)s)")
    parser.add_argument(
        "--minutes", type=float, default=2.0, help="of steady load; 0 for none (default: %(default)s)"
    )
    parser.add_argument(
        "--rate", type=int, default=1_000, help="events a second under steady load (default: %(default)s)"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        words = ("init", "--email", "bench@example.com", "--password", "a long enough password")
        subprocess.run(
            candor(*words), env=os.environ | {"CANDOR_HOME": str(home)}, check=True, stdout=subprocess.DEVNULL
        )
        os.environ["CANDOR_INBOX_MOST_EVENTS"] = "100000000"  # the rates are measured without a worker
        key = python(home, MAKE_KEY)
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        compare_rates(home, key, arguments.seconds)
        del os.environ["CANDOR_INBOX_MOST_EVENTS"]
        python(
            home,
            "from candor.cli.workspace import start_django; start_django()\nfrom candor.apps.events.models import Delivery\nDelivery.objects.all().delete()",
        )
        if arguments.minutes:
            steady(home, key, arguments.minutes, arguments.rate)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
