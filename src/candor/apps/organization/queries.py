"""Reads about the organization."""

from .models import Unit, Workspace


def workspace() -> Workspace:
    """The workspace; an unsaved one named "Candor" before the first run."""
    return Workspace.objects.first() or Workspace(pk=1, name="Candor")


def root_unit() -> Unit | None:
    """The organization at the top of the tree, None before the first run."""
    return Unit.objects.filter(parent=None).order_by("pk").first()
