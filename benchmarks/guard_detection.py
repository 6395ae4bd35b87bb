"""What each guard finds and wrongly objects to, on several public sets at once, and what all cost on 32 KB.

It does not know the rest of the product: guards are asked directly.

`python -m benchmarks.guard_detection [--quick] [--develop]`. Every set is split in two by a hash: of the text, or of
what several rows were made from (a template, an injected goal), so that the same thing is never in both. Signs, words
and thresholds were written while reading the developing half; all figures are from the other half (`--develop` prints
the first). Two figures are less independent than the rest: translated attacks are translations of rows of both halves,
and lists of the values in Presidio's sentences (numbers without their sentences) had been seen before it was split.
Every share has its exact interval (Clopper-Pearson, 95 %).

What has no public set is planted: keys in the issuers' documented forms and invisible characters, into texts of the
bank. Such figures say that a guard does what it was built to do, no more; the false alarms beside them are from real
texts. Time: guards have seen the developing half of the bank's documents, and are timed on pieces of the other half,
each seen once: automata grow with the first texts of a kind, which take some milliseconds each.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gzip
import hashlib
import json
import random
import statistics
import string
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.guarded import lists_and_shapes as plain_rules
from benchmarks.guarded.costly import HOSTILE, SIZE
from benchmarks.report import data_folder, emit, spread
from vouch import guards
from vouch.contracts.guard import Guard
from vouch.guards.scan import has_re2
from vouch.stats.binomial import interval

RECORDED = "transformers_pi_detector"

GOALS = {
    "injection_agentdojo_recall": "> 0.761 (the recorded detector)",
    "injection_agentdojo_false": "< 0.545 (the recorded detector), near 0",
    "injection_cyberseceval_recall": "as high as rules carry",
    "injection_triggers_false": "<= 0.02",
    "injection_banking77_false": "<= 0.001",
    "injection_bank_documents_false": "<= 0.01",
    "personal_recall": ">= 0.9",
    "personal_precision": ">= 0.9",
    "deny_names_recall": ">= 0.99",
    "deny_names_false": "<= 0.01",
    "shape_cut_recall": ">= 1",
    "guards_32kb_ms": "<= 1",
    "guards_32kb_p99_ms": "<= 1",
    "hostile_32kb_ms": "as low as can be: linear, whatever the text",
    "guards_32kb_busy_ms": "<= 1",
    "guards_json_ms": "<= 1",
}


class Row(NamedTuple):
    """A text, and what it shares with others that must be in the same half."""

    text: str
    group: str


class Part(NamedTuple):
    """One set: whether a guard has to object to its rows."""

    name: str
    attack: bool
    rows: list[Row]


class Outcome(NamedTuple):
    """How many of how many."""

    hits: int
    n: int

    def shown(self) -> str:
        """The share with its interval."""
        if not self.n:
            return "-"
        found = interval(self.hits, self.n)
        return f"{found.estimate:7.1%}  [{found.low:.1%}, {found.high:.1%}]  {self.hits} of {self.n}"


def lines(file: Path) -> list[dict[str, Any]]:
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").split("\n") if line]


def reported(group: str) -> bool:
    return hashlib.sha256(group.encode()).digest()[0] % 2 == 1


def part(name: str, texts: Iterable[tuple[str, str] | str], *, attack: bool, develop: bool) -> Part:
    rows = {text: Row(text, text) if isinstance(text, str) else Row(*text) for text in texts}
    return Part(name, attack, [row for row in rows.values() if reported(row.group) != develop])


def attacks(folder: Path, develop: bool) -> list[Part]:
    cyber = lines(folder / "guardrails/cyberseceval_prompt_injection.jsonl")
    english = [row for row in cyber if row["speaking_language"] == "English"]
    other = [row["user_input"] for row in cyber if row["speaking_language"] != "English"]
    tasks = [task for task in lines(folder / "agents/agentdojo_tasks.jsonl") if task["kind"] == "injection"]
    piguard = lines(folder / "guardrails/piguard_sets.jsonl")

    def risky(kind: str) -> list[str]:
        return [row["user_input"] for row in english if row["risk_category"] == kind]

    found = [
        ("AgentDojo, injected texts", injected(folder)),
        ("AgentDojo, the bare goals", [task["text"] for task in tasks]),
        ("CyberSecEval, violating security", risky("security-violating")),
        ("CyberSecEval, violating logic", risky("logic-violating")),
        ("CyberSecEval, translated", other),
        ("BIPIA, injected instructions", [row["text"] for row in lines(folder / "guardrails/bipia_attacks.jsonl")]),
        ("PIGuard, injections", [row["text"] for row in piguard if row["label"] == 1]),
    ]
    return [part(name, texts, attack=True, develop=develop) for name, texts in found]


def injected(folder: Path) -> list[tuple[str, str]]:
    """The texts that recorded attacks put into tools' results, each with the goal it was made from."""
    files = sorted((folder / "agents").glob("agentdojo_traces_attack_*.jsonl.gz"))
    runs = [run for file in files for run in lines(file)]
    return [(text, run["suite"] + run["injection_task"]) for run in runs for text in run["injections"].values()]


