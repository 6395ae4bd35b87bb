"""What happens in a run, as frozen events: the one record from which everything else is derived.

It does not know how events are stored, or what is derived from them.

A kind's `v` is its version; it is written only when it is not 1. Fields of type `str | Blob` may be large: the journal
stores such text once, by content, and puts a `Blob` in its place.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from vouch.values.message import ToolCall
from vouch.values.money import Money, Usage
from vouch.values.request import Finish
from vouch.values.result import Status
from vouch.values.score import Verdict


class Blob(Struct, frozen=True):
    """Large text kept elsewhere under its content address; `size` in bytes of UTF-8."""

    blob: str
    size: int


class Body(Struct, frozen=True, omit_defaults=True, tag_field="kind", kw_only=True):
    """Base of all kinds of event."""

    v: int = 1


class RunStarted(Body, frozen=True, tag="run.started"):
    """A run began: which app in which version was given what. `key` addresses version and input by content.

    A `chat` does not end with an answer but waits for the customer's next words. `parent` is the run that asked for
    this one, or of which it is a fork: then its first `forked_at` events are the parent's, as they were. The writes of
    a `simulated` run after these were never made. `rests_on` are the untrusted sources that `input` may repeat.
    """

    app: str
    version: str
    key: str
    input: str | Blob
    proof: str = ""
    case: str = ""
    chat: bool = False
    parent: str = ""
    forked_at: int = 0
    simulated: bool = False
    rests_on: tuple[str, ...] = ()


class PromptRendered(Body, frozen=True, tag="prompt.rendered"):
    """The messages the prompt gave, as JSON, and the prompt's version."""

    prompt: str
    version: str
    messages: str | Blob


class KnowledgeFound(Body, frozen=True, tag="knowledge.found"):
    """The passages recalled for the input, as JSON, and those of their documents whose text is not to be trusted."""

    query: str | Blob
    hits: str | Blob
    untrusted: tuple[str, ...] = ()


class PlanFixed(Body, frozen=True, tag="plan.fixed"):
    """The writes that what the user said asks for, as JSON, fixed before any untrusted text was read.

    `why` says what went wrong where there is no plan. `usage` and `cost` are of the model that was asked.
    """

    planner: str
    steps: str | Blob = "[]"
    why: str = ""
    usage: Usage = Usage()
    cost: Money | None = None
    seconds: float = 0.0


class RouteChosen(Body, frozen=True, tag="route.chosen"):
    """The models to try, in order, by which policy, and the chance with which this plan was drawn."""

    policy: str
    plan: tuple[str, ...]
    propensity: float = 1.0


class ModelAsked(Body, frozen=True, tag="model.asked"):
    """A model was asked; `request` is the content address of the whole request."""

    model: str
    request: str


class ModelAnswered(Body, frozen=True, tag="model.answered"):
    """A model answered. `kept` is False when its confidence was too low and the next model was asked."""

    model: str
    request: str
    text: str | Blob = ""
    calls: tuple[ToolCall, ...] | Blob = ()
    finish: Finish = "stop"
    usage: Usage = Usage()
    cost: Money | None = None
    confidence: float | None = None
    seconds: float = 0.0
    served: str = ""
    kept: bool = True


class ModelFailed(Body, frozen=True, tag="model.failed"):
    """A model did not answer: the class of the error, its message, and whether this model will not be asked again."""

    model: str
    request: str
    error: str
    message: str
    given_up: bool = False
    seconds: float = 0.0


class GuardJudged(Body, frozen=True, tag="guard.judged"):
    """A guard looked at what came in or went out."""

    guard: str
    side: Literal["input", "output"]
    passed: bool
    why: str = ""


class AnswerChecked(Body, frozen=True, tag="answer.checked"):
    """A final answer was held against its schema; `problem` goes back to the model when it failed."""

    passed: bool
    problem: str = ""


class AnswerCited(Body, frozen=True, tag="answer.cited"):
    """Every sentence of a final answer that claims something was held against what was recalled.

    `citations` says where each stands, as JSON; `supported` of so many `sentences` stand somewhere. Where the answer
    does not go out as the model wrote it, `changed` is true and `output` is what goes out.
    """

    citations: str | Blob
    sentences: int
    supported: int
    changed: bool = False
    output: str | Blob = ""


class ToolRead(Body, frozen=True, tag="tool.read"):
    """A tool without side effects gave a result, or failed with a message for the model.

    `untrusted`: its content may hold text that a stranger wrote. `usage` and `cost` are of models that the tool itself
    asked.
    """

    call_id: str
    name: str
    content: str | Blob
    failed: bool = False
    untrusted: bool = False
    seconds: float = 0.0
    usage: Usage = Usage()
    cost: Money | None = None


