"""Pulses: no page, filter or export lets anybody work out one person's answer."""

import csv
import io
import random
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candor.analytics import ViewScore, attack
from candor.apps.frontline import pages, results, tasks
from candor.apps.frontline.choices import PulseState
from candor.apps.frontline.errors import PulseAnswered, PulseNotOpen
from candor.apps.frontline.models import Pulse, PulseAnswer, PulseComment, PulseSeat
from candor.apps.frontline.pulses import answer_pulse, close_pulse, draft_pulse, open_pulse
from candor.apps.organization.choices import Role, UnitKind
from candor.apps.organization.models import AuditEntry, Person, Unit
from candor.apps.organization.services import create_person, create_unit, give_role
from candor.foundation.errors import InvalidInput
from candor.foundation.jobs import Worker
from tests.world import World

pytestmark = pytest.mark.django_db


def people_of(unit: Unit, n: int) -> list[Person]:
    return [
        create_person(name=f"{unit.code}{i}", email=f"{unit.code}{i}@harbour.example", unit=unit, by=None)
        for i in range(n)
    ]


def opened(world: World) -> Pulse:
    pulse = draft_pulse(
        name="Spring", statements=["I can help", "We mend"], open_question="What first?", by=world.clara
    )
    return open_pulse(pulse=pulse, closes_on=timezone.localdate() + timedelta(days=7), by=world.clara)


def answer(pulse: Pulse, person: Person, recommend: int, agreed: int = 3, comment: str = "") -> None:
    answer_pulse(pulse=pulse, by=person, recommend=recommend, agreed={0: agreed, 1: agreed}, comment=comment)


def test_everybody_is_asked_by_the_same_link_and_answers_once(client: Client, world: World) -> None:
    pulse = opened(world)
    Worker().run_all()
    assert len(mail.outbox) == PulseSeat.objects.count() == Person.objects.exclude(email=None).count()
    links = {re.search(r"http\S+", message.body)[0] for message in mail.outbox}  # type: ignore[index]
    assert len(links) == 1, "a link of one's own would tell who answers what"
    client.force_login(world.theo)
    form = {
        "recommend": "9",
        "agree_0": "4",
        "agree_1": "5",
        "comment": "More tea, call me at 020 7946 0958.",
    }
    assert "Your answer is in" in client.post(f"/frontline/pulses/{pulse.pk}/answer/", form).content.decode()
    found = PulseAnswer.objects.get()
    assert (found.recommend, found.engagement, found.unit) == (9, 4.5, world.theo.unit)
    assert "7946" not in PulseComment.objects.get().text
    with pytest.raises(PulseAnswered):
        answer(pulse, world.theo, 3)
    assert "You have answered" in client.get(f"/frontline/pulses/{pulse.pk}/answer/").content.decode()


def test_without_any_mail_who_is_asked_finds_the_way_to_answer_on_the_pulses_page(
    client: Client, world: World
) -> None:
    pulse = opened(world)
    late = create_person(name="Late", email="late@harbour.example", unit=world.red, by=None)
    give_role(person=late, role=Role.FRONTLINE, unit=world.red, by=None)
    way = f'href="/frontline/pulses/{pulse.pk}/answer/"'
    for person, words in ((world.theo, "You have not answered yet"), (late, "you are not asked")):
        client.force_login(person)
        page = client.get(f"/frontline/pulses/{pulse.pk}/").content.decode()
        assert words in page
        assert (way in page) is (person == world.theo)
    answer(pulse, world.theo, 9)
    client.force_login(world.theo)
    page = client.get(f"/frontline/pulses/{pulse.pk}/").content.decode()
    assert "You have answered" in page
    assert way not in page


def test_nothing_in_the_record_leads_from_an_answer_to_a_person(world: World) -> None:
    pulse = opened(world)
    before = AuditEntry.objects.count()
    answer(pulse, world.theo, 0, comment="Secret")
    assert {field.name for field in PulseAnswer._meta.fields} == {
        "id",
        "pulse",
        "unit",
        "recommend",
        "engagement",
    }
    assert {field.name for field in PulseComment._meta.fields} == {"id", "pulse", "unit", "text"}
    assert {field.name for field in PulseSeat._meta.fields} == {
        "id",
        "pulse",
        "person",
        "unit",
        "is_answered",
    }
    assert AuditEntry.objects.count() == before


