"""What visitors say when they want a person, complain, or tell what they think, in the five languages of the answering pages.

Words and not meaning: a list misses wordings and takes some for what they are not. It errs towards a person.
"""

from __future__ import annotations

import re
from typing import Final

LANGUAGES: Final = ("en", "de", "fr", "es", "ar")


def _any(*wordings: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(wordings)})(?!\w)", re.IGNORECASE)


_PERSON: Final = _any(
    # English
    r"(?:talk|speak|chat|connect|transfer|put|pass|get) (?:me )?(?:through )?(?:to|with|on to) (?:a |an |the |some |your |real |live |actual |human )*"
    r"(?:human|person|people|agent|someone|somebody|one|adviser|advisor|representative|rep|employee|manager|supervisor|support|staff|operator)",
    r"(?:a |any )?(?:human|real person|live (?:agent|person|chat)|actual person|human being)",
    r"(?:not|don't want(?: to (?:talk|speak) (?:to|with))?|stop being|hate) (?:a |an |this |the )?(?:bot|robot|machine|chatbot|computer)",
    r"call me(?: back)?",
    # German
    r"(?:mit )?(?:einem|einer|einen|echten|echter|echtem|richtigen|richtiger) *(?:menschen?|mitarbeiter(?:in)?|berater(?:in)?|person|kollegen|kollegin)",
    r"(?:jemand(?:em|en)?) (?:sprechen|reden)|mit jemandem",
    r"(?:kein(?:en)?|nicht mit (?:einer|einem)) (?:bot|roboter|maschine|computer)",
    r"rufen sie mich(?: bitte)? (?:an|zurück)",
    # French
    r"(?:parler|discuter|échanger) (?:à|avec) (?:un |une |quelqu['’]un|votre )?(?:humain|personne|conseiller|conseillère|agent|employé|employée)?",
    r"(?:un |une )?(?:humain|vraie personne|être humain)",
    r"(?:pas (?:de|un|à un) )(?:robot|machine|bot)",
    r"rappelez[- ]moi",
    # Spanish
    r"(?:hablar|chatear|comunicarme) con (?:un |una |alguien|el |la )?(?:humano|humana|persona|agente|asesor|asesora|representante|empleado|empleada|operador|operadora)?",
    r"(?:un |una )?(?:humano|persona real|persona de verdad)",
    r"no (?:quiero )?(?:un |una |hablar con (?:un |una ))?(?:robot|bot|máquina)",
    r"ll[aá]m[ae]n?me",
    # Arabic
    r"(?:أريد|اريد|أود|ممكن|أرغب)?\s*(?:التحدث|أتحدث|اتحدث|الكلام|أتكلم|اتكلم|التواصل) (?:مع|إلى|الى) \S+",
    r"(?:إنسان|انسان|شخص حقيقي)",
    r"اتصلوا بي",
)  # fmt: skip

_SHORT: Final = 5  # words; what is no longer than that and names a person asks for one
_PERSON_ALONE: Final = _any(
    r"person|agent|operator|representative|adviser|advisor|customer (?:service|support)",
    r"mensch|menschen|mitarbeiter(?:in)?|(?:kunden)?berater(?:in)?|kundenservice|kundendienst|sachbearbeiter(?:in)?",
    r"humain|personne|conseiller|conseillère|service client",
    r"humano|agente|asesor|asesora|operador|operadora|(?:servicio|atención) al cliente",
    r"موظف|موظفة|خدمة العملاء|ممثل",
)  # fmt: skip

