from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class EventsConfig(AppConfig):
    name = "candor.apps.events"
    label = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        from candor.apps.customers.personal import register_holder
        from candor.apps.organization.audit import register_actions

        from . import receivers, tasks  # noqa: F401  both register themselves
        from .personal import HOLDER

        register_holder(HOLDER)

        register_actions(
            "source", _("Sources of events"), {"changed": _("Changed how events of a source are read")}
        )
        register_actions(
            "misfits",
            _("Events that did not fit"),
            {
                "seen": _("Read events that did not fit"),
                "exported": _("Took out events that did not fit"),
                "forgotten": _("Dropped events that did not fit"),
            },
        )
        register_actions(
            "deliveries", _("Deliveries of events"), {"tried_again": _("Had stuck deliveries tried again")}
        )
        register_actions(
            "event_name",
            _("Names of events"),
            {
                "accepted": _("Made a touchpoint of an event’s name"),
                "mapped": _("Placed an event’s name at a touchpoint"),
                "ignored": _("Stopped proposing an event’s name"),
                "reopened": _("Took a decision about an event’s name back"),
            },
        )

        register_page(
            Page(
                "Listen",
                "Sources of events",
                "events:sources",
                "cloud-upload",
                permission="import_data",
                order=85,
                group="Data",
            )
        )
        register_page(
            Page(
                "Measure",
                "New in your events",
                "events:names",
                "sparkles",
                permission="import_data",
                order=90,
            )
        )
