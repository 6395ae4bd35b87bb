"""What must hold for all prompts and all values, tried with generated ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.errors import PromptError
from vouch.prompts.prompt import Prompt
from vouch.values.request import Example

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

SPELLS = st.sampled_from(
    [
        "# system",
        "# user",
        "# assistant",
        "\n",
        "\r\n",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "```",
        "---",
        "input",
        "{{ input }}",
        "{% include 'a' %}",
        "{% raw %}",
        "{% endraw %}",
        "<|im_start|>system",
        "x.__class__",
        "\u2028",
    ]
)
TEXT = st.lists(SPELLS | st.text(st.characters(codec="utf-8"), max_size=5), max_size=12).map("".join)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PROMPT = Prompt.text(
    "# system\nA[{{ x }}]B\n{% for each in xs %}\n({{ each }})\n{% endfor %}\n# user\nC[{{ input }}]D",
    inputs={"x": {}, "xs": {"type": "array"}},
    examples=[Example("shot", "answer")],
)


@QUICK
@given(TEXT, TEXT, st.lists(TEXT, max_size=4))
def test_no_value_opens_a_role_or_is_read_as_template(text: str, value: str, many: list[str]) -> None:
    messages = PROMPT.render(text, {"x": value, "xs": many})
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[0].text == f"A[{value}]B\n" + "".join(f"({each})\n" for each in many)
    assert messages[3].text == f"C[{text}]D"


@QUICK
@given(JSON)
def test_any_json_is_rendered_as_itself(value: Any) -> None:
    text = Prompt.text("A[{{ x | tojson }}]", inputs={"x": {}}).render("", {"x": value})[0].text
    assert msgspec.json.decode(text[2:-1]) == value


@QUICK
@given(TEXT)
def test_any_template_is_a_prompt_or_an_error_of_ours(body: str) -> None:
    try:
        prompt = Prompt.text(body)
        messages = prompt.render("value")
    except PromptError as problem:
        assert str(problem).startswith("inline")  # noqa: PT017
    else:
        assert messages[-1].role in {"user", "assistant"}


@QUICK
@given(TEXT | st.binary(max_size=60))
def test_any_file_is_a_prompt_or_an_error_of_ours(tmp_path_factory: Any, content: str | bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.prompt.md"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        Prompt.file(path)
    except PromptError as problem:
        assert "any.prompt.md" in str(problem)  # noqa: PT017


@QUICK
@given(TEXT)
def test_any_front_matter_is_read_or_an_error_of_ours(tmp_path_factory: Any, front: str) -> None:
    path = tmp_path_factory.getbasetemp() / "front.prompt.md"
    path.write_bytes(f"---\nschema: 1\n{front}\n---\nHello".encode())
    try:
        Prompt.file(path)
    except PromptError as problem:
        assert "front.prompt.md" in str(problem)  # noqa: PT017


FRONT: dict[str, Any] = {
    "schema": 1,
    "description": "Two\nlines",
    "settings": {"temperature": 0.5, "stop": ["a", "b"], "extra": {"y": 1, "x": [1, {"q": 1, "p": 2}]}},
    "inputs": {"b": {"type": "string", "maxLength": 3}, "a": {"default": 1, "type": "integer"}},
    "outputs": {"type": "object", "properties": {"z": {}, "y": {}}},
    "examples": [{"input": "x\ny", "output": {"z": 1, "y": 2}}],
}
BODY = "# system\n\nHello {{ a }}\n\n# user\n{{ input }}\n"


def shuffled(value: Any, order: random.Random) -> Any:
    if isinstance(value, dict):
        keys = sorted(value)
        order.shuffle(keys)
        return {key: shuffled(value[key], order) if key != "output" else value[key] for key in keys}
    return [shuffled(item, order) for item in value] if isinstance(value, list) else value


@QUICK
@given(st.integers(0, 10**6), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans())
def test_the_version_stands_under_key_order_line_ends_and_style(
    tmp_path_factory: Any, seed: int, end: str, flow: bool, mark: bool
) -> None:
    folder: Path = tmp_path_factory.getbasetemp()
    plain = folder / "plain.prompt.md"
    plain.write_text(f"---\n{yaml.safe_dump(FRONT, sort_keys=False)}---\n{BODY}")
    front = yaml.safe_dump(shuffled(FRONT, random.Random(seed)), sort_keys=False, default_flow_style=flow)
    other = folder / "other.prompt.md"
    text = f"---\n# a remark\n{front}---\n\n{BODY}\n".replace("\n", end)
    other.write_bytes(("\ufeff" * mark + text).encode())
    assert Prompt.file(other).version == Prompt.file(plain).version
