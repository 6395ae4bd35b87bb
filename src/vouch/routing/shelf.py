"""What was learned, kept in a file: arrays as they are, and the rest as JSON. Nothing in it is ever executed.

It does not know how it was learned.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import Struct

from vouch.errors import UsageError
from vouch.routing.calibration import Curve
from vouch.routing.chances import Chances
from vouch.routing.features import Scale
from vouch.routing.novelty import Familiar
from vouch.routing.surface import surface

VERSION: Final = 1


class _Note(Struct, frozen=True):
    version: int
    models: tuple[str, ...]
    signals: tuple[str, ...]
    surface: tuple[str, ...]
    curves: tuple[Curve, ...]
    floor: float
    strongest: str
    counts: tuple[int, ...]
    n: int


def save(chances: Chances, path: Path) -> None:
    """Write the file (.npz) whole or not at all."""
    note = _Note(
        VERSION,
        chances.models,
        chances.scale.signals,
        tuple(surface("", length=0)),
        chances.curves,
        chances.familiar.floor,
        chances.strongest,
        chances.counts,
        chances.n,
    )
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with new.open("wb") as file:
        np.savez_compressed(
            file,
            note=np.frombuffer(msgspec.json.encode(note), dtype=np.uint8),
            weights=chances.weights,
            intercepts=chances.intercepts,
            middle=chances.scale.middle,
            spread=chances.scale.spread,
            center=chances.scale.center,
            known=chances.familiar.known,
        )
    new.replace(path)


def load(path: Path) -> Chances:
    """Read what `save` wrote; raises `UsageError` for a file that is missing, damaged, or of another version."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays: dict[str, Any] = {name: file[name] for name in file.files}
        note = msgspec.json.decode(arrays["note"].tobytes(), type=_Note)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise UsageError(
            f"{str(path)!r} cannot be read as a learned router ({error}): learn and save it anew"
        ) from error
    if note.version != VERSION or note.surface != tuple(surface("", length=0)):
        raise UsageError(f"{str(path)!r} was learned by another version of Vouch: learn and save it anew")
    center = arrays["center"]
    scale = Scale(note.signals, len(center), arrays["middle"], arrays["spread"], center)
    if arrays["weights"].shape != (scale.width, len(note.models)):
        raise UsageError(f"{str(path)!r} is damaged: weights of shape {arrays['weights'].shape!r}; learn it anew")
    return Chances(
        note.models,
        scale,
        arrays["weights"],
        arrays["intercepts"],
        note.curves,
        Familiar(arrays["known"], note.floor),
        note.strongest,
        note.counts,
        note.n,
    )
