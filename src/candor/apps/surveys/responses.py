"""The one way in for an answer to a survey: stored durably as it comes, in part or whole; `intake` makes feedback of it.

What is stored is never more than was asked: where the survey is anonymous neither the invitation nor the time is kept, and the row's own
number is drawn at random, so that not even the order of rows leads back to who answered.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from candor.foundation.together import Together
from candor.questionnaire import Fault, check_answers

from . import tasks
from .attached import Attached, file_questions, rows_of, taken_out
from .entrances import Entrance, Trouble, asked, digest_of
from .errors import BadAnswers, NotOpen
from .models import AnswerFile, Invitation, Response

MOST_CHARACTERS = 100_000  # of all answers of one person together
_ROOM_BELOW_ZERO = 2**62


def record_response(
    *,
    entrance: Entrance,
    secret: str,
    data: Mapping[str, Any],
    at: datetime,
    language: str = "",
    is_finished: bool,
    is_unconfirmed: bool = False,
) -> Response:
    """Store what somebody answered so far; when this returns it is on disk.

    `secret` is the browser's own, drawn anew for each person: sent again with the same one, answers replace those before, and the same
    answers change nothing. `data` are all answers so far by question, as SurveyJS writes them.

    Raises:
        NotOpen: the survey can't be answered there or not any more.
        BadAnswers: some answers don't fit their questions; nothing was kept.
    """
    known = response_at(entrance, secret)
    if known is None:
        return begin(
            entrance=entrance, secret=secret, data=data, at=at, language=language, is_finished=is_finished,
            is_unconfirmed=is_unconfirmed,
        )  # fmt: skip
    if known.finished_at is not None and _same_again(known, data):
        return known
    return _go_on(known, data, at, is_finished=is_finished, is_unconfirmed=is_unconfirmed)


def response_at(entrance: Entrance, secret: str) -> Response | None:
    """What was answered there so far: by the same browser, or where the survey is not anonymous by the invitation's link."""
    if entrance.invitation_id is not None and not entrance.is_anonymous:
        number = entrance.response_id
    else:
        number = _number_of(browser_digest(entrance, secret)) if secret else None
    return Response.objects.select_related("version", "survey").get(pk=number) if number is not None else None


def _number_of(digest: str) -> int | None:
    """The response that a browser began; in plain SQL, see `entrances`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM surveys_response WHERE digest = %s AND NOT (digest = '')", [digest])
        row = cursor.fetchone()
    return row[0] if row else None


def browser_digest(entrance: Entrance, secret: str) -> str:
    """What is kept of a browser's secret: of no use elsewhere, and where the survey is anonymous the same at every invitation."""
    is_named = entrance.invitation_id is not None and not entrance.is_anonymous
    where = f"invitation {entrance.invitation_id}" if is_named else f"survey {entrance.survey_id}"
    return digest_of(f"{where}\x1f{secret}")


def begin(
    *,
    entrance: Entrance,
    secret: str,
    data: Mapping[str, Any],
    at: datetime,
    language: str = "",
    is_finished: bool = False,
    is_unconfirmed: bool = False,
    is_test: bool = False,
) -> Response:
    """Store the first answers that somebody gave.

    Raises:
        NotOpen, BadAnswers: see `record_response`.
    """
    if trouble := entrance.trouble(at):
        raise NotOpen(trouble)
    asks = asked(entrance.version_id, entrance.published_at)
    attached = taken_out(asks, data, is_anonymous=entrance.is_anonymous, keeps=not is_test)
    refuse_misfits(entrance.version_id, entrance.published_at, attached.data, is_finished=is_finished)
    response = _new(entrance, secret, attached.data, at, language, is_finished=is_finished)
    response.is_unconfirmed, response.is_test = is_unconfirmed, is_test
    claims = entrance.invitation_id if is_finished or entrance.is_anonymous else None
    if not _together.write(lambda: _store(response, claims, attached)):
        known = Response.objects.filter(digest=response.digest).exclude(digest="").first()
        if known is None:
            raise NotOpen(Trouble.ANSWERED)
        return known  # the same answer, come twice at the same instant
    if is_finished and not entrance.is_anonymous:
        tasks.take_in_soon()
    return response


def save_part(*, response: Response, data: Mapping[str, Any], at: datetime) -> Response:
    """Keep the answers so far.

    Raises:
        NotOpen: it is finished, or became feedback meanwhile.
        BadAnswers: some answers don't fit their questions; those before stay.
    """
    return _go_on(response, data, at, is_finished=False, is_unconfirmed=False)


def finish(*, response: Response, data: Mapping[str, Any], at: datetime) -> Response:
    """Keep the answers as the whole of what this person says.

    Raises:
        NotOpen, BadAnswers: see `save_part`.
    """
    return _go_on(response, data, at, is_finished=True, is_unconfirmed=False)


def refuse_misfits(
    version_id: int | None, published_at: datetime | None, data: Mapping[str, Any], *, is_finished: bool
) -> None:
    """Check what a browser sent against what was asked.

    Raises:
        BadAnswers: naming each question whose answer does not fit.
    """
    if len(str(data)) > MOST_CHARACTERS:
        raise BadAnswers(
            [Fault("", "too_long", f"All answers together have more than {MOST_CHARACTERS:,} characters.")]
        )
    faults = check_answers(asked(version_id, published_at), dict(data), finished=is_finished)
    if faults:
        raise BadAnswers(faults)


