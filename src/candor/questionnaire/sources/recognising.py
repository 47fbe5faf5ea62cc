"""Which tool a file comes from, by what is in it."""

from collections.abc import Mapping

from ..errors import FileRefused
from ..json_texts import LARGEST, read_json
from . import limesurvey, qualtrics, surveyjs
from .carrying import Carried


def read_foreign(data: bytes, *, file_name: str = "") -> Carried:
    """A questionnaire made with SurveyJS, Qualtrics (.qsf) or LimeSurvey (.lss), recognised by its content.

    Raises FileRefused with what was expected.
    """
    if len(data) > LARGEST:
        raise FileRefused(f"The file has {len(data):,} bytes; at most {LARGEST:,} are read.")
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return limesurvey.read(data, file_name)
    if not start.startswith(b"{"):
        raise FileRefused(_EXPECTED)
    found = read_json(data)
    if not isinstance(found, Mapping):
        raise FileRefused(_EXPECTED)
    if "SurveyElements" in found:
        return qualtrics.read(found, file_name)
    if any(key in found for key in ("pages", "elements", "questions")):
        return surveyjs.read(found, file_name)
    raise FileRefused(_EXPECTED)


_EXPECTED = "This is no questionnaire that is read here; expected SurveyJS JSON, a Qualtrics .qsf or a LimeSurvey .lss file."
