"""What can go wrong with an import."""

from candor.foundation.errors import Conflict, InvalidInput


class UnknownKind(InvalidInput):
    code = "unknown-import-kind"
    title = "There is no such kind of import"


class FileNotUsable(InvalidInput):
    code = "file-not-usable"
    title = "This file can't be imported"


class MappingIncomplete(InvalidInput):
    code = "mapping-incomplete"
    title = "The columns need another look"


class ImportStopped(Conflict):
    code = "import-stopped"
    title = "The import stopped"


class ImportUnderWay(Conflict):
    code = "import-under-way"
    title = "The import is under way"
