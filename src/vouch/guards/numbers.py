"""Numbers that belong to people, told apart from other numbers by checksums, ranges and the words before them.

It does not know where candidates come from. Each question takes microseconds, so it is asked of candidates only.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

_IBAN_LENGTHS: Final[dict[str, int]] = {
    entry[:2]: int(entry[2:])
    for entry in (  # noqa: SIM905
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
        "YE30"
    ).split()
}
"""Characters of an account number in each country of the IBAN registry (SWIFT)."""

_CARD: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|35\d{14}|(?:1800|2131)\d{11}"
    r"|(?:50|5[6-9]|6\d)\d{10,17}"
)
"""Lengths and first digits of Visa, Mastercard, American Express, Diners, Discover, UnionPay, JCB and Maestro."""

_FOUR: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")

_CARD_SHAPE: Final = re.compile(r"\d{12,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")

_DATE: Final = re.compile(
    r"(?:19|20)\d\d([-./ ])[01]?\d\1[0-3]?\d(?:\D.*)?|[0-3]?\d([-./ ])[0-3]?\d\2(?:19|20)\d\d(?:\D.*)?"
)
_AMOUNT: Final = re.compile(r"\d{1,3}([. ])\d{3}(?:\1\d{3})*")

_NEAR: Final = 24
"""Characters before a number in which a word surely speaks of that number."""

_GROUPED: Final = re.compile(r"0\d+[ ().\-/].*|.*\d[().\-/].*|.*\).*|\d+ +\d+ +\d.*")
"""Telephone numbers as they are grouped: not merely two numbers side by side, as in an address."""

_PHONE_WORDS: Final = re.compile(
    r"(?i)\b(?:phone|telephone|tel|call(?:ed|ing)?|mobile|cell|fax|whatsapp|sms|text|dial|ring|reach|contact|hotline|"
    r"telefon\w*|tel[eé]fono\w*|t[eé]l[eé]phone\w*|cellulare|handy\w*|m[oó]vil|portable|rufnummer|anrufen|appel\w+)\b"
)
_OTHER_WORDS: Final = re.compile(
    r"(?i)\b(?:order|account|invoice|reference|ref|ticket|case|tracking|serial|isbn|issn|version|model|part|sku|article|"
    r"card|transaction|confirmation|policy|routing|vat|tax|zip|postal|id|no|nr|bestell\w*|rechnung\w*)\b[^.!?]{0,16}$"
)
_NUMBER_WORDS: Final = re.compile(
    r"(?i)\b(?:(?:my|his|her|their|your|our|the|new|this|that) (?:\w+ )?numbers?|numbers?)\b"
)


class NationalId(NamedTuple):
    """A kind of national number: its module in python-stdnum, how it is written, and whether that alone says enough.

    Where it does not (nine bare digits, one check digit), one of `words` has to stand before it.
    """

    module: str
    shape: re.Pattern[str]
    words: re.Pattern[str] | None = None


def _id(module: str, shape: str, words: str = "") -> NationalId:
    return NationalId(f"stdnum.{module}", re.compile(shape), re.compile(rf"(?i)\b(?:{words})\b") if words else None)


_TAX: Final = r"tax|tin|nif|steuer\w*|contribuinte|fiscal"
NATIONAL_IDS: Final[Sequence[NationalId]] = (
    _id("us.ssn", r"\d{3}-\d{2}-\d{4}"),
    _id("us.ssn", r"\d{3} ?\d{2} ?\d{4}", r"ssn|social security"),
    _id("us.itin", r"9\d{2}-\d{2}-\d{4}"),
    _id("ca.sin", r"\d{3}[ -]?\d{3}[ -]?\d{3}", r"sin|social insurance"),
    _id("gb.nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}", r"nhs"),
    _id("ie.pps", r"\d{7}[A-Wa-w][A-IWa-iw]?", r"pps|ppsn"),
    _id("de.idnr", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", _TAX + r"|id\W?nr|identifikationsnummer"),
    _id("fr.nir", r"[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}"),
    _id("es.dni", r"\d{8}-?[A-Za-z]"),
    _id("es.nie", r"[XYZxyz]-?\d{7}-?[A-Za-z]"),
    _id("it.codicefiscale", r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]"),
    _id("pt.nif", r"\d{9}", _TAX),
    _id("nl.bsn", r"\d{9}|\d{4}\.\d{2}\.\d{3}", r"bsn|burgerservicenummer|sofi\w*"),
    _id("be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"),
    _id("ch.ssn", r"756\.\d{4}\.\d{4}\.\d{2}"),
    _id("se.personnummer", r"(?:\d{2})?\d{6}[-+]\d{4}"),
    _id("no.fodselsnummer", r"\d{6} ?\d{5}"),
    _id("dk.cpr", r"\d{6}-?\d{4}", r"cpr\w*"),
    _id("fi.hetu", r"\d{6}[-+A]\d{3}[0-9A-Z]"),
    _id("pl.pesel", r"\d{11}", r"pesel"),
    _id("cz.rc", r"\d{6}/\d{3,4}"),
    _id("ro.cnp", r"[1-9]\d{12}"),
    _id("tr.tckimlik", r"[1-9]\d{10}"),
    _id("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    _id("br.cpf", r"\d{11}", r"cpf"),
    _id("mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d"),
    _id("in_.aadhaar", r"\d{4} ?\d{4} ?\d{4}", r"aadhaar|aadhar|uidai"),
    _id("cn.ric", r"\d{17}[\dXx]"),
    _id("kr.rrn", r"\d{6}-\d{7}"),
    _id("za.idnr", r"\d{13}", r"id|identity"),
    _id("il.idnr", r"\d{9}", r"id|teudat zehut"),
    _id("au.tfn", r"\d{3} ?\d{3} ?\d{2,3}", r"tfn|" + _TAX),
)


def iban_end(candidate: str) -> int:
    """Where the account number that `candidate` starts with ends, or 0 (ISO 13616: its remainder by 97 is 1)."""
    length = _IBAN_LENGTHS.get(candidate[:2].upper(), 0)
    plain: list[str] = []
    end = 0
    for place, sign in enumerate(candidate):
        if sign.isalnum() and len(plain) < length:
            plain.append(sign)
            end = place + 1
    if not length or len(plain) < length or candidate[end : end + 1].isalnum():
        return 0
    turned = "".join(str(int(sign, 36)) for sign in (*plain[4:], *plain[:4]))
    return end if int(turned) % 97 == 1 else 0


def is_card(candidate: str) -> bool:
    """Whether it is written like a payment card's number, in a range that is given out, with Luhn's check digit."""
    if not _CARD_SHAPE.fullmatch(candidate):
        return False
    digits = re.sub(r"\D", "", candidate)
    return bool(_CARD.fullmatch(digits)) and len(set(digits)) > 1 and luhn(digits)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(value - 9 * (value > 9) for value in doubled)) % 10 == 0


def four_numbers(candidate: str) -> bool:
    """Whether it is written like an address of the internet's old form, or like a long version."""
    return bool(_FOUR.fullmatch(candidate))


