"""A new project: a few files that run as they are.

It does not know what an app is; the files are data, and only the name is put into them.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from vouch.errors import ConfigError

FILES: Final = (
    ("vouch.toml", "vouch.toml"),
    ("app.py", "app.py"),
    ("prompts/{name}.prompt.md", "prompts/name.prompt.md"),
    ("prompts/examples.jsonl", "prompts/examples.jsonl"),
    ("cases.jsonl", "cases.jsonl"),
    ("README.md", "README.md"),
)
"""Each file of a new project, and the file of the template that it is made from."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PLACE: Final = "{name}"


def scaffold(folder: Path, name: str) -> list[Path]:
    """Write a project for the app `name` into `folder`, and return the files in the order of `FILES`.

    Raises `ConfigError` for a name that is not letters, digits, - and _, and for a folder that holds anything already:
    nothing is ever overwritten.
    """
    if not _NAME.fullmatch(name):
        wanted = "letters, digits, - and _, at most 64 of them, beginning with a letter or a digit"
        raise ConfigError(f"a project cannot be named {name!r}; wanted are {wanted}, such as 'mail-triage'")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigError(f"the folder {str(folder)!r} is not empty; name another, or empty it first")
        return [_write(folder / place.replace(_PLACE, name), source, name) for place, source in FILES]
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise ConfigError(f"no project can be made in {str(folder)!r} ({reason}); name another folder") from problem


def _write(path: Path, source: str, name: str) -> Path:
    text = files("vouch.project").joinpath("template", *source.split("/")).read_text(encoding="utf-8")
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text.replace(_PLACE, name))
    return path
