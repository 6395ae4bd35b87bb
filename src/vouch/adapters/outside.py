"""An app whose model is elsewhere: its tools are called by an agent of another framework.

It does not know that framework.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.contracts.model import Model
from vouch.contracts.provenance import Planner, Provenance
from vouch.contracts.tool import Tool
from vouch.errors import BadRequest
from vouch.values.message import assistant
from vouch.values.request import Answer, Delta, Done, Request

NAME: Final = "outside/agent"

_NO_LIMIT: Final = Budget(steps=None, tokens=None, money=None, seconds=None, trouble=None)
"""The framework has limits of its own, and a conversation must not end because a tool was often called in it."""


class Outside:
    """Stands in the place of the model: when a write was seen through, it is the framework's turn again."""

    name = NAME

    async def answer(self, request: Request) -> Answer:
        """Nothing, so that the run waits; raises `BadRequest` for a question that no framework has asked."""
        if not any(message.role == "tool" for message in request.messages):
            raise BadRequest("the model of this app is an agent of another framework: ask that one")
        return Answer(assistant(""), model=self.name)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same."""
        yield Done(await self.answer(request))

    async def aclose(self) -> None:
        """Nothing is held."""


def outside(
    name: str,
    tools: Sequence[Tool],
    *,
    provenance: Provenance = "ask",
    planner: str | Model | Planner | None = None,
) -> App:
    """The tools of an agent that lives in another framework, as an app: for a `ToolGateway`, and for vouch.toml.

    With the latter, `vouch approve` finds it. The options are those of `App`. Raises `AppError`.
    """
    return App(name=name, models=[Outside()], tools=tools, budget=_NO_LIMIT, provenance=provenance, planner=planner)
