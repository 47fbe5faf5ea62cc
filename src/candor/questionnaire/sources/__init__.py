"""Questionnaires of other tools, read into SurveyJS JSON; whatever could not be carried over is told, with its place and what to do.

One module a format. Start with `read_foreign`. The files are strangers': bounded in size and depth, no entities, nothing of them is run.
"""

from .carrying import Carried, Loss
from .recognising import read_foreign

__all__ = ["Carried", "Loss", "read_foreign"]
