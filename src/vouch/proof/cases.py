"""The cases of a proof, whatever they are read from, checked before anything is asked.

It does not know what the cases are for.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from vouch.app.declaration import Proof
from vouch.errors import CaseError
from vouch.proof.datasets.reading import LARGEST_BYTES, read_dataset
from vouch.values.case import Dataset

__all__ = ["LARGEST_BYTES", "dataset_of", "read_cases"]


def dataset_of(proof: Proof, root: Path) -> Dataset:
    """The cases of a proof, whose file is named from `root`; raises `CaseError` for those that cannot be used."""
    dataset = proof.cases if isinstance(proof.cases, Dataset) else read_cases(root / proof.cases)
    if not dataset.cases:
        raise CaseError(f"the dataset {dataset.name!r} holds no cases; give it some")
    [(most, times)] = Counter(case.id for case in dataset.cases).most_common(1)
    if times > 1:
        raise CaseError(f"the dataset {dataset.name!r} has {times} cases of the id {most!r}; give each its own")
    try:
        # Hashed here, so that what cannot be is found before anything is asked.
        _ = dataset.digest
    except (TypeError, ValueError, RecursionError) as error:
        raise CaseError(f"a case of {dataset.name!r} holds what JSON cannot ({error}); change it") from error
    return dataset


def read_cases(file: Path) -> Dataset:
    """The cases in a file, in its order; a case without an id is called after its line. Raises `CaseError`."""
    return read_dataset(file)
