"""Pooling and padding layers."""

from __future__ import annotations

from typing import Any

from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.nn.functional.products import _entries
from flambeau.nn.module import Module
from flambeau.tensor.tensor import Tensor

__all__ = [
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d", "AdaptiveMaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d",
    "CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d",
    "ConstantPad3d", "LPPool1d", "LPPool2d", "MaxPool1d", "MaxPool2d", "MaxPool3d",
    "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d",
    "ReplicationPad2d", "ReplicationPad3d", "ZeroPad1d", "ZeroPad2d", "ZeroPad3d",
]  # fmt: skip


class _MaxPool(Module):
    """The greatest element of each window."""

    __constants__ = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
    _function: Any

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        return_indices: bool = False, ceil_mode: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        """The maxima, and where they lie if return_indices."""
        return self._function(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode,
            self.return_indices,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class _AvgPool(Module):
    """The mean of each window."""

    __constants__ = (
        "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override",
    )  # fmt: skip
    _function: Any

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return self._function(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
            self.count_include_pad, self.divisor_override,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _AdaptiveAvgPool(Module):
    """Means such that the result has a given size."""

    __constants__ = ("output_size",)
    _function: Any

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """The means."""
        return self._function(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _AdaptiveMaxPool(Module):
    """Maxima such that the result has a given size."""

    __constants__ = ("output_size", "return_indices")
    _function: Any

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        """The maxima."""
        return self._function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _LPPool(Module):
    """The p-norm of each window."""

    __constants__ = ("norm_type", "kernel_size", "stride", "ceil_mode")
    _function: Any

    def __init__(
        self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """The norms."""
        return self._function(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class _Pad(Module):
    """Padding around the last dims."""

    __constants__: Any = ("padding",)
    _spatial = 0
    _mode = "constant"

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = _entries(type(self).__name__, "padding", padding, 2 * self._spatial)

    def forward(self, input: Tensor) -> Tensor:
        """The padded input."""
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    """Padding with a number."""

    __constants__ = ("padding", "value")

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """The padded input."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class MaxPool1d(_MaxPool):
    """The greatest element of each window over the last dim."""

    _function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPool):
    """The greatest element of each window over the last two dims."""

    _function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPool):
    """The greatest element of each window over the last three dims."""

    _function = staticmethod(F.max_pool3d)


class AvgPool1d(_AvgPool):
    """The mean of each window over the last dim."""

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)

    _function = staticmethod(F.avg_pool1d)


class AvgPool2d(_AvgPool):
    """The mean of each window over the last two dims."""

    _function = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPool):
    """The mean of each window over the last three dims."""

    _function = staticmethod(F.avg_pool3d)


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """Means over the last dim such that the result has size output_size there."""

    _function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """Means over the last two dims such that the result has size output_size there."""

    _function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """Means over the last three dims such that the result has size output_size there."""

    _function = staticmethod(F.adaptive_avg_pool3d)


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """Maxima over the last dim such that the result has size output_size there."""

    _function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """Maxima over the last two dims such that the result has size output_size there."""

    _function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """Maxima over the last three dims such that the result has size output_size there."""

    _function = staticmethod(F.adaptive_max_pool3d)


class LPPool1d(_LPPool):
    """The p-norm of each window over the last dim."""

    _function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPool):
    """The p-norm of each window over the last two dims."""

    _function = staticmethod(F.lp_pool2d)


class ReflectionPad1d(_Pad):
    """Padding with the mirror image of the last dim."""

    _spatial = 1
    _mode = "reflect"


class ReflectionPad2d(_Pad):
    """Padding with the mirror image of the last two dims."""

    _spatial = 2
    _mode = "reflect"


class ReflectionPad3d(_Pad):
    """Padding with the mirror image of the last three dims."""

    _spatial = 3
    _mode = "reflect"


class ReplicationPad1d(_Pad):
    """Padding with the edge of the last dim."""

    _spatial = 1
    _mode = "replicate"


class ReplicationPad2d(_Pad):
    """Padding with the edge of the last two dims."""

    _spatial = 2
    _mode = "replicate"


class ReplicationPad3d(_Pad):
    """Padding with the edge of the last three dims."""

    _spatial = 3
    _mode = "replicate"


class CircularPad1d(_Pad):
    """Padding with the other end of the last dim."""

    _spatial = 1
    _mode = "circular"


class CircularPad2d(_Pad):
    """Padding with the other end of the last two dims."""

    _spatial = 2
    _mode = "circular"


class CircularPad3d(_Pad):
    """Padding with the other end of the last three dims."""

    _spatial = 3
    _mode = "circular"


class ConstantPad1d(_ConstantPad):
    """Padding of the last dim with a number."""

    _spatial = 1


class ConstantPad2d(_ConstantPad):
    """Padding of the last two dims with a number."""

    _spatial = 2


class ConstantPad3d(_ConstantPad):
    """Padding of the last three dims with a number."""

    _spatial = 3


class ZeroPad1d(_Pad):
    """Padding of the last dim with zeros."""

    _spatial = 1


class ZeroPad2d(_Pad):
    """Padding of the last two dims with zeros."""

    _spatial = 2


class ZeroPad3d(_Pad):
    """Padding of the last three dims with zeros."""

    _spatial = 3
