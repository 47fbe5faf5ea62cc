"""Mail about ideas and pulses, and pulses that close by themselves."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every

from .choices import PulseState
from .models import IdeaStep, Pulse, PulseSeat


@task
def tell_author(step_id: int) -> bool:
    """Tell the author of an idea what became of it. Told twice after a crash is better than not told."""
    step = IdeaStep.objects.select_related("idea__author", "by").filter(pk=step_id).first()
    author = step.idea.author if step else None
    if step is None or author is None or not author.email or not author.is_active:
        return False
    address = f"{settings.CANDOR_URL}{reverse('frontline:idea', args=[step.idea_id])}"
    text = render_to_string("frontline/step.txt", {"step": step, "idea": step.idea, "address": address})
    send_mail(f"{step.idea.title}: {step.words}"[:150], text, None, [author.email])
    return True


@task
def ask_to_pulse(pulse_id: int, seat_ids: list[int]) -> int:
    """Ask people to a pulse by mail; the link is the same for all of them, so that it tells nobody who follows it."""
    pulse = Pulse.objects.filter(pk=pulse_id, state=PulseState.OPEN).first()
    if pulse is None:
        return 0
    address = f"{settings.CANDOR_URL}{reverse('frontline:answer', args=[pulse_id])}"
    seats = PulseSeat.objects.filter(pk__in=seat_ids, is_answered=False, person__is_active=True)
    sent = 0
    for email in seats.exclude(person__email=None).values_list("person__email", flat=True):
        send_mail(
            pulse.name,
            render_to_string("frontline/asked.txt", {"pulse": pulse, "address": address}),
            None,
            [str(email)],
        )
        sent += 1
    return sent


@every(hours=1)
@task
def close_due_pulses() -> int:
    """Close the pulses whose last day is over."""
    from .pulses import close_pulse

    due = Pulse.objects.filter(state=PulseState.OPEN, closes_on__lt=timezone.localdate())
    closed = [close_pulse(pulse=pulse, by=None) for pulse in due]
    return len(closed)
