"""`candor worker`: runs jobs and keeps the schedule, until stopped."""

import argparse
import signal
import threading

from .workspace import open_workspace, refuse, say


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("worker", help="run background jobs and the schedule (`serve` starts one)")
    parser.add_argument("--once", action="store_true", help="run what is ready now, then stop")
    parser.add_argument("--lanes", type=int, default=2, help="jobs run at once (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="with --once: print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError

    try:
        open_workspace()
    except DomainError as error:
        return refuse(str(error), as_json=arguments.json)
    from candor.foundation.jobs import Worker

    if arguments.once:
        ran = Worker().run_all()
        say({"jobs": ran}, words=f"{ran} jobs run.", as_json=arguments.json)
        return 0
    _work(arguments.lanes)
    return 0


def _work(lanes: int) -> None:
    """Run several workers side by side, so that a long import holds up nobody, until a signal comes."""
    from candor.foundation.jobs import Worker

    workers = [Worker() for _ in range(max(1, lanes))]
    threads = [
        threading.Thread(target=worker.run_until_stopped, name=f"lane-{n}")
        for n, worker in enumerate(workers, 1)
    ]

    def stop(*_: object) -> None:
        for worker in workers:
            worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(timeout=0.2)  # so that signals are seen
