"""Keeps what was learned in a folder, so that the next process need not learn it again.

It does not know how it was learned. Nothing on the shelf is ever run: files hold plain arrays, and one that cannot be
read is learned anew.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import msgspec
import numpy as np

from vouch.models.classifier.head import Head, Judged
from vouch.models.classifier.pool import Pool


def take(folder: Path, key: str) -> Head | None:
    """What was learned under this digest, or None."""
    try:
        with (folder / f"{key}.npz").open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return Head(
                msgspec.json.decode(kept["classes"].tobytes(), type=tuple[str, ...]),
                kept["weights"],
                kept["examples"],
                kept["labels"],
                Pool(*kept["pool"].tolist()),
                Judged(kept["chosen"], kept["confidence"]),
            )
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
        return None


def put(folder: Path, key: str, head: Head) -> None:
    """Keep `head` under this digest; whole or not at all, also when two processes do it at once.

    A folder that cannot be written is no error: the shelf saves time and nothing else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".unfinished")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(
                file,
                classes=np.frombuffer(msgspec.json.encode(head.classes), np.uint8),
                weights=head.weights,
                examples=head.examples,
                labels=head.labels,
                pool=np.array(head.pool),
                chosen=head.trials.chosen,
                confidence=head.trials.confidence,
            )
        Path(unfinished).replace(folder / f"{key}.npz")
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
