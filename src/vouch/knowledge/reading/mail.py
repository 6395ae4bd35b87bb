"""An e-mail becomes a document: its subject, who wrote it to whom and when, and its text; its attachments are files.

It does not know threads or mailboxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from typing import Any

from vouch.knowledge.reading.archive import inner_name
from vouch.knowledge.reading.decoding import decoded
from vouch.knowledge.reading.draft import Draft, line
from vouch.knowledge.reading.limits import LIMITS, Limits
from vouch.knowledge.reading.web_page import read_html
from vouch.values.document import Document


def read_mail(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """The subject as a heading and the text, as plain text where it was sent as such too. Raises `Unreadable`."""
    message = _message(data)
    draft = Draft(limits)
    draft.add("heading", line(_header(message, "subject")), level=1)
    body = message.get_body(("plain", "html"))
    if isinstance(body, EmailMessage):
        _add(draft, body, limits)
    sent = _sent(message)
    return draft.document(
        name,
        {
            "title": line(_header(message, "subject")),
            "from": line(_header(message, "from")),
            "to": line(_header(message, "to")),
            "cc": line(_header(message, "cc")),
            "date": sent.isoformat() if sent else "",
            "message_id": line(_header(message, "message-id")),
        },
    )


def attached(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files attached to a mail; a mail attached to it is one, named after its place."""
    for number, part in enumerate(_message(data).iter_attachments(), 1):
        if part.get_content_type() == "message/rfc822":
            inner: Any = part.get_content()
            yield f"{number}.eml", inner.as_bytes()
            continue
        content: Any = part.get_payload(decode=True)
        name = inner_name(line(part.get_filename() or ""))
        yield name or f"{number}{_ending(part)}", content or b""


def _message(data: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(data)


def _add(draft: Draft, body: EmailMessage, limits: Limits) -> None:
    payload: Any = body.get_payload(decode=True)
    data: bytes = payload or b""
    charset = body.get_content_charset()
    if body.get_content_subtype() == "html":
        page = read_html(data, "", limits, declared=charset)
        for block in page.blocks:
            draft.add(block.kind, page.text[slice(*block.span)], level=block.level + 1 if block.level else 0)
        return
    for paragraph in decoded(data, limits, declared=charset).split("\n\n"):
        draft.add("text", paragraph)


def _header(message: EmailMessage, name: str) -> str:
    """A header as text; what cannot be understood of it is left out."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""


def _sent(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(message, "date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _ending(part: Any) -> str:
    return {"text/plain": ".txt", "text/html": ".html", "application/pdf": ".pdf"}.get(part.get_content_type(), "")
