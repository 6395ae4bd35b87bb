"""Which function reads a file: by the ending of its name, or by how its content begins.

It does not know where files come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Final

from vouch.knowledge.reading.archive import members
from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped, Unreadable
from vouch.knowledge.reading.mail import attached, read_mail
from vouch.knowledge.reading.markdown import read_markdown
from vouch.knowledge.reading.pdf import read_pdf
from vouch.knowledge.reading.plain import read_code, read_text
from vouch.knowledge.reading.slides import read_slides
from vouch.knowledge.reading.tables import read_csv, read_workbook
from vouch.knowledge.reading.web_page import read_html
from vouch.knowledge.reading.word import read_word
from vouch.values.document import Document

Format = Callable[[bytes, str, Limits], Document]
"""Reads the bytes of a file of this name; raises `Unreadable`."""

_CODE: Final = (
    "bash c cc cpp cs css cxx dart erl ex exs go h hpp hs java js json jsonl jsx kt lua m ml php pl proto ps1 py pyi r "
    "rb rs scala sh sql svelte swift tf toml ts tsx vue xml yaml yml zig"
)
_ENDINGS: Final[dict[Format, str]] = {
    read_markdown: "md markdown mdx",
    read_html: "html htm xhtml",
    read_text: "txt text rst adoc org tex log",
    read_code: _CODE,
    read_csv: "csv tsv",
    read_workbook: "xlsx xlsm xlsb xls ods",
    read_mail: "eml",
    read_word: "docx docm",
    read_slides: "pptx pptm",
    read_pdf: "pdf",
}
FORMATS: Final[dict[str, Format]] = {
    f".{ending}": reads for reads, endings in _ENDINGS.items() for ending in endings.split()
}
"""The ending of a name, in small letters, and the function that reads such files."""


def read_file(
    data: bytes, name: str, limits: Limits = LIMITS, *, kind: str = "", nesting: int = 0
) -> Iterator[Document | Skipped]:
    """What a file holds: a document, or several of an archive, or of a mail with attachments.

    `kind` is an ending that says more than that of `name`, such as `.html` for a web page. The parts of a file are
    named after it and themselves: `mails.zip/offer.eml/prices.xlsx`. Never raises for what a file holds: what cannot be
    read is `Skipped`.
    """
    try:
        if len(data) > limits.bytes:
            raise Unreadable(f"it has {len(data):,} bytes, more than {limits.bytes:,}; raise Limits.bytes")
        ending = _ending(data, name, kind)
        if ending != ".zip":
            yield _format(ending, name)(data, name, limits)
    except Unreadable as error:
        yield Skipped(name, str(error))
        return
    except Exception as error:  # noqa: BLE001 whatever a parser says of a broken file, the others are read
        yield Skipped(name, f"it is damaged: {type(error).__name__}: {error}"[:500])
        return
    if ending in {".zip", ".eml"}:
        yield from _parts(data, name, limits, ending=ending, nesting=nesting)


def _parts(data: bytes, name: str, limits: Limits, *, ending: str, nesting: int) -> Iterator[Document | Skipped]:
    try:
        for part in members(data, limits) if ending == ".zip" else attached(data):
            if isinstance(part, Skipped):
                yield Skipped(f"{name}/{part.path}", part.why)
            elif nesting >= limits.nesting:
                why = f"it stands in more than {limits.nesting} archives or mails; raise Limits.nesting"
                yield Skipped(f"{name}/{part[0]}", why)
            else:
                yield from read_file(part[1], f"{name}/{part[0]}", limits, nesting=nesting + 1)
    except Unreadable as error:
        yield Skipped(name, str(error))
    except Exception as error:  # noqa: BLE001 as above: the mail package has errors of many kinds
        yield Skipped(name, f"its attachments cannot be read: {type(error).__name__}: {error}"[:500])


def _format(ending: str, name: str) -> Format:
    if ending not in FORMATS:
        raise Unreadable(f"no format is known for {PurePosixPath(name).name!r}; leave it out with exclude=")
    return FORMATS[ending]


def _ending(data: bytes, name: str, kind: str) -> str:
    ending = kind or PurePosixPath(name).suffix.lower()
    if ending in FORMATS or ending == ".zip":
        return ending
    if data.startswith(b"%PDF-"):
        return ".pdf"
    return ending
