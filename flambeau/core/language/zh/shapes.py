"""Notes below shapes."""

# ruff: noqa: E501, RUF001 - one entry, one line; Chinese punctuation

TEXTS = r"""
{a}, not {b}
{a}，应为 {b}
"""
