from __future__ import annotations

import pytest

from vouch.prompts.prompt import Prompt

from .conftest import problem_of

INPUTS = {
    "order": {"type": "object"},
    "lines": {"type": "array"},
    "note": {"type": "string"},
    "vip": {"type": "boolean"},
}
VALUES = {
    "order": {"id": "W1", "buyer": {"name": "Ann"}},
    "lines": [{"sku": "a"}, {"sku": "b"}],
    "note": "n",
    "vip": True,
}


def made(body: str) -> str:
    return Prompt.text(body, inputs=INPUTS).render("hi", VALUES)[0].text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{ note }} {{ input }}", "n hi"),
        ("{% if vip and not note == 'x' %}yes{% elif input %}maybe{% else %}no{% endif %}", "yes"),
        ("{{ 'a' if vip else 'b' }}", "a"),
        ("{% if note in ['n', 'm'] %}yes{% endif %}", "yes"),
        ("{% if note is defined and lines | length > 1 %}yes{% endif %}", "yes"),
        ("{{ order['id'] }} {{ order['buyer']['name'] }} {{ lines[0]['sku'] }}", "W1 Ann a"),
        ("{% for line in lines %}{{ loop.index }}{{ line['sku'] }}{{ '' if loop.last else ',' }}{% endfor %}", "1a,2b"),
        ("{% for key, value in order | items %}{{ key }} {% endfor %}", "id buyer "),
        ("{% for line in lines if line['sku'] != 'a' %}{{ line['sku'] }}{% else %}none{% endfor %}", "b"),
        ("{% for line in lines %}{% for other in lines %}{{ loop.index0 }}{% endfor %}{% endfor %}", "0101"),
        ("a\n{% if vip %}\nb\n{% endif %}\nc", "a\nb\nc"),
        ("{# a remark #}x", "x"),
        ("{% raw %}{{ x.y }}{% endraw %}", "{{ x.y }}"),
        ("{{ '{{' }}", "{{"),
    ],
)
def test_a_template_may_say(body: str, text: str) -> None:
    assert made(body) == text


ATTRIBUTE = "reading an attribute with a dot is not allowed"
ARITHMETIC = "arithmetic is not allowed; work it out in Python"
SET = "{% set %} is not allowed; give the value as a variable"

