"""Losses and distances."""

from __future__ import annotations

import math
import warnings
from typing import Any

from flambeau.core.errors import message
from flambeau.nn.functional.activation import log_softmax
from flambeau.nn.functional.indices import check_range
from flambeau.nn.functional.regularization import one_hot
from flambeau.nn.operations.loss import CLASS_LOSSES, LOSSES, check_reduction, class_dim
from flambeau.tensor.apply import apply
from flambeau.tensor.elementwise import where
from flambeau.tensor.grids import broadcast_tensors
from flambeau.tensor.linear_algebra.norms import norm
from flambeau.tensor.tensor import Tensor

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_embedding_loss",
    "cosine_similarity", "cross_entropy", "gaussian_nll_loss", "hinge_embedding_loss",
    "huber_loss", "kl_div", "l1_loss", "margin_ranking_loss", "mse_loss", "multi_margin_loss",
    "multilabel_soft_margin_loss", "nll_loss", "pairwise_distance", "poisson_nll_loss",
    "smooth_l1_loss", "soft_margin_loss", "triplet_margin_loss",
]  # fmt: skip

CROSS_ENTROPY, NLL_LOSS = CLASS_LOSSES["cross_entropy"], CLASS_LOSSES["nll_loss"]
MSE_LOSS = LOSSES["mse_loss"]


