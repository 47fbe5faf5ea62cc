"""Trustpilot: https://documentation-apidocumentation.trustpilot.com

Reviews are read from the private list of a business unit, which tells the reference of our own invitations; replies are written in the name of a
business user. Access is a token of OAuth 2 by client credentials.
"""

import base64
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..choices import Site
from ..sources import trustpilot
from .interface import ADDRESS, Access, Ask, PageOfReviews, Setting, ask, read_page, with_token

API = "https://api.trustpilot.com"
TOKENS = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
PAGE = 100  # the most there may be


class Trustpilot:
    """One business unit."""

    site = Site.TRUSTPILOT
    lists_everything = True
    longest_reply = 4_000
    settings = (
        Setting("business_unit", _("Business unit id")),
        Setting("business_user", _("Business user id"), _("In whose name replies are written.")),
        Setting("api_key", _("API key")),
        Setting("api_secret", _("API secret"), is_secret=True),
        ADDRESS,
    )

    def page(self, access: Access, cursor: str) -> PageOfReviews:
        """Up to 100 reviews, the newest first; pages are numbered."""
        number = int(cursor or 1)
        path = f"/v1/private/business-units/{access.settings['business_unit']}/reviews"
        query: dict[str, str | int] = {"page": number, "perPage": PAGE, "orderBy": "createdat.desc"}
        document = self._ask(access, Ask("GET", access.address(API) + path, query)) or {}
        has_more = any(link.get("rel") == "next-page" for link in document.get("links") or [])
        return read_page(trustpilot.SHAPE, document, str(number + 1) if has_more else "")

    def reply(self, access: Access, key: str, text: str) -> None:
        """Post our answer."""
        body = {"authorBusinessUserId": access.settings["business_user"], "message": text}
        url = f"{access.address(API)}/v1/private/reviews/{key}/reply"
        self._ask(access, Ask("POST", url, body=body))

    def _ask(self, access: Access, question: Ask) -> Any:
        def use(token: str) -> Any:
            headers = {"Authorization": f"Bearer {token}", "apikey": access.settings["api_key"]}
            return ask(self.site, Ask(question.method, question.url, question.query, headers, question.body))

        return with_token(access, lambda: self._renew(access), use)

    def _renew(self, access: Access) -> tuple[str, float]:
        pair = f"{access.settings['api_key']}:{access.secrets['api_secret']}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        told = ask(
            self.site,
            Ask(
                "POST",
                access.address(API) + TOKENS,
                headers=headers,
                form={"grant_type": "client_credentials"},
            ),
        )
        return told["access_token"], float(told.get("expires_in", 3600))
