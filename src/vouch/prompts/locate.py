"""Where a prompt file lies: its path, its root folder and its name.

It does not read the file.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final, NamedTuple

from vouch.errors import PromptError
from vouch.prompts.source import shown

SUFFIX: Final = ".prompt.md"
FOLDER: Final = "prompts"


class Location(NamedTuple):
    """A prompt file. Its name is its path below `root` without the suffix; includes stay within `root`."""

    path: Path
    root: Path
    name: str


def locate(path: str | Path, *, root: Path | None, caller: Path | None) -> Location:
    """Find a prompt file; raises a `PromptError` that names every place it looked.

    With `root`, a relative path is looked for there and nowhere else. Without, it is looked for in the folder of the
    module that asks (`caller`), then in the current folder; the root is then the nearest folder named `prompts` above
    the file, or the file's own folder.
    """
    given = Path(path)
    if not given.name.endswith(SUFFIX):
        raise PromptError(f"prompt {str(path)!r}: a prompt file's name ends in {SUFFIX}; write it so, and name it so")
    found = _found(given, [root] if root is not None else [each for each in (caller, Path.cwd()) if each is not None])
    base = _absolute(root) if root is not None else _root(found)
    if not found.is_relative_to(base) or not found.resolve().is_relative_to(base.resolve()):
        raise PromptError(
            f"prompt {str(path)!r} lies outside its root {shown(base)}; move it inside, or give another root"
        )
    return Location(found, base, found.relative_to(base).as_posix().removesuffix(SUFFIX))


def _found(given: Path, folders: list[Path]) -> Path:
    tried: list[Path] = []
    for folder in folders:
        candidate = _absolute(folder / given)
        try:
            if candidate.is_file():
                return candidate
        except (OSError, ValueError) as problem:
            raise PromptError(f"prompt {str(given)!r} is not a path ({problem}); correct it") from problem
        if candidate not in tried:
            tried.append(candidate)
    places = " and ".join(shown(each) for each in tried)
    raise PromptError(f"prompt {str(given)!r} is not there; looked for {places}; {_near(tried)}")


def _near(tried: list[Path]) -> str:
    names = sorted({each.name for path in tried for each in path.parent.glob(f"*{SUFFIX}")})
    near = difflib.get_close_matches(tried[0].name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else "write the file, or correct the path"


def _absolute(path: Path) -> Path:
    """`path` from the root of the file system, without `..`, links kept: a name is what the user sees."""
    parts: list[str] = []
    for part in Path.cwd().joinpath(path).parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return Path(*parts)


def _root(path: Path) -> Path:
    return next((folder for folder in path.parents if folder.name == FOLDER), path.parent)