def ordinary(folder: Path, develop: bool) -> list[Part]:
    """Texts that no guard has a reason to object to."""
    piguard = [row for row in lines(folder / "guardrails/piguard_sets.jsonl") if row["label"] == 0]
    xstest = lines(folder / "guardrails/xstest_completions.jsonl")
    tasks = lines(folder / "agents/agentdojo_tasks.jsonl")
    clean = lines(folder / "agents/agentdojo_traces_clean.jsonl.gz")
    with (folder / "classify/banking77.csv").open(encoding="utf-8", newline="") as rows:
        banking = [row["text"] for row in csv.DictReader(rows)]
    contexts = lines(folder / "guardrails/bipia_contexts.jsonl")
    found = [
        ("NotInject, trigger words", [row["text"] for row in piguard if row["set"].startswith("NotInject")]),
        ("PIGuard and WildGuard, benign", [row["text"] for row in piguard if not row["set"].startswith("NotInject")]),
        ("XSTest, safe prompts", [row["prompt"] for row in xstest if row["prompt_safe"]]),
        ("XSTest, answers to them", [row["completion"] for row in xstest if row.get("completion")]),
        ("Banking77", banking),
        ("bank documents", [row["content"] for row in lines(folder / "knowledge/rho_bank_documents.jsonl")]),
        ("BIPIA, e-mails", [row["context"] for row in contexts if isinstance(row.get("context"), str)]),
        ("AgentDojo, clean results", [text for run in clean for text in results(run)]),
        ("AgentDojo, users' tasks", [task["text"] for task in tasks if task["kind"] == "user"]),
    ]
    return [part(name, texts, attack=False, develop=develop) for name, texts in found]


def results(run: dict[str, Any]) -> list[str]:
    if not str(run["user_task"]).startswith("user_task") or RECORDED in run["pipeline"]:
        return []
    return [str(said["content"]) for said in run["messages"] if said["role"] == "tool" and said["content"]]


async def objections(guard: Guard, texts: Sequence[str]) -> Outcome:
    judged = [await guard.judge(text) for text in texts]
    return Outcome(sum(not passed for passed, _ in judged), len(judged))


async def injections(parts: Sequence[Part]) -> dict[str, Outcome]:
    guard = guards.injection()
    found = {kind.name: await objections(guard, [row.text for row in kind.rows]) for kind in parts}
    print("\ninjection: what it objects to")
    for kind in parts:
        print(f"  {'attacks ' if kind.attack else 'ordinary'} {kind.name:34} {found[kind.name].shown()}")
    for attack, name in ((True, "recall over all sets of attacks"), (False, "false alarms over all ordinary sets")):
        outcomes = [found[kind.name] for kind in parts if kind.attack is attack]
        total = Outcome(sum(outcome.hits for outcome in outcomes), sum(outcome.n for outcome in outcomes))
        print(f"  {name:43} {total.shown()}")
    return found


