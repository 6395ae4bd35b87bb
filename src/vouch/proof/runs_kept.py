"""What a matrix needs of every run of a combination: nine bytes each, read from the file of all rows.

It does not know what combinations are, nor how they are compared.
"""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import NamedTuple

import msgspec

from vouch.proof.report import Row
from vouch.values.money import Money, Usage, total


class RunsKept(NamedTuple):
    """All runs in the order of the cases, those of one case side by side: whether each was right, and its seconds.

    `usage` and `cost` are those of all runs together, also of those that were found; `cost` is None where no price is
    known, or where there are several currencies.
    """

    right: bytearray
    seconds: array[float]
    usage: Usage
    cost: Money | None

    def rights(self, place: int, repeats: int) -> list[bool]:
        """Of the case at a place, for each of its runs whether it was right."""
        return [bool(one) for one in self.right[place * repeats : (place + 1) * repeats]]


def read_runs(file: Path) -> RunsKept:
    """The runs in a file of rows, a line of JSON each, one in memory at a time."""
    decoder = msgspec.json.Decoder(Row)
    right, seconds, usage = bytearray(), array("d"), Usage()
    costs: dict[str, Money] = {}
    with file.open("rb") as lines:
        for line in lines:
            row = decoder.decode(line)
            right.append(row.right)
            seconds.append(row.seconds)
            usage += row.usage
            if row.cost is not None:
                spent = costs.get(row.cost.currency)
                costs[row.cost.currency] = row.cost if spent is None else spent + row.cost
    return RunsKept(right, seconds, usage, total(costs.values()))
