"""A made-up library: members, books, loans, a branch or two."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from vouch.contracts.tool import ToolRefused
from vouch.tools.approvals import never
from vouch.tools.function import FunctionTool, tool

MemberId = Annotated[str, Field(pattern=r"^M-\d{4}$")]
LoanId = Annotated[str, Field(pattern=r"^L\d{5}$")]
BookId = Annotated[str, Field(pattern=r"^B\d{4}$")]
Branch = Literal["central", "north", "harbour"]

BOOKS = {
    "B1001": ("The Silent Orchard", "Mira Holt", 2019),
    "B1002": ("Rivers of Glass", "Tom Arden", 2004),
    "B1003": ("A Field Guide to Moss", "Ines Vogel", 1998),
    "B1004": ("Orchard Nights", "Mira Holt", 2021),
}
RULES = [
    "# Loans\nA book may be kept for four weeks. It can be renewed twice unless somebody has reserved it.",
    "# Fines\nEach day after the due date costs 0.20 euros for a book. Lost books are charged at their price.",
    "# Guests\nGuests may read in the house without a card. Dogs stay outside.",
]


class Member(BaseModel):
    member_id: MemberId
    name: str
    email: str


class Book(BaseModel):
    book_id: BookId
    title: str
    author: str
    year: int
    blurb: str


class Loan(BaseModel):
    loan_id: LoanId
    book_id: BookId
    title: str
    due: str
    renewals: int


class Loans(BaseModel):
    member_id: MemberId
    loans: list[Loan]


class Renewed(BaseModel):
    loan_id: LoanId
    due: str


class Reserved(BaseModel):
    reservation: str
    book_id: BookId
    branch: str


class Rule(BaseModel):
    heading: str
    text: str


class Library:
    """Its state, and tools bound to it. `blurb` is what a stranger wrote about every book."""

    def __init__(
        self, blurb: str = "A quiet book that many readers have loved, full of trees and long silences."
    ) -> None:
        self.blurb = blurb
        self.members = {
            "ann@example.com": Member(member_id="M-1001", name="Ann Smith", email="ann@example.com"),
            "bo@example.org": Member(member_id="M-1002", name="Bo Chen", email="bo@example.org"),
        }
        self.loans = {
            "M-1001": [
                Loan(loan_id="L10001", book_id="B1001", title="The Silent Orchard", due="2025-05-02", renewals=0),
                Loan(loan_id="L10002", book_id="B1002", title="Rivers of Glass", due="2025-05-20", renewals=1),
            ],
            "M-1002": [
                Loan(loan_id="L10003", book_id="B1003", title="A Field Guide to Moss", due="2025-06-01", renewals=0)
            ],
        }
        self.log: list[tuple[str, Any]] = []
        self.closed = False

    def tools(self) -> list[FunctionTool]:
        return [*self._reads(), *self._writes()]

    def _reads(self) -> list[FunctionTool]:
        @tool(examples=["My e-mail is kim@example.com", "My account is kim@example.com"])
        def find_member(email: str) -> Member:
            """Find out who the member is by their e-mail address.

            Args:
                email: the e-mail address of their account
            """
            if email.lower() not in self.members:
                raise ToolRefused("There is no member with this e-mail address.")
            return self.members[email.lower()]

        @tool(examples=["I am Kim Lee", "My name is Kim Lee, postcode 12345"])
        def find_member_by_name(full_name: str, postcode: Annotated[str, Field(pattern=r"^\d{5}$")]) -> Member:
            """Find out who the member is by name and postcode.

            Args:
                full_name: their first and last name
                postcode: their postcode
            """
            for member in self.members.values():
                if (member.name.lower(), postcode) == (full_name.lower(), "20095"):
                    return member
            raise ToolRefused("There is no such member.")

        @tool(examples=["Do you have a book about moss?", "Which novels by Holt are there?", "Is Dune on the shelf?"])
        def search_books(query: str) -> list[Book]:
            """Search the catalogue by title, author or subject.

            Args:
                query: what is looked for
            """
            wanted = set(query.lower().split())
            rows = [(len(wanted & set(f"{t} {a}".lower().split())), b, t, a, y) for b, (t, a, y) in BOOKS.items()]
            best = max(row[0] for row in rows)
            return [
                Book(book_id=b, title=t, author=a, year=y, blurb=self.blurb) for n, b, t, a, y in rows if n == best > 0
            ]

        @tool(examples=["Which books have I borrowed?", "When are my books due?", "What do I still have at home?"])
        def get_loans(member_id: MemberId) -> Loans:
            """All books that a member has borrowed, and until when.

            Args:
                member_id: whose loans
            """
            return Loans(member_id=member_id, loans=self.loans[member_id])

        @tool(examples=["When are you open?", "What are the opening hours?", "Until when can I come today?"])
        def opening_hours(branch: Branch) -> dict[str, str]:
            """When a branch is open.

            Args:
                branch: which of our houses
            """
            return {"branch": branch, "weekdays": "9 to 19" if branch == "central" else "10 to 18", "sunday": "closed"}

        @tool(examples=["How long may I keep a book?", "Are dogs allowed?", "What does it cost when I am late?"])
        def search_rules(question: str) -> list[Rule]:
            """Look up what the house rules say.

            Args:
                question: the question as it was asked
            """
            return [Rule(heading=rule.split("\n")[0], text=rule.split("\n")[1]) for rule in RULES]

        return [find_member, find_member_by_name, search_books, get_loans, opening_hours, search_rules]

    def _writes(self) -> list[FunctionTool]:
        @tool(
            effect="write",
            approval=never,
            examples=["Renew my loan", "I need the book longer", "Can I keep it for another month?"],
        )
        def renew_loan(member_id: MemberId, loan_id: LoanId) -> Renewed:
            """Extend a loan by four weeks.

            Args:
                member_id: whose loan it is
                loan_id: the number of the loan, such as L12345
            """
            if self.closed:
                raise ToolRefused("Loans cannot be renewed while your account is blocked.")
            self.log.append(("renew", (member_id, loan_id)))
            return Renewed(loan_id=loan_id, due="2025-06-17")

        @tool(
            effect="write",
            approval=never,
            examples=["Reserve a book for me", "Put it aside for me", "I would like to have that novel next"],
        )
        def reserve_book(member_id: MemberId, book_id: BookId, branch: Branch) -> Reserved:
            """Reserve a book, to be fetched at a branch.

            Args:
                member_id: for whom
                book_id: which book
                branch: where it shall be fetched
            """
            self.log.append(("reserve", (member_id, book_id, branch)))
            return Reserved(reservation="R77", book_id=book_id, branch=branch)

        @tool(
            effect="write",
            approval=never,
            examples=["I want to speak to a librarian", "Let me talk to a person", "Get me a human being"],
        )
        def call_librarian(note: str) -> str:
            """Hand the conversation over to a person.

            Args:
                note: what it is about
            """
            self.log.append(("person", note))
            return "A librarian will write to you today."

        return [renew_loan, reserve_book, call_librarian]
