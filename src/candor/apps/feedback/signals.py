"""News of the hub, in the past tense.

Sent inside the transaction that stores the feedback: receivers only enqueue, and a job is stored with the feedback or not at
all, so that no crash between the two can lose it.
"""

from django.dispatch import Signal

feedback_received = Signal()  # feedback_ids: list[int], new ones only
feedback_continued = Signal()  # feedback_ids: list[int], to which their authors added words
feedback_tied = Signal()  # feedback_ids: list[int], whose unit or customer turned out to be another
feedback_forgotten = (
    Signal()
)  # feedback_ids: list[int], about to be deleted; is_erasure: bool, keep nothing of what they say
