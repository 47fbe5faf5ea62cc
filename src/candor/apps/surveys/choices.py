"""Vocabulary of surveys that rooms above share."""

SETTLED_AFTER_DAYS = 14
"""Days after which an invitation that was not answered counts as silent; younger ones are in no response rate."""
