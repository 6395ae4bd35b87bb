"""The one synchronous face: run or prove an app from a script, without a word of asyncio.

It does not know more than the asynchronous functions it calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run as run_app
from vouch.errors import AppError, ConfigError
from vouch.project.config import Config
from vouch.project.project import Project
from vouch.project.wiring import wire
from vouch.proof.prove import Options
from vouch.proof.prove import prove as prove_app
from vouch.proof.report import Report
from vouch.values.result import Result

T = TypeVar("T")


def run(app: App, input: str, *, folder: str | Path = ".") -> Result:
    """Ask `app` one question, with the house of the project in `folder` (its vouch.toml, or the defaults there).

    Inside a running event loop use `vouch.app.run.run` with a house instead.
    """
    return _in_house(Path(folder), lambda house, _root: run_app(app, input, house))


def prove(app: App, *, proof: str = "", folder: str | Path = ".", options: Options | None = None) -> Report:
    """Run one of the app's proofs (the only one, or the one of this name) and give its report."""
    chosen = [declared for declared in app.proofs if proof in ("", declared.name)]
    if len(chosen) != 1:
        raise AppError(f"app {app.name!r} has {len(chosen)} proofs of name {proof!r}; give the name of one")
    return _in_house(
        Path(folder), lambda house, root: prove_app(app, chosen[0], house, root=root, options=options or Options())
    )


def _in_house(folder: Path, work: Callable[[House, Path], Coroutine[Any, Any, T]]) -> T:
    try:
        project = Project.find(folder)
    except ConfigError:
        project = None
    root = project.root if project else folder.resolve()

    async def within() -> T:
        async with await (project.house() if project else wire(Config(), root)) as house:
            return await work(house, root)

    return asyncio.run(within())
