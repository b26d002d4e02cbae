"""What indices must be, checked when a sparse tensor is made and whenever they were written."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from flambeau.core.errors import message
from flambeau.core.types import Shape

__all__ = ["check_compressed", "check_coordinates", "check_sparse_tensor_invariants"]


ANY_SIZE = 1 << 62


class check_sparse_tensor_invariants:  # noqa: N801 - PyTorch's name
    """PyTorch's switch of the checks of indices. Here they are always made: it changes nothing.

    As a context manager or a decorator, or by `enable()` and `disable()`.
    """

    _enabled = True

    def __init__(self, enable: bool = True) -> None:
        self.state = enable

    @staticmethod
    def is_enabled() -> bool:
        """What was asked for last."""
        return check_sparse_tensor_invariants._enabled

    @staticmethod
    def enable() -> None:
        """Ask for checks."""
        check_sparse_tensor_invariants._enabled = True

    @staticmethod
    def disable() -> None:
        """Ask for no checks; they are made all the same."""
        check_sparse_tensor_invariants._enabled = False

    def __enter__(self) -> None:
        self.before = self.is_enabled()
        check_sparse_tensor_invariants._enabled = self.state

    def __exit__(self, *exception: object) -> None:
        check_sparse_tensor_invariants._enabled = self.before

    def __call__(self, function: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with type(self)(self.state):
                return function(*args, **kwargs)

        return wrapper


def check_coordinates(name: str, indices: np.ndarray, sizes: Shape) -> None:
    """RuntimeError if a coordinate is negative or beyond its dim."""
    for dim, (row, size) in enumerate(zip(indices, sizes, strict=True)):
        bad = (row < 0) | (row >= size)
        if bad.any():
            at = int(np.argmax(bad))
            value = int(row[at])
            what = "found negative index" if value < 0 else "size is inconsistent with indices:"
            detail = (
                f"{what} {value} for dim {dim}" if value < 0
                else f"{what} for dim {dim}, size is {size} but found index {value}"
            )  # fmt: skip
            raise RuntimeError(
                message(name, f"index {value} in column {at} of indices[{dim}]; {detail}",
                        "0 <= index" + (f" < {size}" if size < ANY_SIZE else ""),
                        "a larger size, or no size: it is then inferred")
            )  # fmt: skip


def check_compressed(
    name: str, kind: str, pointers: np.ndarray, plain: np.ndarray, rows: int, columns: int
) -> None:
    """RuntimeError if these are not the indices of a matrix: `pointers` of compressed rows (or
    columns, for "csc"), `plain` the places within each."""
    p, q = ("crow_indices", "col_indices") if kind == "csr" else ("ccol_indices", "row_indices")
    many = "ncols" if kind == "csr" else "nrows"
    entries = len(plain)

    def refuse(given: str, required: str, hint: str = "") -> NoReturn:
        raise RuntimeError(message(name, given, required, hint))

    if pointers[0] != 0:
        refuse(f"{p} that begin with {int(pointers[0])}", f"`{p}[..., 0] == 0`")
    if pointers[-1] != entries:
        refuse(f"{p} that end with {int(pointers[-1])} for {entries} entries",
               f"`{p}[..., -1] == nnz`")  # fmt: skip
    steps = np.diff(pointers)
    bad = (steps < 0) | (steps > columns)
    if bad.any():
        at = int(np.argmax(bad))
        refuse(
            f"{p}[{at}] = {int(pointers[at])} and {p}[{at + 1}] = {int(pointers[at + 1])}",
            f"`0 <= {p}[..., 1:] - {p}[..., :-1] <= {many}`, with {many} = {columns}",
        )
    bad = (plain < 0) | (plain >= columns)
    if bad.any():
        at = int(np.argmax(bad))
        refuse(f"{q}[{at}] = {int(plain[at])}", f"`0 <= {q} < {many}`, with "
               f"{many} = {columns}")  # fmt: skip
    fall = np.diff(plain) <= 0
    starts = pointers[1:-1]
    fall[starts[(starts > 0) & (starts < entries)] - 1] = False  # between two rows
    if fall.any():
        at = int(np.argmax(fall))
        line = int(np.searchsorted(pointers, at, side="right")) - 1
        refuse(
            f"{q}[{at}] = {int(plain[at])} before {q}[{at + 1}] = {int(plain[at + 1])} in "
            f"{'row' if kind == 'csr' else 'column'} {line}",
            f"{q} that are sorted and distinct along the last dimension values in each "
            f"{'row' if kind == 'csr' else 'column'}",
            "sparse_coo_tensor(...).coalesce(), which sorts and adds up",
        )