HOSTILE = [
    ("{{ order.id }}", ATTRIBUTE),
    ("{{ ''.join }}", ATTRIBUTE),
    ("{{ loop.index }}", ATTRIBUTE),
    ("{{ order['a'].b }}", ATTRIBUTE),
    ("{% for a in lines %}{{ loop.cycle }}{% endfor %}", "there is no loop.cycle; known are first, index"),
    ("{% for a in lines %}{{ loop.__class__ }}{% endfor %}", "there is no loop.__class__"),
    ("{% for a in lines %}{{ loop }}{% endfor %}", "variable 'loop' is not declared"),
    ("{% for a in lines %}{{ loop(lines) }}{% endfor %}", "calls are not allowed"),
    ("{{ order['__class__'] }}", "the key '__class__' begins with _"),
    ("{{ order['id']['__init__']['__globals__'] }}", "the key '__globals__' begins with _"),
    ("{{ order[note] }}", "an item is named by a plain key"),
    ("{{ order['a' ~ 'b'] }}", "an item is named by a plain key"),
    ("{{ lines[true] }}", "an item is named by a plain key"),
    ("{{ lines[0:1] }}", "an item is named by a plain key"),
    ("{{ lines[-1] }}", "an item is named by a plain key"),
    ("{{ note['a'] }}", "'note' is not declared as one: only a variable of type object or array has items"),
    ("{{ input[0] }}", "'input' is not declared as one"),
    ("{{ nope['a'] }}", "variable 'nope' is not declared under inputs; did you mean 'note'?"),
    ("{{ (lines | first)['sku'] }}", "only a variable has items"),
    ("{{ 'abc'[0] }}", "only a variable has items"),
    ("{{ input() }}", "calls are not allowed; work it out in Python"),
    ("{{ range(9) }}", "calls are not allowed"),
    ("{% for i in range(1000000000) %}x{% endfor %}", "calls are not allowed"),
    ("{{ cycler }}", "variable 'cycler' is not declared"),
    ("{{ namespace }}", "variable 'namespace' is not declared"),
    ("{{ self }}", "variable 'self' is not declared"),
    ("{{ _budget }}", "variable '_budget' is not declared"),
    ("{% for _budget in lines %}{% endfor %}", "'_budget' begins with _"),
    ("{% for loop in lines %}{% endfor %}", "not a template: Can't assign to special loop variable"),
    ("{% for a in lines recursive %}{% endfor %}", "a recursive loop is not allowed"),
    ("{% for a in lines %}{% endfor %}{{ a }}", "variable 'a' is not declared"),
    ("{% for a in lines %}{% else %}{{ a }}{% endfor %}", "variable 'a' is not declared"),
    ("{% for a in a %}{% endfor %}", "variable 'a' is not declared"),
    ("{% set a = 1 %}", SET),
    ("{% set a %}x{% endset %}", SET),
    ("{% macro m() %}{% endmacro %}", "macro is not allowed in a template; only for, if, include"),
    ("{% call m() %}{% endcall %}", "callblock is not allowed"),
    ("{% filter upper %}x{% endfilter %}", "filterblock is not allowed"),
    ("{% with a = 1 %}{% endwith %}", "with is not allowed"),
    ("{% block a %}{% endblock %}", "block is not allowed"),
    ("{% extends 'a' %}", "extends is not allowed"),
    ("{% import 'a' as a %}", "import is not allowed"),
    ("{% from 'a' import b %}", "fromimport is not allowed"),
    ("{% autoescape true %}{% endautoescape %}", "{% autoescape %} is not allowed; values are never escaped"),
    ("{% do x %}", "not a template: Encountered unknown tag 'do'"),
    ("{% include 'a' %}", "a prompt made with Prompt.text cannot include files"),
    ("{{ 9 ** 9 }}", ARITHMETIC),
    ("{{ 'a' * 9 }}", ARITHMETIC),
    ("{{ note % order }}", ARITHMETIC),
    ("{{ -1 }}", ARITHMETIC),
    ("{{ note ~ note }}", "joining with ~ is not allowed; write the values side by side"),
    ("{{ {'a': 1} | tojson }}", "objects cannot be written in a template"),
    ("{{ [note, note] | tojson }}", "a list in a template holds plain values only"),
    ("{{ (note, 1) }}", "a list in a template holds plain values only"),
    ("{{ note | attr('x') }}", "there is no filter 'attr'; known are capitalize, default"),
    ("{{ note | uper }}", "there is no filter 'uper'; did you mean 'upper'?"),
    ("{{ note | safe }}", "there is no filter 'safe'"),
    ("{{ lines | map('upper') }}", "there is no filter 'map'"),
    ("{{ lines | _steps }}", "there is no filter '_steps'"),
    ("{{ lines | join(attribute='x') }}", "filter 'join' takes separator; correct what it is given"),
    ("{{ lines | join('a', separator='b') }}", "filter 'join' takes separator"),
    ("{{ note | upper(1) }}", "filter 'upper' takes nothing"),
    ("{{ note | replace('a') }}", "filter 'replace' takes old, new"),
    ("{{ note | replace(*lines) }}", "filter 'replace' takes plain values only"),
    ("{{ note | replace(**order) }}", "filter 'replace' takes plain values only"),
    ("{{ note | default(default_value='', default_value='') }}", "filter 'default' takes plain values only"),
    ("{{ note | default(order.x) }}", ATTRIBUTE),
    ("{{ note is callable }}", "there is no test 'callable'"),
    ("{{ note is sameas(note) }}", "there is no test 'sameas'"),
    ("{{ note is eq(*lines) }}", "test 'eq' takes plain values only"),
    ("{{ note is eq(order.x) }}", ATTRIBUTE),
    ("{{ '\\ud800' }}", "'\\ud800' is not Unicode text"),
    ("{% if vip %}", "not a template: Unexpected end of template"),
    ("{{ note", "not a template: unexpected end of template, expected 'end of print statement'; what a section opens"),
    ("{% if %}x{% endif %}", "not a template: Expected an expression"),
    ("{# never closed", "not a template: Missing end of comment tag"),
    ("{{ note }", "not a template: unexpected '}'"),
]


@pytest.mark.parametrize(("body", "problem"), HOSTILE)
def test_a_template_may_not_say(body: str, problem: str) -> None:
    assert problem_of(lambda: Prompt.text(f"first\n{body}", inputs=INPUTS)).startswith(f"inline:2: {problem}")
    inside = f"first\n{{% if vip %}}{body}{{% endif %}}"
    assert problem_of(lambda: Prompt.text(inside, inputs=INPUTS)).startswith("inline:2: ")


@pytest.mark.parametrize(
    "body",
    [
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ " + "not " * 5000 + "vip }}",
        "{% for a in lines %}" * 40 + "{% endfor %}" * 40,
        "{% if vip %}" * 3000 + "{% endif %}" * 3000,
        "{{ order" + "['a']" * 5000 + " }}",
        "{{ " + "1" * 5000 + " }}",
    ],
)
def test_a_template_nested_too_deeply_is_refused_and_does_not_crash(body: str) -> None:
    assert "the template cannot be compiled" in problem_of(lambda: Prompt.text(body, inputs=INPUTS))
