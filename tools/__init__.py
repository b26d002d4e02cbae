"""Tools that write what is derived from the code; `python -m tools` runs them all."""
