"""The form at which people sign in, in the words of the rest of the product."""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as lazy


class SignInForm(LoginForm):  # type: ignore[misc]
    """Address, password, and whether to stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("login", lazy("E-mail")), ("remember", lazy("Stay signed in on this device"))):
            self.fields[name].label = label
            self.fields[name].widget.attrs.pop("placeholder", None)
