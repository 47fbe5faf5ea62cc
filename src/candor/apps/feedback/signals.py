"""News of the hub, in the past tense, sent once the transaction is committed."""

from django.dispatch import Signal

feedback_received = Signal()  # feedback_ids: list[int], new ones only
