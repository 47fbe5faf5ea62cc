"""What happens to accounts in allauth and axes, written into the audit log."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from axes.signals import user_locked_out
from django.dispatch import receiver

from .models import Person
from .services import record_audit

RECOVERY_CODES = "recovery_codes"


def _note(user: Person, action: str, **facts: Any) -> None:
    record_audit(by=user, action=f"account.{action}", target=user, **facts)


@receiver(account.user_logged_in, dispatch_uid="organization.signed_in")
def on_signed_in(user: Person, **news: Any) -> None:
    _note(user, "signed_in")


@receiver(account.password_set, dispatch_uid="organization.password_set")
def on_password_set(user: Person, **news: Any) -> None:
    _note(user, "password_set")


@receiver(account.password_changed, dispatch_uid="organization.password_changed")
def on_password_changed(user: Person, **news: Any) -> None:
    _note(user, "password_changed")


@receiver(account.password_reset, dispatch_uid="organization.password_reset")
def on_password_reset(user: Person, **news: Any) -> None:
    _note(user, "password_reset")


@receiver(account.email_added, dispatch_uid="organization.email_added")
def on_email_added(user: Person, email_address: Any, **news: Any) -> None:
    _note(user, "email_added", email=email_address.email)


@receiver(account.email_changed, dispatch_uid="organization.email_changed")
def on_email_changed(user: Person, from_email_address: Any, to_email_address: Any, **news: Any) -> None:
    before = from_email_address.email if from_email_address else ""
    _note(user, "email_changed", before=before, email=to_email_address.email)


@receiver(account.email_removed, dispatch_uid="organization.email_removed")
def on_email_removed(user: Person, email_address: Any, **news: Any) -> None:
    _note(user, "email_removed", email=email_address.email)


@receiver(mfa.authenticator_added, dispatch_uid="organization.second_factor_added")
def on_second_factor_added(user: Person, authenticator: Any, **news: Any) -> None:
    is_codes = authenticator.type == RECOVERY_CODES
    _note(user, "recovery_codes_made" if is_codes else "second_factor_added")


@receiver(mfa.authenticator_reset, dispatch_uid="organization.recovery_codes_made")
def on_recovery_codes_made(user: Person, **news: Any) -> None:
    _note(user, "recovery_codes_made")


@receiver(mfa.authenticator_removed, dispatch_uid="organization.second_factor_removed")
def on_second_factor_removed(user: Person, authenticator: Any, **news: Any) -> None:
    if authenticator.type != RECOVERY_CODES:  # they go by themselves with the factor they stand in for
        _note(user, "second_factor_removed")


@receiver(user_locked_out, dispatch_uid="organization.locked")
def on_locked_out(username: str | None = None, **news: Any) -> None:
    person = Person.objects.filter(email__iexact=username or "").first()
    if person is not None:
        _note(person, "locked")
