"""What the answering pages are made of: colours that can be read, words in each language, commits that several threads share."""

import gettext
import re
import threading
import time
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

import candor
from candor.apps.organization.models import AuditEntry
from candor.apps.surveys.brand import DARK, LIGHT, contrast, theme_of
from candor.apps.surveys.entrances import _BY_SECRET, _BY_TOKEN
from candor.apps.surveys.languages import INTERFACE
from candor.foundation.together import Together

SURVEYS = Path(candor.__file__).parent / "apps/surveys"


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_of_a_company_can_be_read_in_light_and_in_dark(color: int) -> None:
    theme = theme_of(f"#{color:06x}")
    assert contrast(theme.light, LIGHT) >= 4.5
    assert contrast(theme.dark, DARK) >= 4.5
    assert contrast(theme.light, theme.light_ink) >= 4.5
    assert contrast(theme.dark, theme.dark_ink) >= 4.5


def words() -> set[str]:
    """What the pages say."""
    pages = [path.read_text() for path in (SURVEYS / "templates/surveys/answering").glob("*.html")]
    found = {word for page in pages for word in re.findall(r'{% translate "([^"]+)" context "survey"', page)}
    found |= set(
        re.findall(r'pgettext(?:_lazy)?\(\s*"survey",\s*"([^"]+)"', (SURVEYS / "answer_pages.py").read_text())
    )
    return found


@pytest.mark.parametrize("language", [one for one in INTERFACE if one != "en"])
def test_every_word_of_the_pages_is_translated_and_the_catalogue_is_the_one_that_was_written(
    language: str,
) -> None:
    folder = SURVEYS / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert len(words()) > 25
    assert not [word for word in words() if catalogue.pgettext("survey", word) == word and word != "No"]
    written = re.findall(r'msgid "([^"]+)"\nmsgstr "([^"]+)"', (folder / "django.po").read_text())
    assert len(written) >= len(words())
    assert [catalogue.pgettext("survey", word) for word, _ in written] == [said for _, said in written]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "index"), [(_BY_SECRET, "invitation_digest_once"), (_BY_TOKEN, "surveys_link")]
)
def test_a_link_is_found_by_its_index(query: str, index: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the plan is asked of SQLite")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}", ["x"])
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "SCAN" not in plan, plan
    assert index in plan, plan


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_commit_and_one_that_fails_takes_nobody_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together, errors, results, sizes = Together(), [], {}, []
    write_all = together._write_all
    monkeypatch.setattr(together, "_write_all", lambda: (sizes.append(len(together._waiting)), write_all()))

    def write(n: int) -> None:
        def row() -> int:
            AuditEntry.objects.create(action=f"test.{n}")
            if n == 3:
                raise ValueError(n)
            return n

        try:
            results[n] = together.write(row)
        except ValueError as error:
            errors.append(str(error))
        connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    with together._turn:  # somebody writes, and all others come meanwhile
        for thread in threads:
            thread.start()
        while len(together._waiting) < len(threads):
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert sizes == [len(threads)]
    assert errors == ["3"]
    assert results == {n: n for n in range(6) if n != 3}
    kept = set(AuditEntry.objects.filter(action__startswith="test.").values_list("action", flat=True))
    assert kept == {f"test.{n}" for n in range(6) if n != 3}
