"""Templates about the relationship as a whole: recommendation, trust, feeling, starting, leaving."""

from django.utils.translation import gettext_lazy as lazy

from .builder import Template, ask, both, options

GROUP = lazy("The relationship")
_CONTACT = ask(
    "consent",
    "may_contact",
    "May we contact you about this?",
    "Dürfen wir Sie dazu kontaktieren?",
    visibleIf="{nps} <= 6",
)

RELATIONS = (
    Template(
        key="relationship-nps", group=GROUP, icon="target", type="relationship", moment="none",
        name=both("How we are doing", "Wie machen wir uns?"),
        use=lazy("Two to four times a year, to a random sample of all customers. Read the reasons beside the number."),
        pages=((
            ask("nps", "nps"),
            ask("comment", "why", "What is the main reason for your answer?", "Was ist der Hauptgrund für Ihre Antwort?", visibleIf="{nps} notempty"),
            ask("comment", "first", "What is the first thing we should change?", "Was sollten wir als Erstes ändern?", visibleIf="{nps} <= 8"),
            _CONTACT,
        ),),
    ),
    Template(
        key="trust", group=GROUP, icon="shield-check", type="relationship", moment="none",
        name=both("Trust", "Vertrauen"),
        use=lazy("Once or twice a year, and after something went wrong in public. Four statements ask about promises, honesty, mistakes and skill."),
        pages=((
            ask("trust", "trust"),
            ask("matrix", "grounds", "How far do you agree?", "Wie sehr stimmen Sie zu?", rows=options(
                ("promises", "They keep their promises.", "Sie halten, was sie versprechen."),
                ("honest", "They tell me early when something goes wrong.", "Sie sagen mir früh, wenn etwas schiefgeht."),
                ("fair", "They put mistakes right.", "Sie bringen Fehler in Ordnung."),
                ("able", "They know what they are doing.", "Sie verstehen ihr Handwerk."))),
            ask("comment", "why", "What has strengthened or weakened your trust?", "Was hat Ihr Vertrauen gestärkt oder geschwächt?"),
        ),),
    ),
    Template(
        key="emotion", group=GROUP, icon="mood-smile", moment="after",
        name=both("How it felt", "Wie es sich angefühlt hat"),
        use=lazy("After moments that stir people: a decision, a repair, a loss. It asks which feeling, and what was behind it."),
        pages=((
            ask("faces", "faces"),
            ask("feelings", "feeling"),
            ask("comment", "why", "What made you feel that way?", "Was hat dieses Gefühl ausgelöst?"),
        ),),
    ),
    Template(
        key="onboarding", group=GROUP, icon="rocket", moment="after",
        name=both("Your first weeks with us", "Ihre ersten Wochen bei uns"),
        use=lazy("About 30 days after the start, when first habits form and doubts can still be cleared."),
        pages=(
            (
                ask("ces", "ces", "It was easy to get started.", "Der Einstieg war einfach."),
                ask("choice", "goal", "Have you been able to do what you came to us for?", "Konnten Sie das tun, wofür Sie zu uns gekommen sind?", choices=options(
                    ("yes", "Yes", "Ja"), ("partly", "In part", "Zum Teil"), ("not_yet", "Not yet", "Noch nicht"))),
                ask("comment", "in_the_way", "What was in the way?", "Was stand im Weg?", visibleIf="{goal} <> 'yes' and {goal} notempty"),
            ),
            (
                ask("choices", "unclear", "What is still unclear?", "Was ist noch unklar?", choices=options(
                    ("using", "How to use it", "Die Nutzung"), ("cost", "What it costs", "Die Kosten"),
                    ("help", "Whom to ask for help", "Wer mir hilft"), ("data", "What happens with my data", "Was mit meinen Daten geschieht")),
                    showNoneItem=True),
                ask("comment", "wish", "What would have helped you in the first days?", "Was hätte Ihnen in den ersten Tagen geholfen?"),
            ),
        ),
    ),
    Template(
        key="churn", group=GROUP, icon="logout", type="relationship", moment="after",
        name=both("Why you are leaving", "Warum Sie gehen"),
        use=lazy("Within a week of leaving. Short, without any attempt to win people back, so that they tell the truth."),
        thanks=both("Thank you for your honesty, and all the best.", "Danke für Ihre Offenheit und alles Gute."),
        pages=((
            ask("choice", "reason", "What was the main reason for leaving?", "Was war der Hauptgrund für Ihren Weggang?", showOtherItem=True, choices=options(
                ("price", "The price", "Der Preis"), ("quality", "The quality", "Die Qualität"), ("service", "The service", "Der Service"),
                ("another_offer", "Another offer suits me better", "Ein anderes Angebot passt besser"),
                ("no_need", "I don’t need it any more", "Ich brauche es nicht mehr"))),
            ask("comment", "moment", "Was there a moment when you decided to leave? What happened?", "Gab es einen Moment, in dem Sie sich entschieden haben? Was ist passiert?"),
            ask("choice", "kept", "Could we have done something that would have kept you?", "Hätten wir etwas tun können, damit Sie bleiben?", choices=options(
                ("yes", "Yes", "Ja"), ("maybe", "Perhaps", "Vielleicht"), ("no", "No", "Nein"))),
            ask("comment", "what", "What would that have been?", "Was wäre das gewesen?", visibleIf="{kept} = 'yes' or {kept} = 'maybe'"),
            ask("trust", "trust"),
        ),),
    ),
    Template(
        key="product", group=GROUP, icon="package", type="relationship", moment="none",
        name=both("Using the product", "Die Nutzung des Produkts"),
        use=lazy("After a few weeks of use, to people who really use it."),
        pages=((
            ask("csat", "csat", "How satisfied are you with the product?", "Wie zufrieden sind Sie mit dem Produkt?"),
            ask("ranking", "matters", "What should we improve first? Put the most important first.", "Was sollten wir zuerst verbessern? Das Wichtigste zuerst.", choices=options(
                ("reliability", "Reliability", "Zuverlässigkeit"), ("ease", "Ease of use", "Bedienung"),
                ("features", "What it can do", "Funktionsumfang"), ("help", "Help and explanations", "Hilfe und Erklärungen"))),
            ask("comment", "why", "What could you hardly do without, and what annoys you?", "Worauf möchten Sie nicht verzichten, und was stört Sie?"),
        ),),
    ),
)  # fmt: skip