class CallRefused(Body, frozen=True, tag="call.refused"):
    """A call was not made: by which rule, with `content` for the model and `why` for whoever reads the journal.

    `by` is `arguments` (they do not fit), `policy` (a rule of the app), `approval` (a person said no, or nobody said
    yes in time), `customer` (they did not confirm), `repeat` (the same write is already made), `loop` (the same call
    again and again) or `provenance` (it rests on untrusted text).
    """

    call_id: str
    name: str
    by: Literal["arguments", "policy", "approval", "customer", "repeat", "loop", "provenance"]
    content: str | Blob
    rule: str = ""
    why: str = ""


class CallRepeated(Body, frozen=True, tag="call.repeated"):
    """An agent of another framework called again, as `again`, what it had called as `call_id`: it is the same call."""

    call_id: str
    again: str


class ProvenanceJudged(Body, frozen=True, tag="provenance.judged"):
    """A write was chosen after untrusted text had entered the run: where that came from, and what follows.

    It is `planned` (step number `step` of the plan fixes it), `asked` (a person must say yes), `blocked`, or only
    `observed`.
    """

    call_id: str
    name: str
    verdict: Literal["planned", "asked", "blocked", "observed"]
    rests_on: tuple[str, ...]
    step: int = -1


class ApprovalAsked(Body, frozen=True, tag="approval.asked"):
    """A write waits for someone's yes: `customer` is who talks to the app, `person` someone of its owner's.

    `arguments` is the digest of exactly what they will say yes to, `shown` what they read; after `expires` (Unix
    seconds) a yes is too late. `warning` says which untrusted text the write rests on, if any.
    """

    call_id: str
    name: str
    arguments: str
    shown: str | Blob
    of: Literal["person", "customer"] = "person"
    rule: str = ""
    expires: float = 0.0
    warning: str = ""


class ApprovalGiven(Body, frozen=True, tag="approval.given"):
    """Someone decided about a write, once. `edited` are the arguments they want instead, as JSON, when they edited."""

    call_id: str
    arguments: str
    decision: Literal["approve", "edit", "reject", "escalate"]
    who: str
    why: str = ""
    edited: str | Blob = ""


class EffectIntended(Body, frozen=True, tag="effect.intended"):
    """A write is about to be made under this idempotency key, by `holder`; durable before the write starts.

    `rests_on` are the untrusted sources that were read before it was chosen.
    """

    call_id: str
    name: str
    key: str
    arguments: str | Blob
    holder: str = ""
    rests_on: tuple[str, ...] = ()


class EffectDone(Body, frozen=True, tag="effect.done"):
    """The write under this key is made, and this is what it gave back; `found` when a look-up after a crash said so.

    `untrusted`: its content may hold text that a stranger wrote. `usage` and `cost` are of models that the tool itself
    asked.
    """

    call_id: str
    name: str
    key: str
    content: str | Blob
    failed: bool = False
    found: bool = False
    untrusted: bool = False
    seconds: float = 0.0
    usage: Usage = Usage()
    cost: Money | None = None


class EffectUncertain(Body, frozen=True, tag="effect.uncertain"):
    """Nobody can say whether the write under this key was made; a person must."""

    call_id: str
    name: str
    key: str
    why: str


class EffectSettled(Body, frozen=True, tag="effect.settled"):
    """A person found out whether an uncertain write was made; `content` is what the model is told."""

    call_id: str
    name: str
    key: str
    made: bool
    content: str | Blob
    who: str
    why: str = ""


class ScoreGiven(Body, frozen=True, tag="score.given"):
    """A case of a proof was judged; `run` is the run that answered it, `content` the digest of the whole case."""

    case: str
    run: str
    scorer: str
    value: float | None
    content: str = ""
    why: str = ""
    status: Status = "answered"
    confidence: float | None = None


class FeedbackGiven(Body, frozen=True, tag="feedback.given"):
    """Someone said how good the run's answer was, or what would have been right."""

    value: float | None = None
    expected: str | Blob = ""
    who: str = ""
    why: str | Blob = ""


class InputGiven(Body, frozen=True, tag="input.given"):
    """The customer said something more in the same run; `rests_on` as in `run.started`."""

    input: str | Blob
    rests_on: tuple[str, ...] = ()


