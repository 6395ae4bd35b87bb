from __future__ import annotations

from datetime import date, time

import pytest

from vouch.models.planner.dates import dates, times, today_in, written

MONDAY = date(2025, 5, 5)


def found(text: str, today: date | None = MONDAY) -> list[str]:
    return [mention.value.isoformat() for mention in dates(text, today)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("on 2025-06-01", "2025-06-01"),
        ("3 May 2024", "2024-05-03"),
        ("the 3rd of May, 2024", "2024-05-03"),
        ("May 3rd, 2024", "2024-05-03"),
        ("Jun.20,2023", "2023-06-20"),
        ("31/12/2024", "2024-12-31"),
        ("12/31/24", "2024-12-31"),
        ("03.04.2025", "2025-04-03"),
        ("4/4/2025", "2025-04-04"),
        ("on 1 January", "2025-01-01"),
        ("12 December", "2024-12-12"),
        ("today", "2025-05-05"),
        ("yesterday", "2025-05-04"),
        ("the day after tomorrow", "2025-05-07"),
        ("in two weeks", "2025-05-19"),
        ("3 days ago", "2025-05-02"),
        ("in a month", "2025-06-05"),
        ("one month ago", "2025-04-05"),
        ("next Friday", "2025-05-09"),
        ("last Friday", "2025-05-02"),
        ("on Monday", "2025-05-12"),
        ("last Monday", "2025-04-28"),
    ],
)
def test_one_date(text: str, iso: str) -> None:
    assert found(text) == [iso]


@pytest.mark.parametrize(
    "text", ["3/4/2025", "I may go", "31 February 2025", "version 1.2.3", "call 555-1234", "two weeks"]
)
def test_what_is_no_date_or_might_be_two(text: str) -> None:
    assert found(text) == []


def test_a_year_said_once_is_that_of_all() -> None:
    assert found("from 3 May to 6 May 2023") == ["2023-05-03", "2023-05-06"]


def test_without_today_only_whole_dates_are_known() -> None:
    assert found("tomorrow, or on 2025-05-09", None) == ["2025-05-09"]
    assert found("on 3 May", None) == []


def test_months_end_where_they_end() -> None:
    assert found("in a month", date(2025, 1, 31)) == ["2025-02-28"]


def test_the_prompt_says_what_day_it_is() -> None:
    assert today_in("You help. Today is Monday, 5 May 2025.") == MONDAY
    assert today_in("Current date: 2025-05-05") == MONDAY
    assert today_in("You may help today.") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("at 5 pm", time(17)),
        ("17:30", time(17, 30)),
        ("12 am", time(0)),
        ("noon", time(12)),
        ("midnight", time(0)),
        ("at 7:15am", time(7, 15)),
    ],
)
def test_times(text: str, value: time) -> None:
    assert [mention.value for mention in times(text)] == [value]


def test_what_is_no_time() -> None:
    assert times("25:70 or 5 apples") == []


def test_dates_are_written_as_wished() -> None:
    assert written(MONDAY, "in the form MM/DD/YYYY") == "05/05/2025"
    assert written(date(2025, 3, 4), "dd/mm/yyyy") == "04/03/2025"
    assert written(MONDAY, "the day") == "2025-05-05"
