"""Personal data that have a form: e-mail and internet addresses, telephone, account, card and national numbers.

It does not know names, birthdays or streets: those have none, and need a model to be found.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Literal, get_args

from vouch.contracts.guard import Judgement
from vouch.errors import AppError
from vouch.guards import numbers, phones
from vouch.guards.finding import Finding, judged, masked, setting
from vouch.guards.numbers import NATIONAL_IDS, NationalIds, four_numbers, iban_end, is_address, is_card
from vouch.guards.phones import Phones
from vouch.guards.scan import Scanner, Span, optional, scanner, users_scanner

Kind = Literal["email", "phone", "iban", "card", "ip", "national_id"]
"""`email`, `phone`: addresses of people; `iban`, `card`: accounts and payment cards; `ip`: public internet addresses;
`national_id`: social security, tax and identity numbers of some thirty countries."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "SE", "AU")
"""Where a telephone number without a country's code may be from, when no other regions are given."""

_BEFORE: Final = 48
"""Characters before a number in which a word may say what it is."""

_SOME: Final = 16
"""Numbers of a text before each of which words are sought."""

_TOLD: Final = 9
"""Bare digits up to which no number says what it is without a word before it."""

_WORDS: Final = "(?i)" + "|".join(words.removeprefix("(?i)") for words in (*phones.WORDS, *numbers.WORDS))

_SHORTEST: Final = 7
"""Characters of a number that is looked at."""

_BOUND_BEFORE: Final = frozenset("_#@/\\=$€£")
_BOUND_AFTER: Final = frozenset("_@")
"""Signs that bind a number to what stands beside it."""

_PIECE: Final = re.compile(rf"\S{{{_SHORTEST},}}")

_EMAIL: Final = r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_IP6: Final = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,7}"
_IP4: Final = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_CODE: Final = (
    r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]{1,4}){3,8}|[A-Za-z]{4}[A-Za-z0-9]{12,14}|[XYZxyz]-?[0-9]{7}-?[A-Za-z]"
)
_NUMBER: Final = (
    r"[+(]{0,2}[0-9](?:[ ().\-/+\x{a0}]{0,3}[0-9]){6,}(?: ?x[0-9]{1,5}|A[0-9]{3}[0-9A-Z]|-?[A-Za-z]{1,2})?".replace(
        r"\x{a0}", "\u00a0"
    )
)


@dataclass(frozen=True)
class Personal:
    """Refuses texts that hold personal data of the kinds to be blocked; counts those to be reported."""

    name: str
    block: tuple[str, ...]
    report: tuple[str, ...]
    _scans: tuple[tuple[Scanner, Judge], ...] = field(repr=False, compare=False)

    async def judge(self, text: str) -> Judgement:
        """Whether nothing to be blocked is in the text; `why` counts by kind and never repeats what was found."""
        return judged(self._each(text), self.report)

    def find(self, text: str) -> tuple[Finding, ...]:
        """All that is in the text, by place."""
        return tuple(sorted(set(self._each(text)), key=lambda finding: (finding.start, -finding.end)))

    def _each(self, text: str) -> Iterator[Finding]:
        return chain.from_iterable(judge(text, scan.spans(text)) for scan, judge in self._scans)

    def mask(self, text: str) -> str:
        """`text` with its kind in the place of each, such as `[email]`."""
        return masked(text, self.find(text), lambda finding: f"[{finding.kind}]")


Judge = Callable[[str, Iterator[Span]], Iterator[Finding]]
"""What the candidates in a text are."""


def personal(
    block: Sequence[str] = KINDS,
    report: Sequence[str] = (),
    *,
    regions: Sequence[str] = REGIONS,
    patterns: Mapping[str, str] | None = None,
) -> Personal:
    """Refuse texts with personal data of the kinds in `block`; count those of the kinds in `report`.

    `regions`: ISO codes of where telephone numbers without a country's code are from. `patterns`: kinds of your own
    and their regular expressions; they block unless their names stand in `report`. Raises an `AppError` for an unknown
    kind or region and for an unreadable pattern, a `ConfigError` where `phone` or `national_id` is asked for without
    the packages of `vouch-llm[guards]`.
    """
    own = dict(patterns or {})
    blocked = tuple(kind for kind in (*KINDS, *own) if kind not in report and (kind in block or kind in own))
    reported = tuple(kind for kind in (*KINDS, *own) if kind in report)
    _check(block, report, own)
    kinds = {*blocked, *reported} - set(own)
    scans = [
        *_built_in(kinds, tuple(regions)),
        *((users_scanner(name, text), _own(name)) for name, text in own.items()),
    ]
    name = setting(
        "personal",
        block=None if blocked == KINDS else list(blocked),
        report=list(reported),
        regions=None if tuple(regions) == REGIONS else list(regions),
        patterns=own,
    )
    return Personal(name, blocked, reported, tuple(scans))


def _check(block: Sequence[str], report: Sequence[str], own: Mapping[str, str]) -> None:
    known = (*KINDS, *own)
    for given in (block, report):
        if isinstance(given, str):
            raise AppError(f"personal({given!r}): a list of kinds is wanted, such as personal([{given!r}])")
        if unknown := [kind for kind in given if kind not in known]:
            raise AppError(
                f"personal(...) does not know {unknown[0]!r}; it knows {', '.join(known)}; "
                "give another kind's pattern as patterns={'name': r'...'}"
            )
    if twice := [kind for kind in own if kind in KINDS]:
        raise AppError(f"personal(patterns=...): {twice[0]!r} is built in; give your pattern another name")


