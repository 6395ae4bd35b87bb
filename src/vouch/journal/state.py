"""A run's state, folded from its events: what was said, what is open, what it used. To resume is to fold and go on.

It does not know what comes next; the app decides that from the state alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from vouch.contracts.policy import Past, PastCall
from vouch.contracts.provenance import Step
from vouch.errors import EventUnreadable
from vouch.values.event import (
    AnswerChecked,
    AnswerCited,
    ApprovalAsked,
    ApprovalGiven,
    CallRefused,
    EffectDone,
    EffectIntended,
    EffectSettled,
    EffectUncertain,
    Event,
    GuardJudged,
    InputGiven,
    KnowledgeFound,
    ModelAnswered,
    ModelFailed,
    PlanFixed,
    PromptRendered,
    ProvenanceJudged,
    RouteChosen,
    RunFinished,
    RunResumed,
    RunStarted,
    RunWaiting,
    ToolRead,
    WorldLeft,
)
from vouch.values.message import Message, ToolCall, ToolResult, assistant, tool_result, user
from vouch.values.money import ZERO, Money, Usage
from vouch.values.request import extend
from vouch.values.result import Made, Refused

_steps: Final = msgspec.json.Decoder(tuple[Step, ...]).decode

_KEYS: Final = UUID("5b0f9a6e-5d0b-4a58-9a53-8f1c5b9b8e11")
"""The namespace of idempotency keys."""


class OpenCall:
    """A call that has no result yet, and how far it has come."""

    def __init__(self, call: ToolCall, key: str, rests_on: tuple[str, ...] = ()) -> None:
        self.call = call
        self.key = key
        """The idempotency key that this call has if it writes: the same after every crash."""
        self.rests_on = rests_on
        """The untrusted sources that were read before the call was chosen."""
        self.confirmed = ""
        """The digest of the arguments to which the customer said yes."""
        self.judged: ProvenanceJudged | None = None
        """What was found of its provenance."""
        self.asked: ApprovalAsked | None = None
        self.given: ApprovalGiven | None = None
        self.intended: EffectIntended | None = None
        self.intended_at = 0.0
        """When it was first begun."""
        self.uncertain: EffectUncertain | None = None


class RunState:
    """Everything about a run that its next step depends on. Changed by `apply` alone."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.events = 0
        """Events applied: the number of the next one."""
        self.started: RunStarted | None = None
        self.version = ""
        """The version of the app that may go on with it."""
        self.started_at = 0.0
        self.judged: dict[str, tuple[bool, str]] = {}
        """By side and guard, such as `input:deny`: whether it passed in this turn, and why not."""
        self.passages: str | None = None
        """What knowledge was recalled for what the customer said last, as JSON; None before that."""
        self.input = ""
        """What the customer said last."""
        self.inputs: list[str] = []
        """All that the customer said, oldest first, without what may repeat a stranger's words."""
        self.requests: list[str] = []
        """The same without their answers to what they were asked about a write."""
        self.rests_on: tuple[str, ...] = ()
        """The untrusted sources in the conversation, in the order they came: a tool or a document each."""
        self.planned: tuple[Step, ...] | None = None
        """The writes that were planned from what the user said; None until that is done for what they said last."""
        self.planned_calls: dict[str, int] = {}
        """By call: the step of the plan that it takes."""
        self.messages: list[Message] = []
        self.history = ""
        """The digest of `messages`, kept up as they grow."""
        self.head = 0
        """How many of the messages are the prompt's."""
        self.rendered = False
        self.plan: tuple[str, ...] = ()
        self.attempt = 0
        """How many models of the plan have been given up."""
        self.failures: list[ModelFailed] = []
        """Failures since the last answer, for the model now asked."""
        self.last_failure: ModelFailed | None = None
        self.answer: ModelAnswered | None = None
        """The last final answer, until it is refused or the customer says more."""
        self.cited: AnswerCited | None = None
        """Where the sentences of that answer stand, once it was looked up."""
        self.unsure: ModelAnswered | None = None
        """The last answer that was not kept for want of confidence."""
        self.open: dict[str, OpenCall] = {}
        """Calls without a result, in the order they were made, by id."""
        self.calls: list[PastCall] = []
        """Calls with a result, oldest first."""
        self.writes: list[Made] = []
        """The writes that were made, oldest first."""
        self.refused: list[Refused] = []
        """The calls that were not made, oldest first."""
        self.said: list[str] = []
        """What the customer was told, turn by turn."""
        self.world = ""
        """How the run left its world, as JSON, where that was recorded."""
        self.made = 0
        """How many calls the run has made so far; it numbers the idempotency keys."""
        self.trouble = 0
        """Calls in a row that failed or were refused."""
        self.checked = False
        self.repairs = 0
        self.steps = 0
        self.usage = Usage()
        self.cost: Money | None = None
        self.reply: str | None = None
        """What the customer said to the question about a write, until it is taken in."""
        self.replied_at = 0.0
        self.asking = ""
        """The call about which the customer was asked last: what they say next answers that and nothing else."""
        self.heard: list[str] = []
        """What the customer said while calls were open; it is said to the model after their results."""
        self.waiting: RunWaiting | None = None
        """What the run waits for, until something happens."""
        self.finished: RunFinished | None = None
        self.at = 0.0
        """When the last event happened."""
        self.busy = 0.0
        """Seconds in which the run was at work until the last event: neither waiting for anybody, nor interrupted."""
        self.idle = False
        """Whether nobody has been at work since the last event: it waits, or was decided about and not taken up yet."""

    def apply(self, event: Event) -> None:
        """Take in the next event; raises `EventUnreadable` when it is not the next."""
        if event.seq != self.events:
            raise EventUnreadable(f"run {self.run!r}: event {event.seq} came where {self.events} was wanted")
        self.events += 1
        if event.seq == 0:
            self.started_at = event.at
        body = event.body
        if event.seq and not isinstance(body, RunResumed):
            self.busy = self.busy_until(event.at)
        self.at = event.at
        if not isinstance(body, WorldLeft):
            still_waits = isinstance(body, RunResumed) and self.waiting is not None
            self.idle = still_waits or isinstance(body, RunWaiting | ApprovalGiven | EffectSettled)
        if not isinstance(body, RunWaiting | RunResumed | WorldLeft):
            self.waiting = None
        if take := _TAKE.get(type(body)):
            take(self, body)

    def busy_until(self, now: float) -> float:
        """Seconds in which the run was at work until Unix time `now`."""
        return self.busy if self.idle else self.busy + max(0.0, now - self.at)

    @property
    def outgoing(self) -> str:
        """The words of the last answer as they go out."""
        if self.cited is not None and self.cited.changed:
            return str(self.cited.output)
        return self.messages[-1].text

    @property
    def spent(self) -> Money:
        """What the run has cost so far; what has no known price counts as nothing."""
        return ZERO if self.cost is None else self.cost

    @property
    def past(self) -> Past:
        """What policies may look at."""
        return Past(self.calls, self.messages, self.requests)


