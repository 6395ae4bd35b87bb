"""Markdown becomes documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from vouch.knowledge.reading.limits import Unreadable
from vouch.knowledge.reading.markdown import markdown_blocks, read_markdown

DOCS = sorted((Path(__file__).parents[3] / "docs").glob("*.md"))


def kinds(text: str) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, text[slice(*block.span)]) for block in markdown_blocks(text)]


def test_blocks_are_found():
    text = """# Lamps #
How they shine
in the dark.
Setext
------
| a | b |
|---|:-:|
| 1 | 2 |

- item
  more

  - inner
1. other

    code

~~~python
# no heading

~~~
> quoted
***
Last
===="""
    assert kinds(text) == [
        ("heading", 1, "# Lamps #"),
        ("heading", 2, "How they shine\nin the dark.\nSetext\n------"),
        ("table", 0, "| a | b |\n|---|:-:|\n| 1 | 2 |"),
        ("list", 0, "- item\n  more\n\n  - inner\n1. other\n\n    code"),
        ("code", 0, "~~~python\n# no heading\n\n~~~"),
        ("text", 0, "> quoted"),
        ("text", 0, "***"),
        ("heading", 1, "Last\n===="),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("    indented\n\n    code\ntext", ["code", "text"]),
        ("    indented", ["code"]),
        ("```\nnever closed\n\n# x", ["code"]),
        ("- a\n\n  ```\nout", ["list", "text"]),
        ("- a\n\n  ```\n  # x\n\n  y\n  ```\n- b", ["list"]),
        ("- a\n  ```\n  never closed", ["list"]),
        ("- a\n\ntext", ["list", "text"]),
        ("- a\nlazy", ["list"]),
        ("- a\n# x", ["list", "heading"]),
        ("text\n- a", ["text", "list"]),
        ("text\n2024. a", ["text"]),
        ("* * *\n- a", ["text", "list"]),
        ("#no heading\n####### none", ["text"]),
        ("a | b\n- | -\n1 | 2\n\nx", ["table", "text"]),
        ("text | x\nno table", ["text"]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_where_blocks_end(text, found):
    assert [kind for kind, _, _ in kinds(text)] == found


def reference(text: str) -> list[tuple[str, int]]:
    """Headings, outer code and tables, with their first lines, as another reader finds them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    names = {"heading_open": "heading", "fence": "code", "code_block": "code", "table_open": "table"}
    return [(names[token.type], token.map[0]) for token in tokens if token.type in names and token.level == 0]


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_our_own_pages_are_read_as_another_reader_reads_them(page):
    text = page.read_text(encoding="utf-8")
    own = [
        (block.kind, text.count("\n", 0, block.span[0]))
        for block in markdown_blocks(text)
        if block.kind in {"heading", "code", "table"}
    ]
    assert own == reference(text)


@given(st.lists(st.sampled_from(["# a", "text", "", "- x", "  y", "```", "| a | b |", "|---|---|", "===", "    c"])))
@settings(max_examples=100)
def test_blocks_stand_in_order_and_hold_all_that_is_not_blank(lines):
    text = "\n".join(lines)
    blocks = markdown_blocks(text)
    outside, done = "", 0
    for block in blocks:
        assert done <= block.span[0] < block.span[1]
        outside += text[done : block.span[0]]
        done = block.span[1]
    assert not (outside + text[done:]).strip()


def test_front_matter_goes_to_the_metadata():
    text = "---\ntitle: Lamps\ntags: [a, 2]\nday: 2025-03-14\nnested: {a: 1}\nnone:\n---\n# Other\n"
    document = read_markdown(text.encode(), "x.md")
    assert document.metadata == {"title": "Lamps", "tags": ["a", 2], "day": "2025-03-14"}
    assert document.text == "# Other\n"
    assert read_markdown(b"---\njust text\n---\nx", "x.md").metadata == {}
    assert read_markdown(b"# Lamps ##\n\ntext", "x.md").metadata == {"title": "Lamps"}
    assert read_markdown(b"## Lamps", "x.md").metadata == {}


def test_front_matter_cannot_grow_or_call():
    with pytest.raises(Unreadable, match="its front matter uses references"):
        read_markdown(b"---\na: &a [1, 2]\nb: [*a, *a]\n---\n", "x.md")
    with pytest.raises(Unreadable, match="its front matter is no YAML"):
        read_markdown(b"---\na: !!python/object/apply:os.getcwd []\n---\n", "x.md")
    with pytest.raises(Unreadable, match="its front matter is no YAML"):
        read_markdown(b"---\na: [\n---\n", "x.md")
