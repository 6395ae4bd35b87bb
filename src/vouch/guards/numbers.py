"""Numbers that belong to people, told apart from other numbers by checksums, ranges and the words before them.

It does not know where candidates come from. Each question takes microseconds, so it is asked of candidates only.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from operator import mul
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final, NamedTuple

from vouch.guards.scan import Signals, all_of

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

_VALUES: Final = str.maketrans(
    {sign: str(value) for letters in (ascii_lowercase, ascii_uppercase) for value, sign in enumerate(letters, start=10)}
)
"""What letters count in an account number's check."""

_CARD: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|35\d{14}|(?:1800|2131)\d{11}"
    r"|(?:50|5[6-9]|6\d)\d{10,17}"
)
"""Lengths and first digits of Visa, Mastercard, American Express, Diners, Discover, UnionPay, JCB and Maestro."""

_DOUBLED: Final = str.maketrans("0123456789", "0246813579")
"""The sum of the digits of twice a digit."""

_FOUR: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")

_PRIVATE: Final = re.compile(
    r"(?:0|10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.|(?:[fF][cCdDfF][0-9a-fA-F]{2}|[fF][eE]80):"
)
"""How most addresses that belong to nobody begin; looked at first, because that takes a tenth of the time."""

_CARD_SHAPE: Final = re.compile(r"\d{12,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")


class NationalId(NamedTuple):
    """A kind of national number: its module in python-stdnum, how it is written, and whether that alone says enough.

    Where it does not (nine bare digits, one check digit), one of `words` has to stand before it. The digits, each times
    its weight in `weights`, make a multiple of `by`.
    """

    module: str
    shape: re.Pattern[str]
    words: re.Pattern[str] | None = None
    weights: Sequence[int] = ()
    by: int = 1

    def checks(self, candidate: str) -> bool:
        """Whether its last check digit may be right, asked before python-stdnum is, which takes ten times as long."""
        return not self.weights or sum(map(mul, map(int, candidate.replace(" ", "")), self.weights)) % self.by == 0


def _id(module: str, shape: str, words: str = "", *, weights: Sequence[int] = (), by: int = 1) -> NationalId:
    said = re.compile(rf"(?i)\b(?:{words})\b") if words else None
    return NationalId(f"stdnum.{module}", re.compile(shape), said, weights, by)


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
    _id("no.fodselsnummer", r"\d{6} ?\d{5}", weights=(5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), by=11),
    _id("dk.cpr", r"\d{6}-?\d{4}", r"cpr\w*"),
    _id("fi.hetu", r"\d{6}[-+A]\d{3}[0-9A-Z]"),
    _id("pl.pesel", r"\d{11}", r"pesel"),
    _id("cz.rc", r"\d{6}/\d{3,4}"),
    _id("ro.cnp", r"[1-9]\d{12}"),
    _id("tr.tckimlik", r"[1-9]\d{10}", weights=(1,) * 10 + (-1,), by=10),
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
    plain = candidate.replace(" ", "").replace("-", "")
    if not length or len(plain) < length or int((plain[4:length] + plain[:4]).translate(_VALUES)) % 97 != 1:
        return 0
    end = length
    while len(candidate[:end].replace(" ", "").replace("-", "")) < length:
        end += 1
    return 0 if candidate[end : end + 1].isalnum() else end


def is_card(candidate: str) -> bool:
    """Whether it is written like a payment card's number, in a range that is given out, with Luhn's check digit."""
    if not _CARD_SHAPE.fullmatch(candidate):
        return False
    digits = candidate.replace(" ", "").replace("-", "")
    return bool(_CARD.fullmatch(digits)) and len(set(digits)) > 1 and luhn(digits)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def four_numbers(candidate: str) -> bool:
    """Whether it is written like an address of the internet's old form, or like a long version."""
    return bool(_FOUR.fullmatch(candidate))


def is_address(candidate: str) -> bool:
    """Whether it is an address of the internet; those of private networks, loops and examples belong to nobody."""
    if ":::" in candidate or _PRIVATE.match(candidate):
        return False
    try:
        address = ipaddress.ip_address(candidate)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


WORDS: Final = tuple(identity.words.pattern for identity in NATIONAL_IDS if identity.words)
"""What may say that a number is somebody's."""


class NationalIds:
    """Finds out what is a national number, by python-stdnum's modules for `NATIONAL_IDS`."""

    def __init__(self, modules: Sequence[Any]) -> None:
        self._modules = modules
        self._shapes: Signals = all_of([f"^(?:{identity.shape.pattern})$" for identity in NATIONAL_IDS])

    def has(self, candidate: str, before: str) -> bool:
        """Whether one of them is written so, has its check digits, and the words before it where they are needed."""
        for place in self._shapes.found(candidate.encode()):
            identity = NATIONAL_IDS[place]
            told = identity.words is None or (before and identity.words.search(before))
            if told and identity.checks(candidate) and self._modules[place].is_valid(candidate):
                return True
        return False
