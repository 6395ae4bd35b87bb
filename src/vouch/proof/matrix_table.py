"""A matrix as lines of a table, for a terminal and as Markdown.

It does not know how the figures came about.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Final

from vouch.proof.markdown import plain
from vouch.proof.matrix import Combination, Matrix
from vouch.proof.sentences import percent, plural, printable
from vouch.values.score import Interval

HEAD: Final = ("Model", "Prompt", "Right", "Against the first", "p (Holm)", "Median s", "p95 s", "Tokens", "Cost")

_NAMES: Final = 2
"""Columns of names; the others are figures."""


def rows_of(matrix: Matrix) -> list[tuple[str, ...]]:
    """A line a combination, in the order of `HEAD`."""
    return [_row(one) for one in matrix.combinations]


def sentence(matrix: Matrix) -> str:
    """What was compared on what."""
    n = matrix.combinations[0].n
    return (
        f"{matrix.app} · {matrix.proof}: {plural(len(matrix.combinations), 'combination')} on {plural(n, 'run')} each, "
        f"intervals at {percent(matrix.confidence)} confidence; differences are two-sided, adjusted over all (Holm)"
    )


def table(matrix: Matrix) -> str:
    """The table as lines of text, columns under each other; no line is cut or wrapped, so that a pipe has all of it."""
    rows = [HEAD, *(tuple(map(printable, row)) for row in rows_of(matrix))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.ljust(width) if place < _NAMES else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def matrix_markdown(matrix: Matrix) -> str:
    """The table as Markdown; names are text, of which nothing is markup."""
    head = f"| {' | '.join(HEAD)} |\n{'|---' * _NAMES}|{'---:|' * (len(HEAD) - _NAMES)}\n"
    lines = "\n".join(f"| {' | '.join(map(plain, row))} |" for row in rows_of(matrix))
    return f"## {plain(sentence(matrix))}\n\n{head}{lines}\n"


def _row(one: Combination) -> tuple[str, ...]:
    right = "no answer" if one.accuracy is None else _span(one.accuracy)
    if handed := one.n - one.answered:
        right += f", {handed:,} handed over"
    if one.unscored:
        right += f", {one.unscored:,} unscored"
    change, p = "", ""
    if one.versus is not None:
        gain = one.versus.difference
        change = f"{gain.estimate * 100:+.1f} ({gain.low * 100:+.1f} to {gain.high * 100:+.1f}) points"
        p = f"{one.versus.p_adjusted:.3f}" if one.versus.p_adjusted >= 0.001 else "< 0.001"
    cost = "unknown" if one.cost is None else str(one.cost)
    tokens = f"{one.usage.total_tokens:,}"
    return one.model, one.prompt, right, change, p, f"{one.median:.3g}", f"{one.p95:.3g}", tokens, cost


def _span(share: Interval) -> str:
    return f"{percent(share.estimate)} ({percent(share.low, ROUND_FLOOR)} to {percent(share.high, ROUND_CEILING)})"
