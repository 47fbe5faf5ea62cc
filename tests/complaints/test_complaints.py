import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client

from candor.apps.complaints import queries
from candor.apps.complaints.clocks import Terms
from candor.apps.complaints.models import Complaint
from candor.apps.complaints.rule_sets import RuleBook, define_rule_set
from candor.apps.complaints.services import NewComplaint, decide_complaint, receive_complaints
from candor.apps.complaints.sources.table import is_open
from candor.apps.complaints.working_time import Term, TimeUnit
from candor.apps.customers.models import Customer
from candor.apps.organization.models import Unit
from candor.apps.scores.services import project_pending
from candor.foundation.errors import Conflict
from tests.world import World

DAY = date(2026, 6, 1)


def _receive(*items: NewComplaint) -> None:
    receive_complaints(items=items, source="test")


def _complaint(key: str, unit: Unit | None = None, **fields: object) -> NewComplaint:
    values = {
        "received_on": DAY,
        "product": "Mortgage",
        "issue": "Delay",
        "unit_id": unit.pk if unit else None,
    } | fields
    return NewComplaint(key=key, **values)  # type: ignore[arg-type]


def test_the_clocks_run_from_the_day_it_was_sent_on(world: World) -> None:
    _receive(_complaint("1", sent_on=DAY + timedelta(days=2)))
    complaint = Complaint.objects.get()
    assert complaint.acknowledge_by == DAY + timedelta(days=17)
    assert complaint.decide_by == DAY + timedelta(days=62)


def test_the_same_complaint_comes_in_once(world: World) -> None:
    _receive(_complaint("1"))
    _receive(_complaint("1"), _complaint("2"))
    assert Complaint.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "cells", "expected"),
    [
        ({"response": "In progress"}, {}, True),
        ({"response": "Closed with relief"}, {}, False),
        ({"response": None}, {}, True),
        ({"response": None, "decided_on": DAY}, {}, False),
        ({"response": None}, {"Company response to consumer": ""}, False),
    ],
)
def test_what_counts_as_open(values: dict[str, object], cells: dict[str, str], expected: bool) -> None:
    assert is_open(values, cells) is expected


def test_a_customer_who_repeats_is_named_to_those_who_may_read_names(client: Client, world: World) -> None:
    customer = Customer.objects.create(name="Ina Lund", unit=world.quay)
    _receive(*(_complaint(f"again-{n}", world.quay, customer_id=customer.pk) for n in range(2)))
    for person, name in ((world.clara, "Ina Lund"), (world.ada, str(customer))):
        client.force_login(person)
        page = client.get("/complaints/?period=all").content.decode()
        assert f">{name}</a>" in page[page.index('id="repeated"') :]


def test_the_share_answered_in_time_says_that_it_counts_complaints(client: Client, world: World) -> None:
    _receive(*(_complaint(f"timely-{n}", is_timely=True) for n in range(1_200)))
    project_pending()
    client.force_login(world.clara)
    assert "1,200 complaints" in client.get("/scores/complaints/panel/?period=all").content.decode()
    assert "1,200 complaints" in client.get("/scores/timely_response/?period=all").content.decode()


def test_overdue_repeated_and_rising_stand_on_one_page_and_lead_to_the_complaints(
    client: Client, world: World
) -> None:
    old = [_complaint(f"old-{i}", received_on=DAY - timedelta(days=100 + i % 5)) for i in range(3)]
    calm = [
        _complaint(f"calm-{i}", received_on=DAY - timedelta(days=7 * i), is_open=False, issue="Fees")
        for i in range(26)
    ]
    rise = [
        _complaint(f"rise-{i}", received_on=DAY - timedelta(days=i % 28), issue="Appraisal", is_open=False)
        for i in range(40)
    ]
    before = [
        _complaint(f"b-{i}", received_on=DAY - timedelta(days=30 + 7 * i), issue="Appraisal", is_open=False)
        for i in range(20)
    ]
    _receive(*old, *calm, *rise, *before)
    client.force_login(world.hana)
    page = client.get("/complaints/?period=all").content.decode()
    assert "3</b></a>" in page
    rising = page.index('id="rising"')
    assert "Appraisal" in page[rising : page.index('id="repeated"')]
    assert "Fees" not in page[rising : page.index('id="repeated"')]
    listed = client.get("/complaints/list/?period=all&state=late").content.decode()
    assert listed.count("Past its clock</") >= 3
    assert "3 complaints" in listed


