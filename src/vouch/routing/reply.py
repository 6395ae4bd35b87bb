"""What a cheap model answered, as a cascade reads it, and the form that its answer should have.

It does not know which model it was.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.errors import UsageError
from vouch.routing.surface import numbers
from vouch.values.request import Answer


class Reply(Struct, frozen=True, eq=False):
    """An answer, further answers to the same question where there are any, and what else is known.

    `logprobs` are those of its tokens, in order; `embedding` has shape (dimensions,); `whole` is false where the answer
    was cut off or refused.
    """

    text: str
    others: tuple[str, ...] = ()
    logprobs: tuple[float, ...] = ()
    embedding: NDArray[np.float32] | None = None
    whole: bool = True


def reply_of(answer: Answer, *, embedding: NDArray[np.float32] | None = None) -> Reply:
    """A model's answer with its other choices and log-probabilities."""
    return Reply(
        answer.text,
        tuple(other.text for other in answer.others),
        tuple(token.logprob for token in answer.logprobs),
        embedding,
        answer.finish in ("stop", "tools"),
    )


class Form(Struct, frozen=True):
    """The form an answer should have.

    `final` is a regular expression whose first group is the final answer; `numeric` that this is to be a number; `json`
    that the whole answer is to be JSON. Without any of them every answer has the right form.
    """

    final: str = ""
    numeric: bool = False
    json: bool = False

    def __post_init__(self) -> None:
        try:
            groups = re.compile(self.final).groups
        except re.error as error:
            raise UsageError(f"final = {self.final!r} is no regular expression: {error}") from error
        if self.final and not groups:
            raise UsageError(f"final = {self.final!r} has no group: put brackets around the final answer")

    def final_of(self, text: str) -> str | None:
        """The final answer as it stands there, without spaces around it; None where the form is broken."""
        if self.json and not _json(text):
            return None
        if not self.final:
            return text.strip() or None
        found = re.search(self.final, text)
        final = (found[1] or "").strip() if found else ""
        return final if final and (not self.numeric or numbers(final)) else None

    def number_of(self, text: str) -> float | None:
        """The first number of the final answer, or None."""
        final = self.final_of(text)
        found = numbers(final) if final is not None else []
        if final is None or not found:
            return None
        sign = -1.0 if re.match(r"\D*-\s*\$?\d", final) else 1.0
        return sign * found[0]


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text) is not ...
    except msgspec.DecodeError:
        return False
