"""Two columns of text, in which Chinese characters take two places."""

from __future__ import annotations

import unicodedata

__all__ = ["table", "width"]


def width(text: str) -> int:
    """How many places a text takes.

    >>> width("ab"), width("张量")
    (2, 4)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(rows: list[tuple[str, list[str]]]) -> str:
    """Titles on the left, each with its lines on the right.

    >>> print(table([("a", ["1", "2"]), ("bcd", ["3"])]))
    a    1
         2
    bcd  3
    """
    most = max(width(title) for title, _ in rows)
    lines = []
    for title, texts in rows:
        for i, text in enumerate(texts):
            left = title if i == 0 else ""
            lines.append(left + " " * (most + 2 - width(left)) + text)
    return "\n".join(lines)
