"""What a template may say: every node of its syntax tree is allowed by name, or refused with its line.

It does not know how a template is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from jinja2 import nodes

from vouch.prompts.filters import FILTERS
from vouch.prompts.source import suggest
from vouch.prompts.variables import INPUT, Variable

STEPS: Final = "_steps"
"""The filter put around what every `for` goes over; no template can name it."""

TESTS: Final = frozenset(
    {"defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "true"}
    | {"false", "odd", "even", "eq", "ne", "lt", "le", "gt", "ge", "in"}
)
"""The tests a template may use after `is`."""

LOOP: Final = frozenset({"index", "index0", "first", "last"})
"""All that a template may read of `loop`: the one dot in the language."""

_INDEXED: Final = frozenset({"object", "array"})
_PLAIN: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.And, nodes.Or, nodes.Not, nodes.Compare,
    nodes.Operand, nodes.CondExpr,
)  # fmt: skip
_REFUSED: Final[Mapping[str, str]] = {
    "Call": "calls are not allowed; work it out in Python and give the result as a variable",
    "Getattr": 'reading an attribute with a dot is not allowed; of a variable of type object write x["key"]',
    "Slice": "slices are not allowed; cut the value in Python",
    "Dict": "objects cannot be written in a template; give them as a variable",
    "Concat": "joining with ~ is not allowed; write the values side by side, as {{ a }}{{ b }}",
    "Assign": "{% set %} is not allowed; give the value as a variable",
    "AssignBlock": "{% set %} is not allowed; give the value as a variable",
    "Scope": "{% autoescape %} is not allowed; values are never escaped",
    "Include": 'an include must stand alone on its line, as {% include "part.md" %}',
}
_ELSE: Final = "is not allowed in a template; only for, if, include, raw, comparisons and filters are"
_ARITHMETIC: Final = "arithmetic is not allowed; work it out in Python and give the result as a variable"


class Refused(Exception):
    """A template says something it may not; `line` counts from 1 within the template."""

    def __init__(self, line: int | None, problem: str) -> None:
        super().__init__(problem)
        self.line = line or 1
        self.problem = problem


class Grammar:
    """One walk over a template's tree. Afterwards `used` holds the line of each variable's first use."""

    def __init__(self, declared: Mapping[str, Variable]) -> None:
        self.declared = declared
        self.used: dict[str, int] = {}
        self.loops = False

    def check(self, node: nodes.Node, scope: frozenset[str] = frozenset()) -> None:
        """Raise `Refused` for the first thing below `node` that is not allowed; `scope` holds the loops' names."""
        special = _SPECIAL.get(type(node))
        if special is not None:
            special(self, node, scope)
            return
        if not isinstance(node, _PLAIN):
            raise Refused(_line(node), _why(node))
        for child in node.iter_child_nodes():
            self.check(child, scope)

    def name(self, node: nodes.Name, scope: frozenset[str]) -> None:
        """A variable: it must be declared, or stand for an item of a loop around it."""
        if node.name in scope:
            return
        if node.name != INPUT and node.name not in self.declared:
            known = {*self.declared, *scope, INPUT}
            problem = f"variable {node.name!r} is not declared under inputs; {suggest(node.name, known)}"
            raise Refused(node.lineno, problem)
        self.used.setdefault(node.name, node.lineno)

    def attribute(self, node: nodes.Getattr, scope: frozenset[str]) -> None:
        """A dot: only on `loop`, inside of one, and only a few of its counters."""
        inside = isinstance(node.node, nodes.Name) and node.node.name == "loop" and bool(scope)
        if not inside:
            raise Refused(node.lineno, _REFUSED["Getattr"])
        if node.attr not in LOOP:
            raise Refused(node.lineno, f"there is no loop.{node.attr}; {suggest(node.attr, LOOP)}")

    def item(self, node: nodes.Getitem, scope: frozenset[str]) -> None:
        """Square brackets: a plain key, of a variable that holds objects or arrays."""
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            raise Refused(node.lineno, 'an item is named by a plain key, as x["key"] or x[0]')
        if isinstance(key, str) and key.startswith("_"):
            raise Refused(node.lineno, f"the key {key!r} begins with _, which is not allowed; rename it in Python")
        if not isinstance(node.node, (nodes.Name, nodes.Getitem)):
            raise Refused(node.lineno, "only a variable has items; give the value as a variable of type object")
        if isinstance(node.node, nodes.Name) and node.node.name not in scope:
            self.holder(node.node)
        self.check(node.node, scope)

    def holder(self, node: nodes.Name) -> None:
        """The variable before square brackets: its declared type must have items."""
        variable = self.declared.get(node.name)
        if node.name == INPUT or (variable is not None and not variable.types & _INDEXED):
            wanted = "only a variable of type object or array has items"
            raise Refused(node.lineno, f"{node.name!r} is not declared as one: {wanted}")

    def filter(self, node: nodes.Filter, scope: frozenset[str]) -> None:
        """A filter: one of ours, with the values it takes."""
        known = FILTERS.get(node.name)
        if known is None or node.node is None:
            raise Refused(node.lineno, f"there is no filter {node.name!r}; {suggest(node.name, FILTERS)}")
        named = {pair.key for pair in cast("list[nodes.Keyword]", node.kwargs)}
        if node.dyn_args is not None or node.dyn_kwargs is not None or len(named) != len(node.kwargs):
            raise Refused(node.lineno, f"filter {node.name!r} takes plain values only")
        open_names = set(known.names[len(node.args) :])
        given = len(node.args) + len(named)
        if named - open_names or not known.least <= given <= len(known.names):
            takes = ", ".join(known.names) if known.names else "nothing"
            raise Refused(node.lineno, f"filter {node.name!r} takes {takes}; correct what it is given")
        for child in (node.node, *node.args, *(pair.value for pair in node.kwargs)):
            self.check(child, scope)

    def test(self, node: nodes.Test, scope: frozenset[str]) -> None:
        """A test after `is`: one of the list."""
        if node.name not in TESTS:
            raise Refused(node.lineno, f"there is no test {node.name!r}; {suggest(node.name, TESTS)}")
        if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
            raise Refused(node.lineno, f"test {node.name!r} takes plain values only")
        for child in (node.node, *node.args):
            self.check(child, scope)

    def loop(self, node: nodes.For, scope: frozenset[str]) -> None:
        """A `for`: its steps are counted, and its names hold within it."""
        if node.recursive:
            raise Refused(node.lineno, "a recursive loop is not allowed; write the levels out")
        self.check(node.iter, scope)
        names = [node.target] if isinstance(node.target, nodes.Name) else list(node.target.find_all(nodes.Name))
        inner = scope | {name.name for name in names}
        hidden = sorted(name.name for name in names if name.name.startswith("_"))
        if hidden:
            raise Refused(node.lineno, f"{hidden[0]!r} begins with _, which is not allowed; rename it")
        for child in ([node.test] if node.test is not None else []) + node.body:
            self.check(child, inner)
        for child in node.else_:
            self.check(child, scope)
        node.iter = nodes.Filter(node.iter, STEPS, [], [], None, None, lineno=node.lineno, environment=node.environment)
        self.loops = True

    def constant(self, node: nodes.Const, _: frozenset[str]) -> None:
        """A plain value: its text must be text that can be sent."""
        try:
            str(node.value).encode()
        except UnicodeEncodeError as problem:
            raise Refused(node.lineno, f"{node.value!r} is not Unicode text; write the character itself") from problem

    def constants(self, node: nodes.List | nodes.Tuple, _: frozenset[str]) -> None:
        """A list written in the template: of plain values, to compare with."""
        if not all(isinstance(item, nodes.Const) for item in node.items):
            raise Refused(node.lineno, "a list in a template holds plain values only; give others as a variable")


def _line(node: nodes.Node) -> int | None:
    """The line of a node, or of the first below it that has one."""
    return node.lineno or next((below.lineno for below in node.find_all(nodes.Node) if below.lineno), None)


def _why(node: nodes.Node) -> str:
    if isinstance(node, (nodes.BinExpr, nodes.UnaryExpr)):
        return _ARITHMETIC
    kind = type(node).__name__
    return _REFUSED.get(kind, f"{kind.lower()} {_ELSE}")


_SPECIAL: Final[Mapping[type[nodes.Node], Callable[[Grammar, Any, frozenset[str]], None]]] = {
    nodes.Const: Grammar.constant,
    nodes.Name: Grammar.name,
    nodes.Getattr: Grammar.attribute,
    nodes.Getitem: Grammar.item,
    nodes.Filter: Grammar.filter,
    nodes.Test: Grammar.test,
    nodes.For: Grammar.loop,
    nodes.List: Grammar.constants,
    nodes.Tuple: Grammar.constants,
}
