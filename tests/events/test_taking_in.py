"""From the inbox into the log: once each, whoever it is about, whatever goes wrong."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from candor.apps.customers.models import Customer, Identifier
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import NewCustomer, add_customers, erase_customer
from candor.apps.events import fan_out, services
from candor.apps.events.errors import AlreadyDecided
from candor.apps.events.messages import FORMAT, Message, pack
from candor.apps.events.models import Delivery, EventName, Misfit, Source
from candor.apps.events.placing import accept_name, ignore_name, map_name, undo_decision
from candor.apps.events.proposing import new_names, with_touchpoints_alike
from candor.apps.journeys.models import Journey, Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import make_key
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from candor.foundation.storage import warehouse
from candor.warehouse import WarehouseFull
from tests.events.conftest import Sender, in_log, shop, take_in
from tests.world import World


def a_journey() -> Journey:
    paid = NewTouchpoint(key="pay", name="Pay", activity="Paid")
    blank = NewTouchpoint(key="arrive", name="Arrive")
    stages = [NewStage(name="Buy", touchpoints=(paid, blank)), NewStage(name="Use")]
    return define_journey(key="buying", name="Buying", stages=stages, by=None)


# -- Customers and cases ---------------------------------------------------------------------------------------------


def test_two_systems_that_name_one_identifier_do_not_merge_two_people(sender: Sender) -> None:
    ids = add_customers(items=[NewCustomer(identifiers=(("crm", "77"),), name="Old Name")])
    external = {"context": {"externalIds": [{"id": "77", "type": "crm"}]}}
    sender.post(
        "identify",
        {"messageId": "1", "userId": "u1", "traits": {"name": "Ida"}, "timestamp": "2026-06-01"} | external,
    )
    take_in()
    assert Customer.objects.count() == 2
    assert Identifier.objects.get(system="crm", value="77").customer_id == ids["77"]
    misfit = Misfit.objects.get()
    assert (misfit.field, misfit.value) == ("identifier in crm", "77")
    assert "Merge the two if they are one person" in misfit.expected
    assert Customer.objects.get(pk=ids["77"]).name == "Old Name"


def test_what_is_known_of_a_customer_stays(sender: Sender) -> None:
    for n, name in enumerate(("Ida", "Somebody Else")):
        sender.post(
            "identify", {"messageId": str(n), "userId": "u1", "traits": {"name": name, "email": "no address"}}
        )
        sender.track("E", n=n)
    sender.post(
        "identify", {"messageId": "9", "userId": "u1", "timestamp": "2026-06-01", "traits": {"phone": "123"}}
    )
    take_in()
    customer = Customer.objects.get()
    assert (customer.name, customer.email, customer.phone) == ("Ida", "", "123")


def test_a_visitor_is_the_customer_once_they_say_who_they_are(sender: Sender) -> None:
    sender.track("Look", user="", n=1, anonymousId="v1")
    take_in()
    sender.post("identify", {"messageId": "i", "userId": "u1", "anonymousId": "v1"})
    sender.track("Look", user="", n=2, anonymousId="v1")
    take_in()
    assert [(e["case_id"], e["customer"]) for e in in_log()] == [
        ("v1", None),
        ("v1", Customer.objects.get().pk),
    ]


def test_the_case_is_the_property_that_people_named(sender: Sender, world: World) -> None:
    sender.track("E", n=0)
    change = {"journey": a_journey(), "holds_unknown": False, "customer_property": "payer"}
    services.change_source(source=shop(), case_property="loan.id", by=world.clara, **change)
    sender.track("E", n=1, properties={"loan": {"id": 7}})
    sender.track("E", n=2, properties={"loan": "no"})
    sender.track("E", user="", n=3, anonymousId="v", properties={"loan.id": "NA", "payer": "p9"})
    take_in()
    assert [(e["journey"], e["case_id"]) for e in in_log()] == [
        ("buying", "u1"), ("buying", "7"), ("buying", "u1"), ("buying", "NA"),
    ]  # fmt: skip
    assert in_log()[3]["customer"] == Identifier.objects.get(value="p9").customer_id


# -- Times -----------------------------------------------------------------------------------------------------------


def test_odd_times_are_kept_and_counted_by_day(sender: Sender) -> None:
    now = timezone.now()
    times = [now, now - timedelta(days=3), now + timedelta(days=1), datetime(1948, 2, 29, tzinfo=UTC), None]
    for n, at in enumerate(times):
        sender.track("E", n=n, timestamp=at.isoformat() if at else None)
    take_in()
    log = in_log()
    assert log[0]["at"] == datetime(1948, 2, 29)
    day = shop().days.get()
    assert (day.received, day.late, day.future, day.before_1970, day.without_time) == (5, 1, 1, 1, 1)


def test_a_clock_that_goes_back_loses_and_doubles_nothing(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, hours in enumerate((0, -9, 3, -48)):
        at = timezone.now() + timedelta(hours=hours)
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        assert sender.track("E", n=n).status_code == 200
        take_in() if n == 1 else None
        monkeypatch.undo()
        monkeypatch.setattr("candor.apps.events.tasks._soon.covered_until", float("-inf"))
    Worker().run_all()
    take_in()
    assert len(in_log()) == 4


# -- Names -----------------------------------------------------------------------------------------------------------


def test_new_names_are_learnt_with_counts_and_examples(sender: Sender) -> None:
    for n in range(5):
        sender.track("Cart Opened", n=n, properties={"n": n})
    sender.track("Paid", n=9)
    take_in()
    sender.track("Cart Opened", n=30)
    take_in()
    first, second = EventName.objects.all()
    assert (first.name, first.seen, len(first.examples)) == ("Cart Opened", 6, 3)
    assert (first.first_seen_at.minute, first.last_seen_at.minute) == (0, 30)
    assert json.loads(first.examples[0]["properties"]) == {"n": 0}
    assert (second.name, second.seen) == ("Paid", 1)
    assert len(in_log()) == 7, "they are in the log of the source's own journey meanwhile"


def test_a_name_becomes_a_touchpoint_is_mapped_or_ignored_and_each_can_be_taken_back(
    sender: Sender, world: World
) -> None:
    journey = a_journey()
    for name in ("Shipped", "Pay OK", "Ping", "Came"):
        sender.track(name)
    take_in()
    names = {row.name: row for row in EventName.objects.all()}
    accept_name(
        name=names["Shipped"], stage=journey.stages.get(name="Use"), called="Delivery", by=world.clara
    )
    map_name(name=names["Pay OK"], touchpoint=Touchpoint.objects.get(key="pay"), by=world.clara)
    map_name(name=names["Came"], touchpoint=Touchpoint.objects.get(key="arrive"), by=world.clara)
    ignore_name(name=names["Ping"], by=world.clara)
    for name in names:
        sender.track(name, n=1)
    take_in()
    placed = {(e["journey"], e["activity"]) for e in in_log() if e["at"].minute == 1}
    assert placed == {("buying", "Shipped"), ("buying", "Paid"), ("buying", "Came"), ("shop", "Ping")}
    assert Touchpoint.objects.get(key="arrive").activity == "Came"
    with pytest.raises(AlreadyDecided):
        ignore_name(name=names["Shipped"], by=world.clara)
    for name in names.values():
        undo_decision(name=name, by=world.clara)
    assert Touchpoint.objects.get(name="Delivery").stage is None
    assert Touchpoint.objects.get(key="pay").stage is not None
    assert set(EventName.objects.values_list("standing", flat=True)) == {"new"}


def test_events_of_new_names_can_be_held_until_they_are_placed(sender: Sender, world: World) -> None:
    journey = a_journey()
    sender.track("Known")
    take_in()
    ignore_name(name=EventName.objects.get(), by=world.clara)
    services.change_source(
        source=shop(),
        journey=journey,
        holds_unknown=True,
        case_property="",
        customer_property="",
        by=world.clara,
    )
    sender.track("Known", n=1)
    for n in range(3):
        sender.track("Shipped", n=n)
    take_in()
    assert [e["activity"] for e in in_log()] == ["Known", "Known"]
    name = EventName.objects.get(name="Shipped")
    assert (name.seen, Delivery.objects.filter(held_for=name).count()) == (3, 3)
    assert take_in() == 0
    accept_name(name=name, stage=journey.stages.get(name="Use"), called="Delivery", by=world.clara)
    assert take_in() == 3
    assert [e["activity"] for e in in_log()].count("Shipped") == 3
    name.refresh_from_db()
    assert name.seen == 3, "events that were held are counted once"
    assert shop().days.get().received == 5


def test_the_page_proposes_what_no_touchpoint_bears(sender: Sender, client: Client, world: World) -> None:
    journey = a_journey()
    sender.track("Shipped", properties={"street": "Elm 5"})
    sender.track("Paid")
    services.change_source(
        source=shop(),
        journey=journey,
        holds_unknown=False,
        case_property="",
        customer_property="",
        by=world.clara,
    )
    take_in()
    client.force_login(world.clara)
    page = client.get("/events/names/").content.decode()
    assert "Shipped" in page and "Elm 5" in page
    assert ">Paid<" not in page, "the touchpoint Pay bears it"
    client.force_login(world.ada)
    assert "Elm 5" not in client.get("/events/names/").content.decode(), (
        "an analyst does not read personal data"
    )
    name, stage = EventName.objects.get(name="Shipped"), journey.stages.get(name="Use")
    placed = {"stage": stage.pk, "called": "Delivery"}
    assert client.post(f"/events/names/{name.pk}/place/", placed).status_code == 403, "it changes the design"
    assert client.post(f"/events/names/{name.pk}/undo/").status_code == 403
    client.force_login(world.clara)
    client.post(f"/events/names/{name.pk}/place/", placed)
    assert Touchpoint.objects.get(activity="Shipped").name == "Delivery"
    assert client.post(f"/events/names/{name.pk}/place/", {"ignore": "yes"}).status_code == 409
    client.post(f"/events/names/{name.pk}/undo/")
    assert client.post(f"/events/names/{name.pk}/place/", {}).status_code == 400
    assert client.post(f"/events/names/{name.pk}/place/", {"stage": "999"}).status_code == 400


def test_a_name_that_a_touchpoint_is_called_by_is_proposed_first_and_placed_by_nobody_but_people(
    sender: Sender, client: Client, world: World
) -> None:
    a_journey()
    for n in range(3):
        sender.track("Shipped", n=n)
    sender.track("ARRIVE ")
    sender.track("Pay")
    take_in()
    first, pay, last = new_names()
    assert (first.name, pay.name, last.name) == ("ARRIVE", "Pay", "Shipped")
    arrive, paying = Touchpoint.objects.get(key="arrive"), Touchpoint.objects.get(key="pay")
    assert [alike for _, alike in with_touchpoints_alike([first, pay, last])] == [[arrive], [paying], []]
    client.force_login(world.clara)
    page = client.get("/events/names/").content.decode()
    assert page.count("It is the same") == 2 and "The journey “Buying” has “Arrive”." in page
    assert page.count("Its events are called “") == 1 and "Its events are called “Paid” so far." in page
    assert not first.is_decided and arrive.activity == "", "it waits for somebody to say so"
    client.post(f"/events/names/{first.pk}/place/", {"touchpoint": arrive.pk})
    arrive.refresh_from_db()
    assert arrive.activity == "ARRIVE"


def test_a_held_name_is_proposed_also_where_a_touchpoint_of_the_journey_bears_it(
    sender: Sender, world: World
) -> None:
    journey = a_journey()
    Source.objects.create(name="shop", journey=journey, holds_unknown=True)
    sender.track("Paid")
    assert take_in() == 0
    (name,) = new_names()
    map_name(name=name, touchpoint=Touchpoint.objects.get(key="pay"), by=world.clara)
    assert take_in() == 1 and in_log()[0]["activity"] == "Paid"


def test_a_user_id_is_the_customers_number_in_the_source_of_the_key_and_the_sources_page_says_so(
    sender: Sender, client: Client, world: World
) -> None:
    ids = add_customers(items=[NewCustomer(identifiers=(("crm", "C-1042"), ("shop", "77")), name="Ida Moor")])
    sender.track("Known", user="77")
    sender.track("New", user="C-1042")
    _, secret = make_key(name="CRM", source="crm", scopes=[KeyScope.WRITE_EVENTS], by=world.amos)
    Sender(Client(), secret).track("Known", user="C-1042")
    take_in()
    ida, new = ids["C-1042"], Identifier.objects.get(system="shop", value="C-1042").customer_id
    found = {(e["source"], e["activity"]): e["customer"] for e in in_log()}
    assert found == {("shop", "Known"): ida, ("crm", "Known"): ida, ("shop", "New"): new}
    client.force_login(world.clara)
    page = client.get("/events/sources/shop/").content.decode()
    assert "<code>userId</code> is taken as this customer’s number in “shop”." in page


# -- What goes wrong -------------------------------------------------------------------------------------------------


def test_senders_are_asked_to_wait_when_too_much_waits(
    sender: Sender, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CANDOR_INBOX_MOST_EVENTS = 2
    assert [sender.track("E", n=n).status_code for n in range(2)] == [200, 200]
    monkeypatch.setattr(services, "_waiting", services._Counted())
    response = sender.track("E", n=3)
    assert (response.status_code, response.headers["Retry-After"], response.json()["code"]) == (
        429,
        "30",
        "inbox-full",
    )
    take_in()
    monkeypatch.setattr(services, "_waiting", services._Counted())
    assert sender.track("E", n=3).status_code == 200


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("database or disk is full", 507, "disk-full"),
        ("database is locked", 503, "busy"),
        ("could not extend file: No space left on device", 507, "disk-full"),
    ],
)
def test_what_could_not_be_kept_is_said_and_may_come_again(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, text: str, status: int, code: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError(text)

    monkeypatch.setattr(Delivery.objects, "create", refuse)
    response = sender.track("E")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert int(response.headers["Retry-After"]) > 0
    assert "Nothing of this request was kept" in response.json()["detail"]


def _put(*messages: Message, version: int = FORMAT, body: bytes | None = None) -> Delivery:
    source = services.source_of(name="shop")
    packed = pack(messages) if body is None else body
    return Delivery.objects.create(
        source=source, format=version, body=packed, events=max(1, len(messages)), received_at=timezone.now()
    )


def test_deliveries_that_cannot_be_read_are_kept_and_hold_up_nobody(
    sender: Sender, client: Client, world: World
) -> None:
    _put(body=b"\x00 not JSON")
    _put(Message(id="new", name="E", user="u"), version=FORMAT + 1)
    sender.track("E")
    assert take_in() == 1
    troubles = list(Delivery.objects.order_by("pk").values_list("trouble", flat=True))
    assert len(troubles) == 2 and "by a newer version of Candor" in troubles[1]
    client.force_login(world.clara)
    assert "2 events can’t be taken in" in client.get("/events/").content.decode()
    Delivery.objects.filter(format=FORMAT + 1).update(format=FORMAT)  # as the newer version would read it
    client.post("/events/sources/shop/again/")
    assert take_in() == 1
    assert len(in_log()) == 2


def test_what_an_older_version_stored_is_still_read(sender: Sender) -> None:
    """The shape of the first version, letter by letter; fields that later versions add are simply not there."""
    stored = b'[{"id":"m1","name":"Asked","at":"2026-06-01T10:00:00Z","user":"u1"},{"id":"m2","call":"track","name":"Asked"}]'
    _put(body=stored, version=1)
    _put(body=b'[{"id":"m3","name":"Asked","a_field_of_later":{"x":1}}]', version=1)
    assert take_in() == 3


def test_a_poison_event_is_set_aside_and_its_neighbours_go_on(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    from candor.apps.events.reading import Reader

    plain = Reader.case_of

    def poisoned(self: Reader, message: Message) -> Any:
        return None if message.id == "poison" else plain(self, message)

    monkeypatch.setattr(Reader, "case_of", poisoned)
    _put(*(Message(id=f"a{n}", name="E", user="u") for n in range(5)))
    _put(
        Message(id="b", name="E", user="u"),
        Message(id="poison", name="E", user="u"),
        Message(id="c", name="E", user="u"),
    )
    take_in()
    assert len(in_log()) == 7
    assert '"poison"' in Misfit.objects.get().body
    assert not Delivery.objects.exists()


def test_odd_texts_come_through(sender: Sender) -> None:
    names = [
        "é🙂",
        "a\tb",
        "x" * 160,
        "'; DROP TABLE x",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "NA",
        "null",
    ]
    for n, name in enumerate(names):
        assert (
            sender.track(
                name, n=n, user=f"u{n}\u202e", properties={"nul": "a\0b", "n": 10**25, "deep": [[[{}]]]}
            ).status_code
            == 200
        )
    assert sender.track("nul \0 inside", n=50).status_code == 422
    assert sender.track("deep", n=51, properties=json.loads('{"a":' * 60 + "1" + "}" * 60)).status_code == 422
    take_in()
    assert [e["activity"] for e in in_log()] == names


def test_a_full_disk_of_the_log_keeps_everything_in_the_inbox(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.track("E")

    def full(*_: object) -> int:
        raise WarehouseFull(warehouse().folder, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(type(warehouse()), "append_events", full)
        with pytest.raises(WarehouseFull):
            take_in()
    assert (Delivery.objects.count(), EventName.objects.count()) == (1, 0)
    assert take_in() == 1


def test_a_worker_that_dies_after_the_log_was_written_doubles_nothing(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.track("E")

    def die(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fan_out, "note_names", die)
        with pytest.raises(KeyboardInterrupt):
            take_in()
    assert (len(in_log()), Delivery.objects.count()) == (1, 1)
    take_in()
    assert (len(in_log()), Delivery.objects.count(), EventName.objects.get().seen) == (1, 0, 1)


def test_one_job_waits_however_much_comes_in(sender: Sender) -> None:
    for n in range(5):
        sender.track("E", n=n)
    assert Job.objects.filter(task_path="candor.apps.events.tasks.take_in").count() == 1


def test_what_did_not_fit_comes_back_as_a_file_and_can_be_forgotten(
    sender: Sender, client: Client, world: World
) -> None:
    sender.track("E", timestamp="=HYPERLINK(1)")
    client.force_login(world.clara)
    assert "=HYPERLINK(1)" in client.get("/events/sources/shop/misfits/").content.decode()
    file = b"".join(client.get("/events/sources/shop/misfits.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert '"\'=HYPERLINK(1)"' in file
    client.force_login(world.ada)
    assert "HYPERLINK" not in client.get("/events/sources/shop/misfits/").content.decode()
    assert client.get("/events/sources/shop/misfits.csv").status_code == 403
    client.force_login(world.clara)
    client.post("/events/sources/shop/misfits/forget/")
    assert not Misfit.objects.exists()


def test_how_a_source_is_read_is_changed_on_its_page(sender: Sender, client: Client, world: World) -> None:
    sender.track("E")
    take_in()
    client.force_login(world.clara)
    assert "shop" in client.get("/events/").content.decode()
    journey = a_journey()
    assert client.get("/events/sources/shop/").status_code == 200
    client.post(
        "/events/sources/shop/", {"journey": journey.pk, "holds_unknown": "on", "case_property": "loan_id"}
    )
    source = Source.objects.get()
    assert (source.journey, source.holds_unknown, source.case_property) == (journey, True, "loan_id")
    assert client.get("/events/sources/nothing/").status_code == 404


def test_a_person_who_is_erased_is_gone_from_everything_on_its_way(sender: Sender, world: World) -> None:
    journey = a_journey()
    sender.post("identify", {"messageId": "i", "userId": "u1", "traits": {"email": "ida@x.example"}})
    sender.track("E", properties={"mail": "ida@x.example"})
    take_in()
    change = {"case_property": "", "customer_property": "", "by": world.clara}
    services.change_source(source=shop(), journey=journey, holds_unknown=True, **change)
    batch = [
        {
            "type": "track",
            "messageId": str(n),
            "userId": user,
            "event": "New",
            "timestamp": "2026-06-01T10:00:00Z",
        }
        for n, user in enumerate(("u1", "u2"))
    ]
    sender.post("batch", {"batch": batch})
    take_in()
    sender.track("Waits", n=1)
    sender.track("Bad", timestamp="=no", properties={"to": ["ida@x.example"]})
    customer = Customer.objects.get(email="ida@x.example")
    assert len(everything_about(customer)["events_on_their_way"]) == 3
    erase_customer(customer=customer, by=world.clara)
    Worker().run_all()
    kept = (
        str(list(Delivery.objects.values()))
        + str(list(Misfit.objects.values()))
        + str(list(EventName.objects.values()))
    )
    assert "u1" not in kept and "ida@x" not in kept
    assert "u2" in kept
    assert not any(e["customer"] == customer.pk for e in in_log())
