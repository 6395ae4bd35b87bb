"""Personal data that have a form."""

from __future__ import annotations

import pytest

from guards.engines import without
from vouch import guards
from vouch.errors import AppError, ConfigError

pytest.importorskip("phonenumbers")
pytest.importorskip("stdnum")


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in guards.personal().find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("write to ann.lee+shop@mail.example.org.", "email", "ann.lee+shop@mail.example.org"),
        ("(ann@example.org)", "email", "ann@example.org"),
        ("call +44 20 7946 0958 now", "phone", "+44 20 7946 0958"),
        ("call 0044 20 7946 0958 now", "phone", "0044 20 7946 0958"),
        ("my number is 2125550123", "phone", "2125550123"),
        ("it rings at (212) 555-2368", "phone", "(212) 555-2368"),
        ("Tel. 030 901820", "phone", "030 901820"),
        ("Tel. 72 128 827", "phone", "72 128 827"),
        ("fax: 212-555-2368x45", "phone", "212-555-2368x45"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "iban", "DE89 3704 0044 0532 0130 00"),
        ("gb82west12345698765432", "iban", "gb82west12345698765432"),
        ("card 4111 1111 1111 1111 ends", "card", "4111 1111 1111 1111"),
        ("card 378282246310005", "card", "378282246310005"),
        ("from 8.8.8.8 today", "ip", "8.8.8.8"),
        ("from 2001:4860:4860::8888 today", "ip", "2001:4860:4860::8888"),
        ("SSN 536-90-4399", "national_id", "536-90-4399"),
        ("DNI 12345678Z", "national_id", "12345678Z"),
        ("NIE X1234567L", "national_id", "X1234567L"),
        ("CF RSSMRA85T10A562S", "national_id", "RSSMRA85T10A562S"),
        ("henkilötunnus 131052-308T", "national_id", "131052-308T"),
        ("BSN 111222333", "national_id", "111222333"),
        ("CPF 390.533.447-05", "national_id", "390.533.447-05"),
        ("AHV 756.9217.0769.85", "national_id", "756.9217.0769.85"),
    ],
)
def test_each_kind_is_found_where_it_stands(engine: str, text: str, kind: str, found: str) -> None:
    assert [(one.kind, text[one.start : one.end]) for one in guards.personal().find(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "order W4923227 of 2024-05-15 10:30, 15.05.2024, 05/15/2024",
        "order 2125550123 and invoice no. 987654321",
        "it costs 1.234.567 or 1 234 567 points",
        "at least 120 / 90 / 60 days",
        "at 17031 2202 Main Street",
        "card 4111 1111 1111 1112",
        "card 4444444444444444",
        "IBAN DE89 3704 0044 0532 0130 01",
        "IBAN ZZ89 3704 0044 0532 0130 00",
        "xDE89370400440532013000",
        "version 8.8.8.8, 192.168.0.1, 127.0.0.1, 300.1.1.1, 224.0.0.1",
        "at 12:30:45:50 and ::1",
        "SSN 000-12-3456",
        "111222333 is a number like others",
        "an @mention, a@b, a@1.2.3.4 and '@example.org",
        "total: $2125550123",
        "+49 1",
        "12345",
    ],
)
def test_other_numbers_pass(engine: str, text: str) -> None:
    assert guards.personal().find(text) == ()


def test_two_numbers_side_by_side_are_told_apart() -> None:
    assert kinds("ids 4111111111111111 378282246310005") == ["card", "card"]


def test_places_are_characters_also_behind_other_signs(engine: str) -> None:
    text = "Größe 😀: ann@example.org"
    assert guards.personal().mask(text) == "Größe 😀: [email]"


async def test_kinds_may_be_blocked_reported_or_left_alone() -> None:
    guard = guards.personal(["card"], report=["email"])
    assert await guard.judge("ann@example.org, +44 20 7946 0958") == (True, "1 email")
    passed, why = await guard.judge("ann@example.org pays with 4111 1111 1111 1111")
    assert (passed, why) == (False, "found 1 card; the first at character 26")
    assert guard.name == "personal(block=['card'], report=['email'])"
    assert guards.personal().name == "personal"
    assert guards.personal(regions=["DE"]).name == "personal(regions=['DE'])"


async def test_patterns_of_your_own() -> None:
    guard = guards.personal([], patterns={"staff": r"EMP-[0-9]{6}"})
    assert not (await guard.judge("ask EMP-123456")).passed
    assert guard.mask("ask EMP-123456, ann@example.org") == "ask [staff], ann@example.org"
    told = guards.personal([], report=["staff"], patterns={"staff": r"EMP-[0-9]{6}"})
    assert await told.judge("ask EMP-123456") == (True, "1 staff")


def test_regions_decide_what_a_number_without_a_country_is() -> None:
    assert not guards.personal(["phone"], regions=["US"]).find("06 12 34 56 78")
    assert guards.personal(["phone"], regions=["FR"]).find("06 12 34 56 78")


def test_a_long_text_of_digits_is_no_trouble(engine: str) -> None:
    assert guards.personal().find("7" * 5_000) == ()
    assert guards.personal().find("1234567 " * 500) == ()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"block": ["iris"]}, "does not know 'iris'; it knows email, phone"),
        ({"report": ["iris"]}, "does not know 'iris'"),
        ({"block": "email"}, r"a list of kinds is wanted, such as personal\(\['email'\]\)"),
        ({"patterns": {"email": "a"}}, "'email' is built in"),
        ({"patterns": {"own": "("}}, "cannot be read"),
        ({"regions": ["XX"]}, "'XX' is no region"),
    ],
)
def test_unusable_settings_are_refused(settings: dict[str, object], told: str) -> None:
    with pytest.raises(AppError, match=told):
        guards.personal(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(("package", "kind"), [("phonenumbers", "phone"), ("stdnum", "national_id")])
def test_a_missing_package_is_needed_only_by_its_kind(monkeypatch: pytest.MonkeyPatch, package: str, kind: str) -> None:
    without(monkeypatch, package)
    with pytest.raises(ConfigError, match=rf"vouch-llm\[guards\]', or leave out '{kind}': personal\("):
        guards.personal()
    others = guards.personal(["email", "iban", "card", "ip"])
    assert others.mask("ann@example.org 4111 1111 1111 1111 GB82WEST12345698765432") == "[email] [card] [iban]"


def test_words_before_many_numbers_still_say_what_they_are(engine: str) -> None:
    text = (
        "no 1234567; " * 40
        + "call 5551234. "
        + "Long after that, all of this stands: " * 2
        + "no 1234567; " * 40
        + "BSN 111222333"
    )
    assert [(one.kind, text[one.start : one.end]) for one in guards.personal().find(text)] == [
        ("phone", "5551234"),
        ("national_id", "111222333"),
    ]


async def test_a_judgement_stops_where_enough_is_found_and_a_mask_does_not(engine: str) -> None:
    text = "ann@example.org, " * 50
    guard = guards.personal(["email"])
    assert await guard.judge(text) == (False, "found 32 email, and perhaps more")
    assert guard.mask(text) == "[email], " * 50