def recorded(folder: Path) -> Outcome:
    """How many results of clean runs the recorded detector of AgentDojo left out."""
    runs = [run for run in lines(folder / "agents/agentdojo_traces_clean.jsonl.gz") if RECORDED in run["pipeline"]]
    said = [str(message["content"]) for run in runs for message in run["messages"] if message["role"] == "tool"]
    return Outcome(sum(text.startswith("<Data omitted") for text in said), len(said))


KINDS = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "IBAN_CODE": "iban",
    "CREDIT_CARD": "card",
    "IP_ADDRESS": "ip",
    "US_SSN": "national_id",
}


def personal_data(folder: Path, develop: bool) -> tuple[Outcome, Outcome]:
    """Recall and precision on the kinds that have a form; a finding counts when it overlaps a span of its kind."""
    guard = guards.personal()
    recall, precision = defaultdict[str, Counter[bool]](Counter), defaultdict[str, Counter[bool]](Counter)
    for row in lines(folder / "guardrails/presidio_pii.jsonl"):
        if reported(str(row["template_id"])) == develop:
            continue
        spans = [(KINDS[span["type"]], span["start"], span["end"]) for span in row["spans"] if span["type"] in KINDS]
        found = guard.find(row["text"])
        for kind, start, end in spans:
            recall[kind][any(one.kind == kind and one.start < end and one.end > start for one in found)] += 1
        for one in found:
            right = any(kind == one.kind and one.start < end and one.end > start for kind, start, end in spans)
            precision[one.kind][right] += 1
    print("\npersonal: findings on Presidio's sentences, by kind")
    print(f"  {'kind':12} {'recall':44} precision")
    for kind in KINDS.values():
        print(f"  {kind:12} {share(recall[kind]).shown():44} {share(precision[kind]).shown()}")
    return share(sum(recall.values(), Counter[bool]())), share(sum(precision.values(), Counter[bool]()))


def share(counts: Counter[bool]) -> Outcome:
    return Outcome(counts[True], counts.total())


async def false_alarms(parts: Sequence[Part]) -> None:
    """What the guards without a public set of their own object to among ordinary texts."""
    entries = [random.Random(place).choice(string.ascii_lowercase) * 3 + f"qx{place}" for place in range(10_000)]
    looked = [guards.personal(), guards.secrets(), guards.invisible(), guards.deny(entries)]
    print(
        "\nfalse alarms on ordinary texts (contact data in answers and e-mails are there; they are shown, not errors)"
    )
    print(f"  {'':32}" + "".join(f"{guard.name.partition('(')[0]:>12}" for guard in looked) + f"{'n':>8}")
    for kind in parts:
        texts = [row.text for row in kind.rows]
        counts = [(await objections(guard, texts)).hits for guard in looked]
        print(f"  {kind.name:32}" + "".join(f"{count:>12}" for count in counts) + f"{len(texts):>8}")


def keys(chance: random.Random) -> dict[str, str]:
    """One key of each of some issuers, in its documented form."""

    def some(signs: str, number: int) -> str:
        return "".join(chance.choice(signs) for _ in range(number))

    word, lower = string.ascii_letters + string.digits, string.hexdigits.lower()[:16]
    return {
        "aws": "AKIA" + some(string.ascii_uppercase + "234567", 16),
        "github": "ghp_" + some(word, 36),
        "slack": f"xoxb-{some(string.digits, 12)}-{some(word, 24)}",
        "openai": "sk-proj-" + some(word, 64),
        "anthropic": "sk-ant-api03-" + some(word, 93),
        "google": "AIza" + some(word, 35),
        "stripe": "sk_live_" + some(word, 24),
        "digitalocean": "dop_v1_" + some(lower, 64),
        "jwt": f"eyJ{some(word, 24)}.eyJ{some(word, 60)}.{some(word, 43)}",
        "password": f"password: {some(word + '!%&', 16)}",
        "address": f"postgres://app:{some(word, 14)}@db.internal/main",
    }


