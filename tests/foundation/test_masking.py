"""Telephone numbers are masked as people write them where the customers call from."""

import pytest
from django.conf import LazySettings

from candor.foundation.masking import mask


@pytest.mark.parametrize(
    ("countries", "masked"), [(["DE"], True), (["US", "GB"], False), (["US", "GB", "DE"], True)]
)
def test_numbers_of_the_countries_that_are_named_are_masked_without_a_plus(
    settings: LazySettings, countries: list[str], masked: bool
) -> None:
    settings.CANDOR_PHONE_COUNTRIES = countries
    assert ("0171 5550123" in mask("Call me on 0171 5550123.").text) != masked
    assert mask("Call me on +49 171 5550123.").text == "Call me on [phone]."
