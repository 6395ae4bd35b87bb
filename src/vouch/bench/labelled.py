"""Reading texts with one label each.

It does not know which set they are of; columns and names of labels are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from vouch.bench.files import Record, records
from vouch.bench.row import Row
from vouch.errors import CaseError

NO_NAMES: Mapping[str, str] = {}


def labelled_rows(
    data: Path, *, text: Sequence[str], label: Sequence[str], names: Mapping[str, str] = NO_NAMES
) -> list[Row]:
    """The labelled records of `data`; the first of the columns `text` and `label` that is there counts.

    `names` maps what stands in the file to the label's name. Records without a label are left out. Raises `CaseError`.
    """
    return labelled(records(data), data, lambda record: record.text(*text), label=label, names=names, wanted=text)


def labelled(
    found: Iterable[Record],
    data: Path,
    text: Callable[[Record], str | None],
    *,
    label: Sequence[str],
    names: Mapping[str, str] = NO_NAMES,
    wanted: Sequence[str] = (),
) -> list[Row]:
    """As `labelled_rows`, where the text is made of several columns by the function `text`, which wants `wanted`."""
    rows: list[Row] = []
    without = 0
    for record in found:
        said, given = text(record), record.text(*label)
        if said is None:
            columns = ", ".join(sorted(record.fields)) or "none"
            raise CaseError(f"{data}: {record.place} has the fields {columns}; wanted is {' or '.join(wanted)}")
        if not said.strip() or given in (None, "", "-1"):
            # -1 stands for a label that is kept back.
            without += 1
            continue
        name = names.get(str(given), str(given))
        rows.append(Row(record.split, said, name, name))
    return checked(rows, data, without, label)


def checked(rows: list[Row], data: Path, without: int, label: Sequence[str]) -> list[Row]:
    """`rows`; raises `CaseError` where there are none."""
    if not rows:
        raise CaseError(
            f"{data} holds no labelled rows ({without} have no {' or '.join(label)}); give a split that has them"
        )
    return rows
