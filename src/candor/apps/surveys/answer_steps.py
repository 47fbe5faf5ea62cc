"""From one step of a survey to the next, for whatever page shows them: what is missing keeps people, the last step ends it."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

from candor.questionnaire import COMMENT, check_answers, keep_seen

from .answer_forms import is_short, read_step, steps
from .answer_pages import AnswerPage
from .attached import BAD_FILE
from .errors import BadAnswers

_LONGEST_NUMBER = 9  # digits


def take_step(
    page: AnswerPage,
    posted: QueryDict,
    files: "MultiValueDict[str, UploadedFile[bytes]]",
    before: Mapping[str, Any],
) -> tuple[dict[str, Any], int, set[str]]:
    """What the form of a step brought: all answers so far, the step's number, and the names of the questions that stood on it."""
    shown = set(posted.getlist("shown"))
    on_page = [one for one in page.entrance.questionnaire.questions() if one.name in shown]
    number = posted.get("step", "")
    is_number = number.isdecimal() and len(number) <= _LONGEST_NUMBER
    return (
        read_step(on_page, posted, before, files),
        int(number) if is_number else 0,
        {one.name for one in on_page},
    )


def go_on(
    page: AnswerPage, data: dict[str, Any], number: int, on_page: set[str], *, goes_back: bool
) -> HttpResponse:
    """Keep what the step brought and show the next one; or this one again, with what is missing."""
    asks, is_anonymous = page.entrance.questionnaire, page.entrance.is_anonymous
    walk = steps(asks, data, is_anonymous=is_anonymous)
    this = next((step for step in walk if step.number == number), walk[0])
    faults = {} if goes_back else _faults(page, data, on_page)
    more = {one.name for one in this.shown(asks, data) if one.is_asked} - on_page
    if faults or (more and not goes_back and not is_short(asks)):
        return page.step(data, number=number, faults=faults)
    later = [step for step in walk if step.number > number]
    if not later and not goes_back:
        return _end(page, data)
    if (is_short(asks) or not is_anonymous) and (faults := _kept(page, data)):
        return page.step(data, number=number, faults=faults)
    earlier = [step for step in walk if step.number < number]
    return page.step(data, number=(earlier[-1] if earlier else this).number if goes_back else later[0].number)


def _faults(page: AnswerPage, data: Mapping[str, Any], on_page: set[str]) -> dict[str, str]:
    """What is wrong with the answers on the page, by question."""
    found = check_answers(page.entrance.questionnaire, dict(data), finished=True)
    return {
        fault.place: page.words_of(fault) for fault in found if fault.place.removesuffix(COMMENT) in on_page
    }


def _kept(page: AnswerPage, data: Mapping[str, Any]) -> dict[str, str]:
    """Keep a part; what is wrong with the files that came with it, by question, and then nothing is kept."""
    try:
        page.keep(data, is_finished=False)
    except BadAnswers as error:
        if {fault.code for fault in error.faults} != {BAD_FILE}:
            raise
        return {fault.place: page.words_of(fault) for fault in error.faults}
    return {}


def _end(page: AnswerPage, data: dict[str, Any]) -> HttpResponse:
    asks = page.entrance.questionnaire
    try:
        page.keep(keep_seen(asks, data), is_finished=True)
    except BadAnswers as error:  # something before this step is missing
        faults = {fault.place: page.words_of(fault) for fault in error.faults}
        walk = steps(asks, data, is_anonymous=page.entrance.is_anonymous)
        names = {name.removesuffix(COMMENT) for name in faults}
        first = next((s for s in walk if names & {one.name for one in s.questions}), walk[0])
        return page.step(data, number=first.number, faults=faults)
    return page.thanks()
