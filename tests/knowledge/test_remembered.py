"""Vectors by content, also after a kill."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import numpy as np

from vouch.knowledge.remembered import Remembered


def opened(folder: Path, fingerprint: str = "f", dimensions: int = 3) -> Remembered:
    return Remembered(folder, fingerprint=fingerprint, dimensions=dimensions)


def vector(number: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(3, number, np.float32)


def known(folder: Path, *texts: str) -> dict[str, float]:
    return {text: float(found[0]) for text, found in opened(folder).find(texts).items()}


def test_what_was_kept_is_found_here_and_elsewhere(tmp_path: Path) -> None:
    here = opened(tmp_path)
    assert here.find(["one"]) == {}
    here.keep([("a", "one", vector(1)), ("a", "two", vector(2))])
    here.keep([])
    assert float(here.find(["two", "three"])["two"][0]) == 2
    assert known(tmp_path, "one", "two", "three") == {"one": 1, "two": 2}


def test_another_embedder_finds_nothing_and_takes_the_place(tmp_path: Path) -> None:
    opened(tmp_path).keep([("a", "one", vector(1))])
    other = opened(tmp_path, "g")
    assert other.find(["one"]) == {}
    other.keep([("a", "one", vector(5))])
    assert len(list(tmp_path.iterdir())) == 2
    other.only()
    assert known(tmp_path, "one") == {}


def test_what_a_killed_process_left_half_written_is_not_used(tmp_path: Path) -> None:
    opened(tmp_path).keep([("a", "one", vector(1)), ("a", "two", vector(2))])
    path = next(tmp_path.iterdir())
    whole = path.read_bytes()
    for size in range(len(whole) // 2, len(whole)):
        path.write_bytes(whole[:size])
        assert known(tmp_path, "one", "two") == {"one": 1}
    opened(tmp_path).keep([("a", "three", vector(3))])
    assert known(tmp_path, "one", "two", "three") == {"one": 1, "three": 3}


def test_a_record_that_is_damaged_is_not_used(tmp_path: Path) -> None:
    opened(tmp_path).keep([("a", "one", vector(1)), ("a", "two", vector(2))])
    path = next(tmp_path.iterdir())
    whole = bytearray(path.read_bytes())
    whole[-1] ^= 1
    path.write_bytes(whole)
    assert known(tmp_path, "one", "two") == {"one": 1}


def test_what_a_document_holds_no_more_is_left_out(tmp_path: Path) -> None:
    here = opened(tmp_path)
    here.leave({"a": []})
    here.keep([("a", "one", vector(1)), ("a", "two", vector(2)), ("b", "three", vector(3))])
    here.leave({})
    here.leave({"a": ["two"], "b": ["three"]})
    assert known(tmp_path, "one", "two", "three") == {"two": 2, "three": 3}
    assert here.find(["one"]) == {}
    here.leave({"b": []})
    assert known(tmp_path, "two", "three") == {"two": 2}
    assert list(tmp_path.glob("*.new")) == []


def _keeper(folder: Path, number: int) -> None:
    here = opened(folder)
    for each in range(20):
        here.keep([(str(number), f"{number}-{each}", vector(number))])
        here.leave({"nobody": []})


def test_several_processes_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    children = [context.Process(target=_keeper, args=(tmp_path, number)) for number in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(30)
    texts = [f"{number}-{each}" for number in range(3) for each in range(20)]
    assert len(known(tmp_path, *texts)) == 60
