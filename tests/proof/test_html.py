"""A report as a page: whole, self-contained, and safe whatever a model wrote."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from proof.reports import HOSTILE, bare, report
from vouch.proof.html import ROWS_SHOWN, TEXT_SHOWN, html, outcome, tag_shares
from vouch.proof.report import Report, Row

VOID = {"meta", "col", "input", "line", "circle", "rect", "polygon", "polyline", "br"}


class Page(HTMLParser):
    """Elements, ids and texts of a page; refuses elements closed in another order than they were opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).replace("\u00a0", " ").split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def rows(self, section: str) -> list[str]:
        """The ids or links of the cases in one section, in order."""
        found: list[str] = []
        inside = False
        for tag, attributes in self.elements:
            if tag == "section":
                inside = section in (attributes.get("aria-labelledby"), attributes.get("id"))
            if inside and tag == "a":
                found.append(str(attributes["href"]).removeprefix("#case-"))
            if inside and tag == "tr" and "id" in attributes:
                found.append(str(attributes["id"]).removeprefix("case-"))
        return found


def _hostile() -> Report:
    row = Row(
        case=HOSTILE, input=HOSTILE, expected=HOSTILE, output=HOSTILE * 90, value=0.0, why=HOSTILE, tags=(HOSTILE,)
    )
    return bare(
        app=HOSTILE,
        proof=HOSTILE,
        app_version=HOSTILE,
        dataset=HOSTILE,
        scorer=HOSTILE,
        reasons=(HOSTILE,),
        rows=(row,),
        broke=(HOSTILE,),
        verdict="hold",
        comparison=report().comparison,
    )


@pytest.mark.parametrize("made", [report(), report(wrong=0), report(wrong=40, verdict="hold"), bare(), _hostile()])
def test_every_page_is_well_formed_and_needs_nothing_else(made: Report) -> None:
    text = html(made)
    page = Page(text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert [tag for tag, _ in page.elements if tag in ("link", "img", "iframe", "object", "base", "embed")] == []
    assert [
        attributes for _, attributes in page.elements if {"src", "style", "srcset", "action"} & set(attributes)
    ] == []
    assert re.findall(r"https?://|url\((?!#)|@import", text) == []
    assert all(str(link["href"]).startswith("#case-") for link in page.all("a"))
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in page.all("a")} <= set(ids)
    text.encode("utf-8")


def test_nothing_that_a_model_wrote_is_markup() -> None:
    text = html(_hostile())
    page = Page(text)
    assert len(page.all("script")) == 1
    assert "<script>alert" not in text
    assert "\x1b" not in text
    assert "\x00" not in text
    assert r"<script>alert(1)</script>\x1b[31m \x00 \ud800" in page.text


def test_the_policy_allows_the_page_itself_and_nothing_else() -> None:
    text = html(bare())
    policy = next(str(meta["content"]) for meta in Page(text).all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert found
        expected = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{expected}'" in policy


def test_the_page_says_what_was_found() -> None:
    text = Page(html(report())).text
    for said in (
        "undecided: support · policy",
        "Held back. With 2 wrong, 628 cases prove the claim: add 128, or mend: vouch trace c-0500 c-0499",
        "≥ 98.7 % proven at 95 % confidence; claimed 99 %.",
        "498 of 500 right = 99.6 %; two-sided 95 % interval 98.6 % to 99.95 % (Clopper-Pearson, exact).",
        "Against the last version: 3 better, 1 worse (McNemar exact p = 0.63): no difference shown.",
        "May answer everything alone at a certified 95 %.",
        "No share may be answered alone at a certified 99.5 %: 500 cases do not prove it.",
        "3.1 s · 0.0124 USD · 42,200 tokens · 412 of 500 cases from the journal",
        "by fixed sequence, exact binomial tail, hybrid starts, n = 500",
        "With 2 wrong, 628 cases prove the claim of 0.99: add 128.",
        "01jd3x0p5m0000000000000000",
        "01jd3w0p5m0000000000000000",
    ):
        assert said in text


def test_what_broke_comes_first_then_what_was_mended_then_what_is_wrong_then_all() -> None:
    page = Page(html(report()))
    order = [str(h2["id"]) for h2 in page.all("h2")]
    assert order == ["accuracy", "findings", "broke", "mended", "coverage", "tags", "wrong", "every"]
    assert page.rows("broke") == ["c-0500"]
    assert page.rows("mended") == ["c-0001", "c-0002", "c-0003"]
    assert page.rows("wrong") == ["c-0499", "c-0500"]
    assert page.rows("all") == [f"c-{number:04d}" for number in range(1, 501)]


def test_a_bare_report_leaves_out_what_there_is_not() -> None:
    page = Page(html(bare()))
    assert [h2["id"] for h2 in page.all("h2")] == ["accuracy", "findings", "wrong"]
    assert "There is no kept version to compare with." in page.text
    assert "None." in page.text
    nothing = Page(html(bare(n=2, answered=0, right=0, accuracy=None, unscored=0, statuses={"abstained": 2}))).text
    assert "No answer was given, so nothing is proven." in nothing
    assert "2 of 2 cases were handed over: neither right nor wrong." in nothing
    assert "Counted as wrong: 1 failed." in Page(html(bare(statuses={"failed": 1}))).text


def test_many_right_answers_are_left_to_the_json_but_no_wrong_one() -> None:
    right = tuple(Row(case=f"r-{place}", input="?", value=1.0) for place in range(ROWS_SHOWN + 20))
    wrong = tuple(Row(case=f"w-{place}", input="?", value=0.0) for place in range(3))
    page = Page(html(bare(rows=(*right, *wrong), mended=(right[-1].case,), comparison=report().comparison)))
    shown = page.rows("all")
    assert len(shown) == ROWS_SHOWN + 4
    assert shown[-4:] == [right[-1].case, "w-0", "w-1", "w-2"]
    assert "19 more cases are in report.jsonl." in page.text


def test_long_texts_are_folded_and_very_long_ones_cut() -> None:
    page = Page(html(bare(rows=(Row(case="c", input="y" * 300, output="x" * (TEXT_SHOWN + 1), value=0.0),))))
    assert len(page.all("details")) == 2
    assert f"… ({TEXT_SHOWN + 1:,} characters; the rest is in the run)" in page.text


def test_tags_have_their_own_shares() -> None:
    rows = (
        Row(case="1", input="?", value=1.0, tags=("a", "b")),
        Row(case="2", input="?", value=0.0, tags=("a",)),
        Row(case="3", input="?", status="abstained", tags=("a", "c")),
    )
    shares = tag_shares(rows, 0.95)
    assert [(share.tag, share.right, share.interval.n) for share in shares] == [("a", 1, 2), ("b", 1, 1)]
    assert shares[0].interval.method == "Clopper-Pearson"


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (Row(case="c", input="?", value=1.0), "right"),
        (Row(case="c", input="?", value=0.9), "wrong"),
        (Row(case="c", input="?"), "unscored"),
        (Row(case="c", input="?", status="abstained"), "handed over"),
        (Row(case="c", input="?", status="stopped"), "stopped"),
    ],
)
def test_an_outcome_in_one_word(row: Row, word: str) -> None:
    assert outcome(row) == word
