"""Writes the reference vectors that the encoder's tests compare with, made by sentence-transformers itself.

It does not know our encoder. Run it where sentence-transformers is installed, never in the project's own environment:

    python scripts/reference_vectors.py FOLDER_OF_THE_MODEL > tests/models/minilm/reference.json
"""

from __future__ import annotations

import importlib
import json
import math
import sys
from typing import Any

SENTENCES = (
    "Where is my refund for order 4923227?",
    "Please send the invoice once more.",
    "The parcel came back to the warehouse on Tuesday.",
    "May I pay by bank transfer instead of by card?",
    "A short one",
    "x",
    "",
    "   \n\t ",
    "Die Rechnung über 1.250,00 € ist noch offen.",
    "¿Cuándo llegará mi pedido?",
    "Où puis-je changer mon adresse ?",
    "Привет! Мой заказ ещё не пришёл.",
    "我的包裹在哪里?",
    "返金をお願いします。",
    "طلبي لم يصل بعد",
    "😀 thanks 👍🏽, that worked",
    "naïve café, coöperate, Ångström",
    "e\u0301 is the same as é",
    "https://example.com/a?b=c&d=[1,2]",
    "def f(x): return x ** 2  # code, too",
    "[CLS] is a mark, and so is [SEP]",
    "antidisestablishmentarianism" * 4,
    "The same words over and over. " * 60,
    " ".join(f"item {number} costs {number * 7} euros;" for number in range(120)),
)
"""Our own sentences: plain, empty, foreign, marked up, longer than a word may be and longer than a text may be."""


def main() -> None:
    """Print the sentences with the first 16 numbers of each vector, and a checksum over all of them."""
    library: Any = importlib.import_module("sentence_transformers")
    model = library.SentenceTransformer(sys.argv[1], device="cpu")
    vectors: list[list[float]] = model.encode(list(SENTENCES), batch_size=1).tolist()
    rows = [
        {
            "text": text,
            "first": [round(number, 6) for number in vector[:16]],
            "checksum": round(sum(number * math.cos(place) for place, number in enumerate(vector)), 6),
        }
        for text, vector in zip(SENTENCES, vectors, strict=True)
    ]
    print(json.dumps(rows, indent=1, ensure_ascii=True))


if __name__ == "__main__":
    main()
