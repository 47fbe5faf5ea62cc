"""What reputation asks customers for: a review at a place. Whom, when and how often, the governor of asking decides, by one rule for all rooms.

The letter is the same for everybody and leads straight to the site: no question comes before it that could send the unhappy elsewhere.
"""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from candor.apps.customers.requests import Kind, Letter, ToAsk
from candor.apps.organization.queries import workspace
from candor.foundation.addresses import record_id

from .models import ReviewPlace


def targets() -> list[tuple[str, str]]:
    """Places that are open."""
    return [(str(place.pk), place.name) for place in ReviewPlace.objects.filter(is_open=True)]


def letter(target: str, asked: ToAsk) -> Letter | None:
    """Asks for a review, whatever it will say; None once the place is closed."""
    place = ReviewPlace.objects.filter(pk=record_id(target) or 0, is_open=True).first()
    if place is None:
        return None
    with translation.override(asked.language or translation.get_language()):
        return Letter(
            subject=_("Would you tell others how it was with %(company)s?") % {"company": workspace().name},
            heading=_("Tell others how it was"),
            text=_(
                "Good or bad, a few honest words help others to choose. We ask every customer who may be asked, or a share drawn by chance, "
                "and never because of what anybody thinks of us."
            ),
            button=(_("Write a review"), place.url),
            language=asked.language,
        )


KIND = Kind("review", lazy("A review"), targets, letter)