def is_address(candidate: str) -> bool:
    """Whether it is an address of the internet; those of private networks, loops and examples belong to nobody."""
    if ":::" in candidate:
        return False
    try:
        address = ipaddress.ip_address(candidate)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


def is_national_id(candidate: str, before: str, modules: Sequence[tuple[NationalId, Any]]) -> bool:
    """Whether one of the national numbers is written so, has its check digits, and the words before it where needed."""
    return any(
        identity.shape.fullmatch(candidate)
        and (identity.words is None or identity.words.search(before))
        and module.is_valid(candidate)
        for identity, module in modules
    )


def is_phone(candidate: str, before: str, regions: Sequence[str], phonenumbers: Any) -> bool:
    """Whether somebody can be called there: valid with its country's code, or in one of the regions.

    Without a country's code, digits alone are too weak a sign: they must be grouped as telephone numbers are, or a
    word such as "call" must stand before them; with such a word, a possible length is enough.
    """
    digits = sum(sign.isdigit() for sign in candidate)
    if not 7 <= digits <= 15:
        return False
    if candidate.lstrip("(").startswith(("+", "00")):
        number = re.sub(r"^\(?(?:\+|00)", "+", candidate)
        return _possible(number, None, phonenumbers)
    near = bool(_PHONE_WORDS.search(before[-_NEAR:]))
    if not near and (_OTHER_WORDS.search(before) or _AMOUNT.fullmatch(candidate)):
        return False
    if _DATE.fullmatch(candidate) or " /" in candidate:
        return False
    if near or _PHONE_WORDS.search(before) or _NUMBER_WORDS.search(before[-_NEAR:]):
        return any(_possible(candidate, region, phonenumbers) for region in regions)
    return bool(_GROUPED.fullmatch(candidate)) and any(_valid(candidate, region, phonenumbers) for region in regions)


def _parsed(candidate: str, region: str | None, phonenumbers: Any) -> Any:
    try:
        return phonenumbers.parse(candidate, region)
    except phonenumbers.NumberParseException:
        return None


def _possible(candidate: str, region: str | None, phonenumbers: Any) -> bool:
    number = _parsed(candidate, region, phonenumbers)
    # 0 is possible, 4 is possible within a town.
    return number is not None and phonenumbers.is_possible_number_with_reason(number) in (0, 4)


def _valid(candidate: str, region: str, phonenumbers: Any) -> bool:
    number = _parsed(candidate, region, phonenumbers)
    return number is not None and bool(phonenumbers.is_valid_number(number))
