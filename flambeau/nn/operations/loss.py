"""Losses: of elements, from one table, and of classes.

Operations [reduction is "none", "mean" or "sum"]:
  mse_loss l1_loss (x, y) [reduction]         smooth_l1_loss [reduction, beta]
  huber_loss [reduction, delta]               kl_div [reduction, log_target]
  binary_cross_entropy (x, y[, weight]) [reduction]
  binary_cross_entropy_with_logits (x, y[, weight][, pos_weight]) [reduction, has_weight]
  soft_margin_loss (x, y) [reduction]
  nll_loss, cross_entropy (x, target[, weight]) [reduction, ignore_index, smoothing]; target holds
      class indices, x has the classes in dim 1 (in dim 0 if it has one dim)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes, mark_shapes
from flambeau.core.types import Shape
from flambeau.engine.graph.node import Node
from flambeau.nn.operations.activation import log_softmax_formula
from flambeau.nn.operations.composed import Composed, composed, formula_operation
from flambeau.nn.operations.expression import index_along, maximum, total, where
from flambeau.tensor.operation import Operation

__all__ = ["CLASS_BACKWARD", "CLASS_LOSSES", "LOSSES", "LOSS_BACKWARD", "check_reduction"]

Formula = Callable[..., Any]
REDUCTIONS = ("none", "mean", "sum")


def check_reduction(name: str, reduction: str) -> str:
    """`reduction`, one of "none", "mean" and "sum"."""
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"{name}: {reduction} is not a valid value for reduction; required: 'none', 'mean' or "
            "'sum'"
        )
    return reduction


def _all(x: Any) -> Shape:
    return tuple(range(len(x.shape)))


def _numel(shape: Shape) -> int:
    return math.prod(shape)


def _reduced(x: Any, reduction: str) -> Any:
    if reduction == "none":
        return x
    result = total(x, _all(x)).reshape(())
    return result / float(_numel(x.shape)) if reduction == "mean" else result


def _spread(g: Any, shape: Shape, reduction: str) -> Any:
    """The cotangent of the elements."""
    if reduction == "mean":
        g = g / float(_numel(shape))
    return g.expand(shape) if tuple(g.shape) != tuple(shape) else g


# -- of elements: (loss, slope in x, slope in y) --------------------------------------------------
def _near(d: Any, width: float) -> Any:
    return d.abs() < width


def _smooth_l1(x: Any, y: Any, beta: float) -> Any:
    d = x - y
    if beta == 0:
        return d.abs()
    return where(_near(d, beta), d * d * (0.5 / beta), d.abs() - 0.5 * beta)


def _smooth_l1_slope(x: Any, y: Any, beta: float) -> Any:
    d = x - y
    return d.sign() if beta == 0 else where(_near(d, beta), d / beta, d.sign())


def _huber(x: Any, y: Any, delta: float) -> Any:
    d = x - y
    return where(d.abs() <= delta, d * d * 0.5, (d.abs() - 0.5 * delta) * delta)


def _huber_slope(x: Any, y: Any, delta: float) -> Any:
    d = x - y
    return where(d.abs() <= delta, d, d.sign() * delta)


def _opposite(slope: Formula) -> Formula:
    return lambda *args: -slope(*args)


def _kl(x: Any, y: Any, log_target: bool) -> Any:
    if log_target:
        return y.exp() * (y - x)
    return where(y == 0.0, 0.0, where(y != y, y, y * y.log())) - y * x


def _kl_slope_y(x: Any, y: Any, log_target: bool) -> Any:
    if log_target:
        return y.exp() * (y - x + 1.0)
    return where(y == 0.0, 0.0, y.log() + 1.0) - x


def _weighted(formula: Formula) -> Formula:
    return lambda x, y, *rest: formula(x, y) * rest[0] if rest else formula(x, y)


def _bce(x: Any, y: Any) -> Any:
    """Logarithms are bounded by -100, as PyTorch does, so that the loss stays finite."""
    return (y - 1.0) * maximum((-x).log1p(), -100.0) - y * maximum(x.log(), -100.0)


def _bce_slope(x: Any, y: Any) -> Any:
    return (x - y) / maximum((1.0 - x) * x, 1e-12)


def _bce_slope_y(x: Any, y: Any) -> Any:
    return maximum((-x).log1p(), -100.0) - maximum(x.log(), -100.0)


def _softplus(x: Any) -> Any:
    return maximum(x, 0.0) + (-x.abs()).exp().log1p()


def _logits_parts(rest: tuple) -> tuple[Any, Any]:
    """(weight, pos_weight) of (weight?, pos_weight?, has_weight)."""
    *weights, has_weight = rest
    weight = weights[0] if has_weight else None
    positive = weights[-1] if len(weights) > has_weight else None
    return weight, positive


def _bce_logits(x: Any, y: Any, *rest: Any) -> Any:
    """(1 - y) x + (1 + (p - 1) y) log(1 + exp(-x)), p the weight of the positive class."""
    weight, positive = _logits_parts(rest)
    tail = _softplus(-x)
    loss = (1.0 - y) * x + (tail if positive is None else ((positive - 1.0) * y + 1.0) * tail)
    return loss if weight is None else loss * weight


def _bce_logits_slope(x: Any, y: Any, *rest: Any) -> Any:
    weight, positive = _logits_parts(rest)
    scale = 1.0 if positive is None else (positive - 1.0) * y + 1.0
    slope = (1.0 - y) - (-x).sigmoid() * scale
    return slope if weight is None else slope * weight


def _bce_logits_slope_y(x: Any, y: Any, *rest: Any) -> Any:
    weight, positive = _logits_parts(rest)
    slope = -x if positive is None else (positive - 1.0) * _softplus(-x) - x
    return slope if weight is None else slope * weight


_L2 = (lambda x, y: (x - y) * 2.0, lambda x, y: (y - x) * 2.0)
_L1 = (lambda x, y: (x - y).sign(), lambda x, y: (y - x).sign())


def _square(x: Any, y: Any) -> Any:
    d = x - y
    return d * d


# name: (loss of elements, slope in x, slope in y); attributes after reduction are handed on
_ROWS: dict[str, tuple[Formula, Formula, Formula]] = {
    "mse_loss": (_square, *_L2),
    "l1_loss": (lambda x, y: (x - y).abs(), *_L1),
    "smooth_l1_loss": (_smooth_l1, _smooth_l1_slope, _opposite(_smooth_l1_slope)),
    "huber_loss": (_huber, _huber_slope, _opposite(_huber_slope)),
    "kl_div": (
        _kl,
        lambda x, y, log_target: -(y.exp() if log_target else y),
        _kl_slope_y,
    ),
    "binary_cross_entropy": (_weighted(_bce), _weighted(_bce_slope), _weighted(_bce_slope_y)),
    "binary_cross_entropy_with_logits": (_bce_logits, _bce_logits_slope, _bce_logits_slope_y),
    "soft_margin_loss": (
        lambda x, y: _softplus(-(x * y)),
        lambda x, y: -y * (-(x * y)).sigmoid(),
        lambda x, y: -x * (-(x * y)).sigmoid(),
    ),
}


def _split(args: tuple) -> tuple[tuple, str, tuple]:
    """(inputs, reduction, further attributes)."""
    at = next(i for i, a in enumerate(args) if type(a) is str)
    return args[:at], args[at], args[at + 1 :]


def _loss_formula(loss: Formula) -> Formula:
    def formula(*args: Any) -> Any:
        inputs, reduction, rest = _split(args)
        return _reduced(loss(*inputs, *rest), reduction)

    return formula


def _slope_formula(slope: Formula) -> Formula:
    def formula(g: Any, *args: Any) -> Any:
        inputs, reduction, rest = _split(args)
        shape = broadcast_shapes("loss", *[tuple(x.shape) for x in inputs])
        return _spread(g, shape, reduction) * slope(*inputs, *rest)

    return formula


def _check_elements(name: str) -> Callable[..., None]:
    def check(*args: Any) -> None:
        inputs, _, _ = _split(args)
        for what, x in zip(("input", "target"), inputs[:2], strict=True):
            if not x.dtype.is_floating_point:
                other = inputs[0] if what == "target" else inputs[1]
                if other.dtype.is_floating_point and name in ("mse_loss", "l1_loss"):
                    continue  # promoted, as in arithmetic
                raise RuntimeError(
                    message(name, f"{what} of dtype {x.dtype.name}", "a floating-point dtype",
                            f"{what}.float()")
                )  # fmt: skip
        broadcast_shapes(name, *[x.shape for x in inputs])

    return check


def _promoting(formula: Formula) -> Formula:
    """Integer inputs become floating point, as what they are compared with."""

    def converted(*args: Any) -> Any:
        inputs, reduction, rest = _split(args)
        floats = [x.dtype for x in inputs if x.dtype.is_floating_point]
        inputs = tuple(x if x.dtype.is_floating_point else x.to(floats[0]) for x in inputs)
        return formula(*inputs, reduction, *rest)

    return converted


LOSSES: dict[str, Operation] = {}
LOSS_BACKWARD: dict[str, tuple[Composed, Composed]] = {}
for _name, (_loss, _slope_x, _slope_y) in _ROWS.items():
    LOSSES[_name] = formula_operation(
        _name, _promoting(_loss_formula(_loss)), _check_elements(_name)
    )
    LOSS_BACKWARD[_name] = (
        composed(f"{_name}_backward")(_slope_formula(_slope_x)),
        composed(f"{_name}_target_backward")(_slope_formula(_slope_y)),
    )


# -- of classes -----------------------------------------------------------------------------------
def class_dim(shape: Shape) -> int:
    """Where the classes are."""
    return 1 if len(shape) > 1 else 0


def _check_classes(name: str) -> Callable[..., None]:
    def check(x: Node, target: Node, *rest: Any) -> None:
        dim = class_dim(x.shape)
        wanted = (*x.shape[:dim], *x.shape[dim + 1 :])
        given = f"input {list(x.shape)} and target {list(target.shape)}"
        if not x.shape or not x.dtype.is_floating_point:
            raise RuntimeError(
                message(name, f"{given}, the input of dtype {x.dtype.name}",
                        "a floating-point input of shape [N, C, ...] or [C]")
            )  # fmt: skip
        if target.shape != wanted:
            raise ValueError(
                message(name, given, f"a target of class indices of shape {list(wanted)}, or for "
                        f"cross_entropy one of class probabilities of shape {list(x.shape)}: "
                        "expected input batch_size to match target batch_size",
                        "swap the arguments, or squeeze the target",
                        mark_shapes(("input", x.shape, 1 if len(x.shape) > 1 else 0, "classes"),
                                    ("target", target.shape, None, f"not {list(wanted)}")))
            )  # fmt: skip
        if target.dtype not in (dt.int64, dt.uint8):
            raise RuntimeError(
                message(name, f"a target of dtype {target.dtype.name}",
                        "class indices: expected scalar type Long (int64)", "target.long()")
            )  # fmt: skip
        classes = x.shape[dim]
        if isinstance(rest[0], Node) and rest[0].shape != (classes,):
            raise RuntimeError(
                message(name, f"{given}, weight {list(rest[0].shape)}",
                        f"weight tensor should be defined either for all {classes} classes or no "
                        "classes")
            )  # fmt: skip

    return check


class _Classes:
    """What the formulas of losses of classes share."""

    def __init__(self, x: Any, target: Any, weight: Any, ignore_index: int) -> None:
        shape = tuple(x.shape)
        self.dim = dim = class_dim(shape)
        self.dims = (dim,)
        kept = (*shape[:dim], 1, *shape[dim + 1 :])
        t = target.reshape(kept)
        if t.dtype is not dt.int64:
            t = t.to(dt.int64)
        self.valid = t != ignore_index
        self.hit = (index_along(x, shape, dim) == t.expand(shape)) & self.valid.expand(shape)
        self.weights = None  # of each class, against x
        if weight is not None:
            along = tuple(shape[dim] if i == dim else 1 for i in range(len(shape)))
            self.weights = weight.reshape(along)
        self.count = shape[dim]
        self.target = t

    def chosen(self, x: Any) -> Any:
        """x at the target's class."""
        return total(where(self.hit, x, 0.0), self.dims)

    def divisor(self, x: Any) -> Any:
        """The sum of the weights of the targets."""
        if self.weights is None:
            picked = self.valid.to(x.dtype)
        else:
            picked = where(self.hit, self.weights.expand(x.shape), 0.0)
        return total(picked, _all(picked))


