"""A prompt: a frozen value with a name and a version that turns an input and variables into messages.

It does not know which model is asked, or what is done with the answer.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any, Final

from vouch.errors import PromptError
from vouch.prompts.examples import ALL, Select, Selection, choose, fitting, selection_of
from vouch.prompts.file import load
from vouch.prompts.header import Header, checked
from vouch.prompts.include import refuse
from vouch.prompts.locate import locate
from vouch.prompts.section import Section, SectionRole, sections
from vouch.prompts.source import Line, lines_of, unified
from vouch.prompts.template import Template
from vouch.prompts.variables import INPUT, Variable, accept, declare
from vouch.values.digest import digest
from vouch.values.message import Message, Text, assistant, user
from vouch.values.request import Example, Settings

NO_VARIABLES: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One section, ready to be rendered."""

    role: SectionRole
    template: Template


@dataclass(frozen=True, kw_only=True, repr=False)
class Prompt:
    """A prompt. Two prompts are equal when their names and versions are.

    `version` addresses everything that a model could notice, and all that stands in the front matter, by content: it is
    the same on every machine and under every order of keys. `examples` are all worked examples, for models that learn
    from them; `shots` are the few that the messages show to a language model. `inputs` are the declared variables.
    """

    name: str
    version: str
    description: str = field(default="", compare=False)
    model: str | None = field(default=None, compare=False)
    settings: Settings = field(default=Settings(), compare=False)
    inputs: Mapping[str, Variable] = field(compare=False)
    evals: tuple[str, ...] = field(default=(), compare=False)
    examples: tuple[Example, ...] = field(default=(), compare=False)
    shots: tuple[Example, ...] = field(default=(), compare=False)
    selection: Selection = field(default=ALL, compare=False)
    sections: tuple[Turn, ...] = field(compare=False)
    content: str = field(compare=False)
    """The digest of everything but the examples."""
    places: Mapping[str, str] = field(compare=False)
    """Where each variable is first used, or else declared, as `file:line`; under the empty name, the file."""
    pairs: tuple[Message, ...] = field(compare=False)
    """The shots as messages."""

    @classmethod
    def file(cls, path: str | Path, *, root: Path | None = None) -> Prompt:
        """The prompt in a `*.prompt.md` file.

        With `root`, a relative path is looked for there only, names are relative to it, and nothing outside of it is
        read. Without, it is looked for in the folder of the module that calls this, then in the current folder.
        Raises a `PromptError` with file and line of whatever is wrong.
        """
        location = locate(path, root=root, caller=_folder(inspect.currentframe()))
        loaded = load(location)
        bare = _made(location.name, loaded.file, loaded.header, loaded.body)
        return _taught(bare, loaded.examples, loaded.places, loaded.header.selection)

    @classmethod
    def text(
        cls,
        system: str,
        *,
        name: str = "inline",
        examples: Sequence[Example] = (),
        outputs: dict[str, Any] | None = None,
        settings: Settings = Settings(),  # noqa: B008 - frozen
        inputs: Mapping[str, object] = NO_VARIABLES,
        model: str | None = None,
        select: Select = "all",
        k: int = 8,
    ) -> Prompt:
        """A prompt made in Python, from a text by the rules of a file's body, but without includes.

        `outputs` is the JSON Schema of the answer, `inputs` maps variables to JSON Schemas. An empty text is a prompt
        that says nothing of its own: its only message is the input. Raises a `PromptError`.
        """
        if not isinstance(system, str):
            raise PromptError(f"{name}: the text is {system!r:.80}; give the system message as text")
        lines = lines_of(unified(system), name) if system.strip() else ()
        refuse(lines)
        declared = {key: declare(key, schema, name) for key, schema in inputs.items()}
        header = Header(
            model=model,
            settings=checked(settings, outputs, name),
            inputs=declared,
            selection=selection_of(select, k, name),
        )
        return _made(name, name, header, lines).with_examples(examples)

    def with_examples(
        self, examples: Sequence[Example], *, select: Select | None = None, k: int | None = None
    ) -> Prompt:
        """The same prompt with these examples instead, and so with another version.

        Which of them are shown stays as it was, unless `select` or `k` say otherwise.
        """
        before = self.selection
        chosen = selection_of(select or before.select, before.k if k is None else k, self.name)
        places = [f"{self.name}: example {number}" for number, _ in enumerate(examples, 1)]
        return _taught(self, tuple(examples), places, chosen)

    def render(self, input: str, variables: Mapping[str, object] = NO_VARIABLES) -> tuple[Message, ...]:
        """The messages: the system section, the shots as pairs of user and assistant, then the other sections.

        The input is put where the text says `{{ input }}`; a prompt without a user section gets it as the last
        message. Values are data: they are never read as template, and open no role. Raises a `PromptError` for a
        variable that is missing, wrong or unknown, and for an input that the prompt would lose.
        """
        values = accept(self.inputs, self.places, input, variables)
        messages = [
            Message(turn.role, (Text(text),))
            for turn in self.sections
            if (text := turn.template.render(values)).strip() or turn.role == "user"
        ]
        if not any(turn.role == "user" for turn in self.sections):
            messages.append(user(values[INPUT]))
        elif input and not any(INPUT in turn.template.used for turn in self.sections):
            raise PromptError(f"{self.places['']}: the input would be lost; write {{{{ input }}}} into '# user'")
        first = 1 if messages[0].role == "system" else 0
        return (*messages[:first], *self.pairs, *messages[first:])

    def __repr__(self) -> str:
        return f"Prompt({self.name!r}, version={self.version[:12]!r})"


