"""Tools of an MCP server as tools of an app: reads that are named, writes that are declared, and nothing else.

It does not know how the protocol is spoken, nor who calls the tools. What a server says of its own tools (that one
only reads, that another may be repeated) is never believed: whoever writes the app says it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any, Final, NoReturn, overload

import jsonschema_rs
import msgspec

from vouch.contracts.approval import Approval
from vouch.contracts.policy import Policy
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Arguments, Effect, Tool, ToolRefused
from vouch.errors import ConfigError, ToolError
from vouch.tools.function import (
    Approvals,
    Reconcile,
    as_text,
    check_critical,
    check_trust,
    invoke,
    rules_of,
)
from vouch.tools.mcp_server import Address, Connection, LineBroke, NoAnswer, NotSent, Reply, Server
from vouch.tools.sentence import Describe, check_policies, check_sentence, described
from vouch.tools.signature import KEY
from vouch.values.digest import canonical, digest
from vouch.values.request import ToolSpec

_ODD: Final = re.compile(r"[^A-Za-z0-9_-]")
"""Signs that providers of models refuse in a tool's name."""


@dataclass(frozen=True, kw_only=True)
class Write:
    """How one write of a server may be made; the fields are those of `tool(effect="write")`.

    `errors_mean_not_made` says that whatever the server calls an error was certainly not done; without it such an
    answer leaves the outcome unknown. The key travels as `_meta.idempotencyKey`, and as the argument `idempotency_key`
    where the tool has one; `idempotent` says that the server heeds it.
    """

    approval: Approvals
    confirm: bool = False
    policies: Sequence[Policy] = ()
    idempotent: bool = False
    repeatable: bool = False
    errors_mean_not_made: bool = False
    reconcile: Reconcile | None = None
    settles: float = 10.0
    describe: Describe = ""
    trust: Trust = "untrusted"
    critical: Sequence[str] | None = None

    def __post_init__(self) -> None:
        rules = rules_of(self.approval)
        if not rules:
            raise ToolError("Write(approval=()): say when a person must say yes: above('amount', 50), always or never")
        check_trust(self.trust, writes=True)
        object.__setattr__(self, "approval", rules)
        object.__setattr__(self, "policies", tuple(self.policies))

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """The rules of approval, in order."""
        assert isinstance(self.approval, tuple)  # noqa: S101 - made so when the declaration was made
        return self.approval


@dataclass(frozen=True)
class McpRead:
    """A tool of a server that changes nothing, as whoever wrote the app says."""

    spec: ToolSpec
    version: str
    listed: ToolSpec
    """The tool as the server lists it; it is not called when that has changed."""
    connection: Connection
    validator: jsonschema_rs.Validator
    effect: Effect = "read"
    trust: Trust = "untrusted"

    def check(self, arguments: str) -> Arguments:
        """The arguments as JSON values; raises `ToolRefused` when they do not fit the server's schema."""
        values: dict[str, Any] = {}
        try:
            values = msgspec.json.decode(arguments or "{}", type=dict[str, Any])
            problems = [
                f"{'.'.join(str(part) for part in error.instance_path) or 'arguments'}: {error.message}"
                for error in self.validator.iter_errors(values)
            ]
        except (ValueError, RecursionError) as error:
            problems = [f"they are no JSON object ({error})"]
        if problems:
            what = "; ".join(problems[:5])
            raise ToolRefused(f"{self.spec.name} was not called, its arguments do not fit: {what}")
        return Arguments(values, canonical(values).decode())

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The result as text; a call that was lost on a broken line is sent once more."""
        del key
        try:
            reply = await self._ask(arguments)
        except (NotSent, NoAnswer) as problem:
            raise ToolRefused(f"{self.spec.name} failed: {problem}") from problem
        if reply.failed:
            raise ToolRefused(f"{self.spec.name} failed: {reply.text}")
        return reply.text

    async def _ask(self, arguments: Arguments) -> Reply:
        try:
            return await self.connection.call(self.listed, arguments.values)
        except LineBroke:
            return await self.connection.call(self.listed, arguments.values)


@dataclass(frozen=True, kw_only=True)
class McpWrite(McpRead):
    """A tool of a server that changes the world, and all that decides when it may and how often it does."""

    declared: Write
    takes_key: bool
    effect: Effect = "write"

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """The result as text; whatever is raised but `ToolRefused` leaves open whether the write was made."""
        values = {**arguments.values, KEY: key} if self.takes_key else arguments.values
        try:
            reply = await self.connection.call(self.listed, values, key=key, surely=True)
        except NotSent as problem:
            raise ToolRefused(f"{self.spec.name} was not called: {problem}") from problem
        if not reply.failed:
            return reply.text
        if self.declared.errors_mean_not_made:
            raise ToolRefused(f"{self.spec.name} failed: {reply.text}")
        raise NoAnswer(f"the server answered with an error, which may have come after the write: {reply.text}")

    @property
    def critical(self) -> Sequence[str] | None:
        """The arguments that decide what it does to whom; all of them where None."""
        return self.declared.critical

    @property
    def confirm(self) -> bool:
        """Whether the customer must say yes to exactly this before it is made."""
        return self.declared.confirm

    @property
    def approvals(self) -> Sequence[Approval]:
        """Who must say yes, and when."""
        return self.declared.approvals

    @property
    def policies(self) -> Sequence[Policy]:
        """Rules that every call must pass."""
        return self.declared.policies

    @property
    def idempotent(self) -> bool:
        """Whether the server makes a write once per key."""
        return self.declared.idempotent

    @property
    def repeatable(self) -> bool:
        """Whether the same write may be meant twice in one run."""
        return self.declared.repeatable

    @property
    def functions(self) -> tuple[object, ...]:
        """What it rests on: their code is part of an app's version."""
        return (self.declared.reconcile, self.declared.describe)

    @property
    def can_reconcile(self) -> bool:
        """Whether a function that looks writes up was declared."""
        return self.declared.reconcile is not None

    @property
    def settles(self) -> float:
        """After so many seconds a write that is not found was not made."""
        return self.declared.settles

    async def reconcile(self, key: str) -> str | None:
        """What the write under this key gave back, or None when it certainly was not made."""
        assert self.declared.reconcile is not None  # noqa: S101 - asked only where `can_reconcile`
        found = await invoke(self.declared.reconcile, {"key": key})
        return None if found is None else as_text(found)

    def describe(self, arguments: dict[str, Any]) -> str:
        """What a person is asked to say yes to: the declared sentence, or the tool's name and arguments."""
        # An argument that may be left away may have been.
        blanks = dict.fromkeys(self.spec.parameters.get("properties", {}), "") if self.declared.describe else {}
        return described(self.declared.describe, self.spec.name, {**blanks, **arguments})


