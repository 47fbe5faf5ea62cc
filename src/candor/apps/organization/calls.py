"""What holds for every call of the JSON API: the key comes first, then its rate, then what the request may bring; a call that is sent
again under the same Idempotency-Key is done once."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from candor.foundation.api import read_body
from candor.foundation.errors import Busy, DomainError, InvalidRequest, KeyReused, UnknownFormat
from candor.foundation.middleware import problem_details
from candor.foundation.sealed import seal, unseal

from .acting import acting_with
from .keys import known_key
from .limits import take_one
from .models import ApiKey, RememberedCall

MOST_BYTES = 1_000_000
KEPT = timedelta(hours=24)
LONGEST_KEY = 255
HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("ETag", "Location")
Call = Callable[..., HttpResponse]


def with_key(run: Call) -> Call:
    """Wrap an operation of the API; whatever it raises becomes problem details."""

    @wraps(run)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            key = known_key(request)
            take_one(key.pk)
            _check(request)
            with acting_with(key):
                return _once(request, key, lambda: run(request, *args, **kwargs))
        except DomainError as error:
            return problem_details(error)
        except OperationalError:
            return problem_details(Busy("The record is busy. Nothing was done; send it again."))

    return call


def _check(request: HttpRequest) -> None:
    """Read the body within its bounds, and refuse characters that no text holds."""
    words = [request.path, *request.GET.keys(), *(word for _, many in request.GET.lists() for word in many)]
    if any("\x00" in word or not _is_text(word) for word in words):
        raise InvalidRequest("The address holds a character that no text holds.")
    request._body = read_body(request, most=MOST_BYTES)
    if request._body and (request.content_type or "").lower() != "application/json":
        raise UnknownFormat("Send the body as application/json.")


def _is_text(word: str) -> bool:
    with suppress(UnicodeEncodeError):
        word.encode()
        return True
    return False


def read_json(body: bytes) -> Any:
    """A body as plain values.

    Raises:
        InvalidRequest: it is no JSON, is nested without an end, or holds a number or character that nothing can store.
    """
    try:
        read = json.loads(body, parse_constant=refuse_constant)
        if b"\\u" in body and any("\x00" in text or not _is_text(text) for text in _texts(read)):
            raise ValueError("it holds a character that no text holds")
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The body can't be read as JSON: {str(error)[:200] or 'too deep'}.") from error
    return read


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def refuse_constant(name: str) -> None:
    """For `parse_constant` of JSON: NaN and Infinity are no JSON, and nothing can be reckoned with them."""
    raise ValueError(f"{name} is no number")


def _once(request: HttpRequest, key: ApiKey, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Do what a POST asks for once for each Idempotency-Key: what comes again within a day gets the first answer again.

    Only successes are remembered, in the transaction in which they are done; what failed has changed nothing and may be repeated.
    """
    given = request.headers.get(HEADER, "") if request.method == "POST" else ""
    if not given:
        return run()
    if len(given) > LONGEST_KEY or not given.isprintable():
        raise InvalidRequest(
            f"{HEADER} has more than {LONGEST_KEY} characters, or some that can't be printed."
        )
    digest = _digest(request)
    with transaction.atomic():
        remembered = _remember(key, given, digest)
        if remembered.status:
            return _again(remembered, digest)
        response = run()
        if response.status_code >= 300:
            transaction.set_rollback(True)
            return response
        _keep(remembered, response)
    return response


def _digest(request: HttpRequest) -> str:
    told = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(told).hexdigest()


def _remember(key: ApiKey, given: str, digest: str) -> RememberedCall:
    """The call under this key, a new one if there is none; another that does the same at this moment is waited for."""
    calls = RememberedCall.objects.filter(key=key, given=given)
    calls.filter(made_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return RememberedCall.objects.create(key=key, given=given, digest=digest, made_at=timezone.now())
    except IntegrityError:
        return calls.get()


def _keep(call: RememberedCall, response: HttpResponse) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    words = {
        "body": response.content.decode(),
        "type": response.headers.get("Content-Type", ""),
        "headers": headers,
    }
    call.status, call.sealed_answer = response.status_code, seal(json.dumps(words))
    call.save(update_fields=["status", "sealed_answer"])


def _again(call: RememberedCall, digest: str) -> HttpResponse:
    if call.digest != digest:
        raise KeyReused(
            "Within the last day this key came with another request. Nothing was done; draw a new key for each thing to do."
        )
    words = json.loads(unseal(call.sealed_answer))
    response = HttpResponse(
        words["body"], status=call.status, content_type=words["type"] or None, headers=words["headers"]
    )
    response.headers["Idempotency-Replayed"] = "true"
    return response
