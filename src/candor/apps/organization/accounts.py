"""How allauth's sign-in fits the organization: accounts come from invitations only."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from candor.foundation.strangers import sender_of

from .models import Person
from .services import record_audit


class InvitedOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the limits of attempts count by: behind a proxy who the proxy saw, not the proxy."""
        return sender_of(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The account alone: with allauth's own key whoever makes up a port in the Host header has as many attempts again."""
        return name_of_attempt(request, credentials) or ""


class LoggedSessions(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Whoever ends sessions of their own leaves a line in the audit log."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        for person_id in sorted({session.user_id for session in ended}):
            person = Person.objects.get(pk=person_id)
            n = sum(session.user_id == person_id for session in ended)
            record_audit(by=person, action="account.sessions_ended", target=person, sessions=n)


def name_of_attempt(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """Whose account somebody tries to sign in to, for the lock after too many wrong passwords: allauth calls it the e-mail, and takes it
    in whatever case."""
    given = (credentials or {}).get("email") or request.POST.get("login") or ""
    return str(given).strip().lower() or None
