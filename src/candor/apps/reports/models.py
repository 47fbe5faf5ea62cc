"""Who gets a digest."""

from datetime import date, timedelta

from django.db import models

from .choices import Rhythm


class DigestSubscription(models.Model):
    """A person who asked for the digest, for a unit of theirs or for all they may see."""

    person = models.OneToOneField("organization.Person", on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    unit = models.ForeignKey("organization.Unit", on_delete=models.SET_NULL, null=True, related_name="+")
    last_sent_on = models.DateField(help_text="The day of the last one; at first the day it was asked for")
    claimed_at = models.DateTimeField(null=True, help_text="When a worker began to send the next one")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.rhythm}"

    def is_due(self, today: date) -> bool:
        """Whether a Monday (a first of the month) has come since the last one."""
        begin = (
            today.replace(day=1) if self.rhythm == Rhythm.MONTHLY else today - timedelta(days=today.weekday())
        )
        return self.last_sent_on < begin
