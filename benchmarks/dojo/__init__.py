"""The parts of the benchmark `agentdojo`: AgentDojo's environments, driven by Vouch with a model that obeys anybody.

They do not know what the figures are held against. Whatever names a suite, a tool or a task of AgentDojo stands here,
in the declarations that an app's author would write and in the attacks; nothing of it is in the product.
"""
