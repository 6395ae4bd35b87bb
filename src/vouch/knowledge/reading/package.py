"""A zip file, and the XML within one, opened so that neither can use up the machine or reach outside.

It does not know what the files in it mean.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable


class Package:
    """The files of a zip by name; raises `Unreadable` where it is broken or beyond `limits`."""

    def __init__(self, data: bytes, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._zip = opened(data, limits)
        self._names = set(self._zip.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def xml(self, name: str) -> Element:
        """The XML file of this name; an empty element where there is none."""
        return parsed(unpacked(self._zip, self._zip.getinfo(name)), self._limits) if name in self else Element("none")


def opened(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """A zip whose files are together no larger than allowed; what a file claims is what is unpacked at most."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(f"it is no zip file that can be read: {error}") from error
    infos = archive.infolist()
    if len(infos) > limits.files:
        raise Unreadable(f"it holds {len(infos):,} files, more than {limits.files:,}; raise Limits.files")
    size = sum(info.file_size for info in infos)
    if size > limits.expanded:
        raise Unreadable(f"it unpacks to {size:,} bytes, more than {limits.expanded:,}; raise Limits.expanded")
    return archive


def within_limits(data: bytes, limits: Limits) -> None:
    """Raises `Unreadable` if `data` is a zip beyond `limits`."""
    if data.startswith(b"PK"):
        opened(data, limits).close()


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """One file of a zip; raises `Unreadable` where it is encrypted, damaged or packed in an unknown way."""
    if info.flag_bits & 1:
        raise Unreadable("it is encrypted; unpack it with its password first")
    try:
        with archive.open(info) as file:
            return file.read(info.file_size + 1)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, RuntimeError) as error:
        raise Unreadable(f"it cannot be unpacked: {error}") from error
    except Exception as error:
        # zlib, bz2 and lzma have errors of their own.
        raise Unreadable(f"it cannot be unpacked: {type(error).__name__}: {error}") from error


def parsed(data: bytes, limits: Limits) -> Element:
    """XML as a tree, its names written `{namespace}name`.

    Raises `Unreadable` where it is broken, deeper or larger than allowed, or has a document type: that is where
    entities are declared, which may grow without bound or name other files.
    """
    builder, reader = TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    reader.buffer_text = True
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > limits.depth or count > limits.elements:
            raise Unreadable(
                f"its XML has more than {limits.elements:,} elements, or {limits.depth:,} in one another; raise "
                "Limits.elements or Limits.depth"
            )
        builder.start(_named(tag), {_named(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(tag))

    reader.StartElementHandler, reader.EndElementHandler = start, end
    reader.CharacterDataHandler = builder.data
    reader.StartDoctypeDeclHandler = _refused
    try:
        reader.Parse(data, True)  # noqa: FBT003 expat takes it by place only
    except expat.ExpatError as error:
        raise Unreadable(f"its XML is broken: {error}") from error
    return builder.close()


def _named(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refused(*_: Any) -> None:
    raise Unreadable("its XML declares a document type, which may hide entities; save it anew without one")
