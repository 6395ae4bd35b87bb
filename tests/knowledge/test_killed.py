"""Builds and refreshes that are killed: the live version answers, and they go on where they ended."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from pathlib import Path

from benchmarks.killed_index import DOCUMENTS, is_right, run, shown, work, write

from vouch.errors import StoreFull


def test_killed_at_any_instant_the_live_version_answers_and_the_build_goes_on() -> None:
    seen, figures = run(4)
    assert (figures["wrong_after_kill"], figures["not_resumed"]) == (0, 0)
    assert all(DOCUMENTS // 4 <= each.embedded <= 2 * DOCUMENTS for each in seen)
    assert [is_right(each, 1 + number % 4) for number, each in enumerate(seen)] == [True] * 4


def full(folder: Path, log: Path) -> None:
    """Bring the index up to date where no file may have more than 20,000 bytes; in a process of its own."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        work(folder, log)
    except StoreFull as error:
        (log.parent / "told").write_text(str(error)[:1000])


def test_a_full_disk_is_told_and_the_live_version_answers(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(tmp_path, 1, 0)
    work(tmp_path, log)
    write(tmp_path, 2, DOCUMENTS)
    child = multiprocessing.get_context("forkserver").Process(target=full, args=(tmp_path, log))
    child.start()
    child.join(60)
    assert "no space left to write the index" in (tmp_path / "told").read_text()
    assert asyncio.run(shown(tmp_path, log)) == (frozenset({"Generation1"}), DOCUMENTS)
    work(tmp_path, log)
    assert asyncio.run(shown(tmp_path, log)) == (frozenset({"Generation2"}), DOCUMENTS)
