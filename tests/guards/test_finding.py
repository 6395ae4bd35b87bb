"""What is told of findings, and how they are hidden."""

from __future__ import annotations

from collections.abc import Iterator

from vouch.guards.finding import Finding, counted, judged, masked, setting

FOUND = (Finding("email", 4, 8), Finding("phone", 20, 24), Finding("email", 30, 34))


def test_findings_are_counted_by_kind() -> None:
    assert counted(FOUND) == "2 email, 1 phone"
    assert counted([]) == ""


def test_what_is_only_to_be_reported_passes() -> None:
    assert judged(FOUND, ("email", "phone")) == (True, "2 email, 1 phone")
    assert judged(FOUND, ("email",)) == (False, "found 1 phone; the first at character 20")
    assert judged(()) == (True, "")


def test_what_overlaps_is_hidden_behind_one_mark() -> None:
    found = [Finding("b", 2, 5), Finding("a", 1, 4), Finding("c", 4, 6)]
    assert masked("0123456789", found, lambda finding: f"[{finding.kind}]") == "0[a]6789"


def test_settings_stand_in_names() -> None:
    assert setting("kind", a=None, b=[], c={}, d=3, e=False) == "kind(d=3, e=False)"
    assert setting("kind") == "kind"


def test_so_much_is_looked_for_and_no_more() -> None:
    seen: list[int] = []

    def findings() -> Iterator[Finding]:
        for place in range(1_000):
            seen.append(place)
            yield Finding("email" if place % 2 else "ip", place, place + 1)

    passed, why = judged(findings(), report=["ip"])
    assert (passed, why, len(seen)) == (False, "found 32 email, and perhaps more", 64)
    assert judged(findings(), report=["ip", "email"]) == (True, "500 email, 500 ip")