def _built_in(kinds: set[str], regions: tuple[str, ...]) -> Iterator[tuple[Scanner, Judge]]:
    telephones = _phones(regions) if "phone" in kinds else None
    identities = None
    if "national_id" in kinds:
        identities = NationalIds([_stdnum(identity.module) for identity in NATIONAL_IDS])
    if "email" in kinds:
        # Each part of the first half is one piece: to give a sign back would not bring an @ nearer.
        yield _Emails(scanner(_EMAIL, dense=_EMAIL.replace("}@", "}+@"))), _emails
    if kinds & {"iban", "national_id"}:
        yield scanner(_CODE, dense=_CODE), _only(kinds, _Codes(identities))
    if kinds & {"card", "national_id", "phone", "ip"}:
        forms = f"{_IP6}|{_NUMBER}|{_IP4}"
        yield scanner(forms, dense=forms), _only(kinds, _Numbers(identities, telephones))


def _phones(regions: tuple[str, ...]) -> Phones:
    known = optional("phonenumbers", package="phonenumberslite", guard="personal()", without=_without("phone"))
    if wrong := [region for region in regions if region not in known.SUPPORTED_REGIONS]:
        raise AppError(f"personal(regions=...): {wrong[0]!r} is no region; ISO codes such as 'DE' are wanted")
    return Phones(known, regions)


def _stdnum(module: str) -> Any:
    return optional(module, package="python-stdnum", guard="personal()", without=_without("national_id"))


def _without(kind: str) -> str:
    rest = [other for other in KINDS if other != kind]
    return f"or leave out {kind!r}: personal({rest!r})"


def _only(kinds: set[str], judge: Judge) -> Judge:
    return lambda text, spans: (finding for finding in judge(text, spans) if finding.kind in kinds)


def _own(name: str) -> Judge:
    return lambda _text, spans: (Finding(name, start, end) for start, end in spans)


class _Emails:
    """The scanner of addresses, spared where there is no @."""

    def __init__(self, scan: Scanner) -> None:
        self._scan = scan

    def spans(self, text: str, most: int | None = None) -> Iterator[Span]:
        return self._scan.spans(text, most) if "@" in text else iter(())


def _emails(text: str, spans: Iterator[Span]) -> Iterator[Finding]:
    for start, end in spans:
        candidate = text[start:end]
        lead = len(candidate) - len(candidate.lstrip(".'-+%"))
        ends = candidate.rstrip("-.")
        if not ends.rsplit(".", 1)[-1].isdigit() and candidate[lead] != "@":
            yield Finding("email", start + lead, start + len(ends))


@dataclass(frozen=True)
class _Codes:
    """What letters with digits are: an account number or a national number."""

    identities: NationalIds | None

    def __call__(self, text: str, spans: Iterator[Span]) -> Iterator[Finding]:
        for start, end in spans:
            candidate = text[start:end]
            if start and text[start - 1].isalnum():
                continue
            if length := iban_end(candidate):
                if alone(text, start, start + length):
                    yield Finding("iban", start, start + length)
            elif self._is_identity(text, start, end):
                yield Finding("national_id", start, end)

    def _is_identity(self, text: str, start: int, end: int) -> bool:
        if self.identities is None or not alone(text, start, end):
            return False
        return self.identities.has(text[start:end], text[max(0, start - _BEFORE) : start])


@dataclass(frozen=True)
class _Numbers:
    """What digits are: the first of address, card, national number and telephone number that they can be."""

    identities: NationalIds | None
    phones: Phones | None

    def __call__(self, text: str, spans: Iterator[Span]) -> Iterator[Finding]:
        questions = self.phones.questions(text) if self.phones else iter(())
        words = _Words(text)
        for span in spans:
            if kind := self._kind(text, span, words, questions):
                yield Finding(kind, *span)
                continue
            for piece in _pieces(text, *span):
                if kind := self._kind(text, piece, words, questions):
                    yield Finding(kind, *piece)

    def _kind(self, text: str, span: Span, words: _Words, questions: Iterator[bool]) -> str:
        start, end = span
        candidate = text[start:end]
        told = words.before(start)
        if not alone(text, start, end) or (not told and end - start < _TOLD and candidate.isdigit()):
            return ""
        before = text[max(0, start - _BEFORE) : start]
        if ":" in candidate or four_numbers(candidate):
            version = before.rstrip().lower().endswith(("version", "release", "v"))
            return "ip" if not version and is_address(candidate) else ""
        if is_card(candidate):
            return "card"
        if self.identities and self.identities.has(candidate, before if told else ""):
            return "national_id"
        if self.phones is None or candidate[-1].isalpha():
            return ""
        return "phone" if self.phones.is_phone(candidate, before, questions, told=told) else ""


class _Words:
    """Where words stand that may say what a number is; they are sought in all of a text once it has some numbers."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._asked = 0
        self._places: list[int] | None = None

    def before(self, place: int) -> bool:
        """Whether one may stand shortly before this place."""
        self._asked += 1
        if self._asked <= _SOME:
            return True
        if self._places is None:
            self._places = [span.start for span in scanner(_WORDS, dense=_WORDS).spans(self._text)]
        last = bisect_left(self._places, place)
        return last > 0 and self._places[last - 1] >= place - 2 * _BEFORE


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """The runs of a candidate between its spaces, where there are several."""
    if text.find(" ", start, end) < 0 and text.find("\u00a0", start, end) < 0:
        return iter(())
    return (
        Span(*piece.span()) for piece in _PIECE.finditer(text, start, end) if piece.end() - piece.start() < end - start
    )


def alone(text: str, start: int, end: int) -> bool:
    """Whether no letter, digit or sign of an identifier touches the piece."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or before in _BOUND_BEFORE or after.isalnum() or after in _BOUND_AFTER)