def test_after_the_close_neither_the_order_of_rows_nor_a_lone_answer_of_a_unit_leads_to_a_person(
    world: World,
) -> None:
    red, mill = people_of(world.red, 12), people_of(world.mill, 3)
    pulse = opened(world)
    for n, person in enumerate([*red, *mill]):
        answer(pulse, person, n % 11, comment=f"word{n:02}")
    came = list(PulseAnswer.objects.values_list("pk", flat=True))
    close_pulse(pulse=pulse, by=world.clara)
    with connection.cursor() as cursor:  # as the database has them, whatever it calls the place of a row
        place = "ctid" if connection.vendor == "postgresql" else "rowid"
        cursor.execute(f"SELECT text FROM frontline_pulsecomment ORDER BY {place}")
        kept = [text for (text,) in cursor.fetchall()]
    assert (len(kept), sorted(kept) == kept) == (15, False)
    assert PulseAnswer.objects.count() == 15
    assert not PulseAnswer.objects.filter(pk__in=came).exists(), "rows that were written with a seat are gone"
    for model in (PulseAnswer, PulseComment):
        units = set(model.objects.values_list("unit__code", flat=True))
        assert units == {"red", "organization"}, "the three of Mill are known as the company's"
    with pytest.raises(PulseNotOpen):
        close_pulse(pulse=Pulse.objects.get(pk=pulse.pk), by=None)


def test_a_small_team_and_what_would_give_it_away_stay_hidden(client: Client, world: World) -> None:
    red, mill = people_of(world.red, 8), people_of(world.mill, 3)
    pulse = opened(world)
    for person in red:
        answer(pulse, person, 9)
    for person in mill:
        answer(pulse, person, 2)
    close_pulse(pulse=pulse, by=world.clara)
    shown = results.read(pulse, "enps")
    assert world.harbour.pk in shown
    assert world.mill.pk not in shown
    assert world.red.pk not in shown, "all less the team would be the three of Mill"
    for person in (world.clara, world.mona, world.rival, world.theo):
        client.force_login(person)
        page = client.get(f"/frontline/pulses/{pulse.pk}/").content.decode()
        assert page.count("Hidden to keep answers private") >= 4
        assert "Fewer" not in page


def displayed(pulse: Pulse, viewer_client: Client) -> dict[str, dict[int, ViewScore]]:
    """Every number on the page and in the export, with who is behind it, as an insider knows."""
    return scores_in(pulse, viewer_client.get(f"/frontline/pulses/{pulse.pk}/export/").content.decode())


