"""Which function reads a file, and what becomes of broken ones."""

from __future__ import annotations

import io

import openpyxl
import pytest
from tests.knowledge.reading.made import pdf, zipped
from tests.knowledge.reading.test_mail import mail
from tests.knowledge.reading.test_slides import file as slides
from tests.knowledge.reading.test_word import file as word

from vouch.knowledge.reading.formats import FORMATS, read_file
from vouch.knowledge.reading.limits import Limits, Skipped
from vouch.values.document import Document


def workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["lamp", "bulb"])
    book.save(out)
    return out.getvalue()


FILES = {
    "a.md": b"# lamp",
    "a.HTML": b"<p>lamp",
    "a.txt": b"lamp",
    "README.rst": b"lamp",
    "a.py": b"lamp = 1",
    "a.csv": b"lamp,bulb\n1,2",
    "a.xlsx": workbook(),
    "a.eml": mail().as_bytes(),
    "a.docx": word(),
    "a.pptx": slides(),
    "a.pdf": pdf([[(72, 700, 12, "lamp")]]),
    "without ending": pdf([[(72, 700, 12, "lamp")]]),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_read(name):
    (document,) = read_file(FILES[name], name)
    assert isinstance(document, Document)
    assert document.id == name
    assert "lamp" in document.text


@pytest.mark.parametrize("ending", [*FORMATS, ".zip"])
@pytest.mark.parametrize(
    "data", [b"", b"\0" * 50, b"\xff\xfe" + b"\xd8" * 51, b"PK\x03\x04" + b"\xff" * 60, b"<" * 999]
)
def test_nothing_in_a_file_is_fatal(ending, data):
    for found in read_file(data, f"x{ending}"):
        assert isinstance(found, Document | Skipped)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_half_files_are_read_or_skipped(name, part):
    data = FILES[name][: int(len(FILES[name]) * part)]
    for found in read_file(data, name):
        assert isinstance(found, Document) or found.why


def test_what_no_format_is_known_for_is_skipped():
    assert list(read_file(b"x", "folder/a.bin")) == [
        Skipped("folder/a.bin", "no format is known for 'a.bin'; leave it out with exclude=")
    ]


def test_a_file_beyond_the_limit_is_skipped():
    (found,) = read_file(b"x" * 11, "a.txt", Limits(bytes=10))
    assert found == Skipped("a.txt", "it has 11 bytes, more than 10; raise Limits.bytes")


def test_a_parser_that_breaks_is_reported(monkeypatch):
    def broken(*_):
        raise RecursionError("too deep")

    monkeypatch.setitem(FORMATS, ".md", broken)
    assert list(read_file(b"x", "a.md")) == [Skipped("a.md", "it is damaged: RecursionError: too deep")]


def test_parts_are_named_after_their_archive():
    letter = mail()
    letter.add_attachment(b"lamp,bulb\n1,2", maintype="text", subtype="csv", filename="../../prices.csv")
    data = zipped({"in/a.eml": letter.as_bytes(), "in/": b"", "../b.md": b"b", "c.bin": b"", "in\\d.md": b"d"})
    found = list(read_file(data, "all.zip"))
    assert [one.path if isinstance(one, Skipped) else one.id for one in found] == [
        *("all.zip/in/a.eml", "all.zip/in/a.eml/prices.csv", "all.zip/b.md", "all.zip/c.bin", "all.zip/in/d.md"),
    ]


def test_archives_in_archives_have_a_limit():
    data = b"x"
    for _ in range(6):
        data = zipped({"a.zip": data})
    (found,) = read_file(data, "a.zip", Limits(nesting=3))
    assert isinstance(found, Skipped)
    assert found.path == "a.zip/a.zip/a.zip/a.zip/a.zip"
    assert found.why == "it stands in more than 3 archives or mails; raise Limits.nesting"


def test_a_broken_part_spoils_no_other():
    two = io.BytesIO(zipped({"a.md": b"a", "large.md": b"x" * 100, "b.md": b"b"}))
    import zipfile

    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(two, "a") as archive:
        archive.writestr("a.md", b"again")
    data = bytearray(two.getvalue())
    place = data.index(b"b.md") + 4
    data[place : place + 1] = b"\xff"
    found = {
        one.path if isinstance(one, Skipped) else one.id: one
        for one in read_file(bytes(data), "z.zip", Limits(bytes=99 * 9, expanded=999))
    }
    assert isinstance(found["z.zip/b.md"], Skipped)
    large = list(read_file(zipped({"large.md": b"x" * 100}), "z.zip", Limits(bytes=110, expanded=999)))
    assert isinstance(large[0], Skipped | Document)
    names = [one.why for one in read_file(bytes(data), "z.zip") if isinstance(one, Skipped)]
    assert "another file of the archive has the same name" in names


def test_a_part_beyond_the_limit_is_skipped():
    data = zipped({"a.md": b"0" * 5000})
    (found,) = read_file(data, "z.zip", Limits(bytes=1000))
    assert found == Skipped("z.zip/a.md", "it has 5,000 bytes, more than 1,000; raise Limits.bytes")


def test_a_broken_archive_is_skipped():
    (found,) = read_file(b"PK nothing", "z.zip")
    assert isinstance(found, Skipped)
    assert found.why.startswith("it is no zip file that can be read")


def test_attachments_that_break_the_mail_package_are_skipped(monkeypatch):
    def broken(_):
        yield "a.md", b"a"
        raise KeyError("part")

    monkeypatch.setattr("vouch.knowledge.reading.formats.attached", broken)
    *_, last = read_file(FILES["a.eml"], "a.eml")
    assert last == Skipped("a.eml", "its attachments cannot be read: KeyError: 'part'")
