"""Tests of runs out to a file and in again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.samples import KINDS, answered, bodies, finished, proof_of, run_of, started
from vouch.errors import EventUnreadable, JournalError, RunConflict, RunNotFound
from vouch.journal import transfer
from vouch.journal.codec import encode_event
from vouch.journal.journal import Journal
from vouch.journal.transfer import Imported, export_runs, import_runs
from vouch.values.event import AnyBody, Event, ProofStarted, RunStarted

LARGE = "Größe " * 5000


def lines(run: str, *bodies_: AnyBody) -> list[bytes]:
    return [encode_event(Event(run, seq, 1.5, body)) for seq, body in enumerate(bodies_)]


def names(folder: Path, begin: str) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(begin)]


async def test_runs_come_in_again_as_they_went_out(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    async with await Journal.open(tmp_path / "from.db") as source, await Journal.open(tmp_path / "to.db") as target:
        await source.append("a", 0, started(text=LARGE), answered(LARGE), finished(LARGE))
        await source.append("b", 0, *run_of())
        await source.append("p", 0, *proof_of("a", "b"))
        await source.append("left", 0, *run_of())
        assert await export_runs(source, ["b", "a", "p"], file) == 10
        assert await import_runs(target, file) == Imported(3, 0)
        for run in ("a", "b", "p"):
            assert await target.read(run) == await source.read(run)
        assert await target.holds(["left"]) == frozenset()
        assert await target.last_kept("support", "quality") == "p"
        assert await import_runs(target, file) == Imported(0, 3)
        assert len(await target.read("a")) == 3
    assert names(tmp_path, "runs") == ["runs.jsonl"]


@settings(max_examples=8, deadline=None, database=None)
@given(st.tuples(*(bodies(kind) for kind in KINDS)))
def test_a_file_imported_and_exported_is_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, found: tuple[AnyBody, ...]
) -> None:
    folder = tmp_path_factory.mktemp("transfer")
    begin, end = (next(body for body in found if isinstance(body, kind)) for kind in (RunStarted, ProofStarted))
    others = [body for body in found if body not in (begin, end)]
    content = b"".join(line + b"\n" for line in [*lines("a", begin, *others), *lines("b", end, *others)])
    (folder / "in.jsonl").write_bytes(content)

    async def there_and_back() -> None:
        async with await Journal.open(folder / "j.db") as journal:
            await import_runs(journal, folder / "in.jsonl")
            await export_runs(journal, ["a", "b"], folder / "out.jsonl")

    asyncio.run(there_and_back())
    assert (folder / "out.jsonl").read_bytes() == content


async def test_lines_of_several_runs_may_be_mixed_and_some_empty(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_PAGE_BYTES", 100)
    file = tmp_path / "runs.jsonl"
    a, b = lines("a", *run_of("a")), lines("b", *run_of("b"))
    file.write_bytes(b"\n".join([a[0], b[0], b"", a[1], b" \r", b[1], b[2], a[2]]))
    assert await import_runs(journal, file) == Imported(2, 0)
    assert [event.body for event in await journal.read("a")] == list(run_of("a"))
    assert [event.body for event in await journal.read("b")] == list(run_of("b"))


async def test_an_empty_file_holds_no_runs(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    assert await import_runs(journal, tmp_path / "empty.jsonl") == Imported(0, 0)


GOOD = lines("a", *run_of())


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ([*GOOD, b"{"], 4, "not an event"),
        ([*GOOD, b"\xff\xfe"], 4, "not an event"),
        ([GOOD[0], GOOD[2]], 2, "event 2 of run 'a' came where 1 is due"),
        ([*GOOD, GOOD[0]], 4, "event 0 of run 'a' came where 3 is due"),
        ([b"", *GOOD, *lines("b", answered())], 5, "run 'b' does not begin with its start but with 'model.answered'"),
        ([*GOOD, GOOD[0].replace(b'"a"', b'"b"').replace(b"run.started", b"run.dreamt")], 4, "run.dreamt"),
        (
            [GOOD[0].replace(b'"input":"Where is my refund?"', b'"input":{"blob":"0","size":1}')],
            1,
            "give the text itself",
        ),
        ([GOOD[0].replace(b'"kind":', b'"v":9,"kind":')], 1, "version 9 of 'run.started'"),
    ],
)
async def test_a_wrong_line_is_named_and_nothing_is_added(
    journal: Journal, tmp_path: Path, content: list[bytes], line: int, says: str
) -> None:
    file = tmp_path / "wrong.jsonl"
    file.write_bytes(b"\n".join(content))
    with pytest.raises(EventUnreadable) as raised:
        await import_runs(journal, file)
    assert str(raised.value).startswith(f"{file}:{line}: ")
    assert says in str(raised.value)
    assert await journal.runs() == []


async def test_a_file_that_cannot_be_read_or_written_is_said(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"cannot read runs from .*none.jsonl.*No such file"):
        await import_runs(journal, tmp_path / "none.jsonl")
    await journal.append("a", 0, *run_of())
    with pytest.raises(JournalError, match=r"cannot write runs to .*no/such.jsonl.*No such file.*name another file"):
        await export_runs(journal, ["a"], tmp_path / "no" / "such.jsonl")


async def test_an_export_that_breaks_off_leaves_the_file_before_it(journal: Journal, tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text("before")
    await journal.append("a", 0, *run_of())
    with pytest.raises(RunNotFound, match="no run 'none'"):
        await export_runs(journal, ["a", "none"], file)
    assert file.read_text() == "before"
    assert names(tmp_path, "runs") == ["runs.jsonl"]


async def test_a_run_that_another_process_writes_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_bytes(b"\n".join([*lines("a", *run_of()), *lines("b", *run_of())]))

    class Slow(Journal):
        """A journal beside which another process is quicker."""

        async def holds(self, runs: Any) -> frozenset[str]:
            found = await super().holds(runs)
            async with await Journal.open(tmp_path / "j.db") as other:
                await other.append("a", 0, started(text="quicker"))
            return found

    async with await Slow.open(tmp_path / "j.db") as journal:
        with pytest.raises(RunConflict, match="run 'a' was also written"):
            await import_runs(journal, file)
        assert len(await journal.read("b")) == 3


async def test_exports_are_lines_of_json_that_other_programs_can_read(journal: Journal, tmp_path: Path) -> None:
    await journal.append("a", 0, *run_of("Größe"))
    await export_runs(journal, ["a"], tmp_path / "runs.jsonl")
    read: Callable[[str], Any] = json.loads
    found = [read(line) for line in (tmp_path / "runs.jsonl").read_text("utf-8").splitlines()]
    assert [(line["run"], line["seq"], line["body"]["kind"]) for line in found] == [
        ("a", 0, "run.started"),
        ("a", 1, "model.answered"),
        ("a", 2, "run.finished"),
    ]
    assert found[1]["body"]["text"] == "Größe"
