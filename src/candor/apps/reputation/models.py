"""Reviews with their history and replies, and where they come from."""

from typing import Self

from django.db import models

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .choices import Level, Reason, ReplyState, Site


class Connection(models.Model):
    """One place at a site that reviews are fetched from: a location, a business unit, an app."""

    class State(models.TextChoices):
        READY = "ready"
        RUNNING = "running"
        WAITING = "waiting"  # the site asked us to slow down
        FAILED = "failed"

    site = models.CharField(max_length=20, choices=Site.choices)
    name = models.CharField(max_length=120)
    unit = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Whom its reviews are about; empty: the organization",
    )  # fmt: skip
    settings = models.JSONField(default=dict, help_text="What may be shown: numbers of accounts and places")
    sealed = models.TextField(blank=True, help_text="Keys and tokens, sealed; never shown")
    is_on = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    cursor = models.TextField(blank=True, help_text="Where the pass under way goes on; empty between passes")
    passes = models.PositiveIntegerField(default=0, help_text="Whole passes that went well")
    seen = models.PositiveIntegerField(default=0, help_text="Reviews that the pass under way has shown")
    is_whole = models.BooleanField(
        default=True, help_text="Whether the pass under way goes to the end, or stops where nothing is new"
    )
    last_seen = models.PositiveIntegerField(null=True, help_text="Reviews that the last whole pass showed")
    last_pass_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True, help_text="When a pass of either sort went well last")
    held_back = models.PositiveIntegerField(
        default=0, help_text="Reviews the site shows no more, too many at once to believe it unasked"
    )
    next_at = models.DateTimeField(null=True, help_text="Not before; when the site asked us to wait")
    error = models.TextField(
        blank=True, help_text="What went wrong last, in plain words; empty once it went well"
    )
    failed_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["site", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def pass_number(self) -> int:
        """The number of the pass under way; one that is not whole bears that of the whole pass before it."""
        return self.passes + int(self.is_whole)


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, viewer: Viewer, permission: Permission = Permission.READ_FEEDBACK) -> Self:
        """Reviews whose feedback the viewer may read."""
        unit_ids = viewer.unit_ids(permission)
        return self if unit_ids is None else self.filter(feedback__unit_id__in=unit_ids)

    def standing(self) -> Self:
        """Reviews that are still there at their site, and not excluded: those that count."""
        return self.filter(removed_at=None, excluded_for="")

    def waiting(self) -> Self:
        """Reviews that stand and that nobody has answered."""
        return self.standing().filter(reply_text="").exclude(reply__state=ReplyState.SENT)


class Review(models.Model):
    """The public side of a feedback record."""

    feedback = models.OneToOneField(
        "feedback.Feedback", on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, related_name="+")
    level = models.CharField(max_length=12, choices=Level.choices)
    stars = models.PositiveSmallIntegerField(
        null=True, help_text="1 to 5; the answer in the hub says the same"
    )
    author = models.CharField(max_length=160, blank=True, help_text="As the site shows it")
    url = models.URLField(max_length=500, blank=True)
    written_at = models.DateTimeField(help_text="When it was first written")
    changed_at = models.DateTimeField(
        null=True, help_text="When its author last changed it, as the site says"
    )
    pass_seen = models.PositiveIntegerField(
        default=0, help_text="The last pass of its connection that showed it"
    )
    removed_at = models.DateTimeField(
        null=True, help_text="When we found that it is gone at the site; its words are gone here too"
    )
    excluded_for = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    reply_text = models.TextField(blank=True, help_text="Our answer as the site shows it, whoever wrote it")
    replied_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["level", "written_at"], name="review_level"),
            models.Index(fields=["connection", "pass_seen"], name="review_pass"),
            models.Index(
                fields=["written_at"],
                condition=models.Q(reply_text="", removed_at=None, excluded_for=""),
                name="review_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author or 'Review'} ({self.stars or '–'})"


class ReviewVersion(models.Model):
    """What a review said before its author changed it."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="versions")
    title = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True, help_text="As written; only for those who may read personal data")
    comment_masked = models.TextField(blank=True)
    stars = models.PositiveSmallIntegerField(null=True)
    until = models.DateTimeField(help_text="When it was replaced")
    batch = models.ForeignKey(
        "imports.ImportBatch", on_delete=models.SET_NULL, null=True, related_name="+",
        help_text="The file that brought what came after it",
    )  # fmt: skip

    class Meta:
        ordering = ["-until", "-pk"]

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d}"


class Reply(models.Model):
    """Our answer to a review, from draft to sent."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="reply")
    text = models.TextField()
    state = models.CharField(max_length=8, choices=ReplyState.choices, default=ReplyState.DRAFT)
    written_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    returned_because = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "replies"

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.text[:40]}"


class ReviewPlace(models.Model):
    """Where customers are asked to review us: everybody gets the same address, whatever they think of us."""

    name = models.CharField(max_length=120)
    unit = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Whom it is about; empty: the organization",
    )  # fmt: skip
    url = models.URLField(max_length=500)
    is_open = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ReplyTemplate(models.Model):
    """Words to begin a reply with; {author}, {place}, {stars} and {company} are filled in."""

    name = models.CharField(max_length=80, unique=True)
    text = models.TextField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Exclusion(models.Model):
    """That a review was left out, by whom and why; kept when it is lifted."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="exclusions")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    note = models.CharField(max_length=500, help_text="What shows that the reason holds")
    made_by = models.ForeignKey("organization.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        "organization.Person", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.get_reason_display()


class PublicPage(models.Model):
    """A page and widget for everybody, about a unit or about a person who agreed to it."""

    token = models.CharField(max_length=40, unique=True)
    unit = models.OneToOneField(
        "organization.Unit", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    person = models.OneToOneField(
        "organization.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, help_text="When the person said yes, by themselves")
    is_on = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False, person__isnull=True)
                | models.Q(unit__isnull=True, person__isnull=False),
                name="public_page_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True)
                | models.Q(is_on=False)
                | models.Q(agreed_at__isnull=False),
                name="public_person_agreed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit or self.person)


class Policy(models.Model):
    """How the company handles replies; a single row."""

    needs_second_person = models.BooleanField(
        default=True, help_text="A reply goes out only after somebody else than its writer approved it"
    )

    class Meta:
        verbose_name_plural = "policies"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_reputation_policy")]

    def __str__(self) -> str:
        return "four eyes" if self.needs_second_person else "two eyes"
