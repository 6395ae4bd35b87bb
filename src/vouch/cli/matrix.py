"""`vouch prove --models --prompts`: one table of all combinations.

It does not know how combinations are proven or compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.progress import Progress

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.cli.console import OK, out, show_json
from vouch.cli.progress import progress_bar
from vouch.errors import AppError, UsageError
from vouch.proof.asking import Options
from vouch.proof.asking import Progress as Told
from vouch.proof.matrix import Matrix, Variant, prove_matrix, variants
from vouch.proof.matrix_table import matrix_markdown, sentence, table
from vouch.proof.sentences import printable
from vouch.proof.whole import write_whole


def listed(option: str, text: str | None) -> list[str]:
    """The names in a list with commas; raises a `UsageError` for an empty one."""
    if text is None:
        return []
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise UsageError(f"{option} {text!r}: names are wanted, with commas between them and without a gap")
    return names


async def prove_combinations(
    app: App,
    proofs: Sequence[Proof],
    house: House,
    *,
    models: Sequence[str],
    prompts: Sequence[str],
    root: Path,
    to: Path,
    options: Options,
    json: bool,
) -> int:
    """Prove every combination on every proof, show a table for each, and write it into the folder `to`."""
    if options.early or options.keep:
        raise AppError("a matrix asks all cases of every combination and keeps none: leave --early and --keep away")
    found = variants(app, models, [Path(prompt) for prompt in prompts])
    for proof in proofs:
        with progress_bar() as bar:
            matrix, _ = await prove_matrix(
                found, proof, house, root=root, options=options, begun=lambda variant, bar=bar: _task(bar, variant)
            )
        name = re.sub(r"[^\w.-]", "_", proof.name)
        place = to / f"matrix-{name}"
        _write(matrix, place)
        if json:
            show_json(matrix)
        else:
            out.print(printable(sentence(matrix)))
            out.print(table(matrix))
            out.print(f"  Table: {place.with_name(f'{place.name}.md')}")
    return OK


def _task(bar: Progress, variant: Variant) -> Told:
    task = bar.add_task(f"{variant.model} · {variant.prompt}", total=None)
    return lambda done, n: bar.update(task, completed=done, total=n)


def _write(matrix: Matrix, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        encoded = msgspec.json.format(msgspec.json.encode(matrix), indent=1)
        write_whole(place.with_name(f"{place.name}.json"), encoded)
        write_whole(place.with_name(f"{place.name}.md"), matrix_markdown(matrix))
    except OSError as error:
        raise UsageError(
            f"the table cannot be written to {str(place.parent)!r} ({error.strerror}); name another folder: --to FOLDER"
        ) from error
