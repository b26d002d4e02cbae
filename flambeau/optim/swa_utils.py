"""Averages of a model's weights over training: equal weights (SWA) or exponential ones (EMA)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.core.dtype import int64
from flambeau.nn.module import Module
from flambeau.nn.norm import _BatchNorm
from flambeau.optim.lr_scheduler.base import LRScheduler, check_optimizer, each_group
from flambeau.optim.optimizer import Optimizer
from flambeau.tensor.boundary import is_capturing
from flambeau.tensor.creation import zeros
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Tensor

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Tensors = Sequence[Any]
Average = Callable[[Any, Any, Any], Any]
AverageAll = Callable[[Tensors, Tensors, Any], None]


# -- how to average -----------------------------------------------------------------------------
def _check_decay(decay: float) -> None:
    if not 0.0 <= decay <= 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The function (average, new, count) -> decay * average + (1 - decay) * new."""
    _check_decay(decay)

    @no_grad()
    def ema_update(average: Any, new: Any, count: Any) -> Any:
        return decay * average + (1 - decay) * new

    return ema_update


def get_swa_avg_fn() -> Average:
    """The function (average, new, count) -> the mean of `count + 1` values."""

    @no_grad()
    def swa_update(average: Any, new: Any, count: Any) -> Any:
        return average + (new - average) / (count + 1)

    return swa_update


def _for_all(average: Average) -> AverageAll:
    """`average` for lists of tensors, in place."""

    @no_grad()
    def update(averages: Tensors, news: Tensors, count: Any) -> None:
        for p, new in zip(averages, news, strict=True):
            p.copy_(average(p, new, count))

    return update


def get_ema_multi_avg_fn(decay: float = 0.999) -> AverageAll:
    """The function that moves a list of averages exponentially toward a list of new values."""
    return _for_all(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> AverageAll:
    """The function that makes a list of means of `count` values those of one value more."""
    return _for_all(get_swa_avg_fn())


# -- the averaged model -------------------------------------------------------------------------
class AveragedModel(Module):
    """A copy of a model whose parameters are averages of those given to `update_parameters`.

    avg_fn (average, new, count) -> average, or multi_avg_fn, which changes a list of averages in
    place: by default all values count the same. use_buffers: buffers are averaged too, else they
    are the model's last ones; `update_bn` computes those of batch normalization anew.

    Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization",
    UAI 2018.

    >>> import flambeau
    >>> model = flambeau.nn.Linear(1, 1, bias=False)
    >>> averaged = AveragedModel(model)
    >>> for x in (1.0, 2.0, 6.0):
    ...     _ = flambeau.nn.init.constant_(model.weight, x)
    ...     averaged.update_parameters(model)
    >>> averaged.module.weight.item()
    3.0
    """

    n_averaged: Tensor

    def __init__(
        self, model: Module, device: Any = None, avg_fn: Average | None = None,
        multi_avg_fn: AverageAll | None = None, use_buffers: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError(
                "AveragedModel: given both avg_fn and multi_avg_fn; required: only one of avg_fn "
                "and multi_avg_fn should be provided"
            )
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", zeros((), dtype=int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The averaged model's result."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the model's present parameters into the average."""
        with no_grad():
            pairs = list(zip(self._averaged(self.module), self._averaged(model), strict=True))
            averages = [p.detach() for p, _ in pairs]
            news = [q.detach().to(p.device) for p, q in pairs]
            if is_capturing():  # the program must be right for the first and for later values
                first = self.n_averaged == 0
                self._average(averages, news)
                for p, new in zip(averages, news, strict=True):
                    p.copy_(where(first, new, p))
            elif self.n_averaged.item() == 0:  # type: ignore[attr-defined]
                for p, new in zip(averages, news, strict=True):
                    p.copy_(new)
            else:
                self._average(averages, news)
            if not self.use_buffers:
                for b, new in zip(self.module.buffers(), model.buffers(), strict=True):
                    b.detach().copy_(new.detach())
            self.n_averaged.add_(1)  # type: ignore[attr-defined]

    def _averaged(self, model: Module) -> Iterable[Any]:
        buffers = model.buffers() if self.use_buffers else ()
        return chain(model.parameters(), buffers)

    def _average(self, averages: list[Any], news: list[Any]) -> None:
        count = self.n_averaged
        if self.avg_fn is not None:
            _for_all(self.avg_fn)(averages, news, count)
            return
        average_all = self.multi_avg_fn or get_swa_multi_avg_fn()
        for dtype in dict.fromkeys(p.dtype for p in averages):
            alike = [i for i, p in enumerate(averages) if p.dtype is dtype]
            average_all([averages[i] for i in alike], [news[i] for i in alike], count)


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the running statistics of batch normalization anew, as means over all of `loader`.

    A batch is a tensor, or a list or tuple with the model's input first.
    """
    layers = [m for m in model.modules() if isinstance(m, _BatchNorm)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None
    try:
        with no_grad():
            for batch in loader:
                x = batch[0] if isinstance(batch, (list, tuple)) else batch
                model(x if device is None else x.to(device))
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        model.train(was_training)


# -- the learning rate --------------------------------------------------------------------------
class SWALR(LRScheduler):
    """From the present learning rate to `swa_lr` in `anneal_epochs`, then constant.

    anneal_strategy: "cos" for half a cosine, or "linear". swa_lr: one rate, or one for each group.
    """

    def __init__(
        self, optimizer: Optimizer, swa_lr: float | list[float], anneal_epochs: int = 10,
        anneal_strategy: str = "cos", last_epoch: int = -1,
    ) -> None:  # fmt: skip
        rates = each_group("swa_lr", check_optimizer(optimizer), swa_lr)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                "SWALR: anneal_strategy must be one of 'cos' or 'linear', instead got "
                f"{anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(
                f"SWALR: anneal_epochs must be equal or greater than 0, got {anneal_epochs}"
            )
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["swa_lr"] = rate
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, step: int) -> float:
        """How much of the way from the old rate to swa_lr lies behind after `step` steps."""
        t = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return t if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * t)) / 2

    def get_lr(self) -> list[Any]:
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            end = group["swa_lr"]
            start = end if before == 1 else (group["lr"] - before * end) / (1 - before)
            rates.append(end * now + start * (1 - now))
        return rates
