"""Reading: files, folders, archives, web pages, stores and databases become documents.

It does not know how documents are cut, embedded or found.
"""
