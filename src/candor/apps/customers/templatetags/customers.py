"""How a customer is called on a page: `{% load customers %}{{ case.customer|shown_to:viewer }}`."""

from django import template

from candor.apps.customers.models import Customer
from candor.apps.organization.access import Viewer

register = template.Library()


@register.filter
def shown_to(customer: Customer | None, viewer: Viewer) -> str:
    """The name or the number, by what the viewer may read; nothing for nobody."""
    return customer.shown_to(viewer) if customer else ""
