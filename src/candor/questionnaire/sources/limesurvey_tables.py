"""The tables of a LimeSurvey .lss: rows by the name of their table, read without entities and within bounds."""

from collections.abc import Iterator
from xml.parsers import expat

from ..errors import FileRefused
from .carrying import LONGEST_TEXT

MOST_ROWS = 200_000
_DEEPEST = 8
Row = dict[str, str]


class Tables(dict[str, list[Row]]):
    """Rows by table; a table that is not in the file has none."""

    def __init__(self) -> None:
        super().__init__()
        self.indexes: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def __missing__(self, key: str) -> list[Row]:
        return []

    def by(self, table: str, key: str) -> dict[str, list[Row]]:
        """The rows of a table by the value of a column, in their order; for tables that are read to their end."""
        if (table, key) not in self.indexes:
            found = self.indexes.setdefault((table, key), {})
            for row in self[table]:
                found.setdefault(row.get(key, ""), []).append(row)
        return self.indexes[table, key]


def read_tables(data: bytes) -> Tables:
    """Read `<document><TABLE><rows><row><COLUMN>…`.

    Raises FileRefused for a document type or entity, for what is not well formed, too deep or too much, and for another kind of XML.
    """
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.words
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise FileRefused(f"The file is no well-formed XML: {error}.") from error
    if reading.kind != "Survey":
        raise FileRefused("This is no survey of LimeSurvey (.lss): its LimeSurveyDocType is not “Survey”.")
    return reading.tables


def _refuse(*_: object) -> None:
    raise FileRefused(
        "The file declares a document type or an entity, which can reach other files or exhaust memory."
    )


class _Reading:
    """Where the parser is, and what it has read."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.path: list[str] = []
        self.row: Row = {}
        self.text: list[str] = []
        self.length = 0
        self.rows = 0
        self.kind = ""

    def start(self, name: str, _: object) -> None:
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            raise FileRefused(f"The file is nested deeper than {_DEEPEST}.")
        self.text, self.length = [], 0
        if name == "row":
            self.row = {}
            self.rows += 1
            if self.rows > MOST_ROWS:
                raise FileRefused(f"The file has more than {MOST_ROWS:,} rows.")

    def words(self, text: str) -> None:
        self.length += len(text)
        if self.length <= 4 * LONGEST_TEXT:
            self.text.append(text)

    def end(self, name: str) -> None:
        self.path.pop()
        text = "".join(self.text)
        if self.path[-1:] == ["row"]:
            self.row[name] = text
        elif name == "row" and len(self.path) > 1:
            self.tables.setdefault(self.path[1], []).append(self.row)
        elif self.path == ["document"] and name == "LimeSurveyDocType":
            self.kind = text.strip()
        elif self.path == ["document", "languages"]:
            self.tables.setdefault("languages", []).append({"language": text.strip()})
        self.text, self.length = [], 0


def ordered(rows: list[Row], *keys: str) -> Iterator[Row]:
    """Rows by whole numbers in columns; what is no number comes as nought."""

    def rank(row: Row) -> tuple[int, ...]:
        return tuple(int(row[key]) if row.get(key, "").lstrip("-").isdecimal() else 0 for key in keys)

    yield from sorted(rows, key=rank)
