"""tau-bench's airline rebuilt as a Vouch app: its data, its 14 tools, and its written policy as code.

It does not know any task, nor how the app is measured.
"""
