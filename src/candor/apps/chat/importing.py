"""Files that people upload, into articles: a folder of Markdown, or tables."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.intake import IntakeError, Problem

from .articles import Imported, NewArticle, import_articles
from .forms import LONGEST_BODY
from .sources import markdown, table

MOST_FILES = 2_000
MOST_BYTES = 5 * 1024**2  # of one file
MOST_ARTICLES = 5_000


@dataclass(slots=True)
class Read:
    """What files hold: articles, and what is wrong with the rest, a sentence each."""

    articles: list[NewArticle] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def import_files(
    *, files: Iterable[UploadedFile[bytes]], is_published: bool, by: Person
) -> tuple[Imported, list[str]]:
    """Keep the articles in some files; good ones are kept whatever is wrong with others."""
    read = Read()
    for number, file in enumerate(files):
        if number >= MOST_FILES or len(read.articles) >= MOST_ARTICLES:
            read.problems.append(
                _("Only the first %(n)d files and %(m)d articles were read.")
                % {"n": MOST_FILES, "m": MOST_ARTICLES}
            )
            break
        _read(file, read)
    return import_articles(articles=read.articles, is_published=is_published, by=by), read.problems


def _read(file: UploadedFile[bytes], into: Read) -> None:
    name = file.name or _("a file")
    if (file.size or 0) > MOST_BYTES:
        into.problems.append(_("%(file)s is larger than 5 MB.") % {"file": name})
    elif name.lower().endswith(markdown.ENDINGS):
        _read_text(name, file.read(), into)
    elif name.lower().endswith((".csv", ".tsv")):
        _read_table(name, file.read(), into)
    else:
        into.problems.append(_("%(file)s: expected a file that ends in .md, .txt or .csv.") % {"file": name})


def _read_text(name: str, content: bytes, into: Read) -> None:
    try:
        _keep(name, markdown.read(name, content), into)
    except ValueError as error:
        into.problems.append(f"{name}: {error}.")


def _read_table(name: str, content: bytes, into: Read) -> None:
    with tempfile.NamedTemporaryFile(suffix=".csv") as kept:
        kept.write(content)
        kept.flush()
        try:
            for one in table.read(kept.name, name=name):
                if isinstance(one, Problem):
                    into.problems.append(f"{name}: {one.message}")
                else:
                    _keep(name, one, into)
        except IntakeError as error:
            into.problems.append(f"{name}: {error}")


def _keep(name: str, article: NewArticle, into: Read) -> None:
    if len(article.body) > LONGEST_BODY:
        into.problems.append(
            _("%(file)s: “%(title)s” has %(n)d characters, expected at most %(most)d.")
            % {"file": name, "title": article.title, "n": len(article.body), "most": LONGEST_BODY}
        )
    else:
        into.articles.append(article)
