"""F1 of labelled spans, such as named entities, over all cases.

It does not know what the labels mean, nor how a text is cut into tokens.

A span counts only where its label and both its ends are right. Equal to seqeval 1.2.2 (Nakayama 2018): by default its
lenient reading, which is that of the CoNLL-2000 evaluation script; with a scheme its strict mode (IOB2, IOBES).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, get_args

import msgspec
from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import measured, named, shown, texts, unanswered, unjudged
from vouch.scorers.counting import Average, counted, f1
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Scheme = Literal["BIO", "BIOES"]
"""`BIO`: a span is B- and then I- of the same label; `BIOES`: S-, or B-, I-... and E-. Anything else is no span."""

_TAG: Final = re.compile(r"O|[BIES](-\S+)?")


class Span(NamedTuple):
    """A label and the tokens from `start` up to, but without, `end`."""

    label: str
    start: int
    end: int


class SpanF1(Struct, frozen=True):
    """A case's score is the F1 of its own spans; the figure of all cases is `average` F1."""

    average: Average = "micro"
    scheme: Scheme | None = None

    @property
    def name(self) -> str:
        """`span_f1` with its average, and with its scheme where it is strict."""
        return named("span_f1", average=self.average, scheme=self.scheme)

    async def score(self, case: Case, result: Result) -> Score:
        """The case's own F1, 1 where no span is expected and none found; a case without tags cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        tally = self.tally(case, result)
        if tally is None:
            return unjudged(self.name, case, "a list of tags such as 'B-PER', 'I-PER' and 'O'")
        wanted, given = self._both(case, result)
        told = f"spans {shown([tuple(span) for span in given])} are not {shown([tuple(span) for span in wanted])}"
        return measured(self.name, f1(tally, "micro") if tally else 1.0, told)

    def tally(self, case: Case, result: Result) -> Mapping[str, float] | None:
        """Hits, extra and missed spans by label."""
        tags = texts(case.expected)
        if not tags or not all(_TAG.fullmatch(tag) for tag in tags):
            return None
        wanted, given = self._both(case, result)
        return counted([(s.label, (s.start, s.end)) for s in wanted], [(s.label, (s.start, s.end)) for s in given])

    def figure(self, total: Mapping[str, float]) -> float:
        """F1 of all spans; 0 where no case has any."""
        return f1(total, self.average)

    def _both(self, case: Case, result: Result) -> tuple[list[Span], list[Span]]:
        wanted = texts(case.expected)
        given = read_tags(result.output) if result.status == "answered" else []
        # Too few tags leave the rest untagged, too many tag nothing that is there.
        given = [*given[: len(wanted)], *["O"] * (len(wanted) - len(given))]
        return spans(wanted, self.scheme), spans(given, self.scheme)


def span_f1(average: Average = "micro", *, scheme: Scheme | None = None) -> SpanF1:
    """F1 of labelled spans over all cases; a case expects a list of tags, and the output is one, as JSON or in words.

    `scheme` None reads tags as leniently as the CoNLL script. What is no tag counts as O. Raises an `AppError` for
    another average or scheme.
    """
    if average not in get_args(Average) or scheme not in (None, *get_args(Scheme)):
        raise AppError(
            f"span_f1({average!r}, scheme={scheme!r}): 'macro', 'micro' or 'weighted', and 'BIO' or 'BIOES', are wanted"
        )
    return SpanF1(average, scheme)


def read_tags(output: str) -> list[str]:
    """The tags of an output, which is a JSON list or has spaces or commas between its tags; what is no tag is O."""
    try:
        found = texts(msgspec.json.decode(output))
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        found = re.split(r"[\s,]+", output.strip(" \n\t\r,"))
    return [tag if _TAG.fullmatch(tag) else "O" for tag in found]


def spans(tags: Sequence[str], scheme: Scheme | None = None) -> list[Span]:
    """The spans of a row of tags, each of them O or one of B, I, E, S with a label, as in `B-PER`."""
    return _lenient(tags) if scheme is None else _strict(tags, scheme)


def _parts(tag: str) -> tuple[str, str]:
    return tag[0], tag[2:] or "_"


def _lenient(tags: Sequence[str]) -> list[Span]:
    """A span also begins where a label changes, or where I or E comes after O or after a span's end."""
    found: list[Span] = []
    before, kind, start = "O", "_", 0
    for place, tag in enumerate([*tags, "O"]):
        prefix, label = _parts(tag)
        open_before = before != "O"
        if open_before and (before in "ES" or prefix in "BSO" or label != kind):
            found.append(Span(kind, start, place))
            open_before = False
        if prefix != "O" and not open_before:
            start = place
        before, kind = prefix, label
    return found


def _strict(tags: Sequence[str], scheme: Scheme) -> list[Span]:
    begins, inside, ends = ("B", "I", "BI") if scheme == "BIO" else ("BS", "IE", "ES")
    found: list[Span] = []
    place = 0
    while place < len(tags):
        start = place
        prefix, label = _parts(tags[start])
        place += 1
        if prefix not in begins:
            continue
        while place < len(tags) and prefix in "BI" and (after := _parts(tags[place])) in {(p, label) for p in inside}:
            prefix = after[0]
            place += 1
        if prefix in ends:
            found.append(Span(label, start, place))
    return found
