"""Normalization layers."""

from __future__ import annotations

from typing import Any

from flambeau.core.dtype import int64
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.nn import init
from flambeau.nn.module import Module
from flambeau.nn.parameter import Parameter
from flambeau.tensor.creation import empty, ones, zeros
from flambeau.tensor.tensor import Tensor

__all__ = [
    "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "CrossMapLRN2d", "GroupNorm", "InstanceNorm1d",
    "InstanceNorm2d", "InstanceNorm3d", "LayerNorm", "LocalResponseNorm", "RMSNorm",
    "SyncBatchNorm",
]  # fmt: skip


class _Running(Module):
    """Weights and running statistics of batch and instance normalization."""

    __constants__ = ("track_running_stats", "momentum", "eps", "num_features", "affine")
    _version = 2
    _ndims: tuple[int, ...] = ()

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
        affine: bool = True, track_running_stats: bool = True, device: Any = None,
        dtype: Any = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        options = {"device": device, "dtype": dtype}
        for name, is_there in (("weight", affine), ("bias", affine and bias)):
            value = Parameter(empty(num_features, **options)) if is_there else None
            self.register_parameter(name, value)
        tracked: list[Any] = [None, None, None]
        if track_running_stats:
            tracked = [zeros(num_features, **options), ones(num_features, **options)]
            tracked.append(zeros((), dtype=int64, device=device))
        for name, x in zip(("running_mean", "running_var", "num_batches_tracked"), tracked,
                           strict=True):  # fmt: skip
            self.register_buffer(name, x)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the running statistics: mean 0, variance 1."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Forget the running statistics; weight 1, bias 0."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        if len(input._shape) not in self._ndims:
            expected = " or ".join(f"{n}D" for n in self._ndims)
            raise ValueError(f"expected {expected} input (got {len(input._shape)}D input)")

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: dict, *rest: Any
    ) -> None:
        key = prefix + "num_batches_tracked"
        is_old = (local_metadata.get("version") or 0) < 2
        if is_old and self.track_running_stats and key not in state_dict:
            state_dict[key] = self.num_batches_tracked  # older files do not have it
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class _BatchNorm(_Running):
    """Batch normalization."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalize by the batch in training, else by the running statistics."""
        self._check_input_dim(input)
        training = self.training
        counts = training and self.track_running_stats and self.num_batches_tracked is not None
        momentum: Any = self.momentum
        if momentum is None:  # a plain average over all batches
            momentum = 1.0 / (self.num_batches_tracked.double() + 1.0) if counts else 0.0
        mean, var = self.running_mean, self.running_var
        by_batch = training or (mean is None and var is None)
        if by_batch and not (training and self.track_running_stats):
            mean = var = None
        result = F.batch_norm(
            input, mean, var, self.weight, self.bias, by_batch, momentum, self.eps
        )
        if counts:
            self.num_batches_tracked.add_(1)
        return result


class BatchNorm1d(_BatchNorm):
    """Mean 0 and variance 1 of each channel over the batch; (N, C) or (N, C, L)."""

    _ndims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Mean 0 and variance 1 of each channel over the batch; (N, C, H, W).

    >>> import flambeau
    >>> norm = flambeau.nn.BatchNorm2d(3)
    >>> norm(flambeau.randn(4, 3, 5, 5)).shape, norm.num_batches_tracked
    (flambeau.Size([4, 3, 5, 5]), tensor(1))
    """

    _ndims = (4,)


class BatchNorm3d(_BatchNorm):
    """Mean 0 and variance 1 of each channel over the batch; (N, C, D, H, W)."""

    _ndims = (5,)


class SyncBatchNorm(_BatchNorm):
    """Batch normalization of (N, C, ...); of one process, so its batch is all there is."""

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
        affine: bool = True, track_running_stats: bool = True, process_group: Any = None,
        device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if len(input._shape) < 2:
            raise ValueError(f"expected at least 2D input (got {len(input._shape)}D input)")

    @classmethod
    def convert_sync_batchnorm(cls, module: Any, process_group: Any = None) -> Any:
        """`module` with all batch normalization replaced by this; parameters are shared."""
        result = module
        if isinstance(module, _BatchNorm):
            result = cls(
                module.num_features, module.eps, module.momentum, module.affine,
                module.track_running_stats, process_group, bias=module.bias is not None,
            )  # fmt: skip
            for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
                setattr(result, name, getattr(module, name))
            result.training = module.training
        for name, child in module.named_children():
            result.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return result


class _InstanceNorm(_Running):
    """Instance normalization."""

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = False,
        track_running_stats: bool = False, device: Any = None, dtype: Any = None, *,
        bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input: Tensor) -> Tensor:
        """Normalize each channel of each image."""
        self._check_input_dim(input)
        has_batch = len(input._shape) == max(self._ndims)
        x = input if has_batch else input.unsqueeze(0)
        result = F.instance_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or not self.track_running_stats, self.momentum or 0.0, self.eps,
        )  # fmt: skip
        return result if has_batch else result.squeeze(0)


class InstanceNorm1d(_InstanceNorm):
    """Mean 0 and variance 1 of each channel of each element; (N, C, L) or (C, L)."""

    _ndims = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Mean 0 and variance 1 of each channel of each image; (N, C, H, W) or (C, H, W)."""

    _ndims = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Mean 0 and variance 1 of each channel of each volume."""

    _ndims = (4, 5)


class LayerNorm(Module):
    """Mean 0 and variance 1 over the last dims, which are normalized_shape."""

    __constants__ = ("normalized_shape", "eps", "elementwise_affine")

    def __init__(
        self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True,
        bias: bool = True, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        is_int = isinstance(normalized_shape, int)
        self.normalized_shape = (normalized_shape,) if is_int else tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        for name, is_there in (
            ("weight", elementwise_affine),
            ("bias", elementwise_affine and bias),
        ):
            x = empty(self.normalized_shape, device=device, dtype=dtype) if is_there else None
            self.register_parameter(name, None if x is None else Parameter(x))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """weight 1, bias 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, times weight, plus bias."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """x / sqrt(mean(x**2) + eps) over the last dims, times weight."""

    __constants__ = ("normalized_shape", "eps", "elementwise_affine")

    def __init__(
        self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        is_int = isinstance(normalized_shape, int)
        self.normalized_shape = (normalized_shape,) if is_int else tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        if elementwise_affine:
            self.weight = Parameter(empty(self.normalized_shape, device=device, dtype=dtype))
        else:
            self.register_parameter("weight", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """weight 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, times weight."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(Module):
    """Mean 0 and variance 1 over each group of channels of each image."""

    __constants__ = ("num_groups", "num_channels", "eps", "affine")

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True,
        device: Any = None, dtype: Any = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(
                f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        for name, is_there in (("weight", affine), ("bias", affine and bias)):
            x = empty(num_channels, device=device, dtype=dtype) if is_there else None
            self.register_parameter(name, None if x is None else Parameter(x))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """weight 1, bias 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, times weight, plus bias."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """x divided by a power of the mean square of neighbouring channels."""

    __constants__ = ("size", "alpha", "beta", "k")

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(LocalResponseNorm):
    """The old name of `LocalResponseNorm`, of images."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__(size, alpha, beta, k)
