"""Models: one folder or file a provider, all behind the promises `Model` and `Embedder`.

They do not know the apps that ask them.
"""
