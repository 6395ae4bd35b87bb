from __future__ import annotations

import pytest

from .conftest import Folder


def text_of(folder: Folder, body: str) -> str:
    return folder.load_front(body=body).render("hi")[0].text


def test_an_include_is_replaced_by_the_lines_of_its_file(folder: Folder) -> None:
    folder.write("prompts/b.md", "in b\n{% include 'parts/c.md' %}\n")
    folder.write("prompts/parts/c.md", 'in c: {{ input }}\r\n{% include "../d.md" %}')
    folder.write("prompts/d.md", "in d")
    assert text_of(folder, "top\n  {% include 'b.md' %}  \nend") == "top\nin b\nin c: hi\nin d\nend"


def test_an_included_file_may_open_a_section(folder: Folder) -> None:
    folder.write("prompts/b.md", "# user\nMail: {{ input }}")
    messages = folder.load_front(body="# system\nSort.\n{%- include 'b.md' -%}").render("hi")
    assert [(message.role, message.text) for message in messages] == [("system", "Sort."), ("user", "Mail: hi")]


def test_of_an_included_prompt_only_the_body_counts(folder: Folder) -> None:
    folder.write("prompts/b.prompt.md", "---\nschema: 1\nmodel: other\n---\nBody of b")
    prompt = folder.load_front(body="{% include 'b.prompt.md' %}")
    assert (prompt.model, prompt.render("hi")[0].text) == (None, "Body of b")


def test_the_same_part_may_be_included_twice(folder: Folder) -> None:
    folder.write("prompts/b.md", "b")
    assert text_of(folder, "{% include 'b.md' %}\n{% include 'b.md' %}") == "b\nb"


def test_an_include_in_a_comment_or_a_raw_block_is_none(folder: Folder) -> None:
    assert text_of(folder, "x\n{#\n{% include 'gone.md' %}\n#}\ny") == "x\ny"
    assert "{% include 'gone.md' %}" in text_of(folder, "x\n{% raw %}\n{% include 'gone.md' %}\n{% endraw %}")
    assert text_of(folder, "Do not include names.") == "Do not include names."


def test_an_error_in_an_included_file_names_that_file(folder: Folder) -> None:
    folder.write("prompts/b.md", "one\ntwo {{ nope }}")
    assert folder.wrong_front(body="x\n{% include 'b.md' %}").startswith("prompts/b.md:2: variable 'nope' is not decl")


def test_the_version_covers_the_included_text(folder: Folder) -> None:
    folder.write("prompts/b.md", "one")
    first = folder.load_front(body="{% include 'b.md' %}").version
    folder.write("prompts/b.md", "two")
    assert folder.load_front(body="{% include 'b.md' %}").version != first
    assert folder.load_front(body="one").version == first


def test_a_circle_is_drawn(folder: Folder) -> None:
    folder.write("prompts/parts/b.md", "in b\n{% include '../a.prompt.md' %}")
    problem = folder.wrong_front(body="x\n{% include 'parts/b.md' %}")
    chain = "a.prompt.md -> parts/b.md -> a.prompt.md"
    assert problem == f"prompts/parts/b.md:2: includes go in a circle: {chain}; take one of them out"
    assert "a.prompt.md -> a.prompt.md" in folder.wrong_front(body="{% include 'a.prompt.md' %}")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{% include 'gone.md' %}", "include 'gone.md': there is no file prompts/gone.md; write it"),
        ("{% include 'parts' %}", "include 'parts': there is no file prompts/parts"),
        ("{% include '../secret.md' %}", "include '../secret.md' lies outside prompts; move it inside"),
        ("{% include '/etc/passwd' %}", "include '/etc/passwd' lies outside prompts"),
        ("{% include 'link.md' %}", "include 'link.md' lies outside prompts"),
        ("{% include 'b\0.md' %}", "include 'b\\x00.md' is not a path (embedded null byte)"),
        ("x {% include 'b.md' %}", "\"x {% include 'b.md' %}\": an include must stand alone on its line"),
        ("{% include input %}", "'{% include input %}': an include must stand alone on its line"),
        ("{% include ['b.md'] %}", "\"{% include ['b.md'] %}\": an include must stand alone"),
        ("{% include 'b.md' ignore missing %}", "\"{% include 'b.md' ignore missing %}\": an include must"),
        ("{% if input %}{% include 'b.md' %}{% endif %}", "\"{% if input %}{% include 'b.md' %}{% endif %}\": an incl"),
        ("{% include 'b.md' %}{% include 'b.md' %}", "\"{% include 'b.md' %}{% include 'b.md' %}\": an include"),
        ("{% include 'b.md' % }", "unexpected '}'"),
        ("{% include 'long.md' %}", "include 'long.md' is not a path"),
    ],
)
def test_an_include_that_cannot_be_is_named_with_its_line(folder: Folder, line: str, problem: str) -> None:
    folder.write("prompts/b.md", "b")
    folder.write("prompts/parts/c.md", "c")
    folder.write("secret.md", "secret")
    (folder.path / "prompts" / "link.md").symlink_to(folder.path / "secret.md")
    wanted = line.replace("long", "x" * 5000), problem.replace("long", "x" * 5000)
    assert folder.wrong_front(body=f"x\n{wanted[0]}\ny").startswith(f"prompts/a.prompt.md:5: {wanted[1]}")


def test_an_include_that_spans_lines_is_refused(folder: Folder) -> None:
    assert "must stand alone on its line" in folder.wrong_front(body="{%\ninclude 'b.md' %}")


def test_includes_cannot_grow_without_end(folder: Folder) -> None:
    for name, below in zip("bcde", "cdef", strict=True):
        folder.write(f"prompts/{name}.md", f"{{% include '{below}.md' %}}\n" * 40)
    folder.write("prompts/f.md", "x" * 900)
    assert "the includes add up to more than 1,000,000 characters" in folder.wrong_front(body="{% include 'b.md' %}")


def test_includes_cannot_go_down_without_end(folder: Folder) -> None:
    for number in range(30):
        folder.write(f"prompts/{number}.md", f"{{% include '{number + 1}.md' %}}")
    assert folder.wrong_front(body="{% include '0.md' %}").startswith("prompts/19.md:1: includes are more than 20 deep")
