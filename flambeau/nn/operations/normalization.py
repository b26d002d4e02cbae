"""Normalization: subtract a mean and divide by a standard deviation over some dims.

Layer, group, batch and instance normalization differ in which elements are taken together, which
is given as an attribute, a `Layout`:
  view     the shape in which `dims` are the dims taken together
  dims     those dims of the view
  weights  the shape in which weight and bias meet x
  eps      added to the variance
  centered False: RMS norm, the mean is not subtracted
Operations (x[, weight][, bias]) [layout, has_weight, has_bias]:
  layer_norm group_norm batch_norm instance_norm rms_norm
  batch_norm_eval (x, mean, var[, weight][, bias]) with given statistics
  running_mean (old, x, momentum) running_var (old, x, momentum) [dims]   no gradient
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.nn.operations.composed import composed, formula_operation
from flambeau.nn.operations.expression import mean_of, total
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import in_full_precision

__all__ = [
    "BATCH_NORM_EVAL",
    "NORMALIZATIONS",
    "NORMALIZE_BACKWARD",
    "NORMALIZE_WEIGHT_BACKWARD",
    "RUNNING_MEAN",
    "RUNNING_VAR",
    "Layout",
]


class Layout(NamedTuple):
    """See the module's text."""

    view: Shape
    dims: Shape
    weights: Shape
    eps: float
    centered: bool = True


def _normalized(x: Any, layout: Layout) -> tuple[Any, Any]:
    """x with mean 0 and variance 1, in the shape of the view, and 1 / standard deviation."""
    v = x.reshape(layout.view)
    if layout.centered:
        v = v - mean_of(v, layout.dims)
    scale = (mean_of(v * v, layout.dims) + layout.eps).rsqrt()
    return v * scale, scale


def _normalize(x: Any, *rest: Any) -> Any:
    layout, has_weight, has_bias = rest[-3:]
    y = _normalized(x, layout)[0].reshape(x.shape)
    if has_weight:
        y = y * rest[0].reshape(layout.weights)
    if has_bias:
        y = y + rest[int(has_weight)].reshape(layout.weights)
    return y


NORMALIZATIONS: dict[str, Operation] = {
    name: formula_operation(name, _normalize)
    for name in ("layer_norm", "group_norm", "batch_norm", "instance_norm", "rms_norm")
}


def _normalize_backward(g: Any, x: Any, *rest: Any) -> Any:
    """scale * (h - mean(h) - y * mean(h * y)), with h = g * weight and y the normalized x."""
    layout: Layout = rest[-1]
    h = g * rest[0].reshape(layout.weights) if len(rest) == 2 else g
    h = h.reshape(layout.view)
    y, scale = _normalized(x, layout)
    inner = h - y * mean_of(h * y, layout.dims)
    if layout.centered:
        inner = inner - mean_of(h, layout.dims)
    return (inner * scale).reshape(x.shape)


NORMALIZE_BACKWARD = composed("normalize_backward")(_normalize_backward)


def _summed(product: Any, layout: Layout, shape: Shape) -> Any:
    """The sum over all dims in which the weights do not extend, in the weights' shape."""
    extra = len(product.shape) - len(layout.weights)
    aligned = (1,) * extra + layout.weights
    dims = tuple([i for i, n in enumerate(aligned) if n == 1 and product.shape[i] != 1])
    return total(product, dims).reshape(shape)


@composed("normalize_weight_backward")
def NORMALIZE_WEIGHT_BACKWARD(g: Any, x: Any, layout: Layout, shape: Shape) -> Any:
    """The sum of g times the normalized x."""
    return _summed(g * _normalized(x, layout)[0].reshape(x.shape), layout, shape)


@composed("normalize_bias_backward")
def NORMALIZE_BIAS_BACKWARD(g: Any, layout: Layout, shape: Shape) -> Any:
    """The sum of g."""
    return _summed(g, layout, shape)


# -- with given statistics ------------------------------------------------------------------------
def _with_statistics(x: Any, mean: Any, var: Any, *rest: Any) -> Any:
    layout, has_weight, has_bias = rest[-3:]
    scale = (var + layout.eps).rsqrt().reshape(layout.weights)
    y = (x - mean.reshape(layout.weights)) * scale
    if has_weight:
        y = y * rest[0].reshape(layout.weights)
    if has_bias:
        y = y + rest[int(has_weight)].reshape(layout.weights)
    return y


BATCH_NORM_EVAL = formula_operation("batch_norm_eval", _with_statistics)


@composed("batch_norm_eval_backward")
def BATCH_NORM_EVAL_BACKWARD(g: Any, var: Any, *rest: Any) -> Any:
    """g * weight / standard deviation."""
    layout: Layout = rest[-1]
    scale = (var + layout.eps).rsqrt()
    if len(rest) == 2:
        scale = scale * rest[0]
    return g * scale.reshape(layout.weights)


@composed("batch_norm_eval_weight_backward")
def BATCH_NORM_EVAL_WEIGHT_BACKWARD(
    g: Any, x: Any, mean: Any, var: Any, layout: Layout, shape: Shape
) -> Any:
    scale = (var + layout.eps).rsqrt().reshape(layout.weights)
    return _summed(g * (x - mean.reshape(layout.weights)) * scale, layout, shape)


# -- running statistics ---------------------------------------------------------------------------
def _moved(old: Node, new: Node, momentum: Node) -> Node:
    """old + momentum * (new - old)."""
    dtype = new.dtype
    a, m = build.convert(old, dtype), build.convert(build.reshape(momentum, ()), dtype)
    rest = build.apply("sub", build.constant(1, dtype), m)
    kept = build.apply("mul", a, rest)
    return build.convert(
        build.apply("add", kept, build.apply("mul", build.reshape(new, old.shape), m)), old.dtype
    )


def _node_mean(x: Node, dims: Shape) -> Node:
    count = prod(x.shape[d] for d in dims)
    found = build.reduce("sum", x, dims)
    return build.apply("div", found, build.constant(count, x.dtype))


@operation("running_mean")
def RUNNING_MEAN(old: Node, x: Node, momentum: Node, dims: Shape) -> Node:
    """The running mean, moved towards the batch's."""
    return _moved(old, _node_mean(in_full_precision(x), dims), momentum)


@operation("running_var")
def RUNNING_VAR(old: Node, x: Node, momentum: Node, dims: Shape) -> Node:
    """The running variance, moved towards the batch's unbiased one."""
    wide = in_full_precision(x)
    gap = build.apply("sub", wide, _node_mean(wide, dims))
    squares = build.reduce("sum", build.apply("mul", gap, gap), dims)
    count = prod(x.shape[d] for d in dims)
    divisor = build.constant(max(count - 1, 0), wide.dtype)
    return _moved(old, build.apply("div", squares, divisor), momentum)
