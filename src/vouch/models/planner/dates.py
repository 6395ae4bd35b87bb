"""Dates and times of day in a text, in the customary ways of writing and relative to today.

It does not know what day it is unless it is told, and leaves out what could be two different days: 3/5 alone is one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Final

from vouch.models.planner.mention import Mention, without_overlap
from vouch.models.planner.tokens import each

_MONTHS: Final = each("january february march april may june july august september october november december")
_DAYS: Final = each("monday tuesday wednesday thursday friday saturday sunday")
_MONTH: Final = "|".join(f"{month}|{month[:3]}" for month in _MONTHS) + "|sept"
_DAY: Final = "|".join(_DAYS)
_ISO: Final = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_SIGNS: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_DAY_FIRST: Final = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?(?:,?\s+(\d{{4}}))?", re.IGNORECASE
)
_MONTH_FIRST: Final = re.compile(
    rf"\b({_MONTH})\b[.\s]+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)(?:,?\s*(\d{{4}})\b)?", re.IGNORECASE
)
_YEAR: Final = re.compile(r"\b((?:19|20)\d{2})\b(?!-\d)")
_NEAR: Final = re.compile(
    r"\b(?:the\s+)?(day after tomorrow|day before yesterday|today|tonight|tomorrow|yesterday)\b", re.IGNORECASE
)
_SHIFTS: Final = {
    "day after tomorrow": 2,
    "day before yesterday": -2,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "yesterday": -1,
}
_COUNTED: Final = re.compile(
    r"\b(?:(in)\s+)?(a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,3})\s+(day|week|month)s?"
    r"(?:\s+(ago|from now|from today))?\b",
    re.IGNORECASE,
)
_COUNTS: Final = {word: value for value, word in enumerate(each("two three four five six seven eight nine ten"), 2)}
_WEEKDAY: Final = re.compile(rf"\b(?:(next|last|this|on|coming)\s+)?({_DAY})\b", re.IGNORECASE)
_TODAY: Final = re.compile(
    r"(?:today(?:'s date)?|current date|the date|date today|now)\b[\s:,]*(?:is\b)?[^.\n]{0,60}", re.IGNORECASE
)
_CLOCK: Final = re.compile(
    r"\b(?:at\s+)?(?:(\d{1,2})(?::(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|o'clock)|(\d{1,2}):(\d{2})(?::\d{2})?)(?!\w)|\b(noon|midnight)\b",
    re.IGNORECASE,
)


def today_in(system: str) -> date | None:
    """The day that the prompt says it is, or None."""
    for found in _TODAY.finditer(system):
        if known := dates(found[0], None):
            return known[0].value
    return None


def dates(text: str, today: date | None) -> list[Mention]:
    """All dates in order. Those without a year are near `today`; without `today` they are left out."""
    return without_overlap([*_written(text, today), *(_relative(text, today) if today else ())])


def _written(text: str, today: date | None) -> Iterator[Mention]:
    years = set(_YEAR.findall(text))
    year = int(years.pop()) if len(years) == 1 else 0
    for found in _ISO.finditer(text):
        yield from _made(found, int(found[1]), int(found[2]), int(found[3]), today)
    for found in _SIGNS.finditer(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        year += 2000 if year < 100 else 0
        if found[2] == "." or first > 12 or first == second:
            yield from _made(found, year, second, first, today)
        elif second > 12:
            yield from _made(found, year, first, second, today)
    for found in _DAY_FIRST.finditer(text):
        yield from _made(found, int(found[3] or year), _month(found[2]), int(found[1]), today)
    for found in _MONTH_FIRST.finditer(text):
        yield from _made(found, int(found[3] or year), _month(found[1]), int(found[2]), today)


def _month(name: str) -> int:
    return next(place for place, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3]))


def _made(found: re.Match[str], year: int, month: int, day: int, today: date | None) -> Iterator[Mention]:
    years = [year] if year else [today.year - 1, today.year, today.year + 1] if today else []
    known: list[date] = []
    for one in years:
        try:
            known.append(date(one, month, day))
        except ValueError:
            continue
    if known:
        value = min(known, key=lambda one: abs(one - today)) if today and not year else known[0]
        yield Mention(value, found.start(), found.end(), 0.98 if year else 0.9)


def _relative(text: str, today: date) -> Iterator[Mention]:
    for found in _NEAR.finditer(text):
        yield Mention(today + timedelta(days=_SHIFTS[found[1].lower()]), found.start(), found.end(), 0.97)
    for found in _COUNTED.finditer(text):
        if found[1] or found[4]:
            count = int(found[2]) if found[2].isdigit() else _COUNTS.get(found[2].lower(), 1)
            count = -count if (found[4] or "").lower() == "ago" else count
            yield Mention(_shifted(today, count, found[3].lower()), found.start(), found.end(), 0.95)
    for found in _WEEKDAY.finditer(text):
        yield Mention(_weekday(today, found[2], (found[1] or "").lower()), found.start(), found.end(), 0.85)


def _shifted(today: date, count: int, unit: str) -> date:
    if unit == "month":
        months = today.year * 12 + today.month - 1 + count
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    return today + timedelta(days=count * (7 if unit == "week" else 1))


def _weekday(today: date, name: str, before: str) -> date:
    """The next such day after today, or with *last* the one before it."""
    wanted = next(place for place, day in enumerate(_DAYS) if day.startswith(name.lower()[:3]))
    ahead = (wanted - today.weekday()) % 7
    if before == "last":
        return today - timedelta(days=(7 - ahead) if ahead else 7)
    return today + timedelta(days=ahead or 7)


def times(text: str) -> list[Mention]:
    """All times of day in order."""
    found: list[Mention] = []
    for match in _CLOCK.finditer(text):
        if match[6]:
            value = time(12 if match[6].lower() == "noon" else 0)
        else:
            hour, minute = int(match[1] or match[4]), int(match[2] or match[5] or 0)
            half = (match[3] or "").lower()[:1]
            hour = hour % 12 + (12 if half == "p" else 0) if half in ("a", "p") else hour
            if hour > 23 or minute > 59:
                continue
            value = time(hour, minute)
        found.append(Mention(value, match.start(), match.end(), 0.95))
    return found


def written(value: date, description: str) -> str:
    """A date as the description wants it; without a wish as in ISO 8601."""
    wish = description.lower()
    if "mm/dd/yyyy" in wish:
        return value.strftime("%m/%d/%Y")
    if "dd/mm/yyyy" in wish:
        return value.strftime("%d/%m/%Y")
    return value.isoformat()
