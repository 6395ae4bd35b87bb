"""`local/planner`: drives tools with no language model, and says how sure it is.

It does not know any tool or app: all it has is the request's tools, and what was said in the conversation.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final, NamedTuple, TypeVar

from vouch.contracts.embedder import Embedder
from vouch.errors import BadRequest
from vouch.models.planner.conversation import Conversation
from vouch.models.planner.decision import Decision, decide
from vouch.models.planner.meanings import Known, Meanings
from vouch.models.planner.progress import after, without_examples
from vouch.models.planner.toolbox import Toolbox, toolbox
from vouch.values.digest import digest
from vouch.values.message import Message, ToolCall, assistant
from vouch.values.request import Answer, Delta, Request, ToolSpec, extend, in_one_piece

_KEPT: Final = 512

K = TypeVar("K")
T = TypeVar("T")


class _Read(NamedTuple):
    """The tools of a request as they were read, kept as long as the tools themselves."""

    specs: tuple[ToolSpec, ...]
    tools: Toolbox
    digest: str


class Planner:
    """A `Model`: it chooses tools by meaning, fills their arguments, asks for what is missing, tells what came of it.

    Everything is derived from the request, so the same conversation always gets the same answer. Values come from the
    customer's words and from ids, numbers and names in results; what anybody may have written freely into a result is
    neither followed nor used. Calls are not confirmed here: whoever makes them asks the customer where that is wanted.
    """

    def __init__(self, name: str = "local/planner", *, embedder: Embedder) -> None:
        self.name = name
        self._embedder = embedder
        self._known = Known()
        self._tools: OrderedDict[int, _Read] = OrderedDict()
        self._boxes: OrderedDict[str, Toolbox] = OrderedDict()
        self._talks: OrderedDict[str, Conversation] = OrderedDict()
        self._decided: OrderedDict[str, Decision] = OrderedDict()

    async def answer(self, request: Request) -> Answer:
        """The next calls, or words. Raises `BadRequest` when there are no tools, or nobody has said anything."""
        if not request.frame.tools:
            raise BadRequest(f"{self.name} drives tools and was given none; give the app tools, or another model")
        if not any(message.role == "user" for message in request.messages):
            raise BadRequest(f"{self.name} was given no message of a user; there is nothing to answer")
        known = self._read(request.frame.tools)
        meanings = Meanings(self._embedder.dimensions, self._known)
        decision = self._decide(request, known, meanings)
        while meanings.missing:
            texts = list(meanings.missing)
            meanings.learn(texts, await self._embedder.embed(texts))
            decision = self._decide(request, known, meanings)
        self._known.forget()
        return _answer(decision, request, self.name)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer: words in one piece, then the calls."""
        for delta in in_one_piece(await self.answer(request)):
            yield delta

    async def aclose(self) -> None:
        """Forget everything read; the embedder belongs to whoever opened it."""
        self._tools.clear()
        self._boxes.clear()
        self._talks.clear()
        self._decided.clear()

    def _read(self, specs: tuple[ToolSpec, ...]) -> _Read:
        """The tools, read once; remembered by identity, because an app sends the same ones with every request."""
        read = self._tools.get(id(specs))
        if read is None or read.specs is not specs:
            content = digest(specs)
            box = self._boxes.get(content) or toolbox(specs)
            _keep(self._boxes, content, box)
            read = _Read(specs, box, content)
            _keep(self._tools, id(specs), read)
        return read

    def _decide(self, request: Request, read: _Read, meanings: Meanings) -> Decision:
        """Read the conversation from where it was read before, and decide."""
        talk, history, tools = Conversation(), read.digest, read.tools
        for message in without_examples(request.messages, request.frame.examples):
            before, history = self._decided.get(history), extend(history, message)
            known = self._talks.get(history)
            if known is None:
                known = after(talk, message, tools, meanings, before)
                if not meanings.missing:
                    _keep(self._talks, history, known)
            talk = known
        decision = decide(talk, tools, meanings)
        if not meanings.missing:
            _keep(self._decided, history, decision)
        return decision


def _keep(kept: OrderedDict[K, T], key: K, value: T) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)


def _answer(decision: Decision, request: Request, name: str) -> Answer:
    made = sum(len(message.calls) for message in request.messages)
    calls = [
        ToolCall(f"call-{made + place}", planned.skill.name, planned.arguments)
        for place, planned in enumerate(decision.calls, 1)
    ]
    message: Message = assistant(decision.text, *calls)
    return Answer(message, finish=decision.finish, model=name, confidence=round(decision.sure, 4))
