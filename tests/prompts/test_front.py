from __future__ import annotations

import pytest

from vouch.prompts.front import parse, split

from .conftest import problem_of


def test_a_file_is_cut_at_its_two_rules_and_the_body_keeps_its_line_numbers() -> None:
    cut = split("---\nschema: 1\n--- \n\nHello\n---\nmore", "f")
    assert cut.front == "schema: 1"
    assert [(line.text, line.number) for line in cut.body] == [("", 4), ("Hello", 5), ("---", 6), ("more", 7)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hello", "f:1: a prompt file begins with front matter; write '---', 'schema: 1' and '---'"),
        ("---\nschema: 1\n", "f:1: the front matter is never closed"),
    ],
)
def test_a_file_without_front_matter_is_told_what_to_write(text: str, problem: str) -> None:
    assert problem_of(lambda: split(text, "f")).startswith(problem)


def test_scalars_are_those_of_json_and_the_rest_is_text() -> None:
    front = parse(
        "a: no\nb: true\nc: 12\nd: -1.5e3\ne: 007\nf: 2024-01-01\ng: 1_000\nh: 12:30\ni: null\nj: ~\nk:\n"
        "l: .nan\nm: 0x1f\nn: 'true'\no: <<\np: 1234567890123456789012\nq: =",
        "f",
    )
    assert front.data == {
        "a": "no", "b": True, "c": 12, "d": -1500.0, "e": "007", "f": "2024-01-01", "g": "1_000", "h": "12:30",
        "i": None, "j": None, "k": None, "l": ".nan", "m": "0x1f", "n": "true", "o": "<<",
        "p": 1234567890123456789012.0, "q": "=",
    }  # fmt: skip


def test_every_key_and_item_knows_its_line() -> None:
    front = parse("settings:\n  stop:\n    - a\n    - b\nmodel: x", "f")
    assert front.lines["settings"] == 2
    assert front.lines["settings.stop"] == 3
    assert front.lines["settings.stop[1]"] == 5
    assert front.lines["model"] == 6


def test_empty_front_matter_is_empty_data() -> None:
    assert parse("# only a remark", "f").data == {}


BOMB = "a: &a [x, x]\n" + "\n".join(f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "f:4: not YAML that a prompt can hold: the key 'a' is written twice; keep one of them"),
        ("x:\n  a: 1\n  a: 2", "f:4: not YAML that a prompt can hold: the key 'a' is written twice"),
        (BOMB, "f:3: not YAML that a prompt can hold: an alias is not allowed"),
        ("a: !!python/object/apply:os.system [ls]", "f:2: not YAML that a prompt can hold: a tag is not allowed"),
        ("a: !!binary aGk=", "f:2: not YAML that a prompt can hold: a tag is not allowed"),
        ("a: !!int x", "f:2: not YAML that a prompt can hold: a tag is not allowed"),
        ("!!map {a: 1}", "f:2: not YAML that a prompt can hold: a tag is not allowed"),
        ("a: 1\n2: b", "f:3: not YAML that a prompt can hold: a key must be text"),
        ("a: 1\n? [x]\n: b", "f:3: not YAML that a prompt can hold: a key must be text"),
        ("true: b", "f:2: not YAML that a prompt can hold: a key must be text"),
        ("a: [1", "f:2: not YAML that a prompt can hold: expected ',' or ']'"),
        ("a: 'x", "f:2: not YAML that a prompt can hold: found unexpected end of stream"),
        ("a: 1\n\tb: 2", "f:3: not YAML that a prompt can hold: found character '\\t'"),
        ("a: 1\nb: \x01", "f:3: the character '\\x01' is not allowed in YAML"),
        ("[" * 5000, "f:2: not YAML that a prompt can hold: nested more than 40 deep"),
        ("- a\n- b", "f:2: the front matter is not a mapping"),
        ("only words", "f:2: the front matter is not a mapping"),
        ("a: 1\n---\nb: 2", "f:3: not YAML that a prompt can hold: but found another document"),
        ("a: " + "x" * 100_000, "f:1: the front matter is longer than 100,000 characters"),
    ],
)
def test_what_a_prompt_cannot_hold_is_refused_with_its_line(text: str, problem: str) -> None:
    assert problem_of(lambda: parse(text, "f")).startswith(problem)
