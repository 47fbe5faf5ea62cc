"""Reviews and posts as a kind of import: a table, or a JSON document of a site's own shape."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.utils.text import slugify

from candor.apps.customers.services import customers_by_identifier
from candor.apps.feedback.erased import without_erased
from candor.apps.imports.kinds import (
    ERASED,
    ImportKind,
    Item,
    Odd,
    Preview,
    Question,
    Reader,
    Stored,
    kind_of,
)
from candor.apps.imports.models import ImportBatch
from candor.apps.imports.people import People
from candor.apps.imports.tables import (
    CELLS,
    TableReader,
    column_of,
    file_of,
    preview_table,
    refuse,
    refuse_unit,
)
from candor.apps.imports.units import CHOICES, OPTION, Units
from candor.apps.organization.choices import UnitKind
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import units_by_code_or_name
from candor.intake import Problem, is_json, open_table

from .choices import Site
from .services import NewReview, put_back_versions, receive_reviews, review_of
from .sources import documents, table
from .sources.item import Shape, UnfitItem, Values

OTHER = "Reviews"
POSTS = "social"  # the kind of import that takes what has no stars
SHOWN = 8
_WITHOUT_SITE = f"The file does not say from which site they are: they stand under “{OTHER}”. To name it, undo this import and bring the file again with a column “Site”, or under another name (--source)."
_SITES = {name.casefold(): site for site in Site for name in (site.value, site.label)} | {
    "google business profile": Site.GOOGLE
}


def preview(batch: ImportBatch) -> Preview:
    """The columns of a table, or the first reviews of a document, which needs no mapping."""
    if is_json(file_of(batch)):
        return _preview_document(batch)
    columns = open_table(file_of(batch)).columns
    site = table.site_of(columns)
    seen = preview_table(batch, table.FIELDS, notes=(f"An export of {site.label}.",) if site else ())
    if site is None and "site" not in seen.columns and "stars" in seen.columns:
        seen = replace(seen, source=OTHER)
    if "stars" not in seen.columns and "comment" in seen.columns:
        note = "There is no column with stars: every row is taken as a post, which is read and answered among the conversations and counts in no score."
        return replace(seen, notes=(*seen.notes, note))
    return seen


def _preview_document(batch: ImportBatch) -> Preview:
    shape, found = documents.read(file_of(batch))
    rows = []
    for item in found[:SHOWN]:
        try:
            values = shape.values(item)
        except UnfitItem:
            continue
        shown = {
            "written": values["written_at"].isoformat(" ", "minutes"),
            "stars": f"{values.get('stars') or ''}",
        }
        rows.append(shown | {name: str(values.get(name) or "") for name in ("author", "title", "comment")})
    note = f"{shape.name}: a document that says itself what it holds; nothing needs mapping."
    names = ("written", "stars", "author", "title", "comment")
    return Preview(names, (), {}, {}, (), _unknown_places(batch, shape, found), tuple(rows), (note,))


def _unknown_places(batch: ImportBatch, shape: Shape, found: list[Any]) -> tuple[Question, ...]:
    if batch.options.get(OPTION):
        return ()
    known, named = units_by_code_or_name(), set[str]()
    for item in found:
        try:
            named.add(shape.values(item).get("unit") or "")
        except UnfitItem:
            continue
    strange = sorted(name for name in named if name and name.casefold() not in known)
    if not strange:
        return ()
    shown = ", ".join(f"“{name}”" for name in strange[:5])
    text = f"The reviews are about places that Candor does not know by this code or name: {shown}."
    return (Question(OPTION, text, CHOICES),)


class DocumentReader:
    """Reads a JSON document; a row's number is its place in the document."""

    def __init__(self, batch: ImportBatch) -> None:
        self._shape, self._items = documents.read(file_of(batch))
        self._done = 0
        self.cautions: list[str] = []

    @property
    def share_read(self) -> float:
        return self._done / max(len(self._items), 1)

    def items(self, *, start: int) -> Iterator[Item | Problem]:
        for number, item in enumerate(self._items, 1):
            self._done = number
            if number < start:
                continue
            try:
                yield number, dict(self._shape.values(item))
            except (UnfitItem, AttributeError, TypeError) as error:
                yield _unfit(number, item, error)


def _unfit(number: int, item: Any, error: Exception) -> Problem:
    cells = (
        {str(key): str(value)[:2_000] for key, value in item.items()}
        if isinstance(item, dict)
        else {"item": str(item)[:2_000]}
    )
    if isinstance(error, UnfitItem):
        return Problem(
            number, error.place, error.value[:500], error.expected, f"Review {number}: {error}", cells
        )
    return Problem(number, "", "", "a review", f"Review {number}: it is not of this shape.", cells)


