"""`vouch bench`: ask well-known labelled sets of models, and show them in one table.

It does not know the sets, nor how a line comes about.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, cast

import typer

from vouch.bench.bench import Options, Room
from vouch.bench.bench import bench as bench_task
from vouch.bench.catalogue import place_of, task_named
from vouch.bench.line import Line
from vouch.bench.row import Split
from vouch.bench.shots import Select
from vouch.bench.table import table
from vouch.cli.console import OK, command, escaped, out, show_json
from vouch.cli.progress import progress_bar
from vouch.contracts.embedder import Embedder
from vouch.errors import UsageError
from vouch.models.minilm.minilm import MiniLM
from vouch.project.config import Config
from vouch.project.project import Project, root_of
from vouch.proof.asking import Progress


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("bench")(bench)


@command
async def bench(
    tasks: Annotated[
        list[str],
        typer.Argument(help="sst2, conll2003, rte, xsum, banking77, clinc150, wnut17, squad2.", metavar="TASK..."),
    ],
    data: Annotated[
        Path,
        typer.Option("--data", help="The set: a file or a folder; of several tasks, a folder with one called as each."),
    ],
    models: Annotated[
        str, typer.Option("--models", help="Models, with commas between; without, local ones that can do the task.")
    ] = "",
    shots: Annotated[str, typer.Option("--shots", help="How many examples a prompt shows, such as 0,8.")] = "0",
    select: Annotated[str, typer.Option("--select", help="Which examples: nearest, random or first.")] = "nearest",
    n: Annotated[int, typer.Option("--n", min=0, help="Rows to ask, drawn by the seed; 0 asks all.")] = 500,
    train: Annotated[int, typer.Option("--train", min=0, help="Rows that teach or are shown; 0 takes all.")] = 0,
    split: Annotated[
        str, typer.Option("--split", help="Ask rows of train, dev or test; without: test, or else dev.")
    ] = "",
    seed: Annotated[int, typer.Option("--seed", help="Another draw of rows and random examples.")] = 0,
    temperature: Annotated[float, typer.Option("--temperature", help="Below 0 it is left to the provider.")] = 0.0,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, help="Questions at a time (32; 1 for models on this machine).")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what the journal has answers to.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Show every line of the table as JSON.")] = False,
) -> int:
    """Ask well-known labelled sets of models: one table with intervals, cost and latency.

    \b
    Examples:
      vouch bench sst2 --data glue/SST-2
      vouch bench banking77 --data banking77.csv --models local/classifier,openai/gpt-4o-mini --shots 0,8
      vouch bench sst2 wnut17 squad2 --data sets --n 200 --json
    """
    options = Options(
        shots=_numbers(shots),
        n=n,
        train=train,
        seed=seed,
        select=cast("Select", select),
        split=_split(split),
        temperature=None if temperature < 0 else temperature,
        concurrency=concurrency,
        fresh=fresh,
    )
    chosen = [(task, place_of(task, data, alone=len(tasks) == 1)) for task in map(task_named, dict.fromkeys(tasks))]
    names = [name.strip() for name in models.split(",") if name.strip()]
    project = Project.find(Path()) if root_of(Path()) else Project(Path.cwd(), Config())
    lines: list[Line] = []
    async with await project.house() as house:

        def embedder() -> Embedder:
            # The one of the local models, where they have opened it already.
            weights = project.config.local.weights
            if "minilm" not in house.shared:
                house.shared["minilm"] = MiniLM.open(project.root / weights if weights else None)
            return cast("Embedder", house.shared["minilm"])

        with ExitStack() as bars:
            room = Room(
                house=house,
                embedder=embedder,
                cache=project.root / project.config.local.cache,
                progress=lambda what: _bar(what, bars),
            )
            for task, place in chosen:
                lines += await bench_task(task, place, names, room, options=options)
    for line in lines if json else ():
        show_json(line)
    if not json:
        out.print(escaped(table(lines)))
    return OK


def _bar(what: str, bars: ExitStack) -> Progress:
    bar = bars.enter_context(progress_bar())
    task = bar.add_task(what, total=None)

    def show(done: int, n: int) -> None:
        bar.update(task, completed=done, total=n)
        if done == n:
            bar.stop()

    return show


def _numbers(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise UsageError(f"--shots {text!r}: whole numbers with commas between are wanted, such as 0,8")
    return tuple(int(part) for part in parts)


def _split(text: str) -> Split:
    if text in ("", "train", "dev", "test"):
        return text
    raise UsageError(f"--split {text!r}: train, dev or test is wanted")
