"""Front matter: the YAML between two `---` lines, read into plain data that knows its lines.

It does not know what the keys mean. Nothing in it can become anything but text, numbers, true, false, null, lists and
mappings; what is written twice, refers to elsewhere or is tagged is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

import yaml
from yaml.reader import ReaderError

from vouch.prompts.source import Line, fault, lines_of

_FENCE: Final = "---"
_LARGEST: Final = 100_000
"""Characters of front matter: longer lists of examples belong into a file of their own."""
_DEEPEST: Final = 40


class Split(NamedTuple):
    """A prompt file cut in two: the front matter's text, which starts at line 2, and the lines of the body."""

    front: str
    body: tuple[Line, ...]


class Front(NamedTuple):
    """Front matter as data, and the line of each key by its path, such as `settings.temperature`."""

    data: dict[str, Any]
    lines: Mapping[str, int]


def split(text: str, file: str) -> Split:
    """Cut a prompt file at the two `---` lines; raises a `PromptError` when they are not there."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        problem = "a prompt file begins with front matter; write '---', 'schema: 1' and '---' as its first three lines"
        raise fault(file, 1, problem)
    for place, line in enumerate(lines[1:], 1):
        if line.rstrip() == _FENCE:
            return Split("\n".join(lines[1:place]), lines_of("\n".join(lines[place + 1 :]), file, first=place + 2))
    raise fault(file, 1, "the front matter is never closed; write '---' on a line of its own below it")


def parse(text: str, file: str) -> Front:
    """The front matter as data; raises a `PromptError` with the line of whatever is wrong."""
    if len(text) > _LARGEST:
        problem = f"the front matter is longer than {_LARGEST:,} characters; move examples into a file"
        raise fault(file, 1, problem)
    try:
        reader = _Reader(text)
        node = reader.get_single_node()
        if node is None:
            return Front({}, {})
        if not isinstance(node, yaml.MappingNode):
            raise fault(file, 2, "the front matter is not a mapping; write 'key: value' lines such as 'schema: 1'")
        lines: dict[str, int] = {}
        _note(node, "", lines)
        return Front(cast("Any", reader).construct_document(node), lines)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 2 if mark else 1
        raise fault(file, line, f"not YAML that a prompt can hold: {problem.problem}") from problem
    except ReaderError as problem:
        line = text[: problem.position].count("\n") + 2
        character = text[problem.position]
        raise fault(file, line, f"the character {character!r} is not allowed in YAML; take it out") from problem


def _note(node: yaml.Node, path: str, lines: dict[str, int]) -> None:
    """Write down the line of every key below `node`."""
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.ScalarNode, yaml.Node]]", node.value):
            below = f"{path}.{key.value}" if path else str(key.value)
            lines.setdefault(below, key.start_mark.line + 2)
            _note(value, below, lines)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(cast("list[yaml.Node]", node.value)):
            lines.setdefault(f"{path}[{place}]", value.start_mark.line + 2)
            _note(value, f"{path}[{place}]", lines)


class _Reader(yaml.SafeLoader):
    """The safe loader, with the scalars of YAML 1.2 (so `no` is text), without aliases, tags and repeated keys."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One node and all below it, checked."""
        event = cast("yaml.Event", cast("Any", self).peek_event())
        if isinstance(event, yaml.AliasEvent):
            _refuse("an alias is not allowed; write the value out", event)
        if getattr(event, "tag", None) not in {None, "!"}:
            _refuse("a tag is not allowed; write the plain value", event)
        if self.depth > _DEEPEST:
            _refuse(f"nested more than {_DEEPEST} deep; write it flatter", event)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, yaml.MappingNode):
            _check_keys(node)
        return node


def _check_keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
        if not isinstance(key, yaml.ScalarNode) or key.tag != _STRING:
            _refuse("a key must be text; put it in quotes", key)
        name = str(key.value)
        if name in seen:
            _refuse(f"the key {name!r} is written twice; keep one of them", key)
        seen.add(name)


def _refuse(problem: str, where: yaml.Node | yaml.Event) -> None:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)


_STRING: Final = "tag:yaml.org,2002:str"
_RESOLVERS: Final = (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", ["~", "n", ""]),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?", "-0123456789"),
)
"""Exactly the literals of JSON (whole numbers of at most 18 digits), and `~` or nothing for null: the rest is text."""

_Reader.yaml_implicit_resolvers = {}
for _name, _pattern, _starts in _RESOLVERS:
    cast("Any", _Reader).add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_pattern})\\Z"), list(_starts)
    )
