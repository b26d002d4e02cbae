"""Convolutions."""

from __future__ import annotations

import math
from typing import Any

from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.nn import init
from flambeau.nn.functional.products import _entries
from flambeau.nn.module import Module
from flambeau.nn.parameter import Parameter
from flambeau.tensor.creation import empty
from flambeau.tensor.tensor import Tensor

__all__ = [
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d",
]  # fmt: skip

MODES = ("zeros", "reflect", "replicate", "circular")


class _Conv(Module):
    """What all convolutions share."""

    __constants__ = (
        "stride", "padding", "dilation", "groups", "padding_mode", "output_padding",
        "in_channels", "out_channels", "kernel_size",
    )  # fmt: skip
    _spatial = 0
    _transposed = False

    def _set_up(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any,
        dilation: Any, output_padding: Any, groups: int, bias: bool, padding_mode: str,
        device: Any, dtype: Any,
    ) -> None:  # fmt: skip
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if padding_mode not in MODES:
            raise ValueError(
                f"padding_mode must be one of {set(MODES)}, but got padding_mode='{padding_mode}'"
            )
        n, name = self._spatial, type(self).__name__
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _entries(name, "kernel_size", kernel_size, n)
        self.stride = _entries(name, "stride", stride, n)
        if isinstance(padding, str):
            self._check_padding_word(padding)
            self.padding: Any = padding
        else:
            self.padding = _entries(name, "padding", padding, n)
        self.dilation = _entries(name, "dilation", dilation, n)
        self.transposed = self._transposed
        self.output_padding = _entries(name, "output_padding", output_padding, n)
        self.groups = groups
        self.padding_mode = padding_mode
        first, second = in_channels, out_channels
        if not self._transposed:
            first, second = out_channels, in_channels
        shape = (first, second // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _check_padding_word(self, padding: str) -> None:
        if padding not in ("same", "valid"):
            raise ValueError(
                f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}"
            )
        if padding == "same" and any(s != 1 for s in self.stride):
            raise ValueError("padding='same' is not supported for strided convolutions")

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, uniform in +-1 / sqrt(fan in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += f", stride={self.stride}"
        n = self._spatial
        if self.padding != (0,) * n:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * n:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * n:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Direct(_Conv):
    """Convolutions that are not transposed."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1,
        padding: Any = 0, dilation: Any = 1, groups: int = 1, bias: bool = True,
        padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._set_up(
            in_channels, out_channels, kernel_size, stride, padding, dilation, 0, groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip

    def _around(self) -> list[int]:
        """The padding as F.pad takes it: before and after, from the last dim on."""
        amounts: list[int] = []
        for i in reversed(range(self._spatial)):
            if self.padding == "same":
                total = self.dilation[i] * (self.kernel_size[i] - 1)
                amounts += [total // 2, total - total // 2]
            else:
                p = 0 if self.padding == "valid" else self.padding[i]
                amounts += [p, p]
        return amounts

    def forward(self, input: Tensor) -> Tensor:
        """The convolution of the input with each filter."""
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._around(), self.padding_mode), 0
        return self._function(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )


class Conv1d(_Direct):
    """Convolution over one spatial dim; (N, in_channels, L) to (N, out_channels, L')."""

    _spatial = 1
    _function = staticmethod(F.conv1d)


class Conv2d(_Direct):
    """Convolution over two spatial dims; (N, in_channels, H, W) to (N, out_channels, H', W').

    >>> import flambeau
    >>> conv = flambeau.nn.Conv2d(3, 8, kernel_size=3, padding="same")
    >>> conv(flambeau.zeros(1, 3, 5, 5)).shape
    flambeau.Size([1, 8, 5, 5])
    """

    _spatial = 2
    _function = staticmethod(F.conv2d)


class Conv3d(_Direct):
    """Convolution over three spatial dims."""

    _spatial = 3
    _function = staticmethod(F.conv3d)


class _Transposed(_Conv):
    """Transposed convolutions."""

    _transposed = True

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1,
        padding: Any = 0, output_padding: Any = 0, groups: int = 1, bias: bool = True,
        dilation: Any = 1, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        self._set_up(
            in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding,
            groups, bias, padding_mode, device, dtype,
        )  # fmt: skip

    def _output_padding(self, input: Tensor, output_size: Any) -> tuple[int, ...]:
        """The output padding that gives `output_size`."""
        n = self._spatial
        wanted = tuple(output_size)[-n:]
        inner = input._shape[-n:]
        found = []
        for i in range(n):
            least = (inner[i] - 1) * self.stride[i] - 2 * self.padding[i]
            least += self.dilation[i] * (self.kernel_size[i] - 1) + 1
            if not least <= wanted[i] < least + self.stride[i]:
                raise ValueError(
                    f"requested an output size of {wanted}, but valid sizes of dim {i - n} range "
                    f"from {least} to {least + self.stride[i] - 1} (for an input of {list(inner)})"
                )
            found.append(wanted[i] - least)
        return tuple(found)

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """The transposed convolution; output_size chooses among the sizes that are possible."""
        extra = self.output_padding
        if output_size is not None:
            extra = self._output_padding(input, output_size)
        return self._function(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups,
            self.dilation,
        )  # fmt: skip


class ConvTranspose1d(_Transposed):
    """The transpose of a convolution over one spatial dim."""

    _spatial = 1
    _function = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_Transposed):
    """The transpose of a convolution over two spatial dims."""

    _spatial = 2
    _function = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_Transposed):
    """The transpose of a convolution over three spatial dims."""

    _spatial = 3
    _function = staticmethod(F.conv_transpose3d)