def _arguments(rest: tuple) -> tuple[Any, str, int, float]:
    """(weight or None, reduction, ignore_index, smoothing)."""
    weight, *others = rest if len(rest) == 4 else (None, *rest)
    return (weight, *others)


def _coefficients(c: _Classes, shape: Shape, like: Any, smoothing: float) -> Any:
    """How much the negative log-probability of each class counts for each target."""
    one = 1.0 - smoothing
    hit = c.hit.to(like.dtype) * one
    if smoothing:
        share = smoothing / c.count
        hit = where(c.valid.expand(shape), hit + share, 0.0)
    return hit if c.weights is None else hit * c.weights


def _class_loss(log_probability: Formula) -> Formula:
    def formula(x: Any, target: Any, *rest: Any) -> Any:
        weight, reduction, ignore_index, smoothing = _arguments(rest)
        c = _Classes(x, target, weight, ignore_index)
        logp = log_probability(x, c.dims)
        loss = -c.chosen(logp if c.weights is None else logp * c.weights)
        if smoothing:
            spread = total(logp if c.weights is None else logp * c.weights, c.dims)
            spread = where(c.valid, -spread * (smoothing / c.count), 0.0)
            loss = loss * (1.0 - smoothing) + spread
        # an index that is no class cannot raise in a captured program: it shows as NaN
        bad = c.valid & ((c.target < 0) | (c.target >= c.count))
        loss = where(bad, math.nan, loss)
        shape = tuple(n for i, n in enumerate(x.shape) if i != c.dim)
        if reduction == "none":
            return loss.reshape(shape)
        result = total(loss, _all(loss))
        return (result / c.divisor(x) if reduction == "mean" else result).reshape(())

    return formula