@dataclass(frozen=True)
class Offer(Sequence[Tool]):
    """The declared tools of a server, and the names of those that it lists but that were not declared."""

    tools: tuple[Tool, ...]
    left_out: tuple[str, ...] = field(default=())

    @overload
    def __getitem__(self, place: int) -> Tool: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Tool]: ...
    def __getitem__(self, place: int | slice) -> Tool | Sequence[Tool]:
        return self.tools[place]

    def __len__(self) -> int:
        return len(self.tools)


@asynccontextmanager
async def mcp_tools(
    server: Server | str,
    *,
    reads: Sequence[str] | Mapping[str, Trust] = (),
    writes: Mapping[str, Write] | None = None,
    descriptions: Mapping[str, str] | None = None,
    prefix: str = "",
    seconds: float = 30.0,
) -> AsyncGenerator[Offer]:
    """The tools of an MCP server, for as long as the block lasts; a string is an address (streamable HTTP).

    `reads` names the tools that change nothing (as a mapping, with whose text they give: a list means untrusted),
    `writes` declares those that do; others are not offered and stand in `left_out`. `descriptions` are words of your
    own for what a tool does, by its name, in place of the server's. `prefix` is put before each name. `seconds` bounds
    every call, and the opening of the line. Raises `ConfigError` when the package `mcp` is missing or the server cannot
    be reached, `ToolError` when it has no tool of a name.
    """
    connection = _connect(server, seconds)
    try:
        yield _offer(
            str(server), await _listing(connection), connection, reads, writes or {}, descriptions or {}, prefix
        )
    finally:
        await connection.aclose()


def list_mcp_tools(
    server: Server | str,
    *,
    reads: Sequence[str] | Mapping[str, Trust] = (),
    writes: Mapping[str, Write] | None = None,
    descriptions: Mapping[str, str] | None = None,
    prefix: str = "",
    seconds: float = 30.0,
) -> Offer:
    """As `mcp_tools`, for an app that is declared in a file: the server is asked for its tools now, and this waits.

    The tools open a line when first called, in the event loop that calls them, and close it when that loop ends.
    """

    async def listed() -> Mapping[str, ToolSpec]:
        connection = _connect(server, seconds)
        try:
            return await _listing(connection)
        finally:
            await connection.aclose()

    return _offer(str(server), _now(listed), _connect(server, seconds), reads, writes or {}, descriptions or {}, prefix)


