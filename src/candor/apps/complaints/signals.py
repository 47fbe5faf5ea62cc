"""News of complaints, in the past tense; sent inside the transaction, receivers only enqueue."""

from django.dispatch import Signal

complaint_raised = Signal()  # complaint_ids: list[int]; feedback became a complaint, or one became severe
