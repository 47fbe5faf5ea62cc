"""Customers, the identifiers other systems know them by, and segments."""

from typing import Self

from django.db import models

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission


class Segment(models.Model):
    """A group of customers that the company tells apart."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerQuerySet(models.QuerySet["Customer"]):
    def living(self) -> Self:
        """Customers that were not merged into another."""
        return self.filter(merged_into=None)


class Customer(models.Model):
    """A person or household the company serves."""

    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=12, blank=True)
    segment = models.ForeignKey(
        Segment, on_delete=models.SET_NULL, null=True, blank=True, related_name="customers"
    )
    unit = models.ForeignKey(
        "organization.Unit",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Home unit",
    )
    is_customer = models.BooleanField(default=True, help_text="Buys")
    is_user = models.BooleanField(default=True, help_text="Uses")
    is_sponsor = models.BooleanField(default=False, help_text="Pays")
    since_on = models.DateField(null=True, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="Where they live, as IANA names it; empty: the company's own"
    )
    consented_at = models.DateTimeField(null=True, blank=True, help_text="Said yes to being asked")
    opted_out_at = models.DateTimeField(
        null=True, blank=True, help_text="Does not want to be asked, by whatever channel"
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged"
    )
    import_batch_id = models.BigIntegerField(
        null=True, db_index=True, help_text="The import that created the row"
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["name"], name="customer_name")]

    def __str__(self) -> str:
        return f"Customer {self.pk}"

    def shown_to(self, viewer: Viewer) -> str:
        """The name for who may read personal data of the home unit, for everybody else the number."""
        may_read = viewer.holds(Permission.READ_PERSONAL_DATA, self.unit)
        return self.name if may_read and self.name else str(self)

    @property
    def roles(self) -> list[str]:
        """The words customer, user, sponsor that apply."""
        held = {"customer": self.is_customer, "user": self.is_user, "sponsor": self.is_sponsor}
        return [word for word, is_held in held.items() if is_held]


class Identifier(models.Model):
    """What another system calls a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=60)
    value = models.CharField(max_length=254)  # as long as an e-mail address may be

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="identifier_once")]

    def __str__(self) -> str:
        return f"{self.system}:{self.value}"


class ErasedName(models.Model):
    """What some system called a customer who was erased, as a keyed digest alone."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest[:12]
