"""What the list shows, as CSV in a documented layout."""

from django.http import HttpRequest, StreamingHttpResponse

from candor.apps.organization.access import require
from candor.apps.organization.audit import narrowed_to
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.apps.organization.services import record_audit
from candor.foundation.errors import InvalidInput
from candor.intake import csv_lines

from .. import exports, queries
from ..models import Complaint


def register_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Exactly what the list shows of units the viewer may export; vulnerability only for who may read it everywhere."""
    viewer = require(request, Permission.EXPORT_DATA)
    scope = scope_of(request, viewer)
    rows = queries.ComplaintFilter.from_query(request.GET).apply(scope).order_by("received_on", "pk")
    unit_ids = viewer.unit_ids(Permission.EXPORT_DATA)
    if unit_ids is not None:
        rows = rows.filter(feedback__unit_id__in=unit_ids)
    name = request.GET.get("layout", "register")
    layout = exports.LAYOUTS.get(name)
    if layout is None:
        raise InvalidInput(f"“{name}” is no layout; expected one of {', '.join(exports.LAYOUTS)}.")
    if layout is exports.REGISTER and viewer.sees_everything(Permission.READ_VULNERABILITY):
        layout = layout | exports.VULNERABILITY
    n = Complaint.objects.filter(pk__in=rows.order_by().values("pk")).count()
    record_audit(
        by=viewer.person, action="complaint.exported", layout=name, query=narrowed_to(request.GET), rows=n
    )
    response = StreamingHttpResponse(
        csv_lines(exports.lines(rows, layout), header=tuple(layout), has_mark=True),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="complaints-{name}.csv"'
    return response
