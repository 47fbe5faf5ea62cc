"""Importing the real complaints file against reading the same file with pandas: ratio of wall time, peak memory of each.

The import parses, checks, de-duplicates, masks personal data, tells the language, starts the clocks and stores everything durably with
its outbox; pandas only reads. Needs CANDOR_DATA. Run: python bench/import_complaints.py
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 3
PANDAS = "import sys, pandas; print(len(pandas.read_csv(sys.argv[1])))"


def main() -> int:
    folder = os.environ.get("CANDOR_DATA", "")
    file = Path(folder) / "cfpb" / "complaints.csv.gz"
    if not folder or not file.is_file():
        print("skipped: set CANDOR_DATA to the folder with the real data")
        return 0
    ours, again, pandas = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as home:
            _candor(home, "init", "--email", "a@example.com", "--password", "a long enough password")
            ours.append(_measure(_candor_command("import", "complaints", str(file)), home))
            again.append(_measure(_candor_command("import", "complaints", str(file)), home))
        pandas.append(_measure([sys.executable, "-c", PANDAS, str(file)], ""))
    _tell("import of 44,366 complaints", ours)
    _tell("the same file again", again)
    _tell("pandas.read_csv", pandas)
    for name, runs in (("import", ours), ("again", again)):
        seconds, memory = (median(r[i] for r in runs) / median(r[i] for r in pandas) for i in (0, 1))
        print(f"{name} / pandas: {seconds:.1f} times the time, {memory:.2f} times the memory")
    return 0


def _candor_command(*words: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "candor.cli", *words, "--json"]


def _candor(home: str, *words: str) -> dict[str, object]:
    environment = os.environ | {"CANDOR_HOME": home}
    done = subprocess.run(
        _candor_command(*words), env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _measure(command: list[str], home: str) -> tuple[float, float]:
    """Wall seconds and peak megabytes of a whole process."""
    environment = os.environ | {"CANDOR_HOME": home}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - started, _megabytes(usage)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


def _tell(name: str, runs: list[tuple[float, float]]) -> None:
    seconds, memory = median(r[0] for r in runs), median(r[1] for r in runs)
    print(f"{name}: median {seconds:.1f} s ({len(runs)} runs), peak {memory:.0f} MB")


if __name__ == "__main__":
    raise SystemExit(main())
