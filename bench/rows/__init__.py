"""ROWS: what is compared, one file for each subject.

To add a comparison, write a function that takes a Library and gives a function without
arguments, and add a line to the table of its subject.
"""

from __future__ import annotations

from bench.rows.basics import BASICS
from bench.rows.row import Row
from bench.rows.tensors import TENSORS

__all__ = ["BASICS", "ROWS", "Row"]

ROWS: tuple[Row, ...] = (*BASICS, *TENSORS)
