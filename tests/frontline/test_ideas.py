"""The board of ideas: from a post to done, with its author told of every step, and anonymous where that is wished."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from candor.apps.feedback.models import Feedback
from candor.apps.frontline import services
from candor.apps.frontline.choices import IdeaState
from candor.apps.frontline.errors import IdeaNotOpen
from candor.apps.frontline.models import Idea, Vote
from candor.apps.organization.models import AuditEntry
from candor.foundation.errors import InvalidInput
from candor.foundation.jobs import Worker
from tests.world import World

pytestmark = pytest.mark.django_db


def test_an_idea_goes_from_post_to_done_and_its_author_is_told_at_each_step(
    client: Client, world: World
) -> None:
    client.force_login(world.theo)
    client.post("/frontline/post/", {"title": "A bell for good news", "text": "Ring it."})
    idea = Idea.objects.get()
    assert (idea.author, idea.unit, idea.state) == (world.theo, world.theo.unit, IdeaState.OPEN)
    client.force_login(world.hana)
    client.post(f"/frontline/ideas/{idea.pk}/vote/", {"vote": "for"})
    client.post(f"/frontline/ideas/{idea.pk}/comment/", {"text": "And a gong for bad news."})
    client.force_login(world.clara)
    day = date.today() + timedelta(days=7)
    client.post(f"/frontline/ideas/{idea.pk}/owner/", {"owner": world.mona.pk, "answer_by": day.isoformat()})
    client.force_login(world.mona)
    client.post(f"/frontline/ideas/{idea.pk}/answer/", {"state": "planned", "answer": "We buy one."})
    client.post(f"/frontline/ideas/{idea.pk}/answer/", {"state": "done", "answer": "It hangs in the hall."})
    Worker().run_all()
    told = [message.body.splitlines()[0] for message in mail.outbox]
    assert told == [
        f"Mona answers by {day.isoformat()}.",
        "Planned: We buy one.",
        "Done: It hangs in the hall.",
    ]
    assert {message.to[0] for message in mail.outbox} == {world.theo.email}
    page = client.get(f"/frontline/ideas/{idea.pk}/").content.decode()
    assert "It hangs in the hall." in page
    assert "And a gong for bad news." in page
    assert "A bell for good news" in client.get("/frontline/?state=ended").content.decode()


def test_an_anonymous_idea_waits_for_a_look_and_nothing_leads_back_to_its_author(
    client: Client, world: World
) -> None:
    client.force_login(world.theo)
    shown = client.post("/frontline/post/", {"title": "Less shouting", "is_anonymous": "on"}).content.decode()
    idea = Idea.objects.get()
    assert (idea.author, idea.unit, idea.state) == (None, None, IdeaState.WAITING)
    assert (timezone.localtime(idea.posted_at).hour, timezone.localtime(idea.posted_at).minute) == (12, 0)
    assert not AuditEntry.objects.filter(action="idea.posted").exists()
    code = shown.split("<code>")[1].split("</code>")[0]
    assert code not in str(list(Idea.objects.values()))
    assert "Less shouting" not in client.get("/frontline/?state=waiting").content.decode()
    assert client.get(f"/frontline/ideas/{idea.pk}/").status_code == 404, (
        "not even its author finds it by number"
    )
    client.force_login(world.clara)
    assert "Less shouting" in client.get("/frontline/?state=waiting").content.decode()
    client.post(f"/frontline/ideas/{idea.pk}/let-in/")
    client.force_login(world.theo)
    assert "It is on the board." in client.post("/frontline/follow/", {"code": code}).content.decode()
    assert "No idea has this code" in client.post("/frontline/follow/", {"code": "guessed"}).content.decode()


def test_an_idea_that_is_kept_off_the_board_tells_its_author_why(client: Client, world: World) -> None:
    idea, code = services.post_idea(title="Sack Bob", by=world.theo, is_anonymous=True)
    client.force_login(world.clara)
    client.post(f"/frontline/ideas/{idea.pk}/turn-away/", {"reason": "It names somebody."})
    client.force_login(world.theo)
    assert "It names somebody." in client.post("/frontline/follow/", {"code": code}).content.decode()


def test_each_has_one_vote_that_can_be_changed_and_taken_back_and_none_on_ones_own(world: World) -> None:
    idea, _ = services.post_idea(title="Tea", by=world.theo)
    for is_for in (True, True, False):
        services.vote(idea=idea, is_for=is_for, by=world.hana)
    assert list(Vote.objects.values_list("person", "is_for")) == [(world.hana.pk, False)]
    services.vote(idea=idea, is_for=None, by=world.hana)
    assert not Vote.objects.exists()
    with pytest.raises(InvalidInput):
        services.vote(idea=idea, is_for=True, by=world.theo)
    services.answer_idea(idea=idea, state=IdeaState.DONE, answer="Done.", by=world.clara)
    with pytest.raises(IdeaNotOpen):
        services.vote(idea=idea, is_for=True, by=world.hana)


def test_the_board_puts_first_what_stands_out_by_the_lower_end_of_its_approval(
    client: Client, world: World
) -> None:
    few, _ = services.post_idea(title="One of one", by=world.theo)
    many, _ = services.post_idea(title="Five of six", by=world.theo)
    voters = [world.clara, world.mona, world.hana, world.eve, world.amos, world.ada]
    services.vote(idea=few, is_for=True, by=world.clara)
    for number, person in enumerate(voters):
        services.vote(idea=many, is_for=number > 0, by=person)
    client.force_login(world.ada)
    page = client.get("/frontline/").content.decode()
    assert page.index("Five of six") < page.index("One of one")
    page = client.get("/frontline/?order=votes-needed").content.decode()
    assert page.index("One of one") < page.index("Five of six")


def test_two_ideas_become_one_with_each_vote_once_and_can_be_parted(world: World) -> None:
    first, _ = services.post_idea(title="Tea", by=world.theo)
    second, _ = services.post_idea(title="More tea", by=world.eve)
    for idea, person in ((first, world.hana), (second, world.hana), (first, world.clara), (first, world.eve)):
        services.vote(idea=idea, is_for=True, by=person)
    services.merge_ideas(idea=first, into=second, by=world.clara)
    first.refresh_from_db()
    assert (first.state, first.merged_into) == (IdeaState.MERGED, second)
    voters = set(Vote.objects.filter(idea=second).values_list("person", flat=True))
    assert voters == {world.hana.pk, world.clara.pk}, "no vote twice, and none on one's own idea"
    services.undo_merge(idea=first, by=world.clara)
    first.refresh_from_db()
    assert (first.state, first.merged_into) == (IdeaState.OPEN, None)
    assert Vote.objects.filter(idea=first).count() == 3


def test_who_neither_owns_an_idea_nor_looks_after_the_board_answers_nothing(
    client: Client, world: World
) -> None:
    idea, _ = services.post_idea(title="Tea", by=world.theo)
    client.force_login(world.hana)
    answer = client.post(f"/frontline/ideas/{idea.pk}/answer/", {"state": "done", "answer": "Mine"})
    assert answer.status_code == 403
    assert client.post(f"/frontline/ideas/{idea.pk}/owner/", {}).status_code == 403
    idea.refresh_from_db()
    assert idea.state == IdeaState.OPEN


def test_a_note_is_feedback_of_the_unit_that_heard_it_with_personal_data_masked(
    client: Client, world: World
) -> None:
    client.force_login(world.theo)
    client.post("/frontline/note/", {"said": "A lady at max@example.com waited an hour at the desk."})
    found = Feedback.objects.get()
    assert (found.unit, found.source, found.kind) == (world.theo.unit, "frontline", "message")
    assert "max@example.com" not in found.comment_masked
    assert client.post("/frontline/note/", {"said": " "}).status_code == 422