def _new(
    entrance: Entrance,
    secret: str,
    data: Mapping[str, Any],
    at: datetime,
    language: str,
    *,
    is_finished: bool,
) -> Response:
    if entrance.is_anonymous:
        at = day_of(at)
    is_invited = entrance.invitation_id is not None
    leads_back = entrance.is_anonymous and is_invited
    return Response(
        pk=-1 - secrets.randbelow(_ROOM_BELOW_ZERO) if entrance.is_anonymous else None,
        survey_id=entrance.survey_id,
        version_id=entrance.version_id or 0,
        key=secrets.token_hex(16),
        digest=browser_digest(entrance, secret) if secret else "",
        invitation_id=None if entrance.is_anonymous else entrance.invitation_id,
        link_id=entrance.link_id,
        language="" if leads_back else language,
        channel="" if leads_back else entrance.channel or entrance.kind,
        data=dict(data),
        started_at=at,
        changed_at=at,
        finished_at=at if is_finished else None,
    )


def day_of(at: datetime) -> datetime:
    """Noon of the day: all that is kept of the time where a survey is anonymous."""
    here = timezone.localtime(at)
    return datetime.combine(here.date(), time(12), tzinfo=here.tzinfo)


def _store(response: Response, claims: int | None, attached: Attached) -> bool:
    """Store a new response with its files and use up its invitation; False where one of them was there before. In plain SQL, see
    `entrances`."""
    is_drawn = (response.pk or 0) < 0  # else the database numbers it, anew if it was rolled back before
    fields = (_KEY, *_FIELDS) if is_drawn else _FIELDS
    values = [field.get_db_prep_save(getattr(response, field.attname), connection) for field in fields]
    names, places = ", ".join(str(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        if claims is not None:
            cursor.execute(_CLAIM, [claims])
            if not cursor.rowcount:
                return False
        cursor.execute(
            f"INSERT INTO surveys_response ({names}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING id",  # noqa: S608
            values,
        )
        row = cursor.fetchone()
    response.pk = row[0] if row else response.pk
    if row is not None and attached.files:
        AnswerFile.objects.bulk_create(rows_of(response, attached))
    return row is not None


_KEY, *_FIELDS = Response._meta.concrete_fields
_CLAIM = "UPDATE surveys_invitation SET is_answered = TRUE WHERE id = %s AND NOT is_answered"
_together = Together()


def _go_on(
    response: Response, data: Mapping[str, Any], at: datetime, *, is_finished: bool, is_unconfirmed: bool
) -> Response:
    if response.finished_at is not None or response.is_taken_in:
        raise NotOpen(Trouble.ANSWERED)
    attached = _taken_out(response, data)
    data = attached.data
    refuse_misfits(response.version_id, response.version.published_at, data, is_finished=is_finished)
    if is_unconfirmed:
        if not response.is_unconfirmed:
            return response  # a person's word stands
        data = _believed(response, data)
    response.data, response.is_unconfirmed = dict(data), is_unconfirmed
    response.changed_at = at = day_of(at) if response.survey.is_anonymous else at
    response.finished_at = at if is_finished else None
    with transaction.atomic():
        waiting = Response.objects.filter(pk=response.pk, finished_at=None, is_taken_in=False)
        if not waiting.update(
            data=response.data, is_unconfirmed=is_unconfirmed, changed_at=at, finished_at=response.finished_at
        ):
            raise NotOpen(Trouble.ANSWERED)
        _store_files(response, attached)
        if is_finished and response.invitation_id is not None:
            Invitation.objects.filter(pk=response.invitation_id).update(is_answered=True)
    if is_finished and not response.survey.is_anonymous:
        tasks.take_in_soon()
    return response


def _taken_out(response: Response, data: Mapping[str, Any]) -> Attached:
    """The answers with their files beside; those that came before are named."""
    asks = asked(response.version_id, response.version.published_at)
    has_files = bool(file_questions(asks))
    known = set(response.files.values_list("question", "sha256")) if has_files else set()
    return taken_out(asks, data, is_anonymous=response.survey.is_anonymous, known=known)


def _store_files(response: Response, attached: Attached) -> None:
    """Store the new files and drop those that the answer does not name any more."""
    if not file_questions(asked(response.version_id, response.version.published_at)):
        return
    there = {(one.question, one.sha256): one.pk for one in response.files.defer("content")}
    response.files.filter(pk__in=[pk for named, pk in there.items() if named not in attached.named]).delete()
    new = [one for one in rows_of(response, attached) if (one.question, one.sha256) not in there]
    AnswerFile.objects.bulk_create(new)


def _same_again(known: Response, data: Mapping[str, Any]) -> bool:
    """Whether a finished answer came once more, letter by letter."""
    return dict(data) == known.data or _taken_out(known, data).data == known.data


def _believed(response: Response, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What to make of a score that the page sent by itself: where one link after the other was opened it was no person, so that none
    counts until somebody presses a button."""
    return data if dict(data) == response.data else {}
