"""The way out: a link that says whose it is and stays good, for a page and for the button that mail programs show (RFC 8058)."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from candor.apps.customers.models import Customer
from candor.foundation.errors import NotFound

_SALT = "asking.stop"


def stop_link(customer_id: int) -> str:
    """The address at which this customer can say that they don't want to be asked."""
    return settings.CANDOR_URL + reverse("asking:stop", args=[_signer().sign_object(customer_id)])


def _signer() -> signing.Signer:
    """Without a time, so that a customer's link is always the same and never ends."""
    return signing.Signer(salt=_SALT)


def whose(token: str) -> Customer:
    """The customer behind a link; of merged records the one that is kept.

    Raises:
        NotFound: the link is forged or cut, or whose it was is not known any more.
    """
    try:
        number = _signer().unsign_object(token)
    except signing.BadSignature as error:
        raise NotFound("This link is not complete. Open it from the message once more.") from error
    found = Customer.objects.select_related("merged_into").filter(pk=number).first()
    if found is None:
        raise NotFound("Nothing is kept about you here any more, so nobody will ask you anything.")
    return found.merged_into or found
