"""What a request gives the reader: the question, and the passages to answer it from.

It does not know how an answer is found.

Passages stand in the messages in one of two ways: under a line that begins with a number in brackets, `[1] returns.md`,
or between tags, `<passage id="1"> ... </passage>` (also `document`, `source` and `context`). Or the question's own
message brings the text it is about: `Paragraph: ...`, then `Question: ...`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from vouch.values.message import Message

_HEAD: Final = re.compile(r"^\[(\d{1,3})\][ \t]*([^\n]*)\n", re.MULTILINE)
_TAG: Final = re.compile(
    r"<(passage|document|source|context)\b([^>\n]{0,300})>\s*(.*?)\s*</\1>", re.DOTALL | re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\b(?:id|index|number|n)\s*=\s*[\"']?(\d{1,3})\b")
_PARAGRAPH: Final = re.compile(
    r"\s*(?:Paragraph|Context|Passage|Text):\s*(.*)\n\s*Question:\s*(.*?)(?:\n\s*Answer:)?\s*", re.DOTALL
)


class Passage(NamedTuple):
    """A passage, and the mark under which an answer names it: `[1]`, or nothing where there is only one."""

    text: str
    mark: str = ""


class Given(NamedTuple):
    """A question and what to answer it from."""

    question: str
    passages: tuple[Passage, ...]


def given(messages: Sequence[Message]) -> Given:
    """The last thing a user said, and all passages in the messages; an empty question where no user said anything.

    What the assistant and tools said, and worked examples before the last question, hold no passages.
    """
    place = next((at for at in range(len(messages) - 1, -1, -1) if messages[at].role == "user"), None)
    if place is None:
        return Given("", ())
    said = messages[place].text
    if whole := _PARAGRAPH.fullmatch(said):
        return Given(whole[2].strip(), (Passage(whole[1].strip()),))
    system = [message.text for message in messages if message.role == "system"]
    question, own = _parted(said)
    found = [passage for text in system for passage in passages(text)]
    return Given(question, (*found, *own))


def passages(text: str) -> tuple[Passage, ...]:
    """The passages in a text."""
    tagged = tuple(
        Passage(match[3], f"[{number[1] if (number := _NUMBER.search(match[2])) else place}]")
        for place, match in enumerate(_TAG.finditer(text), 1)
        if match[3]
    )
    return tagged or _headed(text)


def _headed(text: str) -> tuple[Passage, ...]:
    """Passages under numbered lines that count up from 1; another number there is a part of the passage's text."""
    heads: list[re.Match[str]] = []
    for match in _HEAD.finditer(text):
        if int(match[1]) == len(heads) + 1:
            heads.append(match)
    ends = [*(head.start() for head in heads[1:]), len(text)] if heads else []
    found = (Passage(text[head.end() : end].strip(), f"[{head[1]}]") for head, end in zip(heads, ends, strict=True))
    return tuple(passage for passage in found if passage.text)


def _parted(said: str) -> tuple[str, tuple[Passage, ...]]:
    """A user's message that brings passages along: the question is its last paragraph outside of them."""
    if _TAG.search(said):
        return " ".join(_TAG.sub(" ", said).split()).removeprefix("Question:").strip(), passages(said)
    if own := _headed(said):
        *body, question = said.rstrip().rsplit("\n\n", 1)
        if body:
            return question.removeprefix("Question:").strip(), _headed(body[0] + "\n") or own
    return said.strip(), ()
