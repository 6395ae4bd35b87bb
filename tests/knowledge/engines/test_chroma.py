"""Chroma keeps the promise of an index engine: a real server, started by the tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count

import pytest
from tests.knowledge.contract_suite.suite import ABOUT_TEXTS, IndexContract

from vouch.knowledge.engines.chroma.rows import ChromaRows
from vouch.knowledge.engines.engine import ServerEngine

pytest.importorskip("chromadb")
pytest.importorskip("chromadb_rust_bindings")

NAMES = count()
SERVER = "import sys, chromadb_rust_bindings as server; server.cli(['chroma', 'run', *sys.argv[1:]])"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server listens that lives as long as this file's tests."""
    port, folder = free_port(), tmp_path_factory.mktemp("chroma")
    command = [sys.executable, "-c", SERVER, "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        running.kill()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # its client leaves connections open
class TestChroma(IndexContract):
    cannot = ABOUT_TEXTS

    @pytest.fixture
    def name(self) -> str:
        return f"Handbook {next(NAMES)}"

    @pytest.fixture
    def engine(self, address: str, name: str) -> ServerEngine:
        return ServerEngine(ChromaRows(address, name))

    @pytest.fixture
    def other(self, address: str, name: str) -> ServerEngine:
        return ServerEngine(ChromaRows(address, name))