def scores_in(pulse: Pulse, exported: str) -> dict[str, dict[int, ViewScore]]:
    """The same of an export's text."""
    rows = list(csv.DictReader(io.StringIO(exported.lstrip("\ufeff"))))
    units = {unit.name: unit for unit in Unit.objects.all()}
    found: dict[str, dict[int, ViewScore]] = {"enps": {}, "engagement": {}}
    for row in rows:
        measure = row["measure"].lower()
        unit, text, factor = (
            units[row["unit"]],
            row["value"].replace("−", "-"),
            100 if measure == "enps" else 1,
        )
        if "Hidden" in text:
            continue
        people = frozenset(
            str(pk)
            for pk in pulse.answers.filter(unit__path__startswith=unit.path).values_list("pk", flat=True)
        )
        low, high = results.SCALES[measure]
        value = float(text.split()[0]) / factor
        half = results.ROUNDING[measure]
        ends = {
            "more": (value - half, high),
            "less": (low, value + half),
        }  # the limit is a rounded number, too
        start, stop = ends.get(text.split()[-1], (value - half, value + half))
        found[measure][unit.pk] = ViewScore(
            people=people, mean=(start + stop) / 2, rounding=(stop - start) / 2
        )
        assert int(row["n"]) == len(people)
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_attacker_learns_nobodys_answer_from_every_number_there_is(
    client: Client, world: World, seed: int
) -> None:
    chance = random.Random(seed)
    Pulse.objects.all().delete()
    teams = [world.red, world.mill, world.quay, world.south]
    if not Unit.objects.filter(code="blue").exists():
        create_unit(name="Blue", kind=UnitKind.TEAM, code="blue", parent=world.mill, by=None)
        for unit in (*teams, Unit.objects.get(code="blue")):
            people_of(unit, 9)
    pulse = opened(world)
    mood = {unit.pk: chance.choice([1, 5, 9, 10]) for unit in Unit.objects.all()}
    for seat in pulse.seats.select_related("person"):
        if chance.random() < 0.75:
            score = max(0, min(10, mood[seat.unit_id] + chance.choice([0, 0, 0, 1, -1, 2])))
            answer(pulse, seat.person, score, agreed=1 + score * 4 // 10)
    close_pulse(pulse=pulse, by=world.clara)
    client.force_login(world.clara)
    for measure, views in displayed(pulse, client).items():
        low, high = results.SCALES[measure]
        assert all(len(view.people) >= 5 for view in views.values())
        step = 1.0 if measure == "enps" else None  # everybody knows that it is −1, 0 or 1
        assert attack(list(views.values()), lowest=low, highest=high, step=step) == ()


def test_comments_need_ten_people_and_have_no_order_in_time(client: Client, world: World) -> None:
    team = people_of(world.red, 12)
    pulse = opened(world)
    for number, person in enumerate(team[:9]):
        answer(pulse, person, 5, comment=f"{'zyxwvutsr'[number]} comment")
    close_pulse(pulse=pulse, by=world.clara)
    assert results.comments_of(pulse, world.harbour.pk) is None
    again = opened(world)
    for number, person in enumerate(team):
        answer(again, person, 5, comment=f"{'zyxwvutsrqpo'[number]} comment")
    close_pulse(pulse=again, by=world.clara)
    told = results.comments_of(again, world.harbour.pk)
    assert told == sorted(told or [])
    assert len(told or []) == 12


def test_two_pulses_stand_side_by_side_only_where_nobody_or_enough_came_and_went(world: World) -> None:
    team = people_of(world.red, 8)
    before = []
    for missing in (0, 0, 1):
        pulse = opened(world)
        for person in team[missing:]:
            answer(pulse, person, 7)
        close_pulse(pulse=pulse, by=world.clara)
        before.append(results.read(pulse, "enps")[world.harbour.pk].before)
    assert before == [None, 0.0, None]


def test_a_pulse_closes_by_itself_after_its_last_day_and_takes_no_answer_any_more(world: World) -> None:
    pulse = opened(world)
    Pulse.objects.update(closes_on=timezone.localdate() - timedelta(days=1))
    assert tasks.close_due_pulses.call() == 1
    pulse.refresh_from_db()
    assert pulse.state == PulseState.CLOSED
    with pytest.raises(PulseNotOpen):
        answer(pulse, world.theo, 5)


def test_an_answer_beside_its_scale_or_without_any_is_refused(world: World) -> None:
    pulse = opened(world)
    for recommend, agreed in ((11, {}), (None, {0: 6}), (None, {})):
        with pytest.raises(InvalidInput):
            answer_pulse(pulse=pulse, by=world.theo, recommend=recommend, agreed=agreed, comment="")
    assert not PulseAnswer.objects.exists()


def test_thresholds_of_a_new_pulse_are_those_of_the_last_at_least(world: World) -> None:
    opened(world)
    Pulse.objects.update(least_scores=8, least_comments=15)
    made = draft_pulse(name="Next", statements=["x"], open_question="", by=world.clara)
    assert (made.least_scores, made.least_comments) == (8, 15)


def test_the_export_holds_what_the_page_shows_and_is_noted(client: Client, world: World) -> None:
    for person in people_of(world.red, 12):
        pulse = Pulse.objects.first() or opened(world)
        if not PulseSeat.objects.filter(person=person).exists():
            PulseSeat.objects.create(pulse=pulse, person=person, unit=world.red)
        answer(pulse, person, 8, agreed=4)
    close_pulse(pulse=pulse, by=world.clara)
    client.force_login(world.clara)
    text = client.get(f"/frontline/pulses/{pulse.pk}/export/").content.decode()
    line = next(line for line in pages.unit_lines(pulse) if line.unit == world.harbour)
    assert f'"Harbour","eNPS","{line.enps_words}",' in text
    assert AuditEntry.objects.filter(action="pulse.exported").exists()
    client.force_login(world.theo)
    assert client.get(f"/frontline/pulses/{pulse.pk}/export/").status_code == 403
