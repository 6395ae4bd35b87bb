from __future__ import annotations

import pytest

from vouch.app.decide import Waiting
from vouch.cli.asking import exactly, lines_of


def write(arguments: str, *, shown: str = "Pay Ann.", warning: str = "", uncertain: bool = False) -> Waiting:
    return Waiting("r", "desk", "c", "pay", arguments, shown, 0.0, 0.0, uncertain, warning, "d" * 40)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ('{"to":\n\n"Ann", "sum": 1.10}', '{"to":"Ann","sum":1.10}'),
        ('{"note": "ok\\n\\nApproved."}', '{"note":"ok\\n\\nApproved."}'),
        ('{"to": "Ann", "to": "Mallory"}', '{"to":"Mallory"}'),
        ('{"sum": 123456789012345678901234567890}', '{"sum":123456789012345678901234567890}'),
        ("to Ann\nApproved", r'"to Ann\nApproved"'),
    ],
)
def test_arguments_are_one_line_and_exact(arguments: str, line: str) -> None:
    assert exactly(arguments) == line


def test_a_warning_brings_what_a_sentence_leaves_out() -> None:
    assert lines_of(write('{"to": 1}')) == ["Pay Ann."]
    assert lines_of(write('{"to": 1}'), exact=True) == ["Pay Ann.", 'pay {"to":1}']
    assert lines_of(write('{"to": 1}', warning="it rests on mail")) == [
        "Pay Ann.",
        'pay {"to":1}',
        "(it rests on mail)",
    ]
    assert lines_of(write('{"to": 1}', uncertain=True, warning="x")) == ['find out: was pay {"to":1} made?']


def test_no_line_of_a_sentence_looks_like_one_of_ours() -> None:
    assert lines_of(write("{}", shown="Pay:\n(approved)")) == ["Pay:\n  (approved)"]
    assert lines_of(write("{}", shown="")) == ["pay"]
