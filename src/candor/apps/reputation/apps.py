from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import SETTINGS, Page, register_page
from candor.foundation.panels import Panel, register_panel


class ReputationConfig(AppConfig):
    name = "candor.apps.reputation"
    label = "reputation"
    verbose_name = "Reputation"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.requests import register_request_kind
        from candor.apps.customers.timeline import register_source
        from candor.apps.imports.kinds import register_kind

        from . import tasks  # noqa: F401  registers its schedule
        from .imports import KIND
        from .personal import HOLDER
        from .requests import KIND as REQUEST
        from .timeline import SOURCE

        register_kind(KIND)
        register_request_kind(REQUEST)
        register_holder(HOLDER)
        register_source(SOURCE)
        register_page(
            Page(
                "Listen",
                "Reputation",
                "reputation:overview",
                "star",
                permission="read_feedback",
                order=18,
                group="Customers speak",
            )
        )
        register_page(
            Page(SETTINGS, "Public reviews", "reputation:public_pages", "world", "administer", order=30)
        )
        register_panel(Panel("feedback", "The review", "reputation:panel", order=20))
        self._register_words()
        self._register_news()

    def _register_words(self) -> None:
        from candor.apps.organization.audit import register_actions

        register_actions(
            "review",
            _("Reviews"),
            {
                "edited": _("Followed an edit of a review by its author"),
                "removed": _("Followed the deletion of a review at its site"),
                "came_back": _("Followed the return of a review at its site"),
                "unreadable": _("Could not read some reviews of a site"),
                "excluded": _("Left a review out for a published reason"),
                "counted_again": _("Let a review that was left out count again"),
            },
        )
        register_actions(
            "reply",
            _("Replies to reviews"),
            {
                "written": _("Wrote a reply to a review"),
                "submitted": _("Handed a reply on for approval"),
                "approved": _("Approved a reply"),
                "given_back": _("Gave a reply back to its writer"),
                "looked_at": _("Said that a reply holds nobody’s private data"),
                "sent": _("A reply was sent to its site"),
                "failed": _("A reply could not be sent"),
                "posted_by_hand": _("Put a reply at its site by hand"),
                "policy_changed": _("Changed whether replies need a second person"),
            },
        )
        register_actions(
            "reply_template",
            _("Words to begin a reply with"),
            {
                "saved": _("Saved words to begin a reply with"),
                "dropped": _("Dropped words to begin a reply with"),
            },
        )
        register_actions(
            "connection",
            _("Connections to review sites"),
            {
                "made": _("Connected to a review site"),
                "changed": _("Changed a connection to a review site"),
                "fetched": _("Had the reviews of a site fetched"),
                "switched": _("Switched a connection to a review site on or off"),
                "believed": _("Took a site at its word that many reviews are gone"),
            },
            pages={"connection": "reputation:connection"},
        )
        register_actions(
            "public_page",
            _("Public pages of reviews"),
            {
                "made": _("Made a public page of reviews"),
                "switched": _("Switched a public page of reviews on or off"),
                "agreed": _("Agreed to a public page about themselves"),
                "withdrew": _("Withdrew their agreement to a public page"),
            },
        )
        register_actions(
            "review_place",
            _("Where reviews are asked for"),
            {
                "offered": _("Offered a place where customers are asked for reviews"),
                "closed": _("Closed a place where customers are asked for reviews"),
            },
        )

    def _register_news(self) -> None:
        from candor.apps.webhooks.events import Event, register_event

        example = {"review": 1, "site": "google", "stars": 4, "unit": 7}
        register_event(
            Event(
                "review.received",
                _("A review came in that is at most a week old."),
                example | {"about": "location"},
            )
        )
        register_event(Event("review.replied", _("Our reply to a review went out."), example))
        register_event(Event("review.reply_waiting", _("A reply to a review waits for approval."), example))
        register_event(
            Event(
                "review.reply_failed",
                _("A reply to a review could not be sent; somebody has to look at it."),
                example,
            )
        )
