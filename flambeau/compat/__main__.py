"""`python -m flambeau.compat script.py ARGS` is `flambeau run script.py ARGS`."""

from __future__ import annotations

import sys

from flambeau.cli import main

if __name__ == "__main__":
    sys.exit(main(["run", *sys.argv[1:]]))
