"""Words that carry no theme, and words that deny the next one.

Own short lists: function words, greetings and the words with which comments open and close. Nothing that can be what a
comment is about ("time", "money", "service") is on them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_ENGLISH = """
a about above after again all also although always am among an and another any anybody anyone anything anyway are around as
ask asked asking at away back be became because become been before being below between both but by came can come coming could
did do does doing done down during each either else enough even ever every everyone everything few for from further gave get
gets getting give given gives go goes going gone gonna got had has have having he hello hence her here hers herself hey hi him
himself his how however i i'd i'll i'm i've if im in indeed instead into is it it'd it'll it's its itself ive just keep kept knew
know knows let let's like made make makes making many may maybe me mean might mine more most much must my myself need needed needs
now of off oh ok okay on once one ones only onto or other others otherwise our ours ourselves out over own per perhaps please put
quite rather really regarding said same saw say saying says see seem seemed seems seen several shall she should simply since sir so
some somebody someone something somehow sometimes somewhere soon still stuff such take taken takes taking tell tells than thank
thanks that that's thats the their theirs them themselves then there there's therefore these they they'd they'll they're they've
thing things think this those though through thus till to today together told too took toward towards tried tries try trying two
under until upon us use used uses using usually very via want wanted wants was way we we'd we'll we're we've well went were what
what's whatever when whenever where wherever whether which while who whoever whole whom whose why will wish with within would yes yet
you you'd you'll you're you've your yours yourself able actually already almost along certain etc hope lot lots possible sure
"""

_GERMAN = """
aber alle allem allen aller alles als also am an andere anderen anderer auch auf aus bei beim bin bis bisher bitte da dabei dafür
damit danach dann das dass davon dazu dein dem den denn der des deshalb die dies diese diesem diesen dieser dieses doch dort du durch
ein eine einem einen einer eines einige er es etwas euch euer für gegen gibt habe haben hallo hat hatte hatten hier hin hinter ich ihm
ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes jetzt kann kommt konnte können könnte lassen
machen man mein meine meinem meinen meiner mich mir mit möchte muss musste müssen nach noch nun nur ob oder ohne schon sehr sein seine
seinem seinen seiner seit sich sie sind so soll sollte sondern sonst über um und uns unser unsere unter viel vom von vor war waren was
wegen weil weiter wenn wer werde werden wie wieder will wir wird wo wurde wurden würde würden zu zum zur zwar zwischen
"""

_FRENCH = """
a afin ai ainsi alors après as au aucun aussi autre autres aux avait avant avec avez avoir avons bien bonjour c'est car ce cela celle
ces cet cette ceux chez comme comment d'un d'une dans de depuis des deux donc dont du elle elles en encore est et étaient était été être
eu fait faire fois font ici il ils j'ai je jusqu'à l' la là le les leur leurs lors lui ma mais me même mes merci moi mon nos notre nous on
ont ou où par parce peu peut peux plus pour pourquoi puis qu'il quand que quel quelle qui quoi sa sans se ses si soit son sont sous sur ta
te tous tout toute toutes très trop tu un une va vers voici voilà vos votre vous y
"""

_SPANISH = """
a ahora al algo algunas algunos ante antes aquí así aun aunque bien cada casi como cómo con cual cuando cuál de del desde después donde dos
e el él ella ellas ellos en entre era eran es esa ese eso esta está estaba están estar este esto estos estoy fue fueron gracias ha había han
hace hacer hasta hay he hola la las le les lo los luego más me mi mis mucho muy o os otra otras otro otros para pero poco por porque pues
puede puedo que qué quien se sea según ser si sí sido siempre sin sobre solo son soy su sus también tan tanto te tener tengo tiene tienen
todo todos tu tus un una uno unos usted ustedes va y ya yo
"""

_DUTCH = """
aan al alle alleen alles als altijd andere ben bent bij daar dan dat de der deze die dit doen door dus een eens en er erg ge geweest had
hadden heb hebben heel heeft hem het hier hij hoe hun iets ik in is ja jaar je jij jullie kan kon kunnen maar me meer men met mij mijn moet
moeten na naar nog nu of om omdat onder ons onze ook op over reeds te tegen toch toen tot u uit uw van veel voor waar want waren was wat we
weer wel werd wie wij wil word worden wordt zal ze zelf zich zij zijn zo zonder zou
"""

_PORTUGUESE = """
a agora ainda algo alguns ante antes ao aos após aqui as assim até bem cada com como da das de dela dele depois desde deste do dos e é ela
elas ele eles em entre era eram essa esse esta está estão estava este estou eu faz fazer foi foram há isso isto já la lá lhe mais mas me
mesmo meu meus minha minhas muito na nas no nos nossa nosso o obrigado olá onde ou outra outro para pela pelo pode por porque pois qual
quando que quem se sem ser será seu seus só sobre sou sua suas também tão tem tenho ter teve todo todos tudo um uma umas uns vai você vocês
"""

_ARABIC = """
في من إلى الى على عن مع هذا هذه ذلك تلك هو هي هم نحن أنا انا أنت انت كان كانت يكون تكون ما ماذا متى أين اين كيف لماذا هل كم أي اي التي الذي الذين
أن ان إن أو او ثم قد لقد كل بعض عند بعد قبل حتى إذا اذا لكن لكني لي لك له لها لنا لكم بي به بها أريد اريد أود يمكن يمكنني ممكن شكرا مرحبا نعم أيضا جدا فقط
"""

STOP_WORDS: Final = MappingProxyType(
    {
        "en": frozenset(_ENGLISH.split()),
        "de": frozenset(_GERMAN.split()),
        "fr": frozenset(_FRENCH.split()),
        "es": frozenset(_SPANISH.split()),
        "nl": frozenset(_DUTCH.split()),
        "pt": frozenset(_PORTUGUESE.split()),
        "ar": frozenset(_ARABIC.split()),
    }
)

NEGATORS: Final = MappingProxyType(
    {
        "en": frozenset(
            {
                "not",
                "no",
                "never",
                "cannot",
                "nor",
                "neither",
                "without",
                "cant",
                "dont",
                "doesnt",
                "didnt",
                "wont",
                "isnt",
            }
        ),
        "de": frozenset({"nicht", "kein", "keine", "keinen", "keinem", "keiner", "nie", "niemals"}),
        "fr": frozenset({"pas", "jamais", "ne", "aucune"}),
        "es": frozenset({"no", "nunca", "jamás", "ni"}),
        "nl": frozenset({"niet", "geen", "nooit"}),
        "pt": frozenset({"não", "nunca", "nem", "jamais"}),
        "ar": frozenset({"لا", "لم", "لن", "ليس", "ليست", "غير", "بدون"}),
    }
)