def test_where_they_are_late_says_among_how_many_it_was_counted(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _receive(
        _complaint("now"), *(_complaint(f"{i}", received_on=DAY - timedelta(days=100 + i)) for i in range(3))
    )
    client.force_login(world.clara)
    words = "that are late the longest"
    assert words not in client.get("/complaints/?period=all").content.decode()
    monkeypatch.setattr(queries, "LOOKED_AT", 2)
    assert f"Counted among the 2 {words}" in client.get("/complaints/?period=all").content.decode()


def test_a_quiet_past_has_nothing_rising(client: Client, world: World) -> None:
    _receive(*(_complaint(f"{i}", received_on=DAY - timedelta(days=2 * i)) for i in range(90)))
    client.force_login(world.hana)
    assert "Nothing is rising beyond chance" in client.get("/complaints/?period=all").content.decode()


def test_a_manager_counts_only_the_own_units(client: Client, world: World) -> None:
    _receive(_complaint("ours", world.red), _complaint("theirs", world.mill), _complaint("nobodys"))
    client.force_login(world.mona)
    assert "1 complaint." in client.get("/complaints/list/?period=all").content.decode()


def test_deciding_stops_the_clock_and_is_done_once(world: World) -> None:
    _receive(_complaint("1"))
    complaint = Complaint.objects.get()
    decide_complaint(
        complaint=complaint,
        response="Fee refunded",
        root_cause="Wrong fee table",
        redress="$40",
        on=complaint.decide_by,
        by=world.hana,
    )
    assert complaint.is_timely is True
    with pytest.raises(Conflict):
        decide_complaint(complaint=complaint, response="x", root_cause="y", redress="", on=DAY, by=world.hana)


def test_a_short_history_tells_nothing_rather_than_a_rise(client: Client, world: World) -> None:
    _receive(*(_complaint(f"{i}", received_on=DAY - timedelta(days=i % 40)) for i in range(80)))
    client.force_login(world.hana)
    assert "Too few weeks to tell" in client.get("/complaints/?period=all").content.decode()


def test_the_page_shows_the_registrys_share_in_time_and_none_of_its_own(client: Client, world: World) -> None:
    _receive(
        *(_complaint(f"kept-{i}", world.quay, is_open=False, is_timely=True) for i in range(40)),
        *(_complaint(f"late-{i}", world.quay, is_open=False, is_timely=False) for i in range(10)),
        *(_complaint(f"else-{i}", world.mill, is_open=False, is_timely=False) for i in range(25)),
        *(_complaint(f"unknown-{i}", world.quay) for i in range(7)),
    )
    project_pending()
    client.force_login(world.clara)
    scope = f"unit={world.quay.pk}&period=2026-05-03..2026-06-01"
    page = unescape(client.get(f"/complaints/?{scope}").content.decode())
    address = re.search(r'hx-get="(/scores/complaints/panel/[^"]*)"', page)
    assert address and f"unit={world.quay.pk}" in address[1] and "2026-05-03" in address[1]
    panel = client.get(address[1]).content.decode()
    assert re.search(r">\s*80", panel) and "50 complaints" in panel
    client.force_login(world.rival)
    few = client.get("/scores/complaints/panel/?period=2026-05-03..2026-06-01").content.decode()
    assert "Too few answers to tell (25 of at least 30)" in few


def test_a_complaint_is_acknowledged_and_decided_on_its_page(client: Client, world: World) -> None:
    _receive(_complaint("1"))
    complaint = Complaint.objects.get()
    client.force_login(world.hana)
    client.post(f"/complaints/{complaint.pk}/acknowledge/")
    given = {"response": "Refund", "root_cause": "Fee table", "outcome": "upheld"}
    client.post(f"/complaints/{complaint.pk}/decide/", given | {"response": "", "root_cause": ""})
    complaint.refresh_from_db()
    assert complaint.acknowledged_on is not None
    assert complaint.is_open, "a decision needs its words"
    client.post(f"/complaints/{complaint.pk}/decide/", given)
    complaint.refresh_from_db()
    assert not complaint.is_open


def test_a_colleagues_decision_is_not_decided_over(world: World) -> None:
    _receive(_complaint("1"))
    stale, fresh = Complaint.objects.get(), Complaint.objects.get()
    decide_complaint(
        complaint=fresh, response="Refund", root_cause="Error", redress="", on=DAY, by=world.hana
    )
    with pytest.raises(Conflict):
        decide_complaint(complaint=stale, response="No", root_cause="None", redress="", on=DAY, by=world.hana)


def test_the_share_in_time_by_rule_set_comes_with_its_n_or_in_words(client: Client, world: World) -> None:
    terms = Terms(acknowledge=Term(2, TimeUnit.DAYS), decide=Term(9, TimeUnit.DAYS))
    for name, product in (("Loans", "Loan"), ("Mortgages", "Mortgage")):
        define_rule_set(name=name, product=product, terms=terms, by=None)
    many = [_complaint(f"m-{n}", is_open=False, decided_on=DAY + timedelta(days=n % 10)) for n in range(40)]
    few = [_complaint(f"l-{n}", product="Loan", is_open=False, decided_on=DAY) for n in range(5)]
    receive_complaints(items=[*many, *few], source="test", rules=RuleBook())
    client.force_login(world.clara)
    page = client.get("/scores/complaints/panel/?period=2026-05-03..2026-06-11").content.decode()
    by_rules = unescape(page[page.index("By rule set") :])
    assert "Too few answers to tell (5 of at least 30)" in by_rules[: by_rules.index("Mortgages")]
    assert re.search(r">\s*100", by_rules[by_rules.index("Mortgages") :])
