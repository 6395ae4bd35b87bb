"""Banking: a bank's customer messages, each sorted into one of its intents; made from a file of labelled messages.

The file is CSV with the columns split, text and label, such as Banking77. Rows of the split `test` are the cases; where
there are none, every fifth row of `train` (in a seeded random order) is held out for that.
"""

import csv
import random
from pathlib import Path

from vouch import App, Case, Dataset, Example, Gate, Prompt, Proof, VouchError, scorers

COLUMNS = {"split", "text", "label"}


def banking(data: Path) -> App:
    """The app that has learned from the training rows of `data`, with a proof on the other rows."""
    train, held_out = read(data)
    labels = sorted({example.output for example in train})
    prompt = Prompt.text(
        "You sort messages of a bank's customers. Answer with the one label that fits best, and nothing else:\n"
        + "\n".join(labels),
        name="banking",
        outputs={"type": "string", "enum": labels},
        examples=train,
        select="balanced",
        k=1,
    )
    cases = tuple(Case(f"b-{number:05}", row.input, row.output) for number, row in enumerate(held_out, 1))
    proof = Proof(Dataset(data.name, cases), scorers.label(), Gate(claim=0.90, alone=[0.95, 0.98]), name="messages")
    return App(name="banking", prompt=prompt, models=["local/classifier"], proofs=[proof])


def read(data: Path) -> tuple[list[Example], list[Example]]:
    """The rows to learn from, and the rows held out for the proof; raises `VouchError` for a file that does not fit."""
    by_split: dict[str, list[Example]] = {"train": [], "test": []}
    for line, row in enumerate(rows(data), 2):
        if not (row["text"] and row["label"] and row["split"] in by_split):
            raise VouchError(f"{data}, row {line}: {row}: give split (train or test), text and label")
        by_split[row["split"]].append(Example(row["text"], row["label"]))
    train, test = by_split["train"], by_split["test"]
    if not test:
        random.Random(77).shuffle(train)
        test, train = train[::5], [row for place, row in enumerate(train) if place % 5]
    if len({row.output for row in train}) < 2:
        raise VouchError(f"{data} has {len(train)} training rows with fewer than two labels; give more rows of `train`")
    return train, test


def rows(data: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    wanted = "give a CSV file with split, text and label, such as Banking77's"
    try:
        with data.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.DictReader(file))
    except OSError as error:
        raise VouchError(f"{data} cannot be read ({error.strerror}); {wanted}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise VouchError(f"{data} is not CSV in UTF-8 ({error}); {wanted}") from error
    if not found or not set(found[0]) >= COLUMNS:
        raise VouchError(f"{data} has no rows with the columns split, text and label; {wanted}")
    return found
