from __future__ import annotations

import pytest

from vouch.prompts.examples import ALL, Selection, choose, example, parse_lines, selection_of
from vouch.values.request import Example

from .conftest import Folder, problem_of

LINES = "\n".join(f'{{"input": "{number}", "output": "{"ab"[number % 3 == 0]}"}}' for number in range(12))


def inputs(shots: tuple[Example, ...]) -> list[str]:
    return [shot.input for shot in shots]


def test_a_list_is_shown_whole(folder: Folder) -> None:
    prompt = folder.load_front("examples: [{input: x, output: no}, {input: y, output: {b: é, a: 1}}]")
    assert prompt.examples == (Example("x", "no"), Example("y", '{"b": "é", "a": 1}'))
    assert prompt.shots == prompt.examples
    assert prompt.selection == ALL


def test_a_file_is_read_whole_and_its_first_are_shown(folder: Folder) -> None:
    folder.write("prompts/more/examples.jsonl", LINES.replace("\n", "\r\n\r\n"))
    prompt = folder.load_front("examples: {file: more/examples.jsonl, k: 3}")
    assert len(prompt.examples) == 12
    assert inputs(prompt.shots) == ["0", "1", "2"]


def test_all_of_a_file_may_be_shown(folder: Folder) -> None:
    folder.write("prompts/examples.jsonl", LINES)
    assert len(folder.load_front("examples: {file: examples.jsonl, select: all}").shots) == 12


def test_balanced_takes_k_of_each_label_spread_over_the_list_in_turns(folder: Folder) -> None:
    folder.write("prompts/examples.jsonl", LINES)
    prompt = folder.load_front("examples: {file: examples.jsonl, select: balanced, k: 2}")
    assert [(shot.input, shot.output) for shot in prompt.shots] == [("3", "b"), ("4", "a"), ("9", "b"), ("10", "a")]


def test_balanced_takes_what_there_is_of_a_rare_label() -> None:
    few = [Example("1", "a"), Example("2", "b"), Example("3", "a"), Example("4", "a")]
    assert inputs(choose(few, Selection("balanced", 2), "f")) == ["1", "2", "4"]
    assert inputs(choose(few, Selection("balanced", 9), "f")) == ["1", "2", "3", "4"]
    assert choose([], Selection("balanced", 9), "f") == ()


def test_balanced_wants_labels() -> None:
    many = [Example("x", str(number)) for number in range(101)]
    assert len(choose(many[:100], Selection("balanced", 1), "f")) == 100
    problem = problem_of(lambda: choose(many, Selection("balanced", 1), "f"))
    assert problem.startswith("f: balanced wants labels, but the examples have 101 different outputs")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"input": "a"', "not JSON (Input data was truncated); write one object a line"),
        ('["a", "b"]', "an example is {input: ..., output: ...}, not ['a', 'b']"),
        ('{"input": "a"}', "the example has no 'output'; give both input and output"),
        ('{"output": "a"}', "the example has no 'input'"),
        ('{"input": "a", "ouput": "b"}', "an example has no 'ouput'; did you mean 'output'?"),
        ('{"input": 3, "output": "b"}', "input is 3, but must be text; put it in quotes"),
        ('{"input": "a", "output": true}', "output is True, but must be text or an object"),
        ('{"input": "a", "output": null}', "output is None, but must be text or an object"),
    ],
)
def test_a_wrong_line_of_a_file_is_named(folder: Folder, line: str, problem: str) -> None:
    folder.write("prompts/examples.jsonl", f'{{"input": "a", "output": "b"}}\n\n{line}\n')
    assert folder.wrong_front("examples: {file: examples.jsonl}").startswith(f"prompts/examples.jsonl:3: {problem}")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("gone.jsonl", "examples 'gone.jsonl': there is no file prompts/gone.jsonl; write it"),
        ("../secret.jsonl", "examples '../secret.jsonl' lie outside the prompt's folder; move the file into prompts"),
        ("/etc/passwd", "examples '/etc/passwd' lie outside the prompt's folder"),
        ("link.jsonl", "examples 'link.jsonl' lie outside the prompt's folder"),
        ("x" * 5000, "is not a path"),
        ("", "examples: Object missing required field file"),
    ],
)
def test_a_file_of_examples_that_cannot_be_is_named(folder: Folder, name: str, problem: str) -> None:
    folder.write("secret.jsonl", LINES)
    (folder.path / "prompts" / "link.jsonl").symlink_to(folder.path / "secret.jsonl")
    found = folder.wrong_front(f"examples: {{file: {name}}}" if name else "examples: {k: 2}")
    assert found.startswith("prompts/a.prompt.md:3: ")
    assert problem in found


def test_an_empty_name_of_a_file_is_refused(folder: Folder) -> None:
    assert "examples.file" in folder.wrong_front("examples: {file: ''}")


def test_an_empty_file_of_examples_is_refused(folder: Folder) -> None:
    folder.write("prompts/examples.jsonl", "\n")
    assert folder.wrong_front("examples: {file: examples.jsonl}").startswith(
        "prompts/examples.jsonl: the file is empty"
    )


def test_an_example_may_not_teach_what_outputs_forbids(folder: Folder) -> None:
    outputs = "outputs: {type: object, required: [a]}"
    assert folder.load_front(outputs, "examples: [{input: x, output: {a: 1}}]").shots[0].output == '{"a": 1}'
    problem = folder.wrong_front(outputs, "examples: [{input: x, output: {b: 1}}]")
    assert problem == 'prompts/a.prompt.md:4: the example\'s output does not fit outputs: "a" is a required property'
    problem = folder.wrong_front(outputs, "examples: [{input: x, output: hello}]")
    assert problem.startswith("prompts/a.prompt.md:4: the example's output does not fit outputs: not JSON")


def test_labels_are_not_held_against_outputs(folder: Folder) -> None:
    assert folder.load_front("outputs: {type: string}", "examples: [{input: x, output: a}]").shots[0].output == "a"


def test_broken_text_in_a_file_is_an_error_of_ours() -> None:
    assert problem_of(lambda: parse_lines('{"input": "\\ud800"}', "f")).startswith("f:1: not JSON")
    assert problem_of(lambda: parse_lines("\ud800", "f")).startswith("f:1: not JSON")
    assert problem_of(lambda: example("x", "f:1")).startswith("f:1: an example is {input: ..., output: ...}, not 'x'")


@pytest.mark.parametrize(
    ("select", "k", "problem"),
    [
        ("balance", 1, "f: select is 'balance'; did you mean 'balanced'?"),
        ("all", 0, "f: k is 0, but must be a whole number from 1"),
        ("all", True, "f: k is True, but must be a whole number from 1"),
        ("all", 1.5, "f: k is 1.5, but must be a whole number from 1"),
    ],
)
def test_a_selection_given_in_python_is_checked(select: str, k: int, problem: str) -> None:
    assert problem_of(lambda: selection_of(select, k, "f")).startswith(problem)
