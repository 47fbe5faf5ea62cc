"""Personal data in what customers write, masked with the telephone numbers of the countries that they call from."""

from django.conf import settings

from candor.text import masking


def mask(text: str) -> masking.Masked:
    """Mask a text as `candor.text.masking.mask` does, with national telephone numbers of the countries in `CANDOR_PHONE_COUNTRIES`."""
    return masking.mask(text, regions=settings.CANDOR_PHONE_COUNTRIES)
