"""The components that page authors write; docs/reference/components.md shows each with an example."""

from django import template

from candor.foundation.components import forms, frame, numbers, pieces

register = template.Library()
for part in (frame, numbers, pieces, forms):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
