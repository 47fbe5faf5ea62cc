"""A closer look: where the waiting is, what is done again, the time between two activities, and what success leads through."""

import re
from datetime import timedelta

from django.test import Client

from candor.apps.journeys import depth
from candor.foundation.storage import warehouse
from tests.journeys.lending import NOON, designed_loan
from tests.world import World

PAGE = "/journeys/loan/depth/?period=all"
QUESTION = {
    "journey": "loan", "since": None, "until": None, "units": None, "channel": "", "segment": None,
    "start": "", "end": "", "goal": "",
}  # fmt: skip


def _episodes(world: World, ways: dict[str, int]) -> None:
    """So many episodes of each way, an event a day ("a" stands for apply, …), long enough ago to be closed."""
    spelled = {"a": "apply", "l": "letter", "c": "call", "y": "approve"}
    rows = [
        {
            "journey": "loan", "case_id": f"{way}-{n}", "activity": spelled[letter], "unit": world.quay.pk, "ordinal": place,
            "at": NOON - timedelta(days=200 - n % 7 - place * (5 if letter == "y" else 1)), "source": "test",
        }
        for way, count in ways.items()
        for n in range(count)
        for place, letter in enumerate(way)
    ]  # fmt: skip
    rows.append(rows[0] | {"case_id": "today", "activity": "apply", "at": NOON})
    warehouse().append_events(rows)


def _text(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_the_step_with_the_most_waiting_is_named_with_its_share_and_place(
    client: Client, world: World
) -> None:
    designed_loan()
    _episodes(world, {"ay": 30, "aly": 120, "al": 60})
    client.force_login(world.clara)
    text = _text(client, PAGE)
    assert (
        "More of all waiting passes from “letter” to “Approval” than on any other step that enough episodes waited on to tell."
        in text
    )
    assert "Waiting is not always waste" in text
    assert re.search(r"Application Approval .{0,160} too few waited", text), text[text.find("Its place") :][
        :700
    ]


def test_a_step_on_which_few_waited_has_neither_interval_nor_place(world: World) -> None:
    _episodes(world, {"alc": 200, "acl": 10})
    places = depth.look(QUESTION, lambda _share: None).places
    assert {(one.before, one.after): (one.share.status, one.is_ranked) for one in places} == {
        ("apply", "letter"): ("ok", True),
        ("letter", "call"): ("ok", True),
        ("apply", "call"): ("too_few", False),
        ("call", "letter"): ("too_few", False),
    }
    assert {(one.share.low, one.rank_low, one.rank_high) for one in places if not one.is_ranked} == {
        (None, 1, 4)
    }


def test_equal_waits_are_not_ranked(world: World) -> None:
    _episodes(world, {"alc": 200})
    found = depth.look(QUESTION, lambda _share: None)
    assert [(one.rank_low, one.rank_high) for one in found.places] == [(1, 2), (1, 2)]
    assert not found.is_top_decided


def test_what_comes_again_and_goes_to_and_fro_is_counted_by_episode(client: Client, world: World) -> None:
    designed_loan()
    _episodes(world, {"alcly": 30, "ally": 10, "ay": 60})
    client.force_login(world.clara)
    text = _text(client, PAGE)
    assert re.search(r"40% \( ?31% to 49%, 101 episodes ?\) come back to something", text)
    assert re.search(r"letter 100%.{0,200} 40 10 ", text), (
        "of forty episodes with a letter all, ten of them at once"
    )
    assert re.search(r"To and fro .* letter call 30%", text)


def test_the_time_between_two_activities_leaves_out_who_never_came(client: Client, world: World) -> None:
    designed_loan()
    _episodes(world, {"alcy": 40, "al": 20})
    client.force_login(world.clara)
    text = _text(client, f"{PAGE}&start=apply&end=call")
    assert "From the first “Application” to the first “call” after it: 2.0 days (2.0 to 2.0)" in text
    assert "in the median of 40 episodes" in text
    assert re.search(r"66% \( ?53% to 76%, 61 episodes ?\) that came to the one", text)
    assert "in the median of" not in _text(client, f"{PAGE}&start=apply&end=nowhere"), "no such activity"


def test_success_is_told_by_what_it_leads_through(client: Client, world: World) -> None:
    designed_loan()
    _episodes(world, {"aly": 80, "al": 20, "acy": 20, "ac": 80})
    client.force_login(world.clara)
    text = _text(client, f"{PAGE}&goal=approve")
    assert re.search(
        r"50% \( ?43% to 57%, 200 closed episodes ?\) came to “Approval”. One that may come yet", text
    )
    assert re.search(r"letter 80% .{0,90} 80% .*call 20% .{0,90} 20% ", text), "each way has its own place"
    assert re.search(r"Application 100% .{0,90}Every episode passes here, so that its effect is not", text)
    assert text.count("200 closed episodes") == _text(client, PAGE).count("200 closed episodes"), (
        "without a goal the last touchpoint of the design that the log knows is taken"
    )


def test_a_chain_that_forgets_does_not_hide_what_no_success_came_past(world: World) -> None:
    """Whoever writes a letter and then calls is lost; whoever calls first is approved. The chain knows only that a call was made."""
    _episodes(world, {"alc": 100, "acy": 100})
    question = {
        "journey": "loan", "since": None, "until": None, "units": None, "channel": "", "segment": None,
        "start": "", "end": "", "goal": "approve",
    }  # fmt: skip
    success = depth.look(question, lambda _share: None).success
    assert success is not None
    letter = next(one for one in success.effects if one.activity == "letter")
    assert (letter.passed, success.successes) == (0, 100)
    assert letter.effect.value == 0.5


def test_another_units_manager_sees_none_of_it(client: Client, world: World) -> None:
    designed_loan()
    _episodes(world, {"aly": 80})
    client.force_login(world.rival)
    assert "More of all waiting" not in _text(client, PAGE)
