"""A dataset in a folder, as the `datasets` library and its hub lay it out: which files belong to which split.

It does not know what is in the files, but for the names of classes in a dataset_info.json.

Known are a folder with `data/SPLIT-00000-of-00001.parquet` (or .jsonl, .json, .csv, .tsv, also beside each other), one
that `save_to_disk` wrote, and one of several such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import msgspec

from vouch.errors import CaseError
from vouch.proof.datasets.parquet import classes_of

ENDINGS: Final = (".parquet", ".arrow", ".jsonl", ".ndjson", ".json", ".csv", ".tsv")

_NOT_DATA: Final = frozenset({"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"})

_SPLIT: Final = re.compile(r"[A-Za-z0-9_]+")


class Split(NamedTuple):
    """The files of one split, in order, and the names of the classes that their numbers stand for."""

    files: tuple[Path, ...]
    classes: dict[str, list[str]]


def split_of(named: Path) -> Split:
    """The split of a folder: the only one, or the one named behind a `#`, as in `data/banking#test`.

    Raises `CaseError` that lists what there is.
    """
    folder, wanted = parted(named)
    splits = _splits(folder)
    if not splits:
        raise CaseError(
            f"{folder} is a folder without data ({', '.join(ENDINGS)}); name a file of cases{_below(folder)}"
        )
    if not wanted and len(splits) > 1:
        names = ", ".join(sorted(splits))
        raise CaseError(f"{folder} has several splits ({names}); name one: {folder}#{min(splits)}")
    if wanted and wanted not in splits:
        raise CaseError(f"{folder} has no split {wanted!r}; there are: {', '.join(sorted(splits))}")
    files = splits[wanted or next(iter(splits))]
    return Split(tuple(files), _classes((files[0].parent, folder)))


def parted(named: Path) -> tuple[Path, str]:
    """The folder, and the split behind a `#` where nothing of the whole name exists."""
    folder, mark, split = named.name.rpartition("#")
    return (named.with_name(folder), split) if mark and folder and not named.exists() else (named, "")


def is_folder(named: Path) -> bool:
    """Whether this names a folder, or a split of one."""
    return parted(named)[0].is_dir()


def _splits(folder: Path) -> dict[str, list[Path]]:
    if (folder / "dataset_dict.json").is_file():
        names = _read(folder / "dataset_dict.json").get("splits", [])
        return {str(name): files for name in names if (files := list(_data(folder / str(name))))}
    if (folder / "state.json").is_file():
        return {"data": list(_data(folder))}
    found: dict[str, list[Path]] = {}
    for file in (*_data(folder), *_data(folder / "data")):
        word = _SPLIT.match(file.name)
        found.setdefault(word[0] if word else file.stem, []).append(file)
    return found


def _data(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for file in sorted(folder.iterdir()):
            if file.suffix in ENDINGS and file.name not in _NOT_DATA and file.is_file():
                yield file


def _below(folder: Path) -> str:
    """The folders within that do hold data: a dataset of several configurations."""
    inner = [f"{each}" for each in sorted(folder.iterdir()) if each.is_dir() and _splits(each)]
    return f", or one of {', '.join(inner)}" if inner else ""


def _classes(folders: tuple[Path, ...]) -> dict[str, list[str]]:
    for folder in folders:
        if (folder / "dataset_info.json").is_file():
            return classes_of(_read(folder / "dataset_info.json").get("features"))
    return {}


def _read(file: Path) -> dict[str, Any]:
    try:
        found: object = msgspec.json.decode(file.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise CaseError(f"{file} cannot be read ({error}); download the folder again, or name a file of it") from error
    if not isinstance(found, dict):
        raise CaseError(f"{file} is not an object in JSON; download the folder again, or name a file of it")
    return cast("dict[str, Any]", found)
