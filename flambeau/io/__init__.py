"""Checkpoints: PyTorch's zip format and safetensors, read without running code."""

from flambeau.io import safetensors
from flambeau.io.checkpoint import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    load,
    save,
)

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "load",
    "safetensors",
    "save",
]
