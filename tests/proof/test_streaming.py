"""A proof of any size holds only what its figures need, and asks what it read though the file is edited meanwhile."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from vouch import judges, scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.errors import AppError, CaseError, UsageError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.proof import asking
from vouch.proof.asking import Options
from vouch.proof.judging import Options as JudgeOptions
from vouch.proof.judging import prove_judge
from vouch.proof.labelled import opened, read_answers
from vouch.proof.prove import prove
from vouch.proof.recorded import read_proof
from vouch.proof.report import Report, Row
from vouch.proof.whole import write_whole
from vouch.values.case import Case, Dataset
from vouch.values.message import assistant
from vouch.values.request import Answer, Request

LONG = " and so on, at some length, as people do" * 400


class Echo(Scripted):
    """Says what it is told, but for every seventh; remembers nothing of it."""

    def __init__(self, wrong: int = 7) -> None:
        super().__init__(lambda request: self._say(request.messages[-1].text), name=f"echo/{wrong}")
        self._wrong = wrong

    def _say(self, text: str) -> str:
        return "no" if int(text.split()[1]) % self._wrong == 0 else text

    async def answer(self, request: Request) -> Answer:
        said = await super().answer(request)
        self.requests.clear()
        return said


def write_cases(folder: Path, n: int, text: str = LONG) -> Proof:
    with (folder / "cases.jsonl").open("w") as file:
        for number in range(n):
            said = f"case {number}{text}"
            file.write(json.dumps({"id": f"c-{number}", "input": said, "expected": said, "tags": ["ab"[number % 2]]}))
            file.write("\n")
    return Proof("cases.jsonl", scorers.exact(), Gate(claim=0.5))


def echo(proof: Proof, model: Scripted) -> App:
    return App(name="echo", models=[model], proofs=[proof])


def read_rows(file: Path) -> list[Row]:
    return [msgspec.json.decode(line, type=Row) for line in file.read_bytes().splitlines()]


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


async def grown(folder: Path, n: int) -> tuple[int, int]:
    """The most bytes that were held while `n` cases were proven for the first time, and again."""
    folder.mkdir()  # noqa: ASYNC240 - nothing else runs
    proof, model = write_cases(folder, n), Echo()
    peaks: list[int] = []
    async with (
        await Journal.open(folder / "journal.db") as journal,
        House(journal=journal, open_model=lambda _name: model) as house,
    ):
        for _ in range(2):
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            options = Options(rows=10, concurrency=4)
            report = await prove(
                echo(proof, model), proof, house, root=folder, options=options, rows_to=folder / "rows.jsonl"
            )
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
            assert (report.n, report.wrong, len(report.rows)) == (n, -(-n // 7), 10)
    return peaks[0], peaks[1]


@pytest.mark.usefixtures("traced")
async def test_memory_does_not_grow_with_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_TOGETHER", 20)
    await grown(tmp_path / "warm", 20)
    few, many = await grown(tmp_path / "few", 50), await grown(tmp_path / "many", 130)
    # A case and its answer weigh 16 KB each, and its row both.
    for small, large in zip(few, many, strict=True):
        assert (large - small) / 80 < 2_500


async def test_a_report_holds_the_rows_that_matter_and_the_file_holds_all(house: House, tmp_path: Path) -> None:
    proof, rows = write_cases(tmp_path, 60, ""), tmp_path / "report.jsonl"
    first = await prove(echo(proof, Echo(59)), proof, house, root=tmp_path, options=Options(keep=True))
    assert (len(first.rows), first.right) == (60, 58)
    report = await prove(
        echo(proof, Echo()), proof, house, root=tmp_path, options=Options(rows=12, concurrency=7), rows_to=rows
    )
    assert [row.case for row in read_rows(rows)] == [f"c-{number}" for number in range(60)]
    wrong = [f"c-{number}" for number in range(0, 60, 7)]
    # Broken and wrong first, then what was mended, then right ones.
    assert [row.case for row in report.rows if row.wrong] == wrong
    assert report.mended == ("c-59",)
    assert [row.case for row in report.rows if not row.wrong] == ["c-1", "c-2", "c-59"]
    assert [(tagged.tag, tagged.right, tagged.interval.n) for tagged in report.tagged] == [("a", 25, 30), ("b", 26, 30)]
    write_whole(tmp_path / "report.json", msgspec.json.encode(report))
    assert (await read_proof(str(tmp_path), house.journal, ())).rows == tuple(read_rows(rows))
    rows.write_bytes(b"".join(rows.read_bytes().splitlines(keepends=True)[:-1]))
    assert len((await read_proof(str(tmp_path), house.journal, ())).rows) == 12
    for options, kept in ((Options(rows=3), 3), (Options(rows=0), 0), (Options(rows=None), 60)):
        again = await prove(echo(proof, Echo()), proof, house, root=tmp_path, options=options)
        assert (len(again.rows), again.wrong, again.cached) == (kept, 9, 60)
    with pytest.raises(AppError, match="rows = -1"):
        Options(rows=-1)


async def test_what_is_asked_is_what_was_read(house: House, tmp_path: Path) -> None:
    proof = write_cases(tmp_path, 700, "")
    digest = Dataset(
        "d", tuple(Case(f"c-{n}", f"case {n}", f"case {n}", tags=("ab"[n % 2],)) for n in range(700))
    ).digest

    class Editing(Echo):
        async def answer(self, request: Request) -> Answer:
            write_cases(tmp_path, 3, "edited")
            (tmp_path / "cases.jsonl").unlink(missing_ok=True)
            return await super().answer(request)

    report = await prove(echo(proof, Editing()), proof, house, root=tmp_path)
    assert (report.n, report.right, report.dataset_digest) == (700, 600, digest)
    with pytest.raises(CaseError, match="there is no file of cases"):
        await prove(echo(proof, Echo()), proof, house, root=tmp_path)


async def test_answers_of_a_file_are_those_in_memory(house: House, tmp_path: Path) -> None:
    lines = [
        {"id": f"a-{n}", "input": f"question {n}", "output": f"answer {n}", "human": n % 2 if n < 10 else None}
        for n in range(40)
    ]
    file = tmp_path / "answers.jsonl"
    file.write_text("\ufeff" + "\n\n".join(map(json.dumps, lines)))
    with opened(file, tmp_path) as answers:
        assert tuple(answers.answers) == read_answers(file).answers
        assert answers.digest == read_answers(file).digest
        file.unlink()
        model = Scripted(lambda _request: '{"reason": "so", "score": 4}')
        judge = judges.geval("It is right.", judge="j/m", steps=["Read."])
        asking = House(journal=house.journal, open_model=lambda _name: model)
        options = JudgeOptions(rows=12, wanted=5)
        report = await prove_judge(judge, answers, asking, options=options, rows_to=tmp_path / "rows.jsonl")
    assert (report.n, report.labels, report.unscored) == (40, 10, 0)
    # Labels on which judge and people differ first, then the other labels, then the rest.
    assert [row.case for row in report.rows] == [f"a-{n}" for n in range(12)]
    assert len((tmp_path / "rows.jsonl").read_bytes().splitlines()) == 40


async def test_a_folder_that_takes_no_rows_is_an_error(house: House, tmp_path: Path) -> None:
    proof = write_cases(tmp_path, 3, "")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="the reports cannot be written to"):
        await prove(echo(proof, Echo()), proof, house, root=tmp_path, rows_to=tmp_path / "file" / "rows.jsonl")


def sure(request: Request) -> Answer:
    return Answer(assistant(request.messages[-1].text), confidence=0.9)


async def test_several_proofs_at_once_share_nothing(house: House, tmp_path: Path) -> None:
    proof = write_cases(tmp_path, 40, "")
    found: list[Report] = await asyncio.gather(
        *(
            prove(
                App(name=f"app-{n}", models=[Scripted(sure, name=f"m/{n}")], proofs=[proof]),
                proof,
                house,
                root=tmp_path,
            )
            for n in range(3)
        )
    )
    assert [(report.n, report.right, report.verdict, report.cached) for report in found] == [(40, 40, "ship", 0)] * 3
