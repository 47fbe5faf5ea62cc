"""Pages of imports: choose a file, look at its columns, watch it come in, take it back."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.services import record_audit
from candor.foundation.errors import InvalidInput, NotAllowed, NotFound
from candor.foundation.uploads import accept_large_file, takes_large_bodies

from . import services, tasks
from .errors import MappingIncomplete
from .kinds import ERASED, ImportKind, Preview, all_kinds, kind_of
from .models import ImportBatch
from .queries import import_by_id, may_read_rows, recent_imports

PAGE = 25
SHOWN_BAD_ROWS = 20
_ONLY_THE_UPLOADER = lazy(
    "Rows of a file hold personal data as written. Only who brought the file may read them, or who may read and export "
    "personal data of the whole company."
)


def imports(request: HttpRequest) -> HttpResponse:
    """Every import, and where to start a new one."""
    require(request, Permission.IMPORT_DATA)
    page = Paginator(recent_imports(), PAGE).get_page(request.GET.get("page"))
    return render(request, "imports/list.html", {"page": page, "kinds": all_kinds()})


@takes_large_bodies
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Upload a file of a kind."""
    viewer = require(request, Permission.IMPORT_DATA)
    chosen = kind_of(kind)
    if request.method == "POST":
        accept_large_file(request, most=settings.CANDOR_UPLOAD_MOST_BYTES)
    return _new(request, viewer, chosen)


