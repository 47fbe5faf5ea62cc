"""What changed from one version of a survey to the next: in words, and which changes make another question of a measured one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from .asked import Asked, asked_in
from .designing import Definition, elements, heading, pages
from .palette import Element, kind_of
from .wordings import LANGUAGES, MAIL_SUBJECT, MAIL_TEXT, languages_of, said, texts


def differences(before: Definition, after: Definition) -> list[str]:
    """What changed, one sentence each, in the order of the new version; empty where nothing did."""
    old, new = _by_key(before), _by_key(after)
    found = _of_whole(before, after)
    for key, element in new.items():
        found += _of_element(key, old.get(key), element, after)
    for key, element in old.items():
        if key not in new:
            found.append(
                _("Taken out: “%(name)s” (%(key)s).") % {"name": heading(before, element), "key": key}
            )
    kept = [key for key in old if key in new]
    if kept != [key for key in new if key in old]:
        found.append(_("The order of the questions changed."))
    if len(pages(before)) != len(pages(after)):
        found.append(
            ngettext("It has %(n)s page now.", "It has %(n)s pages now.", len(pages(after)))
            % {"n": len(pages(after))}
        )
    elif [_main(page.get("title")) for page in pages(before)] != [
        _main(page.get("title")) for page in pages(after)
    ]:
        found.append(_("Headings of pages changed."))
    found += _of_languages(before, after)
    return found or ([_("Details changed that are not listed here.")] if before != after else [])


def _of_whole(before: Definition, after: Definition) -> list[str]:
    found = []
    if said(before.get("title")) != said(after.get("title")):
        found.append(_("Title: “%(title)s”.") % {"title": said(after.get("title"))})
    if _main(before.get("description")) != _main(after.get("description")):
        found.append(_("The introduction changed."))
    if _main(before.get("completedHtml")) != _main(after.get("completedHtml")):
        found.append(_("The thanks at the end changed."))
    if any(_main(before.get(name)) != _main(after.get(name)) for name in (MAIL_SUBJECT, MAIL_TEXT)):
        found.append(_("The message that asks changed."))
    return found


_CHANGES = (
    (("title", "html"), lazy("Reworded: “%(name)s” (%(key)s).")),
    (("description",), lazy("“%(name)s” (%(key)s) has another explanation.")),
    (("rateMin", "rateMax", "rateType"), lazy("“%(name)s” (%(key)s) is answered on another scale.")),
    (("minRateDescription", "maxRateDescription"), lazy("“%(name)s” (%(key)s) has other words at the ends of its scale.")),
    (("columns",), lazy("“%(name)s” (%(key)s) has other points of its scale.")),
    (("choices", "showOtherItem", "showNoneItem"), lazy("“%(name)s” (%(key)s) has other choices.")),
    (("rows",), lazy("“%(name)s” (%(key)s) has other statements.")),
    (("visibleIf",), lazy("“%(name)s” (%(key)s) is shown under another condition.")),
)  # fmt: skip


def _by_key(definition: Definition) -> dict[str, Element]:
    return {str(one.get("name", "")): one for one in elements(definition)}


def _of_element(key: str, old: Element | None, new: Element, after: Definition) -> list[str]:
    name = {"name": heading(after, new), "key": key}
    if old is None:
        return [_("New: “%(name)s” (%(key)s).") % name]
    found = [
        str(words) % name
        for fields, words in _CHANGES
        if any(_main(old.get(field)) != _main(new.get(field)) for field in fields)
    ]
    if bool(old.get("isRequired")) != bool(new.get("isRequired")):
        words = (
            _("“%(name)s” (%(key)s) must be answered now.")
            if new.get("isRequired")
            else _("“%(name)s” (%(key)s) may be left out now.")
        )
        found.append(words % name)
    return found


def _main(value: Any) -> Any:
    """A value with every text in the main language alone."""
    if isinstance(value, list):
        return [_main(one) for one in value]
    if isinstance(value, dict):
        if "default" in value:
            return said(value)
        return {key: _main(one) for key, one in value.items()}
    return value


def _of_languages(before: Definition, after: Definition) -> list[str]:
    old, new = languages_of(before), languages_of(after)
    found = [
        _("New language: %(name)s.") % {"name": LANGUAGES.get(one, one)} for one in new if one not in old
    ]
    found += [
        _("Language taken out: %(name)s.") % {"name": LANGUAGES.get(one, one)}
        for one in old
        if one not in new
    ]
    for language in [one for one in new[1:] if one in old[1:]]:
        was, now = _words_in(before, language), _words_in(after, language)
        if any(was[place] != now[place] for place in was.keys() & now.keys()):
            found.append(_("Words in %(name)s changed.") % {"name": LANGUAGES.get(language, language)})
    return found


def _words_in(definition: Definition, language: str) -> dict[tuple[str, str], str]:
    """The words in a language by whose they are and which; a question's stay its own wherever it moves."""
    return {
        (
            text.owner,
            text.path.rpartition("elements/")[2].partition("/")[2] if text.owner else text.path,
        ): text.in_language(language)
        for text in texts(definition)
    }


# -- Meaning -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shift:
    """A question whose answers would no longer mean what earlier answers under the same key mean."""

    key: str
    name: str
    why: str


def shifted(published: Mapping[str, Asked], after: Definition) -> list[Shift]:
    """Questions whose kind or scale differs from what was published under their key."""
    found = []
    for one in asked_in(after):
        was = published.get(one.key)
        if was is None or was.answers_like(one):
            continue
        facts = {"before": was.scale_words, "after": one.scale_words}
        found.append(Shift(one.question, one.text, _("was %(before)s, would be %(after)s") % facts))
    return list({shift.key: shift for shift in found}.values())


def reworded(before: Definition, after: Definition) -> list[tuple[str, str, str]]:
    """Measured questions whose words in the main language changed: key, words before, words now."""
    old = _by_key(before)
    found = []
    for key, element in _by_key(after).items():
        kind = kind_of(element)
        if key in old and kind is not None and kind.is_measured:
            was, now = said(old[key].get("title")), said(element.get("title"))
            if was != now:
                found.append((key, was, now))
    return found
