"""The files of a store that fsspec opens: S3, Google Cloud Storage, Azure, SFTP, and many more.

It does not know the stores: each has a package of its own, and takes its keys from its own settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from vouch.errors import ConfigError
from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped
from vouch.knowledge.reading.patterns import matches


def stored(
    address: str,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    limits: Limits = LIMITS,
    options: Mapping[str, Any] | None = None,
) -> Iterator[tuple[str, bytes, str] | Skipped]:
    """Name, content and time of change of each file below `address`, such as `s3://bucket/handbook`.

    `options` go to the store's own package. Raises `ConfigError` where the store cannot be opened.
    """
    system, root, found = _listed(address, options or {})
    names = [path for path, info in sorted(found.items()) if info.get("type", "file") == "file"]
    for count, path in enumerate(names, 1):
        name = path[len(root) :].lstrip("/") or path.rpartition("/")[2]
        if count > limits.files:
            yield Skipped(name, f"the store holds more than {limits.files:,} files; raise Limits.files")
            return
        if matches(name, exclude) or (include and not matches(name, include)):
            continue
        size = found[path].get("size") or 0
        if size > limits.bytes:
            yield Skipped(name, f"it has {size:,} bytes, more than {limits.bytes:,}; raise Limits.bytes")
            continue
        try:
            with system.open(path, "rb") as file:
                data: bytes = file.read(limits.bytes + 1)
        except Exception as error:  # noqa: BLE001 every store has errors of its own
            yield Skipped(name, f"it cannot be fetched: {type(error).__name__}: {error}"[:500])
            continue
        yield name, data, changed(found[path])


def _listed(address: str, options: Mapping[str, Any]) -> tuple[Any, str, dict[str, dict[str, Any]]]:
    try:
        fsspec = import_module("fsspec.core")
    except ImportError as error:
        raise ConfigError("stores need the package `fsspec`: pip install vouch-llm[documents]") from error
    try:
        system, root = fsspec.url_to_fs(address, **options)
        found = system.find(root, detail=True)
    except Exception as error:
        raise ConfigError(
            f"the store {address!r} cannot be opened: {type(error).__name__}: {error}; check its address, its keys, "
            "and that its package is installed"
        ) from error
    return system, root, found


def changed(info: Mapping[str, Any]) -> str:
    """When a file was changed, as ISO 8601, from what its store says of it; nothing where it does not say."""
    for key in ("LastModified", "last_modified", "updated", "mtime", "created"):
        value = info.get(key)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
        if isinstance(value, datetime | str):
            return str(value) if isinstance(value, str) else value.isoformat()
    return ""
