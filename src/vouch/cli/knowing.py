"""What an app knows by: each knowledge that it, its tools and the apps among them search, by a name.

It does not know what is done with it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from vouch.app import app as apps
from vouch.app.house import House
from vouch.app.subagent import SubAgent
from vouch.errors import UsageError
from vouch.knowledge.following import Following
from vouch.knowledge.knowledge import Knowledge
from vouch.knowledge.search_tool import SearchTool
from vouch.project.project import locate

App = Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")]
Of = Annotated[str | None, typer.Option("--of", help="Which index, where the app has several: a tool's name.")]


@dataclass(frozen=True)
class Topic:
    """One index of an app: its `knowledge` is called as the app, that of a tool as the tool."""

    name: str
    knowledge: Knowledge
    app: apps.App
    house: House
    root: Path

    @property
    def following(self) -> Following:
        """What keeps it up to date."""
        return self.knowledge.following


@asynccontextmanager
async def topics(app: str, of: str | None = None) -> AsyncGenerator[list[Topic]]:
    """All indexes of an app, or the one of this name, with the project's house open; raises `UsageError`."""
    project, name = locate(app)
    built = project.app(name)
    found = _found(built)
    if not found:
        raise UsageError(f"app {built.name!r} has no knowledge; give it some: App(knowledge=Knowledge('policy/*.md'))")
    if of is not None and of not in found:
        raise UsageError(f"app {built.name!r} has no index {of!r}; there are: {', '.join(found)}")
    async with await project.house() as house:
        yield [
            Topic(each, knowledge, built, house, project.root)
            for each, knowledge in found.items()
            if of in (None, each)
        ]


def _found(app: apps.App) -> dict[str, Knowledge]:
    """Each index once, by the first name that leads to it."""
    found: dict[str, Knowledge] = {}
    for name, knowledge in _named(app, app.name):
        if all(knowledge.following is not known.following for known in found.values()):
            found[name] = knowledge
    return found


def _named(app: apps.App, name: str) -> Iterator[tuple[str, Knowledge]]:
    if isinstance(app.knowledge, Knowledge):
        yield name, app.knowledge
    for tool in app.tools:
        if isinstance(tool, SearchTool) and isinstance(tool.knowledge, Knowledge):
            yield tool.spec.name, tool.knowledge
        elif isinstance(tool, SubAgent):
            yield from _named(tool.app, tool.spec.name)
