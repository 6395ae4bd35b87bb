"""What every scorer of texts says alike: a run without an answer, a case that cannot be judged, right and wrong.

It does not know what makes an answer right.
"""

from __future__ import annotations

from typing import Final, cast

from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_SHOWN: Final = 120
"""Characters of a text that an explanation repeats."""

_ROUNDING: Final = 1e-12


def unanswered(scorer: str, result: Result) -> Score | None:
    """Nought for a run that ended without an answer; None when there is one to judge."""
    if result.status == "answered":
        return None
    reason = f": {result.why}" if result.why else ""
    return Score(scorer, 0.0, f"no answer, the run ended as {result.status!r}{reason}")


def unjudged(scorer: str, case: Case, wanted: str) -> Score:
    """No value, because the case's `expected` is not what this scorer needs."""
    return Score(scorer, None, f"case {case.id!r} expects {shown(case.expected)}: {wanted} is wanted there")


def texts(expected: object) -> list[str]:
    """The expected text or texts; nothing where `expected` is neither a text nor a list of texts only."""
    if isinstance(expected, str):
        return [expected]
    if not isinstance(expected, list | tuple):
        return []
    several = cast("list[object]", expected)
    found = [text for text in several if isinstance(text, str)]
    return found if len(found) == len(several) else []


def judged(scorer: str, why: str) -> Score:
    """Full marks without an explanation, nought with one."""
    return Score(scorer, 0.0 if why else 1.0, why)


def measured(scorer: str, value: float, what: str = "") -> Score:
    """A share as a score, told in `why` unless it is full marks; sums of floats may miss 1 by a rounding."""
    if value >= 1 - _ROUNDING:
        return Score(scorer, 1.0)
    return Score(scorer, max(value, 0.0), what or f"{value:.3f} of 1")


def shown(value: object) -> str:
    """`value` as Python writes it, cut after 120 characters."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def named(kind: str, **settings: object) -> str:
    """A scorer's name with those settings that are not None or False, such as `number(tolerance=0.01)`."""
    changed = [f"{key}={value!r}" for key, value in settings.items() if value is not None and value is not False]
    return f"{kind}({', '.join(changed)})" if changed else kind
