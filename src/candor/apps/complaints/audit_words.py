"""What entries of the audit log about complaints mean."""

from django.utils.translation import gettext_lazy as _

from candor.apps.organization.audit import register_actions


def register_words() -> None:
    """Tell the page of the log."""
    register_actions(
        "complaint",
        _("Complaints"),
        {
            "opened": _("Took a complaint in"),
            "acknowledged": _("Noted that a customer knows we look at their complaint"),
            "noted": _("Wrote a note on a complaint"),
            "handed_over": _("Handed a complaint over"),
            "changed": _("Changed product, issue or severity of a complaint"),
            "vulnerability_noted": _("Changed what is noted of a customer’s vulnerability"),
            "paused": _("Let the clock of a complaint stand still"),
            "resumed": _("Let the clock of a complaint run again"),
            "redressed": _("Wrote down redress"),
            "decided": _("Decided a complaint"),
            "told_apart": _("Said that two complaints are of different households"),
            "put_together": _("Said that two complaints are of one household after all"),
            "reopened": _("Opened a complaint again"),
            "escalated": _("Noted that a customer goes further with a complaint"),
            "escalation_ended": _("Noted how an appeal or an ombudsman’s step ended"),
            "letter_made": _("Made a letter about a complaint"),
            "letter_posted": _("Noted that a letter was posted"),
            "letter_sent_again": _("Tried a letter again"),
            "file_taken": _("Took a file that came with a complaint"),
            "exported": _("Exported complaints"),
        },
    )
    _register_settings()


def _register_settings() -> None:
    register_actions(
        "complaint_rules",
        _("Rules of complaints"),
        {
            "defined": _("Wrote a rule set for complaints"),
            "changed": _("Changed a rule set for complaints"),
            "started": _("Took a rule set for new complaints"),
            "stopped": _("Took a rule set for new complaints no longer"),
        },
    )
    register_actions(
        "complaint_topic",
        _("Products and issues of complaints"),
        {
            "added": _("Added a product or an issue"),
            "renamed": _("Renamed a product or an issue"),
            "merged": _("Merged a product or an issue into another"),
            "archived": _("Offers a product or an issue no longer"),
            "restored": _("Offers a product or an issue again"),
            "taken": _("Took products and issues from complaints"),
        },
    )
    register_actions(
        "complaint_letter",
        _("Templates of letters"),
        {
            "template_defined": _("Wrote a template of a letter"),
            "template_changed": _("Changed a template of a letter"),
            "template_started": _("Offers a template of a letter"),
            "template_stopped": _("Offers a template of a letter no longer"),
        },
    )
    register_actions(
        "complaint_form", _("The public form"), {"changed": _("Changed the public form for complaints")}
    )
