from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from candor.foundation.navigation import Page, register_page


class ImportsConfig(AppConfig):
    name = "candor.apps.imports"
    label = "imports"
    verbose_name = "Imports"

    def ready(self) -> None:
        from candor.apps.organization.audit import register_actions

        register_page(
            Page(
                "Listen",
                "Imports",
                "imports:list",
                "upload",
                permission="import_data",
                order=90,
                group="Data",
            )
        )
        register_actions(
            "import",
            _("Imports"),
            {
                "file_taken": _("Uploaded a file"),
                "columns_chosen": _("Chose what the columns of a file are"),
                "started": _("Started an import"),
                "undone": _("Took an import back"),
                "discarded": _("Discarded a file before it was imported"),
                "bad_rows_seen": _("Looked at rows that did not fit"),
                "bad_rows_exported": _("Exported rows that did not fit"),
            },
            pages={"importbatch": "imports:detail"},
        )
