"""What a plan and the generated code of a sort agree on: which way, and how much memory."""

from __future__ import annotations

__all__ = ["BYTE_VALUES", "SHORT_ROW", "scratch_bytes"]

BYTE_VALUES = 256
# Elements of the longest row whose keys are compared each with each. Counting instructions, a
# radix sort costs about the same there: its tables cost as much as a thousand comparisons or
# two, whatever the row's length.
SHORT_ROW = 64


def scratch_bytes(n: int, bits: int) -> int:
    """Working memory of the sort of one row of n keys of 32 or 64 bits.

    A radix sort's counts of the values of each byte, and where entries (a key and its index) are
    moved to and fro. With 32 bits, an entry is one word, and the row of the result is one of two
    places; with 64 bits it is two words, and both places are here.
    """
    if n <= SHORT_ROW:
        return 0
    counts = bits // 8 * BYTE_VALUES * 8
    return counts + (8 * n if bits == 32 else 2 * 16 * n)
