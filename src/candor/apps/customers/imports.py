"""Customers as a kind of import: a table with a row for each, as a CRM or the contact list of a survey tool gives it."""

from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from candor.apps.imports.kinds import ERASED, KNOWN_BEFORE, ImportKind, Item, Odd, Preview, Reader, Stored
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.tables import TableReader, preview_table, refuse, refuse_unit
from candor.apps.imports.units import Units
from candor.foundation.errors import Conflict
from candor.foundation.wording import number
from candor.intake import Field, Problem

from .erased import Name, erased_among
from .models import Customer, Identifier
from .putting import Said, bring_customer, is_zone
from .queries import customers_known_as
from .services import EMAIL, forget_unused_of_import

FIELDS = (
    Field(
        "reference", "Customer number", is_identifier=True, max_length=160,
        official=("ExternalDataReference", "External Data Reference"),
        synonyms=("customer id", "customer no", "client id", "client number", "contact id", "user id", "id", "number", "external id"),
        help="What your own system calls them. Without one the e-mail address tells them apart.",
    ),
    Field(
        "email", "E-mail", "email", max_length=254,
        synonyms=("email", "email address", "e-mail address", "mail", "primary email"),
    ),
    Field("name", "Name", max_length=160, synonyms=("full name", "customer name", "contact name", "display name")),
    Field("first_name", "First name", max_length=80, synonyms=("firstname", "given name", "forename")),
    Field("last_name", "Last name", max_length=80, synonyms=("lastname", "surname", "family name")),
    Field(
        "phone", "Telephone", max_length=40, is_identifier=True,
        synonyms=("phone", "phone number", "mobile", "mobile phone", "telephone number", "sms"),
        help="With the country's code in front, as text messages need it.",
    ),
    Field("language", "Language", max_length=12, synonyms=("lang", "locale", "preferred language"), help="Such as de or pt-BR."),
    Field("time_zone", "Time zone", max_length=64, synonyms=("timezone", "tz"), help="Such as Europe/Vienna; quiet hours are theirs."),
    Field("segment", "Segment", max_length=80, synonyms=("customer segment", "group", "tier", "category")),
    Field(
        "unit", "Unit", max_length=120, synonyms=("home unit", "branch", "location", "store", "office", "unit code"),
        help="Code or name of the unit that serves them.",
    ),
    Field("since_on", "Customer since", "date", synonyms=("since", "customer since", "joined", "join date", "start date")),
    Field(
        "has_agreed", "Agreed to be asked", "boolean",
        synonyms=("consent", "opted in", "opt in", "marketing consent", "agreed"),
        help="Yes or no. No takes back what they agreed to before.",
    ),
    Field(
        "has_opted_out", "Does not want to be asked", "boolean",
        synonyms=("unsubscribed", "opted out", "opt out", "optout", "do not contact", "do not ask", "blacklisted", "unsubscribe"),
        help="Yes holds at once for every channel; no changes nothing, since only they themselves or a person can take it back.",
    ),
)  # fmt: skip
SYSTEM = "crm"  # what the numbers' system is called unless somebody says otherwise


def preview(batch: ImportBatch) -> Preview:
    """The columns of the table, and what fills what."""
    return preview_table(batch, FIELDS)


def open_reader(batch: ImportBatch) -> Reader:
    """Typed customers of the file."""
    return TableReader(batch, FIELDS)


def store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    """Add the customers of a chunk, or change what it says of those who are known. What a cell leaves blank stays as it is."""
    chunk = _Chunk(batch, items)
    for item in items:
        chunk.take(item)
    counts = {ERASED: chunk.gone, KNOWN_BEFORE: chunk.known_before}
    odd = {kind: Odd(n) for kind, n in counts.items() if n}
    return Stored(chunk.added, chunk.known, tuple(chunk.problems), odd)


class _Chunk:
    """Rows on their way in, with everybody whom they name."""

    def __init__(self, batch: ImportBatch, items: Sequence[Item]) -> None:
        self.batch, self.system, self.at = batch, system_of(batch), timezone.now()
        self.units = Units(batch, items)
        names = [_names(self.system, values) for _row, values in items]
        self.erased = erased_among(name for both in names for name in both)
        self.by_number = customers_known_as(self.system, [v for both in names for s, v in both if s != EMAIL])
        self.by_address = _by_address([value for both in names for system, value in both if system == EMAIL])
        self.added = self.known = self.known_before = self.gone = 0
        self.problems: list[Problem] = []

    def take(self, item: Item) -> None:
        """One row."""
        values = item[1]
        names = _names(self.system, values)
        if self.erased & set(names):
            self.gone += 1
        elif not names:
            self.problems.append(_nameless(item))
        elif self.units.refuses(values.get("unit")):
            self.problems.append(refuse_unit(item))
        elif not is_zone(values.get("time_zone") or ""):
            self.problems.append(_nowhere(item))
        else:
            try:
                self._bring(values, *self._whose(names))
            except Conflict as error:
                expected = "a number that no other customer bears"
                self.problems.append(
                    refuse(item, column="Customer number", value=names[0][1], expected=expected, message=str(error))
                )  # fmt: skip

    def _whose(self, names: list[Name]) -> tuple[int | None, list[Name]]:
        """Who is meant, if they are known, and the names that are theirs. The number comes first; two customers may share an address,
        which then names the one who had it before."""
        (system, value), *rest = names
        if system == EMAIL:
            return self.by_address.get(value), names
        known = self.by_number.get(value)
        by_address = self.by_address.get(rest[0][1]) if rest else None
        if by_address is None or by_address == known:
            return known, names
        if known is None and not Identifier.objects.filter(customer=by_address, system=self.system).exists():
            return by_address, names
        return known, names[:1]

    def _bring(self, values: dict[str, Any], known: int | None, names: list[Name]) -> None:
        said = _said(values, names, self.units.id_of(values.get("unit")))
        customer = bring_customer(
            said=said, known=known, at=self.at, by=self.batch.created_by, import_batch_id=self.batch.pk
        )
        self.added, self.known = self.added + (known is None), self.known + (known is not None)
        self.known_before += customer.import_batch_id != self.batch.pk
        for system, value in names:
            (self.by_address if system == EMAIL else self.by_number).setdefault(value, customer.pk)


