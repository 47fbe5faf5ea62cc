"""Mails as plain facts, whatever their bytes."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.intake.mail import read_mail
from candor.intake.mail_reports import read_reports
from candor.intake.mail_words import from_html, new_words

REPLIES = {
    "no quote": ("It broke.\n\nJane", "It broke.\n\nJane"),
    "an answer above": ("No.\n\nOn Mon, 1 Jun 2026 at 10:00, Mona <m@x.example>\nwrote:\n\n> Does it work?\n> Mona", "No."),
    "German": ("Nein.\n\nAm 01.06.2026 um 10:00 schrieb Mona:\n> Geht es?", "Nein."),
    "French": ("Non.\n\nLe 1 juin 2026 à 10:00, Mona a écrit :\n> Ça marche ?", "Non."),
    "answers in between": ("On 1 June 2026 Mona wrote:\n> Which?\n\nThe blue one.\n\n> Since when?\n\nMonday.", "The blue one.\n\nMonday."),
    "Outlook": ("No.\n\n________________________________\nFrom: Mona <m@x.example>\nSent: Monday\nTo: Jane\nSubject: Card\n\nDoes it work?", "No."),
    "Outlook in German": ("Nein.\n\nVon: Mona\nGesendet: Montag\nAn: Jane\nBetreff: Karte\n\nGeht es?", "Nein."),
    "an older Outlook": ("No.\n\n-----Original Message-----\nFrom: Mona\n\nDoes it work?", "No."),
    "a signature": ("It broke.\n\n-- \nJane Doe\n12 Quay Street", "It broke."),
    "a phone": ("It broke.\n\nSent from my iPhone\n\nOn 1 Jun 2026, at 10:00, Mona <m@x.example> wrote:\n\n> Hello", "It broke."),
    "a list": ("Two things:\n- the card\n- the app", "Two things:\n- the card\n- the app"),
    "a colon at the end": ("I have three questions:\n\nWhere?", "I have three questions:\n\nWhere?"),
    "nothing but a quote": ("> Dear Jane", "> Dear Jane"),
    "a letter about who wrote": ("Mona wrote to me in May: nothing since.", "Mona wrote to me in May: nothing since."),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_only_what_is_new_in_a_reply_counts(name: str) -> None:
    whole, new = REPLIES[name]
    assert new_words(whole) == new


def test_a_mail_in_html_is_read_in_lines_and_its_hidden_parts_and_quotes_stay_out() -> None:
    page = (
        "<html><head><title>t</title><style>p{color:red}</style></head><body><div style='display: none'>preview</div>"
        "<p>It&nbsp;<b>broke</b>.</p><ul><li>twice<li>today</ul><script>alert(1)</script>"
        "<div class='gmail_quote'>On 1 June 2026, Mona wrote:<blockquote>Hello<br>Jane</blockquote></div></body></html>"
    )
    text = from_html(page)
    assert text == "It broke.\n\n- twice\n- today\n\nOn 1 June 2026, Mona wrote:\n\n> Hello\n> Jane"
    assert new_words(text) == "It broke.\n\n- twice\n- today"


def test_a_mail_with_files_in_an_odd_charset_is_read_as_a_whole() -> None:
    mail = EmailMessage()
    mail["From"] = "Jörg Groß <J.Gross@Mail.Example>"
    mail["Subject"] = "Grüße aus Köln"
    mail["Date"] = "Mon, 01 Jun 2026 12:00:00 +0200"
    mail["Message-ID"] = "<one@mail.example>"
    mail["In-Reply-To"] = "<before@quay.example>"
    mail["References"] = "<first@quay.example> <before@quay.example>"
    mail.set_content("Die Karte ist kaputt: 5 €", charset="iso-8859-15")
    mail.add_alternative("<p>Nicht das</p>", subtype="html")
    mail.add_attachment(
        b"MZ\x00\x01", maintype="application", subtype="octet-stream", filename="..\\..\\Rechnung é.exe"
    )
    read = read_mail(mail.as_bytes())
    assert (read.name, read.address, read.subject) == ("Jörg Groß", "j.gross@mail.example", "Grüße aus Köln")
    assert read.sent_at == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert (read.message_id, read.references) == (
        "one@mail.example",
        ("first@quay.example", "before@quay.example"),
    )
    assert read.text == "Die Karte ist kaputt: 5 €"
    assert [(one.name, one.size) for one in read.attached] == [("Rechnung é.exe", 4)]
    assert not read.is_automatic


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "From: MAILER-DAEMON@x.example",
    ],
)
def test_what_a_program_wrote_is_told_from_what_a_person_wrote(field: str) -> None:
    sender = b"" if field.startswith("From") else b"From: jane@mail.example\n"
    assert read_mail(sender + field.encode() + b"\nSubject: Away\n\nBack on Monday.").is_automatic
    assert not read_mail(b"From: jane@mail.example\nAuto-Submitted: no\n\nHello").is_automatic


def test_a_charset_nobody_knows_still_gives_words_and_a_bound_holds() -> None:
    read = read_mail(b"From: a@b.example\nContent-Type: text/plain; charset=x-made-up\n\nGr\xfc\xdfe")
    assert read.text == "Grüße"
    assert len(read_mail(b"From: a@b.example\n\n" + b"x" * 300_000).text) == 100_000
    assert len(from_html("<blockquote>" * 200_000 + "Hello")) == 0


@pytest.mark.parametrize(
    "head",
    [
        b"Reply-To: " + b"(" * 5_000,
        b"Content-Type: text/plain " + b"(" * 5_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000)),
        b"Content-Type: message/rfc822\n\n" * 2_000,
        b"Content-Type: message/rfc822\n\n" * 60,
    ],
)
def test_nesting_without_an_end_breaks_nothing_and_its_writer_is_known(head: bytes) -> None:
    raw = b"From: Jane <jane@mail.example>\nSubject: Card\n" + head + b"\n\nHello"
    mail = read_mail(raw)
    assert (mail.address, mail.subject) == ("jane@mail.example", "Card")
    assert read_reports(raw) == []


def test_a_line_of_dashes_is_read_as_fast_as_one_of_words() -> None:
    began = time.process_time()
    assert new_words("It broke.\n" + "-" * 6_000 + "\nJane").startswith("It broke.")
    assert time.process_time() - began < 0.5, "it took the square of the length: of 100,000 half an hour"


FIELDS = st.sampled_from(
    [b"From: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=x", b"\n--x\n", b"\n\n", b"=?utf-8?b?", b"?=", b"<p>",
     b"Content-Transfer-Encoding: base64\n", b"Message-ID: <", b">", b"; charset=", b"Date: ", b"text/html", b"filename*=utf-8''%"]
)  # fmt: skip


@given(st.lists(FIELDS | st.binary(max_size=12), max_size=40).map(b"".join))
def test_no_bytes_break_it_and_what_it_says_can_be_stored(raw: bytes) -> None:
    read = read_mail(raw)
    for text in (
        read.text,
        read.said,
        read.subject,
        read.name,
        read.message_id,
        *(one.name for one in read.attached),
    ):
        assert "\x00" not in text
        text.encode()
