"""Ideas of the frontline, written out one by one, with votes and answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from candor.demo.clock import LAST_MOMENT, Clock
from candor.demo.rows import IdeaRow, StaffRow
from candor.demo.streams import Streams


class Idea(NamedTuple):
    """An idea, how well liked it is, and what became of it (None while open)."""

    title: str
    body: str
    appeal: float
    status: str
    answer: str | None


IDEAS: Final = (
    Idea("Call twice a week during the appraisal", "Tacoma does it and the phones stopped ringing. Ten minutes a day, even when there is nothing to say. Can we all try?", 0.60, "planned", "Two more branches start next month; we compare before we roll it out."),
    Idea("One list of documents per situation", "Self-employed people get asked four times. Let us write one list for each kind of income and send that, once.", 0.55, "in progress", "The processors of Boston and Chicago are writing the first three lists."),
    Idea("Show the appraisal like a parcel", "Ordered, visited, written, here. Customers can follow a pizza but not a 400,000 dollar loan.", 0.52, "under review", None),
    Idea("Stop the 5 pm Friday decline letters", "People open them with nobody to call until Monday. Send them Monday morning and have the officer call first.", 0.47, "done", "Done: no decline letter leaves after Thursday noon."),
    Idea("Tell us before the portal changes", "We learned about the new portal from customers who could not log in.", 0.50, "under review", None),
    Idea("Paper envelope for those who hate the portal", "Half my customers over seventy drive in with a folder anyway. Give them a stamped envelope on day one.", 0.22, "open", None),
    Idea("A quiet room for bad news", "Telling a family no in the middle of the lobby is not right.", 0.33, "planned", "Branches with a spare office have one from next quarter."),
    Idea("Spanish closing papers", "We translate on the fly, line by line, for two hours. Official translations would help everybody.", 0.41, "in progress", "Legal is checking the first set."),
    Idea("Let processors text customers", "They answer texts in minutes and e-mails in days.", 0.38, "done", "Done in all branches, with a template that keeps personal data out."),
    Idea("Underwriters sit in for a day", "One day in a branch each half year. They would word conditions differently.", 0.29, "planned", "First visits are booked."),
    Idea("Put the real fee sheet on one page", "Our own sheet has 31 lines. I rewrite it by hand with seven and nobody argues at closing.", 0.44, "under review", None),
    Idea("Baby photos on the wall", "First-time buyers send us pictures of the nursery. Let us hang them, with their consent.", 0.20, "done", "Go ahead, with the consent form."),
    Idea("Buy the appraisers coffee", "Seriously. A monthly coffee with the panel and half the misunderstandings would go.", 0.24, "open", None),
    Idea("Name the underwriter", "Customers think a computer said no. Signing with a first name would be fairer to everyone.", 0.18, "declined", "We keep underwriters unnamed for their safety; the officer calls instead."),
    Idea("Dog treats at the desk", "The dog is happy, the children are happy, the parents sign.", 0.26, "done", "Each branch may buy them from petty cash."),
    Idea("A phone line for agents", "Realtors call us, then the customer calls us to say the realtor called. One line for them.", 0.27, "open", None),
    Idea("Show who is on holiday", "I promise a call on Tuesday and then see that the processor is away until Thursday.", 0.31, "done", "The calendar is now visible to all of a branch."),
    Idea("Rate lock warning", "Ten days before a lock ends the system should tell the officer, not the customer's lawyer.", 0.46, "planned", "In the next release."),
    Idea("Let me waive the 35 dollar courier fee", "It costs us an hour of talk each time.", 0.37, "under review", None),
    Idea("Teach escrow with a glass jar", "I explain it with a jar and pebbles and people get it. Happy to film it.", 0.28, "done", "Filmed; see the welcome e-mail."),
    Idea("Sunday hours in spring", "Open houses are on Sundays. Two people, four hours, April to June.", 0.16, "declined", "Tried in two branches last year: six visitors a day. We look again in spring."),
    Idea("No hold music", "Just say where they are in the queue.", 0.30, "open", None),
    Idea("Drop the third satisfaction question", "It asks the same as the second one.", 0.12, "open", None),
    Idea("A thank-you from the person before", "Let last month's buyer write a card to this month's buyer. Costs a stamp.", 0.15, "open", None),
    Idea("Ask self-employed for tax returns first", "Everything else depends on them and we ask for them last.", 0.35, "in progress", "Part of the lists by situation."),
    Idea("Bring back the branch printer", "The shared one is two floors down and closing packages are 140 pages.", 0.25, "done", "Ordered for the nine branches that asked."),
    Idea("One voice for escrow questions", "After closing they call us, we send them to care, care sends them back.", 0.40, "under review", None),
    Idea("Send the estimate as a video", "Two minutes, my face, their numbers.", 0.14, "open", None),
    Idea("A checklist for closing day on the fridge", "A magnet with the seven things to bring. Everybody forgets the insurance binder.", 0.23, "planned", "Marketing is printing 5,000."),
    Idea("Tell us what happened after", "We hand people over at closing and never hear whether they are happy.", 0.42, "in progress", "The answers of the relationship survey come to the officer from January."),
    Idea("Stop the newsletter", "I have never met a customer who read it.", 0.19, "open", None),
    Idea("Shadow a customer for a day", "Apply for our own loan, with our own portal, on an old phone.", 0.34, "planned", "Next leadership day."),
    Idea("Send a photo of the appraiser", "So that they know whom they let into their home.", 0.13, "open", None),
    Idea("A shared apology fund", "Fifty dollars a month per team for flowers or a pizza, no forms.", 0.45, "in progress", "Three branches try it until March."),
    Idea("Put Duluth on the map of the website", "The branch finder sends people in Minnesota to Milwaukee.", 0.10, "done", "Fixed."),
    Idea("Swap the chairs", "Customers sit lower than we do. It feels like school.", 0.17, "open", None),
    Idea("A human answer to the chatbot's last question", "It says a colleague will be in touch and no colleague hears of it.", 0.32, "under review", None),
    Idea("Closing in the evening once a week", "Nurses and teachers lose a day's pay to sign.", 0.36, "under review", None),
    Idea("Explain the credit score call", "People panic when the score drops five points because we looked. Tell them before.", 0.27, "done", "The sentence is in the application confirmation."),
    Idea("Let the team see its own comments first", "Reading them on the regional call is no fun. Give us the morning before.", 0.39, "done", "Teams see their comments 24 hours before anyone else."),
)  # fmt: skip

FRONTLINE: Final = ("loan officer", "processor", "team manager", "care agent", "underwriter")
ANONYMOUS_SHARE: Final = 0.18


def draw_ideas(staff: Sequence[StaffRow], clock: Clock, streams: Streams) -> list[IdeaRow]:
    """The ideas as rows: who posted (None when anonymous), who voted, what was answered."""
    rng = streams.of("ideas")
    posted = clock.in_hours(np.sort(rng.uniform(LAST_MOMENT - 400, LAST_MOMENT - 3, len(IDEAS))), rng)
    answered = clock.in_hours(posted + rng.gamma(3.0, 9.0, len(IDEAS)), rng)
    behind = np.full(len(IDEAS), 5.0)
    order = rng.permutation(len(IDEAS))
    moments = zip(clock.known_moments(posted, behind), clock.known_moments(answered, behind), strict=True)
    frontline = [person for person in staff if person.role in FRONTLINE]
    rows = []
    for number, (at, replied_at) in enumerate(moments):
        idea = IDEAS[order[number]]
        author = frontline[int(rng.integers(len(frontline)))]
        share = 0.35 * idea.appeal * float(rng.beta(5, 3))
        voters = [person.key for person in staff if person is not author and rng.random() < share]
        known = idea.answer is not None and answered[number] < LAST_MOMENT
        rows.append(
            IdeaRow(
                key=f"IDEA-{number + 1:03d}",
                title=idea.title,
                body=idea.body,
                staff=None if rng.random() < ANONYMOUS_SHARE else author.key,
                unit=author.unit,
                voters=tuple(voters),
                status=idea.status if known or idea.answer is None else "open",
                answer=idea.answer if known else None,
                posted_at=at,
                answered_at=replied_at if known else None,
            )
        )
    return rows
