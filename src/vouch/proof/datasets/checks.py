"""Checks of a case's own: what each case expects says how its answer is judged, as tests of promptfoo do.

It does not know promptfoo's files. Every check is one of the scorers.

A case expects a list of checks: `[{"check": "contains", "value": "refund"}, {"check": "latency", "value": 2000}]`. All
must hold; `"not": true` turns one around.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, cast

import jsonschema_rs
import msgspec
from msgspec import Struct

from vouch import scorers
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError
from vouch.scorers.contains import Need
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

_ROUGE: Final = 0.75
_BLEU: Final = 0.5


class Check(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One check: its kind (see `KINDS`), what it needs, from which value on it holds, and whether it must not."""

    check: str
    value: Any = None
    threshold: float | None = None
    inverse: bool = msgspec.field(default=False, name="not")


class Judge(NamedTuple):
    """The scorer of a check, and what it is to expect."""

    scorer: Scorer
    expected: object = None


class IsJson(Struct, frozen=True):
    """Right when the whole output is JSON, and fits the schema that is expected, if any."""

    @property
    def name(self) -> str:
        """`is-json`."""
        return "is-json"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a run without an answer is not right."""
        try:
            found: object = msgspec.json.decode(result.output)
        except (msgspec.DecodeError, RecursionError) as error:
            return Score(self.name, 0.0, f"the output is not JSON: {error}")
        if case.expected is None:
            return Score(self.name, 1.0)
        try:
            problem = next(iter(jsonschema_rs.validator_for(case.expected).iter_errors(found)), None)
        except ValueError as error:
            return Score(self.name, None, f"the expected schema cannot be used: {error}")
        return Score(self.name, 1.0) if problem is None else Score(self.name, 0.0, str(problem).partition("\n")[0])


def _equals(check: Check) -> Judge:
    value = cast("object", check.value)
    if isinstance(value, str):
        return Judge(scorers.exact(), value)
    if isinstance(value, dict | list) and value:
        return Judge(scorers.fields(whole=True, exact_text=True, closed=True), cast("object", value))
    return Judge(scorers.number(whole=True), value)


def _pieces(need: Need, *, exact_case: bool) -> Callable[[Check], Judge]:
    def judge(check: Check) -> Judge:
        value = check.value
        several = [piece.strip() for piece in value.split(",")] if isinstance(value, str) else value
        return Judge(scorers.contains(need, exact_case=exact_case), several)

    return judge


def _piece(*, exact_case: bool) -> Callable[[Check], Judge]:
    return lambda check: Judge(scorers.contains(exact_case=exact_case), _text(check.value))


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) else value


def _share(check: Check, otherwise: float) -> float:
    return otherwise if check.threshold is None else check.threshold


KINDS: Final[Mapping[str, Callable[[Check], Judge]]] = {
    "equals": _equals,
    "contains": _piece(exact_case=True),
    "icontains": _piece(exact_case=False),
    "contains-all": _pieces("all", exact_case=True),
    "contains-any": _pieces("any", exact_case=True),
    "icontains-all": _pieces("all", exact_case=False),
    "icontains-any": _pieces("any", exact_case=False),
    "starts-with": lambda check: Judge(scorers.regex(), rf"\A{re.escape(str(check.value))}"),
    "regex": lambda check: Judge(scorers.regex(), check.value),
    "is-json": lambda check: Judge(IsJson(), check.value),
    "is-refusal": lambda _: Judge(scorers.refusal(wanted=True)),
    "latency": lambda check: Judge(scorers.latency(float(check.value) / 1000)),
    "cost": lambda check: Judge(scorers.cost(str(check.value))),
    "rouge-n": lambda check: Judge(scorers.at_least(_share(check, _ROUGE), scorers.rouge("1")), check.value),
    "bleu": lambda check: Judge(scorers.at_least(_share(check, _BLEU), scorers.bleu()), check.value),
}
"""By kind: the scorer that judges it. `latency` is in milliseconds, `cost` in US dollars."""


class Checks(Struct, frozen=True):
    """Right when all checks that the case expects hold."""

    @property
    def name(self) -> str:
        """`checks`."""
        return "checks"

    async def score(self, case: Case, result: Result) -> Score:
        """1 or 0 with every check that does not hold; unscored without checks, or where one cannot be judged."""
        try:
            wanted = msgspec.convert(case.expected, tuple[Check, ...])
            judges = [_judge(check) for check in wanted]
        except (msgspec.ValidationError, AppError, TypeError, ValueError) as error:
            return Score(self.name, None, f"case {case.id!r} expects no list of checks that can be used: {error}")
        if not wanted:
            return Score(self.name, None, f"case {case.id!r} expects no check")
        failed: list[str] = []
        for check, judge in zip(wanted, judges, strict=True):
            found = await judge.scorer.score(msgspec.structs.replace(case, expected=judge.expected), result)
            if found.value is None:
                return Score(self.name, None, f"{check.check}: {found.why}")
            if found.right is check.inverse:
                failed.append(f"{'not-' if check.inverse else ''}{check.check}: {found.why or 'it holds'}")
        return Score(self.name, 0.0, "; ".join(failed)) if failed else Score(self.name, 1.0)


def checks() -> Checks:
    """Right when all checks that a case expects hold: how imported tests of promptfoo are judged."""
    return Checks()


def _judge(check: Check) -> Judge:
    if check.check not in KINDS:
        raise AppError(f"there is no check {check.check!r}; there are: {', '.join(KINDS)}")
    return KINDS[check.check](check)