def _start(state: RunState, body: RunStarted) -> None:
    state.started = body
    state.version = body.version
    state.input = str(body.input)
    if state.input and not body.rests_on:
        state.inputs.append(state.input)
        state.requests.append(state.input)
    state.rests_on = body.rests_on


def _judge(state: RunState, body: GuardJudged) -> None:
    state.judged[f"{body.side}:{body.guard}"] = (body.passed, body.why)


def _know(state: RunState, body: KnowledgeFound) -> None:
    state.passages, state.rendered = str(body.hits), False
    _rest_on(state, *(f"document:{document}" for document in body.untrusted))


def _rest_on(state: RunState, *sources: str) -> None:
    if new := [source for source in dict.fromkeys(sources) if source not in state.rests_on]:
        state.rests_on = (*state.rests_on, *new)


def _plan(state: RunState, body: PlanFixed) -> None:
    try:
        state.planned = _steps(str(body.steps))
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise EventUnreadable(f"run {state.run!r}: its plan cannot be read: {error}") from error
    _spend(state, body)
    state.planned_calls = {}


def _judge_provenance(state: RunState, body: ProvenanceJudged) -> None:
    _opened(state, body.call_id).judged = body
    if body.verdict == "planned":
        state.planned_calls[body.call_id] = body.step


