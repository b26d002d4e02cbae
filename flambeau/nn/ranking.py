"""Rarer losses as modules: of sequences, of several labels, of triplets, of many classes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

from flambeau.core.errors import message
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.nn.container import ModuleList, Sequential
from flambeau.nn.functional.indices import check_range
from flambeau.nn.functional.ranking import LinearCrossEntropyOptions
from flambeau.nn.linear import Linear
from flambeau.nn.loss import NLLLoss, PairwiseDistance, _Loss, _WeightedLoss
from flambeau.nn.module import Module
from flambeau.tensor.elementwise import where
from flambeau.tensor.gathering import gather
from flambeau.tensor.indexing import getitem, nonzero
from flambeau.tensor.joining import cat
from flambeau.tensor.tensor import Tensor

__all__ = [
    "AdaptiveLogSoftmaxWithLoss", "CTCLoss", "LinearCrossEntropyLoss", "MultiLabelMarginLoss",
    "NLLLoss2d", "TripletMarginWithDistanceLoss",
]  # fmt: skip


class CTCLoss(_Loss):
    """-log P(targets) where each label may last any time, with blanks between; Graves 2006."""

    __constants__ = ("blank", "reduction")

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any
    ) -> Tensor:
        """ctc_loss(log_probs, targets, input_lengths, target_lengths)."""
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction,
            self.zero_infinity,
        )  # fmt: skip


class MultiLabelMarginLoss(_Loss):
    """sum over labels j and other classes i of max(0, 1 - x[j] + x[i]) / classes."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """multilabel_margin_loss(input, target)."""
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class TripletMarginWithDistanceLoss(_Loss):
    """max(0, margin + distance(anchor, positive) - distance(anchor, negative))."""

    __constants__ = ("margin", "swap", "reduction")

    def __init__(
        self, *, distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0, swap: bool = False, reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(reduction=reduction)
        if margin <= 0:
            raise ValueError(
                "TripletMarginWithDistanceLoss: expected margin to be greater than 0, got "
                f"{margin} instead"
            )
        self.distance_function: Any = (
            PairwiseDistance() if distance_function is None else distance_function
        )
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """triplet_margin_with_distance_loss(anchor, positive, negative)."""
        return F.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function,
            margin=self.margin, swap=self.swap, reduction=self.reduction,
        )  # fmt: skip


class NLLLoss2d(NLLLoss):
    """The old name of `NLLLoss`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in "
            "replacement.",
            FutureWarning,
            stacklevel=2,
        )
        super().__init__(*args, **kwargs)


