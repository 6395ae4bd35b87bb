"""A prompt file, read whole: its header, its body with all includes in place, and its examples.

It does not know what a prompt does with them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from vouch.errors import PromptError
from vouch.prompts.examples import LARGEST_EXAMPLES, parse_lines
from vouch.prompts.front import parse, split
from vouch.prompts.header import Header, read
from vouch.prompts.include import expand
from vouch.prompts.locate import Location
from vouch.prompts.source import Line, read_text, shown
from vouch.values.request import Example


class Loaded(NamedTuple):
    """What a prompt file holds; `file` is its path as people see it, `places` says where each example stands."""

    file: str
    header: Header
    body: tuple[Line, ...]
    examples: tuple[Example, ...]
    places: tuple[str, ...]


def load(location: Location) -> Loaded:
    """Read a prompt file and all that it names; raises a `PromptError` with file and line of whatever is wrong."""
    file = shown(location.path)
    cut = split(read_text(location.path, file), file)
    header = read(parse(cut.front, file), file)
    body = expand(cut.body, location.path, location.root)
    if not any(line.text.strip() for line in body):
        raise PromptError(f"{file}: the prompt has no text below its front matter; write the system message there")
    examples, places = header.examples, header.places
    if header.file:
        examples, places = _examples(header, location.path.parent)
    return Loaded(file, header, body, examples, places)


def _examples(header: Header, folder: Path) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """The examples of the file that the header names; it lies in the prompt's own folder, or below."""
    path = folder / header.file
    try:
        inside, exists = path.resolve().is_relative_to(folder.resolve()), path.is_file()
    except (OSError, ValueError) as problem:
        raise PromptError(
            f"{header.file_place}: examples {header.file!r} is not a path ({problem}); correct it"
        ) from problem
    if not inside:
        wanted = f"move the file into {shown(folder)} or below it"
        raise PromptError(f"{header.file_place}: examples {header.file!r} lie outside the prompt's folder; {wanted}")
    if not exists:
        missing = f"there is no file {shown(path)}; write it, or correct the name"
        raise PromptError(f"{header.file_place}: examples {header.file!r}: {missing}")
    return parse_lines(read_text(path, shown(path), largest=LARGEST_EXAMPLES), shown(path))
