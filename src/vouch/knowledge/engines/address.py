"""Which index engine an address means: to outgrow one is to change a line.

It does not know what any of them does.

    exact:.vouch/index                         every chunk is compared; a folder without a scheme means the same
    edge:.vouch/index                          the same files, with graphs of neighbours for many chunks
    qdrant://host:6333/handbook                a Qdrant server; qdrants:// speaks TLS
    postgresql://user@host/database?index=handbook     Postgres with pgvector
    chroma://host:8000/handbook                a Chroma server; chromas:// speaks TLS
    weaviate://host:8080/handbook?grpc=50051   a Weaviate server; weaviates:// speaks TLS; `grpc` is its other port, or
                                               host:port where it listens elsewhere
    pinecone://index-host/handbook             an index of Pinecone, by the host that its console shows
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec import Struct

from vouch.contracts.index import IndexEngine
from vouch.errors import ConfigError
from vouch.knowledge.engines.chroma.rows import ChromaRows
from vouch.knowledge.engines.edge.engine import DEFAULT, EdgeEngine
from vouch.knowledge.engines.engine import ServerEngine
from vouch.knowledge.engines.pinecone.rows import PineconeRows
from vouch.knowledge.engines.postgres.rows import PostgresRows
from vouch.knowledge.engines.qdrant.rows import QdrantRows
from vouch.knowledge.engines.rows import Rows
from vouch.knowledge.engines.tuning import Tuning
from vouch.knowledge.engines.weaviate.rows import Server, WeaviateRows
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.words import Stemming

_INDEX: Final = "vouch"
"""The name of an index that its address does not name."""


class Opening(Struct, frozen=True):
    """What stands beside an address: folders are below `root`, `key` is for a server that wants one.

    `part` names one of several indexes at the same address: a folder in the folder, or the end of the index's name.
    `keep` versions are kept; a writer waits `patience` seconds for another; `tuning` is how to index, by default each
    engine's own.
    """

    root: Path = Path()
    key: str = ""
    part: str = ""
    keep: int = 3
    patience: float = 10.0
    stemming: Stemming = "light"
    tuning: Tuning | None = None


def open_engine(address: str, opening: Opening = Opening()) -> IndexEngine:  # noqa: B008 - frozen
    """The engine at an address. Raises `ConfigError` for a scheme that is not known, and where a package is missing."""
    scheme = address.partition(":")[0] if ":" in address else "exact"
    if scheme not in _SCHEMES:
        raise ConfigError(
            f"the index engine {address!r} has a scheme that is not known; there are: {', '.join(sorted(_SCHEMES))}, "
            "as in 'edge:.vouch/index' or 'qdrant://host:6333/handbook'"
        )
    return _SCHEMES[scheme](address, opening)


def _exact(address: str, opening: Opening) -> IndexEngine:
    folder = opening.root / address.removeprefix("exact:") / opening.part
    if opening.tuning is not None and opening.tuning.kind != "exact":
        raise ConfigError(f"{address!r} is exact and cannot be tuned to {opening.tuning.kind!r}; use 'edge:' instead")
    return ExactEngine(folder, keep=opening.keep, patience=opening.patience, stemming=opening.stemming)


def _edge(address: str, opening: Opening) -> IndexEngine:
    return EdgeEngine(
        opening.root / address.removeprefix("edge:") / opening.part,
        keep=opening.keep,
        patience=opening.patience,
        stemming=opening.stemming,
        tuning=opening.tuning or DEFAULT,
    )


def _qdrant(address: str, opening: Opening) -> IndexEngine:
    place, name = _web(address, opening, port=6333)
    return _server(QdrantRows(place, name, key=opening.key, tuning=opening.tuning or Tuning()), opening)


def _chroma(address: str, opening: Opening) -> IndexEngine:
    place, name = _web(address, opening, port=8000)
    return _server(ChromaRows(place, name, key=opening.key, tuning=opening.tuning or Tuning()), opening)


def _weaviate(address: str, opening: Opening) -> IndexEngine:
    _web(address, opening, port=8080)  # raises where no host is named
    parts = urlsplit(address)
    secure, host = parts.scheme.endswith("s"), parts.hostname or ""
    grpc_host, _, grpc_port = dict(parse_qsl(parts.query)).get("grpc", "").rpartition(":")
    if grpc_port and not grpc_port.isdigit():
        raise ConfigError(f"the index engine {address!r} names no port for gRPC; write it as ?grpc=50051, or host:port")
    server = Server(
        host,
        parts.port or (443 if secure else 8080),
        grpc_host or host,
        int(grpc_port or (443 if secure else 50051)),
        secure,
    )
    name = _named(parts.path.strip("/"), opening)
    return _server(WeaviateRows(server, name, key=opening.key, tuning=opening.tuning or Tuning()), opening)


def _pinecone(address: str, opening: Opening) -> IndexEngine:
    parts = urlsplit(address)
    if not parts.hostname or not opening.key:
        raise ConfigError(f"the index engine {address!r} needs a host, as in pinecone://host/name, and a key")
    name = _named(parts.path.strip("/"), opening)
    rows = PineconeRows(f"https://{parts.hostname}", name, key=opening.key, tuning=opening.tuning or Tuning())
    return _server(rows, opening)


def _postgres(address: str, opening: Opening) -> IndexEngine:
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    name = _named(asked.pop("index", ""), opening)
    plain = urlunsplit(parts._replace(query=urlencode(asked)))
    return _server(PostgresRows(plain, name, tuning=opening.tuning or Tuning()), opening)


def _server(rows: Rows, opening: Opening) -> ServerEngine:
    return ServerEngine(rows, keep=opening.keep, patience=opening.patience, stemming=opening.stemming)


def _named(name: str, opening: Opening) -> str:
    return "_".join(filter(None, (name or _INDEX, opening.part)))


def _web(address: str, opening: Opening, *, port: int) -> tuple[str, str]:
    """The server's URL, and the name of the index; schemes that end in s speak TLS."""
    parts = urlsplit(address)
    if not parts.hostname:
        raise ConfigError(f"the index engine {address!r} names no host; write it as {parts.scheme}://host:{port}/name")
    secure = parts.scheme.endswith("s")
    return f"http{'s' if secure else ''}://{parts.hostname}:{parts.port or port}", _named(
        parts.path.strip("/"), opening
    )


_SCHEMES: Final[Mapping[str, Callable[[str, Opening], IndexEngine]]] = {
    "exact": _exact,
    "edge": _edge,
    "qdrant": _qdrant,
    "qdrants": _qdrant,
    "chroma": _chroma,
    "chromas": _chroma,
    "weaviate": _weaviate,
    "weaviates": _weaviate,
    "pinecone": _pinecone,
    "postgresql": _postgres,
    "postgres": _postgres,
}
