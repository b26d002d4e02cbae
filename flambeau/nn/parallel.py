"""Wrappers of older programs: DataParallel, Container."""

from __future__ import annotations

import warnings
from typing import Any

from flambeau.nn.module import Module

__all__ = ["Container", "DataParallel"]


class DataParallel(Module):
    """The module itself, under the name that a state dict of a PyTorch DataParallel has.

    Batches are not cut up: all cores, or the one device, take part in each operation.
    """

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.dim = dim
        self.device_ids: list[Any] = list(device_ids or [])
        self.output_device = output_device
        self.module = module
        if len(self.device_ids) > 1:
            warnings.warn(
                "DataParallel: given several device_ids; the module runs on its own device only; "
                "try flambeau.distributed",
                stacklevel=2,
            )

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """module(*inputs, **kwargs)."""
        return self.module(*inputs, **kwargs)


class Container(Module):
    """The old name of Module, with submodules as keyword arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            "`nn.Container` is deprecated. All of its functionality is now implemented in "
            "`nn.Module`. Subclass that instead.",
            FutureWarning,
            stacklevel=2,
        )
        super().__init__()
        for name, module in kwargs.items():
            self.add_module(name, module)
