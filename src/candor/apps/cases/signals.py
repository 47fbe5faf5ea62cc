"""News of cases, in the past tense, sent once the transaction is committed."""

from django.dispatch import Signal

case_opened = Signal()  # case_id: int
case_closed = Signal()  # case_id: int
