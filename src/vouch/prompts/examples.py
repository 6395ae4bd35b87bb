"""Worked examples: read from a list or a JSONL file, and the few of them that are shown to a language model.

It does not know the prompt they belong to.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, Literal, cast, get_args

import msgspec
from msgspec import Struct

from vouch.errors import PromptError
from vouch.prompts.schema import Schema
from vouch.prompts.source import suggest
from vouch.values.request import Example

LARGEST_EXAMPLES: Final = 100_000_000
"""Bytes of a file of examples."""

_MOST_LABELS: Final = 100

Select = Literal["all", "first", "balanced"]
"""`all` shows every example; `first` the first k; `balanced` k of every label, an example's label being its output."""


class Selection(Struct, frozen=True):
    """Which examples a language model is shown. Models that learn from examples always get all of them."""

    select: Select = "first"
    k: int = 8


ALL: Final = Selection("all")


def selection_of(select: str, k: int, place: str) -> Selection:
    """A selection given in Python; raises a `PromptError` at `place` when there is none such."""
    if select not in get_args(Select):
        raise PromptError(f"{place}: select is {select!r}; {suggest(str(select), get_args(Select))}")
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise PromptError(f"{place}: k is {k!r}, but must be a whole number from 1; give how many to show")
    return Selection(cast("Select", select), k)


def example(raw: object, place: str) -> Example:
    """One example from `{input, output}`; an output that is an object or a list becomes its JSON.

    Raises a `PromptError` at `place` for anything else.
    """
    if not isinstance(raw, dict):
        raise PromptError(f"{place}: an example is {{input: ..., output: ...}}, not {raw!r:.80}")
    fields = cast("dict[str, Any]", raw)
    for key in fields:
        if key not in {"input", "output"}:
            raise PromptError(f"{place}: an example has no {key!r}; {suggest(str(key), ('input', 'output'))}")
    for key in ("input", "output"):
        if key not in fields:
            raise PromptError(f"{place}: the example has no {key!r}; give both input and output")
    given, answer = fields["input"], fields["output"]
    if not isinstance(given, str):
        raise PromptError(f"{place}: input is {given!r:.80}, but must be text; put it in quotes")
    if isinstance(answer, (dict, list)):
        answer = json.dumps(answer, ensure_ascii=False)
    if not isinstance(answer, str):
        raise PromptError(f"{place}: output is {answer!r:.80}, but must be text or an object; put it in quotes")
    return Example(given, answer)


def parse_lines(text: str, name: str) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """The examples of a JSONL text, one object a line, and the place of each; blank lines are skipped."""
    found: list[Example] = []
    places: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            raw: object = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeEncodeError) as problem:
            raise PromptError(f"{place}: not JSON ({problem}); write one object a line") from problem
        found.append(example(raw, place))
        places.append(place)
    return tuple(found), tuple(places)


def choose(examples: Sequence[Example], selection: Selection, place: str) -> tuple[Example, ...]:
    """The examples to show, always the same for the same list; raises a `PromptError` when outputs are no labels.

    A balanced choice takes k of each label, evenly spread over the list, and lets the labels take turns, so that the
    order does not favour one of them.
    """
    if selection.select == "all":
        return tuple(examples)
    if selection.select == "first":
        return tuple(examples[: selection.k])
    groups: dict[str, list[Example]] = {}
    for each in examples:
        groups.setdefault(each.output, []).append(each)
    if len(groups) > _MOST_LABELS:
        problem = f"balanced wants labels, but the examples have {len(groups)} different outputs"
        raise PromptError(f"{place}: {problem} (at most {_MOST_LABELS}); write 'select: first'")
    rows = [_spread(group, selection.k) for group in groups.values()]
    return tuple(row[turn] for turn in range(selection.k) for row in rows if turn < len(row))


def _spread(group: Sequence[Example], k: int) -> Sequence[Example]:
    """`k` of `group`, from the middle of `k` equal stretches; all of them when there are not more."""
    if len(group) <= k:
        return group
    return [group[(2 * turn + 1) * len(group) // (2 * k)] for turn in range(k)]


def fitting(examples: Sequence[Example], places: Sequence[str], outputs: dict[str, Any] | None) -> None:
    """Raise a `PromptError` for an example that teaches an answer which `outputs` forbids.

    Only answers that are objects or arrays are held against it: of others it is not known whether they are JSON.
    """
    if not examples or outputs is None or outputs.get("type") not in {"object", "array"}:
        return
    schema = Schema(outputs)
    for each, place in zip(examples, places, strict=True):
        try:
            wrong = schema.problem(msgspec.json.decode(each.output))
        except msgspec.DecodeError as problem:
            wrong = f"not JSON ({problem})"
        if wrong:
            raise PromptError(f"{place}: the example's output does not fit outputs: {wrong}")