_COMPLAINT: Final = _any(
    r"complain(?:t|ts|ing|ed)?|unacceptable|disgrace(?:ful)?|outrage(?:ous|d)?|appall(?:ing|ed)|furious|scandal(?:ous)?|rip(?:ped)? ?off"
    r"|disgust(?:ed|ing)|sick and tired|ridiculous",
    r"beschwer(?:de|den|e|en|t)|reklamation|unverschämt(?:heit)?|frechheit|unzumutbar|skandal|betrug|betrogen|abzocke|anwalt|anwältin"
    r"|inakzeptabel|wütend",
    r"plainte|réclamation|inadmissible|inacceptable|scandaleux|scandaleuse|honteux|honteuse|arnaque|fraude|avocat|furieux|furieuse",
    r"queja|quejarme|reclamación|reclamar|inaceptable|vergüenza|vergonzoso|estafa|estafado|fraude|abogado|indignante|furioso|furiosa",
    r"شكوى|أشتكي|اشتكي|غير مقبول|احتيال|نصب|محامي|فضيحة",
)  # fmt: skip

_FEEDBACK: Final = _any(
    r"feedback|suggest(?:ion|ions)?|i (?:have|had|got) an idea|you (?:should|could) (?:really )?(?:add|offer|have|make|let)"
    r"|(?:it )?would be (?:nice|good|great|helpful|lovely) if|well done|(?:great|good|excellent|wonderful|fantastic) (?:job|service|work|app|team)"
    r"|i (?:really )?(?:love|like|hate|dislike) (?:your|the|this|that|how)|thank(?:s| you)(?: so much| very much)? for|keep it up",
    r"rückmeldung|anregung|verbesserungsvorschlag|ich (?:habe|hätte) einen vorschlag|(?:es )?wäre (?:schön|gut|toll|hilfreich),? wenn"
    r"|(?:toller|super|guter|großartiger|schlechter) service|(?:vielen )?dank für|weiter so|(?:ein )?lob",
    r"suggestion|j['’]ai une idée|ce serait (?:bien|mieux|sympa) si|(?:bon|super|excellent|mauvais) service|merci (?:beaucoup )?pour|bravo|mon avis",
    r"sugerencia|tengo una idea|(?:estaría|sería) (?:bien|bueno|genial) (?:si|que)|(?:buen|excelente|mal) servicio|gracias por|felicidades|mi opinión",
    r"اقتراح|ملاحظة|لدي فكرة|خدمة (?:ممتازة|رائعة|سيئة)|شكرا على|شكرًا على|رأيي",
)  # fmt: skip

_DENIED: Final = re.compile(
    r"\b(?:no|not|don't|do not|never|kein|keinen|nicht|pas|sin)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)


def asks_for_person(text: str) -> str:
    """The words that ask for a person; empty where there are none.

    Examples:
        >>> asks_for_person("Can I speak to a real person, please"), asks_for_person("Ich will mit einem Menschen sprechen")
        ('speak to a real person', 'mit einem Menschen')
        >>> asks_for_person("How do I block my card?")
        ''
    """
    plain = _plain(text)
    match = _PERSON.search(plain) or (_PERSON_ALONE.search(plain) if len(plain.split()) <= _SHORT else None)
    return match.group().strip() if match else ""


def complains(text: str) -> str:
    """The words of a complaint; empty where there are none, or where they are denied.

    Examples:
        >>> complains("This is unacceptable"), complains("That's no complaint, just an idea")
        ('unacceptable', '')
    """
    plain = _plain(text)
    for match in _COMPLAINT.finditer(plain):
        if not _DENIED.search(plain, max(0, match.start() - 40), match.start()):
            return match.group()
    return ""


def tells_something(text: str) -> str:
    """The words by which praise, blame or an idea shows; empty where there are none, or where the text asks.

    Examples:
        >>> tells_something("It would be nice if the app had a dark mode."), tells_something("Would it be nice if you had one?")
        ('It would be nice if', '')
    """
    match = None if re.search("[?؟]", text) else _FEEDBACK.search(_plain(text))
    return match.group() if match else ""


def _plain(text: str) -> str:
    """In one line, each word one space apart: in long stretches of blanks the patterns would look for each of them anew."""
    return " ".join(text.replace("’", "'").split())
