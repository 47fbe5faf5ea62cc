from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page
from candor.foundation.panels import Panel, register_panel


class SurveysConfig(AppConfig):
    name = "candor.apps.surveys"
    label = "surveys"
    verbose_name = "Surveys"

    def ready(self) -> None:
        from candor.apps.events.own import register_teller

        from .telling import TELLER

        register_teller(TELLER)
        from candor.apps.customers.personal import register_holder
        from candor.apps.customers.timeline import register_source
        from candor.apps.feedback.questions import register_words
        from candor.apps.imports.kinds import register_kind
        from candor.apps.organization.audit import register_actions
        from candor.apps.webhooks.events import register_event

        from . import receivers, tasks  # noqa: F401  both register themselves
        from .imports import KIND
        from .intake import FINISHED
        from .personal import HOLDER, RESPONSES
        from .queries import words_of_questions
        from .timeline import SOURCE

        register_kind(KIND)
        register_event(FINISHED)
        register_source(SOURCE)
        register_words(words_of_questions)
        register_holder(HOLDER)
        register_holder(RESPONSES)
        register_page(
            Page(
                "Listen",
                "Surveys",
                "surveys:list",
                "clipboard-list",
                permission="read_feedback",
                order=25,
                group="We ask",
            )
        )
        register_actions(
            "survey",
            _("Surveys"),
            {
                "created": _("Started a survey"),
                "edited": _("Changed a survey’s draft"),
                "change_undone": _("Took back a change of a survey’s draft"),
                "settings_changed": _("Changed what is set beside a survey’s questions"),
                "carried_over": _("Took a survey over from another tool"),
                "published": _("Published a version of a survey"),
                "opened": _("Opened a survey"),
                "closed": _("Closed a survey"),
                "scheduled": _("Set from when until when a survey takes answers"),
                "discarded": _("Threw away a survey’s draft"),
            },
            pages={"survey": "surveys:design"},
        )
        register_actions(
            "survey_export",
            _("Answers taken away"),
            {
                "asked_for": _("Asked for a file of a survey’s answers"),
                "taken": _("Took a file of a survey’s answers"),
            },
        )
        register_panel(Panel("feedback", "Files that came with it", "surveys:files_panel", order=15))
        register_actions(
            "survey_file",
            _("Files of answers"),
            {"taken": _("Took a file that came with an answer")},
            pages={"feedback": "feedback:item"},
        )
        register_actions(
            "survey_link",
            _("Links of surveys"),
            {"made": _("Made a link to a survey"), "revoked": _("Revoked a link to a survey")},
        )
