"""Files in answers: taken out of what a browser sent, checked, stored beside the answer, and named in it by what they are.

SurveyJS sends a file as `{"name", "type", "content": "data:…;base64,…"}`; what an answer keeps of it is `{"name", "type", "size",
"sha256"}`, and so it is sent back while the answer goes on. Few and small: at most 4 MB and ten files an answer. What a file is, its
first bytes say.
"""

import base64
import binascii
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from candor.apps.feedback.choices import key_of_question
from candor.foundation.attachments import (
    JPEG,
    MOST_BYTES,
    PDF,
    PNG,
    TEXT,
    NewFile,
    bare_name,
    content_type_of,
)
from candor.questionnaire import Fault, QuestionKind, Questionnaire

from .errors import BadAnswers
from .models import AnswerFile, Response
from .pictures import BadPicture, without_metadata

MOST_FILES: Final = 10
BAD_FILE: Final = "bad_file"
_ENDINGS: Final = {JPEG: "jpg", PNG: "png", TEXT: "txt", PDF: "pdf"}
_KEPT: Final = ("name", "type", "size", "sha256")

Known = Collection[tuple[str, str]]  # question and sha256 of the files that an answer has


@dataclass(frozen=True, slots=True)
class Attached:
    """Answers with their files named instead of held, the new files by question, and all that they name."""

    data: dict[str, Any]
    files: tuple[tuple[str, NewFile], ...] = ()
    named: frozenset[tuple[str, str]] = frozenset()


def file_questions(asks: Questionnaire) -> frozenset[str]:
    """The names of the questions that ask for files."""
    return frozenset(one.name for one in asks.questions() if one.kind == QuestionKind.FILE)


def taken_out(
    asks: Questionnaire, data: Mapping[str, Any], *, is_anonymous: bool, known: Known = (), keeps: bool = True
) -> Attached:
    """Answers without the content of their files, which come beside; of anonymous ones without what the files say of who sent them. What
    is null was not answered; halves of characters, as a browser sends where it cuts a text within an emoji, are replaced, since nothing
    stores them.

    Without `keeps`, for tests, the files are checked and dropped, and named though nobody has them.

    Raises:
        BadAnswers: a file is too large, of a sort that is not taken, or not there; nothing is to be kept.
    """
    asked = file_questions(asks)
    data = {name: one for name, one in _storable(data).items() if one is not None}
    if not asked & data.keys():
        return Attached(dict(data))
    light, files, named = dict(data), [], []
    room = MOST_BYTES
    for question in sorted(asked & data.keys()):
        if not isinstance(data[question], list) or len(data[question]) > MOST_FILES:
            continue  # for the check of answers to refuse
        told: list[dict[str, Any]] = []
        for one in data[question]:
            if not isinstance(one, dict):
                raise BadAnswers([Fault(question, BAD_FILE, "A list of files was expected.")])
            if "content" in one:
                new = _read(question, one, room, is_anonymous=is_anonymous, number=len(told) + 1)
                room -= len(new.content)
                files.append((question, new))
                one = _name_of(new)
            elif keeps and (question, one.get("sha256")) not in known:
                raise BadAnswers([Fault(question, BAD_FILE, "This file did not come with the answer.")])
            told.append({key: one[key] for key in _KEPT if key in one})
            named.append((question, str(one.get("sha256", ""))))
        light[question] = told
    if len(named) > MOST_FILES:
        raise BadAnswers([Fault(named[-1][0], BAD_FILE, f"More than {MOST_FILES} files in an answer.")])
    return Attached(light, tuple(files) if keeps else (), frozenset(named))


def _storable(value: Any) -> Any:
    """The same with every text as it can be stored."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


def _read(question: str, given: Mapping[str, Any], room: int, *, is_anonymous: bool, number: int) -> NewFile:
    content = _decoded(given.get("content"), room)
    kind = content_type_of(content) if content else None
    if content is None:
        raise BadAnswers(
            [
                Fault(
                    question,
                    BAD_FILE,
                    f"All files of an answer together have more than {MOST_BYTES // 1024**2} MB, or can’t be read.",
                )
            ]
        )
    if kind is None or (is_anonymous and kind == PDF):
        wanted = "A picture (PNG, JPEG) or plain text" + ("" if is_anonymous else ", or a PDF")
        raise BadAnswers([Fault(question, BAD_FILE, f"{wanted} was expected, by what is in it.")])
    if not is_anonymous:
        return NewFile(bare_name(str(given.get("name", ""))), kind, content)
    try:
        return NewFile(f"{question[:60]}-{number}.{_ENDINGS[kind]}", kind, without_metadata(content, kind))
    except BadPicture as error:
        raise BadAnswers([Fault(question, BAD_FILE, str(error))]) from error


def _decoded(content: object, room: int) -> bytes | None:
    """The bytes of a `data:` address; None where it is none or larger than the room."""
    if not isinstance(content, str) or not content.startswith("data:"):
        return None
    head, _, body = content.partition(",")
    if not head.endswith(";base64") or len(body) > room * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) <= room else None


def _name_of(file: NewFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "type": file.content_type.split(";")[0],
        "size": len(file.content),
        "sha256": sha256(file.content).hexdigest(),
    }


def as_sent(given: "Sequence[UploadedFile[bytes]]") -> list[dict[str, Any]] | None:
    """Files of a form without a script, as SurveyJS would send them; None where there are none."""
    files = [(one.name, one.read(MOST_BYTES + 1)) for one in given[: MOST_FILES + 1] if one.size]
    return [
        {"name": name, "type": "", "content": f"data:;base64,{base64.b64encode(content).decode()}"}
        for name, content in files
    ] or None


def without_contents(asks: Questionnaire, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answers for a page that is shown again: of files only those that are kept."""
    light = dict(data)
    for question in file_questions(asks) & light.keys():
        if isinstance(light[question], list):
            light[question] = [
                one for one in light[question] if isinstance(one, dict) and "content" not in one
            ]
    return light


def rows_of(response: Response, attached: Attached) -> Iterator[AnswerFile]:
    """What is to be stored of new files; a response is stored first."""
    seen = set()
    for question, file in attached.files:
        digest = sha256(file.content).hexdigest()
        if (question, digest) not in seen:
            seen.add((question, digest))
            yield AnswerFile(
                response_id=response.pk, question=key_of_question(question), name=file.name, content_type=file.content_type,
                size=len(file.content), sha256=digest, content=file.content,
            )  # fmt: skip
