"""`vouch index`: build, refresh, go back, compare, measure, tune and prove the index of an app's knowledge.

It does not know how an index is kept or searched.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Protocol, runtime_checkable

import typer

from vouch.cli.console import OK, command, escaped, notes, out, show_json
from vouch.cli.index_proving import prove
from vouch.cli.index_tuning import tune
from vouch.cli.knowing import App, Of, Topic, topics
from vouch.cli.progress import progress_bar
from vouch.contracts.index import Version
from vouch.errors import UsageError
from vouch.knowledge.building import Refreshed
from vouch.knowledge.difference import between

HELP: Final = """Build, refresh, compare, tune and prove the index of an app's knowledge.

\b
Examples:
  vouch index build shop
  vouch index refresh shop
  vouch index diff shop
  vouch index rollback shop
  vouch index tune shop --target 0.98
  vouch index prove shop questions.jsonl
"""

SHOWN: Final = 20
"""Names of a list; the others are counted."""

Json = Annotated[bool, typer.Option("--json", help="Show everything as JSON.")]


@runtime_checkable
class Placed(Protocol):
    """An engine that tells where it keeps its index."""

    @property
    def place(self) -> str:
        """A folder, or a server without its password."""
        ...


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    index = typer.Typer(
        help=HELP,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for work in (build, refresh, rollback, diff, stats, tune, prove):
        index.command(work.__name__)(work)
    cli.add_typer(index, name="index")


@command
async def build(
    app: App,
    of: Of = None,
    anew: Annotated[bool, typer.Option("--anew", help="Read and cut everything, also what has not changed.")] = False,
    processes: Annotated[
        int, typer.Option("--processes", min=0, help="How many read where that takes long; 0: one a core.")
    ] = 0,
    json: Json = False,
) -> int:
    """Build the index beside the live version and swap them; after an interruption the same command goes on.

    What was embedded before is not embedded again.

    \b
    Examples:
      vouch index build shop
      vouch index build shop --anew --processes 4
    """
    async with topics(app, of) as found:
        for topic in found:
            await _bring_up(topic, anew=anew, processes=processes or os.cpu_count() or 1, json=json)
    return OK


@command
async def refresh(app: App, of: Of = None, json: Json = False) -> int:
    """Index what changed since, beside the live version, and swap them; also after a rollback.

    \b
    Example:
      vouch index refresh shop
    """
    async with topics(app, of) as found:
        for topic in found:
            if await topic.following.engine.snapshot() is None:
                raise UsageError(f"{topic.name} has no index yet; build it first: vouch index build {app}")
            await _bring_up(topic, anew=False, processes=os.cpu_count() or 1, json=json)
    return OK


@command
async def rollback(
    app: App,
    version: Annotated[str, typer.Argument(help="The version; without, the one before the live one.")] = "",
    of: Of = None,
) -> int:
    """Make an older version the live one. It stays that until the next refresh or build.

    \b
    Examples:
      vouch index rollback shop
      vouch index rollback shop 000002-5e1f9c33
    """
    async with _one(app, of) as topic:
        live = await topic.following.engine.rollback(version)
    out.print(f"{topic.name}: version {live} answers now, until the next `vouch index refresh {app}`")
    return OK


@command
async def diff(
    app: App,
    before: Annotated[str, typer.Argument(help="A version; without, the one before the live one.")] = "",
    after: Annotated[str, typer.Argument(help="A version; without, the live one.")] = "",
    of: Of = None,
    everything: Annotated[bool, typer.Option("--all", help=f"Name all documents, not the first {SHOWN}.")] = False,
    json: Json = False,
) -> int:
    """Name the documents by which two versions differ.

    \b
    Examples:
      vouch index diff shop
      vouch index diff shop 000002-5e1f9c33 000004-0c2b8d1e --all
    """
    async with _one(app, of) as topic:
        found = await between(topic.following.engine, before, after)
    if json:
        show_json(found)
        return OK
    out.print(f"{topic.name}: {found.before} -> {found.after}")
    for word, names in (("added", found.added), ("changed", found.changed), ("removed", found.removed)):
        out.print(f"  {word:8} {len(names):,}")
        for name in names if everything else names[:SHOWN]:
            out.print(f"    {escaped(name)}")
        if not everything and len(names) > SHOWN:
            out.print(f"    ... and {len(names) - SHOWN:,} more; --all names them")
    return OK


@command
async def stats(app: App, of: Of = None, json: Json = False) -> int:
    """Tell what the index holds: its versions, documents and chunks, its embedder, and its size on the disk.

    \b
    Example:
      vouch index stats shop
    """
    async with topics(app, of) as found:
        for topic in found:
            versions = await topic.following.engine.versions()
            place, vectors = _place(topic), _bytes(topic.following.folder / "embedded")
            size = _bytes(topic.following.folder)
            if Path(place) != topic.following.folder:
                size += _bytes(Path(place))
            if json:
                show_json(
                    {"name": topic.name, "folder": str(topic.following.folder), "place": place, "versions": versions}
                    | {"bytes": size, "remembered_bytes": vectors}
                )
                continue
            _show(topic, versions)
            out.print(f"  {size / 1e6:,.1f} MB on the disk, {vectors / 1e6:,.1f} MB of it vectors kept by content")
    return OK


def _show(topic: Topic, versions: Sequence[Version]) -> None:
    out.print(f"{topic.name}: {escaped(_place(topic))}")
    for each in versions:
        made = datetime.fromtimestamp(each.made, UTC).strftime("%Y-%m-%d %H:%M")
        out.print(
            f"  {'live' if each.live else '':4} {each.name}  {each.documents:,} documents, {each.chunks:,} chunks, "
            f"made {made} UTC, {escaped(each.embedder) or 'words alone'}"
        )
    if not versions:
        out.print("  no version yet")


def _place(topic: Topic) -> str:
    engine = topic.following.engine
    return engine.place if isinstance(engine, Placed) else str(topic.following.folder)


@asynccontextmanager
async def _one(app: str, of: str | None) -> AsyncGenerator[Topic]:
    async with topics(app, of) as found:
        if len(found) > 1:
            names = ", ".join(topic.name for topic in found)
            raise UsageError(f"{app!r} knows by several indexes; name one: --of NAME; there are: {names}")
        yield found[0]


async def _bring_up(topic: Topic, *, anew: bool, processes: int, json: bool) -> None:
    with progress_bar() as bar:
        reads = bar.add_task(f"{topic.name} · read", total=None)
        embeds = bar.add_task(f"{topic.name} · embedded", total=None, visible=False)
        done = await topic.following.refresh(
            lambda count, n: bar.update(embeds, completed=count, total=n, visible=True),
            reading=lambda count, n: bar.update(reads, completed=count, total=n),
            processes=processes,
            anew=anew,
        )
    if json:
        show_json({"name": topic.name, "done": done})
    else:
        _tell(topic.name, done)


def _tell(name: str, done: Refreshed) -> None:
    if done.documents or done.removed:
        out.print(
            f"{name}: version {done.version} is live: {done.documents:,} documents new or changed in {done.chunks:,} "
            f"chunks, {done.embedded:,} of them embedded now; {done.removed:,} removed"
        )
    else:
        out.print(f"{name}: version {done.version} is what the {done.items:,} documents say; nothing to do")
    for each in done.skipped[:SHOWN]:
        notes.print(f"  skipped {escaped(each.path)}: {escaped(each.why)}", style="yellow", soft_wrap=True)
    if len(done.skipped) > SHOWN:
        notes.print(f"  ... and {len(done.skipped) - SHOWN:,} more were skipped", style="yellow", soft_wrap=True)


def _bytes(folder: Path) -> int:
    files: Sequence[Path] = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    return sum(path.stat().st_size for path in files)
