"""A report on a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from proof.reports import HOSTILE, bare, report
from vouch.proof.report import Report, Row
from vouch.proof.sentences import summary
from vouch.proof.terminal import terminal
from vouch.values.score import Verdict


def printed(made: Report, *, color: bool = False) -> str:
    file = io.StringIO()
    Console(file=file, force_terminal=color, color_system="standard" if color else None, soft_wrap=True).print(
        terminal(made)
    )
    return file.getvalue()


def test_every_sentence_stands_on_its_own_line() -> None:
    made = report()
    assert printed(made).splitlines() == [
        "UNDECIDED  support · policy  f3a9c1d2e4b5",
        *(f"  {sentence}" for sentence in summary(made)),
        "  3.1 s · 0.0124 USD · 42,200 tokens · 412 of 500 cases from the journal",
    ]


@pytest.mark.parametrize(("verdict", "code"), [("ship", "32"), ("hold", "31"), ("undecided", "33")])
def test_the_verdict_has_its_colour(verdict: Verdict, code: str) -> None:
    assert printed(bare(verdict=verdict), color=True).startswith(f"\x1b[1;{code}m{verdict.upper()}\x1b[0m")


def test_names_and_ids_cannot_steer_the_terminal_or_its_markup() -> None:
    wrong = Row(case=f"[red]{HOSTILE}", input="?", value=0.0)
    made = bare(app=HOSTILE, proof="[bold]p[/bold]", verdict="undecided", claim=0.9, claim_proven=False, right=2)
    text = printed(Report(**{name: getattr(made, name) for name in made.__struct_fields__} | {"rows": (wrong,)}))
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "[bold]p[/bold]" in text
    assert r"[red]<script>alert(1)</script>\x1b[31m" in text
