"""The steps of a turn: each looks at the run's state, does one thing, and says what happened as events.

They do not know which step comes before or after.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, TypeVar

import msgspec

from vouch.app.app import App
from vouch.app.house import House, Wired
from vouch.app.output import problem_of
from vouch.app.recovery import Events, Write, with_spent
from vouch.contracts.guard import Guard, Judgement, Side, Sided, WithPassages
from vouch.contracts.knowledge import Passage
from vouch.contracts.model import Model
from vouch.contracts.tool import Tool, ToolRefused
from vouch.errors import ConfigError, MalformedAnswer, ModelError, ModelTimeout
from vouch.journal.cleaning import mended
from vouch.journal.state import OpenCall, RunState
from vouch.provenance.labels import is_untrusted
from vouch.values.event import (
    AnswerChecked,
    AnyBody,
    CallRefused,
    Event,
    GuardJudged,
    KnowledgeFound,
    ModelAnswered,
    ModelAsked,
    ModelFailed,
    PromptRendered,
    RouteChosen,
    RunFinished,
    RunWaiting,
    ToolRead,
    kind_of,
)
from vouch.values.message import ToolCall
from vouch.values.money import Money
from vouch.values.request import Answer, Delta, Done, Request, TextDelta
from vouch.values.request import ask as ask_with

_encode = msgspec.json.Encoder().encode
_log = logging.getLogger("vouch")

T = TypeVar("T")

LOOP = 3
"""The same call with the same result this often is a loop."""


Listener = Callable[[Event | Delta], None]
"""Told every event once it is recorded, and the pieces of an answer as they come."""


@dataclass(frozen=True)
class Turn:
    """What a step may look at: the app, the run's state, and the house."""

    app: App
    state: RunState
    house: House
    listener: Listener | None = None

    @property
    def input(self) -> str:
        """What the customer said last."""
        return self.state.input

    def tell(self, happened: Event | Delta) -> None:
        """Tell the listener. What goes wrong there is logged: it must not change what happens to the run."""
        if self.listener is None:
            return
        try:
            self.listener(happened)
        except Exception:  # noqa: BLE001 - anybody's code
            what = kind_of(happened.body) if isinstance(happened, Event) else type(happened).__name__
            _log.exception("a listener of run %r broke at %s; the run goes on", self.state.run, what)

    @property
    def chat(self) -> bool:
        """Whether the run goes on after an answer."""
        return self.state.started is not None and self.state.started.chat

    @property
    def model(self) -> Model:
        """The model whose turn it is."""
        return self.house.model(self.app.models[self.app.model_names.index(self.state.plan[self.state.attempt])])


