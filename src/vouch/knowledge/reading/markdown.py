"""Markdown becomes a document whose text is the Markdown itself, with its headings, lists, tables and code as blocks.

It does not know what stands within a line: emphasis, links and HTML are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, cast

import yaml

from vouch.knowledge.reading.decoding import decoded
from vouch.knowledge.reading.draft import cleaned, line
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.values.document import Block, Document, Kind

_FRONT: Final = re.compile(r"---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FRONT_MOST: Final = 20_000
"""Characters of front matter."""

_FENCE: Final = re.compile(r" {0,3}(`{3,}(?!.*`)|~{3,})")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_UNDERLINE: Final = re.compile(r" {0,3}(?:(=+)|-+)[ \t]*$")
_BREAK: Final = re.compile(r" {0,3}([-*_])(?:[ \t]*+\1){2,}[ \t]*$")
_ITEM: Final = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_DASHES: Final = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*$")
_CLOSING: Final = re.compile(r"[ \t]+#+$")


def read_markdown(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """Markdown as a document; its front matter and first heading go to the metadata. Raises `Unreadable`."""
    text = decoded(data, limits)
    front = _FRONT.match(text, 0, _FRONT_MOST)
    metadata = _metadata(front[1]) if front else {}
    if front:
        text = text[front.end() :]
    blocks = markdown_blocks(text)
    if "title" not in metadata:
        first = next((block for block in blocks if block.kind == "heading"), None)
        metadata["title"] = _title(text[slice(*first.span)]) if first and first.level == 1 else ""
    return Document(name, text, metadata=cleaned(metadata), blocks=blocks)


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text, in order."""
    return tuple(_Scan(text).blocks())


class _Line(NamedTuple):
    start: int
    end: int
    text: str


class _Scan:
    """The lines of a text, taken together to blocks one after the other."""

    def __init__(self, text: str) -> None:
        self._lines: list[_Line] = []
        place = 0
        for content in text.split("\n"):
            self._lines.append(_Line(place, place + len(content), content))
            place += len(content) + 1

    def blocks(self) -> Iterator[Block]:
        lines, place = self._lines, 0
        while place < len(lines):
            if not lines[place].text.strip():
                place += 1
                continue
            kind, after, level = self._block(place)
            last = after - 1
            while last > place and not lines[last].text.strip():
                last -= 1
            yield Block(kind, (lines[place].start, lines[last].end), level)
            place = after

    def _block(self, place: int) -> tuple[Kind, int, int]:
        """What begins at a line, the line after it, and the level of a heading."""
        text = self._lines[place].text
        heading = _HEADING.match(text)
        if heading:
            return "heading", place + 1, len(heading[1])
        fence = _FENCE.match(text)
        if fence:
            return "code", self._after_fence(place, fence[1]), 0
        if text.startswith(("    ", "\t")):
            return "code", self._after_indented(place), 0
        if self._is_table(place):
            return "table", self._after_table(place), 0
        if _ITEM.match(text) and not _BREAK.match(text):
            return "list", self._after_list(place), 0
        return self._paragraph(place)

    def _after_fence(self, place: int, fence: str) -> int:
        closing = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
        for after in range(place + 1, len(self._lines)):
            if closing.match(self._lines[after].text):
                return after + 1
        return len(self._lines)

    def _after_indented(self, place: int) -> int:
        after = place + 1
        for after in range(place + 1, len(self._lines) + 1):
            text = self._lines[after].text if after < len(self._lines) else "end"
            if text.strip() and not text.startswith(("    ", "\t")):
                break
        return after

    def _is_table(self, place: int) -> bool:
        if "|" not in self._lines[place].text or place + 1 >= len(self._lines):
            return False
        below = self._lines[place + 1].text
        return "-" in below and "|" in below and bool(_DASHES.match(below))

    def _after_table(self, place: int) -> int:
        after = place + 2
        while after < len(self._lines) and self._lines[after].text.strip() and not self._opens(after):
            after += 1
        return after

    def _after_list(self, place: int) -> int:
        """A list goes on with items, with what is indented, and with lines right below one of either."""
        after, blank = place + 1, False
        while after < len(self._lines):
            text = self._lines[after].text
            if not text.strip():
                blank = True
            elif text[0] in " \t":
                if _FENCE.match(text.lstrip()):
                    after = self._after_inner_fence(after)
                    continue
                blank = False
            elif _ITEM.match(text) and not _BREAK.match(text):
                blank = False
            elif blank or self._opens(after):
                break
            after += 1
        return after

    def _after_inner_fence(self, place: int) -> int:
        fence = _FENCE.match(self._lines[place].text.lstrip())
        sign = fence[1] if fence else "```"
        for after in range(place + 1, len(self._lines)):
            text = self._lines[after].text
            if text.strip() and text[0] not in " \t":
                return after
            if text.strip().startswith(sign):
                return after + 1
        return len(self._lines)

    def _opens(self, place: int) -> bool:
        """Whether a line begins a block of its own, even right below another."""
        text = self._lines[place].text
        return bool(_HEADING.match(text) or _FENCE.match(text) or _BREAK.match(text))

    def _paragraph(self, place: int) -> tuple[Kind, int, int]:
        after = place + 1
        if _BREAK.match(self._lines[place].text):
            return "text", after, 0
        while after < len(self._lines):
            text = self._lines[after].text
            underline = _UNDERLINE.match(text)
            if underline:
                return "heading", after + 1, 1 if underline[1] else 2
            if not text.strip() or self._opens(after) or self._is_table(after):
                break
            if _ITEM.match(text) and text.lstrip()[0] in "-*+1":
                break
            after += 1
        return "text", after, 0


def _title(heading: str) -> str:
    return _CLOSING.sub("", line(heading.strip().split("\n", 1)[0].lstrip("#")))


class _Plain(yaml.SafeLoader):
    """YAML without references, by which a few lines could stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):  # pyright: ignore[reportUnknownMemberType]
            raise Unreadable("its front matter uses references (*name); write the values out")
        return super().compose_node(parent, index)


def _metadata(front: str) -> dict[str, Any]:
    """Values of the front matter that a search can filter by: single ones, and lists of them."""
    try:
        given: Any = yaml.load(front, Loader=_Plain)  # noqa: S506 a SafeLoader, and less
    except yaml.YAMLError as error:
        raise Unreadable(f"its front matter is no YAML: {line(str(error))}") from error
    if not isinstance(given, dict):
        return {}
    pairs = cast("dict[Any, Any]", given)
    return {str(key): _filtered(value) for key, value in pairs.items()}


def _filtered(value: Any) -> Any:
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [item if isinstance(item, str | int | float | bool) else str(item) for item in items]
    return None if value is None or isinstance(value, dict) else str(value)
