"""What can be counted in a question without understanding it: length, numbers, code, words that tell the task.

It does not know which model will answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

NUMBER: Final = re.compile(r"\d[\d,]*(?:\.\d+)?")

_SENTENCE: Final = re.compile(r"[.?!]\s")
_CODE: Final = re.compile(r"```|\bdef \w+\(|\breturn\b|[{};]\s*$|=>|==|\bimport \w+|\bSELECT\b", re.MULTILINE)
_FORMULA: Final = re.compile(r"\\[a-zA-Z]+|\$[^$\n]+\$|\^")
_OPTION: Final = re.compile(r"(?:^|\s)\(?[A-E][.):]\s")

_LETTERS: Final = re.compile(r"[a-z]+")

_TASK_WORDS: Final[Mapping[str, str]] = {
    "shares": "half twice thrice third quarter double triple times percent",
    "comparisons": "more less fewer older younger than least most",
    "conditions": "if when unless after before then until",
    "rates": "each every per",
    "reasons": "why how explain prove show compare analyse analyze",
    "facts": "who where which what name",
    "writing": "write summarise summarize translate rewrite draft list",
    "negations": "not no never except without",
}
_KIND: Final = {word: kind for kind, words in _TASK_WORDS.items() for word in words.split()}

_MOST_EXPONENT: Final = 30.0


def numbers(text: str) -> list[float]:
    """All numbers of a text, in order, without their thousands' separators."""
    return [float(found.replace(",", "")) for found in NUMBER.findall(text)]


def surface(text: str, *, length: int, tools: int = 0) -> dict[str, float]:
    """The counts by their names. `text` may be a part of the question, `length` is that of all of it, in characters."""
    words, lower = text.split(), text.lower()
    sentences = [part for part in _SENTENCE.split(text) if part.strip()]
    found = numbers(text)
    counts = {
        "length": math.log1p(length),
        "words": math.log1p(len(words)),
        "sentences": math.log1p(len(sentences)),
        "words_a_sentence": math.log1p(len(words) / max(1, len(sentences))),
        "letters_a_word": math.log1p(sum(map(len, words)) / max(1, len(words))),
        "different_words": len(set(words)) / max(1, len(words)),
        "last_sentence": math.log1p(len(sentences[-1].split()) if sentences else 0),
        "numbers": math.log1p(len(found)),
        "different_numbers": math.log1p(len(set(found))),
        "largest_number": min(math.log1p(max(found, default=0.0)), _MOST_EXPONENT),
        "broken_numbers": math.log1p(sum(not number.is_integer() for number in found)),
        "percents": math.log1p(text.count("%")),
        "money": math.log1p(text.count("$")),
        "fractions": math.log1p(text.count("/")),
        "commas": math.log1p(text.count(",")),
        "lines": math.log1p(text.count("\n")),
        "capitals": math.log1p(sum(map(str.isupper, text))),
        "foreign_letters": len(text.encode("utf-8", "replace")) / max(1, len(text)) - 1,
        "code": math.log1p(len(_CODE.findall(text))),
        "formulas": math.log1p(len(_FORMULA.findall(text))),
        "options": math.log1p(len(_OPTION.findall(text))),
        "tools": math.log1p(tools),
    }
    told = dict.fromkeys(_TASK_WORDS, 0)
    for word in _LETTERS.findall(lower):
        kind = _KIND.get(word)
        if kind is not None:
            told[kind] += 1
    return counts | {kind: math.log1p(times) for kind, times in told.items()}