def _render(state: RunState, body: PromptRendered) -> None:
    prompt = msgspec.json.decode(str(body.messages), type=list[Message])
    said = state.messages[state.head :]
    # A prompt with newer passages takes the place of the one before; what was said after it stays.
    state.messages, state.history = [], ""
    state.head, state.rendered = len(prompt), True
    for message in (*prompt, *said):
        _say(state, message)


def _route(state: RunState, body: RouteChosen) -> None:
    state.plan, state.attempt = body.plan, 0


def _fail(state: RunState, body: ModelFailed) -> None:
    state.last_failure = body
    state.failures.append(body)
    if body.given_up:
        state.failures = []
        state.attempt += 1


def _answered(state: RunState, body: ModelAnswered) -> None:
    state.steps += 1
    _spend(state, body)
    state.failures = []
    if not body.kept:
        state.unsure = body
        state.attempt += 1
        return
    calls = body.calls if isinstance(body.calls, tuple) else ()
    _say(state, assistant(str(body.text), *calls))
    for call in calls:
        state.made += 1
        # With the time of the start, because the name may have been given by hand, and given before or elsewhere.
        name = f"{state.run}/{state.started_at!r}/{state.made}"
        state.open[call.id] = OpenCall(call, str(uuid5(_KEYS, name)), state.rests_on)
    state.answer = None if calls else body
    state.checked, state.cited = False, None


def _spend(state: RunState, body: ModelAnswered | ToolRead | EffectDone | PlanFixed) -> None:
    state.usage += body.usage
    if body.cost is not None:
        state.cost = body.cost if state.cost is None else state.cost + body.cost


def _check(state: RunState, body: AnswerChecked) -> None:
    state.checked = body.passed
    if not body.passed:
        state.repairs += 1
        state.answer = None
        _say(state, user(body.problem))


def _cite(state: RunState, body: AnswerCited) -> None:
    state.cited = body


def _read(state: RunState, body: ToolRead) -> None:
    _spend(state, body)
    _close(state, body.call_id, str(body.content), failed=body.failed, untrusted=body.untrusted)


def _refuse(state: RunState, body: CallRefused) -> None:
    state.refused.append(Refused(body.name, body.by, body.rule))
    _close(state, body.call_id, str(body.content), failed=True)


def _ask(state: RunState, body: ApprovalAsked) -> None:
    opened = _opened(state, body.call_id)
    opened.asked, opened.given = body, None
    _forget_question(state, body.call_id)


def _give(state: RunState, body: ApprovalGiven) -> None:
    opened = _opened(state, body.call_id)
    if opened.asked is not None and opened.asked.of == "customer":
        _forget_question(state, body.call_id)
        if body.decision == "approve":
            opened.confirmed, opened.asked = body.arguments, None
            return
    opened.given = body


def _intend(state: RunState, body: EffectIntended) -> None:
    opened = _opened(state, body.call_id)
    if opened.intended is None:
        opened.intended_at = state.at
    opened.intended = body


def _doubt(state: RunState, body: EffectUncertain) -> None:
    _opened(state, body.call_id).uncertain = body


def _do(state: RunState, body: EffectDone) -> None:
    _spend(state, body)
    write = not body.failed
    _close(state, body.call_id, str(body.content), failed=body.failed, write=write, untrusted=body.untrusted)


def _settle(state: RunState, body: EffectSettled) -> None:
    _close(state, body.call_id, str(body.content), failed=not body.made, write=body.made)


