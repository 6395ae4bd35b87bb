"""The lines of a benchmark as one table in plain text.

It does not know how they came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from vouch.bench.line import Figure, Line
from vouch.values.money import Money

_HEAD = ("task", "model", "examples", "measure", "figure", "95 % interval", "n", "wrong form", "cost", "median", "p95")
_HEAD_TOKENS = ("tokens in", "out")


def table(lines: Sequence[Line]) -> str:
    """A row a line, and beneath each the further figures; then what there is to say of some lines."""
    rows: list[tuple[str, ...]] = [(*_HEAD, *_HEAD_TOKENS)]
    for line in lines:
        rows.append(_row(line))
        rows += [("", "", "", *_figure(figure), "", "", "", "", "", "") for figure in line.more]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    shown = ["  ".join(_fitted(row, widths)).rstrip() for row in rows]
    return "\n".join([shown[0], "  ".join("-" * width for width in widths), *shown[1:], *_notes(lines)])


def _fitted(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Words to the left, numbers to the right."""
    return [
        cell.ljust(width) if place < 4 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _row(line: Line) -> tuple[str, ...]:
    name, value, interval, n = _figure(line.figure)
    examples = f"taught {line.taught:,}" if line.shots is None else f"{line.shots} {line.select}".strip()
    return (
        line.task,
        line.model,
        examples,
        name,
        value,
        interval,
        n,
        str(line.unanswered + line.unreadable),
        _money(line.cost),
        _seconds(line.median),
        _seconds(line.p95),
        f"{line.usage.input_tokens / line.n:,.0f}",
        f"{line.usage.output_tokens / line.n:,.0f}",
    )


def _figure(figure: Figure) -> tuple[str, str, str, str]:
    found = figure.interval
    return figure.name, f"{found.estimate:.3f}", f"{found.low:.3f} to {found.high:.3f}", str(found.n)


def _money(cost: Money | None) -> str:
    if cost is None:
        return "not known"
    return "none" if not cost.amount else f"{cost.amount.quantize(Decimal('0.0001'))} {cost.currency}"


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"


def _notes(lines: Sequence[Line]) -> list[str]:
    notes = [f"{task}: the rows asked are {where}" for task, where in dict.fromkeys((x.task, x.where) for x in lines)]
    for line in lines:
        what = f"{line.task}, {line.model}"
        if line.unanswered:
            notes.append(f"{what}: {line.unanswered} of {line.n} runs gave no answer; of the first, {line.why}")
        if line.unreadable:
            notes.append(f"{what}: {line.unreadable} of {line.n} answers were none of what was asked for")
        if line.learning >= 0.05:
            notes.append(f"{what}: learned from {line.taught:,} rows in {line.learning:.1f} s")
    return ["", *notes]
