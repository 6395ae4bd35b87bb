"""An app: a value built from values that says everything about how questions are answered.

It does not know where runs are recorded, which engines are wired, or how it is proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from vouch.app.budget import Budget
from vouch.app.declaration import Proof
from vouch.app.parts import keeps
from vouch.app.shipped import version_of
from vouch.contracts.guard import Guard
from vouch.contracts.knowledge import Knowledge
from vouch.contracts.model import Model
from vouch.contracts.provenance import Planner, Provenance
from vouch.contracts.tool import Tool, WriteTool
from vouch.errors import AppError
from vouch.prompts.prompt import Prompt
from vouch.tools.code import code_of, code_of_tool
from vouch.values.digest import digest
from vouch.values.request import Frame, frame

Citations = Literal["note", "mark", "withhold", "off"]
"""What is done with citations. `note`: they stand on the result, the words stay as they are; `mark`: a sentence that
nothing supports is marked so; `withhold`: it is left out; `off`: no sentence is looked up."""


@dataclass(frozen=True, kw_only=True)
class App:
    """An app. Models are `provider/model` names or `Model` objects, asked in this order until one answers well enough.

    A final answer whose confidence is below `least_confidence` is not given: the next model is asked, and after the
    last one the run is handed over (`abstained`). `repairs` is how often a model may mend an answer that does not fit
    the prompt's `outputs`. `provenance` says what happens to a write that was chosen after text was read that anybody
    may have written; `planner`, a `Planner` or a model to ask, plans from what the user says which writes are meant:
    those need nobody's yes. `citations` says what is done with sentences of an answer that nothing supports of what
    `knowledge` recalled; an answer with `outputs` is not cited.
    """

    name: str
    models: Sequence[str | Model]
    prompt: Prompt | str = ""
    knowledge: Knowledge | None = None
    tools: Sequence[Tool] = ()
    guards: Sequence[Guard] = ()
    proofs: Sequence[Proof] = ()
    budget: Budget = field(default_factory=Budget)
    least_confidence: float | None = None
    repairs: int = 2
    provenance: Provenance = "ask"
    planner: str | Model | Planner | None = None
    citations: Citations = "note"

    def __post_init__(self) -> None:
        name = self.name
        if not isinstance(name, str) or not name.isprintable() or not name or any(sign.isspace() for sign in name):
            raise AppError(f"App(name={name!r}): give a short name without spaces")
        for part in ("models", "tools", "guards", "proofs"):
            value: Sequence[object] = getattr(self, part)
            if isinstance(value, str) or not isinstance(value, Sequence):
                raise AppError(f"App({part}={value!r}): give a list")
            object.__setattr__(self, part, tuple(value))
        if isinstance(self.prompt, str):
            object.__setattr__(self, "prompt", Prompt.text(self.prompt))
        elif not isinstance(self.prompt, Prompt):
            raise AppError(f"App(prompt={self.prompt!r}): give a Prompt, or its system message as text")
        self._check_models()
        self._check_tools()
        self._check_guards_and_proofs()
        self._check_settings()

    def _check_models(self) -> None:
        if not self.models:
            raise AppError(f"App(name={self.name!r}) has no models; give at least one, such as 'local/classifier'")
        for model in self.models:
            if isinstance(model, str) and "/" not in model:
                raise AppError(f"model {model!r} has no provider; write provider/model, such as 'openai/{model}'")
            if not isinstance(model, str | Model):
                raise AppError(f"app {self.name!r}: {model!r} is not a model; give a name, such as 'local/classifier'")
        self._check_unique("models", self.model_names)

    def _check_tools(self) -> None:
        for tool in self.tools:
            if not keeps(tool, Tool):
                raise AppError(f"app {self.name!r}: {tool!r} is not a tool; put @tool above its definition")
            if tool.effect == "write" and not keeps(tool, WriteTool):
                raise AppError(
                    f"app {self.name!r}: {tool.spec.name!r} writes, but says nothing of approval or recovery"
                )
        self._check_unique("tools", [tool.spec.name for tool in self.tools])

    def _check_guards_and_proofs(self) -> None:
        for guard in self.guards:
            if not keeps(guard, Guard):
                raise AppError(
                    f"app {self.name!r}: {guard!r} is not a guard; give one with a name and `async def judge`"
                )
        for proof in self.proofs:
            if not isinstance(proof, Proof):
                raise AppError(f"app {self.name!r}: {proof!r} is not a proof; give Proof('cases.jsonl', scorer)")
        # Verdicts of guards, and baselines of proofs, are found by name.
        self._check_unique("guards", [guard.name for guard in self.guards])
        self._check_unique("proofs", [proof.name for proof in self.proofs])

    def _check_unique(self, what: str, names: Sequence[str]) -> None:
        if len(set(names)) != len(names):
            raise AppError(f"app {self.name!r} has two {what} of one name: {', '.join(sorted(names))}; rename one")

    def _check_settings(self) -> None:
        if self.least_confidence is not None and not 0 <= self.least_confidence <= 1:
            raise AppError(f"App(least_confidence={self.least_confidence!r}): give a share from 0 to 1")
        if self.repairs < 0:
            raise AppError(f"App(repairs={self.repairs!r}): give 0 or more")
        if self.provenance not in ("ask", "block", "observe"):
            raise AppError(f"App(provenance={self.provenance!r}): give 'ask', 'block' or 'observe'")
        planner = self.planner
        named = isinstance(planner, str) and "/" in planner
        if planner is not None and not named and not isinstance(planner, Model | Planner):
            raise AppError(f"App(planner={planner!r}): give a model, such as 'openai/gpt-4o-mini', or a Planner")
        if self.citations not in get_args(Citations):
            raise AppError(f"App(citations={self.citations!r}): give 'note', 'mark', 'withhold' or 'off'")
        if self.rewrites and self.instructions.settings.output_schema is not None:
            raise AppError(
                f"App(citations={self.citations!r}): an answer with `outputs` is not for sentences to be marked in or "
                "left out; give 'note' or 'off', or take `outputs` out of the prompt"
            )
        if self.knowledge is not None and "passages" not in self.instructions.inputs:
            raise AppError(f"app {self.name!r} has knowledge, but its prompt has no input `passages` to put it in")

    @property
    def instructions(self) -> Prompt:
        """The prompt, also where it was given as text."""
        assert isinstance(self.prompt, Prompt)  # noqa: S101 - made so when the app was made
        return self.prompt

    @property
    def rewrites(self) -> bool:
        """Whether an answer may go out other than the model wrote it."""
        return self.citations in ("mark", "withhold")

    @property
    def model_names(self) -> tuple[str, ...]:
        """The full names of the models, in order."""
        return tuple(model if isinstance(model, str) else model.name for model in self.models)

    @cached_property
    def tools_by_name(self) -> dict[str, Tool]:
        """The tools by the name a model calls them."""
        return {tool.spec.name: tool for tool in self.tools}

    @cached_property
    def writes(self) -> dict[str, WriteTool]:
        """The tools that change the world, by name."""
        return {tool.spec.name: tool for tool in self.tools if keeps(tool, WriteTool)}

    @cached_property
    def version(self) -> str:
        """The content address of all that answers depend on: equal versions answer by the same rules.

        What is seen of the code of tools, rules and policies is told in `vouch.tools.code`.
        """
        return digest(
            (
                self.instructions.version,
                self.model_names,
                [_version_of(model) for model in self.models],
                self.knowledge.version if self.knowledge else "",
                [(tool.version, code_of_tool(tool)) for tool in self.tools],
                [guard.name for guard in self.guards],
                self.least_confidence,
                self.repairs,
                (self.provenance, self.planner if isinstance(self.planner, str | None) else self.planner.name),
                *((self.citations,) if self.rewrites else ()),
            )
        )

    @cached_property
    def frames(self) -> dict[str, Frame]:
        """By model name: the part of every request that stays the same."""
        specs = tuple(tool.spec for tool in self.tools)
        prompt = self.instructions
        # The digest is of many examples, perhaps; it is the same for every model.
        first = frame(self.model_names[0], tools=specs, settings=prompt.settings, examples=prompt.examples)
        return {name: Frame(name, specs, prompt.settings, prompt.examples, first.digest) for name in self.model_names}

    def key(self, input: str, *more: object) -> str:
        """The content address of a question to this version of the app, and of whatever else its answer rests on."""
        return digest((self.name, self.version, input, *more))


def _version_of(model: str | Model) -> str:
    """What is known of a model beyond its name: the files of one that ships with Vouch, its `version`, or its code."""
    if isinstance(model, str):
        return version_of(model)
    version, functions = str(getattr(model, "version", "")), getattr(model, "functions", ())
    return version or (code_of(*functions) if functions else "")
