"""The first main job from end to end: prove the triage app on 500 cases, see a worse version held, ask the proven one.

Needs no key and no network. Run it with `make demo-triage`, or `python -m examples.triage.demo`.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import msgspec
from rich.console import Console

from vouch import App
from vouch.app.house import House
from vouch.app.run import run
from vouch.cli.progress import progress_bar
from vouch.cli.reports import write_reports
from vouch.project.project import Project
from vouch.project.wiring import wire
from vouch.proof.prove import prove
from vouch.proof.report import Report
from vouch.proof.terminal import terminal

HERE = Path(__file__).parent
console = Console(highlight=False, soft_wrap=True)

MAILS = (
    "Hello, my parcel was due on Tuesday and still has not come. Can you tell me where it is?",
    "There are two payments for the same order on my bank statement, please look into it.",
    "Hi, about my last mail, it happened again. Please advise!",
)


async def main() -> None:
    """Prove, hold back, prove again, ask."""
    started = time.perf_counter()
    project = Project.find(HERE)
    triage, worse = project.app("triage"), project.app("worse")
    # A journal of its own each time, so that the demonstration always begins at the beginning.
    with tempfile.TemporaryDirectory() as folder:
        config = msgspec.structs.replace(project.config, database=str(Path(folder) / "journal.db"))
        async with await wire(config, project.root) as house:
            say(1, "Prove the triage app: 500 mails it has never seen, one of some twenty intents each.")
            report = await proven(triage, house)
            folder_of_reports = HERE / ".vouch" / "proofs" / "demo"
            write_reports(report, folder_of_reports)

            say(2, "An accident: someone mixed up its examples. Does the gate notice?")
            await proven(worse, house)

            say(3, "Prove the good version again. Nothing changed, so nothing is asked again.")
            await proven(triage, house)

            say(4, "Put it to work: what clears the certified threshold goes out alone, the rest to a person.")
            await answer(triage, report, house)
    console.print(f"\nThe whole report, one page:  {folder_of_reports / 'report.html'}", markup=False)
    console.print(f"The certificate:             {folder_of_reports / 'certificate.json'}", markup=False)
    console.print(f"All of this took {time.perf_counter() - started:.0f} s, without a key or a network.")


def say(number: int, text: str) -> None:
    """A heading."""
    console.print(f"\n[bold]{number}. {text}[/]")


async def proven(app: App, house: House) -> Report:
    """Run the app's proof and show what came out."""
    with progress_bar() as bar:
        task = bar.add_task(app.name, total=None)
        report = await prove(
            app,
            app.proofs[0],
            house,
            root=HERE,
            progress=lambda done, n: bar.update(task, completed=done, total=n),
        )
    console.print(terminal(report))
    return report


async def answer(app: App, report: Report, house: House) -> None:
    """Ask the app, with the strictest threshold that was certified."""
    certified = [selection for selection in report.selections if selection.threshold is not None]
    if not certified:
        console.print("  No threshold could be certified, so every mail goes to a person.")
        return
    strictest = max(certified, key=lambda selection: selection.target)
    careful = replace(app, least_confidence=strictest.threshold)
    for mail in MAILS:
        result = await run(careful, mail, house)
        outcome = f"[green]{result.output}[/]" if result.status == "answered" else "[yellow]handed over[/]"
        console.print(f"  “{mail}”\n    -> {outcome}  {'' if result.status == 'answered' else result.why}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(130)
