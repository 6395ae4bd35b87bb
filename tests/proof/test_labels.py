from __future__ import annotations

from vouch.contracts.provenance import Provenance
from vouch.proof.labels import Label, Labels, sentences, short_sentence


def labels(*found: Label, worlds: int = 3, provenance: Provenance = "ask") -> Labels:
    return Labels(app="a", app_version="1", labels=found, worlds=worlds, provenance=provenance)


PAY = Label(name="pay", effect="write", policies=("limit",))


def test_a_label_that_is_wrong_says_which_and_what_to_write_instead() -> None:
    note = Label(name="get_order", trust="trusted", by="declared", looked_at=4, gave_back=2, wrong_in="c-1")
    passages = Label(name="scout/passages (trusted)", trust="trusted", looked_at=1, gave_back=1, wrong_in="c-2")
    broken = Label(name="mail", tried=True, unasked=("pay",))
    found = labels(note, passages, broken, PAY)
    of_tool, of_passages, of_vouch = found.wrong
    assert of_tool == (
        "get_order is labelled trusted, but in case c-1 it gave back what a stranger had written: take trust='trusted' "
        "away, or give back only what no stranger can write."
    )
    assert of_passages == (
        "Passages are marked trusted, but in case c-2 they held what a stranger had written: give such as "
        "Passage(trusted=False)."
    )
    assert of_vouch.startswith("mail is untrusted, yet after its text nobody was asked about pay: that is a mistake")
    assert sentences(found)[:3] == found.wrong
    assert short_sentence(found) == " ".join(found.wrong)
    assert not any("wrote nothing" in sentence for sentence in sentences(found))


def test_what_is_right_is_said_with_what_it_rests_on() -> None:
    mail = Label(name="mail", tried=True, looked_at=2, gave_back=1)
    web = Label(name="web", tried=True, looked_at=2)
    shop = Label(name="shop", trust="trusted", by="declared", looked_at=1, tried=True, unasked=("pay", "mark"))
    bank = Label(name="bank", trust="trusted", by="declared", looked_at=1, tried=True, unasked=("pay", "mark"))
    count = Label(name="count", trust="typed", by="declared")
    found = labels(mail, web, shop, bank, count, PAY)
    assert found.wrong == ()
    assert sentences(found) == (
        "No label is known to be wrong.",
        "A model that obeys every word wrote nothing without a yes after the text of mail and web.",
        "If a stranger can write into shop or bank, these go unasked: pay and mark (policies may still stop it).",
        "Not exercised in 3 planted worlds: count. Give cases that need it, or more of them.",
        "Never gave a stranger's text back: web. That alone does not make it trusted.",
    )
    assert short_sentence(found) == "Labels of trust: none is wrong in 3 planted worlds."


def test_what_could_not_be_tested_is_said() -> None:
    faq = Label(name="faq", trust="trusted", by="declared", free_text=("answer", "more[].text"))
    one = Label(name="one", trust="trusted", by="declared", tried=True, unasked=("mark",))
    found = labels(faq, one, worlds=0, provenance="observe")
    assert sentences(found) == (
        "No label is known to be wrong.",
        "provenance='observe': whatever is read, writes are made and nobody is asked.",
        "If a stranger can write into one, this goes unasked: mark.",
        "faq is trusted and may hold free text (answer and more[].text): who writes this?",
        "Nothing was planted: no proof has a world that can. Give its Stage a `plant`.",
    )
    assert "1 planted world." in short_sentence(labels(worlds=1))


def test_many_names_are_not_all_listed() -> None:
    many = [Label(name=f"tool_{n}") for n in range(12)]
    assert sentences(labels(*many, worlds=1))[1] == (
        "Not exercised in 1 planted world: tool_0, tool_1, tool_2, tool_3, tool_4, tool_5, tool_6, tool_7 and 4 more. "
        "Give cases that need it, or more of them."
    )


def test_a_wrong_error_says_what_to_do() -> None:
    quoting = Label(name="find", trust="trusted", by="declared", failed=1, failed_wrong_in="c-1")
    assert quoting.wrong == (
        "find is labelled trusted, but in case c-1 its error held what a stranger had written: take trust='trusted' "
        "away, or refuse in words of your own alone."
    )
    of_vouch = Label(name="count", trust="typed", by="declared", unasked_failed=("pay",)).wrong
    assert of_vouch.startswith(
        "count may fail in anybody's words, yet after its error nobody was asked about pay: that"
    )