def _folder(frame: FrameType | None) -> Path | None:
    """The folder of the module that called the function of `frame`; None where it has no file."""
    caller = frame.f_back if frame is not None else None
    file: object = caller.f_globals.get("__file__") if caller is not None else None
    return Path(file).absolute().parent if isinstance(file, str) else None


def _made(name: str, file: str, header: Header, body: Sequence[Line]) -> Prompt:
    """A prompt without examples, from a checked header and a body with its includes resolved."""
    parts = sections(body) if body else ()
    turns = tuple(Turn(role=part.role, template=Template(part.lines, header.inputs)) for part in parts)
    content = _address(_content(header, parts), file)
    return Prompt(
        name=name,
        version=_address((content, header.selection, ()), file),
        description=header.description,
        model=header.model,
        settings=header.settings,
        inputs=MappingProxyType(dict(header.inputs)),
        evals=header.evals,
        selection=header.selection,
        sections=turns,
        content=content,
        places=MappingProxyType(_places(file, header, turns)),
        pairs=(),
    )


def _content(header: Header, parts: Sequence[Section]) -> dict[str, object]:
    """All that a version stands for. What is not written is left out, so that a later key changes no older version."""
    content = {
        "description": header.description,
        "model": header.model,
        "settings": header.settings,
        "inputs": {key: variable.schema for key, variable in header.inputs.items()},
        "evals": header.evals,
        "sections": [(part.role, part.text) for part in parts],
    }
    return {key: value for key, value in content.items() if value}


def _places(file: str, header: Header, turns: Sequence[Turn]) -> dict[str, str]:
    found = {"": file, INPUT: file, **{key: variable.place for key, variable in header.inputs.items()}}
    for turn in reversed(turns):
        found.update({key: f"{line.file}:{line.number}" for key, line in turn.template.used.items()})
    return found


def _taught(prompt: Prompt, examples: tuple[Example, ...], places: Sequence[str], selection: Selection) -> Prompt:
    fitting(examples, places, prompt.settings.output_schema)
    shots = choose(examples, selection, prompt.places[""])
    pairs = [message for shot in shots for message in (user(shot.input), assistant(shot.output))]
    return dataclasses.replace(
        prompt,
        version=_address((prompt.content, selection, examples), prompt.places[""]),
        examples=examples,
        shots=shots,
        selection=selection,
        pairs=tuple(pairs),
    )


def _address(content: object, place: str) -> str:
    try:
        return digest(content)
    except (TypeError, ValueError, RecursionError) as problem:
        raise PromptError(f"{place}: holds something that is not text or JSON ({problem}); take it out") from problem
