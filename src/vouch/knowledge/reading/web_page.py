"""HTML becomes a document: what a reader sees of it, with headings, lists, tables and code as blocks.

It does not know styles beyond what an element says itself: what only a style sheet hides is read.
"""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from typing import Any, Final

from vouch.knowledge.reading.decoding import decoded
from vouch.knowledge.reading.draft import Draft, line, table
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.values.document import Document

_UNREAD: Final = frozenset(
    {
        *("script", "style", "noscript", "template", "head", "svg", "math", "iframe", "object", "canvas", "nav"),
        *("footer", "button", "select", "option", "textarea", "audio", "video", "dialog"),
    }
)
_INLINE: Final = frozenset(
    {
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font"),
        *("i", "img", "input", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span"),
        *("strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "-text"),
    }
)
_UNNESTED: Final = frozenset(
    "p li td th tr dt dd option area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)
"""Elements that hold nothing, or end where the next of their kind begins."""
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:[^.\d]|$)", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)


def read_html(data: bytes, name: str, limits: Limits = LIMITS, *, declared: str | None = None) -> Document:
    """A page as a document; title, language, author and description go to the metadata.

    Scripts, forms, menus, footers and what its own element hides are left out. `declared` is the encoding by the
    sender. Needs the extra `documents`; raises `Unreadable`.
    """
    found = _CHARSET.search(data[:4096])
    text = decoded(data, limits, declared=declared or (found[1].decode("ascii") if found else None))
    lexbor = _lexbor()
    _check_nesting(text, limits)
    tree = lexbor.LexborHTMLParser(text)
    draft = Draft(limits)
    if tree.body is not None:
        _Reader(draft, limits).block(tree.body)
    return draft.document(name, _metadata(tree))


def _check_nesting(text: str, limits: Limits) -> None:
    """Refuse what is nested so deep that parsing alone would take minutes: a parser's time grows with its square."""
    depth, opened = 0, Counter[str]()
    for found in _TAG.finditer(text):
        name = found[2].lower()
        if name in _UNNESTED:
            continue
        if not found[1]:
            opened[name] += 1
            depth += 1
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depth > limits.depth * 10:
            raise Unreadable(f"its elements stand more than {limits.depth:,} deep in one another; see Limits.depth")


def _metadata(tree: Any) -> dict[str, Any]:
    said: dict[str, str] = {}
    for node in tree.css("meta[name][content]"):
        said.setdefault((node.attributes.get("name") or "").lower(), line(node.attributes.get("content") or ""))
    title = tree.css_first("title")
    root = tree.css_first("html")
    return {
        "title": line(title.text()) if title is not None else "",
        "language": (root.attributes.get("lang") or "") if root is not None else "",
        "author": said.get("author"),
        "description": said.get("description"),
    }


class _Reader:
    """Walks a page; text that stands between blocks is gathered to paragraphs."""

    def __init__(self, draft: Draft, limits: Limits) -> None:
        self._draft = draft
        self._limits = limits
        self._open: list[str] = []

    def block(self, node: Any, depth: int = 0) -> None:
        """Read what an element holds, up to its end."""
        if depth > self._limits.depth:
            raise Unreadable(
                f"its elements stand more than {self._limits.depth:,} deep in one another; see Limits.depth"
            )
        child = node.first_child
        while child is not None:
            tag = child.tag or ""
            if tag in _INLINE and not self._holds_blocks(child):
                self._open.append(self._inline(child, depth))
            elif not self._is_unread(child, tag):
                self._flush()
                self._element(child, tag, depth)
                self._flush()
            child = child.next
        self._flush()

    def _element(self, node: Any, tag: str, depth: int) -> None:
        if tag in _HEADINGS:
            self._draft.add("heading", line(self._inline(node, depth)), level=_HEADINGS[tag])
        elif tag == "pre":
            self._draft.add("code", self._inline(node, depth, raw=True))
        elif tag in {"ul", "ol"}:
            self._draft.add("list", "\n".join(self._items(node, depth, 0)))
        elif tag == "table" and node.css_first("table table, h1, h2, h3, ul, ol, pre") is None:
            self._draft.add("table", table(self._rows(node, depth)))
        else:
            self.block(node, depth + 1)

    def _holds_blocks(self, node: Any) -> bool:
        """Whether an inline element stands around blocks, as links around whole cards do."""
        child = node.first_child
        while child is not None:
            if (child.tag or "") not in _INLINE and child.is_element_node and child.tag not in _UNREAD:
                return True
            child = child.next
        return False

    def _flush(self) -> None:
        if self._open:
            lines = [line(piece) for piece in "".join(self._open).split("\0")]
            self._draft.add("text", "\n".join(piece for piece in lines if piece))
            self._open.clear()

    def _inline(self, node: Any, depth: int, *, raw: bool = False) -> str:
        """The text in an element; a line break that is meant is a NUL, unless `raw`."""
        tag = node.tag or ""
        if tag == "-text":
            return str(node.text_content or "") if raw else str(node.text_content or "").replace("\0", "")
        if tag == "br":
            return "\n" if raw else "\0"
        if tag == "img":
            return f" {node.attributes.get('alt') or ''} "
        if self._is_unread(node, tag) or depth > self._limits.depth:
            return ""
        pieces: list[str] = []
        child = node.first_child
        while child is not None:
            pieces.append(self._inline(child, depth + 1, raw=raw))
            child = child.next
        return "".join(pieces) if tag in _INLINE or raw else f" {''.join(pieces)} "

    def _items(self, node: Any, depth: int, level: int) -> list[str]:
        """The items of a list as lines, those of lists within it indented."""
        lines: list[str] = []
        number = 0
        child = node.first_child
        while child is not None:
            if child.tag == "li" and not self._is_unread(child, "li") and depth + level < self._limits.depth:
                number += 1
                sign = f"{number}." if node.tag == "ol" else "-"
                own, inner = self._item(child, depth, level)
                lines += [f"{'  ' * level}{sign} {own}"] if own else []
                lines += inner
            child = child.next
        return lines

    def _item(self, node: Any, depth: int, level: int) -> tuple[str, list[str]]:
        own: list[str] = []
        inner: list[str] = []
        child = node.first_child
        while child is not None:
            if child.tag in {"ul", "ol"}:
                inner += self._items(child, depth, level + 1)
            else:
                own.append(self._inline(child, depth + level + 1))
            child = child.next
        return line("".join(own).replace("\0", " ")), inner

    def _rows(self, node: Any, depth: int) -> list[list[str]]:
        return [
            [
                self._inline(cell, depth).replace("\0", " ")
                for cell in row.css("th, td")
                if not self._is_unread(cell, cell.tag)
            ]
            for row in node.css("tr")
            if not self._is_unread(row, "tr")
        ]

    def _is_unread(self, node: Any, tag: str) -> bool:
        if tag in _UNREAD or not node.is_element_node:
            return tag != "-text"
        attributes = node.attributes
        if not attributes:
            return False
        return (
            "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or bool(_HIDDEN.search(attributes.get("style") or ""))
        )


def _lexbor() -> Any:
    try:
        return import_module("selectolax.lexbor")
    except ImportError as error:
        raise Unreadable("HTML needs the package `selectolax`: pip install vouch-llm[documents]") from error
