"""Work on cases outside of a request."""

from django_tasks import task

from . import services


@task
def open_cases_for(feedback_ids: list[int]) -> int:
    """Open what the rules ask for; returns how many cases."""
    return len(services.open_cases(feedback_ids=feedback_ids))
