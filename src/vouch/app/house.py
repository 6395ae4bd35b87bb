"""What a run needs from outside its app: the journal, the models by name, prices, and how patient to be.

It does not know which engines stand behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from vouch.app.retry import Retry
from vouch.contracts.model import Model
from vouch.errors import ConfigError
from vouch.journal.journal import Journal
from vouch.values.money import Money, Usage

if TYPE_CHECKING:
    from vouch.contracts.embedder import Embedder  # at run time it would load NumPy


class Closeable(Protocol):
    """Something that holds connections, threads or memory until it is closed."""

    async def aclose(self) -> None:
        """Give them back."""
        ...


@runtime_checkable
class Hosted(Protocol):
    """A tool that works in the house of the run that calls it."""

    def within(self, house: House, *, parent: str, key: str, rests_on: tuple[str, ...] = ()) -> Self:
        """The same tool for one call: of the run `parent`, which knows the call by its idempotency key.

        `rests_on` are the untrusted sources that were read before the call was chosen.
        """
        ...


@runtime_checkable
class Wired(Protocol):
    """Knowledge that names its embedder and is told what opens it."""

    def wire(self, open_embedder: Callable[[str], Embedder]) -> None:
        """From now on this gives the embedder of a name."""
        ...


def no_embedder(name: str) -> Embedder:
    """The embedders of a house that has none."""
    raise ConfigError(
        f"this house opens no embedder, and {name!r} is wanted; take the house of a project, or give Knowledge an "
        "opened embedder"
    )


def no_price(_model: str, _usage: Usage) -> Money | None:
    """The price list of a house that has none."""
    return None


@dataclass(frozen=True, kw_only=True)
class House:
    """The wired engines. `open_model` gives the model of a name and is asked once for each."""

    journal: Journal
    open_model: Callable[[str], Model]
    cost: Callable[[str, Usage], Money | None] = no_price
    open_embedder: Callable[[str], Embedder] = no_embedder
    retry: Retry = field(default_factory=Retry)
    shared: dict[str, Closeable] = field(default_factory=dict[str, Closeable])
    """What several models use together, closed with the house."""
    _models: dict[str, Model] = field(default_factory=dict[str, Model], init=False)
    _embedders: dict[str, Embedder] = field(default_factory=lambda: {}, init=False)  # noqa: PIE807 - typed

    def model(self, wanted: str | Model) -> Model:
        """The model of this name, opened at its first use; raises a `UsageError` when there is none."""
        if not isinstance(wanted, str):
            return wanted
        if wanted not in self._models:
            self._models[wanted] = self.open_model(wanted)
        return self._models[wanted]

    def embedder(self, name: str) -> Embedder:
        """The embedder of this name, opened at its first use; raises a `UsageError` when there is none."""
        if name not in self._embedders:
            self._embedders[name] = self.open_embedder(name)
        return self._embedders[name]

    async def aclose(self) -> None:
        """Close the models that were opened, then what they share, then the journal: all, even if one of them fails."""
        async with AsyncExitStack() as closing:
            closing.push_async_callback(self.journal.aclose)
            for part in (*self.shared.values(), *self._models.values()):
                closing.push_async_callback(part.aclose)
            self._models.clear()
            self._embedders.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
