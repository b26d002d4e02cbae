"""What programs ask about GPUs. This version runs on the CPU only and says so.

The functions that PyTorch lets programs call without a GPU can be called; the others raise.
"""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = [
    "current_device",
    "device_count",
    "empty_cache",
    "get_device_name",
    "is_available",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "synchronize",
]


def is_available() -> bool:
    """Whether tensors can live on a GPU.

    >>> import flambeau
    >>> flambeau.device("cuda" if flambeau.cuda.is_available() else "cpu")
    device(type='cpu')
    """
    return False


def device_count() -> int:
    """The number of GPUs that can be used."""
    return 0


def is_initialized() -> bool:
    """Whether a GPU was used."""
    return False


def manual_seed(seed: int) -> None:
    """Seed the GPU's generator, of which there is none; as in PyTorch, no error."""


def manual_seed_all(seed: int) -> None:
    """Seed the generators of all GPUs, of which there are none; as in PyTorch, no error."""


def empty_cache() -> None:
    """Give cached GPU memory back; there is none."""


def _refuse(name: str) -> NoReturn:
    raise RuntimeError(
        f"cuda.{name}: no CUDA device is available; this version runs on the CPU; "
        "try cuda.is_available() first"
    )


def current_device() -> int:
    """RuntimeError: there is no GPU."""
    _refuse("current_device")


def get_device_name(device: Any = None) -> str:
    """RuntimeError: there is no GPU."""
    _refuse("get_device_name")


def synchronize(device: Any = None) -> None:
    """RuntimeError: there is no GPU."""
    _refuse("synchronize")
