"""Index engines beside the exact one: a segment engine on one machine, and the servers for what outgrows it.

It does not know documents, embedders, or who asks; one folder an engine, chosen by an address.
"""
