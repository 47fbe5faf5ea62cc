"""What speaks against publishing a draft, and what should be thought over, each beside the question it is about."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candor.questionnaire import BadDefinition, Concern, Questionnaire, Walk, read_definition, walk, warnings

from . import wordings
from .designing import Definition
from .ways import WaysShown, answers_in_words, headings, ways_shown

MOST_STEPS = 3_000  # of a test run; a page must not wait for more

_PLACE = re.compile(r"pages\[(\d+)\]\.elements\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was found; `is_fault` says that it must be mended before publishing, `about` names the question where there is one."""

    words: str
    code: str
    is_fault: bool
    proposal: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Checks:
    """What was found in a draft: by question, and about the whole."""

    questionnaire: Questionnaire | None
    walked: Walk | None
    by_key: Mapping[str, Sequence[Remark]] = field(default_factory=dict)
    general: Sequence[Remark] = ()
    definition: Definition = field(default_factory=dict)

    @property
    def run(self) -> str:
        """What the test run found; empty where the draft can't be walked yet."""
        return ways_in_words(self.walked) if self.walked else ""

    @property
    def ways_shown(self) -> WaysShown:
        """Every way through, with the answers that lead along it."""
        return ways_shown(self.definition, self.walked)

    @property
    def faults(self) -> list[Remark]:
        """What must be mended before publishing."""
        return [one for one in self.all if one.is_fault]

    @property
    def advice(self) -> list[Remark]:
        """What should be thought over."""
        return [one for one in self.all if not one.is_fault]

    @property
    def all(self) -> list[Remark]:
        return [*self.general, *(one for remarks in self.by_key.values() for one in remarks)]


def check(definition: Definition) -> Checks:
    """Read a draft, walk every way through it, and say what is wrong and what is doubtful."""
    try:
        questionnaire = read_definition(definition)
    except BadDefinition as error:
        faults = [(fault.place, Remark(fault.message, fault.code, is_fault=True)) for fault in error.faults]
        return Checks(None, None, *_sorted(definition, faults))
    walked = walk(questionnaire, most_steps=MOST_STEPS)
    found = [
        (one.place, Remark(_in_its_language(one), one.code, is_fault=one.is_grave, proposal=one.proposal))
        for one in warnings(questionnaire)
    ]
    sorted_ = _sorted(definition, [*_of_walk(definition, walked), *found, *_of_translations(definition)])
    return Checks(questionnaire, walked, *sorted_, definition=definition)


def _in_its_language(concern: Concern) -> str:
    """What was found, with the language's own name before it where it is about one translation."""
    is_translation = concern.code == "not_translated"
    name = wordings.LANGUAGES.get(concern.language, concern.language)
    return f"{name}: {concern.message}" if is_translation else concern.message


def _of_translations(definition: Definition) -> Iterator[tuple[str, Remark]]:
    """Languages that may say something else than the main one by now."""
    behind = Counter(one.language for one in wordings.outdated(definition))
    main = wordings.LANGUAGES.get(wordings.main_language(definition), "")
    for language, n in behind.items():
        words = ngettext(
            "%(language)s: one text was translated before its words in %(main)s changed.",
            "%(language)s: %(n)s texts were translated before their words in %(main)s changed.",
            n,
        ) % {"language": wordings.LANGUAGES.get(language, language), "main": main, "n": n}
        yield "", Remark(words, "outdated", is_fault=False, proposal=_("They are marked under Languages."))


def _of_walk(definition: Definition, walked: Walk) -> Iterator[tuple[str, Remark]]:
    """Where nobody gets on is a fault; what nobody comes to is one only if every way was walked."""
    for end in walked.dead_ends:
        answers = answers_in_words(definition, end.answers)
        led = _("Answers that lead there: %(answers)s.") % {"answers": answers} if answers else ""
        yield end.place, Remark(end.message, end.code, is_fault=True, proposal=led)
    for fault in walked.never:
        yield fault.place, Remark(fault.message, fault.code, is_fault=False)
    for name in walked.unreached:
        yield (
            name,
            Remark(
                _("Nobody is ever asked this: its condition never holds."),
                "unreached",
                is_fault=walked.is_complete,
            ),
        )


def ways_in_words(walked: Walk) -> str:
    """What the test run found, in a sentence or two."""
    n = len(walked.ways)
    if walked.limits:
        words = _(
            "Test run: there are too many ways to walk them all. %(n)s were, up to the limit; see the marks for what was found."
        )
    elif walked.is_sound:
        words = ngettext(
            "Test run: one way through, and nobody gets stuck.",
            "Test run: every one of %(n)s ways through was walked, and nobody gets stuck.",
            n,
        )
    else:
        words = ngettext(
            "Test run: one way through; see the marks.",
            "Test run: %(n)s ways through; see the marks beside the questions.",
            n,
        )
    return words % {"n": n} + _sampled_in_words(walked.sampled)


def _sampled_in_words(names: Sequence[str]) -> str:
    """What the test run could not try in full: numbers and texts that the survey reckons with."""
    if not names:
        return ""
    words = ngettext(
        "The survey reckons with the answer to %(names)s: only some of the possible ones were tried.",
        "The survey reckons with the answers to %(names)s: only some of the possible ones were tried.",
        len(names),
    )
    return " " + words % {"names": ", ".join(f"“{name}”" for name in names[:5])}


def _sorted(
    definition: Definition, found: Sequence[tuple[str, Remark]]
) -> tuple[Mapping[str, Sequence[Remark]], Sequence[Remark]]:
    by_key: dict[str, list[Remark]] = defaultdict(list)
    general: list[Remark] = []
    names = headings(definition)
    for place, remark in found:
        key = _key_at(definition, place)
        target = by_key[key] if key else general
        if all(one.code != remark.code or one.words != remark.words for one in target):
            target.append(replace(remark, about=names.get(key, key)))
    return {key: _told_once(remarks) for key, remarks in by_key.items()}, general


def _told_once(remarks: Sequence[Remark]) -> list[Remark]:
    """What must be mended first; that a condition never holds is not said again of a question that is therefore never asked."""
    is_unreached = any(one.code == "unreached" for one in remarks)
    left = [one for one in remarks if not (is_unreached and one.code == "never_holds")]
    return sorted(left, key=lambda one: not one.is_fault)


def _key_at(definition: Definition, place: str) -> str:
    """The question that a place in a definition belongs to; the place may be its name already."""
    pages = definition.get("pages", [])
    if any(one.get("name") == place for page in pages for one in page.get("elements", [])):
        return place
    found = _PLACE.match(place)
    if found is None:
        return ""
    try:
        return str(pages[int(found[1])]["elements"][int(found[2])].get("name", ""))
    except (IndexError, KeyError):
        return ""
