"""What every scorer of texts says alike: a run without an answer, a case that cannot be judged, right and wrong.

It does not know what makes an answer right.
"""

from __future__ import annotations

from typing import Final

from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_SHOWN: Final = 120
"""Characters of a text that an explanation repeats."""


def unanswered(scorer: str, result: Result) -> Score | None:
    """Nought for a run that ended without an answer; None when there is one to judge."""
    if result.status == "answered":
        return None
    reason = f": {result.why}" if result.why else ""
    return Score(scorer, 0.0, f"no answer, the run ended as {result.status!r}{reason}")


def unjudged(scorer: str, case: Case, wanted: str) -> Score:
    """No value, because the case's `expected` is not what this scorer needs."""
    return Score(scorer, None, f"case {case.id!r} expects {shown(case.expected)}: {wanted} is wanted there")


def judged(scorer: str, why: str) -> Score:
    """Full marks without an explanation, nought with one."""
    return Score(scorer, 0.0 if why else 1.0, why)


def shown(value: object) -> str:
    """`value` as Python writes it, cut after 120 characters."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def named(kind: str, **settings: object) -> str:
    """A scorer's name with those settings that are not None or False, such as `number(tolerance=0.01)`."""
    changed = [f"{key}={value!r}" for key, value in settings.items() if value is not None and value is not False]
    return f"{kind}({', '.join(changed)})" if changed else kind