class RowReader(TableReader):
    """Reads a table; each row gets an id if it has none."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(batch, table.FIELDS)
        self._written = column_of(batch, "written_at", table.FIELDS)
        self._site = table.site_of(open_table(file_of(batch)).columns)
        names_site = self._site or column_of(batch, "site", table.FIELDS) or batch.options.get("source")
        has_stars = column_of(batch, "stars", table.FIELDS)
        self._without_site = [_WITHOUT_SITE] if has_stars and not names_site else []

    @property
    def cautions(self) -> list[str]:
        return [*super().cautions, *self._without_site]

    def items(self, *, start: int) -> Iterator[Item | Problem]:
        for entry in super().items(start=start):
            if isinstance(entry, Problem):
                yield entry
                continue
            row, values = entry
            if values.get("stars") is not None and values["stars"] != int(values["stars"]):
                yield Problem(
                    row,
                    "Stars",
                    str(values["stars"]),
                    "whole stars from 1 to 5",
                    f"Row {row}: half a star is no answer.",
                    values[CELLS],
                )
                continue
            done = dict(table.completed(values, values[CELLS], self._written))
            if self._site:
                done["site"] = self._site.label
            yield row, done | {CELLS: values[CELLS]}


def open_reader(batch: ImportBatch) -> Reader:
    """Typed reviews of the file."""
    return DocumentReader(batch) if is_json(file_of(batch)) else RowReader(batch)


def source_of(site_name: str) -> str:
    """What the hub calls a site: ids of reviews are unique within it, whichever way they come."""
    site = _SITES.get(site_name.strip().casefold())
    return site.value if site else slugify(site_name)[:80] or "reviews"


def store(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    """Write a chunk of reviews; rows without stars are posts, and become what an import of posts makes of them."""
    posts = [item for item in items if item[1].get("stars") is None]
    told = _store_posts(batch, posts) if posts else Stored(0)
    reviews = [item for item in items if item[1].get("stars") is not None]
    units, people = Units(batch, reviews), People(batch)
    problems = [refuse_unit(item) for item in reviews if units.refuses(item[1].get("unit"))]
    problems += filter(None, map(people.refusal, reviews))
    refused = {problem.row for problem in problems}
    groups: dict[str, list[tuple[str, Values]]] = defaultdict(list)
    for row, values in reviews:
        if row not in refused:
            site_name = values.get("site") or batch.options.get("source") or OTHER
            groups[source_of(site_name)].append((site_name, values))
    added, known, gone = told.added, told.known, told.odd[ERASED].n if ERASED in told.odd else 0
    for source, given in groups.items():
        found = without_erased(source, given, lambda one: str(one[1]["reference"]), partial(_names, source))
        new = _store_reviews(found, source, units, people, batch)
        added, known, gone = added + new, known + len(found) - new, gone + len(given) - len(found)
    return Stored(added, known, (*told.problems, *problems), {ERASED: Odd(gone)} if gone else {})


def _store_posts(batch: ImportBatch, items: Sequence[Item]) -> Stored:
    worded = [(row, _as_post(values)) for row, values in items]
    said = [item for item in worded if item[1]["text"]]
    stored = kind_of(POSTS).store(batch, said)
    message = "stars or words are missing."
    mute = [
        refuse(item, column="What they wrote", value="", expected="stars or words", message=message) for item in worded if not item[1]["text"]
    ]  # fmt: skip
    return replace(stored, problems=(*stored.problems, *mute))


def _as_post(values: Values) -> dict[str, Any]:
    """A row without stars in the words of posts."""
    names = ("reference", "written_at", "author", "site", "url", "language", "unit", "customer", CELLS)
    text = "\n\n".join(filter(None, (values.get("title"), values.get("comment"))))
    return {name: values.get(name) for name in names} | {
        "text": text,
        "knows_time": values.get("knows_time", True),
    }


def _names(source: str, given: tuple[str, Values]) -> list[tuple[str, str]]:
    return [(source, given[1].get("customer") or "")]


def _store_reviews(
    found: list[tuple[str, Values]], source: str, units: Units, people: People, batch: ImportBatch
) -> int:
    numbers = (values.get("customer") or "" for _, values in found)
    customers = customers_by_identifier(system=source, values=numbers, import_batch_id=batch.pk)
    whole = set(Unit.objects.filter(kind=UnitKind.ORGANIZATION).values_list("pk", flat=True))
    items = [_review(name, values, units, people, customers, whole) for name, values in found]
    return receive_reviews(items=items, source=source, batch=batch).added


def _review(
    site_name: str, values: Values, units: Units, people: People, customers: dict[str, int], whole: set[int]
) -> NewReview:
    done_by, unit_id = values.get("done_by") or "", units.id_of(values.get("unit"))
    return review_of(
        values,
        site_name=site_name,
        unit_id=unit_id,
        is_of_location=unit_id is not None and unit_id not in whole,
        done_by_id=people.id_of(done_by),
        done_by_given=done_by,
        customer_id=customers.get(values.get("customer") or ""),
    )


def undo(batch: ImportBatch) -> None:
    """Remove what the batch brought, its posts too, and put back what it changed."""
    put_back_versions(batch=batch)
    kind_of(POSTS).undo(batch)


KIND = ImportKind(
    key="reviews",
    name="Reviews and posts",
    description="Google Business Profile, Trustpilot, App Store, Google Play as they are exported (JSON or CSV), any table of reviews, or posts of social networks.",
    icon="star",
    preview=preview,
    open=open_reader,
    store=store,
    undo=undo,
    next_url_name="reputation:overview",
    order=30,
)
