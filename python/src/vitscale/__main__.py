"""``python -m vitscale``: the command line."""

from vitscale.cli import main

main()