class LinearCrossEntropyLoss(_WeightedLoss):
    """Cross entropy of a linear layer, which is part of the module."""

    __constants__ = (
        "num_classes", "out_features", "reduction", "ignore_index", "label_smoothing",
    )  # fmt: skip

    def __init__(
        self, in_features: int, num_classes: int, *, out_features: tuple[int, ...] = (),
        bias: bool = False, device: Any = None, dtype: Any = None, reduction: str = "mean",
        weight: Tensor | None = None, ignore_index: int | None = None,
        label_smoothing: float = 0.0, options: LinearCrossEntropyOptions | None = None,
    ) -> None:  # fmt: skip
        if weight is not None and tuple(weight._shape) != (num_classes,):
            raise RuntimeError(
                f"expected weight shape to be {(num_classes,)}, got {tuple(weight._shape)}"
            )
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(
                f"expected label_smoothing to be in range [0, 1], got {label_smoothing}"
            )
        super().__init__(weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        count = prod(out_features, start=num_classes)
        self.linear = Linear(in_features, count, bias, device, dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """linear_cross_entropy(input, linear.weight, target)."""
        shape = (self.num_classes, *self.out_features)
        bias: Any = self.linear.bias
        return F.linear_cross_entropy(
            input, self.linear.weight.reshape(*shape, self.linear.in_features),  # type: ignore[attr-defined]
            target, linear_bias=None if bias is None else bias.reshape(shape),
            weight=self.weight, reduction=self.reduction, ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing, options=self.options,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={self.linear.bias is not None}, "
            f"reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )


# -- many classes ---------------------------------------------------------------------------------
class _Result(NamedTuple):
    """What AdaptiveLogSoftmaxWithLoss gives."""

    output: Any
    loss: Any


_Result.__name__ = "_ASMoutput"


class AdaptiveLogSoftmaxWithLoss(Module):
    """Softmax over many classes, rare ones in clusters of smaller layers; Grave et al. 2017.

    cutoffs: where each cluster begins, classes in order of falling frequency. Gives (output (n),
    log-probabilities of the targets, loss).
    """

    def __init__(
        self, in_features: int, n_classes: int, cutoffs: Sequence[int], div_value: float = 4.0,
        head_bias: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        given = list(cutoffs)
        if not given:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            given != sorted(set(given)) or given[0] <= 0 or given[-1] > n_classes - 1
            or any(int(c) != c for c in given)
        ):  # fmt: skip
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an "
                "increasing order, where each value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*given, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        options = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, head_bias, **options)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            inner = int(in_features // (div_value ** (i + 1)))
            self.tail.append(
                Sequential(
                    Linear(in_features, inner, False, **options),
                    Linear(inner, high - low, False, **options),
                )
            )

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster:
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> Any:
        """(output, loss); shapes (n, in_features) and (n), or without n."""
        x: Any = input_
        target: Any = target_
        dims = len(target._shape)
        if dims > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if len(x._shape) != dims + 1 or x._shape[:dims] != target._shape:
            raise RuntimeError(
                message("AdaptiveLogSoftmaxWithLoss", f"input {list(x._shape)} and target "
                        f"{list(target._shape)}", "Input and target should have the same size in "
                        "the batch dimension")
            )  # fmt: skip
        if dims == 0:
            x, target = x.unsqueeze(0), target.unsqueeze(0)
        check_range(
            target, self.n_classes, "AdaptiveLogSoftmaxWithLoss: Target values should be in "
            f"[0, {self.n_classes - 1}], but {{}} was found"
        )  # fmt: skip
        log_prob: Any = F.log_softmax(self.head(x), 1)
        entry = target.clamp(max=self.shortlist_size - 1)
        parts, rows = [], []
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            (found,) = nonzero((target >= low) & (target < high), as_tuple=True)
            if not found._shape[0]:
                continue
            entry = where((target >= low) & (target < high), self.shortlist_size + i, entry)
            inner = F.log_softmax(self.tail[i](getitem(x, found)), 1)
            at = (getitem(target, found) - low).unsqueeze(1)  # type: ignore[attr-defined]
            parts.append(gather(inner, -1, at).squeeze(1))  # type: ignore[attr-defined]
            rows.append(found)
        output: Any = gather(log_prob, -1, entry.unsqueeze(1)).squeeze(1)  # type: ignore[attr-defined]
        if parts:
            output = output.index_put((cat(rows),), cat(parts), accumulate=True)
        loss = (-output).mean()
        return _Result(output if dims else output.squeeze(0), loss)

    def _full(self, x: Any, head: Any) -> Tensor:
        """(n, n_classes): the log-probabilities of all classes."""
        log_prob: Any = F.log_softmax(head, 1)
        parts = [log_prob.narrow(1, 0, self.shortlist_size)]
        for i in range(self.n_clusters):
            inner = F.log_softmax(self.tail[i](x), 1)
            parts.append(inner + log_prob.narrow(1, self.shortlist_size + i, 1))
        return cat(parts, 1)

    def log_prob(self, input: Tensor) -> Tensor:
        """(n, n_classes): the log-probabilities of all classes."""
        return self._full(input, self.head(input))

    def predict(self, input: Tensor) -> Tensor:
        """(n): the most probable class of each row; rare ones are looked at where they may be."""
        head: Any = self.head(input)
        best = head.argmax(1)
        (found,) = nonzero(best >= self.shortlist_size, as_tuple=True)
        if not found._shape[0]:
            return best  # type: ignore[no-any-return]
        rest: Any = self._full(getitem(input, found), getitem(head, found))
        return best.index_put((found,), rest.argmax(1))  # type: ignore[no-any-return]
