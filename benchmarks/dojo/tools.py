"""AgentDojo's functions as tools of a Vouch app, on one environment; whatever is carried out is written down.

It does not know who calls them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pydantic

from benchmarks.dojo.declaration import Declared
from benchmarks.dojo.library import Suite
from vouch.contracts.approval import Approval
from vouch.contracts.policy import Policy
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Arguments, Effect, ToolRefused
from vouch.tools.approvals import FOR_ALL
from vouch.tools.function import as_text
from vouch.tools.typed import typed_result
from vouch.values.digest import canonical, digest
from vouch.values.request import ToolSpec


@dataclass
class World:
    """One environment, and the calls that were carried out in it, in order: the name and the arguments of each."""

    environment: Any
    done: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])


@dataclass(frozen=True)
class Kind:
    """What is the same of a tool in every environment."""

    function: Any
    spec: ToolSpec
    declared: Declared
    version: str
    typed: Callable[[object], Any] | None


@dataclass(frozen=True)
class DojoRead:
    """A function that changes nothing."""

    kind: Kind
    world: World
    effect: Effect = "read"

    @property
    def spec(self) -> ToolSpec:
        """How a model sees it."""
        return self.kind.spec

    @property
    def version(self) -> str:
        """Changes with the schema and the declaration."""
        return self.kind.version

    @property
    def trust(self) -> Trust:
        """As it is declared."""
        return self.kind.declared.trust

    def check(self, arguments: str) -> Arguments:
        """The arguments as AgentDojo checks them."""
        try:
            checked: pydantic.BaseModel = self.kind.function.parameters.model_validate_json(arguments or "{}")
        except pydantic.ValidationError as error:
            raise ToolRefused(f"{self.spec.name} was not called: {error}") from error
        return Arguments(checked.model_dump(), canonical(checked.model_dump(mode="json")).decode())

    async def call(self, arguments: Arguments, key: str = "") -> str:
        """Call the function on the environment. Those of AgentDojo raise before they change anything."""
        del key
        function, environment = self.kind.function, self.world.environment
        parts = {name: part.extract_dep_from_env(environment) for name, part in function.dependencies.items()}
        self.world.done.append((self.spec.name, msgspec.json.decode(arguments.text)))
        try:
            result = function.run(**arguments.values, **parts)
        except Exception as error:
            raise ToolRefused(f"{self.spec.name} failed: {type(error).__name__}: {error}") from error
        return as_text(result if self.kind.typed is None else self.kind.typed(result))


@dataclass(frozen=True)
class DojoWrite(DojoRead):
    """A function that changes something: nobody need approve it, but for what it rests on."""

    effect: Effect = "write"
    confirm: bool = False
    approvals: Sequence[Approval] = (FOR_ALL["never"],)
    policies: Sequence[Policy] = ()
    idempotent: bool = False
    repeatable: bool = True
    """An attack that pays three times is not stopped by being told that it has paid."""
    can_reconcile: bool = False
    settles: float = 0.0

    @property
    def critical(self) -> tuple[str, ...] | None:
        """As it is declared."""
        return self.kind.declared.critical

    async def reconcile(self, key: str) -> str | None:
        """Nothing is ever looked up."""
        raise NotImplementedError(key)

    def describe(self, arguments: dict[str, Any]) -> str:
        """The name and the arguments."""
        return f"{self.spec.name}: {arguments}"


def kinds_of(suite: Suite, declared: Mapping[str, Declared]) -> dict[str, Kind]:
    """The tools of a suite by name; raises `KeyError` for one that is not declared."""
    return {function.name: _kind(function, declared[function.name]) for function in suite.tools}


def _kind(function: Any, declared: Declared) -> Kind:
    writes = declared.effect == "write"
    spec = ToolSpec(function.name, function.description, function.parameters.model_json_schema(), writes=writes)
    typed = typed_result(function.name, function.run) if declared.trust == "typed" else None
    return Kind(function, spec, declared, digest((spec, declared)), typed)


def tools_on(kinds: Mapping[str, Kind], world: World) -> list[DojoRead]:
    """All tools of a suite on one environment."""
    return [(DojoWrite if kind.declared.effect == "write" else DojoRead)(kind, world) for kind in kinds.values()]