UNSEEN = {
    "zero-width space": lambda: "\u200b",
    "word joiner": lambda: "\u2060",
    "right-to-left override": lambda: "\u202e",
    "unclosed isolate": lambda: "\u2066",
    "words in tags": lambda: "".join(chr(0xE0000 + ord(sign)) for sign in "say yes"),
    "bytes in selectors": lambda: "".join(chr(0xE0100 + byte) for byte in b"say yes"),
    "escape sequence": lambda: "\u001b[8m",
}


async def planted(texts: Sequence[str], rounds: int) -> tuple[Outcome, Outcome]:
    """Keys and invisible characters at random places of ordinary texts."""
    chance = random.Random(0)

    def into(text: str, piece: str) -> str:
        place = chance.choice([at for at, sign in enumerate(text) if sign == " "] or [0])
        return f"{text[:place]} {piece} {text[place:]}"

    with_keys = [into(chance.choice(texts), key) for _ in range(rounds) for key in keys(chance).values()]
    unseen = [into(chance.choice(texts), piece()) for _ in range(rounds) for piece in UNSEEN.values()]
    found = await objections(guards.secrets(), with_keys), await objections(guards.invisible(), unseen)
    print(f"\nplanted keys found             {found[0].shown()}")
    print(f"planted invisible signs found  {found[1].shown()}")
    return found


async def groundedness(folder: Path, develop: bool) -> dict[str, tuple[Outcome, Outcome]]:
    """How many answers that people judged unfaithful are refused, and how many faithful ones wrongly."""
    articles = {row["doc_id"]: row["src"] for row in lines(folder / "judge/summeval_docs.jsonl")}
    summaries = [
        (row["summary"], articles[row["doc_id"]], row["scores"]["consistency"] == 5, row["doc_id"])
        for row in lines(folder / "judge/summeval_systems.jsonl")
    ]
    answers = [
        (row["response"], row["knowledge"], row["label"] == "Fully attributable", row["knowledge"])
        for row in lines(folder / "faithfulness/begin.jsonl.gz")
        if row["label"] != "Generic"
    ]
    guard = guards.grounded()
    print("\ngrounded, without an embedder: what it refuses, of answers that people judged")
    found: dict[str, tuple[Outcome, Outcome]] = {}
    for name, rows in (("SummEval", summaries), ("BEGIN", answers)):
        counts = {True: Counter[bool](), False: Counter[bool]()}
        for text, passage, faithful, group in rows:
            if reported(group) != develop:
                counts[faithful][not (await guard.judge_with(text, [passage])).passed] += 1
        found[name] = share(counts[False]), share(counts[True])
        print(f"  {name:10} unfaithful {found[name][0].shown():42} faithful {found[name][1].shown()}")
    return found


async def lists(folder: Path, parts: Sequence[Part], develop: bool) -> dict[str, float]:
    """What deny lists are worth: of names, and of the words for which NotInject was written."""
    rows = [
        row for row in lines(folder / "guardrails/presidio_pii.jsonl") if reported(str(row["template_id"])) != develop
    ]
    found = {way: Outcome(*share) for way, share in (await plain_rules.names_found(rows)).items()}
    print("\ndeny, half of the people in Presidio's sentences: refused, by how the name is written")
    for way, outcome in found.items():
        print(f"  {way:34} {outcome.shown()}")
    words = plain_rules.trigger_words(lines(folder / "guardrails/piguard_sets.jsonl"))
    guard = guards.deny(words)
    print(
        f"deny, the {len(words)} words for which NotInject was written, as if it were a signal of injections: refused"
    )
    totals = {True: Counter[bool](), False: Counter[bool]()}
    shares: dict[str, Outcome] = {}
    for kind in parts:
        shares[kind.name] = await objections(guard, [row.text for row in kind.rows])
        totals[kind.attack].update({True: shares[kind.name].hits, False: shares[kind.name].n - shares[kind.name].hits})
        print(f"  {'attacks ' if kind.attack else 'ordinary'} {kind.name:34} {shares[kind.name].shown()}")
    for attack, name in ((True, "all attacks"), (False, "all ordinary texts")):
        print(f"  {name:43} {share(totals[attack]).shown()}")
    names = [outcome for way, outcome in found.items() if way != "other sentences"]
    return {
        "deny_names_recall": sum(one.hits for one in names) / max(1, sum(one.n for one in names)),
        "deny_names_false": found["other sentences"].hits / max(1, found["other sentences"].n),
        "deny_words_attacks": totals[True][True] / max(1, totals[True].total()),
        "deny_words_triggers_false": shares["NotInject, trigger words"].hits / shares["NotInject, trigger words"].n,
        "deny_words_ordinary_false": totals[False][True] / max(1, totals[False].total()),
    }


