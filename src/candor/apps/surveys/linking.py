"""Writes of standing links, and the pictures and snippets by which they are hung out."""

import io
import secrets
from collections.abc import Sequence

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict

from .models import Link, Survey


@transaction.atomic
def make_link(
    *,
    survey: Survey,
    kind: str,
    name: str,
    by: Person | None,
    channel: str = "",
    unit: Unit | None = None,
    touchpoint_id: int | None = None,
    sites: Sequence[str] = (),
    reset_seconds: int = 10,
) -> Link:
    """A standing link with a token that nobody can guess (256 random bits)."""
    channel = channel or {Link.Kind.OPEN: "web", Link.Kind.EMBED: "website", Link.Kind.KIOSK: "kiosk"}.get(
        Link.Kind(kind), ""
    )
    made = Link.objects.create(
        survey=survey, kind=kind, name=name, token=secrets.token_urlsafe(32), channel=channel, unit=unit,
        touchpoint_id=touchpoint_id, made_by=by, sites=list(sites), reset_seconds=reset_seconds,
    )  # fmt: skip
    record_audit(by=by, action="survey_link.made", target=made, survey=survey.name, name=name)
    return made


@transaction.atomic
def revoke_link(*, link: Link, by: Person) -> None:
    """Let nobody answer at a link any more; what was answered there stays.

    Raises:
        Conflict: it was revoked before.
    """
    locked = Link.objects.select_for_update().get(pk=link.pk)
    if locked.revoked_at:
        raise Conflict(_("This link was revoked already."))
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    record_audit(
        by=by, action="survey_link.revoked", target=locked, survey=locked.survey.name, name=locked.name
    )


def address(link: Link) -> str:
    """The full address at which people answer."""
    return f"{settings.CANDOR_URL}/s/{link.token}/"


def qr_svg(text: str) -> str:
    """A QR code as SVG that scales and prints; a quarter of it may be dirty and it still reads (level Q)."""
    out = io.BytesIO()
    segno.make(text, error="q", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=4,
        scale=4,
        dark="#000",
        light="#fff",
        omitsize=True,
    )
    return out.getvalue().decode()


def iframe_snippet(link: Link) -> str:
    """What shows the survey as a part of another page."""
    source, title = escape(address(link)), escape(link.survey.name)
    return f'<iframe src="{source}" title="{title}" width="100%" height="560" style="border:0" loading="lazy"></iframe>'


def script_snippet(link: Link) -> str:
    """What shows the survey in place of the script itself, as high as its content."""
    return f'<script async src="{escape(address(link))}embed.js"></script>'
