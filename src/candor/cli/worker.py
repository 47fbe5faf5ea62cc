"""`candor worker`: runs jobs and keeps the schedule, until stopped."""

import argparse
import signal

from .workspace import open_workspace, refuse, say


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("worker", help="run background jobs and the schedule (`serve` starts one)")
    parser.add_argument("--once", action="store_true", help="run what is ready now, then stop")
    parser.add_argument("--json", action="store_true", help="with --once: print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError

    try:
        open_workspace()
    except DomainError as error:
        return refuse(str(error), as_json=arguments.json)
    from candor.foundation.jobs import Worker

    worker = Worker()
    if arguments.once:
        ran = worker.run_all()
        say({"jobs": ran}, words=f"{ran} jobs run.", as_json=arguments.json)
        return 0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run_until_stopped()
    return 0
