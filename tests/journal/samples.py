"""Events to test with: a few by hand, and any at all by chance.

They do not know what is tested with them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from vouch.values.event import (
    AnyBody,
    Attempt,
    Blob,
    GuardFound,
    ModelAnswered,
    ProofFinished,
    ProofStarted,
    RunFinished,
    RunStarted,
    ScoreGiven,
)
from vouch.values.message import ToolCall
from vouch.values.money import Money, Usage

KINDS: tuple[type[Any], ...] = AnyBody.__args__


def started(app: str = "support", *, key: str = "k", text: str = "Where is my refund?", case: str = "") -> RunStarted:
    return RunStarted(app=app, version="v1", key=key, input=text, case=case)


def answered(text: str = "On its way.") -> ModelAnswered:
    return ModelAnswered(model="local/m", request="r", text=text)


def finished(output: str = "On its way.", **more: Any) -> RunFinished:
    return RunFinished(**{"status": "answered", "output": output, **more})


def run_of(text: str = "On its way.", *, app: str = "support", key: str = "k", case: str = "") -> tuple[AnyBody, ...]:
    """A short run that ended."""
    return (started(app, key=key, case=case), answered(text), finished(text))


def proof_of(*runs: str, kept: bool = True, ended: bool = True) -> tuple[AnyBody, ...]:
    """A proof that rests on `runs`."""
    begin = ProofStarted(
        app="support",
        version="v1",
        proof="quality",
        dataset="cases",
        dataset_digest="d",
        scorer="exact",
        n=len(runs),
        key="p",
    )
    scores = (ScoreGiven(case=f"c-{run}", run=run, scorer="exact", value=1.0) for run in runs)
    end = ProofFinished(verdict="ship", kept=kept, report="{}")
    return (begin, *scores, end) if ended else (begin, *scores)


def texts(*, large: bool = True) -> st.SearchStrategy[str]:
    """Any text; now and then a large one, also of characters that take several bytes."""
    short = st.text(max_size=30)
    if not large:
        return short
    return st.one_of(short, st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=9), st.just(400)))


def bodies(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any event of a kind, in its newest version."""
    fields = {item.name: _values(item.type) for item in msgspec.structs.fields(kind) if item.name != "v"}
    return st.builds(kind, **fields)


_CALLS = st.builds(ToolCall, st.text(max_size=9), st.text(max_size=9), texts())
_ATTEMPTS = st.builds(Attempt, st.text(max_size=9), st.integers(0, 599), st.text(max_size=9), st.floats(0, 9))
_FOUND = st.builds(GuardFound, st.text(max_size=9), st.sampled_from(("input", "output")), st.booleans(), st.text())
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: texts(large=False),
    bool: st.booleans(),
    int: st.integers(0, 2**40),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
    Usage: st.builds(Usage, *[st.integers(0, 2**40)] * 5),
    Money: st.builds(Money, st.decimals(allow_nan=False, allow_infinity=False), st.just("EUR")),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    tuple[str, ...]: st.lists(st.text(max_size=9), max_size=3).map(tuple),
    tuple[ToolCall, ...]: st.lists(_CALLS, max_size=3).map(tuple),
    tuple[GuardFound, ...]: st.lists(_FOUND, max_size=3).map(tuple),
    tuple[Attempt, ...]: st.lists(_ATTEMPTS, max_size=3).map(tuple),
}


def _values(declared: Any) -> st.SearchStrategy[Any]:
    if get_origin(declared) is Literal:
        return st.sampled_from(get_args(declared))
    if declared in _VALUES:
        return _VALUES[declared]
    options = get_args(declared)
    if Blob in options:
        (large,) = (option for option in options if option is not Blob)
        return texts() if large is str else _VALUES[large]
    return st.one_of(*(_values(option) for option in options))
