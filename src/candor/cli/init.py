"""`candor init`: an empty workspace in the data folder, with its first administrator."""

import argparse
import getpass
import os
import sys

from .workspace import prepare_home, refuse, say, start_django


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("init", help="set up an empty workspace in CANDOR_HOME")
    parser.add_argument("--name", default="My company", help="name of the company (default: %(default)s)")
    parser.add_argument("--email", help="address of the first administrator, who may do everything")
    parser.add_argument(
        "--person", default="", help="name of that person (default: the part of the address before @)"
    )
    parser.add_argument(
        "--password", help="their password; asked for if left out, or read from CANDOR_PASSWORD"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    home = prepare_home()
    start_django()
    from django.core.exceptions import ValidationError

    from candor.foundation.errors import DomainError

    try:
        made = _create(arguments)
    except (DomainError, ValidationError) as error:
        return refuse(" ".join(getattr(error, "messages", [str(error)])), as_json=arguments.json)
    facts = {"home": str(home), "workspace": arguments.name, "administrator": made}
    words = f"{arguments.name} is set up in {home}. Start it with `candor serve` and sign in as {made}."
    say(facts, words=words, as_json=arguments.json)
    return 0


def _create(arguments: argparse.Namespace) -> str:
    from django.db import transaction

    from candor.apps.cases.services import install_standard_rules
    from candor.apps.organization.choices import Role
    from candor.apps.organization.services import create_person, create_workspace, give_role
    from candor.foundation.storage import warehouse

    from .workspace import migrate

    migrate()
    email = arguments.email or _ask("E-mail address of the first administrator: ")
    password = arguments.password or os.environ.get("CANDOR_PASSWORD") or _ask_password()
    _check(email, password)
    with transaction.atomic():
        root = create_workspace(name=arguments.name)
        person = create_person(
            name=arguments.person or email.split("@")[0], unit=root, by=None, email=email, password=password
        )
        install_standard_rules()
        for role in (Role.CX_LEAD, Role.ADMINISTRATOR):
            give_role(person=person, role=role, unit=root, by=None)
    warehouse()
    return email


def _check(email: str, password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.validators import validate_email

    validate_email(email)
    validate_password(password)


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        from candor.foundation.errors import InvalidInput

        raise InvalidInput("Name the first administrator with --email.")
    return input(question).strip()


def _ask_password() -> str:
    if not sys.stdin.isatty():
        from candor.foundation.errors import InvalidInput

        raise InvalidInput("Give a password with --password or in CANDOR_PASSWORD.")
    return getpass.getpass("Password (at least 10 characters): ")
