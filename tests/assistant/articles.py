"""A bank's help articles in five languages, small enough to see what should be found."""

from collections.abc import Mapping

from candor.assistant.index import Index, index_articles
from candor.assistant.passages import Article, split_article

ARTICLES = (
    Article(
        "block",
        "Block a lost or stolen card",
        "Open the app, choose **Cards** and tap *Block*. The card is blocked at once and nobody can pay with it.\n\n"
        "You can also call us, day and night.\n\n## A new card\n\nA new card arrives within 5 working days. It costs nothing.",
    ),
    Article(
        "abroad",
        "Transfers to other countries",
        "A transfer within the euro area is free. To all other countries we charge 0.4 %, at least 2 euros.\n\n"
        "| Country | Days |\n|---|---|\n| Norway | 1 |\n| Peru | 3 |",
    ),
    Article("address", "Change your address", "Tell us your new address in the app under Profile, or write to us."),
    Article("open", "When we are open", "Our branches are open from Monday to Friday. On Saturdays they are closed."),
    Article("sperren", "Karte sperren", "Öffnen Sie die App und tippen Sie auf Sperren. Die Karte ist sofort gesperrt.", "de"),
    Article("adresse", "Adresse ändern", "Ihre neue Anschrift tragen Sie in der App unter Profil ein.", "de"),
    Article("bloquer", "Bloquer une carte perdue", "Ouvrez l’application et touchez Bloquer. La carte est bloquée aussitôt.", "fr"),
    Article("frais", "Frais d’un virement", "Un virement dans la zone euro est gratuit.", "fr"),
    Article("bloquear", "Bloquear una tarjeta perdida", "Abra la aplicación y pulse Bloquear. La tarjeta queda bloqueada.", "es"),
    Article("horario", "Horario de apertura", "Las oficinas abren de lunes a viernes.", "es"),
    Article("batāqa", "إيقاف البطاقة المفقودة", "افتح التطبيق واختر البطاقات ثم اضغط إيقاف.", "ar"),
    Article("ʿunwān", "تغيير العنوان", "سجل عنوانك الجديد في التطبيق ضمن الملف الشخصي.", "ar"),
)  # fmt: skip


def indices() -> Mapping[str, Index]:
    """All of them, ready to be asked."""
    return index_articles(passage for article in ARTICLES for passage in split_article(article))
