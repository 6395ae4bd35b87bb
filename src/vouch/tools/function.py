"""A typed Python function as a tool: its schema from its signature, its arguments checked before it is called.

It does not know who calls it, when, or how often.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, overload

import pydantic
from pydantic_core import to_json

from vouch.contracts.approval import Approval
from vouch.contracts.policy import Policy
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Arguments, Effect, ToolRefused
from vouch.errors import ToolError
from vouch.tools.approvals import FOR_ALL
from vouch.tools.sentence import Describe, check_policies, check_sentence, described
from vouch.tools.signature import KEY, read_signature
from vouch.tools.typed import typed_result
from vouch.values.digest import canonical, digest
from vouch.values.request import ToolSpec

Function = Callable[..., Any]
Reconcile = Callable[[str], "Awaitable[Any] | Any"]

Approvals = Approval | Literal["never", "always"] | Sequence[Approval]
"""When a write needs a person's yes: by a rule, by several of which the first that applies decides, or always alike."""

RESULT_CHARACTERS: Final = 64_000
"""Longer results are cut: a model's memory is not a place to store files."""


@dataclass(frozen=True)
class FunctionTool:
    """A function that a model may call. Calling it from Python calls the function itself."""

    function: Function
    spec: ToolSpec
    version: str
    arguments: type[pydantic.BaseModel]
    seconds: float
    effect: Effect = "read"
    trust: Trust = "untrusted"
    typed: Callable[[object], Any] | None = None
    """Checks a result that is `typed`."""
    labelled: bool = False
    """Whether its author said what to trust."""

    @property
    def functions(self) -> tuple[object, ...]:
        """What it rests on: their code is part of an app's version."""
        return (self.function,)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function itself, as it was written."""
        return self.function(*args, **kwargs)

    def check(self, arguments: str) -> Arguments:
        """The arguments as typed values; raises `ToolRefused` when they do not fit, with a message for the model."""
        try:
            model = self.arguments.model_validate_json(arguments or "{}")
        except pydantic.ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False)[:5]
            )
            raise ToolRefused(f"{self.spec.name} was not called, its arguments do not fit: {problems}") from error
        values = {str(field.alias): getattr(model, name) for name, field in type(model).model_fields.items()}
        return Arguments(values, canonical(model.model_dump(mode="json", by_alias=True)).decode())

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The result as text, within the tool's seconds; raises `ToolRefused` for whatever goes wrong."""
        del key
        limit = asyncio.timeout(self.seconds)
        try:
            async with limit:
                result = await invoke(self.function, arguments.values)
                return as_text(result if self.typed is None else self.typed(result))
        except ToolRefused:
            raise
        except Exception as error:
            # A tool may run into a time limit of its own, that of a connection say.
            if limit.expired():
                raise ToolRefused(f"{self.spec.name} gave no result within {self.seconds:g} s") from None
            raise ToolRefused(f"{self.spec.name} failed: {type(error).__name__}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class FunctionWrite(FunctionTool):
    """A function that changes the world, and all that decides when it may and how often it does."""

    effect: Effect = "write"
    confirm: bool
    approvals: tuple[Approval, ...]
    policies: tuple[Policy, ...]
    idempotent: bool
    repeatable: bool
    look_up: Reconcile | None
    settles: float
    described: Describe
    takes_key: bool
    critical: tuple[str, ...] | None = None
    under_way: set[str] = field(default_factory=set[str], compare=False, repr=False)
    """The keys of the calls that are in their threads now, also of those that nobody waits for any more."""

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The result as text; `ToolRefused` passes, and anything else leaves open whether the write was made."""
        values = {**arguments.values, KEY: key} if self.takes_key else arguments.values
        asynchronous = inspect.iscoroutinefunction(self.function)
        async with asyncio.timeout(self.seconds):
            return as_text(await invoke(self.function if asynchronous else self._watched(key), values))

    def _watched(self, key: str) -> Function:
        def work(**values: Any) -> Any:
            self.under_way.add(key)
            try:
                return self.function(**values)
            finally:
                self.under_way.discard(key)

        return work

    @property
    def functions(self) -> tuple[object, ...]:
        """What it rests on: their code is part of an app's version."""
        return (self.function, self.look_up, self.described)

    @property
    def can_reconcile(self) -> bool:
        """Whether there is a function that looks writes up."""
        return self.look_up is not None

    async def reconcile(self, key: str) -> str | None:
        """What the write under this key gave back, or None when it certainly was not made."""
        assert self.look_up is not None  # noqa: S101 - asked only where `can_reconcile`
        going_on = key in self.under_way
        async with asyncio.timeout(self.seconds):
            found = await invoke(self.look_up, {"key": key})
        if found is None and going_on:
            raise TimeoutError(f"{self.spec.name} was cut off, but goes on in its thread and may yet be made")
        return None if found is None else as_text(found)

    def describe(self, arguments: dict[str, Any]) -> str:
        """What a person is asked to say yes to: the tool's own sentence, or its name and arguments."""
        return described(self.described, self.spec.name, arguments)


@overload
def tool(function: Function, /) -> FunctionTool: ...


@overload
def tool(
    *,
    effect: Effect = "read",
    approval: Approvals = (),
    confirm: bool = False,
    policies: Sequence[Policy] = (),
    idempotent: bool = False,
    repeatable: bool = False,
    reconcile: Reconcile | None = None,
    settles: float = 10.0,
    describe: Describe = "",
    examples: Sequence[str] = (),
    seconds: float = 30.0,
    trust: Trust | None = None,
    critical: Sequence[str] | None = None,
) -> Callable[[Function], FunctionTool]: ...


def tool(
    function: Function | None = None,
    /,
    *,
    effect: Effect = "read",
    approval: Approvals = (),
    confirm: bool = False,
    policies: Sequence[Policy] = (),
    idempotent: bool = False,
    repeatable: bool = False,
    reconcile: Reconcile | None = None,
    settles: float = 10.0,
    describe: Describe = "",
    examples: Sequence[str] = (),
    seconds: float = 30.0,
    trust: Trust | None = None,
    critical: Sequence[str] | None = None,
) -> FunctionTool | Callable[[Function], FunctionTool]:
    """Make a function a tool: its name, docstring and typed parameters are what the model sees.

    A write (`effect="write"`) must say when it needs a person's yes: `approval="never"`, `"always"`, `above(...)` or a
    list, whose first rule that applies decides; with `confirm` the customer must say yes to exactly this, too. A
    parameter `idempotency_key: str` gets the write's key. `idempotent` says that the receiver makes a write once per
    key; `reconcile(key)` looks a write up after a crash and gives its result, or None when it was not made, which is
    believed if it is so `settles` seconds later, too. Without either, a write whose outcome is unknown waits for a
    person. `repeatable` allows the same write twice in one run. `describe` is a sentence with {arguments} for whoever
    is asked, or a function of the arguments that gives one; `examples` are what people say when they want this tool.

    `trust` says whose text the result may hold: `trusted` is the owner's or the user's alone, `typed` can say nothing
    (its return type must be numbers, dates, booleans or closed lists), anything else is `untrusted`, as is a
    tool of which nothing is said. `critical` names the arguments of a write that decide what it does to whom; all of
    them, if nothing is said. Raises `ToolError`.
    """
    if effect not in ("read", "write"):
        raise ToolError(f"effect={effect!r}: give 'read', or 'write' for a tool that changes the world")
    if not seconds > 0:
        raise ToolError(f"seconds={seconds!r}: give the seconds a call may take, more than 0")
    label: Trust = "untrusted" if trust is None else trust
    labelled = trust is not None
    check_trust(label, writes=effect == "write")
    approvals = rules_of(approval)

    def decorate(function: Function) -> FunctionTool:
        signature = read_signature(function)
        name = function.__name__
        writes = effect == "write"
        spec = ToolSpec(name, signature.description, signature.parameters, signature.returns, tuple(examples), writes)
        if not writes:
            of_writes = confirm or idempotent or signature.takes_key or critical is not None
            _refuse_for_read(name, approvals, policies, of_writes=of_writes)
            typed = typed_result(name, function) if label == "typed" else None
            version, takes = digest((spec, effect, label)), signature.arguments
            return FunctionTool(function, spec, version, takes, seconds, trust=label, typed=typed, labelled=labelled)
        if not approvals:
            how = "approval=above('amount', 50), 'always' or 'never'"
            raise ToolError(f"tool {name!r} writes; say when a person must say yes: {how}")
        if (idempotent or reconcile is not None) and not signature.takes_key:
            what = "is idempotent by its key" if idempotent else "is looked up by its key"
            raise ToolError(f"tool {name!r} {what}; take it: def {name}(..., *, {KEY}: str)")
        parameters: dict[str, Any] = signature.parameters.get("properties", {})
        check_sentence(f"tool {name!r}: describe", describe, parameters)
        check_policies(name, policies, parameters)
        check_critical(name, critical, signature.parameters.get("properties", {}))
        rules = [getattr(rule, "name", type(rule).__name__) for rule in (*approvals, *policies)]
        return FunctionWrite(
            function,
            spec,
            digest(
                (
                    (spec, effect, confirm, rules, idempotent, repeatable, reconcile is not None, settles),
                    (label, critical, describe if isinstance(describe, str) else ""),
                )
            ),
            signature.arguments,
            seconds,
            trust=label,
            labelled=labelled,
            critical=None if critical is None else tuple(critical),
            confirm=confirm,
            approvals=approvals,
            policies=tuple(policies),
            idempotent=idempotent,
            repeatable=repeatable,
            look_up=reconcile,
            settles=settles,
            described=describe,
            takes_key=signature.takes_key,
        )

    return decorate if function is None else decorate(function)


def rules_of(approval: Approvals) -> tuple[Approval, ...]:
    """The rules in order; raises `ToolError` for what is none."""
    several = approval if isinstance(approval, Sequence) and not isinstance(approval, str) else (approval,)
    rules: list[Approval] = []
    for rule in several:
        found: object = FOR_ALL.get(rule) if isinstance(rule, str) else rule
        if not isinstance(found, Approval):
            raise ToolError(f"approval={rule!r}: give 'never', 'always', or a rule such as above('amount', 50)")
        rules.append(found)
    return tuple(rules)


def check_trust(trust: object, *, writes: bool) -> None:
    """Raise `ToolError` for a label that there is not, or not for writes."""
    if trust not in ("untrusted", "trusted", "typed"):
        raise ToolError(f"trust={trust!r}: give 'untrusted', 'trusted' (nobody but you can have written it) or 'typed'")
    if writes and trust == "typed":
        raise ToolError("trust='typed' is for tools that read; the result of a write is 'trusted' or 'untrusted'")


def check_critical(name: str, critical: object, parameters: Iterable[str]) -> None:
    """Raise `ToolError` where the critical arguments of a write are not its arguments."""
    if isinstance(critical, str) or (critical is not None and not isinstance(critical, Sequence)):
        raise ToolError(f"tool {name!r}: critical={critical!r}: give a list of arguments, such as ['recipient']")
    known = list(parameters)
    if strange := [argument for argument in critical or () if argument not in known]:  # pyright: ignore[reportUnknownVariableType] - anything may stand in it
        raise ToolError(f"tool {name!r}: critical names {strange[0]!r}, which is no argument; there are: {known}")


def _refuse_for_read(name: str, approvals: Sequence[Approval], policies: Sequence[Policy], *, of_writes: bool) -> None:
    if approvals or policies or of_writes:
        raise ToolError(
            f"tool {name!r} only reads, so it needs no approval, confirmation, policy or key; or give effect='write'"
        )


async def invoke(function: Callable[..., Any], values: dict[str, Any]) -> object:
    """Call a function of either kind; one that blocks is called in a thread."""
    if inspect.iscoroutinefunction(function):
        return await function(**values)
    result = await asyncio.to_thread(function, **values)
    # A decorator may have hidden that the function is asynchronous.
    return await result if inspect.isawaitable(result) else result


def as_text(result: object) -> str:
    """A result as a model reads it: words as they are, anything else as JSON, cut where it is too long."""
    text = result if isinstance(result, str) else to_json(result, serialize_unknown=True).decode()
    if len(text) <= RESULT_CHARACTERS:
        return text
    return text[:RESULT_CHARACTERS] + f"\n[cut here: {len(text) - RESULT_CHARACTERS} more characters]"
