"""Workspace, units, people, roles, invitations and the audit log."""

from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from .choices import Role, UnitKind


class Workspace(models.Model):
    """The one company that this installation serves, with its policy; a single row."""

    name = models.CharField(max_length=120)
    is_simulated = models.BooleanField(default=False)
    timezone = models.CharField(max_length=64, default="UTC")
    least_n_score = models.PositiveIntegerField(
        default=30, help_text="Answers below which a score is not shown"
    )
    least_n_person = models.PositiveIntegerField(
        default=30, help_text="The same for a score about one person"
    )
    first_feedback_on = models.DateField(null=True)
    last_feedback_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_workspace")]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    def below(self, unit: "Unit") -> Self:
        """The unit itself and everything under it."""
        return self.filter(path__startswith=unit.path)


class Unit(models.Model):
    """A node of the company's tree: organization, region, location, team, or the place of one person."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=UnitKind.choices)
    code = models.CharField(max_length=60, unique=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.CharField(
        max_length=200, db_index=True, editable=False, default="/"
    )  # "/1/4/9/": ids from the root down
    person = models.OneToOneField(
        "Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="place",
        help_text="Whose place it is; for units of the kind person only",
    )
    is_active = models.BooleanField(default=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=UnitKind.PERSON, person__isnull=False)
                | (~models.Q(kind=UnitKind.PERSON) & models.Q(person__isnull=True)),
                name="unit_of_person",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> list[str]:
        """Paths from the organization down to this unit, both included."""
        parts = self.path.strip("/").split("/")
        return [f"/{'/'.join(parts[:depth])}/" for depth in range(1, len(parts) + 1)]

    @property
    def depth(self) -> int:
        """0 for the organization itself."""
        return self.path.count("/") - 2


class PersonManager(BaseUserManager["Person"]):
    """What Django's sign-in machinery asks of a user manager."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=self.normalize_email(email) if email else None, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """A member of staff; signs in if an e-mail is known and `is_active`."""

    name = models.CharField(max_length=120)
    email = models.EmailField(unique=True, null=True, blank=True)
    code = models.CharField(
        max_length=60, unique=True, null=True, blank=True, help_text="Personnel number in other systems"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="people")
    job_title = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    is_staff = False  # nobody enters through Django's own admin
    is_superuser = False

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name


class RoleAssignment(models.Model):
    """A role that a person holds for a unit and everything under it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="role_assignments")
    given_at = models.DateTimeField(auto_now_add=True)
    given_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role", "unit"], name="role_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()} of {self.unit}"


class Invitation(models.Model):
    """An address invited to join with a role; the link holds a signed token, the row its fate."""

    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    invited_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"


class ApiKey(models.Model):
    """What another system identifies itself with; only a digest of the secret is kept."""

    name = models.CharField(max_length=120)
    source = models.SlugField(
        max_length=60, help_text="What the sending system is called; its message ids are unique within it"
    )
    prefix = models.CharField(max_length=20, help_text="The beginning of the key, to know it by")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole key")
    scopes = models.JSONField(default=list)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="What it sends belongs to this unit or one below it; empty: to any",
    )
    made_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class RememberedCall(models.Model):
    """A call that came with an Idempotency-Key, with the first answer to it, for a day."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    given = models.CharField(max_length=255, help_text="The Idempotency-Key")
    digest = models.CharField(max_length=64, help_text="Of what was asked")
    status = models.PositiveSmallIntegerField(default=0, help_text="0 until it is done")
    sealed_answer = models.TextField(blank=True, help_text="It may hold secret links and personal data")
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "given"], name="call_once")]

    def __str__(self) -> str:
        return self.given


class AuditEntry(models.Model):
    """One write, export, refusal or look at a person's score. Never changed, never deleted by the product."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    action = models.CharField(
        max_length=60, db_index=True
    )  # noun.verb in the past: "case.closed", "scores.exported"
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["object_kind", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.person}: {self.action}"
