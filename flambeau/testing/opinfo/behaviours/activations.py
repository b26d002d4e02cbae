"""Behaviour of the activations and losses of nn.functional."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import of_scipy, softmax
from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    FLOATS,
    ONE,
    PRECISE,
    Call,
    Error,
    T,
    add_behaviour,
    dim_errors,
    index,
)  # fmt: skip

__all__: list[str] = []

_X = ((3, 4),)

_DEFAULTS: dict[str, Any] = {
    "dtypes": FLOATS, "loose": 2.0, "has_method": False, "calls": ONE
}  # fmt: skip


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(f"nn.functional.{name}", reference, *rows, **{**_DEFAULTS, **fields})


# -- activations --------------------------------------------------------------------------------
def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _elu(x: Any, alpha: float = 1.0) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(x))


def _gelu(x: Any, approximate: str = "none") -> Any:
    if approximate == "tanh":
        return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return x * of_scipy("special.ndtr")(x)


def _glu(x: Any, dim: int = -1) -> Any:
    value, gate = np.split(x, 2, dim)
    return value * _sigmoid(gate)


_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805
_add("elu", _elu, *ONE, Call(_X, (0.5,)))
_add("celu", lambda x, alpha=1.0: np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(x / alpha)),
     *ONE, Call(_X, (0.5,)), Error(Call(_X, (0.0,)), RuntimeError, "0|zero"))  # fmt: skip
_add("selu", lambda x: _SCALE * _elu(x, _ALPHA))
_add("gelu", _gelu, *ONE, Call(_X, (), {"approximate": "tanh"}),
     Error(Call(_X, (), {"approximate": "sine"}), RuntimeError, "approximate"))  # fmt: skip
_add("silu", lambda x: x * _sigmoid(x))
_add("mish", lambda x: x * np.tanh(np.log1p(np.exp(x))), loose=4.0)
_add("softplus", lambda x, beta=1, threshold=20: np.where(x * beta > threshold, x, np.log1p(
     np.exp(beta * x)) / beta), *ONE, Call(_X, (2.0, 1.0)))  # fmt: skip
_add("softsign", lambda x: x / (1 + np.abs(x)))
_add("logsigmoid", lambda x: -np.log1p(np.exp(-x)))
_add("hardsigmoid", lambda x: np.clip(x + 3, 0, 6) / 6)
_add("hardswish", lambda x: x * np.clip(x + 3, 0, 6) / 6)
_add("hardtanh", lambda x, low=-1.0, high=1.0: np.clip(x, low, high), *ONE, Call(_X, (-2.0, 0.5)))
_add("hardshrink", lambda x, lambd=0.5: np.where(np.abs(x) > lambd, x, 0), exact=True)
_add("softshrink", lambda x, lambd=0.5: np.sign(x) * np.maximum(np.abs(x) - lambd, 0),
     *ONE, Call(_X, (1.0,)), Error(Call(_X, (-1.0,)), RuntimeError, "lambda"))  # fmt: skip
_add("tanhshrink", lambda x: x - np.tanh(x), loose=4.0)
_add("leaky_relu", lambda x, slope=0.01: np.where(x > 0, x, slope * x), *ONE, Call(_X, (0.2,)))
_add("relu", lambda x: np.maximum(x, 0), exact=True)
_add("relu6", lambda x: np.clip(x, 0, 6), exact=True)
_add(
    "threshold", lambda x, at, value: np.where(x > at, x, value), Call(_X, (0.5, -2.0)), exact=True
)
_add("prelu", lambda x, w: np.where(x > 0, x, (w if w.size == 1 else w.reshape(-1,
     *[1] * (x.ndim - 2))) * x), Call(((3, 4), (1,))), Call(((2, 3, 4), (3,))), Error(Call(((2, 3),
     (2,))), RuntimeError, ""), empty=())  # fmt: skip
_add("glu", _glu, Call(_X),
     Call(((4, 3),), (0,)), Error(Call(((3, 5),)), RuntimeError, "even"),
     *dim_errors(lambda dim: Call(((2, 2),), (dim,)), 2))  # fmt: skip
_add("softmin", lambda x, dim: softmax(-x, dim), Call(_X, (1,)), Call(((2, 3, 4),), (0,)),
     *dim_errors(lambda dim: Call(((2, 3),), (dim,)), 2))  # fmt: skip
_add("sigmoid", _sigmoid)
_add("tanh", np.tanh)
_add("normalize", lambda x, p=2.0, dim=1, eps=1e-12: x / np.maximum(np.linalg.norm(x, p, dim,
     keepdims=True), eps), Call(_X), Call(((2, 3, 4),), (1.0, -1)),
     *dim_errors(lambda dim: Call(((2, 3),), (2.0, dim)), 2), dtypes=PRECISE, loose=4.0
     )  # fmt: skip
_add("one_hot", lambda x, n=-1: np.eye(n if n > 0 else x.max() + 1, dtype=np.int64)[x], Call(
     (index((2, 3), 4),), (5,)), Call((T((3,), dtype=dt.int64, values=[0, 2, 1]),)), Error(
     Call((index((2,), 4, 3),), (3,)), RuntimeError, "out of range"), Error(Call(
     (T((2,), dtype=dt.int64, values=[-1, 0]),)), RuntimeError, "out of range"), dtypes=(dt.int64,),
     result="int64", exact=True, empty=())  # fmt: skip


# -- losses -------------------------------------------------------------------------------------
def _reduced(loss: Any) -> Any:
    """`loss` of each element, then what `reduction` says."""

    def reference(*args: Any, reduction: str = "mean", **kwargs: Any) -> Any:
        found = np.asarray(loss(*args, **kwargs))
        return found if reduction == "none" else getattr(np, reduction)(found)

    return reference


def _loss(
    name: str, loss: Any, *shapes: Any, more: tuple = (), errors: tuple = (), **fields: Any
) -> None:
    reductions = [Call(shapes, (), {"reduction": r}) for r in ("none", "mean", "sum")]
    wrong = Error(Call(shapes, (), {"reduction": "max"}), ValueError, "max|reduction")
    _add(name, _reduced(loss), *reductions, *more, wrong, *errors, **{
        "loose": 8.0, "dtypes": PRECISE, "empty": (), **fields})  # fmt: skip


_PAIR = ((3, 4), (3, 4))
_SIGNS = T((3, 4), form=lambda x: np.where(x > 0, 1.0, -1.0))
_BITS = T((3, 4), form=lambda x: (x > 0) * 1.0)
_SHARES = T((3, 4), 0.05, 0.95)
_loss("mse_loss", lambda x, y: (x - y) ** 2, *_PAIR, more=(Call(_PAIR),))
_loss("l1_loss", lambda x, y: np.abs(x - y), *_PAIR)
_loss("smooth_l1_loss", lambda x, y, beta=1.0: np.where(abs(x - y) < beta, (x - y) ** 2 / 2 / beta,
      abs(x - y) - beta / 2), *_PAIR, more=(Call(_PAIR, (), {"beta": 0.5}),), errors=(
      Error(Call(_PAIR, (), {"beta": -1.0}), RuntimeError, "negative|beta"),))  # fmt: skip
_loss("huber_loss", lambda x, y, delta=1.0: np.where(abs(x - y) < delta, (x - y) ** 2 / 2,
      delta * (abs(x - y) - delta / 2)), *_PAIR, more=(Call(_PAIR, (), {"delta": 0.5}),), errors=(
      Error(Call(_PAIR, (), {"delta": 0.0}), RuntimeError, "delta"),))  # fmt: skip
_loss("soft_margin_loss", lambda x, y: np.log1p(np.exp(-x * y)), (3, 4), _SIGNS)
_loss("hinge_embedding_loss", lambda x, y, margin=1.0: np.where(y > 0, x, np.maximum(0,
     margin - x)), (3, 4), _SIGNS)  # fmt: skip
_loss("margin_ranking_loss", lambda a, b, y, margin=0: np.maximum(0, -y * (a - b) + margin), (3,
     4), (3, 4), _SIGNS)  # fmt: skip
_loss("binary_cross_entropy", lambda p, y: -y * np.log(p) - (1 - y) * np.log1p(-p), _SHARES, _BITS,
      errors=(Error(Call(((3,), (4,))), ValueError, "size"),))  # fmt: skip
_loss("binary_cross_entropy_with_logits", lambda x, y: np.log1p(np.exp(-x)) + (1 - y) * x, (3, 4),
     _BITS, errors=(Error(Call(((3,), (4,))), ValueError, "size"),))  # fmt: skip
_loss("poisson_nll_loss", lambda x, y: np.exp(x) - y * x, (3, 4), (3, 4))
_loss("gaussian_nll_loss", lambda x, y, var, eps=1e-6: (np.log(np.maximum(var, eps)) + (x - y) ** 2
      / np.maximum(var, eps)) / 2, (3, 4), (3, 4), T((3, 4), 0.5, 2.0))  # fmt: skip
_loss("kl_div", lambda x, y: y * (np.log(y) - x), (3, 4), _SHARES)
_loss(
    "cosine_embedding_loss",
    lambda a, b, y, margin=0: np.where(
        y > 0, 1 - _cosine(a, b), np.maximum(0, _cosine(a, b) - margin)
    ),
    (3, 4),
    (3, 4),
    T((3,), form=lambda x: np.where(x > 0, 1.0, -1.0)),
)
_loss(
    "triplet_margin_loss",
    lambda a, p, n, margin=1.0: np.maximum(
        0, margin + np.linalg.norm(a - p + 1e-6, axis=-1) - np.linalg.norm(a - n + 1e-6, axis=-1)
    ),
    (3, 4),
    (3, 4),
    (3, 4),
)
_loss("multilabel_soft_margin_loss", lambda x, y: np.mean(np.log1p(np.exp(-x)) + (1 - y) * x, -1),
      (3, 4), _BITS)  # fmt: skip
_loss("multi_margin_loss", lambda x, y: np.array([np.sum(np.maximum(0, 1 - r[t] + np.delete(r, t)))
      / len(r) for r, t in zip(x, y, strict=True)]), (3, 4), index((3,), 4))  # fmt: skip


def _cosine(a: Any, b: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    size = np.maximum(np.linalg.norm(a, axis=dim), eps) * np.maximum(
        np.linalg.norm(b, axis=dim), eps
    )
    return np.sum(a * b, dim) / size


_add("cosine_similarity", _cosine, Call(_PAIR), Call(((2, 3, 4), (2, 3, 4)), (2,)), Error(
     Call(((3,), (4,)), (0,)), RuntimeError, "broadcast|match|expand"), dtypes=PRECISE, loose=8.0,
     empty=())  # fmt: skip
_add("pairwise_distance", lambda a, b, p=2.0, eps=1e-6: np.linalg.norm(a - b + eps, p, -1),
     Call(_PAIR), Call(_PAIR, (1.0,)), dtypes=PRECISE, loose=8.0, empty=())  # fmt: skip
_add("pdist", lambda x, p=2.0: of_scipy("spatial.distance.pdist")(x, "minkowski", p=p), Call(((4,
     3),)), Call(((4, 3),), (1.0,)), Error(Call(((3,),)), RuntimeError, "2D|dim"), dtypes=PRECISE,
     loose=8.0, empty=())  # fmt: skip


def _chosen(
    x: Any, y: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean"
) -> Any:
    """Minus the element of each row of x that y names."""
    weight = np.ones(x.shape[1]) if weight is None else weight
    w = np.where(y == ignore_index, 0, weight[np.where(y == ignore_index, 0, y)])
    found = -w * np.take_along_axis(x, np.where(w == 0, 0, y)[:, None], 1)[:, 0]
    total = np.sum(found)
    return {"none": found, "sum": total, "mean": total / w.sum()}[reduction]


def _log_softmax(x: Any) -> Any:
    return np.log(softmax(x, 1))


_CLASSES = ((3, 4), index((3,), 4))
_OUTSIDE = Error(
    Call(((3, 4), T((3,), dtype=dt.int64, values=[0, 4, 1]))), IndexError, "out of bounds|range"
)
_LOSS_CALLS = (Call(_CLASSES), Call(_CLASSES, (), {"reduction": "none"}), Call(_CLASSES, (),
    {"reduction": "sum"}), Call(_CLASSES, (), {"weight": T((4,), 0.5, 2.0)}), Call(_CLASSES, (),
    {"ignore_index": 1}), _OUTSIDE, Error(Call(_CLASSES, (), {"reduction": "max"}), ValueError,
    "max|reduction"), Error(Call(((3, 4), index((2,), 4))), ValueError, "batch|size|shape"),
    )  # fmt: skip
_add("nll_loss", _chosen, *_LOSS_CALLS, dtypes=PRECISE, loose=8.0, empty=())
_add("cross_entropy", lambda x, y, **k: _chosen(_log_softmax(x), y, **k), *_LOSS_CALLS,
     dtypes=PRECISE, loose=8.0, empty=())  # fmt: skip

ALIASES.update({"nn.functional.log_softmax": "log_softmax", "nn.functional.softmax": "softmax"})
