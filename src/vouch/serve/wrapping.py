"""What stands around the attempts at an answer: guards outermost, then the cache, each where there are rules for it.

It does not know what they do. The cache keeps what providers saw and said: marks in the place of personal data.
"""

from __future__ import annotations

from vouch.app.house import House
from vouch.project.config import ServeEntry
from vouch.serve.answering import Answering
from vouch.serve.cache.cached import Cached
from vouch.serve.guarding.guarded import Guarded


def wrapped(answering: Answering, settings: ServeEntry, house: House) -> Answering:
    """`answering` behind the cache and the guards that the settings ask for; itself where they ask for none."""
    if settings.cache:
        answering = Cached(answering, settings.cache, house.embedder)
    if settings.guards:
        answering = Guarded(answering, settings.guards)
    return answering
