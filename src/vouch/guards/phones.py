"""Telephone numbers, told apart from other numbers by the plans of countries and by the words before them.

It does not know where candidates come from. The package phonenumbers takes 50 µs for a number and a country, so that it
is asked only about what an automaton of all plans lets through, and so often in a text at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from vouch.guards.scan import Signals, all_of

_NEAR: Final = 24
"""Characters before a number in which a word surely speaks of that number."""

_QUESTIONS: Final = 32
"""Questions to phonenumbers about one text, with one more for each so many characters."""
_EACH: Final = 2_048

_DATE: Final = re.compile(
    r"(?:19|20)\d\d([-./ ])[01]?\d\1[0-3]?\d(?:\D.*)?|[0-3]?\d([-./ ])[0-3]?\d\2(?:19|20)\d\d(?:\D.*)?"
)
_AMOUNT: Final = re.compile(r"\d{1,3}([. ])\d{3}(?:\1\d{3})*")

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
WORDS: Final = (_PHONE_WORDS.pattern, _NUMBER_WORDS.pattern)
"""What may say that a number is somebody's telephone number."""

_NOT_DIGITS: Final = re.compile(r"\D+")


class Phones:
    """Finds out what is a telephone number, in these regions (ISO codes) where it says no country."""

    def __init__(self, phonenumbers: Any, regions: Sequence[str]) -> None:
        self._phonenumbers = phonenumbers
        self._regions = regions
        self._plans: Signals = all_of([_plan(phonenumbers, region) for region in regions])

    def questions(self, text: str) -> Iterator[bool]:
        """As many as may be asked about the candidates of one text."""
        return iter([True] * (_QUESTIONS + len(text) // _EACH))

    def is_phone(self, candidate: str, before: str, questions: Iterator[bool], *, told: bool = True) -> bool:
        """Whether somebody can be called there: valid with its country's code, or in one of the regions.

        `before` is the text before it; `told`: whether any of the `WORDS` may stand there.

        Without a country's code, digits alone are too weak a sign: they must be grouped as telephone numbers are, or a
        word such as "call" must stand before them; with such a word, a possible length is enough. Where no questions
        are left, what fits a plan is taken for a number.
        """
        if not told and candidate.isdigit() and not candidate.startswith("00"):
            return False
        digits = _NOT_DIGITS.sub("", candidate)
        if not 7 <= len(digits) <= 15:
            return False
        if candidate.lstrip("(").startswith(("+", "00")):
            number = re.sub(r"^\(?(?:\+|00)", "+", candidate)
            return self._possible(number, None, questions)
        near = told and bool(_PHONE_WORDS.search(before[-_NEAR:]))
        told = near or (told and bool(_NUMBER_WORDS.search(before[-_NEAR:]) or _PHONE_WORDS.search(before)))
        if not told and not _GROUPED.fullmatch(candidate):
            return False
        if _DATE.fullmatch(candidate) or " /" in candidate:
            return False
        regions = self._regions if told else self._fitting(candidate, digits)
        if not regions or (not near and (_AMOUNT.fullmatch(candidate) or _OTHER_WORDS.search(before))):
            return False
        asked = self._possible if told else self._valid
        return any(asked(candidate, region, questions) for region in regions)

    def _fitting(self, candidate: str, digits: str) -> list[str]:
        """The regions in whose plans the number may be: all in which phonenumbers could call it valid, or some more."""
        if digits.startswith("00"):
            # Nobody parts the two zeros before a country's code; fractions such as 0.049 do.
            return []
        found = self._plans.found(digits.encode())
        if "x" in candidate:
            found |= self._plans.found(_NOT_DIGITS.sub("", candidate.partition("x")[0]).encode())
        return [self._regions[place] for place in sorted(found)]

    def _parsed(self, candidate: str, region: str | None) -> Any:
        try:
            return self._phonenumbers.parse(candidate, region)
        except self._phonenumbers.NumberParseException:
            return None

    def _possible(self, candidate: str, region: str | None, questions: Iterator[bool]) -> bool:
        if not next(questions, False):
            return True
        number = self._parsed(candidate, region)
        # 0 is possible, 4 is possible within a town.
        return number is not None and self._phonenumbers.is_possible_number_with_reason(number) in (0, 4)

    def _valid(self, candidate: str, region: str, questions: Iterator[bool]) -> bool:
        if not next(questions, False):
            return True
        number = self._parsed(candidate, region)
        return number is not None and bool(self._phonenumbers.is_valid_number(number))


def _plan(phonenumbers: Any, region: str) -> str:
    """A pattern of all digits that may be a valid number when dialled in a region, and of few others."""
    here: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    code, dialled = str(here.country_code), ""
    if here.national_prefix_for_parsing:
        if here.national_prefix_transform_rule:
            # What stands for what is beyond a pattern.
            return r"^\d+$"
        dialled = f"(?:{here.national_prefix_for_parsing})?"
    sharing = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[here.country_code]
    kinds = chain.from_iterable(_kinds(phonenumbers.PhoneMetadata.metadata_for_region(other)) for other in sharing)
    abroad = rf"(?:{here.international_prefix})[1-9]\d+"
    # Behind a country's code, a prefix may be taken off twice.
    return rf"^(?:(?:{code}{dialled})?{dialled}(?:{'|'.join(dict.fromkeys(kinds))})|{abroad})$"


def _kinds(plan: Any) -> Iterator[str]:
    """The patterns of each kind of number in a country's plan."""
    for kind in ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail"):
        yield from _pattern(getattr(plan, kind))
    yield from _pattern(plan.fixed_line)
    yield from _pattern(plan.mobile)


def _pattern(kind: Any) -> Iterator[str]:
    if kind is not None and kind.national_number_pattern:
        yield kind.national_number_pattern