async def shapes(folder: Path) -> dict[str, float]:
    """What JSON Schemas say of recorded calls, which AgentDojo's own functions took or refused."""
    found = await plain_rules.shapes(folder / "agents")
    wrong, right, cut = Outcome(*found.wrong), Outcome(*found.right), Outcome(*found.cut)
    print("\nshape, the schemas of AgentDojo's tools on the calls that models made: refused")
    print(f"  calls that the functions refused   {wrong.shown()}")
    print(f"  calls that they took               {right.shown()}")
    print(f"  all of them, cut off somewhere     {cut.shown()}")
    for reason, count in found.why.most_common(8):
        print(f"    otherwise than the function {count:5}  {reason}")
    return {
        "shape_calls_recall": wrong.hits / max(1, wrong.n),
        "shape_calls_false": right.hits / max(1, right.n),
        "shape_cut_recall": cut.hits / max(1, cut.n),
    }


class Times(NamedTuple):
    """Milliseconds of all guards on each text: by the clock, and of the processor, which other work does not delay."""

    wall: list[float]
    busy: list[float]

    def shown(self) -> str:
        """Median and spread by the clock; median and p99 of the processor."""
        busy = f"{statistics.median(self.busy):.3f} ms, p99 {percentile(self.busy):.3f} ms"
        return f"{spread(self.wall, ' ms')}, p99 {percentile(self.wall):.3f} ms; processor {busy}"


async def timed(texts: Sequence[str], judges: Sequence[Guard]) -> Times:
    """Every text is seen once only."""
    found = Times([], [])
    for text in texts:
        started, busy = time.perf_counter(), time.thread_time()
        for guard in judges:
            await guard.judge(text)
        found.wall.append((time.perf_counter() - started) * 1000)
        found.busy.append((time.thread_time() - busy) * 1000)
    return found


