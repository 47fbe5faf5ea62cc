"""What theme a text that somebody is writing seems to speak of: a guess to be offered, and the themes to choose from instead."""

from functools import lru_cache

from django.db.models import Exists, OuterRef

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.masking import mask
from candor.text.language import detect_language
from candor.text.model import ThemeModel, assign

from . import comments, counting
from .models import ReadComment, Theme, ThemeRun
from .services import latest_runs

LEAST_WORDS = 3  # of fewer nothing is guessed
REMEMBERED = 4  # models that a process keeps


def offered_themes(viewer: Viewer) -> list[Theme]:
    """Themes that a person may choose from, by name: those that are stable or that somebody named, that nobody hid, and of which comments
    speak that the person may read, since a theme is named by their words."""
    themes = counting.catalogue()
    unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
    spoken_of = Theme.objects.filter(pk__in=list(themes.head_of))
    if unit_ids is not None:
        own = ReadComment.objects.filter(theme=OuterRef("pk"), unit_id__in=unit_ids)
        spoken_of = spoken_of.filter(Exists(own))
    heads = {themes.head_of[pk] for pk in spoken_of.values_list("pk", flat=True)} & themes.confirmed
    return sorted((one for one in themes.shown if one.pk in heads), key=lambda one: one.name.casefold())


def guess_theme(text: str, viewer: Viewer) -> Theme | None:
    """The theme that the words of a text are nearest to, as the model that places comments sees it; None where it sees none that the
    viewer may choose."""
    runs = {code: run for code, run in latest_runs().items() if run.model}
    if len(text.split()) < LEAST_WORDS or not runs:
        return None
    main = max(runs.values(), key=lambda run: (run.n_comments, run.language))
    run = runs.get(comments.code_of(detect_language(text)), main)
    (found,) = assign(_model(run.pk), [(0, mask(text).text)])
    themes = counting.catalogue()
    placed = Theme.objects.filter(language=run.language, key=found.key or "").values_list("pk", flat=True)
    head = themes.head_of.get(placed[0]) if placed else None
    return next((theme for theme in offered_themes(viewer) if theme.pk == head), None)


@lru_cache(maxsize=REMEMBERED)
def _model(run_id: int) -> ThemeModel:
    return ThemeModel.from_bytes(bytes(ThemeRun.objects.values_list("model", flat=True).get(pk=run_id)))