def _names(system: str, values: dict[str, Any]) -> list[Name]:
    """What the row calls its customer: their number, then their address."""
    both = ((system, values.get("reference") or ""), (EMAIL, (values.get("email") or "").lower()))
    return [(name, value) for name, value in both if value]


def _by_address(addresses: Sequence[str]) -> dict[str, int]:
    """Who is known by an address, or is the only one who has it."""
    known = customers_known_as(EMAIL, addresses)
    rest = sorted(set(addresses) - set(known))
    having = Customer.objects.living().annotate(address=Lower("email")).filter(address__in=rest)
    found: dict[str, set[int]] = {}
    for address, pk in having.values_list("address", "pk"):
        found.setdefault(address, set()).add(pk)
    return known | {address: ids.pop() for address, ids in found.items() if len(ids) == 1}


def _said(values: dict[str, Any], names: list[Name], unit_id: int | None) -> Said:
    (system, value), *also = names
    given = " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
    plain = ("email", "phone", "language", "time_zone", "segment", "since_on", "has_agreed")
    return Said(
        system=system, value=value, also=tuple(also), name=(values.get("name") or given or None), unit_id=unit_id,
        has_opted_out=values.get("has_opted_out") is True, **{name: _told(values.get(name)) for name in plain},
    )  # fmt: skip


def _told(value: Any) -> Any:
    return None if value == "" else value


def _nameless(item: Item) -> Problem:
    return refuse(
        item, column="Customer number", value="", expected="a customer number or an e-mail address",
        message="nothing says who this is.",
    )  # fmt: skip


def _nowhere(item: Item) -> Problem:
    zone = str(item[1]["time_zone"])
    return refuse(
        item, column="Time zone", value=zone, expected="a time zone such as Europe/Vienna", message=f"there is no time zone “{zone}”.",
    )  # fmt: skip


def system_of(batch: ImportBatch) -> str:
    """What the numbers' system is called; the same as in events and over the API, so that all of them mean one customer."""
    return str(batch.options.get("source") or SYSTEM)[:60]


def undo(batch: ImportBatch) -> str:
    """Remove those whom the batch added and of whom nothing else is held by now; what it changed of others stays, and this is said."""
    gone = forget_unused_of_import(import_batch_id=batch.pk, system=system_of(batch))
    held = Customer.objects.filter(import_batch_id=batch.pk).count()
    rows = batch.report.get(KNOWN_BEFORE, {}).get("n", 0)
    if not held and not rows:
        return ""
    told = [
        ngettext(
            "%(n)s customer whom it added is removed.", "%(n)s customers whom it added are removed.", gone
        )
        % {"n": number(gone)}
    ]
    if held:
        told.append(
            ngettext(
                "%(n)s other whom it added stays, because more is held of them by now.",
                "%(n)s others whom it added stay, because more is held of them by now.",
                held,
            )
            % {"n": number(held)}
        )
    if rows:
        told.append(
            ngettext(
                "%(n)s row was of a customer known before: what it said of them stays, since what stood there before is not kept.",
                "%(n)s rows were of customers known before: what they said of them stays, since what stood there before is not kept.",
                rows,
            )
            % {"n": number(rows)}
        )
    return " ".join(told)


def context(batch: ImportBatch, seen: Preview) -> dict[str, Any]:
    """For the mapping page: the systems that name customers already."""
    rows = Identifier.objects.exclude(system=EMAIL).order_by("system").values_list("system", flat=True)
    return {"system": system_of(batch), "systems": list(rows.distinct()[:50])}


KIND = ImportKind(
    key="customers",
    name="Customers",
    description="Whom you may ask: a row each with number, e-mail, telephone, language, segment, and who does not want to be asked.",
    icon="users",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    undo_words=lazy(
        "Customers whom it added are removed, unless more is held of them by now. What it changed of customers known before stays."
    ),
    next_url_name="customers:list",
    next_words=lazy("To the customers"),
    template="customers/import_options.html",
    context=context,
    order=15,
)  # fmt: skip
