"""An answer as numbers that tell whether it may be trusted, for a router that learns.

It does not know which of them matter: that is learned from outcomes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

import numpy as np
from msgspec import structs

from vouch.contracts.router import Query
from vouch.routing.checks import faults
from vouch.routing.equations import equations
from vouch.routing.reply import Form, Reply
from vouch.routing.surface import numbers

_DOUBT: Final = re.compile(
    r"\b(?:however|but since|cannot|can't|impossible|not possible|mistake|assum\w+|unknown|not enough|unclear)\b"
)
_SYMBOL: Final = re.compile(r"\b[a-zA-Z]\s*=")
_LARGE: Final = 1e5
_MOST_TEXT: Final = 20_000


def signals(query: Query, reply: Reply, *, form: Form = Form()) -> dict[str, float]:  # noqa: B008 - frozen
    """The numbers by name; those that need other answers, log-probabilities or embeddings only where there are some."""
    text = reply.text[:_MOST_TEXT]
    return (
        _face(query.text, text, reply, form)
        | _arithmetic(query.text[:_MOST_TEXT], text, form)
        | _agreement(reply, form)
        | _likelihood(reply)
        | _nearness(query, reply)
    )


def with_reply(query: Query, reply: Reply, *, form: Form = Form()) -> Query:  # noqa: B008 - frozen
    """The question together with what its cheap answer tells."""
    return structs.replace(query, signals={**query.signals, **signals(query, reply, form=form)})


def _face(question: str, text: str, reply: Reply, form: Form) -> dict[str, float]:
    lower = text.lower()
    return {
        "reply_faults": float(len(faults(reply, question=question, form=form))),
        "reply_unread": float(form.final_of(text) is None),
        "reply_length": math.log1p(len(reply.text)),
        "reply_lines": math.log1p(text.count("\n")),
        "reply_last_line": len(text.rsplit("\n", 1)[-1]) / 50,
        "reply_share": math.log1p(len(reply.text) / max(1, len(question))),
        "reply_doubt": float(bool(_DOUBT.search(lower))),
        "reply_symbols": float(bool(_SYMBOL.search(text))),
        "reply_because": math.log1p(lower.count(" since") + lower.count("because")),
        "reply_rounded": float("round" in lower),
        "reply_brackets": math.log1p(text.count("(")),
    }


def _arithmetic(question: str, text: str, form: Form) -> dict[str, float]:
    found = list(equations(text))
    asked, said = numbers(question), numbers(text)
    final = form.number_of(text) if form.numeric else None
    results = [equation.right for equation in found]
    unused, fresh = set(asked) - set(said), set(said) - set(asked)
    return {
        "equations": float(len(found)),
        "equations_wrong": float(sum(not equation.holds for equation in found)),
        "equations_long": float(sum(len(equation.written.split()) > 5 for equation in found)),
        "equations_broken": float(sum(not result.is_integer() for result in results)),
        "equations_below_0": float(any(result < 0 for result in results)),
        "steps_beyond_numbers": float(len(found) - len(asked)),
        "numbers_unused": float(len(unused)),
        "numbers_unused_share": len(unused) / max(1, len(set(asked))),
        "numbers_fresh": float(len(fresh)),
        "numbers_largest": min(math.log1p(max(said, default=0.0)), 30.0),
        **_final(final, asked, results),
    }


def _final(final: float | None, asked: list[float], results: list[float]) -> dict[str, float]:
    known = final is not None
    value = final if final is not None else 0.0
    return {
        "final_below_0": float(value < 0),
        "final_zero": float(known and value == 0),
        "final_broken": float(not value.is_integer()),
        "final_size": min(math.log1p(abs(value)), 30.0),
        "final_large": float(value > _LARGE),
        "final_was_asked": float(known and value in asked),
        "final_not_last": float(known and bool(results) and results[-1] != value),
        "final_not_found": float(known and value not in results),
    }


def _agreement(reply: Reply, form: Form) -> dict[str, float]:
    """Self-consistency: how many of several answers give the same final one."""
    if not reply.others:
        return {}
    finals = [_normal(form, text) for text in (reply.text, *reply.others)]
    counts = Counter(finals)
    return {
        "agreement": (counts[finals[0]] - 1) / len(reply.others),
        "agreement_most": max(counts.values()) / len(finals),
        "answers_different": math.log1p(len(counts)),
    }


def _normal(form: Form, text: str) -> str:
    number = form.number_of(text) if form.numeric else None
    return repr(number) if number is not None else " ".join((form.final_of(text) or "").lower().split())


def _likelihood(reply: Reply) -> dict[str, float]:
    if not reply.logprobs:
        return {}
    logs = np.array(reply.logprobs)
    return {
        "logprob_mean": float(logs.mean()),
        "logprob_least": float(max(logs.min(), -20.0)),
        "logprob_unsure": float((logs < math.log(0.5)).mean()),
        "logprob_end": float(logs[-5:].mean()),
    }


def _nearness(query: Query, reply: Reply) -> dict[str, float]:
    if query.embedding is None or reply.embedding is None:
        return {}
    return {"nearness": float(query.embedding @ reply.embedding)}