def _class_cotangent(g: Any, x: Any, target: Any, rest: tuple) -> tuple[_Classes, Any]:
    """The cotangent of the log-probabilities."""
    weight, reduction, ignore_index, smoothing = _arguments(rest)
    c = _Classes(x, target, weight, ignore_index)
    shape = tuple(x.shape)
    if reduction == "none":
        g = g.reshape(tuple(1 if i == c.dim else n for i, n in enumerate(shape)))
    else:
        g = g.reshape((1,) * len(shape))
        if reduction == "mean":
            g = g / c.divisor(x)
    return c, -(_coefficients(c, shape, x, smoothing) * g)


CLASS_LOSSES: dict[str, Operation] = {
    "nll_loss": formula_operation(
        "nll_loss", _class_loss(lambda x, dims: x), _check_classes("nll_loss")
    ),
    "cross_entropy": formula_operation(
        "cross_entropy", _class_loss(log_softmax_formula), _check_classes("cross_entropy")
    ),
}


@composed("nll_loss_backward")
def NLL_LOSS_BACKWARD(g: Any, x: Any, target: Any, *rest: Any) -> Any:
    return _class_cotangent(g, x, target, rest)[1]


@composed("cross_entropy_backward")
def CROSS_ENTROPY_BACKWARD(g: Any, x: Any, target: Any, *rest: Any) -> Any:
    """The log-probabilities' cotangent h, through log_softmax: h - softmax * sum(h)."""
    c, h = _class_cotangent(g, x, target, rest)
    shifted = x - x.amax(c.dims, True)
    e = shifted.exp()
    return h - e / total(e, c.dims) * total(h, c.dims)


CLASS_BACKWARD: dict[str, Composed] = {
    "nll_loss": NLL_LOSS_BACKWARD,
    "cross_entropy": CROSS_ENTROPY_BACKWARD,
}
