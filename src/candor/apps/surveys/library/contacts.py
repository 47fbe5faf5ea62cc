"""Templates about one touchpoint: contacts, deliveries, complaints, visits, and the pair before and after."""

from django.utils.translation import gettext_lazy as lazy

from .builder import Template, ask, both, options

CONTACT, PAIR = lazy("After a contact or a step"), lazy("Expected before, lived after")
_SOLVED = options(
    ("yes", "Yes, completely", "Ja, vollständig"),
    ("partly", "In part", "Zum Teil"),
    ("no", "No", "Nein"),
)

CONTACTS = (
    Template(
        key="contact-ces", group=CONTACT, icon="phone",
        name=both("After your call or message", "Nach Ihrem Kontakt mit uns"),
        use=lazy("Within a day of a call, chat or message. It asks how easy it was and whether it is solved, not how friendly somebody was."),
        pages=((
            ask("ces", "ces"),
            ask("choice", "solved", "Is your request solved?", "Ist Ihr Anliegen gelöst?", choices=_SOLVED),
            ask("choice", "contacts", "How many times did you have to get in touch about it?", "Wie oft mussten Sie sich deswegen melden?", choices=options(
                ("once", "Once", "Einmal"), ("twice", "Twice", "Zweimal"), ("more", "Three times or more", "Dreimal oder öfter"))),
            ask("comment", "why", "What made it easy or hard?", "Was hat es leicht oder schwer gemacht?"),
        ),),
    ),
    Template(
        key="delivery", group=CONTACT, icon="package",
        name=both("After your delivery", "Nach Ihrer Lieferung"),
        use=lazy("One to three days after delivery, when it has been unpacked and not yet forgotten."),
        pages=((
            ask("csat", "csat", "How satisfied are you with the delivery?", "Wie zufrieden sind Sie mit der Lieferung?"),
            ask("choice", "on_time", "When did it arrive?", "Wann kam sie an?", choices=options(
                ("early", "Earlier than promised", "Früher als versprochen"), ("as_promised", "As promised", "Wie versprochen"),
                ("late", "Later than promised", "Später als versprochen"))),
            ask("choice", "complete", "Was it complete and undamaged?", "War sie vollständig und unbeschädigt?", choices=options(
                ("yes", "Yes", "Ja"), ("missing", "Something was missing", "Etwas fehlte"), ("damaged", "Something was damaged", "Etwas war beschädigt"))),
            ask("file", "photo", "Would you like to show us with a photo?", "Möchten Sie es uns mit einem Foto zeigen?", visibleIf="{complete} = 'damaged'"),
            ask("comment", "why", "What should we know about it?", "Was sollten wir dazu wissen?"),
        ),),
    ),
    Template(
        key="complaint-closed", group=CONTACT, icon="message-report",
        name=both("Did it help?", "Hat es geholfen?"),
        use=lazy("A week after a complaint was closed. It asks about the outcome, not about the person who handled it."),
        pages=((
            ask("choice", "helped", "Is the matter settled for you?", "Ist die Sache für Sie erledigt?", choices=_SOLVED),
            ask("comment", "open", "What is still open?", "Was ist noch offen?", visibleIf="{helped} = 'partly' or {helped} = 'no'"),
            ask("csat", "csat", "How satisfied are you with how we dealt with your complaint?", "Wie zufrieden sind Sie damit, wie wir mit Ihrer Beschwerde umgegangen sind?"),
            ask("trust", "trust", "After this I trust the company to treat me fairly.", "Danach vertraue ich darauf, dass das Unternehmen mich fair behandelt."),
            ask("consent", "may_contact", "May we contact you about it once more?", "Dürfen wir Sie dazu noch einmal kontaktieren?", visibleIf="{helped} <> 'yes' and {helped} notempty"),
        ),),
    ),
    Template(
        key="website", group=CONTACT, icon="world",
        name=both("Your visit to our website", "Ihr Besuch auf unserer Website"),
        use=lazy("At the end of a visit, to a share of visitors. Whether people managed comes before how they liked it."),
        pages=((
            ask("line", "task", "What did you come to do?", "Was wollten Sie erledigen?"),
            ask("choice", "managed", "Did you manage?", "Hat es geklappt?", choices=_SOLVED),
            ask("comment", "stopped", "What stopped you?", "Woran ist es gescheitert?", visibleIf="{managed} = 'no' or {managed} = 'partly'"),
            ask("ces", "ces"),
        ),),
    ),
    Template(
        key="visit", group=CONTACT, icon="building-store",
        name=both("Your visit", "Ihr Besuch bei uns"),
        use=lazy("On the day of a visit to a branch, shop or practice."),
        pages=((
            ask("csat", "csat", "How satisfied were you with your visit?", "Wie zufrieden waren Sie mit Ihrem Besuch?"),
            ask("matrix", "parts", "How far do you agree?", "Wie sehr stimmen Sie zu?", rows=options(
                ("wait", "The waiting time was acceptable.", "Die Wartezeit war in Ordnung."),
                ("listened", "They listened to me.", "Man hat mir zugehört."),
                ("clear", "I left knowing what happens next.", "Ich weiß, wie es weitergeht."))),
            ask("comment", "why", "What would have made the visit better?", "Was hätte den Besuch besser gemacht?"),
        ),),
    ),
    Template(
        key="appointment", group=CONTACT, icon="tools",
        name=both("After the appointment", "Nach dem Termin"),
        use=lazy("The day after a technician, adviser or nurse has been there."),
        pages=((
            ask("csat", "csat", "How satisfied are you with the result?", "Wie zufrieden sind Sie mit dem Ergebnis?"),
            ask("choice", "kept", "Was the agreed time kept?", "Wurde der vereinbarte Termin eingehalten?", choices=options(
                ("yes", "Yes", "Ja"), ("told", "No, but I was told in time", "Nein, aber ich wurde rechtzeitig informiert"), ("no", "No", "Nein"))),
            ask("choice", "done", "Was everything done in one visit?", "War mit einem Besuch alles erledigt?", choices=_SOLVED),
            ask("comment", "why", "What went well, and what did not?", "Was lief gut, was nicht?"),
        ),),
    ),
    Template(
        key="decision", group=CONTACT, icon="scale",
        name=both("After our decision", "Nach unserer Entscheidung"),
        use=lazy("After an application or a claim was decided, also to those who were refused: whether it was understood counts for both."),
        pages=((
            ask("rating", "understood", "How well do you understand why we decided this way?", "Wie gut verstehen Sie, warum wir so entschieden haben?",
                minRateDescription=both("Not at all", "Gar nicht"), maxRateDescription=both("Completely", "Vollständig")),
            ask("trust", "trust", "I was treated fairly.", "Ich wurde fair behandelt."),
            ask("feelings", "feeling"),
            ask("comment", "why", "What should we have explained better?", "Was hätten wir besser erklären sollen?"),
        ),),
    ),
    Template(
        key="expectation-before", group=PAIR, icon="clock", type="expectation", moment="before",
        name=both("What you expect", "Was Sie erwarten"),
        use=lazy("When something has been agreed and not yet begun. Send “How it turned out” to the same people afterwards; both are compared person by person."),
        pages=((
            ask("expectation", "expected_ease"),
            ask("choice", "expected_time", "How long do you think it will take?", "Wie lange wird es Ihrer Meinung nach dauern?", choices=options(
                ("days", "A few days", "Einige Tage"), ("two_weeks", "Up to two weeks", "Bis zu zwei Wochen"),
                ("month", "Up to a month", "Bis zu einem Monat"), ("longer", "Longer", "Länger"))),
            ask("ranking", "matters", "What matters most to you? Put the most important first.", "Was ist Ihnen am wichtigsten? Das Wichtigste zuerst.", choices=options(
                ("speed", "That it is quick", "Dass es schnell geht"), ("informed", "That I am kept informed", "Dass ich informiert werde"),
                ("one_person", "That one person is there for me", "Dass eine Person für mich da ist"), ("no_mistakes", "That it is right the first time", "Dass es auf Anhieb stimmt"))),
        ),),
    ),
    Template(
        key="experience-after", group=PAIR, icon="circle-check", moment="after",
        name=both("How it turned out", "Wie es war"),
        use=lazy("When it is over, to those who said what they expected. Ease is asked on the same scale."),
        pages=((
            ask("ces", "ces", "It was easy.", "Es war einfach."),
            ask("choice", "compared", "Compared with what you expected, it was…", "Verglichen mit Ihrer Erwartung war es …", choices=options(
                ("better", "better", "besser"), ("as_expected", "as expected", "wie erwartet"), ("worse", "worse", "schlechter"))),
            ask("comment", "why", "What was different from what you expected?", "Was war anders als erwartet?", visibleIf="{compared} = 'better' or {compared} = 'worse'"),
        ),),
    ),
)  # fmt: skip
