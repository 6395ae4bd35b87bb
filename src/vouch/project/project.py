"""A project: the folder with vouch.toml, its apps and its house.

It does not know commands.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from vouch.app.app import App
from vouch.app.house import House, Wired
from vouch.app.subagent import SubAgent
from vouch.errors import ConfigError, VouchError
from vouch.project.config import NAME, Config, read_config
from vouch.project.engines.setup import key_in
from vouch.project.wiring import wire
from vouch.values.digest import digest

if TYPE_CHECKING:
    from vouch.contracts.embedder import Embedder  # at run time it would load NumPy


@runtime_checkable
class Indexed(Protocol):
    """Knowledge whose index a project may keep elsewhere."""

    def keep_in(self, address: str, *, root: Path, key: str = "") -> None:
        """From now on its index is kept at this address of an engine, unless it has a place of its own."""
        ...


@dataclass(frozen=True)
class Project:
    """A folder and its settings."""

    root: Path
    config: Config
    _houses: list[House] = field(default_factory=list[House], init=False, repr=False, compare=False)
    """The last one that was wired."""

    @classmethod
    def find(cls, folder: Path) -> Project:
        """The project of `folder`: the nearest vouch.toml there or above; raises `ConfigError` when there is none."""
        root = root_of(folder)
        if root is None:
            raise ConfigError(f"no {NAME} in {str(folder.resolve())!r} or above; `vouch new NAME` makes a project")
        return cls(root, read_config(root / NAME))

    async def house(self) -> House:
        """The wired house; close it when done. It opens the embedders of the project's apps from now on."""
        self._houses[:] = [await wire(self.config, self.root)]
        return self._houses[0]

    def furnish(self, app: App) -> App:
        """The same app; what it knows is kept where vouch.toml says, and embedded by the last house of this project."""
        index = self.config.index
        for part in _parts(app):
            if isinstance(part, Wired):
                part.wire(self._embedder)
            if index.engine and isinstance(part, Indexed):
                part.keep_in(index.engine, root=self.root, key=key_in(index.key_env))
        return app

    def _embedder(self, name: str) -> Embedder:
        if not self._houses:
            raise ConfigError(f"embedder {name!r} is opened by a house; take one first: Project.house()")
        return self._houses[0].embedder(name)

    def app(self, name: str = "", *, data: Path | None = None) -> App:
        """The app of this name (the only one, where there is one). `data` is passed to apps that are made from data."""
        if not name and len(self.config.apps) == 1:
            name = next(iter(self.config.apps))
        if name not in self.config.apps:
            raise ConfigError(self._unknown(name))
        place = self.config.apps[name]
        where = f"{NAME}: apps.{name} = {place!r}"
        module, _, attribute = place.partition(":")
        with _broken(where, self.root):
            file = _file(self.root, module, where)
            found: object = getattr(_load(self.root, module, file), attribute or "app", None)
            if callable(found) and not isinstance(found, App):
                found = _made(found, name, data)
            elif data is not None:
                raise ConfigError(f"app {name!r} takes no data; leave --data away")
        if not isinstance(found, App):
            raise ConfigError(f"{where} is {found!r}; name an App, or a function that gives one")
        return self.furnish(found)

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


def _parts(app: App) -> Iterator[object]:
    """What an app may know by: its knowledge and its tools, and those of the apps among them."""
    yield app.knowledge
    for tool in app.tools:
        yield tool
        if isinstance(tool, SubAgent):
            yield from _parts(tool.app)


def root_of(folder: Path) -> Path | None:
    """The folder of the nearest vouch.toml in `folder` or above, or None."""
    start = folder.resolve()
    return next((candidate for candidate in (start, *start.parents) if _is_project(candidate)), None)


def locate(target: str) -> tuple[Project, str]:
    """A target as people type it: an app of the project here, a project's folder, or `folder:app`."""
    folder, _, name = target.rpartition(":")
    if folder and os.path.isdir(folder):  # noqa: PTH112 - False also for a folder that may not be looked into
        return Project.find(Path(folder)), name
    if _is_project(Path(target)):
        return Project.find(Path(target)), ""
    if folder:
        raise ConfigError(f"{target!r}: there is no folder {folder!r}; write FOLDER:APP, or the name of an app here")
    if "/" in target or "\\" in target:
        raise ConfigError(f"{target!r} is not a folder with a {NAME}; `vouch new` makes one")
    return Project.find(Path.cwd()), target


def _is_project(folder: Path) -> bool:
    return os.path.isfile(folder / NAME)  # noqa: PTH113 - False also where it may not be looked at


def _file(root: Path, module: str, where: str) -> Path:
    steps = module.split(".")
    if not all(step.isidentifier() for step in steps):
        raise ConfigError(f"{where} is not module:attribute; write it like 'app:app', or 'package.module:app'")
    file = root.joinpath(*steps).with_suffix(".py")
    if not file.is_file():
        raise ConfigError(f"{where}: there is no file {str(file)!r}; write module:attribute, like 'app:app'")
    return file


def _load(root: Path, name: str, file: Path) -> ModuleType:
    """The module in `file`, fresh, under a name that no other project has; its siblings are importable from it."""
    # As when Python runs a script: `import sibling`. And as within a package: `from .sibling import name`.
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    package = ModuleType(f"vouch_project_{digest(str(root))[:12]}")
    package.__path__ = [str(root)]
    sys.modules.setdefault(package.__name__, package)
    full = f"{package.__name__}.{name}"
    if "." in name:
        importlib.import_module(full.rpartition(".")[0])
    spec = importlib.util.spec_from_file_location(full, file)
    assert spec is not None  # noqa: S101 - a .py file always has a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pickle look their module up there.
    sys.modules[full] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _broken(where: str, root: Path) -> Generator[None]:
    """Say in which line of the project its own code broke."""
    try:
        yield
    except VouchError:
        raise
    except Exception as error:
        raise ConfigError(f"{where}: {_where_it_broke(error, root)}") from error


def _where_it_broke(error: Exception, root: Path) -> str:
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}"
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    own = [place for place in frames if place[0].is_relative_to(root) and "site-packages" not in place[0].parts]
    place = f"{own[-1][0]}:{own[-1][1]}: " if own else ""
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
