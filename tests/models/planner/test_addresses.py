from __future__ import annotations

import pytest

from vouch.models.planner.addresses import Address, addresses, whole


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Send it to 12 Mill Lane, 48210 Norwich please", Address("12 Mill Lane", "", "Norwich", "", "48210", "")),
        (
            "New address: 123 Main St, Apt 4, San Francisco, CA 94105, USA.",
            Address("123 Main St", "Apt 4", "San Francisco", "CA", "94105", "USA"),
        ),
        ("Hauptstraße 5, 20095 Hamburg, Germany", Address("Hauptstraße 5", "", "Hamburg", "", "20095", "Germany")),
        ("37 Harbour View, 71066 Aarhus", Address("37 Harbour View", "", "Aarhus", "", "71066", "")),
        ("14 rue de Rivoli, 75001 Paris", Address("14 rue de Rivoli", "", "Paris", "", "75001", "")),
        ("221B Baker Street", Address("221B Baker Street")),
    ],
)
def test_one_address(text: str, address: Address) -> None:
    assert [mention.value for mention in addresses(text)] == [address]


@pytest.mark.parametrize("text", ["I bought 3 lamps on 5 May", "order 12345", "2 of the chairs are broken"])
def test_what_is_no_address(text: str) -> None:
    assert addresses(text) == []


def test_an_address_in_one_line() -> None:
    assert whole(Address("1 A St", "Apt 2", "Rome", "CA", "12345", "Italy")) == "1 A St, Apt 2, Rome, CA 12345, Italy"
    assert whole(Address("1 A St", city="Rome")) == "1 A St, Rome"
