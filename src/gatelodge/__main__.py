"""`python -m gatelodge`: the command line."""

from gatelodge.cli import main

main()
