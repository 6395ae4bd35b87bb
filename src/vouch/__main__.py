"""`python -m vouch` is the command `vouch`.

It does not know the commands.
"""

from vouch.cli.main import main

main()
