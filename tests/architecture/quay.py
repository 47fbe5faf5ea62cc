"""What Quay has and nobody else may see: one of everything that has an address, each carrying the same telling word."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from candor.analytics import Estimate
from candor.apps.asking.choices import Trigger as AskingTrigger
from candor.apps.asking.models import Plan
from candor.apps.cases.choices import Trigger
from candor.apps.cases.models import Case, Rule
from candor.apps.cases.services import add_note, define_rule, open_case
from candor.apps.chat.articles import NewArticle, write_article
from candor.apps.chat.choices import Kind as TurnKind
from candor.apps.chat.choices import Reason as TurnReason
from candor.apps.chat.models import Turn
from candor.apps.complaints.choices import EscalationKind, LetterKind
from candor.apps.complaints.escalations import escalate
from candor.apps.complaints.letters import define_template, draft, send_letter
from candor.apps.complaints.models import Attachment, Complaint
from candor.apps.complaints.rule_sets import TEMPLATES as RULES
from candor.apps.complaints.rule_sets import define_rule_set
from candor.apps.complaints.services import NewComplaint, receive_complaints
from candor.apps.complaints.topics import add_topic
from candor.apps.conversations.choices import Channel
from candor.apps.conversations.models import MessageFile
from candor.apps.conversations.services import NewConversation, begin, receive_message
from candor.apps.conversations.services import reply as reply_as_person
from candor.apps.customers.models import Customer
from candor.apps.customers.services import NewCustomer, add_customers
from candor.apps.events.models import EventName, Misfit, Source
from candor.apps.feedback.models import Feedback
from candor.apps.frontline.choices import PulseState
from candor.apps.frontline.models import Pulse
from candor.apps.frontline.pulses import draft_pulse
from candor.apps.frontline.services import comment, post_idea
from candor.apps.imports.models import BadRow, ImportBatch
from candor.apps.insights.choices import Outcome as RunOutcome
from candor.apps.insights.choices import Standing
from candor.apps.insights.models import ReadComment, Theme, ThemeRun
from candor.apps.journeys.models import Journey, JourneyCount, Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.organization.access import viewer_of
from candor.apps.organization.choices import KeyScope, Role
from candor.apps.organization.keys import make_key
from candor.apps.organization.models import ApiKey, Invitation, Person, RoleAssignment
from candor.apps.organization.scope import scope_for
from candor.apps.organization.services import create_person, give_role
from candor.apps.reputation.models import Connection, PublicPage, ReplyTemplate, ReviewPlace
from candor.apps.reputation.services import NewReview, receive_reviews
from candor.apps.scores.models import SharedResults
from candor.apps.scores.registry import MEASURES
from candor.apps.scores.sharing import share_results
from candor.apps.strategy.models import Outcome
from candor.apps.strategy.services import define_outcome
from candor.apps.surveys.drafts import create_survey
from candor.apps.surveys.exporting import ask_for_export, make_export
from candor.apps.surveys.library import TEMPLATES
from candor.apps.surveys.linking import make_link
from candor.apps.surveys.models import AnswerFile, Export, Link, Response, Survey, SurveyVersion
from candor.apps.webhooks.models import Delivery
from candor.apps.webhooks.services import make_endpoint, send_test
from tests.builders import a_feedback
from tests.world import PASSWORD, World

WORD = "quaysecretword"


@dataclass(frozen=True)
class Harbour:
    """The cast, Magnus who holds every role but only at Mill, and Quay's things by the name the walk uses."""

    world: World
    magnus: Person
    things: dict[str, Any]


