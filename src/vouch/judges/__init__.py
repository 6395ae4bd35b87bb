"""Judges: scorers that ask a model, and what asks it for them.

They do not know how the run that they judge was made, or what follows from many judgements.

As in `vouch.scorers`, these factories are what users write: `judges.geval("Is it polite?", judge="openai/gpt-5")`.
"""

from vouch.judges.faithfulness import faithfulness
from vouch.judges.geval import geval
from vouch.judges.hallucination import hallucination
from vouch.judges.pairwise import pairwise
from vouch.judges.passages import context_precision, context_recall
from vouch.judges.relevancy import answer_relevancy
from vouch.judges.rubric import rubric, yes_no

__all__ = [
    "answer_relevancy",
    "context_precision",
    "context_recall",
    "faithfulness",
    "geval",
    "hallucination",
    "pairwise",
    "rubric",
    "yes_no",
]
