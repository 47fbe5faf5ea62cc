"""Google Business Profile, API v4: https://developers.google.com/my-business/content/review-data

Access is a refresh token of OAuth 2 (scope business.manage), from which short access tokens are made.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..choices import Site
from ..errors import SiteRefused
from ..sources import google
from .interface import ADDRESS, Access, Ask, PageOfReviews, Setting, ask, read_page, with_token

API = "https://mybusiness.googleapis.com"
TOKENS = "https://oauth2.googleapis.com/token"
PAGE = 50  # the most there may be


class Google:
    """One location of an account."""

    site = Site.GOOGLE
    lists_everything = True
    longest_reply = 4_000
    settings = (
        Setting("account", _("Account number"), _("The digits after accounts/ in the Business Profile API.")),
        Setting("location", _("Location number"), _("The digits after locations/.")),
        Setting("client_id", _("Client id"), _("Of your OAuth client in the Google Cloud console.")),
        Setting("client_secret", _("Client secret"), is_secret=True),
        Setting("refresh_token", _("Refresh token"), _("With the scope business.manage."), is_secret=True),
        ADDRESS,
    )

    def page(self, access: Access, cursor: str) -> PageOfReviews:
        """Up to 50 reviews, the latest changed first."""
        query: dict[str, str | int] = {"pageSize": PAGE, "orderBy": "updateTime desc"}
        if cursor:
            query["pageToken"] = cursor
        document = self._ask(access, "GET", "/reviews", query=query) or {}
        return read_page(google.SHAPE, document, str(document.get("nextPageToken") or ""))

    def reply(self, access: Access, key: str, text: str) -> None:
        """Put our answer; Google replaces an earlier one."""
        self._ask(access, "PUT", f"/reviews/{key}/reply", body={"comment": text})

    def _ask(self, access: Access, method: str, path: str, **parts: Any) -> Any:
        told = access.settings
        url = f"{access.address(API)}/v4/accounts/{told['account']}/locations/{told['location']}{path}"

        def use(token: str) -> Any:
            return ask(self.site, Ask(method, url, headers={"Authorization": f"Bearer {token}"}, **parts))

        return with_token(access, lambda: self._renew(access), use)

    def _renew(self, access: Access) -> tuple[str, float]:
        form = {
            "grant_type": "refresh_token",
            "client_id": access.settings["client_id"],
            "client_secret": access.secrets["client_secret"],
            "refresh_token": access.secrets["refresh_token"],
        }
        url = f"{access.settings['address'].rstrip('/')}/token" if access.settings.get("address") else TOKENS
        try:
            told = ask(self.site, Ask("POST", url, form=form))
        except SiteRefused as error:
            if type(error) is SiteRefused:
                raise SiteRefused(
                    f"{error} The permission was withdrawn or has ended: connect again with a new refresh token."
                ) from error
            raise
        return told["access_token"], float(told.get("expires_in", 3600))