class RunWaiting(Body, frozen=True, tag="run.waiting"):
    """The run waits: for the customer's next words, with `output` said to them, or for a person.

    Where `output` asks the customer about a write, `call_id` is the write's call: their next words answer that.
    `rests_on` are the untrusted sources that were read before `output` was written.
    """

    of: Literal["person", "customer"]
    output: str | Blob = ""
    confidence: float | None = None
    model: str = ""
    why: str = ""
    call_id: str = ""
    rests_on: tuple[str, ...] = ()


class WorldLeft(Body, frozen=True, tag="world.left"):
    """How the run left the world that a proof had made for it, as JSON."""

    state: str | Blob


class RunResumed(Body, frozen=True, tag="run.resumed"):
    """Another holder took the run over; from here on whoever held it before cannot write to it any more.

    Where the app had changed since, and the run goes on all the same, `version` is the app's as it is now.
    """

    holder: str
    version: str = ""


class RunFinished(Body, frozen=True, tag="run.finished"):
    """The run ended: how, with what output, on which untrusted sources that rests, and what all of it used."""

    status: Status
    output: str | Blob = ""
    confidence: float | None = None
    model: str = ""
    usage: Usage = Usage()
    cost: Money | None = None
    seconds: float = 0.0
    steps: int = 0
    why: str = ""
    rests_on: tuple[str, ...] = ()


class Attempt(Struct, frozen=True, omit_defaults=True):
    """One try to have a request of the gateway answered: by which model, and what came of it.

    `status` is the HTTP status of the answer, 0 where there was none; `error` the class of what went wrong.
    """

    model: str
    status: int = 0
    error: str = ""
    seconds: float = 0.0


class GuardFound(Struct, frozen=True, omit_defaults=True):
    """What a guard before the gateway found in a request or an answer, and whether it let it pass."""

    guard: str
    side: Literal["input", "output"]
    passed: bool
    why: str = ""


class RequestServed(Body, frozen=True, tag="request.served"):
    """A request to the gateway, from its first byte to its last: the one event of its run.

    It came in the format `face` from the holder of `key` (the id of a virtual key) and `asked` for a model or a route;
    `model` answered it, after `attempts`. `first` and `seconds` are the times to the first and the last byte of the
    answer; `request` and `response` the bodies, where they are kept. What it used is `guessed` where the answer broke
    off before it was told. `saved` is what an answer from the cache would have cost; `masked` how many pieces of
    personal data the provider did not see.
    """

    face: str
    asked: str = ""
    model: str = ""
    key: str = ""
    user: str = ""
    status: int = 200
    code: str = ""
    attempts: tuple[Attempt, ...] = ()
    usage: Usage = Usage()
    cost: Money | None = None
    first: float = 0.0
    seconds: float = 0.0
    streamed: bool = False
    cached: Literal["", "exact", "semantic"] = ""
    saved: Money | None = None
    guards: tuple[GuardFound, ...] = ()
    masked: int = 0
    guessed: bool = False
    why: str = ""
    request: str | Blob = ""
    response: str | Blob = ""


class ProofStarted(Body, frozen=True, tag="proof.started"):
    """A proof began: which app in which version, on which cases, judged how; `key` addresses all of it by content."""

    app: str
    version: str
    proof: str
    dataset: str
    dataset_digest: str
    scorer: str
    n: int
    key: str


class ProofFinished(Body, frozen=True, tag="proof.finished"):
    """A proof ended: its verdict, its whole report as JSON, and whether it is kept as the baseline of the next."""

    verdict: Verdict
    kept: bool
    report: str | Blob


AnyBody = (
    RunStarted
    | PromptRendered
    | KnowledgeFound
    | PlanFixed
    | RouteChosen
    | ModelAsked
    | ModelAnswered
    | ModelFailed
    | GuardJudged
    | AnswerChecked
    | AnswerCited
    | ToolRead
    | CallRefused
    | CallRepeated
    | ProvenanceJudged
    | ApprovalAsked
    | ApprovalGiven
    | EffectIntended
    | EffectDone
    | EffectUncertain
    | EffectSettled
    | ScoreGiven
    | FeedbackGiven
    | InputGiven
    | RunWaiting
    | WorldLeft
    | RunResumed
    | RunFinished
    | RequestServed
    | ProofStarted
    | ProofFinished
)
"""Every kind of event there is."""


class Event(Struct, frozen=True):
    """One event in its place: its run, its number there from 0, the time in Unix seconds, and what it says."""

    run: str
    seq: int
    at: float
    body: AnyBody


def kind_of(body: AnyBody) -> str:
    """The type tag of an event, such as `model.answered`."""
    tag: Any = body.__struct_config__.tag
    return str(tag)
