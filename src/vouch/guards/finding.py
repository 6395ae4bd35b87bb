"""What guards find in a text, told without repeating it: kinds, numbers and places.

It does not know what is looked for. Nothing found ever stands in a sentence made here, because those are journalled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Final, NamedTuple

from vouch.contracts.guard import Judgement

_ENOUGH: Final = 32
"""Findings of what is refused, after which a judgement looks for no more."""


class Finding(NamedTuple):
    """A piece of a text that a guard looks for; places in characters."""

    kind: str
    start: int
    end: int


def counted(findings: Iterable[Finding]) -> str:
    """The kinds and how often each was found, such as `2 email, 1 phone`; the most frequent first."""
    counts = Counter(finding.kind for finding in findings)
    return ", ".join(
        f"{number} {kind}" for kind, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def judged(findings: Iterable[Finding], report: Collection[str] = ()) -> Judgement:
    """Refused for any finding whose kind is not merely to be reported; `why` counts what was found.

    No more is looked for once so much was found that nobody needs to know how much there is.
    """
    noted, blocked = set[Finding](), set[Finding]()
    for finding in findings:
        (noted if finding.kind in report else blocked).add(finding)
        if len(blocked) == _ENOUGH:
            return Judgement(passed=False, why=f"found {counted(blocked)}, and perhaps more")
    if not blocked:
        return Judgement(passed=True, why=counted(noted))
    first = min(blocked, key=lambda finding: finding.start)
    return Judgement(passed=False, why=f"found {counted(blocked)}; the first at character {first.start}")


def masked(text: str, findings: Iterable[Finding], mark: Callable[[Finding], str]) -> str:
    """`text` with each finding replaced by its mark; those that overlap become one mark, that of the first."""
    pieces: list[str] = []
    last = 0
    for finding in sorted(findings, key=lambda finding: (finding.start, -finding.end)):
        if finding.start >= last:
            pieces += [text[last : finding.start], mark(finding)]
        last = max(last, finding.end)
    return "".join([*pieces, text[last:]])


def setting(kind: str, **settings: object) -> str:
    """A guard's name with those settings that are given, such as `personal(report=['email'])`."""
    given = [f"{key}={value!r}" for key, value in settings.items() if value is not None and value != [] and value != {}]
    return f"{kind}({', '.join(given)})" if given else kind
