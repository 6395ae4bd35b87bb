"""A project: the folder with vouch.toml, its apps and its house.

It does not know commands.
"""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from vouch.app.app import App
from vouch.app.house import House
from vouch.errors import ConfigError, VouchError
from vouch.project.config import NAME, Config, read_config
from vouch.project.wiring import wire


@dataclass(frozen=True)
class Project:
    """A folder and its settings."""

    root: Path
    config: Config

    @classmethod
    def find(cls, folder: Path) -> Project:
        """The project of `folder`: the nearest vouch.toml there or above; raises `ConfigError` when there is none."""
        start = folder.resolve()
        for candidate in (start, *start.parents):
            if (candidate / NAME).is_file():
                return cls(candidate, read_config(candidate / NAME))
        raise ConfigError(f"no {NAME} in {str(start)!r} or above; `vouch new NAME` makes a project")

    async def house(self) -> House:
        """The wired house; close it when done."""
        return await wire(self.config, self.root)

    def app(self, name: str = "", *, data: Path | None = None) -> App:
        """The app of this name (the only one, where there is one). `data` is passed to apps that are made from data."""
        if not name and len(self.config.apps) == 1:
            name = next(iter(self.config.apps))
        if name not in self.config.apps:
            raise ConfigError(self._unknown(name))
        place = self.config.apps[name]
        file, _, attribute = place.partition(":")
        module = _load(self.root, file, f"{NAME}: apps.{name} = {place!r}")
        found: object = getattr(module, attribute or "app", None)
        if callable(found) and not isinstance(found, App):
            found = _made(found, name, data)
        elif data is not None:
            raise ConfigError(f"app {name!r} takes no data; leave --data away")
        if not isinstance(found, App):
            raise ConfigError(
                f"{NAME}: apps.{name} = {place!r} is {found!r}; name an App, or a function that gives one"
            )
        return found

    def _unknown(self, name: str) -> str:
        apps = sorted(self.config.apps)
        if not apps:
            return f'{self.root / NAME} lists no apps; add:  [apps]  NAME = "app:app"'
        if not name:
            return f"{self.root / NAME} lists several apps; name one: {', '.join(apps)}"
        near = difflib.get_close_matches(name, apps, n=1)
        return f"no app {name!r} in {self.root / NAME}" + (
            f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(apps)}"
        )


def locate(target: str) -> tuple[Project, str]:
    """A target as people type it: an app of the project here, a project's folder, or `folder:app`."""
    folder, _, name = target.rpartition(":")
    if folder and Path(folder).is_dir():
        return Project.find(Path(folder)), name
    if Path(target).is_dir() and (Path(target) / NAME).is_file():
        return Project.find(Path(target)), ""
    if "/" in target or "\\" in target:
        raise ConfigError(f"{target!r} is not a folder with a {NAME}; `vouch new` makes one")
    return Project.find(Path.cwd()), target


def _load(root: Path, name: str, where: str) -> ModuleType:
    file = root.joinpath(*name.split(".")).with_suffix(".py")
    if not file.is_file():
        raise ConfigError(f"{where}: there is no file {str(file)!r}")
    # The project's other modules are importable from its own, as when Python runs a script.
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    spec = importlib.util.spec_from_file_location(f"vouch_project_{root.name}_{file.stem}", file)
    assert spec is not None  # noqa: S101 - a .py file always has a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except VouchError:
        raise
    except Exception as error:
        raise ConfigError(f"{where}: {_where_it_broke(error, file)}") from error
    return module


def _where_it_broke(error: Exception, file: Path) -> str:
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(file.parent)]
    place = f"{own[-1].filename}:{own[-1].lineno}: " if own else ""
    return f"{place}{type(error).__name__}: {error}"


def _made(make: Callable[..., object], name: str, data: Path | None) -> object:
    parameters: dict[str, Any] = dict(inspect.signature(make).parameters)
    if "data" not in parameters:
        if data is not None:
            raise ConfigError(f"app {name!r} takes no data; leave --data away")
        return make()
    if data is None and parameters["data"].default is inspect.Parameter.empty:
        raise ConfigError(f"app {name!r} is made from data; give it: --data PATH")
    return make() if data is None else make(data=data)
