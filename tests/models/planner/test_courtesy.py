from __future__ import annotations

import pytest

from vouch.models.planner.courtesy import courtesy, does_not_know, takes_back


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hi there!", "greeting"),
        ("Good morning", "greeting"),
        ("Thanks a lot, that was very kind", "thanks"),
        ("ok thanks, bye", "goodbye"),
        ("Have a nice day!", "goodbye"),
        ("Best regards", "goodbye"),
        ("Yes, please.", "yes"),
        ("no, that's all", "no"),
        ("Never mind", "enough"),
        ("forget it", "enough"),
        ("", ""),
        ("yes, and cancel my order", ""),
        ("the weather is nice", ""),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert courtesy(text) == kind


def test_wishes_may_be_taken_back() -> None:
    assert takes_back("never mind the refund, cancel the order instead")
    assert not takes_back("cancel the order")


def test_ignorance() -> None:
    assert does_not_know("I don't know the number")
    assert does_not_know("no idea")
    assert not does_not_know("it is 12")
