"""flambeau.accelerator: the device beside the CPU; this version has none."""

from __future__ import annotations

from typing import Any, NoReturn

from flambeau.core.errors import message

__all__ = [
    "current_accelerator", "current_device_index", "device_count", "is_available",
    "set_device_index", "synchronize",
]  # fmt: skip


def is_available() -> bool:
    """Whether there is an accelerator."""
    return False


def device_count() -> int:
    """The number of accelerators."""
    return 0


def current_accelerator(check_available: bool = False) -> Any:
    """None: there is no accelerator."""
    return None


def _refuse(name: str) -> NoReturn:
    raise RuntimeError(
        message(f"accelerator.{name}", "a machine without one", "an accelerator; this version runs "
                "on the CPU", "accelerator.is_available() first")
    )  # fmt: skip


def current_device_index() -> int:
    """RuntimeError: there is no accelerator."""
    _refuse("current_device_index")


def set_device_index(device: Any) -> None:
    """RuntimeError: there is no accelerator."""
    _refuse("set_device_index")


def synchronize(device: Any = None) -> None:
    """RuntimeError: there is no accelerator."""
    _refuse("synchronize")
