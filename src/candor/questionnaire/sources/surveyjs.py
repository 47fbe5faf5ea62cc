"""SurveyJS JSON in and out. In: what is not supported here is told and taken out, unknown properties stay. Out: as it is, to the last property."""

import json
from collections.abc import Mapping
from typing import Any

from ..json_texts import bound
from .carrying import Carried, Carrying, finish

TOOL = "SurveyJS"


def read(source: Mapping[str, Any], file_name: str = "") -> Carried:
    """A definition that somebody made elsewhere with SurveyJS.

    Raises FileRefused when nothing of it can be asked here.
    """
    title = source.get("title")
    words = title.get("default") or next(iter(title.values()), "") if isinstance(title, Mapping) else title
    name = str(words or file_name.rpartition(".")[0] or TOOL)
    return finish(Carrying(), name, TOOL, dict(source))


def write(definition: Mapping[str, Any]) -> bytes:
    """A definition as a file that SurveyJS and its Creator read: nothing added, nothing left out, keys in their order.

    >>> write({"pages": [], "own": {"kept": True}}).decode().split()
    ['{', '"pages":', '[],', '"own":', '{', '"kept":', 'true', '}', '}']
    """
    bound(definition)
    return (json.dumps(definition, ensure_ascii=False, indent=2) + "\n").encode()
