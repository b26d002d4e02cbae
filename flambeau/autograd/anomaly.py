"""Anomaly detection: which forward call a NaN or an error in backward comes from."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.tensor.boundary import read
from flambeau.tensor.tape import Node, anomaly
from flambeau.tensor.tensor import Tensor

__all__ = ["check", "detect_anomaly", "explain", "is_anomaly_enabled", "set_detect_anomaly"]


class detect_anomaly:  # noqa: N801 - PyTorch's name
    """Remember the line of every recorded call; backward names it for errors and for NaN.

    Slow, because every cotangent is looked at: for finding a fault, not for training.

    >>> import flambeau
    >>> with flambeau.autograd.detect_anomaly():
    ...     x = flambeau.tensor([-1.0], requires_grad=True)
    ...     (x.sqrt() * 0).sum().backward()
    Traceback (most recent call last):
        ...
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output...
    """

    def __init__(self, check_nan: bool = True) -> None:
        self._wanted = (True, bool(check_nan))
        self._before = (anomaly.enabled, anomaly.check_nan)

    def __enter__(self) -> None:
        self._before = (anomaly.enabled, anomaly.check_nan)
        anomaly.enabled, anomaly.check_nan = self._wanted

    def __exit__(self, *exception: object) -> None:
        anomaly.enabled, anomaly.check_nan = self._before


class set_detect_anomaly(detect_anomaly):  # noqa: N801 - PyTorch's name
    """Switch anomaly detection at once, or for the length of a block."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__(check_nan)
        self._wanted = (bool(mode), bool(check_nan))
        self.__enter__()

    def __enter__(self) -> None:
        anomaly.enabled, anomaly.check_nan = self._wanted


def is_anomaly_enabled() -> bool:
    """True while anomaly detection is on."""
    return anomaly.enabled


def _made_at(node: Node) -> str:
    if node.extra is None:
        return "the forward call was made before anomaly detection was switched on"
    return f"the forward call was made at {node.extra}"


def explain(node: Node) -> None:
    """Warn which forward call the error that is being raised comes from, if that is known."""
    if anomaly.enabled:
        warnings.warn(f"Error detected in {node.name()}: {_made_at(node)}", stacklevel=2)


def check(node: Node, cotangents: list[Tensor | None]) -> None:
    """RuntimeError if a cotangent holds NaN."""
    for i, g in enumerate(cotangents):
        if isinstance(g, Tensor) and not g.is_sparse and _has_nan(g):  # type: ignore[attr-defined]
            raise RuntimeError(
                f"Function '{node.name()}' returned nan values in its {i}th output; "
                f"{_made_at(node)}; look there for a logarithm, root or division at its pole, or "
                "for values that have overflowed"
            )


def _has_nan(g: Any) -> bool:
    array = read(g)
    if g.dtype is dt.bfloat16:  # stored as bits: exponent all ones and a mantissa
        return bool(((array & 0x7FFF) > 0x7F80).any())
    return bool(np.isnan(array).any())
