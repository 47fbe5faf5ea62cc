"""A table with a row for each article: title, text, and if there are such columns its language, address and number."""

from collections.abc import Iterator
from os import PathLike

from candor.apps.chat.articles import NewArticle
from candor.apps.chat.models import TITLE_LENGTH
from candor.intake import Field, MissingColumns, Problem, open_table, recognise

FIELDS = (
    Field(
        "title",
        "Title",
        required=True,
        max_length=TITLE_LENGTH,
        synonyms=("subject", "heading", "question", "name"),
    ),
    Field("body", "Text", required=True, synonyms=("content", "answer", "article")),
    Field("language", "Language", max_length=12, synonyms=("lang", "locale")),
    Field("url", "Address", max_length=500, synonyms=("link", "html_url")),
    Field("key", "Number", is_identifier=True, max_length=120, synonyms=("id", "article id", "slug")),
)


def read(path: "str | PathLike[str]", *, name: str) -> Iterator[NewArticle | Problem]:
    """The articles of a table and the rows that are none.

    Raises:
        FileRefused: it is no table, or has no column with a title or text.
    """
    table = open_table(path)
    mapping = recognise(table.columns, FIELDS)
    if mapping.missing:
        raise MissingColumns(mapping.missing)
    for row in table.rows():
        if isinstance(row, Problem):
            yield row
            continue
        cells = {
            field.key: row.values.get(mapping.columns.get(field.key, ""), "").strip() for field in FIELDS
        }
        missing = next((field for field in FIELDS if field.required and not cells[field.key]), None)
        if missing is not None:
            yield Problem(row.number, missing.name, "", "words")
            continue
        key = cells["key"] or str(row.number)
        url = cells["url"]
        if url and not url.startswith(("https://", "http://")):
            yield Problem(row.number, "Address", url, "an address that begins with https://")
            continue
        language = cells["language"].lower().replace("_", "-").partition("-")[0]
        yield NewArticle(
            title=cells["title"][:TITLE_LENGTH],
            body=cells["body"],
            language=language,
            url=url,
            source_key=f"{name}#{key}"[-200:],
        )
