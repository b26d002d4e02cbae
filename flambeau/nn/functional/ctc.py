"""Connectionist temporal classification: labels without a time for each; Graves et al. 2006."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from flambeau.autograd.function import Function, once_differentiable
from flambeau.core.dtype import bool_, float64, int64
from flambeau.core.errors import message
from flambeau.nn.operations.ctc import CTC_PATHS
from flambeau.nn.operations.loss import check_reduction
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import from_array
from flambeau.tensor.elementwise import where
from flambeau.tensor.gathering import gather
from flambeau.tensor.scattering import scatter_add
from flambeau.tensor.tensor import Tensor

__all__ = ["ctc_loss"]


class _Labels(NamedTuple):
    """Everything that follows from targets and lengths alone, as tensors."""

    index: Any  # (t, n, s) the class of each label of the extended sequences
    forward: tuple  # (first, skips, starts, active) of ctc_paths
    backward: tuple  # the same, backwards in time, labels turned
    ends: Any  # (n, s) labels at which a path may end
    active: Any  # (t, n, 1)


def _flags(array: np.ndarray) -> Any:
    return from_array(np.ascontiguousarray(array), bool_)


def _labels(targets: list[np.ndarray], lengths: np.ndarray, steps: int, blank: int) -> _Labels:
    n = len(targets)
    counts = np.array([2 * len(t) + 1 for t in targets])
    s = int(counts.max())
    extended = np.full((n, s), blank, np.int64)
    for row, labels in zip(extended, targets, strict=True):
        row[1 : 2 * len(labels) : 2] = labels
    at = np.arange(s)
    present = at < counts[:, None]
    skips = np.zeros((n, s), bool)
    skips[:, 2:] = (extended[:, 2:] != blank) & (extended[:, 2:] != extended[:, :-2])
    back_skips = np.zeros((n, s), bool)  # label i may be followed by i + 2
    back_skips[:, :-2] = skips[:, 2:] & present[:, 2:]
    starts = (at < 2) & present
    ends = (at >= counts[:, None] - 2) & present
    time = np.arange(steps)[:, None, None]
    active = time < lengths[None, :, None]
    last = time == lengths[None, :, None] - 1
    index = np.broadcast_to(extended, (steps, n, s))
    turned = [_flags(a) for a in (last[::-1], back_skips[:, ::-1], ends[:, ::-1], active[::-1])]
    return _Labels(
        from_array(np.ascontiguousarray(index), int64),
        (_flags(time + 0 * lengths[None, :, None] == 0), _flags(skips), _flags(starts),
         _flags(active)),
        tuple(turned), _flags(ends), turned[3].flip(0),
    )  # fmt: skip


class _Loss(Function):
    """-log of the probability of all paths that spell the target, for each sequence."""

    @staticmethod
    def forward(ctx: Any, log_probs: Any, labels: _Labels, zero_infinity: bool) -> Tensor:
        emit = gather(log_probs, -1, labels.index)
        first, skips, starts, active = labels.forward
        alpha: Any = apply(CTC_PATHS, (emit, first, skips, starts, active))
        final = where(labels.ends, alpha[-1], -math.inf)
        loss: Any = -final.logsumexp(-1)
        ctx.labels = labels
        ctx.without_path = 0.0 if zero_infinity else math.nan
        ctx.save_for_backward(log_probs, alpha, loss)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Any) -> tuple[Any, None, None]:
        log_probs, alpha, loss = ctx.saved_tensors
        labels = ctx.labels
        emit: Any = gather(log_probs, -1, labels.index)
        beta: Any = apply(CTC_PATHS, (emit.flip((0, 2)), *labels.backward)).flip((0, 2))  # type: ignore[attr-defined]
        # how probable it is to be at each label at each time
        share = (alpha + beta - emit + loss.reshape(1, -1, 1)).exp()
        share = where((alpha > -math.inf) & (beta > -math.inf), share, 0.0)
        share = where(labels.active, share, 0.0)
        share = scatter_add(share.new_zeros(log_probs._shape), -1, labels.index, share)
        # as PyTorch has it, the cotangent of the scores that log_softmax was given
        d = where(labels.active, log_probs.exp() - share, 0.0)
        d = where((loss < math.inf).reshape(1, -1, 1), d, ctx.without_path)
        return d * g.reshape(1, -1, 1), None, None


def _lengths(name: str, given: Any, count: int) -> np.ndarray:
    array = np.asarray(read(given) if isinstance(given, Tensor) else given)
    array = array.reshape(-1).astype(np.int64)
    if array.shape != (count,):
        raise RuntimeError(
            message("ctc_loss", f"{name} of size {array.size} for a batch of {count}",
                    f"{name} must be of size batch_size")
        )  # fmt: skip
    if (array < 0).any():
        raise RuntimeError(
            message("ctc_loss", f"{name} {array.tolist()}", f"Expected {name} to be not negative")
        )
    return array


def _split_targets(targets: Tensor, lengths: np.ndarray) -> list[np.ndarray]:
    array = np.asarray(read(targets)).astype(np.int64)
    if array.ndim == 1:
        if array.size != lengths.sum():
            raise RuntimeError(
                message("ctc_loss", f"{array.size} targets for target_lengths that sum to "
                        f"{int(lengths.sum())}", "one target for each", "2-D targets, if they "
                        "are padded")
            )  # fmt: skip
        return np.split(array, np.cumsum(lengths)[:-1])
    if lengths.size and lengths.max() > array.shape[1]:
        raise RuntimeError(
            message("ctc_loss", f"targets {list(array.shape)} and target_lengths up to "
                    f"{int(lengths.max())}", "Expected tensor to have size at least the greatest "
                    "length at dimension 1")
        )  # fmt: skip
    return [row[:k] for row, k in zip(array, lengths, strict=True)]


def ctc_loss(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int = 0,
    reduction: str = "mean", zero_infinity: bool = False,
) -> Tensor:  # fmt: skip
    """-log P(targets) where each label may last any time, with blanks between.

    Shapes: log_probs (t, n, classes) or (t, classes); targets (n, s), padded, or all in one list;
    lengths (n). "mean" divides by the target lengths, then by n. zero_infinity: sequences that are
    too long for their input give 0 rather than infinity.

    The gradient is that of the scores which log_softmax turned into log_probs, as in PyTorch.
    """
    check_reduction("ctc_loss", reduction)
    x: Any = log_probs
    is_batched = len(x._shape) == 3
    if len(x._shape) not in (2, 3) or not x.dtype.is_floating_point:
        raise RuntimeError(
            message("ctc_loss", f"log_probs {list(x._shape)} of dtype {x.dtype.name}",
                    "floating-point log_probs of shape (time, batch, classes) or (time, classes)")
        )  # fmt: skip
    if not is_batched:
        x = x.unsqueeze(1)
    steps, n, classes = x._shape
    if not 0 <= blank < classes:
        raise RuntimeError(
            message(
                "ctc_loss", f"blank={blank}", f"blank must be in label range, 0 to {classes - 1}"
            )
        )
    if targets.dtype.is_floating_point:
        raise RuntimeError(
            message("ctc_loss", f"targets of dtype {targets.dtype.name}", "targets must be "
                    "integral", "targets.long()")
        )  # fmt: skip
    lengths = _lengths("input_lengths", input_lengths, n)
    sizes = _lengths("target_lengths", target_lengths, n)
    if lengths.size and lengths.max() > steps:
        raise RuntimeError(
            message("ctc_loss", f"input_lengths up to {int(lengths.max())}",
                    f"Expected input_lengths to have value at most {steps}")
        )  # fmt: skip
    if not is_batched and len(targets._shape) == 1:
        parts = [np.asarray(read(targets)).astype(np.int64)[: sizes[0]]]
    else:
        parts = _split_targets(targets, sizes)
    for part in parts:
        if part.size and not 0 <= part.min() <= part.max() < classes:
            raise RuntimeError(
                message("ctc_loss", f"targets from {int(part.min())} to {int(part.max())}",
                        f"labels of 0 to {classes - 1}")
            )  # fmt: skip
    loss: Any = _Loss.apply(x, _labels(parts, lengths, steps, blank), zero_infinity)
    if zero_infinity:
        loss = where(loss == math.inf, 0.0, loss)
    if reduction == "mean":
        divisor: Any = from_array(np.maximum(sizes, 1).astype(np.float64), float64)
        return (loss / divisor.to(loss.dtype)).mean()  # type: ignore[no-any-return]
    if reduction == "sum":
        return loss.sum()  # type: ignore[no-any-return]
    return loss if is_batched else loss.squeeze(0)  # type: ignore[no-any-return]