def _opened(state: RunState, call_id: str) -> OpenCall:
    if call_id not in state.open:
        raise EventUnreadable(f"run {state.run!r}: an event speaks of call {call_id!r}, which is not open")
    return state.open[call_id]


def _close(
    state: RunState, call_id: str, content: str, *, failed: bool, write: bool = False, untrusted: bool = False
) -> None:
    opened = _opened(state, call_id)
    del state.open[call_id]
    _forget_question(state, call_id)
    arguments = str(opened.intended.arguments) if opened.intended else opened.call.arguments
    tainted = bool(opened.rests_on)
    state.calls.append(PastCall(opened.call.name, arguments, content, failed, write, untrusted, tainted))
    if untrusted:
        _rest_on(state, f"tool:{opened.call.name}")
    if write:
        state.writes.append(Made(opened.call.name, arguments, content))
    if failed:
        # What was not done is still to be done.
        state.planned_calls.pop(call_id, None)
    state.trouble = state.trouble + 1 if failed else 0
    _say(state, tool_result(ToolResult(call_id, opened.call.name, content, failed)))
    if not state.open:
        for words in state.heard:
            _say(state, user(words))
        state.heard = []


def _forget_question(state: RunState, call_id: str) -> None:
    """What the customer was asked about this call is answered, or void: no later word of theirs may answer it."""
    if state.asking == call_id:
        state.asking, state.reply = "", None


def _hear(state: RunState, body: InputGiven) -> None:
    state.input = str(body.input)
    if body.rests_on:
        _rest_on(state, *body.rests_on)
    else:
        state.inputs.append(state.input)
    state.judged, state.answer, state.cited, state.unsure, state.attempt = {}, None, None, None, 0
    if not state.open:
        # What they say to open calls asks for nothing new: the plan goes on.
        state.planned = None
    if state.asking and not body.rests_on:
        # An answer to what the customer was asked about a write: its result will tell the model of it.
        state.reply = state.input if state.reply is None else f"{state.reply}\n{state.input}"
        state.replied_at = state.at
        return
    state.passages = None
    if not body.rests_on:
        state.requests.append(state.input)
    if state.open:
        state.heard.append(state.input)
    else:
        _say(state, user(state.input))


def _wait(state: RunState, body: RunWaiting) -> None:
    state.waiting = body
    if body.call_id in state.open:
        state.asking = body.call_id
    if body.output:
        state.said.append(str(body.output))


def _leave(state: RunState, body: WorldLeft) -> None:
    state.world = str(body.state)


def _take_over(state: RunState, body: RunResumed) -> None:
    if body.version:
        state.version = body.version
        # The models may be others now: which to ask is planned anew.
        state.plan, state.attempt, state.failures = (), 0, []


def _finish(state: RunState, body: RunFinished) -> None:
    state.finished = body
    if body.output and not (state.started and state.started.chat):
        state.said.append(str(body.output))


def _say(state: RunState, message: Message) -> None:
    state.messages.append(message)
    state.history = extend(state.history, message)


_TAKE: Final[dict[type[Any], Callable[[RunState, Any], None]]] = {
    RunStarted: _start,
    GuardJudged: _judge,
    KnowledgeFound: _know,
    PlanFixed: _plan,
    ProvenanceJudged: _judge_provenance,
    PromptRendered: _render,
    RouteChosen: _route,
    ModelFailed: _fail,
    ModelAnswered: _answered,
    AnswerChecked: _check,
    AnswerCited: _cite,
    ToolRead: _read,
    CallRefused: _refuse,
    ApprovalAsked: _ask,
    ApprovalGiven: _give,
    EffectIntended: _intend,
    EffectUncertain: _doubt,
    EffectDone: _do,
    EffectSettled: _settle,
    InputGiven: _hear,
    RunWaiting: _wait,
    WorldLeft: _leave,
    RunResumed: _take_over,
    RunFinished: _finish,
}


def fold(run: str, events: Iterable[Event]) -> RunState:
    """The state of `run` after `events`."""
    state = RunState(run)
    for event in events:
        state.apply(event)
    return state
