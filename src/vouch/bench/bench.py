"""A benchmark: one task, asked of several models, zero- and few-shot, each as an app that is proven.

It does not know how the set was published, nor how the table is shown.

Every line is a proof of an app of its own, so its runs are in the journal, are found there again by content, and go on
where an interrupted benchmark stopped. A model that learns is taught with the rows of the set; any other is shown its
examples in the prompt, chosen for each question.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import structs

from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.bench.baselines.shelf import PREFIX, baseline
from vouch.bench.line import Line, cost_of, figures
from vouch.bench.row import Row, Split
from vouch.bench.sampling import Drawn, draw
from vouch.bench.shots import SELECTS, Select, Shots
from vouch.bench.task import Task
from vouch.contracts.embedder import Embedder
from vouch.contracts.model import Learner, Model
from vouch.errors import UsageError
from vouch.prompts.prompt import Prompt
from vouch.proof.asking import Options as Proving
from vouch.proof.asking import Progress
from vouch.proof.prove import prove
from vouch.proof.report import Report
from vouch.stats.percentile import percentile
from vouch.values.case import Case, Dataset
from vouch.values.message import user
from vouch.values.money import ZERO, Usage
from vouch.values.request import Example, Settings
from vouch.values.request import ask as ask_with
from vouch.values.result import Result

AT_ONCE: Final = 32
"""Questions at a time to a model that is elsewhere. One on this machine is asked one after another: there, questions
at once would only wait for each other, and that would be measured."""

_BODY: Final = """# system
{{ instruction }}

# user
{% for passage in passages %}
{{ passage["text"] }}

