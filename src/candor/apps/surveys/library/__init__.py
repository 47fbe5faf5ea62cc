"""Templates: a survey for each critical moment, worded and ready to be sent; in English and German."""

from .builder import Template
from .contacts import CONTACTS
from .relations import RELATIONS
from .staff_and_places import STAFF_AND_PLACES

TEMPLATES: dict[str, Template] = {
    template.key: template for template in (*RELATIONS, *CONTACTS, *STAFF_AND_PLACES)
}

__all__ = ["TEMPLATES", "Template"]