def build_harbour(world: World) -> Harbour:
    """Add Magnus and Quay's things to the company."""
    magnus = create_person(
        name="Magnus", unit=world.mill, by=None, email="magnus@harbour.example", password=PASSWORD
    )
    for role in Role:
        give_role(person=magnus, role=role, unit=world.mill, by=None)
    batch = _import(world)
    customer, duplicate = _customers(world)
    feedback = _feedback(world, customer)
    complaint = _complaint(world, customer)
    review = _review(world, customer)
    case = _case(world, feedback)
    journey = _journey(world)
    delivery = _delivery(world)
    survey, link = _survey(world)
    things = {
        **_public(world),
        "delivery": delivery.pk, "endpoint": delivery.endpoint_id,
        "feedback": feedback.pk, "answer_file": _answer_file(survey, feedback).pk, "complaint": complaint.pk, "review": review.pk, "case": case.pk, "customer": customer.pk, "duplicate": duplicate.pk,
        **_of_complaint(world, complaint), **_conversation(world, customer),
        "survey": survey.pk, "export": _export(world, survey).pk, "shared": _shared(world, survey).pk, "survey_link": link.pk, "trial_of": "draft",
        "rule": _rule(world).pk, "batch": batch.pk, "outcome": _outcome(world).pk, "theme": _theme(feedback).pk, "invitation": _invitation(world).pk,
        "person": world.theo.pk, "role": RoleAssignment.objects.get(person=world.theo).pk, "measure": "nps",
        "api_key": _api_key(world).pk, "source": WORD, "event_name": _event_name(world).pk,
        **_frontline(world),
        "article": _chat(world),
        "plan": _plan(survey).pk, "trigger": "touchpoint",
        "kind": "complaints", "token": "forged:token", "journey": journey.key, "journey_pk": journey.pk,
        "touchpoint": Touchpoint.objects.get(key="call").pk, "part": "map", "ending": "csv",
        "count": JourneyCount.objects.create(key="walk", question={"journey": journey.key}).pk,
    }  # fmt: skip
    return Harbour(world, magnus, things)


def _frontline(world: World) -> dict[str, int]:
    """Of everybody's, so without the word: an idea, what was said to it, and a pulse that nobody was asked to."""
    idea, _code = post_idea(title="A bell", by=world.theo)
    said = comment(idea=idea, text="And a gong.", by=world.mona)
    pulse = draft_pulse(name="Spring", statements=["I can help"], open_question="", by=world.clara)
    Pulse.objects.update(state=PulseState.CLOSED)
    return {"idea": idea.pk, "idea_comment": said.pk, "pulse": pulse.pk}


def _chat(world: World) -> int:
    """A question of Quay's that no article answers, and a draft that is the whole company's."""
    at = timezone.now() - timedelta(days=2)  # as the rest, so that the period of the pages ends there
    chat = begin(new=NewConversation(channel=Channel.CHAT, source="chat", unit_id=world.quay.pk), at=at)
    asked = receive_message(conversation=chat, text=f"Why is {WORD} closed?", key="walk", at=at)
    Turn.objects.create(asked=asked, kind=TurnKind.ASK_BACK, reason=TurnReason.NOTHING, at=at)
    return write_article(new=NewArticle(title="Opening hours", body="From nine to five."), by=world.clara).pk


def _conversation(world: World, customer: Customer) -> dict[str, int]:
    new = NewConversation(
        channel=Channel.MAIL, source="mail", key="walk", subject=WORD, customer_id=customer.pk, unit_id=world.quay.pk,
        address="walk@mail.example",
    )  # fmt: skip
    at = timezone.now() - timedelta(days=2)
    row = begin(new=new, at=at)
    receive_message(conversation=row, text=WORD, key="walk", at=at)
    reply = reply_as_person(conversation=row, text=WORD, by=world.mona, at=at)
    file = MessageFile.objects.create(
        message=reply, place=0, name=WORD, content_type="text/plain", size=len(WORD), content=WORD.encode()
    )
    return {"conversation": row.pk, "reply": reply.pk, "message_file": file.pk}


def _delivery(world: World) -> Delivery:
    url = f"https://hook.example/{WORD}"
    endpoint, _ = make_endpoint(name=WORD, url=url, events=["webhook.tested"], by=world.amos)
    send_test(endpoint=endpoint, by=world.amos)
    return Delivery.objects.get(endpoint=endpoint)


def _customers(world: World) -> tuple[Customer, Customer]:
    ids = add_customers(
        items=[
            NewCustomer(
                identifiers=(("crm", f"Q{i}"),),
                name=f"{WORD} {i}",
                email=f"{WORD}{i}@q.example",
                unit_id=world.quay.pk,
            )
            for i in range(2)
        ]
    )
    return Customer.objects.get(pk=ids["Q0"]), Customer.objects.get(pk=ids["Q1"])


