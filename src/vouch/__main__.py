"""`python -m vouch` is the command `vouch`.

It does not know the commands.
"""

from vouch.cli.main import main

if __name__ == "__main__":  # processes that help to read import it, too
    main()
