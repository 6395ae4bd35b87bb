"""E-mails become documents."""

from __future__ import annotations

from email.message import EmailMessage

from vouch.knowledge.reading.mail import attached, read_mail


def mail(text: str = "Hello,\n\nthe lamp.\n", subject: str = "Broken") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Ada <ada@example.com>", "shop@example.com"
    message["Date"], message["Message-ID"] = "Fri, 14 Mar 2025 09:30:00 +0100", "<1@example.com>"
    message.set_content(text)
    return message


def test_subject_and_text_are_read():
    document = read_mail(mail().as_bytes(), "a.eml")
    assert document.text == "Broken\n\nHello,\n\nthe lamp."
    assert [(block.kind, block.level) for block in document.blocks] == [("heading", 1), ("text", 0), ("text", 0)]
    assert document.metadata == {
        "title": "Broken",
        "from": "Ada <ada@example.com>",
        "to": "shop@example.com",
        "date": "2025-03-14T09:30:00+01:00",
        "message_id": "<1@example.com>",
    }


def test_plain_text_is_preferred_and_html_is_read_where_there_is_no_other():
    both = mail()
    both.add_alternative("<p>other</p>", subtype="html")
    assert "other" not in read_mail(both.as_bytes(), "a.eml").text
    only = mail()
    only.set_content("<h1>Lamp</h1><p>Grüße</p>", subtype="html", charset="iso-8859-1")
    document = read_mail(only.as_bytes(), "a.eml")
    assert document.text == "Broken\n\nLamp\n\nGrüße"
    assert [block.level for block in document.blocks] == [1, 2, 0]


def test_attachments_are_files():
    message = mail()
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="offer.pdf")
    message.add_attachment("a,b", subtype="csv", filename="../prices.csv")
    message.add_attachment("no name")
    message.add_attachment(mail(subject="Inner"))
    parts = dict(attached(message.as_bytes()))
    assert list(parts) == ["offer.pdf", "prices.csv", "3.txt", "4.eml"]
    assert parts["offer.pdf"] == b"%PDF-"
    assert b"Inner" in parts["4.eml"]


def test_broken_mails_give_what_they_have():
    assert read_mail(b"", "a.eml").text == ""
    assert read_mail(b"Subject: x\nDate: never\nFrom: <<<\nContent-Type: multipart/mixed\n\n--", "a.eml").text == "x"
    document = read_mail(b"Subject: =?utf-8?b?R3LDvMOfZQ==?=\nContent-Type: text/plain; charset=nonsense\n\nx", "a.eml")
    assert document.text == "Grüße\n\nx"
