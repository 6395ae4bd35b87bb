"""tau-bench's retail shop rebuilt as a Vouch app: its data, its 16 tools, and its written policy as code.

It does not know any task, nor how the app is measured.
"""
