"""{name}: sorts a customer's message into one of four queues, and hands over what it is not sure of."""

from vouch import App, Gate, Prompt, Proof, scorers

app = App(
    name="{name}",
    prompt=Prompt.file("prompts/{name}.prompt.md"),
    models=["local/classifier"],
    proofs=[Proof("cases.jsonl", scorers.label(), Gate(claim=0.80, no_worse_than=0.05))],
)
