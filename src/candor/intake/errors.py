"""What can be wrong with a file as a whole (what is wrong with one row is a `Problem`).

IntakeError
├── FileRefused           the file can't be read at all
│   ├── EmptyFile         not one character
│   ├── HeaderOnly        column names and nothing below them
│   ├── NotATable         a workbook, a PDF, an XML document, binary data
│   ├── BrokenArchive     a damaged, locked or many-membered .gz or .zip
│   ├── TooLarge          past a limit, or an archive that unfolds beyond reason
│   ├── UnsafeXml         a document type declaration or an entity
│   ├── BrokenXml         not well formed, or not an event log
│   └── BrokenJson        not well formed
├── UnknownCaseType       no event touches an object of the chosen type
└── MissingColumns        a required field has no column
"""

from typing import ClassVar


class IntakeError(Exception):
    """Base of everything this library raises; `code` is stable, the sentence is for people."""

    code: ClassVar[str] = "intake"


class FileRefused(IntakeError):
    """The file can't be read; nothing of it was taken."""

    code: ClassVar[str] = "file_refused"


class EmptyFile(FileRefused):
    """The file holds nothing."""

    code: ClassVar[str] = "empty_file"

    def __init__(self) -> None:
        super().__init__("The file is empty.")


class HeaderOnly(FileRefused):
    """The file has column names and no rows."""

    code: ClassVar[str] = "header_only"

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        super().__init__(f"The file has {len(columns)} column names and no rows below them.")


class NotATable(FileRefused):
    """The file is something other than delimited text."""

    code: ClassVar[str] = "not_a_table"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"This is {found}, not a table of text. Save it as CSV (UTF-8) and try again.")


class BrokenArchive(FileRefused):
    """A .gz or .zip that can't be unpacked."""

    code: ClassVar[str] = "broken_archive"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The archive can't be unpacked: {reason}.")


class TooLarge(FileRefused):
    """The file, or what it unfolds to, is past a limit."""

    code: ClassVar[str] = "too_large"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The file is too large: {reason}.")


class UnsafeXml(FileRefused):
    """The XML declares a document type or an entity, which an event log never needs."""

    code: ClassVar[str] = "unsafe_xml"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"The log holds {found}, which is refused because it can reach other files or exhaust memory."
        )


class BrokenXml(FileRefused):
    """The XML is not well formed, or is no XES log."""

    code: ClassVar[str] = "broken_xml"

    def __init__(self, reason: str, line: int) -> None:
        self.reason = reason
        self.line = line
        super().__init__(f"The log can't be read: {reason} (line {line}).")


class BrokenJson(FileRefused):
    """The JSON is not well formed."""

    code: ClassVar[str] = "broken_json"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The file can't be read: {reason}.")


class UnknownCaseType(IntakeError):
    """An object-centric log holds no objects of the type that was chosen as the case."""

    code: ClassVar[str] = "unknown_case_type"

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(
            f"No event touches an object of type “{name}”; the log has: {', '.join(known) or 'none'}."
        )


class MissingColumns(IntakeError):
    """A required field has no column."""

    code: ClassVar[str] = "missing_columns"

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__("No column was found or chosen for: " + ", ".join(names) + ".")
