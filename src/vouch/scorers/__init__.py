"""Scorers: one case and the output of its run in, one judgement out.

They do not know how the run was made, or what follows from many judgements.

The one exception to "no re-exports": these factories are what users write, as in `scorers.label()`.
"""

from vouch.scorers.bleu import bleu
from vouch.scorers.chrf import chrf
from vouch.scorers.code import code
from vouch.scorers.contains import contains
from vouch.scorers.context import context
from vouch.scorers.cost import cost
from vouch.scorers.exact import exact
from vouch.scorers.fields import fields
from vouch.scorers.final_state import final_state
from vouch.scorers.goal import goal
from vouch.scorers.groundedness import groundedness
from vouch.scorers.injection import uninjected
from vouch.scorers.joined import at_least, every, part
from vouch.scorers.knowledge_kept import knowledge_kept
from vouch.scorers.label import label
from vouch.scorers.label_f1 import label_f1
from vouch.scorers.latency import latency
from vouch.scorers.number import number
from vouch.scorers.passes import passes
from vouch.scorers.path import path
from vouch.scorers.personal import no_personal_data
from vouch.scorers.refusal import refusal
from vouch.scorers.regex import regex
from vouch.scorers.retrieval import retrieval
from vouch.scorers.rouge import rouge
from vouch.scorers.spans import span_f1
from vouch.scorers.sql import sql
from vouch.scorers.squad import squad
from vouch.scorers.turns import turns

__all__ = [
    "at_least",
    "bleu",
    "chrf",
    "code",
    "contains",
    "context",
    "cost",
    "every",
    "exact",
    "fields",
    "final_state",
    "goal",
    "groundedness",
    "knowledge_kept",
    "label",
    "label_f1",
    "latency",
    "no_personal_data",
    "number",
    "part",
    "passes",
    "path",
    "refusal",
    "regex",
    "retrieval",
    "rouge",
    "span_f1",
    "sql",
    "squad",
    "turns",
    "uninjected",
]
