"""What Measure keeps of its own: who may look at a survey's results without an account."""

from django.db import models

from candor.foundation.periods import parse_period


class SharedResults(models.Model):
    """A link to the results of one survey for somebody without an account, as the person who made it sees them."""

    survey = models.ForeignKey("surveys.Survey", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(
        max_length=64, unique=True, help_text="Of the secret, which is in the link alone"
    )
    unit = models.ForeignKey("organization.Unit", on_delete=models.CASCADE, null=True, related_name="+")
    period = models.CharField(max_length=24)
    has_comments = models.BooleanField(default=False)
    made_by = models.ForeignKey("organization.Person", on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "shared results"

    def __str__(self) -> str:
        return f"{self.survey}, shared by {self.made_by}"

    @property
    def period_words(self) -> str:
        """The period as the top bar calls it."""
        return parse_period(self.period, as_of=self.made_at.date()).label
