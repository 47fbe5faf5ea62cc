"""The audit log in plain words: apps say what their entries mean, the page of the log reads it to people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from candor.foundation.addresses import record_id

from .models import AuditEntry, Person

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_groups: "dict[str, StrOrPromise]" = {}
_sentences: "dict[str, StrOrPromise]" = {}
_pages: dict[str, str] = {}


def register_actions(
    noun: str,
    name: "StrOrPromise",
    sentences: "Mapping[str, StrOrPromise]",
    *,
    pages: Mapping[str, str] | None = None,
) -> None:
    """Say what the entries of a noun mean; called from AppConfig.ready, twice is once.

    `name` is what the noun is called in a list, `sentences` maps its verbs to words ("closed": "Closed a case"), `pages` maps kinds of
    object (the model's name) to the address that shows one.
    """
    _groups[noun] = name
    _sentences.update({f"{noun}.{verb}": words for verb, words in sentences.items()})
    _pages.update(pages or {})


def action_groups() -> list[tuple[str, str]]:
    """What the log can be narrowed to: the beginning of the action, and its name."""
    return sorted(((f"{noun}.", str(name)) for noun, name in _groups.items()), key=lambda pair: pair[1])


def narrowed_to(query: QueryDict) -> str:
    """What was asked for in an address, without the words that were looked for: they may be a customer's, and entries are never erased."""
    told = query.copy()
    if told.pop("q", None):
        told["q"] = "…"
    return told.urlencode()


def is_known(action: str) -> bool:
    """Whether some app has said what an action means."""
    return action in _sentences


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the log as people read it."""

    entry: AuditEntry
    sentence: str
    url: str
    details: tuple[tuple[str, str], ...]


def line_of(entry: AuditEntry) -> Line:
    """The entry in words, with the page of what it is about."""
    sentence = str(_sentences.get(entry.action) or entry.action.replace(".", ": ").replace("_", " "))
    details = tuple((key.replace("_", " "), _plain(value)) for key, value in entry.facts.items())
    return Line(entry, sentence, _address(entry), details)


def _address(entry: AuditEntry) -> str:
    name = _pages.get(entry.object_kind, "")
    if not name or entry.object_id is None or record_id(str(entry.object_id)) is None:
        return ""
    try:
        return reverse(name, args=[entry.object_id])
    except NoReverseMatch:
        return ""


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value)


def register_own() -> None:
    """The words of the organization itself."""
    person = {Person._meta.model_name or "": "organization:person"}
    register_actions("workspace", _("The workspace"), {"created": _("Set up the workspace")})
    register_actions("policy", _("The policy"), {"changed": _("Changed the company’s name or policy")})
    register_actions("unit", _("Units"), {"created": _("Added a unit")})
    register_actions(
        "person",
        _("People"),
        {
            "created": _("Added a person"),
            "activated": _("Let a person sign in again"),
            "deactivated": _("Stopped a person from signing in"),
        },
        pages=person,
    )
    register_actions(
        "api_key", _("API keys"), {"made": _("Made an API key"), "revoked": _("Revoked an API key")}
    )
    register_actions("role", _("Roles"), {"given": _("Gave a role"), "taken": _("Ended a role")})
    register_actions(
        "invitation",
        _("Invitations"),
        {
            "sent": _("Sent an invitation"),
            "accepted": _("Accepted an invitation"),
            "revoked": _("Took an invitation back"),
        },
    )
    _register_account()
    register_actions(
        "demo",
        _("Simulated data"),
        {
            "loaded": _("Loaded the simulated company"),
            "complete": _("Finished loading the simulated company"),
        },
    )


def _register_account() -> None:
    register_actions(
        "account",
        _("Accounts and sign-in"),
        {
            "signed_in": _("Signed in"),
            "locked": _("Was locked out after too many wrong passwords"),
            "password_set": _("Set a password"),
            "password_changed": _("Changed their password"),
            "password_reset": _("Chose a new password by a link in a mail"),
            "email_added": _("Added an e-mail address"),
            "email_changed": _("Changed their e-mail address"),
            "email_removed": _("Removed an e-mail address"),
            "second_factor_added": _("Set up a second factor"),
            "second_factor_removed": _("Removed a second factor"),
            "recovery_codes_made": _("Made new recovery codes"),
            "sessions_ended": _("Ended sessions of their own"),
        },
    )