def _named(name: str, reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction, also from the two arguments that said it before."""
    if size_average is None and reduce is None:
        return check_reduction(name, reduction)
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


def _warn_of_broadcast(input: Tensor, target: Tensor) -> None:
    if input._shape != target._shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )


def _reduce(x: Tensor, name: str, reduction: str) -> Tensor:
    check_reduction(name, reduction)
    if reduction == "none":
        return x
    return x.mean() if reduction == "mean" else x.sum()


# -- of elements ----------------------------------------------------------------------------------
def mse_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """(input - target)**2, its mean, its sum, or unreduced.

    >>> import flambeau
    >>> flambeau.nn.functional.mse_loss(flambeau.tensor([1.0, 2.0]), flambeau.tensor([1.0, 4.0]))
    tensor(2.)
    """
    reduction = _named("mse_loss", reduction, size_average, reduce)
    _warn_of_broadcast(input, target)
    if weight is not None:
        return _weighted_mean(apply(MSE_LOSS, (input, target), ("none",)), weight, reduction)
    return apply(MSE_LOSS, (input, target), (reduction,))


def _weighted_mean(loss: Tensor, weight: Tensor, reduction: str) -> Tensor:
    product = loss * weight
    if reduction == "mean":
        return product.sum() / weight.sum()
    return _reduce(product, "loss", reduction)


def l1_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """|input - target|."""
    reduction = _named("l1_loss", reduction, size_average, reduce)
    _warn_of_broadcast(input, target)
    if input.dtype.is_complex or target.dtype.is_complex:
        distance = (input - target).abs()
        return (_reduce(distance, "l1_loss", reduction) if weight is None
                else _weighted_mean(distance, weight, reduction))  # fmt: skip
    if weight is not None:
        loss = apply(LOSSES["l1_loss"], (input, target), ("none",))
        return _weighted_mean(loss, weight, reduction)
    return apply(LOSSES["l1_loss"], (input, target), (reduction,))


def smooth_l1_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", beta: float = 1.0,
) -> Tensor:  # fmt: skip
    """d**2 / (2 beta) where |d| < beta, else |d| - beta / 2, for d = input - target."""
    reduction = _named("smooth_l1_loss", reduction, size_average, reduce)
    _warn_of_broadcast(input, target)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    return apply(LOSSES["smooth_l1_loss"], (input, target), (reduction, float(beta)))


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """d**2 / 2 where |d| <= delta, else delta * (|d| - delta / 2), for d = input - target."""
    check_reduction("huber_loss", reduction)
    _warn_of_broadcast(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if weight is not None:
        loss = apply(LOSSES["huber_loss"], (input, target), ("none", float(delta)))
        return _weighted_mean(loss, weight, reduction)
    return apply(LOSSES["huber_loss"], (input, target), (reduction, float(delta)))


def soft_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """log(1 + exp(-target * input))."""
    reduction = _named("soft_margin_loss", reduction, size_average, reduce)
    return apply(LOSSES["soft_margin_loss"], (input, target), (reduction,))


def kl_div(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", log_target: bool = False,
) -> Tensor:  # fmt: skip
    """target * (log(target) - input); input holds log-probabilities.

    reduction "batchmean" divides the sum by the size of dim 0, as the definition does.
    """
    if reduction == "batchmean" and size_average is None and reduce is None:
        total = apply(LOSSES["kl_div"], (input, target), ("sum", bool(log_target)))
        return total / (input._shape[0] if input._shape else 1)
    reduction = _named("kl_div", reduction, size_average, reduce)
    return apply(LOSSES["kl_div"], (input, target), (reduction, bool(log_target)))


def _check_same(name: str, input: Tensor, target: Tensor) -> None:
    if input._shape != target._shape:
        raise ValueError(
            f"{name}: Target size ({target.shape}) must be the same as input size ({input.shape}); "
            "try view_as or unsqueeze on one of them"
        )


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """-(target * log(input) + (1 - target) * log(1 - input)) of probabilities."""
    reduction = _named("binary_cross_entropy", reduction, size_average, reduce)
    _check_same("binary_cross_entropy", input, target)
    inputs = (input, target) if weight is None else (input, target, weight)
    return apply(LOSSES["binary_cross_entropy"], inputs, (reduction,))


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean", pos_weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """binary_cross_entropy of sigmoid(input), without overflow."""
    name = "binary_cross_entropy_with_logits"
    reduction = _named(name, reduction, size_average, reduce)
    _check_same(name, input, target)
    inputs: tuple[Tensor, ...] = (input, target)
    for extra in (weight, pos_weight):
        if extra is not None:
            inputs = (*inputs, extra)
    return apply(LOSSES[name], inputs, (reduction, weight is not None))


def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool = True, full: bool = False,
    size_average: bool | None = None, eps: float = 1e-08, reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """exp(input) - target * input, or input - target * log(input) without log_input."""
    reduction = _named("poisson_nll_loss", reduction, size_average, reduce)
    x: Any = input
    loss = x.exp() - target * x if log_input else x - target * (x + eps).log()
    if full:
        t: Any = target
        stirling = t * t.log() - t + (t * (2 * math.pi)).log() * 0.5
        loss = loss + where(t <= 1, 0.0, stirling)
    return _reduce(loss, "poisson_nll_loss", reduction)


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-06,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """(log(var) + (input - target)**2 / var) / 2; var is at least eps."""
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = var * (input * 0.0 + 1.0)
    elif var._shape != input._shape:
        if var._shape == input._shape[:-1]:
            var = var.unsqueeze(-1)
        elif len(var._shape) != len(input._shape) or any(
            n not in (1, m) for n, m in zip(var._shape, input._shape, strict=True)
        ):
            raise ValueError("var is of incorrect size")
    bounded = where(var < eps, eps, var)
    loss = (bounded.log() + (input - target) ** 2 / bounded) * 0.5
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return _reduce(loss, "gaussian_nll_loss", reduction)


# -- of classes -----------------------------------------------------------------------------------
def _classes(
    name: str, op: Any, input: Tensor, target: Tensor, weight: Tensor | None, reduction: str,
    ignore_index: int, smoothing: float,
) -> Tensor:  # fmt: skip
    shape = input._shape
    if not isinstance(target, Tensor):
        raise TypeError(f"{name}(): argument 'target' must be Tensor, not {type(target).__name__}")
    if shape and target.dtype.category == "int":
        count = shape[class_dim(shape)]
        check_range(
            target, count,
            f"{name}: Target {{}} is out of bounds; the input {list(shape)} has {count} classes, "
            f"so targets are 0 to {count - 1}, or ignore_index ({ignore_index})",
            ignore_index,
        )  # fmt: skip
    inputs = (input, target) if weight is None else (input, target, weight)
    return apply(op, inputs, (reduction, int(ignore_index), float(smoothing)))


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """Minus the input at the target's class; shapes (N, C, ...) or (C), and (N, ...) or ().

    input holds log-probabilities. weight: one for each class; the mean is weighted by them.
    """
    reduction = _named("nll_loss", reduction, size_average, reduce)
    return _classes("nll_loss", NLL_LOSS, input, target, weight, reduction, ignore_index, 0.0)


def cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    ignore_index: int = -100, reduce: bool | None = None, reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:  # fmt: skip
    """nll_loss of log_softmax(input); target holds class indices, or probabilities.

    Shapes: input (N, C, ...) or (C); indices (N, ...) or (); probabilities as the input.

    >>> import flambeau
    >>> flambeau.nn.functional.cross_entropy(flambeau.zeros(1, 4), flambeau.tensor([2]))
    tensor(1.3863)
    """
    reduction = _named("cross_entropy", reduction, size_average, reduce)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(
            f"cross_entropy: label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}"
        )
    _warn_of_softmax(input)
    if isinstance(target, Tensor) and target.dtype.is_floating_point:
        return _soft_cross_entropy(input, target, weight, reduction, ignore_index, label_smoothing)
    return _classes(
        "cross_entropy", CROSS_ENTROPY, input, target, weight, reduction, ignore_index,
        label_smoothing,
    )  # fmt: skip


def _warn_of_softmax(input: Tensor) -> None:
    """Warn if the input is what softmax gave: cross_entropy takes the logarithm of it again."""
    operation = getattr(input._grad_fn, "operation", None)
    if operation is not None and operation.name == "softmax":
        warnings.warn(
            "cross_entropy: given the result of softmax; required: unnormalized scores, of which "
            "it takes log_softmax itself; try leaving softmax out",
            stacklevel=3,
        )


def _soft_cross_entropy(
    input: Any, target: Any, weight: Any, reduction: str, ignore_index: int, smoothing: float
) -> Tensor:
    """-sum(target * log_softmax(input)) for targets that are probabilities."""
    shape = input._shape
    if target._shape != shape:
        raise RuntimeError(
            message("cross_entropy", f"input {list(shape)} and target {list(target._shape)} of "
                    f"dtype {target.dtype.name}", "Expected floating point type for target with "
                    "class probabilities to have the input's shape, or class indices of dtype "
                    "int64", "target.long() if the target holds indices")
        )  # fmt: skip
    if ignore_index >= 0:
        raise RuntimeError("cross_entropy: ignore_index is not supported for floating point target")
    dim = class_dim(shape)
    if smoothing:
        target = target * (1.0 - smoothing) + smoothing / shape[dim]
    logp = log_softmax(input, dim)
    if weight is not None:
        logp = logp * weight.reshape(
            tuple(shape[dim] if i == dim else 1 for i in range(len(shape)))
        )
    loss: Any = -(target * logp).sum(dim)
    if reduction == "mean":
        return loss.sum() / (input.numel() / shape[dim])
    return _reduce(loss, "cross_entropy", reduction)


def multi_margin_loss(
    input: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Tensor | None = None,
    size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """sum over other classes of max(0, margin - x[target] + x[i])**p / classes."""

    reduction = _named("multi_margin_loss", reduction, size_average, reduce)
    x: Any = input
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if not x._shape:  # one class
        x = x.reshape(1)
    if len(x._shape) == 1 and len(target._shape) == 1:
        x = x.unsqueeze(0)
    is_target = one_hot(target, x._shape[-1]).bool()
    own = where(is_target, x, 0.0).sum(-1, True)
    gap = where(is_target, 0.0, (margin - own + x).clamp(min=0.0) ** p)
    if weight is not None:
        gap = gap * where(is_target, weight, 0.0).sum(-1, True)
    return _reduce(gap.sum(-1) / x._shape[-1], "multi_margin_loss", reduction)


def multilabel_soft_margin_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """The mean over classes of binary_cross_entropy_with_logits."""
    reduction = _named("multilabel_soft_margin_loss", reduction, size_average, reduce)
    if not target.dtype.is_floating_point:
        target = target.to(input.dtype)  # type: ignore[attr-defined]
    loss: Any = binary_cross_entropy_with_logits(input, target, reduction="none")
    if weight is not None:
        loss = loss * weight
    return _reduce(loss.mean(-1), "multilabel_soft_margin_loss", reduction)


# -- of pairs and triples -------------------------------------------------------------------------
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-08) -> Tensor:
    """sum(x1 * x2) / (max(norm(x1), eps) * max(norm(x2), eps)) over dim of their common shape."""
    first, second = broadcast_tensors(x1, x2)
    a, b = (norm(x, 2.0, dim).clamp(min=eps) for x in (first, second))
    return (first * second).sum(dim) / (a * b)


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False
) -> Tensor:
    """The p-norm of x1 - x2 + eps over the last dim."""
    return norm(x1 - x2 + eps, float(p), -1, keepdim)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0,
    size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """max(0, -target * (input1 - input2) + margin)."""
    reduction = _named("margin_ranking_loss", reduction, size_average, reduce)
    loss = (-target * (input1 - input2) + margin).clamp(min=0.0)
    return _reduce(loss, "margin_ranking_loss", reduction)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """input where target is 1, max(0, margin - input) where it is -1."""
    reduction = _named("hinge_embedding_loss", reduction, size_average, reduce)
    edge: Any = input.new_full((), margin)  # type: ignore[attr-defined]  # rounds as PyTorch's does
    far = where(target != 1, (edge - input).clamp(min=0), 0)
    near = where(target != -1, input, 0)
    return _reduce(far + near, "hinge_embedding_loss", reduction)


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0,
    size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """1 - cos where target is 1, max(0, cos - margin) where it is -1."""
    reduction = _named("cosine_embedding_loss", reduction, size_average, reduce)
    a: Any = input1
    b: Any = input2
    size = ((a * a).sum(-1) + 1e-12) * ((b * b).sum(-1) + 1e-12)
    cos = (a * b).sum(-1) / size.sqrt()
    apart = where(target == -1, (cos - margin).clamp(min=0.0), 0.0)
    return _reduce(where(target == 1, 1.0 - cos, 0.0) + apart, "cosine_embedding_loss", reduction)


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2,
    eps: float = 1e-06, swap: bool = False, size_average: bool | None = None,
    reduce: bool | None = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """max(0, margin + distance(anchor, positive) - distance(anchor, negative))."""
    reduction = _named("triplet_margin_loss", reduction, size_average, reduce)
    near = pairwise_distance(anchor, positive, p, eps)
    far: Any = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = far.minimum(pairwise_distance(positive, negative, p, eps))
    return _reduce((near - far + margin).clamp(min=0.0), "triplet_margin_loss", reduction)
