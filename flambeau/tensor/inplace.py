"""In-place twins and `out=`: a result computed freshly is put where it belongs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flambeau.core.dtype import DType
from flambeau.core.shape import mark_shapes
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import adopt, apply
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import can_cast
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["TO", "into", "make_in_place", "put_back", "with_axis", "with_out"]


@operation("to")
def TO(x: Node, dtype: DType) -> Node:
    """x with elements of another dtype."""
    return build.convert(x, dtype)


def put_back(x: Tensor, result: Tensor, name: str) -> Tensor:
    """x after an in-place operation that computed `result` of its elements."""
    storage = x._storage
    own = storage.value.type if x._layout is None else value_of(x).type
    got = result._storage.value.type if result._layout is None else value_of(result).type
    if got is not own:
        if got.shape != own.shape:
            raise RuntimeError(
                f"{name}: output with shape {list(own.shape)} doesn't match the broadcast shape "
                f"{list(got.shape)}; an in-place operation keeps the tensor's shape; "
                f"try {name.rstrip('_')}, which makes a new tensor\n"
                + mark_shapes(("output", own.shape, None, ""), ("result", got.shape, None, ""))
            )
        if not can_cast(got.dtype, own.dtype):
            raise RuntimeError(
                f"{name}: result type {got.dtype.name} can't be cast to the desired output type "
                f"{own.dtype.name}; try {name.rstrip('_')}, which makes a new tensor, or convert "
                "this tensor first"
            )
        result = apply(TO, (result,), (own.dtype,))
    elif result is x or result._layout is not None or result._storage is storage:
        result = apply(TO, (result,), (own.dtype,))
    return adopt(x, result, name)


def make_in_place(name: str, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The method `name` that puts what `function` computes into its first argument."""

    @functools.wraps(function)
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return put_back(self, function(self, *args, **kwargs), name)

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"In-place version of `{function.__name__}`."
    return method


def into(out: Any, result: Any, name: str = "out=") -> Any:
    """Put `result` (a tensor or several) into `out`, which takes its shape."""
    if isinstance(result, tuple):
        if len(out) != len(result):
            raise RuntimeError(f"{name}: out has {len(out)} tensors; required: {len(result)}")
        found = [into(o, r, name) for o, r in zip(out, result, strict=True)]
        return type(result)(*found) if hasattr(result, "_fields") else tuple(found)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}: given out of {type(out).__name__}; required: a Tensor")
    if out._requires_grad or result._requires_grad:
        raise RuntimeError(
            f"{name}: functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad; try the form without out"
        )
    if out._shape != result._shape:
        if out._layout is not None or out._storage.external is not None:
            raise RuntimeError(
                f"{name}: out of shape {list(out._shape)} is a view and cannot be resized to "
                f"{list(result._shape)}; try a new tensor"
            )
        if not can_cast(result.dtype, out.dtype):
            raise _cannot_cast(name, result, out)
        out._storage.value = value_of(apply(TO, (result,), (out.dtype,)))
        out._storage.version += 1
        return out
    if not can_cast(result.dtype, out.dtype):
        raise _cannot_cast(name, result, out)
    return put_back(out, result, name)


def _cannot_cast(name: str, result: Tensor, out: Tensor) -> RuntimeError:
    return RuntimeError(
        f"{name}: result type {result.dtype.name} can't be cast to the desired output type "
        f"{out.dtype.name}; try an out of dtype {result.dtype.name}"
    )


def with_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` that also takes `out=`."""
    name = function.__name__

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return result if out is None else into(out, result, name)

    return call


def with_axis(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` that also takes its `dim` under NumPy's name, `axis`."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if "axis" in kwargs:
            kwargs["dim"] = kwargs.pop("axis")
        return function(*args, **kwargs)

    return call
