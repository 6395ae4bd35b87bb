"""The promise of a policy: a rule over what happened in a run, asked before every write it guards.

It does not know how a refusal is told or recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import msgspec

from vouch.values.message import Message


class PastCall(NamedTuple):
    """A call of this run that has its result: arguments and content as text; `write` when it changed the world.

    `untrusted`: its content may hold text that a stranger wrote. `tainted`: it was chosen after such text was read, so
    that a stranger may have chosen its arguments.
    """

    name: str
    arguments: str
    content: str
    failed: bool = False
    write: bool = False
    untrusted: bool = False
    tainted: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The arguments as values."""
        return msgspec.json.decode(self.arguments or "{}")

    @property
    def value(self) -> Any:
        """The result as a value where it is JSON, else its text."""
        try:
            return msgspec.json.decode(self.content)
        except msgspec.DecodeError:
            return self.content


class Past(NamedTuple):
    """What happened in a run so far: every call with its result, oldest first, and what was said.

    `inputs` are the customer's own words; messages of their role may hold more, what the prompt puts there for one.
    """

    calls: Sequence[PastCall]
    messages: Sequence[Message]
    inputs: Sequence[str] | None = None

    def results(self, name: str) -> Iterator[PastCall]:
        """The calls of one tool that went well, newest first."""
        return (call for call in reversed(self.calls) if call.name == name and not call.failed)

    def last(self, name: str) -> PastCall | None:
        """The newest call of one tool that went well."""
        return next(self.results(name), None)

    @property
    def said(self) -> tuple[str, ...]:
        """What the customer said, oldest first."""
        if self.inputs is not None:
            return tuple(self.inputs)
        return tuple(message.text for message in self.messages if message.role == "user")


class Attempt(NamedTuple):
    """A write that is about to be made: the tool's name, its typed arguments, and the run so far."""

    tool: str
    arguments: dict[str, Any]
    past: Past


@runtime_checkable
class Policy(Protocol):
    """A rule. `customer` and `auditor` say in one sentence each why a write was refused."""

    @property
    def name(self) -> str:
        """The rule's name in the journal and in reports."""
        ...

    @property
    def customer(self) -> str:
        """The sentence for whoever talks to the app; the model is told it."""
        ...

    @property
    def auditor(self) -> str:
        """The sentence for whoever reads the journal."""
        ...

    def allows(self, attempt: Attempt) -> bool:
        """Whether the write may be made. Deterministic; an exception refuses."""
        ...
