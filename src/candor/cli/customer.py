"""`candor customer`: hand out everything that is held about one person, erase them, or let systems speak of them again."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from .workspace import open_workspace, refuse, say

if TYPE_CHECKING:
    from candor.apps.customers.models import Customer


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "customer", help="export or erase everything that is held about one person, or let an erased one back"
    )
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    export = actions.add_parser("export", help="print everything that is held about the person as JSON")
    erase = actions.add_parser(
        "erase", help="erase the person from record, warehouse and kept rows, for good"
    )
    back = actions.add_parser(
        "let-back", help="take in again what files and systems tell of somebody who was erased"
    )
    back.add_argument("who", help="SYSTEM:IDENTIFIER as the system calls them")
    for action in (export, erase):
        action.add_argument(
            "who", help="the customer's number, or SYSTEM:IDENTIFIER as another system calls them"
        )
    erase.add_argument("--yes", action="store_true", help="do it; without it only told what would go")
    for action in (erase, back):
        action.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError
    from candor.warehouse import WarehouseError

    as_json = arguments.action == "export" or arguments.json
    try:
        open_workspace()
        if arguments.action == "let-back":
            return _let_back(arguments)
        customer = _customer(arguments.who)
        return _export(customer) if arguments.action == "export" else _erase(customer, arguments)
    except (DomainError, WarehouseError) as error:
        return refuse(str(error), as_json=as_json)


def _customer(who: str) -> "Customer":
    from candor.apps.customers.models import Customer
    from candor.foundation.addresses import record_id
    from candor.foundation.errors import NotFound

    system, _, value = who.rpartition(":")
    rows = (
        Customer.objects.filter(identifiers__system=system, identifiers__value=value)
        if system
        else Customer.objects.filter(pk=record_id(who) or 0)
    )
    customer = rows.select_related("merged_into").first()
    if customer is None:
        raise NotFound(f"There is no customer “{who}”.")
    return customer.merged_into or customer


def _export(customer: "Customer") -> int:
    from candor.apps.customers.personal import everything_about
    from candor.apps.organization.services import record_audit

    record_audit(by=None, action="customer.exported", target=customer)
    json.dump(everything_about(customer), sys.stdout, default=str, indent=2, ensure_ascii=False)
    print()
    return 0


def _erase(customer: "Customer", arguments: argparse.Namespace) -> int:
    from candor.apps.customers.personal import everything_about
    from candor.apps.customers.services import erase_customer
    from candor.apps.scores.services import project_pending
    from candor.foundation.storage import warehouse

    if not arguments.yes:
        held = {key: len(rows) for key, rows in everything_about(customer).items()}
        told = ", ".join(f"{n} {key.replace('_', ' ')}" for key, n in held.items())
        say(held, words=f"Would erase {customer} with {told}. Say --yes to do it.", as_json=arguments.json)
        return 1
    erased = erase_customer(customer=customer, by=None)
    project_pending()
    dropped = warehouse().erase(feedback_ids=erased.feedback_ids, customers=erased.customer_ids)
    facts = {
        "customers": list(erased.customer_ids), "feedback": len(erased.feedback_ids), "bad_rows": erased.bad_rows,
        "warehouse_rows": dropped.rows, "kept_files": list(erased.kept_files),
    }  # fmt: skip
    words = f"Erased {customer} with {len(erased.feedback_ids)} pieces of feedback."
    if erased.kept_files:
        words += f" These uploads still hold rows of theirs: {', '.join(erased.kept_files)}."
    say(facts, words=words, as_json=arguments.json)
    return 0


def _let_back(arguments: argparse.Namespace) -> int:
    from candor.apps.customers.erased import let_back
    from candor.apps.organization.services import record_audit
    from candor.foundation.errors import NotFound

    system, _, value = arguments.who.rpartition(":")
    if not let_back([(system, value)]):
        raise NotFound(f"Nobody called “{arguments.who}” was erased.")
    record_audit(by=None, action="customer.let_back")
    say({"let_back": 1}, words="What is told of them is taken in again.", as_json=arguments.json)
    return 0
