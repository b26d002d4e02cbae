"""PyTorch's process-wide switches: what they mean here, where most have one setting.

Results never depend on the number of threads or on a library's mood, so determinism is always on;
float32 products are always computed in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.device import CPU
from flambeau.core.errors import message
from flambeau.tensor.legacy import CLASSES
from flambeau.tensor.promotion import set_default_dtype
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS"]

_state: dict[str, Any] = {
    "deterministic": False, "warn_only": False, "debug_mode": 0, "precision": "highest",
    "warn_always": False, "interop": 1,
}  # fmt: skip
PRECISIONS = ("highest", "high", "medium")


def typename(obj: Any) -> str:
    """The full name of an object's class; tensors are named after their dtype.

    >>> import flambeau
    >>> flambeau.typename(flambeau.ones(1))
    'flambeau.FloatTensor'
    """
    if isinstance(obj, Tensor):
        return str(obj.type())
    cls = obj if isinstance(obj, type) else type(obj)
    module = "" if cls.__module__ in ("builtins", "__builtin__", None) else f"{cls.__module__}."
    return f"{module}{cls.__qualname__}"


def get_default_device() -> Any:
    """The device of tensors that are made without one."""
    return CPU


def set_default_device(device: Any) -> None:
    """Only the CPU is there; anything else is an error."""
    name = getattr(device, "type", device)
    if name is not None and str(name).split(":")[0] != "cpu":
        raise RuntimeError(
            message("set_default_device", f"device {device!r}",
                    "a device that is present, which is 'cpu'", "device='cpu'")
        )  # fmt: skip


def set_default_tensor_type(t: Any) -> None:
    """Make floating-point tensors of this class the default: FloatTensor, DoubleTensor, ..."""
    name = t if isinstance(t, str) else t.__name__
    cls = CLASSES.get(name.rsplit(".", 1)[-1])
    if cls is None or not cls.dtype.is_floating_point:
        raise TypeError(
            message("set_default_tensor_type", f"{name}",
                    "only floating-point types are supported as the default type",
                    "flambeau.DoubleTensor")
        )  # fmt: skip
    set_default_dtype(cls.dtype)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Everything is deterministic here; the setting is only remembered."""
    _state.update(deterministic=bool(mode), warn_only=bool(warn_only))
    _state["debug_mode"] = 0 if not mode else 1 if warn_only else 2


def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was last given."""
    return bool(_state["deterministic"])


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """What its `warn_only` was."""
    return bool(_state["warn_only"])


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """The same by number or word: 0 "default", 1 "warn", 2 "error"."""
    words = {"default": 0, "warn": 1, "error": 2}
    number = words.get(debug_mode, -1) if isinstance(debug_mode, str) else debug_mode
    if number not in (0, 1, 2):
        raise RuntimeError(
            message("set_deterministic_debug_mode", f"{debug_mode!r}",
                    "0, 1, 2, 'default', 'warn' or 'error'")
        )  # fmt: skip
    use_deterministic_algorithms(number > 0, warn_only=number == 1)


def get_deterministic_debug_mode() -> int:
    """0, 1 or 2: see `set_deterministic_debug_mode`."""
    return int(_state["debug_mode"])


def set_float32_matmul_precision(precision: str) -> None:
    """Products of float32 matrices are always computed in float32; the setting is remembered."""
    if precision not in PRECISIONS:
        raise RuntimeError(
            message("set_float32_matmul_precision", repr(precision), f"one of {PRECISIONS}")
        )
    _state["precision"] = precision


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was last given."""
    return str(_state["precision"])


def set_num_interop_threads(threads: int) -> None:
    """There is no pool of threads between operations; the number is remembered."""
    if threads < 1:
        raise RuntimeError(
            message("set_num_interop_threads", str(threads), "expects a positive integer")
        )
    _state["interop"] = int(threads)


def get_num_interop_threads() -> int:
    """What `set_num_interop_threads` was last given."""
    return int(_state["interop"])


def set_flush_denormal(mode: bool) -> bool:
    """False: denormal numbers are kept, as IEEE 754 says."""
    return False


def set_warn_always(b: bool) -> None:
    """Remembered; warnings are Python's, which `warnings.simplefilter` controls."""
    _state["warn_always"] = bool(b)


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` was last given."""
    return bool(_state["warn_always"])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        typename, get_default_device, set_default_device, set_default_tensor_type,
        use_deterministic_algorithms, are_deterministic_algorithms_enabled,
        is_deterministic_algorithms_warn_only_enabled, set_deterministic_debug_mode,
        get_deterministic_debug_mode, set_float32_matmul_precision, get_float32_matmul_precision,
        set_num_interop_threads, get_num_interop_threads, set_flush_denormal, set_warn_always,
        is_warn_always_enabled,
    )
}  # fmt: skip
