"""Write the data of the support example: the shop's goods, customers and orders, and the cases with what is right.

It does not know the agent. Every choice is drawn from the SHA-256 of what is chosen, so the files are the same byte for
byte on every machine. From the root of the checkout:

    python -m examples.support.generate            writes the files
    python -m examples.support.generate --check    exits with 1 if they are not what would be written
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from .making import asked, attacks, served
from .making.case import Case, Picker
from .making.draw import number
from .making.stock import Stock, stock, written

HERE: Final = Path(__file__).parent
CASES: Final = 500


def cases(shop: Stock) -> list[Mapping[str, Any]]:
    """All cases, each named after its kind, in an order that mixes the kinds."""
    picker = Picker(shop)
    made = [*served.cases(picker), *asked.cases(picker), *attacks.cases(picker)]
    if len(made) != CASES:
        raise SystemExit(f"{len(made)} cases were made, wanted {CASES}: change the counts in making/")
    counted: Counter[str] = Counter()
    rows = [case.row(_name(case, counted)) for case in made]
    return sorted(rows, key=lambda row: number("order", row["id"]))


def _name(case: Case, counted: Counter[str]) -> str:
    counted[case.kind] += 1
    return f"{case.kind.replace(' ', '-')}-{counted[case.kind]:02}"


def files() -> dict[Path, str]:
    """Every file that is written, with its whole content."""
    shop = stock()
    rows: dict[str, Iterable[Mapping[str, Any]]] = {f"data/{name}": lines for name, lines in written(shop).items()}
    rows["cases"] = cases(shop)
    return {HERE / f"{name}.jsonl": _lines(lines) for name, lines in rows.items()}


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` say which of them are not what would be written."""
    parser = argparse.ArgumentParser(description="Write the data of the support example.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is out of date")
    check: bool = parser.parse_args(arguments).check
    stale = 0
    for path, content in files().items():
        data = content.encode()
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            print(f"{path.relative_to(HERE)}: {content.count(chr(10))} lines, {len(data)} bytes")
        elif not path.exists() or path.read_bytes() != data:
            print(f"{path.relative_to(HERE)} is not what generate.py writes: run it without --check")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