@csrf_protect
def _new(request: HttpRequest, viewer: Viewer, kind: ImportKind) -> HttpResponse:
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            raise InvalidInput(_("Choose a file first."))
        batch = services.take_file(
            kind=kind.key, name=upload.name or "file", content=upload, by=viewer.person
        )
        return redirect("imports:mapping", batch.pk)
    most = settings.CANDOR_UPLOAD_MOST_BYTES
    return render(request, "imports/new.html", {"kind": kind, "most_megabytes": most // 1024**2})


def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column is what; POST keeps the answers, and starts the import when asked to."""
    viewer = require(request, Permission.IMPORT_DATA)
    batch = _batch(pk)
    if batch.state != ImportBatch.State.DRAFT:
        return redirect("imports:detail", pk)
    if request.method == "POST":
        services.choose_options(batch=batch, options=_options(request), by=viewer.person)
        if "start" not in request.POST:
            return redirect("imports:mapping", pk)
        try:
            services.start(batch=batch, by=viewer.person, later=tasks.run.enqueue)
        except MappingIncomplete as error:
            messages.error(request, str(error))
            return redirect("imports:mapping", pk)
        return redirect("imports:detail", pk)
    seen = services.preview(batch)
    if not may_read_rows(viewer, batch):
        seen = replace(seen, rows=())
    kind = kind_of(batch.kind)
    context = {"batch": batch, "kind": kind, "seen": seen, "rows": _rows(seen), "fields": _fields(seen)}
    context |= kind.context(batch, seen)
    return render(request, "imports/mapping.html", context)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the import is and what came of it."""
    viewer = require(request, Permission.IMPORT_DATA)
    batch = _batch(pk)
    may_read = may_read_rows(viewer, batch)
    bad = list(batch.bad_rows.all()[:SHOWN_BAD_ROWS]) if may_read else []
    if bad:
        record_audit(by=viewer.person, action="import.bad_rows_seen", target=batch, rows=len(bad))
    told = {kind: found for kind, found in batch.report.items() if kind != ERASED}
    kind = kind_of(batch.kind)
    context = {
        "batch": batch,
        "kind": kind,
        "next_url": kind.next_url(batch) or (reverse(kind.next_url_name) if kind.next_url_name else ""),
        "bad_rows": bad,
        "may_read_rows": may_read,
        "told": told,
    }
    return render(request, "imports/detail.html", context)


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress bar; sends the reader to the result once there is one."""
    require(request, Permission.IMPORT_DATA)
    batch = _batch(pk)
    if not batch.is_under_way:
        return HttpResponse(headers={"HX-Redirect": reverse("imports:detail", args=[pk])})
    return render(request, "imports/progress.html", {"batch": batch})


def bad_rows(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that did not fit, as a file to mend and import again."""
    viewer = require(request, Permission.IMPORT_DATA)
    batch = _batch(pk)
    if not may_read_rows(viewer, batch):
        raise NotAllowed(str(_ONLY_THE_UPLOADER))
    record_audit(by=viewer.person, action="import.bad_rows_exported", target=batch, rows=batch.rows_bad)
    response = StreamingHttpResponse(services.bad_rows_csv(batch), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="bad-rows-{batch.pk}.csv"'
    return response


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with an import that stopped."""
    viewer = require(request, Permission.IMPORT_DATA)
    services.start(batch=_batch(pk), by=viewer.person, later=tasks.run.enqueue)
    return redirect("imports:detail", pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back everything the import brought."""
    viewer = require(request, Permission.IMPORT_DATA)
    services.undo(batch=_batch(pk), by=viewer.person, later=tasks.run_undo_of.enqueue)
    return redirect("imports:detail", pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file that was not imported."""
    viewer = require(request, Permission.IMPORT_DATA)
    services.discard(batch=_batch(pk), by=viewer.person)
    messages.success(request, _("The file is discarded; nothing was imported."))
    return redirect("imports:list")


def _batch(pk: int) -> ImportBatch:
    batch = import_by_id(pk)
    if batch is None:
        raise NotFound(_("There is no such import."))
    return batch


def _options(request: HttpRequest) -> dict[str, Any]:
    """The mapping page's answers: `column.<field>` fills the mapping, `question.<column>` and `blank.<column>` the questions
    of a survey, `word.<kind>` beside `number.<kind>` what words on a scale count as, everything under `option.` goes in as it stands."""
    options: dict[str, Any] = {"columns": {}}
    kinds: dict[str, str] = {}
    for key, value in request.POST.items():
        group, _dot, name = key.partition(".")
        if group == "column":
            options["columns"][name] = value
        elif group == "option" and value:
            options[name] = str(value).strip()
        elif group == "question" and value:
            kinds[name] = str(value)
        elif group == "word":
            options.setdefault("words", {})[name] = _numbers_of_words(request, name)
    if "low_is_good" in request.POST:
        names = request.POST["low_is_good"].split(",")
        options["low_is_good"] = [name.strip() for name in names if name.strip()]
    if kinds:
        options["questions"] = [
            {
                "column": column,
                "kind": kind,
                "blanks": _codes(request, column),
                "is_low_good": request.POST.get(f"good.{column}") == "low",
            }
            for column, kind in kinds.items()
        ]
    return options


def _numbers_of_words(request: HttpRequest, kind: str) -> dict[str, str]:
    pairs = zip(request.POST.getlist(f"word.{kind}"), request.POST.getlist(f"number.{kind}"), strict=False)
    return {word: number.strip() for word, number in pairs if number.strip()}


def _codes(request: HttpRequest, column: str) -> list[str]:
    return [code.strip() for code in request.POST.get(f"blank.{column}", "").split(",") if code.strip()]


def _fields(seen: Preview) -> list[dict[str, Any]]:
    """Fields for the page, each with its column; those of questions are chosen elsewhere."""
    shown = []
    for one in seen.fields:
        if one.key.startswith("question:"):
            continue
        column = seen.columns.get(one.key, "")
        sample = next(
            (row[column].strip() for row in seen.rows if column and row.get(column, "").strip()), ""
        )
        shown.append(
            {"field": one, "column": column, "sample": sample, "unclear": seen.unclear.get(one.key, ""),
             "is_missing": one.key in seen.missing}
        )  # fmt: skip
    return shown


def _rows(seen: Preview) -> list[list[str]]:
    """The first rows, cells in the order of the columns."""
    return [[row.get(column, "") for column in seen.file_columns] for row in seen.rows]