def _feedback(world: World, customer: Customer) -> Feedback:
    return a_feedback(
        nps=1, unit_id=world.quay.pk, customer_id=customer.pk, comment=f"The {WORD} fees were too high.", title=WORD,
        product=WORD, issue=WORD, received_at=timezone.now() - timedelta(days=2),
    )  # fmt: skip


def _complaint(world: World, customer: Customer) -> Feedback:
    item = NewComplaint(
        key="Q-1", received_on=timezone.localdate() - timedelta(days=90), unit_id=world.quay.pk, customer_id=customer.pk,
        product=WORD, issue=WORD, company=WORD, comment=f"Again {WORD}.",
    )  # fmt: skip
    received = receive_complaints(items=[item], source="test")
    return Feedback.objects.get(pk=received.new_ids["Q-1"])


def _review(world: World, customer: Customer) -> Feedback:
    item = NewReview(
        key="R-1", site_name="Google", written_at=timezone.now() - timedelta(days=2), stars=1, author=WORD, title=WORD,
        comment=f"Never {WORD}.", unit_id=world.quay.pk, is_of_location=True, customer_id=customer.pk,
    )  # fmt: skip
    receive_reviews(items=[item], source="google")
    return Feedback.objects.get(source="google", key="R-1")


def _of_complaint(world: World, feedback: Feedback) -> dict[str, int]:
    """What hangs on a complaint and has an address of its own."""
    complaint = Complaint.objects.get(pk=feedback.pk)
    step = escalate(complaint=complaint, kind=EscalationKind.OMBUDSMAN, words=WORD, by=world.mona)
    file = Attachment.objects.create(
        complaint=complaint, name=f"{WORD}.txt", content_type="text/plain", size=3, content=b"abc", added_at=timezone.now()
    )  # fmt: skip
    rules = define_rule_set(name=WORD, terms=RULES["Our own promise"], by=world.clara)
    words = define_template(
        name=WORD, kind=LetterKind.HOLDING, language="en", subject=WORD, body=WORD, by=world.clara
    )
    letter = send_letter(complaint=complaint, letter=draft(complaint, words.versions.get()), by=world.hana)
    topic = add_topic(product="Loans", issue="", by=world.clara)
    return {
        "escalation": step.pk, "attachment": file.pk, "rule_set": rules.pk, "letter_template": words.pk, "letter": letter.pk, "topic": topic.pk
    }  # fmt: skip


def _public(world: World) -> dict[str, Any]:
    """What reputation shows, asks and fetches of Quay; its public page is off."""
    connection = Connection.objects.create(site="google", name=WORD, unit=world.quay, error=WORD)
    template = ReplyTemplate.objects.create(name=WORD, text=WORD)
    place = ReviewPlace.objects.create(name=WORD, unit=world.quay, url=f"https://{WORD}.example/")
    page = PublicPage.objects.create(unit=world.quay, token=WORD)
    return {
        "connection": connection.pk,
        "site": "google",
        "template": template.pk,
        "review_place": place.pk,
        "public_page": page.pk,
    }


def _case(world: World, feedback: Feedback) -> Case:
    case = open_case(feedback=feedback, title=WORD, owner=world.mona, due_at=timezone.now(), by=world.mona)
    add_note(case=case, text=WORD, by=world.mona)
    return case


def _rule(world: World) -> Rule:
    return define_rule(
        name=WORD,
        trigger=Trigger.COMPLAINT,
        threshold=None,
        due_hours=24,
        owner_role=Role.MANAGER,
        by=world.clara,
        unit=world.quay,
    )


def _import(world: World) -> ImportBatch:
    batch = ImportBatch.objects.create(
        kind="complaints",
        file_name=f"{WORD}.csv",
        state=ImportBatch.State.DONE,
        created_by=world.hana,
        rows_bad=1,
    )
    BadRow.objects.create(
        batch=batch, row=2, column="Issue", value=WORD, expected="a word", message=WORD, cells={"Issue": WORD}
    )
    return batch


