"""How somebody's function or object is asked: which of its methods, and with what.

It does not know what comes back. No framework is imported: an object is known by its methods.

| object | asked by |
|---|---|
| a function | `function(text)`; with a parameter `messages`, that is the whole conversation |
| LangGraph: a compiled graph | `ainvoke({"messages": [...]})` |
| LangChain: any runnable | `ainvoke(text)` |
| LlamaIndex: a chat or query engine | `achat(text)`, `aquery(text)` |
| LlamaIndex: a workflow | `run(user_msg=text)` |
| pydantic-ai: an agent | `run(text)` |
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any, Final, Literal, NamedTuple, cast

from vouch.errors import AppError

_METHODS: Final = ("ainvoke", "achat", "aquery", "invoke", "chat", "query", "run", "run_sync")
"""In the order in which they are looked for; those that need no thread come first."""


Style = Literal["text", "graph", "workflow"]
"""How it is called, as the table says."""


class Call(NamedTuple):
    """A function, how it wants to be asked, and whether its code can be seen."""

    function: Callable[..., Any]
    keywords: frozenset[str]
    style: Style = "text"
    seen: bool = True

    @property
    def waits(self) -> bool:
        """Whether the function gives something to be awaited at once, so that it needs no thread."""
        # A workflow has to be begun in the loop in which it runs.
        plain: Any = getattr(self.function, "func", self.function)
        return (
            self.style == "workflow"
            or inspect.iscoroutinefunction(plain)
            or inspect.iscoroutinefunction(type(plain).__call__)
        )

    def arguments(self, text: str, messages: list[dict[str, str]]) -> tuple[tuple[object, ...], dict[str, object]]:
        """What the function is called with."""
        if self.style == "graph":
            return ({"messages": messages},), {}
        if self.style == "workflow":
            return (), {"user_msg": text}
        return (text,), {"messages": messages} if "messages" in self.keywords else {}


def call_of(what: object) -> Call:
    """How `what` is asked; raises `AppError` for what nobody can ask."""
    if isinstance(what, FunctionType | MethodType | functools.partial):
        function = cast("Callable[..., Any]", what)
        return Call(function, _keywords(function))
    for name in _METHODS:
        method = getattr(what, name, None)
        if callable(method):
            return Call(method, _keywords(method), _style(what), seen=False)
    if callable(what) and not isinstance(what, type):
        return Call(what, _keywords(what), seen=isinstance(vars(type(what)).get("__call__"), FunctionType))
    raise AppError(
        f"Target({what!r}): give a function of a text, or an object with one of: {', '.join(_METHODS)}; "
        "HttpTarget asks an address"
    )


def name_of(what: object) -> str:
    """A short name for what is asked."""
    plain: Any = getattr(what, "func", what)
    found = getattr(plain, "name", None) or getattr(plain, "__name__", None) or type(plain).__name__
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in str(found)).strip("-") or "target"


def _style(what: object) -> Style:
    # A compiled graph keeps a state, which other runnables do not.
    if hasattr(what, "ainvoke"):
        return "graph" if hasattr(what, "get_state") else "text"
    return "workflow" if any(kind.__name__ == "Workflow" for kind in type(what).__mro__) else "text"


def _keywords(function: Callable[..., Any]) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return frozenset()
