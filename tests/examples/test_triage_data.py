from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vouch.prompts.prompt import Prompt

TRIAGE = Path(__file__).parents[2] / "examples" / "triage"
DATA = ("cases.jsonl", "prompts/examples.jsonl", "prompts/worse.jsonl")
TAGS = {
    "plain", "terse", "angry", "polite", "long", "chatty", "non-native", "quoted", "oblique",
    "mixed", "typos", "no-caps", "all-caps",
}  # fmt: skip
ALIKE = 6
"""Words in a row that no example and no case may have in common."""


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("triage_generate", TRIAGE / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (TRIAGE / name).read_text("utf-8").splitlines()]


GENERATE = load()
CASES = rows("cases.jsonl")
EXAMPLES = rows("prompts/examples.jsonl")
WORSE = rows("prompts/worse.jsonl")
TRIAGE_PROMPT = Prompt.file(TRIAGE / "prompts" / "triage.prompt.md")
WORSE_PROMPT = Prompt.file(TRIAGE / "prompts" / "worse.prompt.md")


def intents() -> list[str]:
    schema = TRIAGE_PROMPT.settings.output_schema
    assert schema is not None
    return schema["enum"]


def masked(text: str) -> str:
    """`text` as words in small letters, with every value of a slot and every number as a gap."""
    values = sorted({value for pool in GENERATE.SLOTS.values() for value in pool}, key=len, reverse=True)
    found = re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, values))})(?![\w'])", re.IGNORECASE)
    gaps = re.sub(r"\S*\d\S*", " _ ", found.sub(" _ ", text))
    return " ".join(re.findall(r"[a-z']+|_", gaps.lower()))


def runs(text: str, length: int = ALIKE) -> set[str]:
    words = masked(text).split()
    return {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_the_files_are_what_the_generator_writes() -> None:
    for path, content in GENERATE.files().items():
        assert path.read_bytes() == content.encode(), path.name
    assert GENERATE.main(["--check"]) == 0


def test_another_process_writes_the_same_bytes_and_check_sees_what_is_stale(tmp_path: Path) -> None:
    shutil.copytree(TRIAGE, tmp_path / "triage", ignore=shutil.ignore_patterns(".vouch", "__pycache__"))
    script = tmp_path / "triage" / "generate.py"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}

    def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(script), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    stale = tmp_path / "triage" / "cases.jsonl"
    stale.write_text("{}\n")
    (tmp_path / "triage" / "prompts" / "worse.jsonl").unlink()
    checked = generate("--check")
    assert checked.returncode == 1
    assert "cases.jsonl is not what" in checked.stdout
    assert "worse.jsonl is not what" in checked.stdout
    assert stale.read_text() == "{}\n"
    assert generate().returncode == 0
    for name in DATA:
        assert (tmp_path / "triage" / name).read_bytes() == (TRIAGE / name).read_bytes()


def test_a_wrong_number_of_phrasings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GENERATE, "CASES", 501)
    with pytest.raises(SystemExit, match=r"holds 500 phrasings, wanted 501"):
        GENERATE.files()


def test_there_are_500_cases_with_ids_in_order_and_no_input_twice() -> None:
    assert [case["id"] for case in CASES] == [f"t-{number:04}" for number in range(1, 501)]
    inputs = [case["input"] for case in CASES]
    assert len({text.casefold() for text in inputs}) == 500
    assert all(set(case) == {"id", "input", "expected", "tags"} for case in CASES)
    assert all(text == text.strip() and "{" not in text for text in inputs)
    assert sum((TRIAGE / name).stat().st_size for name in DATA) < 300_000


def test_the_cases_stand_on_many_skeletons() -> None:
    assert len({masked(phrasing.text) for phrasing in GENERATE.phrasings("held_out")}) == 500
    assert len({masked(case["input"]) for case in CASES}) >= 400
    assert len({masked(example["input"]) for example in EXAMPLES}) >= 400


def test_the_intents_are_balanced_within_reason() -> None:
    cases = Counter(case["expected"] for case in CASES)
    examples = Counter(example["output"] for example in EXAMPLES)
    assert set(cases) == set(examples) == set(intents())
    assert 18 <= min(cases.values()) <= max(cases.values()) <= 32
    assert 18 <= min(examples.values()) <= max(examples.values()) <= 28
    # A proof that stops after the first hundred cases has seen nearly all intents.
    assert len({case["expected"] for case in CASES[:100]}) >= len(intents()) - 1


def test_examples_and_cases_share_no_input_and_no_frame() -> None:
    assert not {example["input"] for example in EXAMPLES} & {case["input"] for case in CASES}
    assert len({example["input"] for example in EXAMPLES}) == len(EXAMPLES)
    learned = {run for example in EXAMPLES for run in runs(example["input"])}
    shared = {run: case["id"] for case in CASES for run in runs(case["input"]) if run in learned}
    assert shared == {}


def test_a_frame_that_is_shared_would_be_found() -> None:
    learned = runs("Where is my order {order}? It was meant to be here on Friday, I think.")
    assert learned & runs("hello where is my order LH-123456? It was meant to be here on Monday!")


def test_tags_say_what_makes_a_case_special() -> None:
    counts = Counter(tag for case in CASES for tag in case["tags"])
    assert set(counts) == TAGS
    assert all(case["tags"] == ["plain"] or "plain" not in case["tags"] for case in CASES)
    assert all(len(set(case["tags"])) == len(case["tags"]) > 0 for case in CASES)
    for tag in ("plain", "terse", "typos", "angry", "long", "no-caps", "polite", "non-native"):
        assert counts[tag] >= 30, tag
    assert counts["mixed"] >= 10
    for case in CASES:
        if "no-caps" in case["tags"]:
            assert case["input"] == case["input"].lower()
        if "all-caps" in case["tags"]:
            assert case["input"] == case["input"].upper()


def test_both_prompts_load_and_differ_in_nothing_but_their_examples() -> None:
    assert len(TRIAGE_PROMPT.examples) == len(EXAMPLES)
    assert len(WORSE_PROMPT.examples) == len(WORSE)
    assert TRIAGE_PROMPT.settings == WORSE_PROMPT.settings
    assert TRIAGE_PROMPT.settings.temperature == 0
    assert TRIAGE_PROMPT.render("Hello")[0] == WORSE_PROMPT.render("Hello")[0]
    assert Counter(shot.output for shot in TRIAGE_PROMPT.shots) == dict.fromkeys(intents(), 2)


def test_the_prompt_says_what_each_intent_means() -> None:
    said = re.findall(r"^- `(\w+)`: \w.{15,}$", TRIAGE_PROMPT.render("Hello")[0].text, re.MULTILINE)
    assert said == intents()
    assert len(set(said)) == len(said)


def test_the_worse_set_is_smaller_and_has_some_queues_poured_together() -> None:
    right = {example["input"]: example["output"] for example in EXAMPLES}
    mixed_up = {intent for pair in GENERATE.POURED_TOGETHER for intent in pair}
    wrong = Counter(right[row["input"]] for row in WORSE if row["output"] != right[row["input"]])
    assert wrong == dict.fromkeys(mixed_up, GENERATE.WORSE_PER_INTENT // 2)
    assert Counter(row["output"] for row in WORSE) == dict.fromkeys(intents(), GENERATE.WORSE_PER_INTENT)


def test_typing_mistakes_change_words_but_never_numbers_or_addresses() -> None:
    text = "Please send order LH-481923 back to amara.k@example.com before Friday, thank you very much indeed."
    for key in range(200):
        spoiled = GENERATE.spoil(text, key)
        assert spoiled != text
        assert spoiled == GENERATE.spoil(text, key)
        assert "LH-481923" in spoiled
        assert "amara.k@example.com" in spoiled
        assert abs(len(spoiled) - len(text)) <= 6
    assert GENERATE.spoil("no 12 ok") == "no 12 ok"


def test_equal_gaps_get_equal_values_and_a_second_gap_another() -> None:
    for key in range(100):
        first, again, second = GENERATE.fill("{product}|{product}|{product2}", "held_out", key).split("|")
        assert first == again != second
        assert GENERATE.fill("{product}", "learn", key) in GENERATE.SLOTS["learn product"]
        assert GENERATE.fill("{product}", "held_out", key) in GENERATE.SLOTS["product"]
        assert re.search(r"\d{3} ?\d{3}$", GENERATE.fill("{order}", "learn", key))