def _outcome(world: World) -> Outcome:
    return define_outcome(
        title=WORD, strand="what", horizon=1, measure=MEASURES["nps"], unit=world.quay, target=0.5, owner=world.mona,
        by_on=timezone.localdate() + timedelta(days=300), by=world.clara, baseline_until=date(2026, 6, 30),
        baseline=Estimate(value=0.1, low=0.0, high=0.2, n=400, method="test"),
    )  # fmt: skip


def _theme(feedback: Feedback) -> Theme:
    """A theme that only customers of Quay speak of."""
    day = feedback.received_at.date()
    run = ThemeRun.objects.create(
        language="en", as_of=day, since=day, outcome=RunOutcome.OK, n_comments=400, n_read=400, n_distinct=400,
        codes=[{"term": WORD, "n": 1, "quotes": [feedback.pk]}],
    )  # fmt: skip
    theme = Theme.objects.create(
        key="t1",
        language="en",
        standing=Standing.STABLE,
        proposed_name=WORD,
        terms=[WORD],
        stability=0.9,
        n=40,
    )
    ReadComment.objects.create(
        feedback=feedback, run=run, theme=theme, similarity=0.9, unit=feedback.unit, received_on=day
    )
    return theme


def _invitation(world: World) -> Invitation:
    return Invitation.objects.create(
        email=f"{WORD}@harbour.example", name=WORD, role=Role.MANAGER, unit=world.quay, invited_by=world.amos,
        expires_at=timezone.now() + timedelta(days=3),
    )  # fmt: skip


def _survey(world: World) -> tuple[Survey, Link]:
    definition = TEMPLATES["kiosk"].definition(main="en") | {"title": WORD}
    survey = create_survey(name=WORD, definition=definition, by=world.clara)
    link = make_link(survey=survey, kind=Link.Kind.KIOSK, name=WORD, unit=world.quay, by=world.clara)
    return survey, link


def _answer_file(survey: Survey, feedback: Feedback) -> AnswerFile:
    now = timezone.now()
    version = SurveyVersion.objects.create(survey=survey, number=99, definition=survey.draft or {})
    response = Response.objects.create(
        survey=survey, version=version, key="walk", started_at=now, changed_at=now, finished_at=now, is_taken_in=True,
        feedback=feedback,
    )  # fmt: skip
    return AnswerFile.objects.create(
        response=response, question=WORD, name=WORD, content_type="text/plain", size=len(WORD), sha256="0", content=WORD.encode(),
    )  # fmt: skip


def _api_key(world: World) -> ApiKey:
    return make_key(name=WORD, source=WORD, scopes=[KeyScope.WRITE_EVENTS], by=world.amos, unit=world.quay)[0]


def _event_name(world: World) -> EventName:
    now = timezone.now()
    source = Source.objects.create(name=WORD)
    Misfit.objects.create(
        source=source, received_at=now, field=WORD, value=WORD, expected="a word", body=WORD, digest="1"
    )
    return EventName.objects.create(
        source=source,
        name=WORD,
        seen=3,
        first_seen_at=now,
        last_seen_at=now,
        examples=[{"at": "", "properties": WORD}],
    )


def _journey(world: World) -> Journey:
    """Not Quay's own: a journey is the whole company's."""
    contact = NewTouchpoint(key="call", name="Call", activity="Call")
    return define_journey(
        key="loan", name="Loan", stages=[NewStage(name="Start", touchpoints=(contact,))], by=world.clara
    )


def _plan(survey: Survey) -> Plan:
    return Plan.objects.create(name=f"Plan {WORD}", survey=survey, trigger=AskingTrigger.BY_HAND)


def _export(world: World, survey: Survey) -> Export:
    scope = scope_for(viewer_of(world.clara), None, "90d")
    export = ask_for_export(survey=survey, scope=scope, file_format="csv", by=world.clara)
    return make_export(export=export)


def _shared(world: World, survey: Survey) -> SharedResults:
    scope = scope_for(viewer_of(world.clara), None, "90d")
    return share_results(survey=survey, scope=scope, days=7, has_comments=False, by=world.clara)[0]
