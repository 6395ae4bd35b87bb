"""Checksums and forms."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.guards.numbers import NATIONAL_IDS, iban_end, is_address, is_card, luhn

stdnum_luhn = pytest.importorskip("stdnum.luhn")
stdnum_iban = pytest.importorskip("stdnum.iban")


@given(st.from_regex(r"\A[0-9]{2,19}\Z"))
def test_luhn_agrees_with_another_implementation(digits: str) -> None:
    assert luhn(digits) == stdnum_luhn.is_valid(digits)


@given(st.from_regex(r"\A[0-9]{14}\Z"), st.sampled_from(["NWBK", "ABNA"]))
def test_account_numbers_agree_with_another_implementation(digits: str, bank: str) -> None:
    valid = 0
    for check in range(2, 99):
        candidate = f"GB{check:02}{bank}{digits}"
        assert bool(iban_end(candidate)) == stdnum_iban.is_valid(candidate, check_country=False)
        valid += iban_end(candidate) > 0
    assert valid == 1


def test_an_account_number_ends_where_its_country_says() -> None:
    assert iban_end("GB82 WEST 1234 5698 7654 32 then") == 27
    assert iban_end("GB82 WEST 1234 5698 7654 321") == 0
    assert iban_end("GB82 WEST") == 0
    assert iban_end("ZZ82") == 0


def test_cards_need_a_form_a_range_and_a_check_digit() -> None:
    assert is_card("5555-5555-5555-4444")
    assert is_card("3782 822463 10005")
    assert not is_card("5555-5555 5555-4444")
    assert not is_card("9999999999999995")
    assert not is_card("0000000000000000")


def test_addresses_of_nobody_are_none() -> None:
    assert is_address("9.9.9.9")
    assert not any(map(is_address, ("10.0.0.1", "0.0.0.0", "255.255.255.255", "fe80::1", "1.2.3", "1.2.3.256")))


def test_every_national_number_has_its_module() -> None:
    for identity in NATIONAL_IDS:
        assert callable(import_module(identity.module).is_valid), identity.module
