"""What a prompt's front matter says, as values with all names and types checked.

It does not know the prompt's text, and reads no other file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, TypeVar, cast

import msgspec
from msgspec import Meta, Struct, field

from vouch.errors import PromptError
from vouch.prompts.examples import ALL, Select, Selection, example
from vouch.prompts.front import Front
from vouch.prompts.schema import Schema
from vouch.prompts.source import fault, suggest
from vouch.prompts.variables import Variable, declare
from vouch.values.request import Example, Settings

_T = TypeVar("_T")
_PATH: Final = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)
_ELSEWHERE: Final[Mapping[str, str]] = {
    "includes": 'an include is written in the text, as {% include "part.md" %}',
    "name": "a prompt's name is its path",
    "version": "a prompt's version is made from its content",
    "settings.output_schema": "write the JSON Schema of the answer under outputs",
}


class _WrittenSettings(Struct, frozen=True):
    temperature: Annotated[float, Meta(ge=0)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    stop: tuple[str, ...] | str = ()
    seed: int | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    extra: dict[str, Any] = field(default_factory=dict[str, Any])


class _Written(Struct, frozen=True):
    schema: int
    description: str = ""
    model: str | None = None
    settings: _WrittenSettings = _WrittenSettings()
    inputs: dict[str, Any] = field(default_factory=dict[str, Any])
    outputs: dict[str, Any] | None = None
    examples: list[Any] | dict[str, Any] = field(default_factory=list[Any])
    evals: tuple[str, ...] = ()


class _WrittenExamples(Struct, frozen=True):
    file: Annotated[str, Meta(min_length=1)]
    select: Select = "first"
    k: Annotated[int, Meta(ge=1)] | None = None


class Header(Struct, frozen=True):
    """Checked front matter. Examples stand in it, each with its place, or in a `file` named at `file_place`."""

    description: str = ""
    model: str | None = None
    settings: Settings = Settings()
    inputs: Mapping[str, Variable] = {}
    evals: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    places: tuple[str, ...] = ()
    file: str = ""
    file_place: str = ""
    selection: Selection = ALL


def read(front: Front, name: str) -> Header:
    """The header of the file `name`; raises a `PromptError` with the line of an unknown key or a wrong value."""
    _known(front, "", _Written.__struct_fields__, name)
    _known(front, "settings", _WrittenSettings.__struct_fields__, name)
    if "schema" not in front.data:
        raise fault(name, 1, "the front matter has no schema; write 'schema: 1' into it")
    written = _converted(front.data, _Written, front, name)
    if written.schema != 1:
        problem = f"schema is {written.schema!r}, but this Vouch reads schema 1; write 'schema: 1', or update Vouch"
        raise fault(name, front.lines["schema"], problem)
    declared = {
        key: declare(key, schema, f"{name}:{front.lines[f'inputs.{key}']}") for key, schema in written.inputs.items()
    }
    bare = Header(
        written.description,
        written.model,
        _settings(written.settings, written.outputs),
        declared,
        written.evals,
    )
    if written.outputs is not None:
        output_schema(written.outputs, f"{name}:{front.lines['outputs']}")
    if isinstance(written.examples, list):
        return _inline(bare, written.examples, front, name)
    return _in_file(bare, front, name)


def output_schema(outputs: dict[str, Any], place: str) -> Schema:
    """The schema of the answer, compiled; raises a `PromptError` at `place` when it is none."""
    try:
        return Schema(outputs)
    except ValueError as problem:
        raise PromptError(f"{place}: outputs is no valid JSON Schema: {problem}") from problem


def checked(given: Settings, outputs: dict[str, Any] | None, place: str) -> Settings:
    """Settings given in Python, held to the same rules as those in a file; raises a `PromptError` at `place`."""
    try:
        written = msgspec.convert(given, _WrittenSettings, from_attributes=True)
    except msgspec.ValidationError as problem:
        raise PromptError(f"{place}: settings: {str(problem).replace('`', '')}") from problem
    schema = given.output_schema if outputs is None else outputs
    if schema is not None:
        output_schema(schema, place)
    return _settings(written, schema)


def _settings(written: _WrittenSettings, outputs: dict[str, Any] | None) -> Settings:
    return Settings(
        temperature=written.temperature,
        top_p=written.top_p,
        max_tokens=written.max_tokens,
        stop=(written.stop,) if isinstance(written.stop, str) else written.stop,
        seed=written.seed,
        output_schema=outputs,
        top_logprobs=written.top_logprobs,
        extra=written.extra,
    )


def _inline(header: Header, raw: Iterable[object], front: Front, name: str) -> Header:
    places = [f"{name}:{front.lines[f'examples[{place}]']}" for place, _ in enumerate(raw)]
    found = tuple(example(each, place) for each, place in zip(raw, places, strict=True))
    return msgspec.structs.replace(header, examples=found, places=tuple(places))


def _in_file(header: Header, front: Front, name: str) -> Header:
    _known(front, "examples", _WrittenExamples.__struct_fields__, name)
    written = _converted(front.data["examples"], _WrittenExamples, front, name, below="examples")
    if written.select == "all" and written.k is not None:
        raise fault(name, front.lines["examples.k"], "'select: all' shows every example; take k out, or select first")
    selection = Selection(written.select, 8 if written.k is None else written.k)
    place = f"{name}:{front.lines['examples.file']}"
    return msgspec.structs.replace(header, file=written.file, file_place=place, selection=selection)


def _known(front: Front, path: str, known: Iterable[str], name: str) -> None:
    """Raise a `PromptError` for a key below `path` that is not known."""
    below: object = front.data.get(path) if path else front.data
    if not isinstance(below, dict):
        return
    names = tuple(known)
    for key in cast("dict[str, object]", below):
        full = f"{path}.{key}" if path else key
        if key not in names:
            advice = _ELSEWHERE.get(full) or suggest(key, names)
            raise fault(name, front.lines[full], f"unknown key {full!r}; {advice}")


def _converted(data: object, kind: type[_T], front: Front, name: str, *, below: str = "") -> _T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as problem:
        matched = _PATH.fullmatch(str(problem))
        path = ".".join(part for part in (below, matched[2] if matched else "") if part)
        said = (matched[1] if matched else str(problem)).replace("`", "")
        raise fault(name, front.lines.get(path, 1), f"{path or 'front matter'}: {said}") from problem
