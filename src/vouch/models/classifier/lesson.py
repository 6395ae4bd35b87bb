"""What a request teaches: worked examples, and the question that is to be answered after them.

It does not know how anything is learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vouch.errors import BadRequest
from vouch.values.message import Message
from vouch.values.request import Example, Request, Settings

Examples = Sequence[Example]


def question(request: Request) -> str:
    """The words of the last user message; raises `BadRequest` when there is none."""
    return request.messages[_last_question(request)].text


def examples(request: Request) -> Examples:
    """The frame's examples, or else the pairs of user and assistant before the last user message."""
    return request.frame.examples or _spoken(request.messages[: _last_question(request)])


def check(name: str, taught: Examples) -> None:
    """Raises `BadRequest`, which says what to give, unless there are two examples with different labels."""
    labels = {example.output for example in taught}
    if len(labels) < 2:
        raise BadRequest(
            f"{name} learns from worked examples and was given {len(taught)} of them with {len(labels)} different "
            "labels; it needs at least two labels. Give the frame `examples` (input and output label), or put pairs of "
            "user and assistant messages before the question"
        )


def check_allowed(name: str, settings: Settings, labels: Sequence[str]) -> None:
    """Raises `BadRequest` when a label is taught that the `enum` of the settings' output schema does not allow."""
    allowed = (settings.output_schema or {}).get("enum")
    if not isinstance(allowed, list):
        return
    outside = [label for label in labels if label not in allowed]
    if outside:
        raise BadRequest(
            f"{name} is taught the label {outside[0]!r} ({len(outside)} such labels), but output_schema allows only "
            f"{allowed!r}; add it there, or correct the examples"
        )


def _last_question(request: Request) -> int:
    for place in range(len(request.messages) - 1, -1, -1):
        if request.messages[place].role == "user":
            return place
    raise BadRequest(f"{request.model} was given no user message to answer; end the messages with one")


def _spoken(messages: Sequence[Message]) -> tuple[Example, ...]:
    return tuple(
        Example(said.text, answered.text)
        for said, answered in pairwise(messages)
        if said.role == "user" and answered.role == "assistant"
    )
