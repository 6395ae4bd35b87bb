"""Tests of the memory: age, bytes, and what is dropped first."""

from __future__ import annotations

from vouch.serve.cache.memory import Memory


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def put(memory: Memory, place: str, body: bytes = b"x") -> bool:
    return memory.put(place, body, streamed=False, tells_usage=True, model="up/m", cost=None)


def test_it_forgets_by_age() -> None:
    clock = Clock()
    gone: list[str] = []
    memory = Memory(most=10_000, seconds=60, dropped=gone.append, clock=clock)
    put(memory, "a")
    clock.now = 30
    assert memory.get("a") is not None
    assert memory.get("a", youngest=10) is None
    assert memory.get("b") is None
    clock.now = 61
    assert memory.get("a") is None
    assert (gone, len(memory), memory.bytes) == (["a"], 0, 0)


def test_it_never_holds_more_bytes_than_allowed_and_drops_what_was_not_asked_for() -> None:
    gone: list[str] = []
    memory = Memory(most=3 * 1_100, seconds=60, dropped=gone.append)
    for place in "abc":
        put(memory, place)
    memory.get("a")
    put(memory, "d")
    assert gone == ["b"]
    assert memory.bytes <= 3_300
    assert not put(memory, "e", b"x" * 10_000)
    assert len(memory) == 3
    put(memory, "a", b"other")
    kept = memory.get("a")
    assert kept is not None
    assert kept.body == b"other"
    assert memory.bytes == sum(len(memory.get(place).body) + 1_024 for place in "acd")  # type: ignore[union-attr]
