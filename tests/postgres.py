"""PostgreSQL while a command runs: `python -m tests.postgres pytest …` starts an empty server of its own and ends it after.

Nothing of it is forced to disk, so it is for tests only; a benchmark asks for its own settings. It listens on a socket in a temporary folder
and on no port.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OWNER = "postgres"  # the server refuses to run as root
WORDS = (
    "--locale=C.UTF-8",
    "--locale-provider=icu",
    "--icu-locale=en",
)  # sorts "b" before "C", which SQLite does not
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}


def tools() -> Path:
    """The folder with the server's programs.

    Raises:
        SystemExit: There are none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise SystemExit("These tests need PostgreSQL: apt-get install postgresql")
    return found[-1].parent if found else Path(str(on_path)).parent


@contextmanager
def running(settings: Mapping[str, str] = FAST) -> Iterator[str]:
    """The address of the database `candor` on a server that lasts as long as the block."""
    folder = Path(tempfile.mkdtemp(prefix="candor-pg-"))
    data, user = folder / "data", OWNER if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    listen = f"-c listen_addresses='' -c unix_socket_directories='{folder}' {options}"
    try:
        _run(user, "initdb", "-D", data, "-U", "candor", "-A", "trust", "-E", "UTF8", *WORDS, "-N")
        _run(user, "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", listen, "start")
        _run(user, "createdb", "-h", folder, "-U", "candor", "candor")
        yield f"postgresql://candor@/candor?host={folder}"
    finally:
        _run(user, "pg_ctl", "-D", data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _run(user: str | None, program: str, *arguments: object, check: bool = True) -> None:
    who: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    subprocess.run(
        [tools() / program, *map(str, arguments)], check=check, stdout=subprocess.DEVNULL, cwd="/", **who
    )


if __name__ == "__main__":
    with running() as address:
        command = subprocess.run(sys.argv[1:], env=os.environ | {"CANDOR_DATABASE_URL": address}, check=False)
    sys.exit(command.returncode)
