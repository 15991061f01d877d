"""Run the command line: ``python -m geosocial``."""

from geosocial.cli import main

main()
