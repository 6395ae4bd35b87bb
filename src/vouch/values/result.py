"""How a run ended.

It does not know the steps that led there.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from vouch.values.citation import Citation
from vouch.values.money import Money, Usage

Status = Literal["answered", "abstained", "blocked", "stopped", "failed", "waiting"]
"""`answered`: an answer was given; `abstained`: handed over, no model was sure enough; `blocked`: a guard refused;
`stopped`: a budget ran out; `failed`: no model could be reached, or the app broke; `waiting`: for a person."""


class Made(Struct, frozen=True):
    """A write that was made: by which tool, with which arguments (canonical JSON), and what it gave back."""

    tool: str
    arguments: str
    content: str


class Refused(Struct, frozen=True):
    """A call that was not made, by whom or what (see `CallRefused`), and under which rule."""

    tool: str
    by: str
    rule: str = ""


class Called(Struct, frozen=True):
    """A call of a tool and its arguments (canonical JSON), whether it reads or writes."""

    tool: str
    arguments: str


class Found(Struct, frozen=True):
    """A passage that was recalled for the question: of which document, and its text."""

    document: str
    text: str


class Result(Struct, frozen=True, omit_defaults=True):
    """How a run ended: its output, what the output rests on, and what it used. `why` explains any other end.

    `said` is what was said in each turn of a conversation, `calls` the names of all tools called, `made` the writes and
    `refused` the calls that were not made; `state` is how the world was left, where a proof gives each case its own.
    `called` are the calls with their arguments, `found` the passages recalled for the question, best first.
    `rests_on` are the untrusted sources, such as `tool:read_mail` or `document:faq.md`, that were read before the
    output was written: whoever shows it should say so. `citations` are the sentences of the output, each with the place
    of a document that supports it, where the app has knowledge.
    """

    run: str
    status: Status
    output: str = ""
    confidence: float | None = None
    model: str = ""
    usage: Usage = Usage()
    cost: Money | None = None
    seconds: float = 0.0
    steps: int = 0
    why: str = ""
    said: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    made: tuple[Made, ...] = ()
    refused: tuple[Refused, ...] = ()
    state: Any = None
    called: tuple[Called, ...] = ()
    found: tuple[Found, ...] = ()
    rests_on: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
