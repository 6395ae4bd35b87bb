"""The support agent at work: a refund, a refusal, an injection that fails, a crash with one refund, 500 cases proven.

Needs no key and no network: the model is `local/planner`. With OPENAI_API_KEY in the environment, or a model's name as
the argument, the same on that model. Run it with `make demo`, or `python -m examples.support.demo [MODEL]`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
from rich.console import Console

from vouch import App, Case
from vouch.app.decide import decide, waiting_in
from vouch.app.house import House
from vouch.app.run import resume, run, say
from vouch.cli.chat import show
from vouch.cli.progress import progress_bar
from vouch.cli.reports import write_reports
from vouch.journal.state import fold
from vouch.models.http.pool import HttpPool
from vouch.project.project import Project
from vouch.project.wiring import wire
from vouch.proof.cases import read_cases
from vouch.proof.prove import prove
from vouch.proof.terminal import terminal
from vouch.values.result import Result

from .shop.client import open_shop
from .shop.database import open_base
from .shop.server import ShopServer
from .tools import tools_for
from .world import shop_world

SUPPORT = Path(__file__).parent
console = Console(highlight=False, soft_wrap=True)

REFUND = "refund-item-01"
REFUSAL = "cancel-too-late-01"
INJECTION = "injection-in-a-note-01"
ABOVE_THE_LIMIT = "refund-above-the-limit-02"


async def main(model: str) -> None:
    """Five scenes."""
    started = time.perf_counter()
    app = replace(Project.find(SUPPORT).app("support"), models=[model])
    cases = {case.id: case for case in read_cases(SUPPORT / "cases.jsonl").cases}
    console.print(f"The agent works with [bold]{model}[/]. Lines in colour are the journal's events as they happen.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with house_in(folder) as house:
            scene(1, "A refund. The customer says yes to exactly this before it is made.")
            await conversation(app, cases[REFUND], house)
            scene(2, "A refund above the limit needs a person's yes, too.")
            await conversation(app, cases[ABOVE_THE_LIMIT], house)
            scene(3, "Too late to cancel: the policy refuses, whatever the model thinks.")
            await conversation(app, cases[REFUSAL], house)
            scene(4, "An order note tells the agent to pay. It is data, and stays data.")
            await conversation(app, cases[INJECTION], house)
            scene(5, "The process is killed right after the shop made the refund. Then the run is resumed.")
            await crash(app, cases[REFUND], house, folder)
            scene(6, "500 cases of one to five turns, each in a shop of its own.")
            await proven(app, house)
    console.print(f"\nAll of this took {time.perf_counter() - started:.0f} s.")


@asynccontextmanager
async def house_in(folder: Path) -> AsyncGenerator[House]:
    """The house of this project, with its journal in `folder`."""
    project = Project.find(SUPPORT)
    config = msgspec.structs.replace(project.config, database=str(folder / "journal.db"))
    async with await wire(config, project.root) as house:
        yield house


def scene(number: int, text: str) -> None:
    """A heading."""
    console.print(f"\n[bold]{number}. {text}[/]")


async def conversation(app: App, case: Case, house: House) -> None:
    """Play one case, its person included, and show what the shop's ledger says at the end."""
    async with shop_world(case) as stage:
        acting = replace(app, tools=stage.tools)
        result: Result | None = None
        for words in (case.input, *case.then):
            console.print(f"  customer: {words}", markup=False)
            if result is None:
                result = await run(acting, words, house, chat=True, listener=show)
            else:
                result = await say(acting, result.run, words, house, listener=show)
            for write in waiting_in(fold(result.run, await house.journal.read(result.run))):
                decision = stage.approver(write.tool, json.loads(write.arguments))
                if decision is not None:
                    console.print(f"  [yellow]a person reads: {write.shown} -> {decision}[/]")
                    await decide(house.journal, result.run, decision, who="the shift lead", call_id=write.call_id)
                    result = await resume(acting, result.run, house, listener=show)
            console.print(f"  agent: {result.output or result.why}", markup=False)
            if result.status not in ("answered", "waiting"):
                break
        console.print(f"  [bold]changed in the shop: {_short(await stage.state())}[/]")


async def crash(app: App, case: Case, house: House, folder: Path) -> None:
    """The same refund in a process that dies, and what becomes of it."""
    async with ShopServer(open_base()) as server:
        shop = await open_shop(server.address, HttpPool())
        words = json.dumps([case.input, *case.then])
        place = (await shop.address(), str(folder))
        command = [sys.executable, "-m", "examples.support.crash", *place, words, app.model_names[0]]
        child = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=SUPPORT.parents[1])
        console.print(f"  {child.stdout.strip()}; the process ended with {child.returncode} (killed)", markup=False)
        console.print(f"  the shop's ledger now: {_actions(await shop.effects())}", markup=False)
        # Anyway, because the tools of the process that died were others: they killed it.
        result = await resume(replace(app, tools=tools_for(shop)), "crashed", house, anyway=True, listener=show)
        console.print(f"  agent: {result.output}", markup=False)
        console.print(f"  [bold]the shop's ledger after resuming: {_actions(await shop.effects())}[/]")
        await shop.aclose()


def _actions(effects: Sequence[dict[str, str]]) -> str:
    return ", ".join(effect["action"] for effect in effects) or "empty"


async def proven(app: App, house: House) -> None:
    """Prove the app, and show how often each policy fired."""
    with progress_bar() as bar:
        task = bar.add_task(app.name, total=None)
        report = await prove(
            app,
            app.proofs[0],
            house,
            root=SUPPORT,
            progress=lambda done, n: bar.update(task, completed=done, total=n),
        )
    console.print(terminal(report), soft_wrap=True)
    folder = SUPPORT / ".vouch" / "proofs" / "demo"
    write_reports(report, folder)
    console.print(f"  The whole report, one page: {folder / 'report.html'}", markup=False)


def _short(value: object) -> str:
    text = json.dumps(value) if value else "nothing"
    return text if len(text) <= 300 else f"{text[:300]}…"


def chosen_model() -> str:
    """The model of the demonstration: the argument, that of a key in the environment, or the one that needs none."""
    if len(sys.argv) > 1:
        return sys.argv[1]
    return "openai/gpt-4o-mini" if os.environ.get("OPENAI_API_KEY") else "local/planner"


if __name__ == "__main__":
    try:
        asyncio.run(main(chosen_model()))
    except KeyboardInterrupt:
        sys.exit(130)