{% endfor %}
{{ input }}
{{ asks }}:"""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to ask, and how.

    At most `n` rows are asked and `train` teach (0: all), drawn by `seed`. `shots` are the numbers of examples shown,
    chosen by `select`. A `temperature` of None leaves it to the provider. `concurrency` None is 32 for models
    elsewhere, 1 for those on this machine. `fresh` asks again what the journal has answers to.
    """

    shots: Sequence[int] = (0,)
    n: int = 500
    train: int = 0
    seed: int = 0
    select: Select = "nearest"
    split: Split = ""
    temperature: float | None = 0.0
    concurrency: int | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        if self.n < 0 or self.train < 0 or any(shots < 0 for shots in self.shots) or not self.shots:
            raise UsageError(
                f"n={self.n!r}, train={self.train!r}, shots={self.shots!r}: whole numbers from 0 are wanted, and at "
                "least one number of shots"
            )
        if self.select not in SELECTS:
            raise UsageError(f"select={self.select!r}: {', '.join(SELECTS)} are wanted")


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a benchmark needs from outside: the house, an embedder when it is first wanted, and a folder for vectors."""

    house: House
    embedder: Callable[[], Embedder]
    cache: Path | None = None
    progress: Callable[[str], Progress | None] = field(default=lambda _what: None)
    """For the name of a line: what to call as its cases are judged."""


class Entry(NamedTuple):
    """A line still to be made: an app, how many examples it is shown (None: it learns), and whether it is here."""

    app: App
    shots: int | None
    local: bool


async def bench(
    task: Task, data: Path, models: Sequence[str], room: Room, *, options: Options | None = None
) -> list[Line]:
    """One line for each model and number of shots; no models are the task's own local ones.

    Raises `CaseError` for data that cannot be used, a `UsageError` for a model there is not, and a `StoreError`.
    """
    options = options or Options()
    rows = task.read(data)
    drawn = draw(rows, n=options.n, train=options.train, seed=options.seed, split=options.split)
    cases = tuple(
        Case(f"{task.name}-{number:05}", row.input, row.expected, row.tags, row.source)
        for number, row in enumerate(drawn.asked, 1)
    )
    scorers = task.scorers(rows)
    proof = Proof(Dataset(task.name, cases), scorers[0], Gate(alone=()), also=scorers[1:])
    lines: list[Line] = []
    for entry in entries(task, rows, drawn, models or task.local, room, options):
        learning = await _taught(entry, proof, room.house, fresh=options.fresh)
        name = f"{task.name} · {entry.app.model_names[0]} · {_shots(entry.shots)}"
        report = await prove(
            entry.app,
            proof,
            room.house,
            options=Proving(concurrency=_at_once(entry, options), fresh=options.fresh, keep=False, rows=None),
            progress=room.progress(name),
        )
        line = await _line(task, rows, drawn, entry, proof, report, room.house)
        lines.append(structs.replace(line, select=options.select if entry.shots else "", learning=learning))
    return lines


def entries(
    task: Task, rows: Sequence[Row], drawn: Drawn, models: Sequence[str], room: Room, options: Options
) -> Iterator[Entry]:
    """The apps to be proven. Every model is opened first, so that a missing key is told before anything is asked."""
    opened = [(name, _opened(name, room)) for name in dict.fromkeys(models)]
    examples = tuple(Example(row.input, row.answer) for row in drawn.train)
    for name, model in opened:
        given = model if name.startswith(PREFIX) else name
        local = name.startswith((PREFIX, "local/"))
        if name.startswith(PREFIX) or isinstance(model, Learner):
            # One example is shown in the messages, for the journal's sake; all of them teach.
            prompt = Prompt.text("", name=task.name, examples=examples, select="first", k=1)
            yield Entry(App(name=f"bench-{task.name}", models=[given], prompt=prompt), None, local)
            continue
        for shots in dict.fromkeys(options.shots):
            yield Entry(_prompted(task, rows, drawn, given, shots, room, options), shots, local)


def _prompted(
    task: Task, rows: Sequence[Row], drawn: Drawn, model: str | Model, shots: int, room: Room, options: Options
) -> App:
    prompt = Prompt.text(
        _BODY,
        name=task.name,
        settings=Settings(temperature=options.temperature),
        inputs={
            "instruction": {"type": "string", "default": task.instruction(rows)},
            "asks": {"type": "string", "default": task.asks},
            "passages": {"type": "array", "default": []},
        },
    )
    knowledge = None
    if shots:
        embedder = room.embedder() if options.select == "nearest" else None
        knowledge = Shots(
            drawn.train,
            k=shots,
            asks=task.asks,
            select=options.select,
            seed=options.seed,
            embedder=embedder,
            cache=room.cache,
        )
    return App(name=f"bench-{task.name}", models=[model], prompt=prompt, knowledge=knowledge)


def _opened(name: str, room: Room) -> Model:
    return baseline(name, room.embedder) if name.startswith(PREFIX) else room.house.model(name)


def _at_once(entry: Entry, options: Options) -> int:
    return options.concurrency or (1 if entry.local else AT_ONCE)


def _shots(shots: int | None) -> str:
    return "taught" if shots is None else f"{shots}-shot"


async def _taught(entry: Entry, proof: Proof, house: House, *, fresh: bool) -> float:
    """The seconds it took a model that learns to be taught; 0 for others, and where nothing will be asked.

    It is taught with a question of no consequence, so that no case of the proof pays for it.
    """
    app = entry.app
    assert isinstance(proof.cases, Dataset)  # noqa: S101 - made so above
    if entry.shots is not None:
        return 0.0
    keys = {app.key(case.input) for case in proof.cases.cases}
    if not fresh and len(await house.journal.results(list(keys))) == len(keys):
        return 0.0
    started = time.perf_counter()
    await house.model(app.models[0]).answer(ask_with(app.frames[app.model_names[0]], [user("Anything?")]))
    return time.perf_counter() - started


async def _line(
    task: Task, rows: Sequence[Row], drawn: Drawn, entry: Entry, proof: Proof, report: Report, house: House
) -> Line:
    app = entry.app
    asked = await _asked(app, proof, report, house)
    scorers = (proof.scorer, *proof.also)
    found = await figures(scorers, asked, [task.measure, *(scorer.name for scorer in proof.also)])
    results = [result for _, result in asked]
    answered = [result for result in results if result.status == "answered"]
    latencies = [result.seconds for result in answered]
    missing = [result for result in results if result.status != "answered"]
    return Line(
        task=task.name,
        model=app.model_names[0],
        shots=entry.shots,
        select="",
        taught=len(drawn.train) if entry.shots is None else 0,
        where=drawn.where,
        figure=found[0],
        more=tuple(found[1:]),
        n=len(asked),
        unanswered=len(missing),
        unreadable=sum(not task.readable(rows, result.output) for result in answered),
        cost=ZERO if app.model_names[0].startswith(PREFIX) else cost_of(results),
        median=percentile(latencies, 0.5),
        p95=percentile(latencies, 0.95),
        usage=sum((result.usage for result in results), Usage()),
        seconds=report.seconds,
        cached=report.cached,
        proof_run=report.proof_run,
        why=missing[0].why.removeprefix("no answer, ") if missing else "",
    )


async def _asked(app: App, proof: Proof, report: Report, house: House) -> list[tuple[Case, Result]]:
    """Every case with how its run ended: from the journal with all that it used, or else from the report."""
    assert isinstance(proof.cases, Dataset)  # noqa: S101 - made so above
    cases = proof.cases.cases
    known = await house.journal.results([app.key(case.input) for case in cases])
    asked: list[tuple[Case, Result]] = []
    for case, row in zip(cases, report.rows, strict=True):
        result = known.get(app.key(case.input))
        if result is None or row.status != result.status:
            result = Result(row.run, row.status, row.output, cost=row.cost, seconds=row.seconds, why=row.why)
        asked.append((case, result))
    return asked