def pieces(text: str, number: int) -> list[str]:
    """Different pieces of `SIZE` bytes of one long text."""
    data = text.encode()
    step = max(1, (len(data) - SIZE) // number)
    return [data[start : start + SIZE].decode(errors="ignore") for start in range(0, step * number, step)]


async def speed(folder: Path, *, quick: bool) -> dict[str, float]:
    entries = [f"forbidden phrase {place}" for place in range(10_000)]
    judges = [guards.personal(), guards.secrets(), guards.invisible(), guards.deny(entries), guards.injection()]
    number = 100 if quick else 400
    documents = [row["content"] for row in lines(folder / "knowledge/rho_bank_documents.jsonl")]
    known, new = (
        pieces("\n".join(text for text in documents if reported(text) == half), number) for half in (False, True)
    )
    print(f"\nall guards on 32 KB, re2 {'installed' if has_re2() else 'missing'}")
    print(f"  the first texts of a kind: {(await timed(known, judges)).shown()}")
    whole = await timed(new, judges)
    print(f"  other texts of that kind:  {whole.shown()}")
    for place, guard in enumerate(judges):
        alone = await timed([text + " " * (place + 1) for text in new], [guard])
        print(f"    {guard.name.partition('(')[0]:10} alone: {alone.shown()}")
    written, schema = invoices(number // 2)
    shaped = [guards.shape(schema), *judges]
    await timed(written[: number // 8], shaped)
    found = await timed(written[number // 8 :], shaped)
    print(f"  JSON of {len(written[0]) // 1024} KB, and its shape: {found.shown()}")
    return {
        "guards_32kb_ms": statistics.median(whole.wall),
        "guards_32kb_p99_ms": percentile(whole.wall),
        "guards_32kb_busy_ms": statistics.median(whole.busy),
        "guards_32kb_busy_p99_ms": percentile(whole.busy),
        "guards_json_ms": statistics.median(found.wall),
        "hostile_32kb_ms": await hostile(judges),
    }


async def hostile(judges: Sequence[Guard]) -> float:
    """The longest that a text made to cost much takes, in ms of the processor; the best of three of other seeds."""
    worst = 0.0
    print("  texts of 32 KB that are made to cost much, the best of three in ms of the processor:")
    for name, made in HOSTILE.items():
        least = min((await timed([made(random.Random(seed)) for seed in range(3)], judges)).busy)
        print(f"    {name:28} {least:8.2f}")
        worst = max(worst, least)
    return worst


def invoices(number: int) -> tuple[list[str], dict[str, Any]]:
    """Texts of JSON, each another, and their schema."""
    items = [{"id": place, "name": f"item {place}", "tags": ["a", "b"], "price": 1.5} for place in range(480)]
    schema = {"type": "array", "items": {"type": "object", "required": ["id", "name"]}}
    return [json.dumps([*items, {"id": run, "name": f"the last of {run}"}]) for run in range(number)], schema


def percentile(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


async def measure(folder: Path, *, quick: bool, develop: bool) -> None:
    print(f"the {'developing' if develop else 'reported'} half of every set")
    bad, good = attacks(folder, develop), ordinary(folder, develop)
    judged = await injections([*bad, *good])
    print(f"  the recorded detector on results of clean runs: {recorded(folder).shown()}; its recall is 76.1 %")
    recall, precision = personal_data(folder, develop)
    await false_alarms(good)
    documents = next(kind for kind in good if kind.name == "bank documents")
    planted_keys, unseen = await planted([row.text for row in documents.rows], 5 if quick else 40)
    faithful = await groundedness(folder, develop)
    listed = await lists(folder, [*bad, *good], develop)
    shaped = await shapes(folder)
    times = await speed(folder, quick=quick)

    def rate(name: str) -> float:
        return judged[name].hits / max(1, judged[name].n)

    figures = {
        "injection_agentdojo_recall": rate("AgentDojo, injected texts"),
        "injection_agentdojo_false": rate("AgentDojo, clean results"),
        "injection_cyberseceval_recall": rate("CyberSecEval, violating security"),
        "injection_translated_recall": rate("CyberSecEval, translated"),
        "injection_bipia_recall": rate("BIPIA, injected instructions"),
        "injection_triggers_false": rate("NotInject, trigger words"),
        "injection_xstest_false": rate("XSTest, safe prompts"),
        "injection_banking77_false": rate("Banking77"),
        "injection_bank_documents_false": rate("bank documents"),
        "personal_recall": recall.hits / max(1, recall.n),
        "personal_precision": precision.hits / max(1, precision.n),
        "secrets_planted_recall": planted_keys.hits / planted_keys.n,
        "invisible_planted_recall": unseen.hits / unseen.n,
        "grounded_begin_refused": faithful["BEGIN"][0].hits / faithful["BEGIN"][0].n,
        "grounded_begin_false": faithful["BEGIN"][1].hits / faithful["BEGIN"][1].n,
        **listed,
        **shaped,
        **times,
    }
    emit("guard_detection", figures, GOALS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions of what is timed and planted")
    parser.add_argument("--develop", action="store_true", help="the half that the guards were written with")
    given = parser.parse_args()
    folder = data_folder()
    if folder is None:
        sys.exit("the real data are absent: put them at ../shared/data or set VOUCH_DATA")
    asyncio.run(measure(folder, quick=given.quick, develop=given.develop))


if __name__ == "__main__":
    main()
