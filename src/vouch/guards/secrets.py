"""Keys, tokens and passwords: by the forms that their issuers gave them, by what stands before them, and known ones.

It does not know whether a key still opens anything. The journal hides the keys it was told of by itself; this guard
looks for those that nobody told of.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from vouch.contracts.guard import Judgement
from vouch.errors import AppError
from vouch.guards.finding import Finding, judged, masked, setting
from vouch.guards.scan import Scanner, Signals, all_of, encoded, scanner
from vouch.journal.cleaning import REDACTED, SHORTEST
from vouch.values.digest import digest

_FORMS: Final = {
    "private_key": r"-----BEGIN (?:[A-Z]{2,9} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
    "aws": r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    "github": r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{82}",
    "gitlab": r"gl(?:pat|dt|rt|cbt|ptt|ft|oas|soat)-[A-Za-z0-9_-]{20,}",
    "slack": r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-f0-9]{60,70}"
    r"|hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,28}",
    "openai": r"sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"
    r"|[A-Za-z0-9]{48})",
    "anthropic": r"sk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{60,}",
    "google": r"AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{28}",
    "stripe": r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{32,}",
    "huggingface": r"hf_[A-Za-z]{34}",
    "npm": r"npm_[A-Za-z0-9]{36}",
    "pypi": r"pypi-AgE[A-Za-z0-9_-]{50,}",
    "sendgrid": r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    "digitalocean": r"do[opr]_v1_[a-f0-9]{64}",
    "shopify": r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "databricks": r"dapi[a-f0-9]{32}(?:-[0-9])?",
    "vault": r"hv[sbr]\.[A-Za-z0-9_-]{24,}",
    "telegram": r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
    "groq": r"gsk_[A-Za-z0-9]{52}",
    "replicate": r"r8_[A-Za-z0-9]{37}",
    "azure": r"AccountKey=[A-Za-z0-9+/]{86}==",
    "age": r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
    "jwt": r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
}
"""How keys look, as their issuers document them."""

_ISSUERS: Final = tuple(_FORMS)

_ASSIGNED: Final = (
    r"(?:[Pp]assw(?:or)?d|PASSW(?:OR)?D|[Pp]assphrase|[Ss]ecret(?:[ _-]?[Kk]ey)?|SECRET(?:_KEY)?|[Aa]pi[ _-]?[Kk]ey"
    r"|API[ _-]?KEY|(?:[Aa]ccess|[Aa]uth|[Bb]earer|[Rr]efresh)[ _-]?[Tt]oken|(?:ACCESS|AUTH)_TOKEN|[Bb]earer|TOKEN)"
    r"[\"']?(?: {0,2}(?:=>|:=|[:=]) {0,2}| )[\"']?[^\s\"'<>{}()\[\],;`]{10,200}"
)
_IN_ADDRESS: Final = r"[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>{}]{1,64}:[^\s/@\"'<>{}$]{3,128}@[A-Za-z0-9.-]{1,128}"

_EDGE: Final = re.compile(r"[\s\"':=]")
_STAND_IN: Final = r"(?i)x{4}|\*{3}|\.{3}|…|example|your|changeme|placeholder|redacted|dummy|sample|env|\$"
_MIXED: Final = re.compile(
    r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).*|(?=.*[A-Za-z])(?=.*[0-9])(?=.*[^A-Za-z0-9]).*|[a-f0-9]{24,}"
)

_ENTROPY: Final = 3.0
"""Bits a character (Shannon) that a password of someone's own or a generated token has; words have less."""


