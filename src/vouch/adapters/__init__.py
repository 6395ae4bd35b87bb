"""Adapters: the tools of an app for agents of other frameworks, through policies, approvals, provenance and ledger.

They do not know how such an agent talks, nor which model it asks. None of the frameworks is needed to import Vouch.
"""
