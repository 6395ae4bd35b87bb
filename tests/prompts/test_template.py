from __future__ import annotations

import time

import pytest

from vouch.prompts import filters, template
from vouch.prompts.prompt import Prompt

from .conftest import Folder, problem_of


def test_the_loops_of_a_section_have_a_bounded_number_of_steps() -> None:
    body = "{% for a in x %}{% for b in x %}{% for c in x %}{% endfor %}{% endfor %}{% endfor %}"
    prompt = Prompt.text(body, inputs={"x": {"type": "array"}})
    began = time.monotonic()
    problem = problem_of(lambda: prompt.render("", {"x": list(range(10_000))}))
    assert problem.startswith("inline:1: cannot be rendered with these values: the loops take more than 100,000 steps")
    assert time.monotonic() - began < 5
    assert prompt.render("", {"x": list(range(40))})[-1].role == "user"


def test_every_rendering_has_all_steps_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "MOST_STEPS", 10)
    prompt = Prompt.text("{% for a in x %}{{ a }}{% endfor %}", inputs={"x": {"type": "array"}})
    for _ in range(3):
        assert prompt.render("", {"x": list(range(10))})[0].text == "0123456789"
    assert "more than 10 steps" in problem_of(lambda: prompt.render("", {"x": list(range(11))}))


def test_a_message_has_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "LARGEST_TEXT", 1000)
    prompt = Prompt.text("{{ input }}{{ input }}")
    assert len(prompt.render("x" * 500)[0].text) == 1000
    assert "makes more than 1,000 characters" in problem_of(lambda: prompt.render("x" * 501))


def test_an_error_while_rendering_names_the_line_in_the_file(folder: Folder) -> None:
    front = "inputs: {order: {type: object}}"
    prompt = folder.load_front(front, body="x\n{% if input %}\n\n{{ order['id'] }}\n{% endif %}")
    wanted = "prompts/a.prompt.md:8: cannot be rendered with these values: the object holds no 'id'"
    assert problem_of(lambda: prompt.render("hi", {"order": {}})) == wanted


def test_a_loop_over_what_has_no_items_is_an_error_of_ours() -> None:
    prompt = Prompt.text("{% for a in x %}{{ a }}{% endfor %}", inputs={"x": {}})
    assert "cannot be rendered with these values: 'int' object is not iterable" in problem_of(
        lambda: prompt.render("", {"x": 3})
    )


def test_names_that_cannot_be_unpacked_are_an_error_of_ours() -> None:
    prompt = Prompt.text("{% for a, b in x %}{{ a }}{% endfor %}", inputs={"x": {}})
    assert "not enough values to unpack" in problem_of(lambda: prompt.render("", {"x": [[1]]}))


def test_text_without_template_is_kept_to_the_letter() -> None:
    text = "100 % of {this} }} %} #} \\n <b> & \t\u2028 é"
    assert Prompt.text(text).render("x")[0].text == text


def test_html_is_not_escaped() -> None:
    assert Prompt.text("{{ input }}").render("<b> & 'x'")[0].text == "<b> & 'x'"


def test_the_environment_could_not_reach_an_attribute_either() -> None:
    environment = template.ENVIRONMENT
    assert environment.globals == {}
    for holder, key in (("text", "upper"), ({"a": 1}, "keys"), ([1], "append"), (object(), "__class__")):
        with pytest.raises(Exception, match=r"only an object|holds no"):
            str(environment.getitem(holder, key))
        with pytest.raises(Exception, match=r"only loop has counters"):
            str(environment.getattr(holder, str(key)))


def test_a_small_prompt_renders_quickly() -> None:
    prompt = Prompt.text("# system\nHelp {{ name }}.\n# user\n{{ input }}", inputs={"name": {"type": "string"}})
    times: list[float] = []
    for _ in range(200):
        began = time.perf_counter()
        prompt.render("hi", {"name": "Ann"})
        times.append(time.perf_counter() - began)
    assert sorted(times)[20] < 0.0005, "ten times the promise of 50 microseconds, for slow machines"
