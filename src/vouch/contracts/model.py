"""The promise of a model, and of a model that learns from examples.

It does not know any provider.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from vouch.values.request import Answer, Delta, Frame, Request


@runtime_checkable
class Model(Protocol):
    """Answers requests. `name` is its full `provider/model` name."""

    @property
    def name(self) -> str:
        """The full name, such as `openai/gpt-4o-mini`."""
        ...

    async def answer(self, request: Request) -> Answer:
        """The whole answer; raises a `ModelError` when there is none. May be cancelled at any time."""
        ...

    def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer piece by piece, ended by exactly one `Done`; raises a `ModelError` when it breaks."""
        ...

    async def aclose(self) -> None:
        """Give back what the model holds: connections, threads, memory."""
        ...


class Trial(NamedTuple):
    """An example answered by a model that had not seen it: its confidence, and whether it was right."""

    confidence: float
    right: bool


@runtime_checkable
class Learner(Protocol):
    """A model that learns from the frame's examples, and can say how sure and how right it is on unseen ones."""

    async def out_of_fold(self, frame: Frame) -> Sequence[Trial]:
        """Every example, answered by a copy trained without it (cross-validation)."""
        ...
