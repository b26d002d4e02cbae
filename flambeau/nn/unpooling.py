"""Pooling over random windows, p-norms of volumes, and the inverse of max pooling."""

from __future__ import annotations

from typing import Any

from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.nn.functional.products import _entries
from flambeau.nn.module import Module
from flambeau.nn.pooling import _LPPool
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FractionalMaxPool2d", "FractionalMaxPool3d", "LPPool3d", "MaxUnpool1d", "MaxUnpool2d",
    "MaxUnpool3d",
]  # fmt: skip


class LPPool3d(_LPPool):
    """The p-norm of each window over the last three dims."""

    _function = staticmethod(F.lp_pool3d)


class _MaxUnpool(Module):
    """The inverse of max pooling, zeros elsewhere."""

    _spatial = 0
    _function: Any

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        name, n = type(self).__name__, self._spatial
        self.kernel_size = _entries(name, "kernel_size", kernel_size, n)
        self.stride = _entries(name, "stride", kernel_size if stride is None else stride, n)
        self.padding = _entries(name, "padding", padding, n)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        """Zeros with the input's elements at the indices; output_size: among those possible."""
        return self._function(  # type: ignore[no-any-return]
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """The inverse of `MaxPool1d` with return_indices, zeros elsewhere."""

    _spatial = 1
    _function = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpool):
    """The inverse of `MaxPool2d` with return_indices, zeros elsewhere.

    >>> import flambeau
    >>> nn = flambeau.nn
    >>> x = flambeau.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    >>> nn.MaxUnpool2d(2)(*nn.MaxPool2d(2, return_indices=True)(x))
    tensor([[[0., 0.],
             [0., 4.]]])
    """

    _spatial = 2
    _function = staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpool):
    """The inverse of `MaxPool3d` with return_indices, zeros elsewhere."""

    _spatial = 3
    _function = staticmethod(F.max_unpool3d)


class _FractionalMaxPool(Module):
    """The greatest element of windows that are placed at random; Graham 2014."""

    __constants__ = ("kernel_size", "return_indices", "output_size", "output_ratio")
    _spatial = 0
    _function: Any

    def __init__(
        self, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
        return_indices: bool = False, _random_samples: Tensor | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        name, n = type(self).__name__, self._spatial
        if output_size is None and output_ratio is None:
            raise ValueError(
                f"{name} requires specifying either an output size, or a pooling ratio"
            )
        if output_size is not None and output_ratio is not None:
            raise ValueError(f"{name}: only one of output_size and output_ratio may be specified")
        self.kernel_size = _entries(name, "kernel_size", kernel_size, n)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size: Any = None
        self.output_ratio: Any = None
        if output_size is not None:
            self.output_size = _entries(name, "output_size", output_size, n)
        else:
            is_one = not isinstance(output_ratio, (tuple, list))
            self.output_ratio = (output_ratio,) * n if is_one else tuple(output_ratio)
            if not all(0 < r < 1 for r in self.output_ratio):
                raise ValueError(
                    f"{name}: output_ratio must be between 0 and 1 (got {output_ratio})"
                )

    def forward(self, input: Tensor) -> Any:
        """The maxima, and where they lie if return_indices."""
        return self._function(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices,
            _random_samples=self._random_samples,
        )  # fmt: skip


class FractionalMaxPool2d(_FractionalMaxPool):
    """The greatest element of windows over the last two dims that are placed at random."""

    _spatial = 2
    _function = staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPool):
    """The greatest element of windows over the last three dims that are placed at random."""

    _spatial = 3
    _function = staticmethod(F.fractional_max_pool3d)