def _now(work: Callable[[], Coroutine[Any, Any, Mapping[str, ToolSpec]]]) -> Mapping[str, ToolSpec]:
    """Wait for `work` on an event loop of its own; one may be running here already."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(lambda: asyncio.run(work())).result()


def load_sdk(module: str) -> ModuleType:
    """Import a module of ours that speaks through the SDK; raises `ConfigError` when the package `mcp` is missing."""
    try:
        # By name and late, because the SDK is an optional extra and takes a second to load.
        return import_module(module)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        found = "it is not installed" if error.path is None else f"{error.path!r} is another, or an old one"
        raise ConfigError(
            f"MCP needs the package `mcp`, and {found}; install it: pip install vouch-llm[mcp]"
        ) from error


def _connect(server: Server | str, seconds: float) -> Connection:
    if not seconds > 0:
        raise ToolError(f"seconds={seconds!r}: give the seconds a call may take, more than 0")
    place = Address(server) if isinstance(server, str) else server
    opened: Connection = load_sdk("vouch.tools.mcp_session").Connection(place, seconds)
    return opened


async def _listing(connection: Connection) -> Mapping[str, ToolSpec]:
    try:
        return await connection.listing()
    except NotSent as problem:
        raise ConfigError(f"{problem}; is it running?") from problem


def _offer(
    server: str,
    listing: Mapping[str, ToolSpec],
    connection: Connection,
    reads: Sequence[str] | Mapping[str, Trust],
    writes: Mapping[str, Write],
    descriptions: Mapping[str, str],
    prefix: str,
) -> Offer:
    if isinstance(reads, str):
        raise ToolError(f"reads={reads!r}: give a list of names")
    for name in (*reads, *writes):
        if name not in listing:
            there = ", ".join(sorted(listing)) or "none"
            raise ToolError(f"the MCP server {server!r} has no tool {name!r}; there are: {there}")
    if both := sorted(set(reads) & set(writes)):
        raise ToolError(f"{both[0]!r} is named as a read and declared as a write; leave one away")
    if unknown := sorted(set(descriptions) - {*reads, *writes}):
        raise ToolError(f"descriptions has {unknown[0]!r}, which is neither among the reads nor the writes")
    trusts: Mapping[str, Trust] = reads if isinstance(reads, Mapping) else dict.fromkeys(reads, "untrusted")
    tools = [_read(listing[name], connection, prefix, trust, descriptions) for name, trust in trusts.items()]
    tools += [_write(listing[name], connection, prefix, writes[name], descriptions) for name in writes]
    names = [tool.spec.name for tool in tools]
    if len(set(names)) != len(names):
        raise ToolError(f"two tools of {server!r} have one name for the model: {', '.join(sorted(names))}; offer one")
    return Offer(tuple(tools), tuple(name for name in listing if name not in (*reads, *writes)))


def _read(
    listed: ToolSpec, connection: Connection, prefix: str, trust: Trust, descriptions: Mapping[str, str]
) -> McpRead:
    check_trust(trust, writes=False)
    if trust == "typed":
        raise ToolError(f"{listed.name!r}: what a server gives cannot be 'typed'; call it in a tool of your own")
    spec = _spec(listed, prefix, listed.parameters, descriptions, writes=False)
    version = digest((spec, "mcp", "read", trust))
    return McpRead(spec, version, listed, connection, _validator(listed.name, spec.parameters), trust=trust)


def _write(
    listed: ToolSpec, connection: Connection, prefix: str, declared: Write, descriptions: Mapping[str, str]
) -> McpWrite:
    parameters, takes_key = _without_key(listed.parameters)
    check_sentence(f"tool {listed.name!r}: describe", declared.describe, parameters.get("properties", {}))
    check_policies(listed.name, declared.policies, parameters.get("properties", {}))
    check_critical(listed.name, declared.critical, parameters.get("properties", {}))
    spec = _spec(listed, prefix, parameters, descriptions, writes=True)
    rules = [getattr(rule, "name", type(rule).__name__) for rule in (*declared.approvals, *declared.policies)]
    flags = (declared.confirm, declared.idempotent, declared.repeatable, declared.errors_mean_not_made)
    words = declared.describe if isinstance(declared.describe, str) else ""
    recovery = (declared.reconcile is not None, declared.settles, words, declared.trust, declared.critical)
    return McpWrite(
        spec,
        digest((spec, "mcp", "write", rules, flags, recovery)),
        listed,
        connection,
        _validator(listed.name, parameters),
        trust=declared.trust,
        declared=declared,
        takes_key=takes_key,
    )


def _spec(
    listed: ToolSpec, prefix: str, parameters: dict[str, Any], descriptions: Mapping[str, str], *, writes: bool
) -> ToolSpec:
    name = _ODD.sub("_", prefix + listed.name)
    description = descriptions.get(listed.name) or listed.description or listed.name
    return ToolSpec(name, description, parameters, listed.returns, writes=writes)


def _without_key(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema without the property that gets the idempotency key, and whether it had one."""
    properties: dict[str, Any] = schema.get("properties", {})
    if KEY not in properties:
        return schema, False
    kept = {name: value for name, value in properties.items() if name != KEY}
    required = [name for name in schema.get("required", ()) if name != KEY]
    return {**schema, "properties": kept, "required": required}, True


def _validator(name: str, schema: dict[str, Any]) -> jsonschema_rs.Validator:
    try:
        return jsonschema_rs.validator_for(schema, retriever=_refuse)
    except ValueError as error:
        raise ToolError(f"the schema of the MCP tool {name!r} cannot be used: {error}; leave the tool out") from error


def _refuse(address: str) -> NoReturn:
    """A server's schema is somebody else's text: nothing is fetched because it says so."""
    raise ValueError(f"it refers to {address!r}, and nothing is fetched for it")
