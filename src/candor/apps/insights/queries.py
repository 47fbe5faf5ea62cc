"""x"""
from .choices import Standing
from .models import Theme, ThemeRun


def themes_of_run(run: ThemeRun) -> list[Theme]:
    rows = Theme.objects.filter(language=run.language, standing__in=[Standing.STABLE, Standing.TENTATIVE])
    return list(rows.order_by("-n", "key"))