@dataclass(frozen=True)
class Secrets:
    """Refuses texts that hold keys, tokens or passwords."""

    name: str
    _known: tuple[str, ...] = field(repr=False, compare=False)
    _scan: Scanner = field(repr=False, compare=False)

    async def judge(self, text: str) -> Judgement:
        """Whether the text is free of them; `why` names the issuers, never the keys."""
        return judged(self._each(text))

    def find(self, text: str) -> tuple[Finding, ...]:
        """All of them, by place; a private key from its first line to its last."""
        return tuple(sorted(self._each(text), key=lambda finding: (finding.start, -finding.end)))

    def mask(self, text: str) -> str:
        """`text` with `[redacted]` in the place of each, as in the journal."""
        return masked(text, self.find(text), lambda _finding: REDACTED)

    def _each(self, text: str) -> Iterator[Finding]:
        yield from self._told(text)
        yield from self._written(text)

    def _told(self, text: str) -> Iterator[Finding]:
        for secret in self._known:
            place = text.find(secret)
            while place >= 0:
                yield Finding("known", place, place + len(secret))
                place = text.find(secret, place + len(secret))

    def _written(self, text: str) -> Iterator[Finding]:
        closing, newline = _Next(text, "-----END"), _Next(text, "\n")
        for start, end in self._scan.spans(text):
            if text[start - 1 : start].isalnum() or text[start - 1 : start] == "_":
                continue
            kind, begins = _judged(text[start:end])
            if kind == "private_key":
                # Without a closing line, it ends with its first.
                last = closing.place(end)
                end = newline.place(last if last < len(text) else end)
            if kind:
                yield Finding(kind, start + begins, end)


def secrets(known: Iterable[str] = ()) -> Secrets:
    """Refuse texts with keys, tokens or passwords; `known`: also these texts, whatever they look like.

    Raises an `AppError` for a known secret of fewer than 8 characters, which would be found everywhere.
    """
    if isinstance(known, str):
        raise AppError("secrets(...) was given one text: a list of known secrets is wanted, such as secrets([key])")
    texts = tuple(sorted(set(known)))
    if any(len(text) < SHORTEST for text in texts):
        raise AppError(
            f"secrets(known=...): a known secret has fewer than {SHORTEST} characters and would be found in ordinary "
            "words; leave it out"
        )
    name = setting("secrets", known=digest(texts)[:12] if texts else None)
    return Secrets(name, texts, scanner("|".join([*_FORMS.values(), _ASSIGNED, _IN_ADDRESS])))


def _judged(piece: str) -> tuple[str, int]:
    """The kind of a candidate, or nothing, and where in it the secret starts."""
    if "://" in piece and "@" in piece:
        value = piece.rsplit("@", 1)[0].rsplit(":", 1)[1]
        told = value.lower() not in ("password", "pass", "secret") and not _is_stand_in(value)
        return ("password" if told else ""), 0
    if kind := _issuer(piece):
        return kind, 0
    quote = piece[-1] if piece[-1] in "\"'" else ""
    value = _EDGE.split(piece.removesuffix(quote))[-1]
    if not value:
        return "", 0
    secret = value.strip("\"'.!?")
    return _issuer(secret) or ("password" if _random(secret) else ""), len(piece) - len(quote) - len(value)


def _issuer(value: str) -> str:
    """Whose form a value has, or nothing."""
    found = _forms().found(encoded(value))
    return _ISSUERS[min(found)] if found else ""


@cache
def _forms() -> Signals:
    return all_of([f"^(?:{form})$" for form in _FORMS.values()])


def _is_stand_in(value: str) -> bool:
    return any(scanner(_STAND_IN).spans(value, 1))


class _Next:
    """Where a piece of a text comes next; asked from its start to its end, it looks at the text once."""

    def __init__(self, text: str, piece: str) -> None:
        self._text, self._piece = text, piece
        self._place = -1

    def place(self, start: int) -> int:
        """From `start` on; the end of the text where it does not come."""
        if self._place < start:
            found = self._text.find(self._piece, start)
            self._place = len(self._text) if found < 0 else found
        return self._place


def _random(value: str) -> bool:
    """Whether a value was made up rather than written: of several kinds of signs, and few of them twice."""
    if len(value) < SHORTEST or not _MIXED.fullmatch(value) or _is_stand_in(value):
        return False
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts) >= _ENTROPY
