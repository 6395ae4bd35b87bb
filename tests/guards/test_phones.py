"""Telephone numbers: the automaton of all plans lets through what phonenumbers would call valid."""

from __future__ import annotations

import random
from typing import Any

import pytest

from vouch.guards.phones import Phones

phonenumbers: Any = pytest.importorskip("phonenumbers")
REGIONS = ("US", "GB", "DE", "IT", "SE", "AU")


@pytest.fixture(params=REGIONS)
def examples(request: pytest.FixtureRequest) -> list[str]:
    """Numbers of a region, as they are written there, some with a digit changed."""
    chance, found = random.Random(request.param), list[str]()
    for kind in range(8):
        example = phonenumbers.example_number_for_type(request.param, kind)
        if example is None:
            continue
        for style in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
            written = phonenumbers.format_number(example, style).lstrip("+")
            place = chance.randrange(len(written))
            changed = written[:place] + str(chance.randrange(10)) + written[place + 1 :]
            found += [written, changed, f"{written} x12", f"0{written}"]
    return [text for text in found if not text.startswith("00") and 7 <= sum(map(str.isdigit, text)) <= 15]


def valid(text: str, region: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(text, region)))
    except phonenumbers.NumberParseException:
        return False


def test_no_valid_number_is_missed(engine: str, examples: list[str]) -> None:
    phones = Phones(phonenumbers, REGIONS)
    assert len(examples) > 8
    for text in examples:
        told = any(valid(text, region) for region in REGIONS)
        assert phones.is_phone(f"({text})" if "(" not in text else text, "", phones.questions("")) or not told


def test_where_no_questions_are_left_a_plan_is_enough(engine: str) -> None:
    phones = Phones(phonenumbers, ["GB"])
    assert not phones.is_phone("0906 5234 x932", "", phones.questions(""))
    assert phones.is_phone("0906 5234 x932", "", iter(()))
    assert not phones.is_phone("0206 52 34", "", iter(()))
    assert phones.is_phone("+44 1", "call ", iter(())) is False  # two digits are never one
    assert phones.is_phone("+00123456", "", iter(()))


def test_fractions_are_no_calls_abroad(engine: str) -> None:
    phones = Phones(phonenumbers, ["DE", "FR"])
    assert not phones.is_phone("0.033142536", "", phones.questions(""))
    assert phones.is_phone("0033 1 42 53 60 00", "", phones.questions(""))


def test_without_any_word_before_them_bare_digits_are_nobodys(engine: str) -> None:
    phones = Phones(phonenumbers, ["US"])
    assert phones.is_phone("2125552368", "call ", phones.questions(""))
    assert not phones.is_phone("2125552368", "call ", phones.questions(""), told=False)


def test_plans_beyond_patterns_let_all_through(engine: str) -> None:
    phones = Phones(phonenumbers, ["AR"])
    assert phones.is_phone("011 15-2345-6789", "", phones.questions(""))
