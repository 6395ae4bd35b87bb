"""Zips and the XML in them."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.knowledge.reading.made import zipped

from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.knowledge.reading.package import Package, opened, parsed, unpacked

BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>"""


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE, BOMB.decode().encode("utf-16"), b"<!DOCTYPE x><x/>"])
def test_document_types_and_with_them_entities_are_refused(xml):
    with pytest.raises(Unreadable, match="its XML declares a document type, which may hide entities"):
        parsed(xml, LIMITS)


def test_names_are_written_with_their_namespaces():
    root = parsed(b'<a xmlns="urn:x" xmlns:y="urn:y" y:k="1" l="2"><b>t</b></a>', LIMITS)
    assert (root.tag, root.attrib, root[0].tag, root[0].text) == (
        "{urn:x}a",
        {"{urn:y}k": "1", "l": "2"},
        "{urn:x}b",
        "t",
    )


def test_broken_deep_and_large_xml_is_refused():
    with pytest.raises(Unreadable, match="its XML is broken: mismatched tag"):
        parsed(b"<a></b>", LIMITS)
    with pytest.raises(Unreadable, match="or 200 in one another"):
        parsed(b"<a>" * 1000, LIMITS)
    with pytest.raises(Unreadable, match="its XML has more than 10 elements"):
        parsed(b"<a>" + b"<b/>" * 10 + b"</a>", Limits(elements=10))


def test_a_zip_may_not_unpack_to_too_much():
    bomb = zipped({f"{number}": b"0" * 1_000_000 for number in range(9)})
    assert len(bomb) < 20_000
    with pytest.raises(Unreadable, match=r"unpacks to 9,000,000 bytes, more than 5,000,000; raise Limits.expanded"):
        opened(bomb, Limits(expanded=5_000_000))
    with pytest.raises(Unreadable, match=r"it holds 9 files, more than 8; raise Limits.files"):
        opened(bomb, Limits(files=8))


def test_a_file_that_claims_to_be_small_is_not_unpacked_beyond_its_claim():
    data = bytearray(zipped({"a": b"0" * 1_000_000}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    archive = opened(bytes(data), LIMITS)
    with pytest.raises(Unreadable, match="it cannot be unpacked"):
        unpacked(archive, archive.getinfo("a"))


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(Unreadable, match="it is no zip file that can be read"):
        Package(data)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_files_are_refused(compression):
    data = bytearray(zipped({"a.xml": b"<a>" + bytes(range(65, 91)) * 50 + b"</a>"}, compression=compression))
    data[45:60] = b"\xff" * 15
    with pytest.raises(Unreadable, match="it cannot be unpacked"):
        Package(bytes(data)).xml("a.xml")


def test_encrypted_files_are_refused():
    data = bytearray(zipped({"a": b"x"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    archive = zipfile.ZipFile(io.BytesIO(bytes(data)))
    with pytest.raises(Unreadable, match="it is encrypted"):
        unpacked(archive, archive.getinfo("a"))


def test_a_missing_file_is_an_empty_element():
    assert len(Package(zipped({"a": "x"})).xml("b")) == 0
