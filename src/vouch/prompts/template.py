"""A section's text as a template: checked and compiled once, rendered many times.

It does not know roles, files or types of variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn, cast

from jinja2 import StrictUndefined, Undefined, pass_context
from jinja2 import Template as Compiled
from jinja2.exceptions import TemplateError, TemplateSyntaxError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from vouch.prompts.filters import FILTERS, TooLarge, as_text, bounded
from vouch.prompts.grammar import LOOP, STEPS, TESTS, Grammar, Refused
from vouch.prompts.source import Line, fault
from vouch.prompts.variables import Variable

MOST_STEPS: Final = 100_000
"""Steps of all the loops in one section together."""

_BUDGET: Final = "_budget"
_UNMADE: Final = (TypeError, ValueError, LookupError, ArithmeticError, RecursionError, MemoryError)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja without attributes: what the grammar refuses when a prompt is loaded, this could not do either."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """One of the counters of `loop`, and nothing else."""
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.undefined(f"only loop has counters such as {attribute!r}")

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item of a plain object or array, and nothing else."""
        if isinstance(obj, dict) and isinstance(argument, str):
            found = cast("dict[str, Any]", obj)
            return found[argument] if argument in found else self.undefined(f"the object holds no {argument!r}")
        if isinstance(obj, (list, tuple)) and isinstance(argument, int):
            items = cast("list[Any]", obj)
            return (
                items[argument] if argument < len(items) else self.undefined(f"the array holds only {len(items)} items")
            )
        if isinstance(obj, Undefined):
            return obj
        return self.undefined(f"only an object or an array could hold {argument!r}")


@pass_context
def _steps(context: Context, items: Any) -> Iterator[Any]:
    """`items`, for as long as the section has steps left."""
    budget: list[int] = context[_BUDGET]
    for item in items:
        budget[0] -= 1
        if budget[0] < 0:
            raise TooLarge(f"the loops take more than {MOST_STEPS:,} steps; give fewer items")
        yield item


def _environment() -> _Environment:
    made = _Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, finalize=as_text, autoescape=False
    )
    made.globals.clear()
    filters = cast("dict[str, Any]", made.filters)
    filters.clear()
    filters.update({STEPS: _steps, **{name: known.apply for name, known in FILTERS.items()}})
    for name in set(made.tests) - TESTS:
        del made.tests[name]
    return made


ENVIRONMENT: Final = _environment()
"""The one dialect of all prompts. Nothing is ever added to it."""


class Template:
    """The template of one section. `used` holds the line of each variable's first use."""

    def __init__(self, lines: Sequence[Line], declared: Mapping[str, Variable]) -> None:
        """Raises a `PromptError` with the place of whatever a template may not say."""
        self.lines = tuple(lines)
        self.used: Mapping[str, Line] = {}
        self.loops = False
        self.fixed: str | None = "\n".join(line.text for line in lines)
        if any(mark in self.fixed for mark in ("{{", "{%", "{#")):
            self._compiled = self._compile(self.fixed, declared)
            self.fixed = None

    def _compile(self, text: str, declared: Mapping[str, Variable]) -> Compiled:
        grammar = Grammar(declared)
        try:
            tree = ENVIRONMENT.parse(text)
            grammar.check(tree)
            compiled = ENVIRONMENT.from_string(tree)
        except TemplateSyntaxError as problem:
            raise self._at(problem.lineno, _hint(problem.message or "")) from problem
        except Refused as problem:
            raise self._at(problem.line, problem.problem) from problem
        except (*_UNMADE, SyntaxError) as problem:
            raise self._at(1, f"the template cannot be compiled ({problem}); nest it less deeply") from problem
        self.used = {name: self.lines[line - 1] for name, line in grammar.used.items()}
        self.loops = grammar.loops
        return compiled

    def render(self, values: Mapping[str, Any]) -> str:
        """The text with `values` put in; raises a `PromptError` with the place that a value does not fit."""
        if self.fixed is not None:
            return self.fixed
        known = {**values, _BUDGET: [MOST_STEPS]} if self.loops else dict(values)
        try:
            return _joined(self._compiled.root_render_func(self._compiled.new_context(known)))
        except (TemplateError, *_UNMADE) as problem:
            self._fail(problem)

    def _fail(self, problem: Exception) -> NoReturn:
        line, trace = 1, problem.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code is self._compiled.root_render_func.__code__:
                line = self._compiled.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        raise self._at(line, f"cannot be rendered with these values: {problem}") from problem

    def _at(self, line: int, problem: str) -> Exception:
        place = self.lines[min(max(line, 1), len(self.lines)) - 1]
        return fault(place.file, place.number, problem)


def _joined(pieces: Iterable[str]) -> str:
    kept: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        bounded(size)
        kept.append(piece)
    return "".join(kept)


def _hint(message: str) -> str:
    advice = "; what a section opens must be closed in it" if "end of" in message else ""
    return f"not a template: {message.rstrip('.')}{advice}"
