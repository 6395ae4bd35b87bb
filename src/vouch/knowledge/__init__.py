"""What an app knows: documents are read, cut, embedded and indexed, and the passages that bear on a question found.

It does not know which models embed, who asks, or what is done with a passage.
"""
