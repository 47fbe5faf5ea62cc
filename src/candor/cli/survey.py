"""`candor survey`: take over a questionnaire of another tool, and hand one out as SurveyJS."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .workspace import open_workspace, refuse, say

if TYPE_CHECKING:
    from candor.apps.surveys.models import Survey
    from candor.questionnaire.sources import Carried


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "survey", help="take over a questionnaire of another tool, or hand one out"
    )
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    taken = actions.add_parser("import", help="SurveyJS JSON, Qualtrics .qsf or LimeSurvey .lss, as a draft")
    taken.add_argument("file", type=Path)
    taken.add_argument("--name", default="", help="name of the survey; by default its title")
    taken.add_argument("--yes", action="store_true", help="store it though something can't be carried over")
    taken.add_argument("--json", action="store_true", help="print one JSON object")
    given = actions.add_parser("export", help="print a survey's questionnaire as SurveyJS JSON")
    given.add_argument("survey", help="the survey's key")
    given.add_argument("--version", type=int, dest="number", help="a published version; by default the draft")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError

    as_json = getattr(arguments, "json", False)
    try:
        open_workspace()
        return _import(arguments) if arguments.action == "import" else _export(arguments)
    except DomainError as error:
        return refuse(str(error), as_json=as_json)
    except OSError as error:
        return refuse(f"{arguments.file} can't be read: {error.strerror}.", as_json=as_json)


def _import(arguments: argparse.Namespace) -> int:
    from candor.apps.surveys.carrying import read_questionnaire, store_questionnaire

    read = read_questionnaire(arguments.file.read_bytes(), file_name=arguments.file.name)
    if read.losses and not arguments.yes:
        words = f"{_words(read)}\nNothing is stored yet. Give --yes to make the draft all the same."
        say(_facts(read, None), words=words, as_json=arguments.json)
        return 1
    survey = store_questionnaire(
        name=arguments.name or read.name,
        definition=read.definition,
        tool=read.tool,
        losses=read.losses,
        by=None,
    )
    words = f"{_words(read)}\n“{survey.name}” is a draft now; its key is {survey.key}."
    say(_facts(read, survey), words=words, as_json=arguments.json)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from candor.apps.surveys.carrying import definition_file
    from candor.apps.surveys.models import Survey
    from candor.foundation.errors import NotFound

    survey = Survey.objects.filter(key=arguments.survey).first()
    if survey is None:
        raise NotFound(f"There is no survey “{arguments.survey}”.")
    sys.stdout.write(definition_file(survey, version=arguments.number).decode())
    return 0


def _words(read: "Carried") -> str:
    count = sum(len(page.get("elements", ())) for page in read.definition.get("pages", ()))
    head = f"“{read.name}” from {read.tool}: {count:,} elements on {len(read.definition.get('pages', ())):,} pages."
    if not read.losses:
        return f"{head} Everything is carried over."
    lines = [f"  {one.place}: {one.what} {one.advice}" for one in read.losses]
    return "\n".join([head, f"Not carried over as it was ({len(read.losses):,}):", *lines])


def _facts(read: "Carried", survey: "Survey | None") -> dict[str, object]:
    losses = [
        {"place": one.place, "code": one.code, "what": one.what, "advice": one.advice} for one in read.losses
    ]
    return {"tool": read.tool, "name": read.name, "losses": losses, "survey": survey.key if survey else None}
