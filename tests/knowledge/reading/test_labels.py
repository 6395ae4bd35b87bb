"""Who may read, and what is trusted."""

from __future__ import annotations

import pytest

from vouch.knowledge.reading.labels import Label, labelled
from vouch.values.document import Document

LABELS = [Label("hr/**", ("hr", "board")), Label("*.md", trusted=True), Label("mails/", ("staff",), trusted=True)]


@pytest.mark.parametrize(
    ("name", "access", "trusted"),
    [
        ("hr/pay.md", ("hr", "board"), False),
        ("hr/all.zip/pay.md", ("hr", "board"), False),
        ("guide/a.md", (), True),
        ("mails/a.txt", ("staff",), True),
        ("mails/a.EML", ("staff",), False),
        ("mails/a.eml/offer.pdf", ("staff",), False),
        ("a.eml/notes.md", (), False),
        ("other.txt", (), False),
    ],
)
def test_the_first_label_that_fits_decides_and_mail_is_never_trusted(name, access, trusted):
    document = labelled(Document(name, "x"), LABELS)
    assert (document.access, document.trusted) == (access, trusted)
