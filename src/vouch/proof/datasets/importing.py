"""Importing: the cases in a file of another tool, and what could not be carried over.

It does not know how each tool's fields are read; a module a tool does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

from vouch.errors import CaseError
from vouch.proof.datasets.columns import Columns
from vouch.proof.datasets.deepeval import deepeval_records
from vouch.proof.datasets.notes import Notes
from vouch.proof.datasets.openai_evals import openai_evals_records
from vouch.proof.datasets.promptfoo import promptfoo_records
from vouch.proof.datasets.ragas import ragas_records
from vouch.proof.datasets.reading import stream_cases, stream_records
from vouch.proof.datasets.record import Mistake, Record
from vouch.proof.datasets.review import review_records
from vouch.proof.datasets.stream import cases_of
from vouch.values.case import Case

Tool = Literal["cases", "deepeval", "ragas", "promptfoo", "openai-evals", "review"]
"""Whose file it is; `cases`: columns or fields named as those of a case, or told by `Columns`."""

_HINT: Final = "Mend the file, or say whose it is"

_SIGNS: Final[dict[Tool, frozenset[str]]] = {
    "review": frozenset({"accepted"}),
    "deepeval": frozenset({"expected_output", "actual_output", "scenario", "additional_metadata", "expected_tools"}),
    "ragas": frozenset({"user_input", "ground_truth", "reference_contexts"}),
    "openai-evals": frozenset({"ideal", "item"}),
}
"""Fields by which a record shows whose it is."""


class Import(NamedTuple):
    """The cases of a file, to be taken once, whose file it is, and notes that are whole when all cases are taken."""

    cases: Iterator[Case]
    tool: Tool
    notes: Notes


def import_cases(file: Path, tool: Tool | None = None, *, columns: Columns | None = None, variable: str = "") -> Import:
    """The cases in `file`, one at a time; without a `tool`, its ending and its first record say whose it is.

    `variable` is the variable of promptfoo that the app is asked. Raises `CaseError`, also while the cases are taken.
    """
    if tool is not None and tool not in get_args(Tool):
        raise CaseError(f"there is no import of {tool!r}; there are: {', '.join(get_args(Tool))}")
    whose: Tool = tool or ("cases" if columns else tool_of(file))
    notes = Notes()
    if whose == "cases":
        return Import(stream_cases(file, columns), whose, notes)
    return Import(cases_of(_records(file, whose, notes, variable), file, _HINT), whose, notes)


def tool_of(file: Path) -> Tool:
    """Whose file this is, by its ending and the fields of its first record."""
    if file.suffix in (".yaml", ".yml"):
        return "promptfoo"
    first = next((entry for entry in stream_records(file) if isinstance(entry, Record)), None)
    names = frozenset(first.values if first else ())
    for tool, signs in _SIGNS.items():
        if names & signs:
            return tool
    return "cases"


def _records(file: Path, tool: Tool, notes: Notes, variable: str) -> Iterable[Record | Mistake]:
    if tool == "promptfoo":
        return promptfoo_records(file, notes, variable=variable)
    readers = {
        "deepeval": deepeval_records,
        "ragas": ragas_records,
        "openai-evals": openai_evals_records,
        "review": review_records,
    }
    return readers[tool](stream_records(file), notes)
