"""Guards: looks at texts that come in or go out, each with a verdict.

They do not know the app they stand before, and they are not its defence: an attack can be a text like any other.

The one exception to "no re-exports": these factories are what users write, as in `guards.personal()`.
"""

from vouch.guards.deny import deny
from vouch.guards.grounded import grounded
from vouch.guards.injection import injection
from vouch.guards.invisible import invisible
from vouch.guards.personal import personal
from vouch.guards.secrets import secrets
from vouch.guards.shape import shape

__all__ = ["deny", "grounded", "injection", "invisible", "personal", "secrets", "shape"]