async def guard_input(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Let every guard look at what came in; stop at the first refusal."""
    async for judged in _guard(turn, "input", turn.input):
        yield judged


async def guard_output(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Let every guard look at what would go out; stop at the first refusal."""
    async for judged in _guard(turn, "output", turn.state.outgoing):
        yield judged


async def _guard(turn: Turn, side: Literal["input", "output"], text: str) -> AsyncGenerator[AnyBody]:
    for guard in turn.app.guards:
        passed, why = await _judgement(turn, guard, side, text)
        yield GuardJudged(guard=guard.name, side=side, passed=passed, why=why)
        if not passed:
            return


async def _judgement(turn: Turn, guard: Guard, side: Side, text: str) -> Judgement:
    if isinstance(guard, Sided) and side not in guard.sides:
        return Judgement(passed=True, why="does not look at this side")
    if isinstance(guard, WithPassages) and turn.state.passages is not None:
        found = msgspec.json.decode(turn.state.passages, type=list[Passage])
        return await guard.judge_with(text, [passage.text for passage in found])
    return await guard.judge(text)


async def recall(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Find the passages that bear on what the customer said last."""
    assert turn.app.knowledge is not None  # noqa: S101 - the step is not chosen otherwise
    if isinstance(turn.app.knowledge, Wired):
        turn.app.knowledge.wire(turn.house.embedder)
    passages = await turn.app.knowledge.recall(turn.input)
    untrusted = tuple(dict.fromkeys(passage.document for passage in passages if not passage.trusted))
    yield KnowledgeFound(query=turn.input, hits=_encode(list(passages)).decode(), untrusted=untrusted)


async def compose(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Render the prompt: instructions, worked examples, the first question; with what was recalled for the last."""
    assert turn.state.started is not None  # noqa: S101 - every run begins with its start
    variables: dict[str, object] = {}
    if turn.state.passages is not None:
        passages = msgspec.json.decode(turn.state.passages, type=list[Passage])
        variables["passages"] = [msgspec.to_builtins(passage) for passage in passages]
    prompt = turn.app.instructions
    messages = prompt.render(str(turn.state.started.input), variables)
    yield PromptRendered(prompt=prompt.name, version=prompt.version, messages=_encode(messages).decode())


async def route(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Plan which models to ask, in which order: as the app lists them."""
    yield RouteChosen(policy="in order", plan=turn.app.model_names)


async def ask(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Ask the model whose turn it is, once; a failure says whether it is worth asking again, after its wait."""
    state, model = turn.state, turn.model
    request = ask_with(turn.app.frames[model.name], state.messages, history=state.history)
    yield ModelAsked(model=model.name, request=request.digest)
    started = time.perf_counter()
    try:
        async with asyncio.timeout(turn.app.budget.seconds_left(state, time.time())):
            answer = await _answer(model, request, turn)
    except TimeoutError:
        failure: ModelError = ModelTimeout(f"{model.name} gave no answer in the time the run had left")
    except ModelError as error:
        failure = error
    else:
        yield _answered(turn, request.digest, answer, time.perf_counter() - started)
        return
    wait = turn.house.retry.wait(failure, len(state.failures) + 1)
    yield ModelFailed(
        model=model.name,
        request=request.digest,
        error=type(failure).__name__,
        message=str(failure),
        given_up=wait is None,
        seconds=time.perf_counter() - started,
    )
    if wait:
        left = turn.app.budget.seconds_left(state, time.time())
        await asyncio.sleep(wait if left is None else min(wait, left))


async def _answer(model: Model, request: Request, turn: Turn) -> Answer:
    """The whole answer; where someone listens it is streamed to them."""
    if turn.listener is None:
        return await model.answer(request)
    async for delta in model.stream(request):
        if isinstance(delta, Done):
            return delta.answer
        if not (turn.app.rewrites and isinstance(delta, TextDelta)):
            turn.tell(delta)
    raise MalformedAnswer(f"{model.name} ended its stream without saying so")


def _answered(turn: Turn, request: str, answer: Answer, seconds: float) -> ModelAnswered:
    name = turn.state.plan[turn.state.attempt]
    bar = turn.app.least_confidence
    unsure = bar is not None and answer.confidence is not None and answer.confidence < bar
    return ModelAnswered(
        model=name,
        request=request,
        text=mended(answer.text),
        calls=_with_own_ids(answer.message.calls, turn.state),
        finish=answer.finish,
        usage=answer.usage,
        cost=_cost(turn, name, answer),
        confidence=answer.confidence,
        seconds=seconds,
        served=answer.model,
        kept=bool(answer.message.calls) or not (unsure or answer.finish == "abstained"),
    )


def _cost(turn: Turn, name: str, answer: Answer) -> Money | None:
    cost, spent = turn.house.cost(name, answer.usage), turn.state.cost
    if cost is not None and spent is not None and cost.currency != spent.currency:
        raise ConfigError(
            f"{name!r} is paid in {cost.currency}, but the models before it in this run in {spent.currency}; "
            "give all prices in one currency, under [prices] in vouch.toml"
        )
    return cost


def _with_own_ids(calls: Sequence[ToolCall], state: RunState) -> tuple[ToolCall, ...]:
    """Some models name two calls alike, or none at all; here every call of a run has an id of its own."""
    known = {message.result.call_id for message in state.messages if message.result is not None}
    named: list[ToolCall] = []
    for number, call in enumerate(calls, state.made + 1):
        wanted = unique = mended(call.id) or f"call-{number}"
        while unique in known:
            unique, number = f"{wanted}-{number}", number + 1
        known.add(unique)
        named.append(ToolCall(unique, mended(call.name), mended(call.arguments)))
    return tuple(named)


async def read(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Make the open calls that change nothing: at the same time, their results in the order asked."""
    writes = turn.app.writes
    calls = [opened for opened in turn.state.open.values() if opened.call.name not in writes]
    looping = [opened for opened in calls if _loops(turn.state, opened.call)]
    for opened in looping:
        name = opened.call.name
        yield CallRefused(call_id=opened.call.id, name=name, by="loop", content=_words_to_a_loop(name))
    wanted = [opened for opened in calls if opened not in looping]
    for body in await asyncio.gather(*(_read(turn, opened) for opened in wanted)):
        yield body


def _loops(state: RunState, call: ToolCall) -> bool:
    """Whether the last calls of this tool with these arguments, since anything was changed, all had one result."""
    since = list(takewhile(lambda past: not past.write, reversed(state.calls[-4 * LOOP :])))
    same = [past.content for past in since if (past.name, past.arguments) == (call.name, call.arguments)]
    # A model that goes on in spite of being told is in the loop still.
    results = [content for content in same if content != _words_to_a_loop(call.name)]
    return len(results) >= LOOP and len(set(results[:LOOP])) == 1


def _words_to_a_loop(name: str) -> str:
    return f"{name} was called {LOOP} times with these arguments and always gave the same. Do something else."


async def _read(turn: Turn, opened: OpenCall) -> ToolRead:
    started = time.perf_counter()
    call, tools = opened.call, turn.app.tools_by_name
    if tool := tools.get(call.name):
        tool = _hosted(tool, turn, opened)
        content, failed, untrusted = await _called(tool, call)
    else:
        # That there is no such tool is our own word.
        names = ", ".join(sorted(tools)) or "none"
        content, failed, untrusted = f"there is no tool {call.name!r}; there are: {names}", True, False
    read = ToolRead(
        call_id=call.id,
        name=call.name,
        content=mended(content),
        failed=failed,
        untrusted=untrusted,
        seconds=time.perf_counter() - started,
    )
    return with_spent(read, tool)


async def _called(tool: Tool, call: ToolCall) -> tuple[str, bool, bool]:
    """What a read gave, whether it failed, and whether that may be a stranger's text, as any exception's may be."""
    try:
        content = await tool.call(tool.check(call.arguments))
    except ToolRefused as refusal:
        repeats = refusal.__cause__ is not None
        return str(refusal), True, is_untrusted(tool, failed=True, repeats=repeats)
    except Exception as error:  # noqa: BLE001 - a tool may be anybody's code, and the model can do without it
        return f"{call.name} failed: {type(error).__name__}: {error}", True, True
    return content, False, is_untrusted(tool)


def _hosted(tool: T, turn: Turn, opened: OpenCall) -> T:
    """The tool for this one call, where it is `Hosted`; asking `isinstance` instead would cost more than the step."""
    within: Callable[..., T] | None = getattr(tool, "within", None)
    return (
        tool if within is None else within(turn.house, parent=turn.state.run, key=opened.key, rests_on=opened.rests_on)
    )


def write_step(work: Callable[[Write], Events], opened: OpenCall) -> Callable[[Turn], Events]:
    """The step that takes one open write further."""

    def step(turn: Turn) -> Events:
        tool = _hosted(turn.app.writes[opened.call.name], turn, opened)
        return work(Write(tool, opened, turn.state, turn.house.journal, turn.app.provenance))

    return step


async def check(turn: Turn) -> AsyncGenerator[AnyBody]:
    """Hold the answer against the prompt's `outputs`; what is wrong goes back to the model."""
    schema = turn.app.instructions.settings.output_schema
    assert schema is not None  # noqa: S101 - the step is not chosen otherwise
    problem = problem_of(turn.state.messages[-1].text, schema)
    yield AnswerChecked(passed=not problem, problem=problem)


async def finish(turn: Turn) -> AsyncGenerator[AnyBody]:
    """The last answer is the run's output; a chat says it and waits for more."""
    answer = turn.state.answer
    assert answer is not None  # noqa: S101 - the step is not chosen otherwise
    output = turn.state.outgoing
    if turn.chat:
        yield RunWaiting(
            of="customer",
            output=output,
            confidence=answer.confidence,
            model=answer.model,
            rests_on=turn.state.rests_on,
        )
    else:
        finished = RunFinished(status="answered", output=output, confidence=answer.confidence, model=answer.model)
        yield ending(turn.state, finished)


def ending(state: RunState, finished: RunFinished) -> RunFinished:
    """`finished` with the sums of the run filled in."""
    return msgspec.structs.replace(
        finished,
        usage=state.usage,
        cost=state.cost,
        seconds=state.busy_until(time.time()),
        steps=state.steps,
        rests_on=state.rests_on if finished.output else (),
    )
