"""The cases of a proof, from the file they are read from, checked before anything is asked.

It does not know what the cases are for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from vouch.app.declaration import Proof
from vouch.errors import CaseError
from vouch.proof.datasets.reading import LARGEST_BYTES, read_dataset, stream_cases
from vouch.proof.hashing import ListDigest
from vouch.proof.spool import spooled
from vouch.values.case import Case, Dataset

__all__ = ["LARGEST_BYTES", "Cases", "dataset_of", "opened", "read_cases"]


class Cases(Struct, frozen=True):
    """The cases of one proof in their order; of a file, they lie aside on the disk as they were when it was read.

    `digest` is that of the `Dataset` of them.
    """

    name: str
    cases: Sequence[Case]
    digest: str

    def __len__(self) -> int:
        return len(self.cases)


@contextmanager
def opened(proof: Proof, root: Path, aside: Path | None = None) -> Generator[Cases]:
    """The cases of a proof, whose file is named from `root`; raises `CaseError` for those that cannot be used.

    A file is read once, a case at a time, and what was read is put into the folder `aside`: so what is asked is what
    was hashed, also where somebody edits the file meanwhile.
    """
    if isinstance(proof.cases, Dataset):
        dataset = dataset_of(proof, root)
        yield Cases(dataset.name, dataset.cases, dataset.digest)
        return
    file = root / proof.cases
    hashing = ListDigest()
    with spooled(Case, _hashed(stream_cases(file), file.name, hashing), aside) as cases:
        yield Cases(file.name, cases, hashing.hexdigest())


def dataset_of(proof: Proof, root: Path) -> Dataset:
    """All cases of a proof in memory, whose file is named from `root`; raises `CaseError` for unusable ones."""
    dataset = proof.cases if isinstance(proof.cases, Dataset) else read_cases(root / proof.cases)
    if not dataset.cases:
        raise CaseError(f"the dataset {dataset.name!r} holds no cases; give it some")
    [(most, times)] = Counter(case.id for case in dataset.cases).most_common(1)
    if times > 1:
        raise CaseError(f"the dataset {dataset.name!r} has {times} cases of the id {most!r}; give each its own")
    # Hashed here, so that what cannot be is found before anything is asked.
    for _ in _hashed(dataset.cases, dataset.name, ListDigest()):
        pass
    return dataset


def read_cases(file: Path) -> Dataset:
    """The cases in a file, in its order; a case without an id is called after its line. Raises `CaseError`."""
    return read_dataset(file)


def _hashed(cases: Iterable[Case], name: str, hashing: ListDigest) -> Iterator[Case]:
    """The same cases, hashed on their way; raises `CaseError` for one that cannot be."""
    for case in cases:
        try:
            hashing.add(case)
        except (TypeError, ValueError, RecursionError) as error:
            raise CaseError(f"a case of {name!r} holds what JSON cannot ({error}); change it") from error
        yield case
