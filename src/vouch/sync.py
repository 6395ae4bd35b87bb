"""The one synchronous face: run or prove an app from a script, without a word of asyncio.

It does not know more than the asynchronous functions it calls.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run as run_app
from vouch.errors import AppError, UsageError
from vouch.project.config import Config
from vouch.project.project import Project, root_of
from vouch.proof.prove import Options
from vouch.proof.prove import prove as prove_app
from vouch.proof.report import Report
from vouch.values.result import Result

T = TypeVar("T")


def run(app: App, input: str, *, folder: str | Path = ".", rests_on: tuple[str, ...] = ()) -> Result:
    """Ask `app` one question, with the house of the project in `folder` (its vouch.toml, or the defaults there).

    Also in a notebook. Inside a running event loop elsewhere use `vouch.app.run.run` with a house instead.
    """
    return _in_house(app, Path(folder), lambda house, _root: run_app(app, input, house, rests_on=rests_on))


def prove(app: App, *, proof: str = "", folder: str | Path = ".", options: Options | None = None) -> Report:
    """Run one of the app's proofs (the only one, or the one of this name) and give its report."""
    chosen = [declared for declared in app.proofs if proof in ("", declared.name)]
    if not app.proofs:
        raise AppError(f"app {app.name!r} has no proofs; add: proofs=[Proof('cases.jsonl', scorers.label())]")
    if len(chosen) != 1:
        names = ", ".join(declared.name for declared in app.proofs)
        raise AppError(f"app {app.name!r} has no one proof {proof!r}; give the name of one: {names}")
    return _in_house(
        app, Path(folder), lambda house, root: prove_app(app, chosen[0], house, root=root, options=options or Options())
    )


def _in_house(app: App, folder: Path, work: Callable[[House, Path], Coroutine[Any, Any, T]]) -> T:
    if _loop_is_running() and not _in_a_notebook():
        raise UsageError(
            "run and prove of `vouch` start an event loop, and one is running already; await those of "
            "`vouch.app.run` and `vouch.proof.prove` with a house instead"
        )
    project = Project.find(folder) if root_of(folder) else Project(folder.resolve(), Config())
    project.furnish(app)

    async def within() -> T:
        async with await project.house() as house:
            return await work(house, project.root)

    if _loop_is_running():
        # A notebook waits for its cell in any case; its own loop must not be entered twice.
        with ThreadPoolExecutor(1) as executor:
            return executor.submit(asyncio.run, within()).result()
    return asyncio.run(within())


def _in_a_notebook() -> bool:
    return "ipykernel" in sys.modules


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
