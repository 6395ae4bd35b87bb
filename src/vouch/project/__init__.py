"""Projects: from vouch.toml to the wired house. The only place that names engines.

They do not know commands or web pages.
"""
