from __future__ import annotations

import pytest

from vouch.values.request import Settings

from .conftest import Folder


def test_all_settings_are_read(folder: Folder) -> None:
    prompt = folder.load_front(
        "description: Sorts mail.",
        "model: local/classifier",
        "settings: {temperature: 0, top_p: 0.5, max_tokens: 9, stop: [a, b], seed: 3, top_logprobs: 5, extra: {x: 1}}",
        "outputs: {type: object}",
        "evals: [tone, safety]",
    )
    wanted = Settings(0.0, 0.5, 9, ("a", "b"), 3, {"type": "object"}, 5, {"x": 1})
    assert prompt.settings == wanted
    assert (prompt.description, prompt.model, prompt.evals) == ("Sorts mail.", "local/classifier", ("tone", "safety"))


def test_what_is_not_written_is_left_to_the_provider(folder: Folder) -> None:
    prompt = folder.load_front()
    assert prompt.settings == Settings()
    assert (prompt.description, prompt.model, prompt.evals, prompt.examples) == ("", None, (), ())


def test_one_stop_word_may_stand_alone(folder: Folder) -> None:
    assert folder.load_front("settings: {stop: END}").settings.stop == ("END",)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("setings: {}", "unknown key 'setings'; did you mean 'settings'?"),
        ("settings: {temprature: 1}", "unknown key 'settings.temprature'; did you mean 'temperature'?"),
        ("settings: {output_schema: {}}", "unknown key 'settings.output_schema'; write the JSON Schema"),
        ("includes: [b.md]", "unknown key 'includes'; an include is written in the text"),
        ("name: x", "unknown key 'name'; a prompt's name is its path"),
        ("zzz: 1", "unknown key 'zzz'; known are description, evals, examples, inputs, model"),
        ("settings: {temperature: hot}", "settings.temperature: Expected float | null, got str"),
        ("settings: {temperature: -1}", "settings.temperature: Expected float >= 0.0"),
        ("settings: {top_p: 1.5}", "settings.top_p: Expected float <= 1.0"),
        ("settings: {max_tokens: 0}", "settings.max_tokens: Expected int >= 1"),
        ("settings: {stop: [a, 1]}", "settings.stop[1]: Expected str, got int"),
        ("settings: {seed: true}", "settings.seed: Expected int | null, got bool"),
        ("settings: 3", "settings: Expected object, got int"),
        ("settings:", "settings: Expected object, got null"),
        ("description: [a]", "description: Expected str, got array"),
        ("evals: tone", "evals: Expected array, got str"),
        ("outputs: {type: strin}", 'outputs is no valid JSON Schema: "strin" is not valid'),
        ("outputs: {$ref: 'http://example.invalid/a'}", "outputs is no valid JSON Schema: Resource 'http://exa"),
        ("outputs: text", "outputs: Expected object | null, got str"),
        ("inputs: [a]", "inputs: Expected object, got array"),
        ("inputs: {a: string}", "input 'a' is 'string'; write its JSON Schema: a: {type: string}"),
        ("examples: few", "examples: Expected object | array, got str"),
        ("examples: {select: all}", "examples: Object missing required field file"),
        ("examples: {file: e.jsonl, selct: all}", "unknown key 'examples.selct'; did you mean 'select'?"),
        ("examples: {file: e.jsonl, select: some}", "examples.select: Invalid enum value 'some'"),
        ("examples: {file: e.jsonl, k: 0}", "examples.k: Expected int >= 1"),
        ("examples: {file: e.jsonl, select: all, k: 3}", "'select: all' shows every example; take k out"),
        ("examples: [{input: a, output: 3}]", "output is 3, but must be text or an object; put it in quotes"),
        ("examples: [{input: a, outptu: b}]", "an example has no 'outptu'; did you mean 'output'?"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(folder: Folder, line: str, problem: str) -> None:
    assert folder.wrong_front("", line).startswith(f"prompts/a.prompt.md:4: {problem}")


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("model: x", ":1: the front matter has no schema; write 'schema: 1' into it"),
        ("", ":1: the front matter has no schema; write 'schema: 1' into it"),
        ("model: x\nschema: 2", ":3: schema is 2, but this Vouch reads schema 1"),
        ("schema: true", ":2: schema: Expected int, got bool"),
        ("schema: '1'", ":2: schema: Expected int, got str"),
    ],
)
def test_the_schema_must_be_one(folder: Folder, front: str, problem: str) -> None:
    assert folder.wrong(f"---\n{front}\n---\nHello").startswith(f"prompts/a.prompt.md{problem}")


def test_the_line_of_a_wrong_example_in_a_list_is_its_own(folder: Folder) -> None:
    problem = folder.wrong_front("examples:", "- {input: a, output: b}", "- {input: a}")
    assert problem == "prompts/a.prompt.md:5: the example has no 'output'; give both input and output"
