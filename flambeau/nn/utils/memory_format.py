"""Memory formats of convolutions' weights: buffers are contiguous here, so nothing changes."""

from __future__ import annotations

from typing import Any

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def convert_conv2d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """The module: its weights are read in whatever order is fastest."""
    return module


def convert_conv3d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """The module: its weights are read in whatever order is fastest."""
    return module
