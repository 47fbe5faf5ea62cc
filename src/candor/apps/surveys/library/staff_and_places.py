"""Templates for places and for staff: one tap at the door, one question in a mail, the pulse of a team."""

from django.utils.translation import gettext_lazy as lazy

from .builder import Template, ask, both, options

PLACES, STAFF = lazy("One question"), lazy("Staff")

STAFF_AND_PLACES = (
    Template(
        key="kiosk", group=PLACES, icon="device-mobile",
        name=both("How was it today?", "Wie war es heute?"),
        use=lazy("On a tablet at the exit: one tap. The next person gets a fresh screen."),
        thanks=both("It helps us see how the day went.", "So sehen wir, wie der Tag war."),
        pages=((ask("faces", "faces", "How was your visit today?", "Wie war Ihr Besuch heute?", isRequired=True),),),
    ),
    Template(
        key="one-question", group=PLACES, icon="mail",
        name=both("One question", "Eine Frage"),
        use=lazy("In a mail: the answer is one click, the reason comes after."),
        pages=((
            ask("csat", "csat", "How satisfied were you with our service?", "Wie zufrieden waren Sie mit unserem Service?", isRequired=True),
            ask("comment", "why", "Why?", "Warum?", visibleIf="{csat} notempty"),
        ),),
    ),
    Template(
        key="event", group=PLACES, icon="presentation",
        name=both("After the event", "Nach der Veranstaltung"),
        use=lazy("On the evening of a training, webinar or open day."),
        pages=((
            ask("stars", "stars", "How many stars would you give the event?", "Wie viele Sterne geben Sie der Veranstaltung?"),
            ask("comment", "use", "What will you use, and what was missing?", "Was nehmen Sie mit, und was hat gefehlt?"),
        ),),
    ),
    Template(
        key="pulse", group=STAFF, icon="users", type="pulse", moment="none", is_anonymous=True,
        name=both("Team pulse", "Wie geht es dem Team?"),
        use=lazy("Each month or quarter, anonymous. Its 0 to 10 never counts as the customers’ NPS."),
        thanks=both("Thank you. Results are shown only for groups large enough that nobody can be recognised.",
                    "Danke. Ergebnisse werden nur für Gruppen gezeigt, die so groß sind, dass niemand erkennbar ist."),
        pages=((
            ask("rating", "recommend_work", "How likely are you to recommend this workplace to a friend?", "Wie wahrscheinlich ist es, dass Sie diesen Arbeitsplatz Freunden empfehlen?",
                rateMin=0, rateMax=10, minRateDescription=both("Not at all likely", "Überhaupt nicht wahrscheinlich"), maxRateDescription=both("Extremely likely", "Äußerst wahrscheinlich")),
        ), (
            ask("matrix", "work", "How far do you agree?", "Wie sehr stimmen Sie zu?", rows=options(
                ("able", "I have what I need to serve customers well.", "Ich habe, was ich brauche, um Kunden gut zu bedienen."),
                ("heard", "What I report is acted upon.", "Was ich melde, bewirkt etwas."),
                ("manageable", "My workload is manageable.", "Meine Arbeitslast ist zu bewältigen."))),
            ask("comment", "in_the_way", "What gets in the way of serving customers well?", "Was hindert Sie daran, Kunden gut zu bedienen?"),
        )),
    ),
    Template(
        key="frontline-loop", group=STAFF, icon="speakerphone", type="pulse", moment="none", is_anonymous=True,
        name=both("What customers tell you", "Was Kunden Ihnen sagen"),
        use=lazy("Monthly, to those who speak with customers all day: they know first."),
        pages=((
            ask("choices", "heard", "What did customers complain about most this month?", "Worüber haben sich Kunden diesen Monat am meisten beschwert?", showOtherItem=True, choices=options(
                ("waiting", "Waiting", "Wartezeiten"), ("information", "Missing information", "Fehlende Informationen"),
                ("price", "Prices and fees", "Preise und Gebühren"), ("mistakes", "Mistakes of ours", "Fehler von uns"))),
            ask("comment", "rule", "Which of our rules would you drop if you could?", "Welche unserer Regeln würden Sie abschaffen?"),
            ask("comment", "praise", "What do customers praise?", "Was loben Kunden?"),
        ),),
    ),
)  # fmt: skip
