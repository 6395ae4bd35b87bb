"""Triage: sorts a customer's mail into one of some twenty intents, and hands over what it is not sure of.

`worse` is the same app after an accident with its examples: the gate must hold it back.
"""

from dataclasses import replace

from vouch import App, Gate, Prompt, Proof, scorers

triage = App(
    name="triage",
    prompt=Prompt.file("prompts/triage.prompt.md"),
    models=["local/classifier"],
    proofs=[Proof("cases.jsonl", scorers.label(), Gate(claim=0.85, no_worse_than=0.03, alone=[0.95, 0.98]))],
)

worse = replace(triage, prompt=Prompt.file("prompts/worse.prompt.md"))
