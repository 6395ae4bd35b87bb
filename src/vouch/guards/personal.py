"""Personal data that have a form: e-mail and internet addresses, telephone, account, card and national numbers.

It does not know names, birthdays or streets: those have none, and need a model to be found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, Literal, get_args

from vouch.contracts.guard import Judgement
from vouch.errors import AppError
from vouch.guards.finding import Finding, judged, masked, setting
from vouch.guards.numbers import NATIONAL_IDS, four_numbers, iban_end, is_address, is_card, is_national_id, is_phone
from vouch.guards.scan import Scanner, Span, optional, scanner, users_scanner

Kind = Literal["email", "phone", "iban", "card", "ip", "national_id"]
"""`email`, `phone`: addresses of people; `iban`, `card`: accounts and payment cards; `ip`: public internet addresses;
`national_id`: social security, tax and identity numbers of some thirty countries."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "SE", "AU")
"""Where a telephone number without a country's code may be from, when no other regions are given."""

_BEFORE: Final = 48
"""Characters before a number in which a word may say what it is."""

_SHORTEST: Final = 7
"""Characters of a number that is looked at."""

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
        return judged(self.find(text), self.report)

    def find(self, text: str) -> tuple[Finding, ...]:
        """All that is in the text, by place."""
        found = {
            finding
            for scan, judge in self._scans
            for start, end in scan.spans(text)
            for finding in judge(text, start, end)
        }
        return tuple(sorted(found, key=lambda finding: (finding.start, -finding.end)))

    def mask(self, text: str) -> str:
        """`text` with its kind in the place of each, such as `[email]`."""
        return masked(text, self.find(text), lambda finding: f"[{finding.kind}]")


Judge = Callable[[str, int, int], Iterator[Finding]]
"""What a candidate at (start, end) of a text is."""


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
    identities: Any = ()
    phones: Any = None
    if "phone" in kinds:
        phones = optional("phonenumbers", package="phonenumberslite", guard="personal()", without=_without("phone"))
        if wrong := [region for region in regions if region not in phones.SUPPORTED_REGIONS]:
            raise AppError(f"personal(regions=...): {wrong[0]!r} is no region; ISO codes such as 'DE' are wanted")
    if "national_id" in kinds:
        identities = [(identity, _stdnum(identity.module)) for identity in NATIONAL_IDS]
    if "email" in kinds:
        yield _Emails(scanner(_EMAIL)), _email
    if kinds & {"iban", "national_id"}:
        yield scanner(_CODE), _only(kinds, lambda text, start, end: _code(text, start, end, identities))
    if kinds & {"card", "national_id", "phone", "ip"}:
        yield scanner(f"{_IP6}|{_NUMBER}|{_IP4}"), _only(kinds, _Numbers(identities, regions, phones))


def _stdnum(module: str) -> Any:
    return optional(module, package="python-stdnum", guard="personal()", without=_without("national_id"))


def _without(kind: str) -> str:
    rest = [other for other in KINDS if other != kind]
    return f"or leave out {kind!r}: personal({rest!r})"


def _only(kinds: set[str], judge: Judge) -> Judge:
    return lambda text, start, end: (finding for finding in judge(text, start, end) if finding.kind in kinds)


def _own(name: str) -> Judge:
    return lambda _text, start, end: iter((Finding(name, start, end),))


class _Emails:
    """The scanner of addresses, spared where there is no @."""

    def __init__(self, scan: Scanner) -> None:
        self._scan = scan

    def spans(self, text: str, most: int | None = None) -> list[Span]:
        return self._scan.spans(text, most) if "@" in text else []


def _email(text: str, start: int, end: int) -> Iterator[Finding]:
    candidate = text[start:end]
    lead = len(candidate) - len(candidate.lstrip(".'-+%"))
    ends = candidate.rstrip("-.")
    if not ends.rsplit(".", 1)[-1].isdigit() and candidate[lead] != "@":
        yield Finding("email", start + lead, start + len(ends))


def _code(text: str, start: int, end: int, identities: Any) -> Iterator[Finding]:
    candidate = text[start:end]
    if start and text[start - 1].isalnum():
        return
    if length := iban_end(candidate):
        if alone(text, start, start + length):
            yield Finding("iban", start, start + length)
    elif alone(text, start, end) and is_national_id(candidate, text[max(0, start - _BEFORE) : start], identities):
        yield Finding("national_id", start, end)


@dataclass(frozen=True)
class _Numbers:
    """What digits are: the first of address, card, national number and telephone number that they can be."""

    identities: Any
    regions: tuple[str, ...]
    phones: Any

    def __call__(self, text: str, start: int, end: int) -> Iterator[Finding]:
        whole = self._kind(text, start, end)
        if whole:
            yield Finding(whole, start, end)
            return
        for begins, ends in _pieces(text, start, end):
            if kind := self._kind(text, begins, ends):
                yield Finding(kind, begins, ends)

    def _kind(self, text: str, start: int, end: int) -> str:
        candidate = text[start:end]
        if not alone(text, start, end):
            return ""
        before = text[max(0, start - _BEFORE) : start]
        if ":" in candidate or four_numbers(candidate):
            version = before.rstrip().lower().endswith(("version", "release", "v"))
            return "ip" if is_address(candidate) and not version else ""
        return self._number(candidate, before)

    def _number(self, candidate: str, before: str) -> str:
        if is_card(candidate):
            return "card"
        if is_national_id(candidate, before, self.identities):
            return "national_id"
        phone = self.phones is not None and not candidate[-1].isalpha()
        return "phone" if phone and is_phone(candidate, before, self.regions, self.phones) else ""


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The runs of a candidate between its spaces, where there are several."""
    place = start
    for space, run in groupby(text[start:end], str.isspace):
        length = len(list(run))
        if not space and _SHORTEST <= length < end - start:
            yield place, place + length
        place += length


def alone(text: str, start: int, end: int) -> bool:
    """Whether no letter, digit or sign of an identifier touches the piece."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or before in tuple("_#@/\\=$€£")) and not (after.isalnum() or after in tuple("_@"))
