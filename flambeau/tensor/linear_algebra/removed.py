"""Names that PyTorch once had: calling them says what took their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["FUNCTIONS"]

SUCCESSORS = {
    "eig": "linalg.eig(A), whose results are complex",
    "lstsq": "linalg.lstsq(A, B), with the arguments in the other order",
    "matrix_rank": "linalg.matrix_rank(A), with hermitian for symmetric",
    "solve": "linalg.solve(A, B), with the arguments in the other order",
    "symeig": "linalg.eigh(A), which reads the lower triangle unless told otherwise",
}


def _removed(name: str, successor: str) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            f"{name}: This function was deprecated since version 1.9 and is now removed; "
            f"try {successor}"
        )

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Was removed: use {successor}."
    return function


FUNCTIONS = {name: _removed(name, successor) for name, successor in SUCCESSORS.items()}
