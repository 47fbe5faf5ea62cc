"""Work on customers that is done later."""

from django_tasks import task

from candor.foundation.storage import warehouse


@task()
def erase_from_warehouse(customer_ids: list[int], feedback_ids: list[int]) -> int:
    """Drop the answers and events of an erased person from every file on disk; safe to repeat."""
    return warehouse().erase(feedback_ids=feedback_ids, customers=customer_ids).rows
