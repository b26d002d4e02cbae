"""Products with weights: linear and bilinear.

Operations:
  linear (x, weight) or (x, weight, bias)     (..., k), (n, k), (n) -> (..., n)
  linear_input_backward (g, weight)           (..., n), (n, k) -> (..., k)
  linear_weight_backward (g, x)               (..., n), (..., k) -> (n, k): sum over the rows
The three are bilinear, and each one's derivatives are the two others.
"""

from __future__ import annotations

from math import prod

from flambeau.core.errors import message
from flambeau.core.shape import mark_shapes
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = ["LINEAR", "LINEAR_INPUT_BACKWARD", "LINEAR_WEIGHT_BACKWARD"]


def _check(x: Node, weight: Node, bias: Node | None) -> None:
    given = f"input {list(x.shape)} and weight {list(weight.shape)}"
    for other, name in ((weight, "weight"), (bias, "bias")):
        if other is not None and other.dtype is not x.dtype:
            raise RuntimeError(
                message("linear", f"input of dtype {x.dtype.name} and {name} of dtype "
                        f"{other.dtype.name}", "one dtype",
                        f"input.to({name}.dtype), or convert the module")
            )  # fmt: skip
    if not 1 <= len(weight.shape) <= 2:
        raise RuntimeError(
            message("linear", given, "a weight of shape [out_features, in_features]")
        )
    if not x.shape or x.shape[-1] != weight.shape[-1]:
        last = x.shape[-1] if x.shape else "none"
        raise RuntimeError(
            message("linear", given,
                    f"an input whose last dim ({last}) is in_features ({weight.shape[-1]}), the "
                    "weight's last dim: mat1 and mat2 shapes cannot be multiplied",
                    "check the layer before, or flatten or reshape the input",
                    mark_shapes(("input", x.shape, -1, f"{last}, not {weight.shape[-1]}"),
                                ("weight", weight.shape, -1, f"in_features={weight.shape[-1]}")))
        )  # fmt: skip
    if bias is not None and bias.shape not in ((weight.shape[0],), ()) and len(weight.shape) == 2:
        raise RuntimeError(
            message("linear", f"weight {list(weight.shape)} and bias {list(bias.shape)}",
                    f"a bias of shape [{weight.shape[0]}]", "",
                    mark_shapes(("weight", weight.shape, 0, f"out_features={weight.shape[0]}"),
                                ("bias", bias.shape, -1, f"not {weight.shape[0]}")))
        )  # fmt: skip


def _rows(x: Node) -> Node:
    """x as one matrix (1, rows, columns), widened from half precision."""
    columns = x.shape[-1]
    return build.reshape(in_full_precision(x), (1, prod(x.shape[:-1]), columns))


@operation("linear")
def LINEAR(x: Node, weight: Node, bias: Node | None = None) -> Node:
    """x @ weight.T + bias."""
    _check(x, weight, bias)
    is_vector = len(weight.shape) == 1
    w = build.reshape(weight, (1, *weight.shape)) if is_vector else weight
    right = build.permute(_rows(w), (0, 2, 1))
    y = build.reshape(build.dot(_rows(x), right), (*x.shape[:-1], w.shape[0]))
    if bias is not None:
        y = build.apply("add", y, in_full_precision(bias))
    y = build.convert(y, x.dtype)
    return build.reshape(y, x.shape[:-1]) if is_vector else y


@operation("linear_input_backward")
def LINEAR_INPUT_BACKWARD(g: Node, weight: Node) -> Node:
    """g @ weight."""
    y = build.dot(_rows(g), _rows(weight))
    return build.convert(build.reshape(y, (*g.shape[:-1], weight.shape[1])), g.dtype)


@operation("linear_weight_backward")
def LINEAR_WEIGHT_BACKWARD(g: Node, x: Node) -> Node:
    """g.T @ x over all rows."""
    y = build.dot(build.permute(_rows(g), (0, 2, 1)), _rows(x))
    return build.convert(build.reshape(y, y.shape[1:]), x.dtype)
