from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from tests.routing.traffic import learned, question

from vouch.contracts.router import Query
from vouch.errors import UsageError
from vouch.routing import shelf
from vouch.routing.chances import learn
from vouch.routing.outcome import Outcome


def _plain() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


PLAIN = _plain()


def test_what_is_read_back_decides_the_same(tmp_path: Path) -> None:
    chances, path = learned(120), tmp_path / "router.npz"
    shelf.save(chances, path)
    again = shelf.load(path)
    query = Query(question(True, 7))
    assert again.read(query) == chances.read(query)
    assert (again.n, again.counts, again.models) == (chances.n, chances.counts, chances.models)
    assert [each.name for each in tmp_path.iterdir()] == ["router.npz"]


def test_embeddings_and_signals_are_kept(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = [
        Outcome(
            Query(f"q {n}", signals={"recall": n / 50}, embedding=random.normal(size=4).astype(np.float32)),
            {"a": n % 2},
        )
        for n in range(50)
    ]
    chances = learn(rows)
    shelf.save(chances, tmp_path / "r.npz")
    assert shelf.load(tmp_path / "r.npz").of(rows[3].query) == chances.of(rows[3].query)


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04 half an archive", PLAIN])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "router.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"router\.npz' cannot be read as a learned router"):
        shelf.load(path)


def test_other_arrays_and_other_versions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "router.npz"
    np.savez(path, weights=np.zeros(3))
    with pytest.raises(UsageError, match="cannot be read"):
        shelf.load(path)
    shelf.save(learned(60), path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    note = arrays["note"].tobytes()
    np.savez(path, **{**arrays, "note": np.frombuffer(note.replace(b'"version":1', b'"version":9'), np.uint8)})
    with pytest.raises(UsageError, match="another version"):
        shelf.load(path)
    np.savez(path, **{**arrays, "weights": arrays["weights"][:-1]})
    with pytest.raises(UsageError, match="damaged"):
        shelf.load(path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "r.npz", note=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(UsageError, match="cannot be read"):
        shelf.load(tmp_path / "r.npz")
