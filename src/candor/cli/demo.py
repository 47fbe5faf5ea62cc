"""`candor demo`: a simulated lender to look around in, loaded once and served."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .serve import add_address, answer_at, serve
from .workspace import migrate, prepare_home, refuse, say, start_django

if TYPE_CHECKING:
    from candor.demo import Lender


KEPT_MAIL = "candor.foundation.printed_mail.KeptEmailBackend"
LOAD_SHARE = 0.7  # of the time; cases and themes take the rest


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("demo", help="start Candor with a simulated lender")
    add_address(parser)
    parser.add_argument(
        "--size", type=float, default=1.0, help="1 is 20,000 customers (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, help="another lender (default: always the same one)")
    parser.add_argument("--load-only", action="store_true", help="make the workspace, do not serve it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    answer_at(arguments)
    os.environ.setdefault("CANDOR_EMAIL_BACKEND", KEPT_MAIL)
    home = prepare_home()
    start_django()
    from candor.foundation.errors import DomainError

    started = time.monotonic()
    try:
        if not arguments.json and not (home / "candor.sqlite3").exists():
            _tell("Making the workspace", 0.0)
        migrate()
        is_new = _load(arguments)
    except DomainError as error:
        return refuse(str(error), as_json=arguments.json)
    if arguments.load_only:
        facts = {"home": str(home), "loaded": is_new, "seconds": round(time.monotonic() - started, 1)}
        say(facts, words=f"The simulated lender is in {home}.", as_json=arguments.json)
        return 0
    return serve(arguments, announce=lambda address: _announce(address, as_json=arguments.json))


def _load(arguments: argparse.Namespace) -> bool:
    """Load the lender unless the workspace holds one; returns whether it did."""
    from candor.demo.load import is_complete, load_lender, loaded_lender

    lender = loaded_lender() or _new_lender(arguments)
    if is_complete():
        return False
    tell = _quiet if arguments.json else _tell
    load_lender(lender=lender, progress=lambda words, share: tell(words, share * LOAD_SHARE))
    _act(lender, tell)
    return True


def _new_lender(arguments: argparse.Namespace) -> "Lender":
    from django.utils import timezone

    from candor.demo import DEFAULT_SEED, Lender

    seed = DEFAULT_SEED if arguments.seed is None else arguments.seed
    return Lender(today=timezone.localdate(), seed=seed, size=arguments.size)


def _act(lender: "Lender", tell: Callable[[str, float], None]) -> None:
    """Work the cases of the last weeks, and do what else the load left to a worker."""
    from django.utils import timezone

    from candor.apps.insights.tasks import find_themes
    from candor.demo.casework import work_cases
    from candor.demo.complaint_desk import work_complaints
    from candor.demo.load import mark_complete
    from candor.demo.plan import make_plan
    from candor.demo.systems import connect_systems
    from candor.foundation.jobs import Worker

    tell("Working cases", LOAD_SHARE)
    work_cases(seed=lender.seed, now=timezone.now())
    work_complaints(seed=lender.seed, now=timezone.now())
    make_plan(today=lender.today)
    connect_systems()
    tell("Finding themes", 0.8)
    find_themes.call()
    tell("Reading comments", 0.9)
    Worker().run_all()
    mark_complete()
    tell("Done", 1.0)


def _tell(words: str, share: float) -> None:
    end = "\n" if share >= 1 or not sys.stderr.isatty() else ""
    start = "\r\033[K" if sys.stderr.isatty() else ""
    print(f"{start}{share:4.0%}  {words}", end=end, file=sys.stderr, flush=True)


def _quiet(words: str, share: float) -> None:
    """Machines read only the result."""


def _announce(address: str, *, as_json: bool) -> None:
    from candor.demo.staging import LOGINS, PASSWORD
    from candor.foundation.printed_mail import is_kept, mail_folder

    logins = [{"email": login.email, "role": str(login.role)} for login in LOGINS]
    lines = [f"  {login.email:<36} {login.role.label}" for login in LOGINS]
    words = "\n".join(
        [
            f"Candor is at {address} — stop it with Ctrl-C.",
            "",
            f"Simulated data. Sign in with the password {PASSWORD} as",
            *lines,
            *(["", f"Mails reach nobody; they are kept in {mail_folder()}."] if is_kept() else []),
        ]
    )
    say({"address": address, "logins": logins, "password": PASSWORD}, words=words, as_json=as_json)
    sys.stdout.flush()
