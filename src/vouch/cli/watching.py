"""`vouch prove --watch`: prove again whenever a file of the project changes.

It does not know how a proof is made or shown.
"""

from __future__ import annotations

import asyncio
import importlib
import linecache
import sys
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final

from vouch.app.app import App
from vouch.app.house import House
from vouch.cli.console import OK, escaped, notes
from vouch.cli.files import Stamp, changed, stamp_of, stamps
from vouch.errors import VouchError
from vouch.project.config import Config
from vouch.project.project import Project, locate
from vouch.proof.html_diff import difference
from vouch.proof.report import Report

EVERY: Final = 0.3
"""Seconds between two looks at the files."""

_NAMED: Final = 5

Work = Callable[[Project, App, House], Awaitable[Sequence[Report]]]
"""Proves an app and shows the result."""


async def watch(
    target: str,
    work: Work,
    *,
    data: Path | None = None,
    without: Sequence[Path] = (),
    every: float = EVERY,
) -> int:
    """Do `work` now and after each change of the project's files, until interrupted; mistakes do not end it.

    The app is loaded anew each time, with all modules of its project. A change while a proof is under way ends that
    proof. `data` is watched, too; the folders `without` are not. Raises `ConfigError` where there is no project.
    """
    project, _ = locate(target)
    watching = _Watching(target, project.root, work, data, without, every)
    notes.print(f"watching {project.root}; Ctrl-C ends it", soft_wrap=True)
    with _no_bytecode():
        try:
            await watching.forever()
        except asyncio.CancelledError:
            # How a watch ends: nothing went wrong.
            notes.print("no longer watching", soft_wrap=True)
        finally:
            await watching.close()
    return OK


class _Watching:
    """One watch: the files as they were seen, the house, and the last reports."""

    def __init__(
        self, target: str, root: Path, work: Work, data: Path | None, without: Sequence[Path], every: float
    ) -> None:
        self._target = target
        self._root = root
        self._work = work
        self._data = data
        self._also = [data.absolute()] if data else []
        self._without = without
        self._every = every
        self._seen: dict[Path, Stamp] = {}
        self._house: House | None = None
        self._config: Config | None = None
        self._last: dict[str, Report] = {}

    async def forever(self) -> None:
        self._seen = await self._look()
        while True:
            proving, changing = asyncio.ensure_future(self._prove()), asyncio.ensure_future(self._change())
            try:
                await asyncio.wait({proving, changing}, return_when=asyncio.FIRST_COMPLETED)
                if proving.done():
                    proving.result()
                paths = await changing
            finally:
                # What was changed meanwhile is not worth proving any more.
                for task in (proving, changing):
                    task.cancel()
                await asyncio.gather(proving, changing, return_exceptions=True)
            self._tell(paths)

    async def close(self) -> None:
        if self._house is not None:
            await self._house.aclose()
            self._house = None

    async def _prove(self) -> None:
        try:
            project, name = locate(self._target)
            house = await self._open(project)
            forget(project.root)
            built = project.app(name, data=self._data)
            self._watch_cases(project, built)
            reports = await self._work(project, built, house)
        except (VouchError, OSError) as error:
            notes.print(f"vouch: error: {escaped(str(error))}", soft_wrap=True)
            return
        for report in reports:
            if report.proof in self._last:
                notes.print(f"  {_since(self._last[report.proof], report)}", soft_wrap=True)
            self._last[report.proof] = report

    async def _open(self, project: Project) -> House:
        """The house, kept open (models stay loaded) as long as the settings are the same."""
        if self._house is None or project.config != self._config:
            await self.close()
            self._house, self._config = await project.house(), project.config
        return self._house

    def _watch_cases(self, project: Project, built: App) -> None:
        """Files of cases are watched wherever they are and whatever they are called."""
        for proof in built.proofs:
            if isinstance(proof.cases, str | Path):
                path = (project.root / proof.cases).absolute()
                if path not in self._seen and path not in self._also:
                    self._also.append(path)
                    if (stamp := stamp_of(path)) is not None:
                        self._seen[path] = stamp

    async def _look(self) -> dict[Path, Stamp]:
        return await asyncio.to_thread(stamps, self._root, also=tuple(self._also), without=self._without)

    async def _change(self) -> list[Path]:
        """Wait for a change, and until nothing changes any more: editors write a file in several steps."""
        while True:
            await asyncio.sleep(self._every)
            before, now = self._seen, await self._look()
            if not changed(before, now):
                continue
            while True:
                await asyncio.sleep(self._every / 3)
                later = await self._look()
                if not changed(now, later):
                    break
                now = later
            self._seen = now
            return changed(before, now)

    def _tell(self, paths: Sequence[Path]) -> None:
        names = [str(path.relative_to(self._root) if path.is_relative_to(self._root) else path) for path in paths]
        notes.print(f"\nchanged: {escaped(_some(names))}", soft_wrap=True)


def forget(root: Path) -> None:
    """Take the modules of the project in `root` out of memory, so that they are loaded as they are now."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in ("vouch", "__main__") and any(_own(path, root) for path in _places(module)):
            del sys.modules[name]
    importlib.invalidate_caches()
    linecache.checkcache()


def _places(module: ModuleType) -> Iterator[Path]:
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        yield Path(file)
    else:
        # A package without a file of its own remembers the modules below it.
        paths: Iterable[object] = getattr(module, "__path__", ())
        yield from (Path(path) for path in paths if isinstance(path, str))


def _own(path: Path, root: Path) -> bool:
    if not path.is_relative_to(root):
        return False
    return not any(part.startswith(".") or part == "site-packages" for part in path.relative_to(root).parts)


@contextmanager
def _no_bytecode() -> Generator[None]:
    """Python tells a stale bytecode file by whole seconds and size, which an edit may leave as they are."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _since(before: Report, after: Report) -> str:
    found = difference(before, after)
    broke = _some([pair.after.case for pair in found.broke])
    mended = _some([pair.after.case for pair in found.mended])
    parts = [f"{word} {escaped(names)}" for word, names in (("broke", broke), ("mended", mended)) if names]
    return f"Since the last look: {'; '.join(parts) or 'the same cases are right'}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
